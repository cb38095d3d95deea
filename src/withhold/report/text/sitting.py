"""``withhold optout --all`` as text."""

from rich.console import Console

from withhold.report.documents import OptOutAllDocument, SittingRow
from withhold.report.text.base import grid, minute, plural, word

SAID = {
    "known": "known before, not asked",
    "proved": "on your word, now",
    "skipped": "skipped",
    "stopped": "not reached",
    "open": "to do",
    "no_control": "no control in the pack",
    "no_pack": "no pack",
}


def optout_all(console: Console, document: OptOutAllDocument) -> None:
    if not document.rows:
        console.print("No account and no conversation is known, so there is nothing to set.")
        console.print("Next: withhold import PATH, or withhold account add PROVIDER LABEL")
        return
    table = grid("control", "open", "exposed", "setting", "known", "when", "now")
    for row in document.rows:
        when = "" if row.at is None else minute(row.at)
        counts = (str(row.eligible), str(row.exposed))
        table.add_row(_named(row), *counts, word(row.setting), row.known, when, SAID[row.said])
    console.print(table)
    console.print(
        f"private {document.private}, sharing {document.sharing}, unknown {document.unknown}."
        " A private setting is a promise of the provider, for what comes; it takes nothing back."
    )
    if document.unassigned:
        count = plural(document.unassigned, "conversation")
        console.print(f"{count} of no known account: nothing here speaks for them.")
    if document.interrupted:
        console.print("Interrupted. What was brought before is kept; call it again to go on.")
    left = next((row for row in document.rows if row.setting != "private"), None)
    if left is not None:
        console.print(f"Next: {left.next}")


def _named(row: SittingRow) -> str:
    return row.title if row.account is None else f"{row.title} ({row.account})"
