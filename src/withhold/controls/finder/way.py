"""The way to controls that are not in sight: closed parts and tabs that may be opened, and scrolling.

Only what is harmless is pressed: parts that say they open and close, tabs, links within the page. Nothing
that agrees, sends, pays, signs out or deletes, in any language; a bounded number of steps.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.lists import partial
from withhold.controls.finder.openers import about_data, closed, openers, promise, promises
from withhold.controls.finder.sight import Sight
from withhold.controls.lens import Lens, Node
from withhold.model.words import Setting

MOST_OPENED = 8
_MOST_SCROLLED = 14
_MOST_IN_A_LIST = 80
_PRESS_LIMIT_MS = 2000


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
        self._roams_in: tuple[str, str] | None = None
        """The scheme and host within which a press may lead to another address."""
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
        """The first tab or closed part that may hold a control, and speaks against privacy.

        Those whose names promise one come first. For the very end of a run: the page is left standing
        wherever this leads.
        """
        self._roams_in = urlsplit(self._page.url)[:2]
        view = self._lens.view()
        chosen = [key for key, node in openers(view, opened=True) if node.role == "tab" and node.selected]
        known = {key for key, _ in openers(view, opened=True)}
        waiting = closed(view)
        for _ in range(MOST_OPENED):
            if not waiting:
                return None
            key, node = waiting.pop(0)
            if not self._peek(key, chosen):
                if promises(node):
                    return Behind(node.name, None)
                continue
            seen = self._look()
            if against := _against(seen):
                return Behind(node.name, against[0])
            waiting = [pair for pair in closed(seen.view) if pair[0] not in known] + waiting
            known |= {key for key, _ in openers(seen.view, opened=True)}
        return next((Behind(node.name, None) for _, node in waiting if promises(node)), None)

    def _peek(self, key: str, chosen: Sequence[str]) -> bool:
        """Open what ``key`` names; where it is gone, the tabs that were chosen at first are opened again."""
        if key not in dict(openers(self._lens.view(), opened=True)):
            for tab in chosen:
                self._go(Open(tab))
        return self._go(Open(key))

    def _wider(self, first: Sight) -> Sight:
        """Where something was found: closed parts that by their name hold more of it are opened too."""
        sight = first
        for key, node in list(openers(first.view)):
            if (
                len(self.gone) >= MOST_OPENED
                or node.role == "tab"
                or node.expanded is not False
                or not about_data(node.name)
            ):
                continue
            if self._go(Open(key)):
                seen = self._look()
                if {f.key for f in first.deciding} <= {f.key for f in seen.found}:
                    self.gone += (Open(key),)
                    sight = seen
        return sight

    def _opened(self, first: Sight, depth: int = 0) -> Sight | None:
        before = {key for key, _ in openers(first.view)}
        ranked = sorted(openers(first.view), key=lambda pair: -promise(pair[1]))
        base = self.gone
        for key, node in ranked[:MOST_OPENED]:
            if promise(node) <= 0 or (depth and key in before and Open(key) in base):
                continue
            self.gone = (*base, Open(key))
            if not self._go(Open(key)):
                self.gone = base
                continue
            seen = self._look()
            if _useful(seen):
                return self._wider(seen)
            if depth < 2:
                fresh = {k for k, _ in openers(seen.view)} - before
                if fresh and (deeper := self._only(seen, fresh, depth + 1)):
                    return deeper
            self.gone = base if node.role in {"tab", "link"} else self.gone
        self.gone = base
        return None

    def _only(self, seen: Sight, fresh: set[str], depth: int) -> Sight | None:
        """Go on with what has just come to light."""
        base = self.gone
        for key, node in list(openers(seen.view)):
            if key not in fresh or promise(node) <= 0:
                continue
            self.gone = (*base, Open(key))
            if self._go(Open(key)):
                now = self._look()
                if _useful(now):
                    return self._wider(now)
                more = {k for k, _ in openers(now.view)} - {k for k, _ in openers(seen.view)}
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
        node = dict(openers(self._lens.view(), opened=True)).get(step.key)
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
        if self._page.url.partition("#")[0] != address and not self._may_be_at(self._page.url):
            return False
        self._steps.append(f"opened {node.name!r} to look inside")
        return True

    def _may_be_at(self, url: str) -> bool:
        return self._roams_in is not None and urlsplit(url)[:2] == self._roams_in

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


def _against(seen: Sight) -> list[Found]:
    return [f for f in seen.deciding if f.setting is not Setting.PRIVATE] + list(seen.doubtful)


def _useful(seen: Sight) -> bool:
    return any(f.shown for f in seen.deciding) or bool(seen.doubtful)


def _sharing(seen: Sight) -> bool:
    return any(f.setting is Setting.SHARING for f in seen.deciding)
