"""What ``apply`` would write, or wrote."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import ApplyDocument, ApplyRunsDocument, ManagedDocument, UndoDocument
from withhold.report.text.base import minute


def apply(console: Console, document: ApplyDocument) -> None:
    """The changed lines by file, what is refused, what the account decides."""
    for diff in dict.fromkeys(change.diff for change in document.changes):
        for line in diff:
            console.print(Text(line, style={"-": "red", "+": "green"}.get(line[:1], "")), soft_wrap=True)
    for change in document.changes:
        if change.problem is not None:
            console.print(Text(f"{change.id}: not written: {change.problem}", style="red"))
        elif change.written:
            console.print(f"{change.id}: {change.sets}: written; now {change.verdict_after or 'unknown'}")
        else:
            console.print(f"{change.id}: would be set: {change.sets}")
    for name in document.already:
        console.print(f"{name}: stands as wanted")
    for row in document.refused:
        console.print(Text(f"{row.id}: left alone: {row.reason}", style="yellow"))
    for guide in document.guided:
        console.print(f"{guide.id}: the account decides: {guide.url or 'see withhold optout'}")
    if document.run is not None:
        console.print(f"Next: withhold apply --undo {document.run} puts the old files back")
    elif not document.changes:
        console.print("Nothing to write.")


def managed(console: Console, document: ManagedDocument) -> None:
    """Each file with where it goes; then what none of them sets."""
    for row in document.files:
        console.print(Text(row.file, style="bold"))
        console.print(Text(f"  goes to {row.goes_to}"), soft_wrap=True)
        console.print(f"  {', '.join(name.partition('.')[2] for name in row.settings)}")
    for left in document.left_out:
        console.print(Text(f"not set: {left.id}: {left.reason}", style="yellow"))
    console.print(f"{len(document.files)} files are in {document.folder}; nothing was installed.")


def undone(console: Console, document: UndoDocument) -> None:
    """Each file of the run."""
    for row in document.files:
        console.print(f"{row.file}: {'left alone: ' + row.problem if row.problem else 'as it was'}")


def runs(console: Console, document: ApplyRunsDocument) -> None:
    """All runs."""
    for row in document.runs:
        state = f"undone {minute(row.undone)}" if row.undone else "stands"
        console.print(f"{row.id}  {minute(row.at)}  {state}  {', '.join(row.settings)}")
    if not document.runs:
        console.print("Nothing was ever written.")
