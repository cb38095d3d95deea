"""The way to controls that are not in sight: closed parts and tabs that may be opened, and scrolling.

Only what is harmless is pressed: parts that say they open and close, tabs, links within the page. Nothing
that agrees, sends, pays, signs out or deletes, in any language; a bounded number of steps.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from withhold.controls.driver import BrowserError, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.lexicon import has
from withhold.controls.finder.lists import partial
from withhold.controls.finder.sight import Sight
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import SAVE_WORDS, harmful, normal
from withhold.model.words import Setting

MOST_OPENED = 8
_MOST_SCROLLED = 14
_MOST_IN_A_LIST = 80
_PRESS_LIMIT_MS = 2000
_WORTH_A_LOOK = 2.5
"""Of what opens and closes, and by its name has to do with settings, data or training; see ``_promise``."""
_OPENERS = ("tab", "button", "DisclosureTriangle", "link", "menuitem")


@dataclass(frozen=True, slots=True)
class Open:
    """Press the opener of this key."""

    key: str


@dataclass(frozen=True, slots=True)
class Scroll:
    """Bring the part ``step`` of the scrolling element ``which`` into sight."""

    which: int
    step: int


Step = Open | Scroll


@dataclass(frozen=True, slots=True)
class Behind:
    """A part of the page that is closed, and the first thing in it that speaks against privacy."""

    name: str
    against: Found | None
    """``None`` where it could not be looked at."""


class Way:
    """Looks for controls, and goes the same way again after a fresh load."""

    def __init__(
        self,
        lens: Lens,
        look: Callable[[], Sight],
        rest: Callable[[], object],
        steps: list[str],
        lists: float = 0.0,
    ) -> None:
        """``lists``: how many seconds long lists are looked through."""
        self._lens = lens
        self._page: Page = lens.page
        self._look = look
        self._rest = rest
        self._steps = steps
        self._lists = lists
        self.gone: tuple[Step, ...] = ()
        self.unseen = False
        """Whether something that scrolls was not looked through to its end."""

    def search(self, first: Sight) -> Sight:
        """The first sight with a control that decides, or may; ``first`` where there is none anywhere."""
        if not _useful(first):
            most = _MOST_IN_A_LIST if partial(self._page) else _MOST_SCROLLED
            return self._opened(first) or self._scrolled(_useful, most) or first
        seen = self._wider(first)
        if seen.all_private and partial(self._page):
            return self._scrolled(_sharing, _MOST_IN_A_LIST) or seen
        return seen

    def again(self) -> bool:
        """Go the way once more. ``False`` where it is no longer there."""
        return all(self._go(step) for step in self.gone)

    def behind(self) -> Behind | None:
        """The first tab or closed part that by its name may hold a control, and speaks against privacy.

        For the very end of a run: the page is left standing wherever this leads.
        """
        view = self._lens.view()
        chosen = [key for key, node in _openers(view, opened=True) if node.role == "tab" and node.selected]
        closed = [(key, node) for key, node in _openers(view) if _promise(node) >= _WORTH_A_LOOK]
        for number, (key, node) in enumerate(closed):
            if number == MOST_OPENED or not self._peek(key, chosen):
                return Behind(node.name, None)
            seen = self._look()
            against = [f for f in seen.deciding if f.setting is not Setting.PRIVATE] + list(seen.doubtful)
            if against:
                return Behind(node.name, against[0])
        return None

    def _peek(self, key: str, chosen: Sequence[str]) -> bool:
        """Open what ``key`` names; where it is gone, the tabs that were chosen at first are opened again."""
        if key not in dict(_openers(self._lens.view(), opened=True)):
            for tab in chosen:
                self._go(Open(tab))
        return self._go(Open(key))

    def _wider(self, first: Sight) -> Sight:
        """Where something was found: closed parts that by their name hold more of it are opened too."""
        sight = first
        for key, node in list(_openers(first.view)):
            if (
                len(self.gone) >= MOST_OPENED
                or node.role == "tab"
                or node.expanded is not False
                or not _about_data(node.name)
            ):
                continue
            if self._go(Open(key)):
                seen = self._look()
                if {f.key for f in first.deciding} <= {f.key for f in seen.found}:
                    self.gone += (Open(key),)
                    sight = seen
        return sight

    def _opened(self, first: Sight, depth: int = 0) -> Sight | None:
        before = {key for key, _ in _openers(first.view)}
        ranked = sorted(_openers(first.view), key=lambda pair: -_promise(pair[1]))
        base = self.gone
        for key, node in ranked[:MOST_OPENED]:
            if _promise(node) <= 0 or (depth and key in before and Open(key) in base):
                continue
            self.gone = (*base, Open(key))
            if not self._go(Open(key)):
                self.gone = base
                continue
            seen = self._look()
            if _useful(seen):
                return self._wider(seen)
            if depth < 2:
                fresh = {k for k, _ in _openers(seen.view)} - before
                if fresh and (deeper := self._only(seen, fresh, depth + 1)):
                    return deeper
            self.gone = base if node.role in {"tab", "link"} else self.gone
        self.gone = base
        return None

    def _only(self, seen: Sight, fresh: set[str], depth: int) -> Sight | None:
        """Go on with what has just come to light."""
        base = self.gone
        for key, node in list(_openers(seen.view)):
            if key not in fresh or _promise(node) <= 0:
                continue
            self.gone = (*base, Open(key))
            if self._go(Open(key)):
                now = self._look()
                if _useful(now):
                    return self._wider(now)
                more = {k for k, _ in _openers(now.view)} - {k for k, _ in _openers(seen.view)}
                if depth < 3 and more and (found := self._only(now, more, depth + 1)):
                    return found
        self.gone = base
        return None

    def _scrolled(self, wanted: Callable[[Sight], bool], most: int) -> Sight | None:
        base = self.gone
        until = time.monotonic() + self._lists
        for which in range(3):
            for step in range(1, most + 1):
                if most == _MOST_IN_A_LIST and (step == most or time.monotonic() > until):
                    self.unseen = True
                    break
                if step == most or not self._go(Scroll(which, step)):
                    break
                seen = self._look()
                if wanted(seen):
                    self.gone = (*base, Scroll(which, step))
                    return seen
            self._go(Scroll(which, 0))
        return None

    def _go(self, step: Step) -> bool:
        if isinstance(step, Scroll):
            return self._scroll(step)
        node = dict(_openers(self._lens.view(), opened=True)).get(step.key)
        if node is None:
            return False
        if node.expanded or node.selected:
            return True
        return self._press(node)

    def _press(self, node: Node) -> bool:
        address = self._page.url.partition("#")[0]
        try:
            if node.role in {"link", "button", "menuitem"} and not self._lens.call(node, "samePage"):
                return False
            element = self._lens.handle(node)
            if element is None:
                return False
            element.click(timeout=_PRESS_LIMIT_MS)
        except BrowserError:
            return False
        self._rest()
        if self._page.url.partition("#")[0] != address:
            return False
        self._steps.append(f"opened {node.name!r} to look inside")
        return True

    def _scroll(self, step: Scroll) -> bool:
        root = next((n for n in self._lens.view().nodes if n.role == "RootWebArea"), None)
        if root is None:
            return False
        moved = self._page.evaluate(_SCROLL.format(which=step.which, step=step.step))
        self._page.wait_for_timeout(120)
        return bool(moved)


_SCROLL = """() => {{
  const able = el => el.scrollHeight > el.clientHeight + 40 && el.clientHeight > 120;
  const inner = [...document.querySelectorAll('*')].filter(
    el => el !== document.scrollingElement && able(el) &&
      /(auto|scroll)/.test(getComputedStyle(el).overflowY));
  const page = document.scrollingElement;
  const el = (page && able(page) ? [page, ...inner] : inner)[{which}];
  if (!el) return false;
  const to = {step} * el.clientHeight * 0.8;
  if ({step} > 0 && to > el.scrollHeight) return false;
  el.scrollTo({{ top: to, behavior: 'instant' }});
  return true;
}}"""


def parts(view: View) -> Iterator[tuple[str, Node, bool]]:
    """Parts that say whether they are open: key, opener, and whether; closed ones as far as worth a look."""
    for key, node in _openers(view, opened=True):
        is_open = bool(node.expanded or node.selected)
        tells = node.role in {"tab", "DisclosureTriangle"} or node.expanded is not None
        if tells and (is_open or _promise(node) >= _WORTH_A_LOOK):
            yield key, node, is_open


def _useful(seen: Sight) -> bool:
    return any(f.shown for f in seen.deciding) or bool(seen.doubtful)


def _sharing(seen: Sight) -> bool:
    return any(f.setting is Setting.SHARING for f in seen.deciding)


def _openers(view: View, *, opened: bool = False) -> Iterator[tuple[str, Node]]:
    """What may be pressed to look behind it, under a key that stays over fresh loads."""
    seen: Counter[str] = Counter()
    for node in view.nodes:
        if node.ignored or node.disabled or node.backend_id is None or node.role not in _OPENERS:
            continue
        if node.state is not None or not _harmless(node):
            continue
        name = f"{node.role} {normal(node.name)!r}"
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        if opened or not (node.expanded or node.selected):
            yield key, node


def _harmless(node: Node) -> bool:
    name = normal(node.name)
    if harmful(name) or name in SAVE_WORDS:
        return False
    return (
        node.role == "tab"
        or node.expanded is not None
        or node.role == "DisclosureTriangle"
        or not has("never_opens", name)
    )


def _about_data(name: str) -> bool:
    plain = normal(name)
    return (
        any(has(concept, plain) for concept in ("train", "model", "improve"))
        or (has("opens", plain) and has("data", plain))
        or "priva" in plain
    )


def _promise(node: Node) -> float:
    """How likely a training control is behind it."""
    plain = normal(node.name)
    opens = node.expanded is False or node.role in {"tab", "DisclosureTriangle"}
    score = 1.0 if opens else 0.0
    if _about_data(node.name):
        score += 3.0
    elif has("opens", plain):
        score += 1.5
    if node.role == "link":
        score -= 1.0
    return score if len(plain) < 60 else 0.0
