"""``python -m withhold``."""

from withhold.cli.main import main

main()
