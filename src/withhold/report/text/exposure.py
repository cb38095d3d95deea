"""The ledger of conversations: totals, rows, and what may hold in spite of the verdicts."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from withhold.report.clocks import kept_until
from withhold.report.documents import (
    AsOf,
    CarveOutRow,
    ClockRow,
    ConversationRow,
    EndsRow,
    ExplainDocument,
    ExposureDocument,
    FactsRow,
    FutureTotals,
    GroupTotals,
    LedgerPage,
    PastTotals,
    ReasonRow,
    SupposedRow,
    Totals,
)
from withhold.report.text.base import bullets, day, grid, minute, plural, said, word
from withhold.support.messages import spoken, spoken_phrase

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOT_LEGAL = (
    "Verdicts speak of what the imported files show, and of use under terms and setting. Nobody outside can"
    " see a provider's servers."
)


def exposure(console: Console, document: ExposureDocument) -> None:
    """Totals first, then one row a conversation, then the carve-outs that go with every verdict."""
    page(console, LedgerPage(document=document, carve_outs=()))


def page(console: Console, shown: LedgerPage) -> None:
    """The same where ``shown`` holds the newest rows alone: it says how many there are."""
    document = shown.document
    past = document.totals.past
    count = past.exposed + past.not_exposed + past.unknown
    if not count and document.left_out:
        console.print(
            f"None of {plural(document.left_out, 'conversation')} in the index is kept by the filters."
        )
        return
    if not count:
        console.print("No conversations are in the index yet. Next: withhold import PATH")
        return
    console.print(Text(plural(count, "conversation"), style="bold"))
    totals_lines(console, document.totals)
    if document.taken_at_word is not None:
        console.print(Text(f"  {spoken_phrase(document.taken_at_word)}", style="yellow"))
    for as_of in document.as_of:
        console.print(Text(f"  {_standing(as_of)}", style="dim"))
    console.print()
    groups = lettered((*(row.carve_outs for row in document.conversations), *shown.carve_outs))
    _rows(console, document.conversations, groups)
    if len(document.conversations) < count:
        newest = f"The newest {len(document.conversations):,} of {count:,} are shown; --limit 0 shows all."
        console.print(Text(newest, style="dim"))
    console.print()
    carve_out_lines(console, groups)
    if any("own_terms" in row.marks for row in document.conversations):
        console.print(Text("Some verdicts rest on a pack of your own (withhold packs list).", style="yellow"))
    console.print(Text(NOT_LEGAL, style="dim"))
    console.print(Text("Why: withhold exposure explain ID", style="dim"))


def totals_lines(console: Console, totals: Totals) -> None:
    """Both verdicts, the parts where there are several, and how long what is kept."""
    console.print(f"  open to training before:  {past_words(totals.past)}")
    console.print(f"  may enter later runs:     {future_words(totals.future)}")
    if totals.groups:
        console.print(_parts(totals.groups))
    if totals.ends:
        console.print("  ends of keeping, by ground and year:")
        bullets(console, ends_lines(totals.ends), indent="   ")


def _parts(groups: Sequence[GroupTotals]) -> Table:
    """Both verdicts of each part, in figures."""
    table = grid("    by", "exposed", "not", "unknown", "eligible", "not", "unknown")
    for column in table.columns[1:]:
        column.justify = "right"
    for g in groups:
        figures = (*_figures(g.past), *_figures(g.future))
        label = said(g.label) if g.by == "kind" else spoken_phrase(g.label)
        called = label if g.by == "account" else f"{spoken(g.by)} {label}"
        table.add_row(Text(f"    {called}"), *(f"{n:,}" for n in figures))
    return table


def _figures(totals: PastTotals | FutureTotals) -> tuple[int, int, int]:
    if isinstance(totals, PastTotals):
        return totals.exposed, totals.not_exposed, totals.unknown
    return totals.eligible, totals.not_eligible, totals.unknown


def past_words(past: PastTotals) -> str:
    return f"{past.exposed:,} exposed, {past.not_exposed:,} not exposed, {past.unknown:,} unknown"


def future_words(future: FutureTotals) -> str:
    return f"{future.eligible:,} eligible, {future.not_eligible:,} not eligible, {future.unknown:,} unknown"


BOUNDS: dict[str | None, str] = {"up_to": "at most until", "at_least": "at least until"}


def ends_lines(ends: Sequence[EndsRow]) -> list[str]:
    """One line a ground: conversations by the year of the end, then those without one."""
    lines = []
    for basis in dict.fromkeys(e.basis for e in ends):
        years = [_year(e) for e in ends if e.basis == basis]
        lines.append(f"{said(basis)}: {', '.join(years)}")
    return lines


def _year(end: EndsRow) -> str:
    if end.year is None:
        return f"{end.count:,} without an end that can be said"
    return f"{end.count:,} {_until(end.bound)} {end.year}"


def _until(bound: str | None) -> str:
    return spoken(BOUNDS[bound]) if bound in BOUNDS else spoken("until")


Groups = dict[tuple[CarveOutRow, ...], str]
"""Sets of carve-outs that rows share, each with its letter."""


def carve_out_groups(rows: Sequence[ConversationRow | SupposedRow]) -> Groups:
    """Each distinct set of carve-outs with the letter that stands for it in a table."""
    return lettered(row.carve_outs for row in rows)


def lettered(sets: Iterable[tuple[CarveOutRow, ...]]) -> Groups:
    """A letter for each distinct set that is not empty, in the order in which they come."""
    distinct = dict.fromkeys(one for one in sets if one)
    return {c: LETTERS[i] if i < len(LETTERS) else f"#{i + 1}" for i, c in enumerate(distinct)}


def _standing(as_of: AsOf) -> str:
    """Up to when an account's setting and conversations are known."""
    look = f"{as_of.provider} {as_of.account or 'account unknown'}: {as_of.why}"
    if as_of.shown_until is None:
        return look
    return f"{look}; files show its conversations up to {as_of.shown_until:%Y-%m-%d} at the latest"


