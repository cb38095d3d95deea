"""Operating one control: once by keyboard, else once by mouse, then what the page asks to complete it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from withhold.controls.driver import BrowserError, Page
from withhold.controls.finder import dialogs as asked
from withhold.controls.finder.dialogs import NativeDialogs
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import Sight
from withhold.controls.finder.survey import Thing
from withhold.controls.finder.wording import option_sense
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import LANGUAGES, SAVE_WORDS, harmful, normal
from withhold.controls.settle import Patience, settle
from withhold.controls.traffic import Traffic
from withhold.model.words import Polarity, Setting

_POLL_MS = 80
_PRESS_LIMIT_MS = 3000
_LISTED_ROLES = ("option", "menuitem", "menuitemradio", "menuitemcheckbox", "radio")
_SAVE_LENGTH = 36
_BRIEF = 0.5
"""Share of the patience with a whole page that one act is given: no reading is believed after it."""
_PUT_OFF = 0.35
"""The same for what a page puts off: a save is put off for a second or so, notices go away after more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one act. ``moved``: the wanted state was seen, or a change was sent.

    Not ``acted``: the control was left alone after all.
    """

    moved: bool
    trouble: str | None = None
    acted: bool = True


@dataclass(frozen=True, slots=True)
class _Attempt:
    key: str
    on: bool
    dialogs: frozenset[int | None]
    buttons: frozenset[int | None]
    closed_saves: frozenset[int | None]


class Hand:
    """Operates controls of one page and appends to ``steps`` what it did, for people."""

    def __init__(
        self,
        lens: Lens,
        traffic: Traffic,
        native: NativeDialogs,
        patience: Patience,
        steps: list[str],
        look: Callable[[], Sight],
    ) -> None:
        self._lens = lens
        self._page: Page = lens.page
        self._traffic = traffic
        self._native = native
        self._patience = patience
        self._brief = replace(patience, quiet=_BRIEF * patience.quiet, pending=_PUT_OFF * patience.pending)
        self._steps = steps
        self._look = look

    def turn(self, found: Found, view: View) -> Turn:
        """Bring ``found`` to its private state: one key press and, if that had no effect, one click."""
        attempt = self._attempt(found, view)
        self._native.language_known = self._language() in LANGUAGES
        self._native.acting = True
        try:
            if not self._move(found, attempt):
                return Turn(
                    moved=False,
                    trouble=self._native.refused or "neither keyboard nor mouse moved the control",
                )
            self._leave_it(found, attempt)
            self._until_done()
            return self._complete(attempt)
        finally:
            self._native.acting = False

    def _leave_it(self, found: Found, attempt: _Attempt) -> None:
        """Take the focus away where nothing was sent or asked: some pages save only then."""
        view = self._lens.view()
        if self._traffic.sent or self._native.count or asked.new_dialogs(view, attempt.dialogs):
            return
        if asked.outside(self._lens, view, attempt.buttons, on=attempt.on)[1]:
            return
        element = self._lens.handle(found.thing.node) if found.thing.node else None
        if element is not None:
            element.evaluate("element => element.blur && element.blur()")

    def _attempt(self, found: Found, view: View) -> _Attempt:
        closed = frozenset(b.backend_id for b in view.of_role("button") if b.disabled and _saves(b))
        on = not found.options and found.wanted
        return _Attempt(found.key, on, asked.dialogs(view), asked.buttons(view), closed)

    def _move(self, found: Found, attempt: _Attempt) -> bool:
        if found.listed:
            return self._from_list(found, attempt)
        if found.thing.facts.kind == "select":
            return self._select(found, attempt)
        if found.thing.facts.kind == "slider":
            return self._slide(found, attempt)
        if found.options:
            return self._choose(found, attempt)
        return self._by_key(found.thing, found.label, attempt) or self._by_mouse(attempt)

    def _choose(self, found: Found, attempt: _Attempt) -> bool:
        option = found.private_option
        if option is None or option.thing is None:
            return False
        return self._by_key(option.thing, option.text, attempt) or self._by_mouse(attempt)

    def _select(self, found: Found, attempt: _Attempt) -> bool:
        option = found.private_option
        element = self._lens.handle(found.thing.node) if found.thing.node else None
        if option is None or element is None:
            return False
        index = found.options.index(option)
        element.select_option(index=index, force=True, timeout=_PRESS_LIMIT_MS)
        self._steps.append(f"chose {option.text!r} in {found.label!r}")
        return self._effect(attempt)

    def _slide(self, found: Found, attempt: _Attempt) -> bool:
        element = self._lens.handle(found.thing.node) if found.thing.node else None
        if element is None:
            return False
        element.focus()
        key = "End" if found.wanted else "Home"
        self._page.keyboard.press(key)
        self._steps.append(f"focused {found.label!r} and pressed {key}")
        return self._effect(attempt)

    def _from_list(self, found: Found, attempt: _Attempt) -> bool:
        before = {n.backend_id for n in self._lens.view().of_role(*_LISTED_ROLES)}
        if not self._press_at(found.thing, found.label):
            return False
        self._page.wait_for_timeout(250)
        view = self._lens.view()
        listed = [n for n in view.of_role(*_LISTED_ROLES) if n.name.strip()]
        new = [n for n in listed if n.backend_id not in before] or listed
        refusing = [n for n in new if option_sense(n.name, found.question) is Polarity.ON_PRIVATE]
        if len(refusing) != 1 or refusing[0].disabled:
            self._page.keyboard.press("Escape")
            self._steps.append("closed the list again: no one entry of it refuses")
            return False
        element = self._lens.handle(refusing[0])
        if element is None:
            return False
        element.click(timeout=_PRESS_LIMIT_MS)
        self._steps.append(f"chose {refusing[0].name!r} in {found.label!r}")
        return self._effect(attempt)

    def _by_key(self, thing: Thing, label: str, attempt: _Attempt) -> bool:
        if thing.node is None or (thing.facts.kind == "custom" and not thing.facts.focusable):
            return False
        element = self._lens.handle(thing.node)
        if element is None:
            return False
        element.focus()
        if not self._lens.call(thing.node, "focused"):
            return False  # the key would go to something else
        self._page.keyboard.press("Space")
        self._steps.append(f"focused {label!r} and pressed Space")
        return self._effect(attempt)

    def _by_mouse(self, attempt: _Attempt) -> bool:
        found = self._look().of(attempt.key)
        if found is None or found.setting is Setting.PRIVATE:
            return found is not None
        option = found.private_option if found.options else None
        target = option.thing if option is not None and option.thing is not None else found.thing
        return self._press_at(target, option.text if option else found.label) and self._effect(attempt)

    def _press_at(self, thing: Thing, label: str) -> bool:
        if thing.node is None:
            return False
        self._lens.call(thing.node, "reveal")
        part = self._lens.handle(thing.node, "visiblePart")
        box = part.bounding_box() if part else None
        if box is None:
            return False
        self._page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._steps.append(f"clicked {label!r}")
        return True

    def _effect(self, attempt: _Attempt) -> bool:
        count = self._native.count
        until = time.monotonic() + self._patience.effect
        while time.monotonic() < until:
            self._page.wait_for_timeout(_POLL_MS)
            if self._traffic.sent or self._native.count > count or self._native.refused:
                return True
            seen = self._look()
            if asked.new_dialogs(seen.view, attempt.dialogs) or self._has_state(attempt, seen):
                return True
            if asked.outside(self._lens, seen.view, attempt.buttons, on=attempt.on)[1]:
                return True
        return False

    def _complete(self, attempt: _Attempt) -> Turn:
        """Confirm and save, each at most once, where the page asks for it."""
        trouble = self._native.refused or self._confirm(attempt)
        if trouble is None:
            trouble = self._save(attempt)
        moved = self._until_sent(0) or self._has_state(attempt, self._look())
        return Turn(moved=moved, trouble=trouble or self._native.refused)

    def _confirm(self, attempt: _Attempt) -> str | None:
        view = self._lens.view()
        asking = asked.new_dialogs(view, attempt.dialogs)
        if asking:
            if len(asking) == 1 and self._only_tells(view, asking[0], attempt):
                return None
            button = asked.in_dialog(view, asking[0], on=attempt.on) if len(asking) == 1 else None
        else:
            button, came = asked.outside(self._lens, view, attempt.buttons, on=attempt.on)
            if not came:
                return None
        if button is None:
            return "the page opened a dialog whose buttons only you should press"
        self._press(button)
        if asking and asked.new_dialogs(self._lens.view(), attempt.dialogs):
            return "the page asked a second time; only you should answer"
        return None

    def _only_tells(self, view: View, dialog: Node, attempt: _Attempt) -> bool:
        """Whether it is a message without a question, after the change was made."""
        offered = [n for _, n in view.inside(dialog) if n.role == "button" and not n.ignored]
        return not offered and self._has_state(attempt, self._look())

    def _save(self, attempt: _Attempt) -> str | None:
        seen = self._look()
        found = seen.of(attempt.key)
        if found is None or not self._has_state(attempt, seen):
            return None
        saves = self._save_buttons(seen.view, found, attempt)
        if len(saves) > 1:
            return "several buttons could save this form"
        woken = bool(saves) and (
            saves[0].backend_id in attempt.closed_saves or saves[0].backend_id not in attempt.buttons
        )
        if saves and (woken or not self._until_sent(0)):
            self._press(saves[0])
            return self._confirm(attempt)
        return None

    def _save_buttons(self, view: View, found: Found, attempt: _Attempt) -> list[Node]:
        named = [b for b in view.of_role("button") if _saves(b) and not b.disabled]
        node = found.thing.node
        near = [b for b in named if node and b.frame == node.frame and self._lens.call(node, "sharesForm", b)]
        if near:
            return near
        return [
            b for b in named if b.backend_id in attempt.closed_saves or b.backend_id not in attempt.buttons
        ] or (
            named
            if len(named) == 1
            and self._traffic.sent == 0
            and node
            and named[0].frame == node.frame
            and not self._lens.call(named[0], "inOwnForm")
            else []
        )

    def _press(self, button: Node) -> None:
        element = self._lens.handle(button)
        if element is None:
            raise BrowserError("a button went away before it could be pressed")
        sent = self._traffic.sent
        element.click(timeout=_PRESS_LIMIT_MS)
        self._steps.append(f"pressed {button.name!r}")
        self._until_sent(sent)
        self._until_done()

    def _until_sent(self, sent: int) -> bool:
        """Wait a moment for more than ``sent`` changes to be sent; whether they were."""
        until = time.monotonic() + self._patience.effect / 2
        while self._traffic.sent <= sent and time.monotonic() < until:
            self._page.wait_for_timeout(_POLL_MS)
        return self._traffic.sent > sent

    def _until_done(self) -> None:
        """Wait until what the page does about an act is done, what it puts off for a moment included."""
        settle(self._page, self._traffic, self._brief, put_off=True)

    def _has_state(self, attempt: _Attempt, seen: Sight) -> bool:
        found = seen.of(attempt.key)
        return found is not None and found.setting is Setting.PRIVATE

    def _language(self) -> str:
        told = self._page.evaluate("document.documentElement.lang")
        return str(told or "en").partition("-")[0].casefold()


def _saves(button: Node) -> bool:
    name = normal(button.name)
    if name in SAVE_WORDS:
        return True
    if not name or len(name) > _SAVE_LENGTH or harmful(name):
        return False
    return any(
        name.startswith(f"{word} ") or name.endswith(f" {word}") for word in SAVE_WORDS if len(word) > 3
    )
