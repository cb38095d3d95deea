"""The same page as another browser of the same account would see it: its cookies, and nothing else stored.

What a site remembers only in this browser's own storage is no setting of the account.
"""

from collections.abc import Sequence
from contextlib import closing
from enum import Enum
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserContext, BrowserError, Cookie, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import Sight, sight
from withhold.controls.finder.way import Step, Way
from withhold.controls.lens import Lens
from withhold.controls.settle import Patience, load, settle
from withhold.controls.traffic import Traffic
from withhold.model.terms import Control
from withhold.model.words import Setting


class Elsewhere(Enum):
    """What another browser would show."""

    SAME = "another browser of the account would see it private too"
    SHARES = "without what this browser itself stored, the page shows that it shares"
    UNTOLD = "it could not be seen whether another browser of the account would see the same"


def seen_elsewhere(
    page: Page,
    url: str,
    controls: Sequence[Control],
    asked: Sequence[Found],
    way: tuple[Step, ...],
    patience: Patience,
    earlier: Sequence[Cookie] | None = None,
) -> Elsewhere:
    """How ``asked`` stand where only the account's cookies are known.

    ``earlier`` are the cookies from before the act, if there was one: what scripts may write is taken from
    there, for a choice that is kept in such a cookie is this browser's alone. Without a cookie there is no
    telling whose account another browser would show: at best untold, and looked at only where a script has
    written a cookie since.
    """
    browser = page.context.browser
    if browser is None:
        return Elsewhere.UNTOLD
    try:
        cookies = _of_account(page.context.cookies(), earlier)
        host = urlsplit(url).hostname or ""
        known = any(_reaches(c, host) for c in cookies)
        if not known and not page.context.cookies(url):
            return Elsewhere.UNTOLD
        with closing(browser.new_context(viewport=page.viewport_size)) as fresh:
            fresh.add_cookies([{**c} for c in cookies])  # type: ignore[typeddict-item]
            there = _compared(_look(fresh, url, controls, way, patience), asked)
    except BrowserError:
        return Elsewhere.UNTOLD
    return there if known or there is Elsewhere.SHARES else Elsewhere.UNTOLD


def _of_account(now: Sequence[Cookie], earlier: Sequence[Cookie] | None) -> list[Cookie]:
    """Those out of the reach of scripts as they are ``now``, the others as they were ``earlier``."""
    if earlier is None:
        return list(now)
    return [c for c in now if c.get("httpOnly")] + [c for c in earlier if not c.get("httpOnly")]


def _reaches(cookie: Cookie, host: str) -> bool:
    domain = cookie.get("domain", "").lstrip(".")
    return host == domain or host.endswith(f".{domain}")


def _look(
    context: BrowserContext, url: str, controls: Sequence[Control], way: tuple[Step, ...], patience: Patience
) -> Sight | None:
    page = context.new_page()
    traffic, lens = Traffic(page), Lens(page)
    _, rest = load(page, url, traffic, patience, least=patience.first_look)

    def look() -> Sight:
        return sight(lens, controls, rest=rest)

    walk = Way(lens, look, lambda: settle(page, traffic, patience), [])
    walk.gone = way
    return look() if walk.again() else None


def _compared(there: Sight | None, asked: Sequence[Found]) -> Elsewhere:
    if there is None:
        return Elsewhere.UNTOLD
    settings = [found.setting for a in asked if (found := there.of(a.key)) is not None]
    if Setting.SHARING in settings:
        return Elsewhere.SHARES
    alike = len(settings) == len(asked) and all(s is Setting.PRIVATE for s in settings)
    return Elsewhere.SAME if alike else Elsewhere.UNTOLD