def _rows(console: Console, rows: Sequence[ConversationRow], groups: Groups) -> None:
    table = grid("id", "kind", "first - last", "past", "future", "kept until", "but")
    table.padding = (0, 1, 0, 0)
    for column in table.columns:
        column.no_wrap = True
    for row in rows:
        table.add_row(
            row.id[:8],
            said(row.kind) + ("*" if row.deleted is True else "") + ("\N{DAGGER}" if row.gone_since else ""),
            _period(row),
            word(row.past_exposure),
            word(row.future_eligibility),
            _kept(row.clocks),
            groups.get(row.carve_outs, ""),
        )
    console.print(table)
    if any(row.deleted is True for row in rows):
        console.print(Text("* deleted", style="dim"))
    gone = dict.fromkeys(row.gone_since.note for row in rows if row.gone_since)
    for note in gone:
        console.print(Text(f"\N{DAGGER} {note}", style="dim"))


def _period(row: ConversationRow) -> str:
    """First and last day; the year once where it is the same."""
    first, last = day(row.first), day(row.last)
    if row.first is None or row.last is None or first == last:
        return first
    return f"{first} - {last[5:] if last[:4] == first[:4] else last}"


def _kept(clocks: Sequence[ClockRow]) -> str:
    """The day until which it may be kept; ``open`` where one ground has no end."""
    until = kept_until(clocks)
    return spoken("open") if until is None else day(until)


def carve_out_lines(console: Console, groups: Groups) -> None:
    """What the letters stand for: it holds whatever the verdicts say."""
    if not groups:
        return
    numbers = {c: i for i, c in enumerate(dict.fromkeys(c for group in groups for c in group), 1)}
    console.print(Text("But, whatever the verdict says:", style="bold"))
    for group, letter in groups.items():
        console.print(f"  {letter}: {', '.join(str(numbers[c]) for c in group)}")
    for c, number in numbers.items():
        table = grid()
        table.show_header = False
        table.add_column(width=4, justify="right")
        table.add_column(overflow="fold")
        table.add_row(f"{number}.", f"{said(c.kind)}: {c.text}")
        console.print(table)
    console.print()


