"""``withhold exposure timeline``."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from withhold.cli.filters import filter_options
from withhold.cli.talk import json_option, services, show, tell

if TYPE_CHECKING:
    from withhold.app.ledger.filters import Filter


@click.command(short_help="Conversations over time against terms and setting, as a plot or a picture.")
@click.option("--out", metavar="FILE", help="Write a picture: FILE.svg, or FILE.html with tables beside it.")
@filter_options
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@json_option
def timeline(out: str | None, wanted: "Callable[[], Filter]", as_of: str | None, as_json: bool) -> None:
    """Show conversations by week above what the terms said, where the setting stood, and what was open.

    A look at the setting is one instant: what lies between two looks is drawn as unknown.

    Example: withhold exposure timeline --since 2025-06-01 --out timeline.html
    """
    from withhold.app.dates import parse_when
    from withhold.app.ledger.timeline import draw
    from withhold.app.ledger.timeline import timeline as run

    now = None if as_of is None else parse_when(as_of).latest
    document = run(services(), as_of=now, wanted=wanted())
    if out is not None:
        tell(f"written: {draw(document, out)}")
    if as_json or out is None:
        show(document, as_json=as_json)
