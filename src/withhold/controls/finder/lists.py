"""Lists of which only the part in view is in the page: looked through from one end to the other.

A second control may be in any part of such a list, and a claim made from the first alone would be false.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

from withhold.controls.driver import BrowserError, Frame, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import Sight
from withhold.model.words import Setting

_LISTS = files("withhold.controls").joinpath("finder/lists.js").read_text(encoding="utf-8")
_WAIT_MS = 90
"""A list draws the rows that came into view within this time."""
_STEP = """given => {
  const [which, step] = given;
  const el = globalThis[Symbol.for('withhold.lists')][which];
  el.scrollTo({ top: step < 0 ? -1 - step : step * el.clientHeight * 0.8, behavior: 'instant' });
  return el.scrollTop + el.clientHeight >= el.scrollHeight - 2;
}"""
_TOP = "which => globalThis[Symbol.for('withhold.lists')][which].scrollTop"


def partial(page: Page) -> bool:
    """Whether a list with controls on ``page`` holds more than what is in the page now."""
    lists, _ = _partial(page)
    return bool(lists)


def looked_through(page: Page, seen: Sight, look: Callable[[], Sight], seconds: float) -> Sight:
    """``seen`` with what its lists hold further along; nothing is scrolled where it is no claim anyway."""
    if not seen.all_private:
        return seen
    against, whole = beyond(page, look, seconds)
    return replace(seen, beyond=against, whole=whole)


def beyond(page: Page, look: Callable[[], Sight], seconds: float) -> tuple[tuple[Found, ...], bool]:
    """What speaks against privacy in any part of the lists, and whether they were seen to their end.

    What takes longer than ``seconds`` was not, nor was what could not be asked. The lists are left where they
    stood.
    """
    against: list[Found] = []
    until = time.monotonic() + seconds
    lists, known = _partial(page)
    for frame, which in lists:
        start = frame.evaluate(_TOP, which)
        whole = _through(frame, which, look, against, until)
        frame.evaluate(_STEP, [which, -1 - start])
        frame.page.wait_for_timeout(_WAIT_MS)
        if not whole:
            return tuple(against), False
    return tuple(against), known


def _partial(page: Page) -> tuple[list[tuple[Frame, int]], bool]:
    """Such lists, each with its frame and number there, and whether all that scrolls was asked."""
    found, known = list[tuple[Frame, int]](), True
    for frame in page.frames:
        try:
            told = frame.evaluate(_LISTS)
        except BrowserError:
            known &= frame.is_detached()  # of a frame that is there nothing is known
            continue
        known &= told["all"]
        found += [(frame, which) for which, is_partial in enumerate(told["partial"]) if is_partial]
    return found, known


def _through(frame: Frame, which: int, look: Callable[[], Sight], against: list[Found], until: float) -> bool:
    """Look at every part, the first first; ``False`` where time is up or enough was seen."""
    step, ended = 0, False
    while not ended:
        ended = frame.evaluate(_STEP, [which, step])
        frame.page.wait_for_timeout(_WAIT_MS)
        seen = look()
        against += [f for f in seen.deciding if f.setting is not Setting.PRIVATE] + list(seen.doubtful)
        if against or time.monotonic() > until:
            return False
        step += 1
    return True
