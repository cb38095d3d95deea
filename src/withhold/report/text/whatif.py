"""A supposition: totals as they are and as they would be, and the rows that would change."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import VerdictWords, WhatIfDocument
from withhold.report.text.base import day, grid, plural, word
from withhold.report.text.exposure import NOT_LEGAL, carve_out_groups, carve_out_lines, totals_lines


def whatif(console: Console, document: WhatIfDocument) -> None:
    """Every part says that it is supposed."""
    console.print(Text(document.supposition.text, style="bold"))
    console.print("Nothing was stored.")
    if document.not_supposed_for:
        console.print(
            f"{plural(document.not_supposed_for, 'conversation')} of no known account:"
            " nothing can be supposed about their setting."
        )
    console.print(Text("\nAs it is", style="bold"))
    totals_lines(console, document.actual)
    console.print(Text("\nSupposed", style="bold"))
    totals_lines(console, document.supposed)
    console.print()
    _changes(console, document)
    console.print(Text(NOT_LEGAL, style="dim"))


def _changes(console: Console, document: WhatIfDocument) -> None:
    if not document.changes:
        console.print(f"No verdict would change: all {document.unchanged:,} stay as they are.")
        return
    console.print(
        f"{plural(len(document.changes), 'conversation')} would change, {document.unchanged:,} would not."
    )
    groups = carve_out_groups(document.changes)
    table = grid("id", "first", "", "past", "future", "kept until", "but")
    for column in table.columns:
        column.no_wrap = True
    for row in document.changes:
        letter = groups.get(row.carve_outs, "")
        table.add_row(row.id[:8], day(row.first), "as it is", *_words(row.actual), letter)
        table.add_row("", "", "supposed", *_words(row.supposed), letter)
    console.print(table)
    console.print()
    carve_out_lines(console, groups)


def _words(words: VerdictWords) -> tuple[Text, Text, str]:
    until = "open" if words.kept_until is None else day(words.kept_until)
    return word(words.past_exposure), word(words.future_eligibility), until
