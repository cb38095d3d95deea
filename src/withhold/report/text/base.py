"""Shared pieces of the terminal output. Colour only underlines what the words already say."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from withhold.support.messages import SOURCE, _, language

STYLES = {
    "exposed": "red",
    "eligible": "red",
    "failed": "bold red",
    "not_persisted": "bold red",
    "sharing": "red",
    "unknown": "yellow",
    "not_exposed": "green",
    "not_eligible": "green",
    "private": "green",
    "verified": "green",
    "changed": "green",
    "already_private": "green",
}


def word(value: str) -> Text:
    """A verdict word, plain first, coloured where the terminal can."""
    return Text(said(value), style=STYLES.get(value, ""))


def said(value: str) -> str:
    """A word of the documents in the language in use; one that has none there, in English."""
    shown = {
        "exposed": _("exposed"),
        "not_exposed": _("not exposed"),
        "eligible": _("may be used") if language() != SOURCE else "eligible",
        "not_eligible": _("not to be used") if language() != SOURCE else "not eligible",
        "private": _("private"),
        "sharing": _("sharing"),
        "unknown": _("unknown"),
        "observed": _("observed"),
        "attested": _("attested"),
        "inferred": _("inferred"),
        "assumed": _("assumed"),
    }
    return shown.get(value, value.replace("_", " "))


def day(instant: datetime | None) -> str:
    """A date in UTC, or ``unknown``."""
    return "unknown" if instant is None else f"{instant:%Y-%m-%d}"


def minute(instant: datetime | None) -> str:
    return "unknown" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"


def grid(*headers: str) -> Table:
    """A table without frames that keeps within the terminal."""
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def bullets(console: Console, lines: Iterable[str], indent: str = "  ") -> None:
    """Wrapped lines with a hanging indent."""
    for line in lines:
        rows = grid()
        rows.show_header = False
        rows.add_column(width=len(indent) + 1)
        rows.add_column(overflow="fold")
        rows.add_row(Text(f"{indent}-"), Text(line))
        console.print(rows)


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
