"""The page, the state as a whole, and the self-check."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    BackupDocument,
    CompletionDocument,
    DoctorDocument,
    ForgetDocument,
    RestoreDocument,
    UiDocument,
)
from withhold.report.text.base import bullets, grid, minute, plural
from withhold.support.messages import spoken


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


def forget(console: Console, document: ForgetDocument) -> None:
    if document.conversations is None or document.records is None:
        console.print("Everything kept here is removed; it could not be read, so it was not counted.")
    elif document.what == "all":
        count = plural(document.conversations, "conversation")
        console.print(
            f"Everything kept here is removed: {count}, {plural(document.records, 'record')}, keys."
        )
    else:
        count = plural(document.conversations, "conversation")
        console.print(
            f"Forgotten: {count}, the content of {plural(document.records, 'evidence record')},"
            f" {plural(document.artifacts, 'capture')}."
        )
        console.print("The log keeps the salted hashes of those records; it says 'forgotten' of them.")
    bullets(console, (f"its content stays (oldest format): {one}" for one in document.kept_readable))
    bullets(
        console,
        (f"still on this machine, and may hold something of it: {one}" for one in document.still_there),
    )
    bullets(console, (f"not touched: {one}" for one in document.not_touched))
    for command in document.commands:
        console.print(f"Run: {command}", soft_wrap=True)


SIGNS = {
    "good": ("ok", "green"),
    "absent": ("--", ""),
    "wrong": ("!!", "bold red"),
    "unknown": ("??", "yellow"),
}


def doctor(console: Console, document: DoctorDocument) -> None:
    table = grid("", "check", "found")
    for check in document.checks:
        sign, style = SIGNS[check.state]
        found = check.text if check.next is None else f"{spoken(check.text)}; next: {check.next}"
        table.add_row(Text(sign, style=style), check.name, found)
    console.print(table)
    console.print("ok in order, -- not here, !! wrong, ?? not looked at")
    if document.bundle is not None:
        console.print(f"For support: {document.bundle}. Read it before you send it.", soft_wrap=True)


def completion(console: Console, document: CompletionDocument) -> None:
    console.print(document.script, soft_wrap=True)
