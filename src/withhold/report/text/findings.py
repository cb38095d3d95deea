"""What was found in files: kinds first, then places."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents.findings import FindingRow, FindingsDocument
from withhold.report.text.base import bullets, grid, plural

SHOWN = 40
NOT_ALL = "A secret of a kind that is not known here is not found: nothing found is not nothing there."


def findings(console: Console, document: FindingsDocument) -> None:
    """Counts by kind, one line a place, then what could not be searched."""
    where = f"{plural(document.files, 'file')}, {document.size:,} bytes, {document.rules} kinds looked for"
    console.print(Text(f"{plural(len(document.findings), 'finding')}", style="bold"), Text(f"({where})"))
    if document.findings:
        _kinds(console, document)
        console.print()
        _places(console, document.findings)
    if document.placeholders:
        console.print(f"Set aside as placeholders of documents: {document.placeholders:,}")
    if document.allowed:
        console.print(f"Left out by the allow-list: {document.allowed:,}")
    if document.unread:
        console.print(Text(f"Not searched: {len(document.unread):,}", style="yellow"))
        bullets(console, (f"{u.place}: {u.why}" for u in document.unread[:SHOWN]))
    console.print(Text(NOT_ALL, style="dim"))
    if document.findings:
        console.print("Next: withdraw each of them where it was issued, then make a new one.")


def _kinds(console: Console, document: FindingsDocument) -> None:
    table = grid("kind", "issuer", "found", "different", "conversations")
    for column in table.columns[2:]:
        column.justify = "right"
    for k in document.kinds:
        table.add_row(k.kind, k.issuer, f"{k.found:,}", f"{k.different:,}", f"{k.conversations:,}")
    console.print(table)


def _places(console: Console, rows: tuple[FindingRow, ...]) -> None:
    table = grid("kind", "sure by", "place", "fingerprint")
    for row in rows[:SHOWN]:
        table.add_row(row.kind, row.assurance, Text(_place(row)), row.fingerprint[:8])
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"... and {len(rows) - SHOWN:,} more (see --json)")


def _place(row: FindingRow) -> str:
    where = "" if row.conversation is None else f" conversation {row.conversation}"
    message = "" if row.message is None else f" message {row.message}"
    return f"{row.place}{where}{message}, after byte {row.near:,}"
