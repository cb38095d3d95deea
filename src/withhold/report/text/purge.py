"""``withhold purge`` in a terminal."""

from rich.console import Console
from rich.text import Text

from withhold.report import documents as d
from withhold.report.text.base import bullets, day, grid, plural


def plan(console: Console, document: d.PurgePlanDocument) -> None:
    """The rows, what deleting achieves, and what survives."""
    table = grid("id", "first", "why")
    for row in document.rows:
        table.add_row(row.id[:12], day(row.first), row.why)
    if document.rows:
        console.print(table)
    shown = len(document.rows)
    more = f", the first {shown} of {document.listed:,}" if shown < document.listed else ""
    console.print(
        f"{plural(document.listed, 'conversation')} to think about{more}. Left out: {document.kept:,} by the"
        f" keep-list, {document.not_open:,} not open, {document.already:,} deleted already."
    )
    if document.achieves:
        console.print("What deleting still achieves:")
        bullets(console, document.achieves)
        console.print("What survives it:")
        bullets(console, [_survivor(s) for s in document.survives])
        bullets(console, [f"{b.provider}: {b.text}." for b in document.back_end])
    bullets(console, document.notices)
    console.print(f"Next: {document.next}")


def _survivor(row: d.SurvivorRow) -> str:
    many = "" if row.conversations is None else f" {plural(row.conversations, 'conversation')}."
    until = f" Until {day(row.until)} at most." if row.until is not None else ""
    return f"{row.text}{many}{until}"


def run(console: Console, document: d.PurgeRunDocument) -> None:
    """Each conversation with its state, then what to do."""
    table = grid("id", "provider's id", "state", "left the history", "back-end until")
    for item in document.items:
        table.add_row(
            item.id[:12],
            item.source_id,
            item.state,
            _gone(item),
            "-" if item.state != "deleted" else day(item.back_end_until),
        )
    console.print(table)
    for number, step in enumerate(document.steps, 1):
        console.print(f"  {number}. {step}")
    bullets(console, document.beside)
    style = {"done": "green", "stopped": "bold red"}.get(document.outcome, "yellow")
    said = document.outcome.replace("_", " ")
    console.print(
        Text(f"Purge {document.purge}: {said}", style=style).append(f": {document.why}", style="default")
    )
    console.print(f"Next: {document.next}")


def _gone(item: d.PurgeItemRow) -> str:
    if item.gone_latest is None:
        return "-"
    return f"by {day(item.gone_latest)} ({item.known})"


def listing(console: Console, document: d.PurgeListDocument) -> None:
    """All sets."""
    table = grid("purge", "account", "mode", "deleted", "open", "state")
    for one in document.purges:
        deleted = sum(i.state == "deleted" for i in one.items)
        left = sum(i.state in ("chosen", "intended", "requested") for i in one.items)
        table.add_row(
            str(one.purge),
            f"{one.provider}, {one.account}",
            one.mode,
            str(deleted),
            str(left),
            one.outcome.replace("_", " "),
        )
    console.print(table if document.purges else "Nothing was chosen yet.")


def verified(console: Console, document: d.PurgeVerifyDocument) -> None:
    """What the export says of each."""
    table = grid("id", "says", "why", "back-end")
    for row in document.rows:
        back = row.back_end if row.back_end_until is None else f"{row.back_end}, {day(row.back_end_until)}"
        table.add_row(row.id[:12], row.result.replace("_", " "), row.why, back)
    console.print(table if document.rows else "Nothing was deleted that this export could speak of.")
    console.print(
        f"The export was made {day(document.made_earliest)} to {day(document.made_latest)};"
        f" {plural(document.unread, 'place')} in it not recognised."
    )
    bullets(console, document.notices)
    console.print(f"Record: {document.record[:12]}  Next: {document.next}")


def local(console: Console, document: d.PurgeLocalDocument) -> None:
    """Files, and that the provider's copy is another matter."""
    table = grid("last", "bytes", "file")
    for row in document.files:
        mark = "" if row.problem is None else f"  ({row.problem})"
        table.add_row(day(row.last), f"{row.size:,}", f"{row.path}{mark}")
    if document.files:
        console.print(table)
    how = "overwritten and removed" if document.shredded else "removed"
    left = sum(row.problem is not None for row in document.files)
    count, kept = plural(len(document.files) - left, "file"), plural(document.kept, "session")
    if document.written:
        console.print(f"{count} {how}; {kept} stay, being newer or on the keep-list.")
    else:
        console.print(
            f"{count} would be {how} (--yes does it); {kept} stay, being newer or on the keep-list."
        )
    if left:
        console.print(f"{plural(left, 'file')} {'was' if left == 1 else 'were'} left, as said above.")
    console.print(document.provider_copy)
    bullets(console, document.notices)
    console.print(f"Next: {document.next}")


def account(console: Console, document: d.PurgeAccountDocument) -> None:
    """The checklist."""
    console.print(f"Deleting the account {document.account} at {document.provider}:")
    for row in document.steps:
        mark = f"[x] {day(row.done_at)}" if row.done_at is not None else "[ ]"
        console.print(Text(f"{mark} {row.step}: {row.text}"))
        for command in row.commands:
            console.print(f"      {command}", soft_wrap=True)
    console.print("What survives it:")
    bullets(console, [_survivor(s) for s in document.survives])
    if document.re_check is not None:
        console.print(f"Look again on {day(document.re_check)}: 'withhold watch run' reminds you.")
    console.print(f"Next: {document.next}")


def export_request(console: Console, document: d.ExportRequestDocument) -> None:
    """How to get the provider's export."""
    for number, step in enumerate(document.steps, 1):
        console.print(f"  {number}. {step}")
    if document.source:
        console.print(f"Source: {document.source}")
    console.print(f"Next: {document.next}")


def export_kept(console: Console, document: d.ExportKeptDocument) -> None:
    """Where the encrypted copy lies."""
    console.print(f"Wrote {document.file} ({document.size:,} bytes).")
    bullets(console, document.notes)
