"""What this machine shows."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    Route,
    ScanDocument,
    Transcripts,
)
from withhold.report.text.base import bullets, day, plural


def scan(console: Console, document: ScanDocument) -> None:
    """Tools, the contract they run under, sessions; then what could not be seen. Five lines when empty."""
    if not document.tools:
        _empty(console, document)
        return
    for tool in document.tools:
        version = f" {tool.version}" if tool.version else ""
        console.print(Text(f"{tool.id}{version}", style="bold"), Text(f"found by {', '.join(tool.found_by)}"))
        for route in (r for r in document.routes if r.tool == tool.id):
            _route(console, route)
        for transcripts in (t for t in document.transcripts if t.tool == tool.id):
            _transcripts(console, transcripts)
    for placebo in document.placebos:
        console.print(Text(f"no effect: {placebo.where} ({placebo.why})", style="yellow"))
    if document.unseen:
        console.print("Could not be seen:")
        bullets(console, (f"{u.what}: {u.why}" for u in document.unseen))
    console.print(f"Next: {document.next}")


def _empty(console: Console, document: ScanDocument) -> None:
    """Five lines: what was found, what can be seen here, what cannot, what was done, the next command."""
    for line in (
        "Found: no AI coding tool that withhold knows (it looks for Claude Code).",
        "It can see: such tools, their settings and sessions on this computer.",
        "It cannot see: your account's training setting, or chats on the web and phone.",
        "It read files only: nothing was changed, nothing was sent anywhere.",
        f"Next: {document.next}",
    ):
        console.print(line, soft_wrap=True)


TRAINABLE = {
    True: "its content may be used for training",
    False: "the contract excludes training",
    "unknown": "whether it trains is decided by a setting that no file shows",
}


def _route(console: Console, route: Route) -> None:
    style = (
        {True: "red", False: "green"}.get(route.trainable, "yellow")
        if route.trainable != "unknown"
        else "yellow"
    )
    console.print(Text("  runs on: "), Text(route.kind), Text(f"- {TRAINABLE[route.trainable]}", style=style))
    console.print(Text(f"    seen from: {', '.join(route.signals)}", style="dim"))


def _transcripts(console: Console, row: Transcripts) -> None:
    console.print(f"  {plural(row.sessions, 'session')} on disk, {day(row.first)} to {day(row.last)}")
    if row.resumed_since is not None and row.sessions:
        console.print(
            f"  {row.resumed:,} of them begun before the terms of {day(row.resumed_since)} and resumed since"
        )
    if row.unrecognised:
        places = plural(row.unrecognised, "place was", "places were")
        console.print(Text(f"  {places} not recognised", style="yellow"))
