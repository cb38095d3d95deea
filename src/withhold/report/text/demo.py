"""The demo's result in the terminal."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import DemoComparison, DemoDocument
from withhold.report.text.base import word


def demo(console: Console, document: DemoDocument) -> None:
    for step in document.steps:
        mark = Text("held  ", style="green") if step.held else Text("FAILED", style="bold red")
        console.print(mark, Text(step.title))
        for line in step.details:
            console.print(Text(f"         {line}", style="dim"))
    console.print()
    console.print(Text("What was predicted, and what the lab's training runs hold", style="bold"))
    for row in document.comparison:
        _row(console, row)
    for line in document.not_run:
        console.print(Text(f"not run: {line}", style="yellow"))
    held = sum(s.held for s in document.steps)
    console.print(f"{held} of {len(document.steps)} steps held in {document.seconds:.0f} s.")
    if document.page:
        console.print(f"The page: {document.page}")


def _row(console: Console, row: DemoComparison) -> None:
    """One conversation in a few lines: both verdicts with what they leave open, then the lab's books."""
    console.print(Text(f"{row.title} ({row.kind})"))
    console.print(
        Text("  said:     "),
        word(row.past_exposure),
        Text(" before, "),
        word(row.future_eligibility),
        Text(" later"),
        sep="",
    )
    if row.but_for:
        console.print(
            Text(f"            but for: {', '.join(k.replace('_', ' ') for k in row.but_for)}", style="dim")
        )
    console.print(Text("  the lab:  " + ("; ".join(row.actual_causes) or "in no run")))
    console.print(Text("  agrees:   "), "yes" if row.agrees else Text("NO", style="bold red"), sep="")
