"""``withhold exposure whatif``."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from withhold.cli.filters import filter_options
from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.ledger.filters import Filter


@click.command(short_help="What would be, had the setting been off, or were chats deleted.")
@click.option("--off-since", metavar="DAY", help="Suppose that the setting stood at private since this day.")
@click.option("--off-today", is_flag=True, help="Suppose that it is switched to private now.")
@click.option("--delete", metavar="ID", multiple=True, help="Suppose that this conversation is deleted now.")
@filter_options
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@json_option
def whatif(
    off_since: str | None,
    off_today: bool,
    delete: tuple[str, ...],
    wanted: "Callable[[], Filter]",
    as_of: str | None,
    as_json: bool,
) -> None:
    """Say what would change under a supposition. Nothing is stored, and a supposition is no evidence.

    With --account or --provider the setting is supposed there alone. --delete may be given several times.

    Example: withhold exposure whatif --off-since 2025-10-01; withhold exposure whatif --delete 3f9a1c2b
    """
    from withhold.app.dates import parse_when
    from withhold.app.ledger.whatif import Asked, what_if

    document = what_if(
        services(),
        Asked(off_since=off_since, off_today=off_today, delete=delete),
        as_of=None if as_of is None else parse_when(as_of).latest,
        wanted=wanted(),
    )
    show(document, as_json=as_json)