def explain(console: Console, document: ExplainDocument) -> None:
    """One conversation: both verdicts, the chain of reasons, clocks, what is not known."""
    row = document.conversation
    console.print(
        Text(f"{said(row.kind)} {row.id}", style="bold"), Text(f"({row.provider}, {row.source_id})")
    )
    console.print(
        f"  {plural(row.human, 'message')} of yours, {plural(row.model, 'answer')},"
        f" {minute(row.first)} to {minute(row.last)}"
    )
    for at in row.resumed_at:
        console.print(f"  taken up again {minute(at)}")
    for fact in () if document.facts is None else _facts(document.facts):
        console.print(f"  {fact}")
    if row.gone_since is not None:
        console.print(f"  {row.gone_since.note}")
    console.print(Text("  open to training before: "), word(row.past_exposure), _extent(row))
    console.print(Text("  may enter later runs:    "), word(row.future_eligibility))
    if row.marks:
        console.print(f"  marks: {', '.join(row.marks)}")
    console.print()
    console.print(Text("Why", style="bold"))
    for i, reason in enumerate(document.reasons, 1):
        _reason(console, i, reason)
    console.print(Text("How long it may be kept", style="bold"))
    bullets(console, (_clock(c) for c in row.clocks))
    console.print(Text("But, whatever the verdict says", style="bold"))
    bullets(console, (f"{said(c.kind)}: {c.text} ({said(c.confidence)})" for c in row.carve_outs))
    if document.would_settle:
        console.print(Text("What would settle the unknown", style="bold"))
        bullets(console, document.would_settle)
    console.print(Text(NOT_LEGAL, style="dim"))


def _facts(facts: FactsRow) -> Iterator[str]:
    if facts.other:
        yield f"{plural(facts.other, 'line')} of tools and programs among it"
    yield f"{facts.characters:,} characters, with attachments and tool output where a file has them"
    yield f"files sent along: {_counted(facts.attachments)}; results of tools: {_counted(facts.tool_outputs)}"
    yield f"temporary (incognito): {_told(facts.incognito)}; shared by a link: {_told(facts.shared)}"
    if facts.feedback:
        yield f"rated: {', '.join(facts.feedback)}"
    else:
        yield "not rated" if facts.feedback_visible else "whether it was rated is not told"
    if facts.sent_again:
        yield f"sent once more at the head of another session: {plural(facts.sent_again, 'time')}"


def _counted(number: int | None) -> str:
    return spoken("not told") if number is None else f"{number:,}"


def _told(fact: bool | None) -> str:
    return spoken("not told") if fact is None else said("yes" if fact else "no")


def _extent(row: ConversationRow) -> str:
    return {"whole": "(the whole conversation)", "since": "(what was said since)"}.get(row.extent, "")


def _clock(clock: ClockRow) -> str:
    end = spoken("no end can be said") if clock.until is None else f"{_until(clock.bound)} {day(clock.until)}"
    return f"{said(clock.basis)}: {end} ({clock.note})"


def _reason(console: Console, number: int, reason: ReasonRow) -> None:
    table = grid()
    table.show_header = False
    table.add_column(width=4, justify="right")
    table.add_column(overflow="fold")
    table.add_row(f"{number}.", Text.assemble((reason.text, ""), (f"  [{reason.rule}]", "dim")))
    if reason.at is not None:
        table.add_row("", Text(f"message of {minute(reason.at)}", style="dim"))
    if reason.source is not None:
        table.add_row("", Text(f"source: {reason.source.summary} <{reason.source.url}>", style="dim"))
    if reason.observation is not None:
        seen = reason.observation
        record = f", evidence {seen.record[:12]}" if seen.record else ""
        table.add_row("", Text(f"known: {said(seen.known)}{record}", style="dim"))
    console.print(table)
