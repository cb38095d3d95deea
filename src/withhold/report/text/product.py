"""The page, the state as a whole, and the self-check."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import BackupDocument, RestoreDocument, UiDocument
from withhold.report.text.base import bullets, minute, plural


def ui(console: Console, document: UiDocument) -> None:
    console.print(
        "The page is served on this machine alone. Open this address; it lets one browser in, once:"
    )
    console.print(Text(f"  {document.url}", style="bold"), soft_wrap=True)
    console.print(f"State: {document.home}. Ctrl-C stops it.", soft_wrap=True)


def backup(console: Console, document: BackupDocument) -> None:
    console.print(
        f"{document.file}: {plural(document.files, 'file')}, {document.size / 1e6:,.1f} MB,"
        f" {plural(document.records, 'evidence record')}",
        soft_wrap=True,
    )
    console.print("It was opened again, and every file in it compared.")
    if document.evidence_sound is False:
        console.print(
            Text("The evidence in it does NOT verify: withhold evidence fsck says why.", style="red")
        )
    bullets(console, (f"left out: {line}" for line in document.left_out))
    console.print("Keep the passphrase or key apart from it: nobody can open it without.")


def restore(console: Console, document: RestoreDocument) -> None:
    console.print(
        f"The state is that of {minute(document.made_at)}: {plural(document.files, 'file')},"
        f" {plural(document.records, 'evidence record')}, each compared and verified."
    )
    if document.evidence_sound is False:
        console.print(Text("Its evidence did NOT verify when the backup was made.", style="red"))
    if document.forked is not None:
        console.print(f"The evidence log forks here: {document.forked}")
    if document.record is not None:
        console.print(f"On record: {document.record[:12]}")
    console.print(f"The state that was here before: {document.former}", soft_wrap=True)
