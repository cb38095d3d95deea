"""What a page asks after an act: which of its buttons completes what was begun, if any may be pressed."""

from collections.abc import Sequence

from withhold.controls.driver import Dialog, Page
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import (
    CANCEL_WORDS,
    CONFIRM_WORDS,
    SAVE_WORDS,
    TURN_OFF_WORDS,
    TURN_ON_WORDS,
    harmful,
    normal,
)

_FIELDS = {"textbox", "searchbox", "combobox", "spinbutton"}


class NativeDialogs:
    """Answers the browser's own dialogs: a confirmation only while we act, and never a harmful one."""

    def __init__(self, page: Page, steps: list[str]) -> None:
        self._steps = steps
        self.acting = False
        self.language_known = False
        self.refused: str | None = None
        self.count = 0
        self._page = page
        page.on("dialog", self._asked)

    def close(self) -> None:
        """Leave the page's dialogs to others again."""
        self._page.remove_listener("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        self.count += 1
        if dialog.type in {"beforeunload", "alert"}:
            dialog.accept()
        elif dialog.type == "confirm" and self._may_confirm(dialog.message):
            self._steps.append("confirmed the browser's question with OK")
            dialog.accept()
        else:
            self.refused = "the page asked a question that only you should answer"
            self._steps.append("closed a question of the page without consent")
            dialog.dismiss()

    def _may_confirm(self, message: str) -> bool:
        return self.acting and self.language_known and not harmful(message)


def dialogs(view: View) -> frozenset[int | None]:
    """Every dialog there is, to tell new ones from."""
    return frozenset(d.backend_id for d in view.of_role("dialog", "alertdialog"))


def buttons(view: View) -> frozenset[int | None]:
    """Every button there is, to tell new ones from."""
    return frozenset(b.backend_id for b in view.of_role("button"))


def new_dialogs(view: View, before: frozenset[int | None]) -> list[Node]:
    """Dialogs that came up since."""
    return [d for d in view.of_role("dialog", "alertdialog") if d.backend_id not in before]


def in_dialog(view: View, dialog: Node, *, on: bool) -> Node | None:
    """The one button of ``dialog`` that completes turning it on or off; none where it is doubtful."""
    below = [node for _, node in view.inside(dialog)]
    offered = [n for n in below if n.role == "button" and not n.ignored and not n.disabled]
    within = {id(n) for b in offered for _, n in view.inside(b)}
    text = " ".join(n.name for n in below if n.role == "StaticText" and id(n) not in within)
    if harmful(text) or any(n.role in _FIELDS for n in below):
        return None
    return completing(offered, on=on)


def outside(lens: Lens, view: View, before: frozenset[int | None], *, on: bool) -> tuple[Node | None, bool]:
    """The button of a question that came up without the role of a dialog, and whether one came up at all."""
    new = [b for b in view.of_role("button") if b.backend_id not in before and not b.disabled and b.name]
    new = [b for b in new if normal(b.name) not in SAVE_WORDS]
    chosen = completing(new, on=on)
    cancelling = any(normal(b.name) in CANCEL_WORDS for b in new)
    if chosen is None:
        return None, cancelling and len(new) > 1
    if not cancelling and len(new) < 2:
        return None, False
    text = str(lens.call(chosen, "frameText", len(new)))
    return (None, True) if harmful(text) else (chosen, True)


def completing(offered: Sequence[Node], *, on: bool) -> Node | None:
    """The one of ``offered`` that goes on: by its very words, else the only one that does not go back."""
    exact = TURN_ON_WORDS if on else TURN_OFF_WORDS
    for table in (exact, CONFIRM_WORDS):
        chosen = [b for b in offered if normal(b.name) in table]
        if chosen:
            return chosen[0] if len(chosen) == 1 else None
    onward = [b for b in offered if normal(b.name) not in CANCEL_WORDS and b.name.strip()]
    back = len(offered) - len(onward)
    if len(onward) != 1 or back < 1 or harmful(onward[0].name):
        return None
    return onward[0]
