"""One tool's pack."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents.tools import ToolSettingRow, ToolShowDocument
from withhold.report.text.base import bullets


def tool(console: Console, document: ToolShowDocument) -> None:
    """What trains, then each setting with its places; copies, traps and sources last."""
    console.print(Text(f"{document.name} ({document.id}), {document.vendor}", style="bold"))
    console.print(document.training)
    for setting in document.settings:
        _setting(console, setting)
    if document.copies:
        console.print("Copies of what is said:")
        bullets(console, (f"{c.what}: {c.kept or 'nobody says how long'}" for c in document.copies))
    if document.traps:
        console.print("Traps:")
        bullets(console, document.traps)
    console.print(f"{len(document.sources)} sources (--json); compiled on {document.compiled_on}.")


def _setting(console: Console, row: ToolSettingRow) -> None:
    console.print(Text(row.id, style="bold"), Text(f"{row.purpose}; {row.fix}"))
    lines = [row.title, f"private: {row.private_value}; default: {row.default or 'not known'}"]
    if row.applies_when:
        lines.append(f"applies to: {row.applies_when}")
    bullets(console, (*lines, *row.places))
