"""Taking a page down as evidence: what is masked is masked before it becomes an artifact.

Only :mod:`~withhold.controls.capturing.scene`, :mod:`~withhold.controls.capturing.picture`,
:mod:`~withhold.controls.capturing.network` and :mod:`~withhold.controls.capturing.chain` talk to a browser;
the rest works on values, and so does without one.
"""
