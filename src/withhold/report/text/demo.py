"""The demo's result in the terminal."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import DemoDocument
from withhold.report.text.base import grid, word


def demo(console: Console, document: DemoDocument) -> None:
    for step in document.steps:
        mark = Text("held  ", style="green") if step.held else Text("FAILED", style="bold red")
        console.print(mark, Text(step.title))
        for line in step.details:
            console.print(Text(f"         {line}", style="dim"))
    console.print()
    console.print(Text("What was predicted, and what the lab's training runs hold", style="bold"))
    table = grid("conversation", "past", "future", "lab's runs", "cause", "agrees")
    for row in document.comparison:
        table.add_row(
            row.title,
            word(row.past_exposure),
            word(row.future_eligibility),
            ", ".join(row.in_runs) or "in none",
            ", ".join(row.actual_causes) or "-",
            "yes" if row.agrees else Text("NO", style="bold red"),
        )
    console.print(table)
    for line in document.not_run:
        console.print(Text(f"not run: {line}", style="yellow"))
    held = sum(s.held for s in document.steps)
    console.print(f"{held} of {len(document.steps)} steps held in {document.seconds:.0f} s.")
    if document.page:
        console.print(f"The page: {document.page}")
