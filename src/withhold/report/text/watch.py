"""``withhold watch`` in a terminal."""

from rich.console import Console
from rich.text import Text

from withhold.report import documents as d
from withhold.report.text.base import bullets, day, grid, minute, plural

_RESULT = {
    "private": "stands private",
    "sharing": "shares",
    "not_seen": "could not be looked at",
    "refused": "the terms do not permit looking by program",
    "needs_you": "due: needs you",
}


def run(console: Console, document: d.WatchRunDocument) -> None:
    """Drift first, then what was looked at, then what needs the person."""
    for notice in document.notices:
        console.print(Text(notice, style="yellow"))
    for drift in document.drifts:
        who = f"{drift.provider}, {drift.label}: " if drift.label else ""
        console.print(Text(f"DRIFT {who}", style="bold red").append(drift.text, style="not bold"))
    if not document.drifts:
        console.print("No drift was found in what could be looked at.")
    bullets(console, [_look(look) for look in document.looks])
    if document.local is not None:
        here = document.local
        known = f"{here.good} good, {here.bad} not, {here.unknown} unknown"
        console.print(f"Settings on this machine: {here.looked} looked at ({known}).")
    _terms(console, document.terms)
    bullets(console, [f"{letter.text} {letter.next}" for letter in document.letters])
    _reminders(console, document.reminders)
    _due(console, "Later:", document.upcoming)
    for sent in document.sent:
        console.print(f"Word by {sent.where}: {'sent' if sent.sent else sent.why}.")
    console.print(f"Record: {document.record[:12]}  Next: {document.next}")


def status(console: Console, document: d.WatchStatusDocument) -> None:
    """The timer, and what is due when."""
    for row in document.timer:
        console.print(f"Timer file {row.path}: {row.state}")
    console.print(f"Last run: {'never' if document.last_run is None else minute(document.last_run)}")
    ways = ", ".join(document.notify)
    console.print(f"Word goes by: {ways}" if ways else "Word goes to nobody (withhold watch notify URL).")
    console.print(f"Pages of terms: {_ASKED if document.terms else _NOT_ASKED}.")
    _due(console, "Due now:", tuple(r for r in document.due if r.due))
    _due(console, "Later:", tuple(r for r in document.due if not r.due))
    _reminders(console, document.reminders)
    console.print(f"Next: {document.next}")


def installed(console: Console, document: d.WatchInstallDocument) -> None:
    """What was written or removed, and the commands that the person types."""
    for path in document.files:
        console.print(f"{'Wrote' if document.done == 'installed' else 'Removed'} {path}")
    if not document.files:
        console.print("There was nothing to remove.")
    what = "on" if document.done == "installed" else "off"
    console.print(f"Nothing was started or stopped. To switch the timer {what}, type:")
    for command in document.commands:
        console.print(f"  {command}", soft_wrap=True)
    bullets(console, document.notes)


def chosen(console: Console, document: d.WatchSetDocument) -> None:
    """One choice for the watch."""
    console.print(f"{document.set[:1].upper()}{document.set[1:]}.")
    bullets(console, document.notes)


_SEEN = {
    "relevant_change": "a change that matters was seen",
    "no_relevant_change_seen": "no relevant change seen",
    "undetermined": "no relevant change seen in those that could be compared",
    "first_seen": "first versions kept, nothing to compare yet",
    "nothing_asked": "none was due to be asked for",
}
_ASKED = "a run asks for those of your providers, each at most once a day"
_NOT_ASKED = "a run does not ask for them (withhold watch install --terms)"


def _terms(console: Console, row: d.TermsLookRow) -> None:
    for news in row.news:
        console.print(Text("TERMS ", style="bold red").append(f"{news.text} {news.next}", style="not bold"))
    if row.seen is None:
        console.print(f"Pages of terms were not looked at: {row.why}.")
    else:
        bare = f"; {row.not_compared} could not be compared" if row.not_compared else ""
        console.print(f"Pages of terms: {row.pages} looked at, {_SEEN[row.seen]}{bare}.")
    earlier = row.unread - len(row.news)
    if earlier > 0:
        console.print(f"{plural(earlier, 'earlier change')} of terms unread: withhold watch terms --list")


def _look(look: d.LookRow) -> str:
    said = f"{look.provider}, {look.label}, {look.title}: {_RESULT[look.result]}"
    if look.result in ("private", "sharing"):
        return said if look.result == "private" else f"{said}. {look.next}"
    return f"{said} ({look.why_due}; {look.why.rstrip('.')}). {look.next}"


def _due(console: Console, title: str, rows: tuple[d.DueRow, ...]) -> None:
    if not rows:
        return
    console.print(title)
    table = grid("due", "account", "control", "why")
    for row in rows:
        table.add_row(day(row.at), f"{row.provider}, {row.label}", row.title, row.why)
    console.print(table)


def _reminders(console: Console, rows: tuple[d.ReminderRow, ...]) -> None:
    if rows:
        console.print(f"{plural(len(rows), 'reminder')}:")
        bullets(
            console, [f"{day(r.due)} {r.text} {r.next} (done: withhold watch done {r.name})" for r in rows]
        )
