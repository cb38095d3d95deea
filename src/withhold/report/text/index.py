"""``withhold index`` for people."""

from rich.console import Console

from withhold.report.documents import IndexCheckDocument, IndexExportDocument
from withhold.report.text.base import plural


def export(console: Console, document: IndexExportDocument) -> None:
    console.print(f"written to {document.folder}:")
    for file in document.files:
        console.print(f"  {file.table}: {plural(file.rows, 'row')}, {file.bytes:,} bytes")
    console.print("No text of a message is in any of them; titles only where you asked to keep them.")


def check(console: Console, document: IndexCheckDocument) -> None:
    console.print(
        f"{plural(document.conversations, 'conversation')} in {plural(document.segments, 'segment')},"
        f" {document.bytes:,} bytes"
    )
    for problem in document.problems:
        console.print(f"  {problem.file or 'index'}: {problem.what}")
    if not document.problems:
        console.print("Every file is as it was written.")
