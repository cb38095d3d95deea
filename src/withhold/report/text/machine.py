"""What this machine shows: the most important lines first, what could not be seen last."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    LocalCopies,
    Route,
    ScanDocument,
    ScanHomesDocument,
    SecretsHeld,
    SettingRow,
    Tool,
    Transcripts,
)
from withhold.report.text.base import day, plural
from withhold.report.text.machine_short import in_short
from withhold.support.messages import spoken

MOST_UNSEEN = 8
MOST_NAMES = 6
_URGENT = ("training", "feedback", "sharing", "telemetry", "crash", "retention", "memory", "route", "update")

TRAINABLE = {
    True: "its content may be used for training",
    False: "the contract excludes training",
    "unknown": "no file shows whether it trains",
}


def scan(console: Console, document: ScanDocument) -> None:
    """Tools, the contract they run under, open settings, sessions; then what could not be seen."""
    main = [t for t in document.tools if any(r.tool == t.id for r in document.routes)]
    if not main:
        _empty(console, document)
        _violations(console, document)
        return
    ranked = sorted(main, key=lambda t: _weight(t, document))
    console.print(Text("In short", style="bold"))
    for line in in_short(ranked, document):
        _line(console, f"- {line}")
    console.print()
    for tool in ranked:
        _tool(console, tool, document)
        console.print()
    others = [t for t in document.tools if t not in main]
    for tool in others:
        _others(console, tool, document)
    for placebo in document.placebos:
        _line(console, f"no effect: {placebo.where}: {placebo.why}", "yellow", "")
    _violations(console, document)
    if document.unseen:
        console.print("Could not be seen:")
        for row in document.unseen[:MOST_UNSEEN]:
            _line(console, f"- {spoken(row.what)}: {spoken(row.why)}")
        if len(document.unseen) > MOST_UNSEEN:
            console.print(f"  and {len(document.unseen) - MOST_UNSEEN} more (--json)")
    console.print(f"Next: {document.next}")


def homes(console: Console, document: ScanHomesDocument) -> None:
    """Each home under its path."""
    for row in document.homes:
        console.print(Text(row.home, style="bold underline"))
        if row.scan is None:
            console.print(Text("may not be looked at; run withhold as an administrator", style="yellow"))
        else:
            scan(console, row.scan)
        console.print()


def _weight(tool: Tool, document: ScanDocument) -> tuple[int, int]:
    """Ways that surely train come first, contracts last; then what has most open settings."""
    ways = [r.trainable for r in document.routes if r.tool == tool.id]
    rank = 0 if True in ways else 1 if "unknown" in ways else 2
    return rank, -sum(s.verdict == "bad" for s in document.settings if s.tool == tool.id)


def _empty(console: Console, document: ScanDocument) -> None:
    """Five lines: what was found, what can be seen here, what cannot, what was done, the next command."""
    names = ", ".join(t.id for t in document.tools)
    rest = f"; beside {names}" if names else ""
    for line in (
        f"Found: no AI tool that withhold knows{rest}.",
        "It can see: such tools, their settings and sessions on this computer.",
        "It cannot see: your account's training setting, or chats on the web and phone.",
        "It read files only: nothing was changed, nothing was sent anywhere.",
        f"Next: {document.next}",
    ):
        console.print(line, soft_wrap=True)


def _tool(console: Console, tool: Tool, document: ScanDocument) -> None:
    version = f" {tool.version}" if tool.version else ""
    name = Text(f"{tool.id}{version}", style="bold")
    console.print(name, Text(f"found by {tool.found_by[0]}"), *_more(len(tool.found_by) - 1))
    for route in (r for r in document.routes if r.tool == tool.id):
        _route(console, route)
    _settings(console, [s for s in document.settings if s.tool == tool.id])
    for transcripts in (t for t in document.transcripts if t.tool == tool.id):
        _transcripts(console, transcripts)
    _copies(console, [c for c in document.copies if c.tool == tool.id])
    for held in (s for s in document.secrets if s.tool == tool.id):
        _secrets(console, held)


def _more(signs: int) -> tuple[Text, ...]:
    """How many signs of a tool are not named."""
    return (Text("and one more sign" if signs == 1 else f"and {signs} more signs"),) if signs else ()


def _others(console: Console, tool: Tool, document: ScanDocument) -> None:
    """Browsers, editors, systems: one or two lines."""
    console.print(Text(tool.id, style="bold"), Text(f"found by {tool.found_by[0]}"))
    _settings(console, [s for s in document.settings if s.tool == tool.id])


def _settings(console: Console, rows: Sequence[SettingRow]) -> None:
    ranked = sorted(rows, key=lambda r: _URGENT.index(r.purpose) if r.purpose in _URGENT else len(_URGENT))
    for verdict, words, style in (("bad", "not private", "red"), ("partly", "half private", "yellow")):
        own = [r for r in ranked if r.verdict == verdict and r.fix != "admin-only"]
        named = [r.id.partition(".")[2] for r in own]
        if named:
            more = spoken(f" and {len(named) - MOST_NAMES} more") if len(named) > MOST_NAMES else ""
            _line(console, f"{words}: {', '.join(named[:MOST_NAMES])}{more}", style)
    policies = sum(r.verdict == "bad" and r.fix == "admin-only" for r in rows)
    if policies:
        console.print(f"  policies that an administrator could set: {policies}")
    good = sum(r.verdict == "good" for r in rows)
    unknown = sum(r.verdict == "unknown" for r in rows)
    if good or unknown:
        console.print(f"  private: {good}, unknown: {unknown}")


def _violations(console: Console, document: ScanDocument) -> None:
    for broken in document.violations:
        console.print(Text(f"policy {broken.rule}: {broken.id} is {broken.verdict}", style="red"))


def _route(console: Console, route: Route) -> None:
    style = (
        {True: "red", False: "green"}.get(route.trainable, "yellow")
        if route.trainable != "unknown"
        else "yellow"
    )
    said = f"- {spoken(TRAINABLE[route.trainable])}"
    console.print(Text("  runs on:"), Text(route.kind), Text(said, style=style))
    _line(console, f"seen from: {', '.join(route.signals)}", "dim", "    ")


def _transcripts(console: Console, row: Transcripts) -> None:
    whose = f" of the account {row.account}" if row.account else ""
    if row.sessions:
        about = f"{plural(row.sessions, 'session')} on disk{whose}, {day(row.first)} to {day(row.last)}"
        console.print(Text(f"  {about}"))
    if row.resumed_since is not None and row.resumed:
        line = f"  {plural(row.resumed, 'session')} resumed since the terms of {day(row.resumed_since)}"
        console.print(Text(line, style="yellow"))
    for number, what in ((row.shared, "shared by a link"), (row.feedback, "rated or reported")):
        if number:
            console.print(Text(f"  {plural(number, 'session')} {what}", style="yellow"))
    if row.unrecognised:
        places = plural(row.unrecognised, "place was", "places were")
        console.print(Text(f"  {places} not recognised", style="yellow"))


def _copies(console: Console, rows: Sequence[LocalCopies]) -> None:
    """How much is kept, in one line; bundles that wait to be sent in one of their own."""
    if not rows:
        return
    files, size = sum(r.files for r in rows), sum(r.size for r in rows)
    kept = rows[0].kept or "no one says how long"
    _line(console, f"kept here: {plural(files, 'file')}, {_megabytes(size)}; {kept}")
    for row in rows:
        if "report" in row.what and row is not rows[0]:
            _line(console, f"{row.what}: {plural(row.files, 'file')} in {row.where}", "yellow")


def _line(console: Console, text: str, style: str = "", indent: str = "  ") -> None:
    """A line that hangs where it has to be wrapped, without blanks at its end."""
    width = max(20, console.width)
    for part in textwrap.wrap(spoken(text), width, initial_indent=indent, subsequent_indent=indent + "  "):
        console.print(Text(part, style=style))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def _secrets(console: Console, held: SecretsHeld) -> None:
    if held.conversations:
        conversations = plural(held.conversations, "conversation holds", "conversations hold")
        console.print(Text(f"  {conversations} what looks like live keys", style="red"))
    if held.personal:
        conversations = plural(held.personal, "conversation holds", "conversations hold")
        console.print(Text(f"  {conversations} personal data", style="yellow"))
