"""Operating one control: once by keyboard, else once by mouse, then what the page asks to complete it."""

import time
from dataclasses import dataclass

from withhold.controls.driver import BrowserError, Dialog, Page
from withhold.controls.find import Match, find
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import (
    CONFIRM_WORDS,
    LANGUAGES,
    SAVE_WORDS,
    TURN_OFF_WORDS,
    TURN_ON_WORDS,
    harmful,
    normal,
)
from withhold.controls.settle import Patience, settle
from withhold.controls.traffic import Traffic
from withhold.model.terms import Control
from withhold.model.words import ControlState

_POLL_MS = 150
_PRESS_LIMIT_MS = 3000


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one act. ``moved``: the wanted state was seen, or a change was sent.

    Not ``acted``: the control was left alone after all.
    """

    moved: bool
    trouble: str | None = None
    acted: bool = True


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


class Hand:
    """Operates controls of one page and appends to ``steps`` what it did, for people."""

    def __init__(
        self, lens: Lens, traffic: Traffic, dialogs: NativeDialogs, patience: Patience, steps: list[str]
    ) -> None:
        self._lens = lens
        self._page = lens.page
        self._traffic = traffic
        self._dialogs = dialogs
        self._patience = patience
        self._steps = steps

    def turn(self, control: Control, match: Match, wanted: ControlState) -> Turn:
        """Bring ``match`` to ``wanted``: at most one key press and, if that had no effect, one click."""
        before = self._lens.view()
        attempt = _Attempt(control, wanted, _dialogs(before), self._closed_saves(before, match.node))
        self._dialogs.language_known = self._language() in LANGUAGES
        self._dialogs.acting = True
        try:
            if not (self._by_key(match, attempt) or self._by_mouse(attempt)):
                return Turn(moved=False, trouble="neither keyboard nor mouse moved the control")
            self._until_saved(0)
            return self._complete(attempt)
        finally:
            self._dialogs.acting = False

    def _by_key(self, match: Match, attempt: "_Attempt") -> bool:
        element = self._lens.handle(match.node)
        if element is None:
            return False
        element.focus()
        if not self._lens.call(match.node, "focused"):
            return False  # the key would go to something else
        self._page.keyboard.press("Space")
        self._steps.append(f"focused {match.node.name!r} and pressed Space")
        return self._effect(attempt)

    def _by_mouse(self, attempt: "_Attempt") -> bool:
        found = self._seen(attempt, self._lens.view())
        if found is None:
            return False
        self._lens.call(found.node, "reveal")
        part = self._lens.handle(found.node, "visiblePart")
        box = part.bounding_box() if part else None
        if box is None:
            return False
        self._page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._steps.append(f"clicked {found.node.name!r}")
        return self._effect(attempt)

    def _effect(self, attempt: "_Attempt") -> bool:
        asked = self._dialogs.count
        until = time.monotonic() + self._patience.effect
        while time.monotonic() < until:
            self._page.wait_for_timeout(_POLL_MS)
            view = self._lens.view()
            if self._traffic.sent or self._dialogs.count > asked or self._new_dialogs(attempt, view):
                return True
            if self._has_state(attempt, view):
                return True
        return False

    def _complete(self, attempt: "_Attempt") -> Turn:
        """Confirm and save, each at most once, where the page asks for it."""
        trouble = self._dialogs.refused or self._confirm(attempt)
        if trouble is None:
            trouble = self._save(attempt)
        moved = self._traffic.sent > 0 or self._has_state(attempt, self._lens.view())
        return Turn(moved=moved, trouble=trouble)

    def _confirm(self, attempt: "_Attempt") -> str | None:
        view = self._lens.view()
        asking = self._new_dialogs(attempt, view)
        if not asking:
            return None
        button = _confirming(view, asking[0], attempt.wanted) if len(asking) == 1 else None
        if button is None:
            return "the page opened a dialog whose buttons only you should press"
        self._press(button)
        if self._new_dialogs(attempt, self._lens.view()):
            return "the page asked a second time; only you should answer"
        return None

    def _save(self, attempt: "_Attempt") -> str | None:
        view = self._lens.view()
        found = self._seen(attempt, view)
        if found is None or not self._has_state(attempt, view):
            return None
        saves = [b for b in self._saves(view, found.node) if not b.disabled]
        if len(saves) > 1:
            return "several buttons could save this form"
        woken = bool(saves) and normal(saves[0].name) in attempt.closed_saves
        if saves and (woken or self._traffic.sent == 0):
            self._press(saves[0])
        return None

    def _press(self, button: Node) -> None:
        element = self._lens.handle(button)
        if element is None:
            raise BrowserError("a button went away before it could be pressed")
        sent = self._traffic.sent
        element.click(timeout=_PRESS_LIMIT_MS)
        self._steps.append(f"pressed {button.name!r}")
        self._until_saved(sent)

    def _until_saved(self, sent: int) -> None:
        """Wait until more than ``sent`` changes were sent (some pages take a moment), then for rest."""
        until = time.monotonic() + self._patience.effect
        while self._traffic.sent <= sent and time.monotonic() < until:
            self._page.wait_for_timeout(_POLL_MS)
        settle(self._page, self._traffic, self._patience)

    def _seen(self, attempt: "_Attempt", view: View) -> Match | None:
        found = find(self._lens, view, attempt.control)
        return found[0] if len(found) == 1 else None

    def _has_state(self, attempt: "_Attempt", view: View) -> bool:
        found = self._seen(attempt, view)
        want = "true" if attempt.wanted is ControlState.ON else "false"
        return found is not None and found.node.state == want

    def _new_dialogs(self, attempt: "_Attempt", view: View) -> list[Node]:
        return [
            d for d in view.of_role("dialog", "alertdialog") if d.backend_id not in attempt.dialogs_before
        ]

    def _saves(self, view: View, control: Node) -> list[Node]:
        named = [
            b for b in view.of_role("button") if normal(b.name) in SAVE_WORDS and b.frame == control.frame
        ]
        return [b for b in named if self._lens.call(control, "sharesForm", b)]

    def _closed_saves(self, view: View, control: Node) -> frozenset[str]:
        return frozenset(normal(b.name) for b in self._saves(view, control) if b.disabled)

    def _language(self) -> str:
        told = self._page.evaluate("document.documentElement.lang")
        return str(told or "en").partition("-")[0].casefold()


@dataclass(frozen=True, slots=True)
class _Attempt:
    control: Control
    wanted: ControlState
    dialogs_before: frozenset[int | None]
    closed_saves: frozenset[str]


def _dialogs(view: View) -> frozenset[int | None]:
    return frozenset(d.backend_id for d in view.of_role("dialog", "alertdialog"))


def _confirming(view: View, dialog: Node, wanted: ControlState) -> Node | None:
    """The one button that completes what was begun; none where the text or the choice is doubtful."""
    below = [node for _, node in view.inside(dialog)]
    buttons = [n for n in below if n.role == "button" and not n.ignored and not n.disabled]
    within = {id(n) for b in buttons for _, n in view.inside(b)}
    text = " ".join(n.name for n in below if n.role == "StaticText" and id(n) not in within)
    if harmful(text) or any(n.role in {"textbox", "searchbox", "combobox"} for n in below):
        return None
    exact = TURN_ON_WORDS if wanted is ControlState.ON else TURN_OFF_WORDS
    for table in (exact, CONFIRM_WORDS):
        chosen = [b for b in buttons if normal(b.name) in table]
        if chosen:
            return chosen[0] if len(chosen) == 1 else None
    return None
