"""The controls of a page, for people."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import InspectDocument, InspectedControl
from withhold.report.text.base import grid

_MEANS = {
    "on_trains": "on lets content be used for training",
    "on_private": "on keeps content out of training",
    "choice_list": "several choices",
    "not_training": "not about training",
    "unknown": "not known what on means",
}


def inspect(console: Console, document: InspectDocument) -> None:
    """A row for each control; those about training carry what they mean."""
    table = grid("control", "state", "meaning", "size", "confidence")
    for control in document.controls:
        table.add_row(
            Text(control.label or "(no label)"),
            control.state + (" (locked)" if control.locked else ""),
            _meaning(control),
            f"{control.box.width:.0f} x {control.box.height:.0f}",
            f"{control.confidence:.2f}",
        )
    console.print(table if document.controls else "No control was found on this page.")
    for note in document.notes:
        console.print(note)
    if not document.loaded:
        console.print("The page did not come to rest: what it shows may be the state of a moment.")


def _meaning(control: InspectedControl) -> str:
    said = _MEANS[control.polarity]
    return f"{said}: {control.setting} now" if control.setting else said
