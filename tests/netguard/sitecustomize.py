"""Python loads this at its start where the tests' PYTHONPATH is set: what tests start is guarded too."""

import loopback_only

loopback_only.install()
