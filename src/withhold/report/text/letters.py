"""Letters, for people."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents.letters import LetterDocument, LettersDocument
from withhold.report.text.base import bullets, grid

_STYLE = {"overdue": "bold red", "waiting": "yellow", "answered": "green"}


def letter(console: Console, document: LetterDocument) -> None:
    if document.file is None:
        console.print(Text(document.text), soft_wrap=True)
        console.print(Text("-" * 40, style="dim"))
    else:
        console.print(f"Written: {document.file}")
    recipient = document.recipient
    if recipient.mail or recipient.form:
        console.print(f"To: {recipient.mail or recipient.form}")
        if recipient.source:
            console.print(f"  read at {recipient.source}, {recipient.source_date or 'no date'}")
    if document.blanks:
        console.print("Left for you to fill in:")
        bullets(console, document.blanks)
    if document.kind != "complaint" and document.stage == "request":
        whose = "" if document.deadline.in_law else " (what the letter asks for; the law names no time here)"
        console.print(f"Answer due: {document.deadline.period}{whose}")
    bullets(console, document.notes)
    console.print(f"Sent it? withhold letter sent {document.id} --on DAY")


def letters(console: Console, document: LettersDocument) -> None:
    if not document.letters:
        console.print("No letter has been written. For example: withhold letter anthropic --kind access")
        return
    table = grid("Id", "Provider", "What", "Law", "State", "Due")
    for row in document.letters:
        what = row.kind if row.stage != "reminder" else f"reminder ({row.kind})"
        state = Text(row.state, style=_STYLE.get(row.state, ""))
        table.add_row(row.id, row.provider, what, row.law, state, str(row.due_on or ""))
    console.print(table)
    for row in document.letters:
        if row.next is not None:
            console.print(f"{row.id}: {row.next}")
