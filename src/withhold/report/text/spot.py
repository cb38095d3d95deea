"""What a page would have one agree to, for people."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from withhold.report.documents.spot import SpotDocument, SpotRow
from withhold.report.text.base import bullets, plural

SHOWN = 160
"""Characters of a label or sentence that are shown."""
PURPOSES = {
    "training": "training of models",
    "terms": "terms",
    "marketing": "marketing",
    "sharing": "sharing with others",
    "ads": "advertising",
    "analytics": "usage data",
    "personal": "personalisation",
}
WHEN = {
    "on": "says yes while it is on",
    "off": "says yes while it is OFF",
    "chosen": "says yes by the choice that permits",
    "continuing": "takes going on as a yes",
    "pressed": "says yes when it is pressed",
    "unknown": "which position says yes is not clear: read it twice",
}


def spot(console: Console, document: SpotDocument) -> None:
    console.print(Text(document.url, style="bold"))
    if not document.findings:
        console.print("No consent-like control or sentence was found on this page.")
    for row in document.findings:
        _finding(console, row)
    if document.accepting_now:
        going_on = f'"{document.primary_button}"' if document.primary_button else "Going on"
        console.print()
        console.print(Text(f"{going_on} now, with nothing changed, would say yes to:", style="bold"))
        bullets(console, (_short(label) for label in document.accepting_now))
    for told in document.unseen:
        console.print(Text(f"Not seen: {told}", style="yellow"))
    console.print(f"{plural(len(document.findings), 'finding')}. Nothing on the page was changed.")


def _finding(console: Console, row: SpotRow) -> None:
    asked = ", ".join(PURPOSES.get(purpose, purpose) for purpose in row.purposes)
    style = "red" if row.covers_training and row.preset else "yellow" if row.preset else ""
    state = f", {row.state}" if row.state != "unknown" else ", state not readable" * (row.kind == "custom")
    console.print()
    console.print(Text(_short(row.label), style=style))
    console.print(f"  {row.kind}{state}; {asked}; {WHEN.get(row.consents_when, row.consents_when)}")
    remarks = list(_remarks(row))
    if remarks:
        console.print(f"  {'; '.join(remarks)}")


def _remarks(row: SpotRow) -> Iterator[str]:
    if row.preset and not row.implied_text:
        yield "set to yes already"
    if row.small:
        yield "small print" if row.implied_text else f"small ({row.width:g} x {row.height:g} px)"
    if row.low_contrast and row.contrast is not None:
        yield f"pale (contrast {row.contrast:g} to 1)"
    if row.after_primary_button:
        yield "stands after the main button"
    if row.hidden:
        yield row.hidden
    if row.bundled:
        yield "several purposes with one answer"
    if row.accept_all_button:
        yield "takes everything at once"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."
