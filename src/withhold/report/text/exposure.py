"""The ledger of conversations: totals, rows, and what may hold in spite of the verdicts."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    CarveOutRow,
    ClockRow,
    ConversationRow,
    ExplainDocument,
    ExposureDocument,
    ReasonRow,
)
from withhold.report.text.base import bullets, day, grid, minute, plural, word

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NOT_LEGAL = "Verdicts speak of use under terms and setting. Nobody outside can see a provider's servers."


def exposure(console: Console, document: ExposureDocument) -> None:
    """Totals first, then one row a conversation, then the carve-outs that go with every verdict."""
    past, future = document.totals.past, document.totals.future
    count = past.exposed + past.not_exposed + past.unknown
    if not count:
        console.print("No conversations are in the index yet. Next: withhold import PATH")
        return
    console.print(Text(plural(count, "conversation"), style="bold"))
    console.print(
        f"  open to training before:  {past.exposed:,} exposed, {past.not_exposed:,} not exposed,"
        f" {past.unknown:,} unknown"
    )
    console.print(
        f"  may enter later runs:     {future.eligible:,} eligible, {future.not_eligible:,} not eligible,"
        f" {future.unknown:,} unknown"
    )
    for as_of in document.as_of:
        console.print(
            Text(f"  {as_of.provider} {as_of.account or 'account unknown'}: {as_of.why}", style="dim")
        )
    console.print()
    carve_outs = _distinct(document.conversations)
    _rows(console, document.conversations, carve_outs)
    console.print()
    _carve_outs(console, carve_outs)
    console.print(Text(NOT_LEGAL, style="dim"))
    console.print(Text("Why: withhold exposure explain ID", style="dim"))


def _rows(
    console: Console, rows: Sequence[ConversationRow], carve_outs: dict[tuple[str, str], CarveOutRow]
) -> None:
    table = grid("id", "kind", "first - last", "past", "future", "kept until", "but")
    table.columns[2].no_wrap = True
    keys = list(carve_outs)
    for row in rows:
        letters = "".join(sorted(_letter(keys.index((c.kind, c.text))) for c in row.carve_outs))
        table.add_row(
            row.id[:8],
            row.kind + (" (deleted)" if row.deleted is True else ""),
            f"{day(row.first)} - {day(row.last)}" if day(row.first) != day(row.last) else day(row.first),
            word(row.past_exposure),
            word(row.future_eligibility),
            _kept(row.clocks),
            letters,
        )
    console.print(table)


def _letter(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else "+"


def _kept(clocks: Sequence[ClockRow]) -> str:
    """The latest end among the clocks that certainly run; ``open`` where one has no end."""
    provider = [c for c in clocks if c.basis not in ("local_copies", "flagged_content", "flagged_scores")]
    ends = [c.until for c in provider if c.until is not None]
    if any(c.until is None and c.basis != "human_reviewed" for c in provider) or not ends:
        return "open"
    return day(max(ends))


def _distinct(rows: Sequence[ConversationRow]) -> dict[tuple[str, str], CarveOutRow]:
    found: dict[tuple[str, str], CarveOutRow] = {}
    for row in rows:
        for c in row.carve_outs:
            found.setdefault((c.kind, c.text), c)
    return found


def _carve_outs(console: Console, carve_outs: dict[tuple[str, str], CarveOutRow]) -> None:
    if not carve_outs:
        return
    console.print(Text("But, whatever the verdict says (column 'but'):", style="bold"))
    for i, c in enumerate(carve_outs.values()):
        table = grid()
        table.show_header = False
        table.add_column(width=3)
        table.add_column(overflow="fold")
        table.add_row(f" {_letter(i)}", f"{c.kind.replace('_', ' ')}: {c.text}")
        console.print(table)
    console.print()


def explain(console: Console, document: ExplainDocument) -> None:
    """One conversation: both verdicts, the chain of reasons, clocks, what is not known."""
    row = document.conversation
    console.print(Text(f"{row.kind} {row.id}", style="bold"), Text(f"({row.provider}, {row.source_id})"))
    console.print(
        f"  {plural(row.human, 'message')} of yours, {plural(row.model, 'answer')},"
        f" {minute(row.first)} to {minute(row.last)}"
    )
    for at in row.resumed_at:
        console.print(f"  taken up again {minute(at)}")
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
    bullets(console, (f"{c.kind.replace('_', ' ')}: {c.text} ({c.confidence})" for c in row.carve_outs))
    if document.would_settle:
        console.print(Text("What would settle the unknown", style="bold"))
        bullets(console, document.would_settle)
    console.print(Text(NOT_LEGAL, style="dim"))


def _extent(row: ConversationRow) -> str:
    return {"whole": "(the whole conversation)", "since": "(what was said since)"}.get(row.extent, "")


def _clock(clock: ClockRow) -> str:
    end = f"at most until {day(clock.until)}" if clock.until is not None else "no end can be said"
    if clock.until is not None and clock.bound != "up_to":
        end = f"{'at least ' if clock.bound == 'at_least' else ''}until {day(clock.until)}"
    return f"{clock.basis.replace('_', ' ')}: {end} ({clock.note})"


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
        table.add_row("", Text(f"known: {seen.known}{record}", style="dim"))
    console.print(table)
