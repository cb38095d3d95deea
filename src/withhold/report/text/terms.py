"""What the watch saw of terms pages, for people."""

from collections import Counter

from rich.console import Console
from rich.text import Text

from withhold.report.documents.terms import SentencePair, TermsAlarm, TermsPageRow, WatchTermsDocument
from withhold.report.text.base import bullets, minute, plural

TOPICS = {
    "training": "training",
    "retention": "keeping times",
    "deletion": "deletion",
    "opt_out": "opting out",
    "human_review": "review by humans",
    "automated_access": "automated access",
}
QUIET = ("same", "no_relevant_change", "first_seen", "not_due")
COMPARED = ("same", "no_relevant_change", "relevant_change")
NOTHING = "No page could be compared, so nothing is known of changes."
SEEN = {
    "relevant_change": "A change that may matter was found. What it means is for you to read.",
    "no_relevant_change_seen": "No relevant change seen. (By words and sentences; nobody has read them.)",
    "undetermined": "No relevant change seen where pages could be compared; those above were not.",
    "first_seen": "The pages are kept now; the next run compares with them.",
    "nothing_asked": "Each page was asked for less than a day ago, so none was asked for now.",
}
_SHOWN = 12
"""Sentences of one page that are shown; the evidence holds all."""


def watch_terms(console: Console, document: WatchTermsDocument) -> None:
    for alarm in document.alarms:
        _alarm(console, alarm)
    if document.pages:
        _pages(console, document.pages)
        compared = any(p.outcome in COMPARED for p in document.pages)
        nothing = document.seen == "undetermined" and not compared
        console.print(NOTHING if nothing else SEEN[document.seen])
    elif not document.alarms:
        console.print("No change of terms that matters has been found so far.")
    if document.unread:
        console.print(f"{plural(document.unread, 'change')} not marked as read: withhold watch terms --list")


def _alarm(console: Console, alarm: TermsAlarm) -> None:
    topics = ", ".join(TOPICS[t] for t in alarm.topics)
    console.print(Text(f"{alarm.provider}: {topics}", style="bold red" if not alarm.read else "bold"))
    console.print(f"  {alarm.url}")
    console.print(f"  between {minute(alarm.earliest)} and {minute(alarm.latest)}")
    for pair in alarm.sentences[:_SHOWN]:
        _pair(console, pair)
    if len(alarm.sentences) > _SHOWN:
        console.print(
            f"  ... and {len(alarm.sentences) - _SHOWN} more in evidence record {alarm.record[:12]}"
        )
    if alarm.controls:
        console.print("  Look again at:")
        bullets(console, (f"{c.name} ({c.id}): {c.next}" for c in alarm.controls), indent="    ")
    if alarm.entries:
        console.print(f"  Terms of the pack that rest on this page: {', '.join(alarm.entries)}")
    state = "marked as read" if alarm.read else f"read it? withhold watch terms --read {alarm.id}"
    console.print(f"  id {alarm.id}, evidence {alarm.record[:12]}; {state}")
    console.print()


def _pair(console: Console, pair: SentencePair) -> None:
    console.print()
    if pair.under:
        console.print(Text(f"    under: {pair.under}", style="dim"))
    _side(console, "was", pair.old, "was not there")
    _side(console, "now", pair.new, "is gone")


def _side(console: Console, label: str, sentence: str | None, absent: str) -> None:
    from rich.padding import Padding

    said = Text(f"{label}: ", style="bold")
    said.append(sentence if sentence is not None else f"({absent})", style="" if sentence else "dim")
    console.print(Padding(said, (0, 0, 0, 4)))


def _pages(console: Console, pages: tuple[TermsPageRow, ...]) -> None:
    counts = Counter(page.outcome for page in pages)
    for page in pages:
        if page.outcome not in (*QUIET, "relevant_change"):
            console.print(Text(f"{page.provider}: {page.url}", style="yellow"))
            console.print(f"  {page.why}")
    compared = counts["same"] + counts["no_relevant_change"] + counts["relevant_change"]
    said = [
        f"{plural(len(pages), 'page')}: {compared} compared",
        f"{sum(p.edits for p in pages)} sentences changed, {sum(p.relevant for p in pages)} of them relevant",
    ]
    if counts["first_seen"]:
        said.append(f"{counts['first_seen']} kept for the first time")
    if counts["not_due"]:
        said.append(f"{counts['not_due']} not asked (at most daily)")
    console.print("; ".join(said) + ".")
