"""The same page as another browser of the same account would see it: its cookies, and nothing else stored.

What a site remembers only in this browser's own storage is no setting of the account.

Sites that give a new token with each load, and end the sign-in of whoever comes with an old one, would
sign the person out if two browsers came: there the second is not opened, or hands back what it was given.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserContext, BrowserError, Cookie, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import Sight, sight
from withhold.controls.finder.way import Step, Way
from withhold.controls.lens import Lens
from withhold.controls.settle import Patience, Rest, begin, settle, watch_timers
from withhold.controls.traffic import Traffic
from withhold.model.terms import Control
from withhold.model.words import Setting


class Elsewhere(Enum):
    """What another browser would show."""

    SAME = "another browser of the account would see it private too"
    SHARES = "without what this browser itself stored, the page shows that it shares"
    UNTOLD = "it could not be seen whether another browser of the account would see the same"
    ANYBODY = "no cookie tells whose account it is; a browser that has nothing stored sees it private too"
    NOBODY = "no cookie tells whose account it is, and a browser that has nothing stored sees that it shares"


_RENEWS = (
    "the site changes its sign-in with each load; a second browser could have ended it, so none was opened"
)
_HANDED_BACK = "the second browser was given a new sign-in, which was handed back"


class Another:
    """A browser context that knows the account's cookies alone, and loads the page beside the one watched.

    ``earlier`` are the cookies from before the act, if there was one: what scripts may write is taken from
    there, for a choice that is kept in such a cookie is this browser's alone.
    """

    def __init__(
        self, page: Page, url: str, controls: Sequence[Control], patience: Patience, steps: list[str]
    ) -> None:
        self._page, self._url, self._controls = page, url, controls
        self._patience, self._steps = patience, steps
        self._context: BrowserContext | None = None
        self._visit: _Visit | None = None
        self._cookies: Sequence[Cookie] = ()
        self._noted: dict[_Key, str] = {}
        self._renews = False

    def note(self) -> None:
        """Keep what tells the account now: where the next load changes it, no second browser is opened."""
        with suppress(BrowserError):
            self._noted = _tokens(self._page.context.cookies(self._url))

    def open(self, earlier: Sequence[Cookie] | None) -> None:
        """Begin to load the page, unless that was done; :meth:`compare` waits for it."""
        browser = self._page.context.browser
        if browser is None or self._context is not None or self._renews:
            return
        with suppress(BrowserError):
            self._cookies = _of_account(self._page.context.cookies(), earlier)
            if _renewed(self._noted, _tokens(self._page.context.cookies(self._url))):
                self._renews = True
                self._steps.append(_RENEWS)
                return
            self._context = browser.new_context(viewport=self._page.viewport_size)
            self._context.add_cookies([{**c} for c in self._cookies])  # type: ignore[typeddict-item]
            self._visit = _Visit(self._context.new_page(), self._url, self._patience)

    def ready(self, way: tuple[Step, ...]) -> None:
        """Wait, if it was begun, until it may be believed, and go the way to the controls there."""
        if self._visit is not None:
            with suppress(BrowserError):
                self._visit.ready(self._controls, way)

    def compare(self, asked: Sequence[Found], way: tuple[Step, ...]) -> Elsewhere:
        """How ``asked`` stand there, read as late as a claim is."""
        self.ready(way)
        told = self._compared(asked)
        self._steps.append(told.value)
        self._hand_back()
        return told

    @property
    def signed_in(self) -> bool:
        """Whether it came with what may tell the account: the site may have taken offence at that."""
        host = urlsplit(self._url).hostname or ""
        return self._context is not None and any(_reaches(c, host) for c in self._cookies)

    def close(self) -> None:
        """Close it, and hand back what the site gave it; fails only where the browser is gone already."""
        self._hand_back()
        context, self._context, self._visit = self._context, None, None
        with suppress(BrowserError):
            if context is not None:
                context.close()

    def _hand_back(self) -> None:
        """Give the watched browser each token that was renewed here and that it has not got anew itself."""
        if self._context is None:
            return
        with suppress(BrowserError):
            given = {_key(c): c for c in self._context.cookies() if c.get("httpOnly")}
            copied, mine = _tokens(self._cookies), _tokens(self._page.context.cookies())
            new = [
                given[key]
                for key in _renewed(copied, _tokens(given.values()))
                if mine.get(key) == copied[key]
            ]
            if new:
                self._page.context.add_cookies([{**c} for c in new])  # type: ignore[typeddict-item]
                self._steps.append(_HANDED_BACK)

    def _compared(self, asked: Sequence[Found]) -> Elsewhere:
        try:
            there = self._visit.look(self._controls) if self._visit else None
            cookies = self._page.context.cookies(self._url)
        except BrowserError:
            return Elsewhere.UNTOLD
        private = _private(there, asked)
        host = urlsplit(self._url).hostname or ""
        if any(_reaches(c, host) for c in self._cookies):
            return {True: Elsewhere.SAME, False: Elsewhere.SHARES, None: Elsewhere.UNTOLD}[private]
        if cookies and private is False:
            return Elsewhere.SHARES
        return {True: Elsewhere.ANYBODY, False: Elsewhere.NOBODY, None: Elsewhere.UNTOLD}[private]


_Key = tuple[str, str, str]


def _key(cookie: Cookie) -> _Key:
    return cookie.get("name", ""), cookie.get("domain", ""), cookie.get("path", "")


def _tokens(cookies: Iterable[Cookie]) -> dict[_Key, str]:
    """What only the server writes: among them is whatever tells the account."""
    return {_key(c): c.get("value", "") for c in cookies if c.get("httpOnly")}


def _renewed(before: Mapping[_Key, str], now: Mapping[_Key, str]) -> list[_Key]:
    return [key for key, value in now.items() if before.get(key, value) != value]


class _Visit:
    """One load of the page in another browser."""

    def __init__(self, page: Page, url: str, patience: Patience) -> None:
        self._page, self._patience = page, patience
        self._traffic, self._lens = Traffic(page), Lens(page)
        watch_timers(page)
        begin(page, url, patience)
        self._begun = time.monotonic()
        self._ready: bool | None = None
        self._woken_at = 0.0

    def ready(self, controls: Sequence[Control], way: tuple[Step, ...]) -> None:
        """Wait until it may be believed, go the way, and bring the controls into view; once."""
        if self._ready is not None:
            return
        self._ready = False
        rest = late(self._page, self._traffic, self._patience, self._begun)
        walk = Way(self._lens, lambda: sight(self._lens, controls), self._rest, [])
        walk.gone = way
        self._ready = rest is not Rest.LOADING and walk.again()
        reveal(self._lens, sight(self._lens, controls))
        self._woken_at = time.monotonic()

    def look(self, controls: Sequence[Control]) -> Sight | None:
        """What it shows once it was :meth:`ready`; ``None`` where the way was not there."""
        if not self._ready:
            return None
        settle(
            self._page,
            self._traffic,
            self._patience,
            least=self._woken_at + self._patience.quiet - time.monotonic(),
        )
        return sight(self._lens, controls)

    def _rest(self) -> Rest:
        return settle(self._page, self._traffic, self._patience)


def late(page: Page, traffic: Traffic, patience: Patience, begun: float) -> Rest:
    """Wait until a page whose load began at ``begun`` may be believed: longer where a connection stands."""
    rest = settle(page, traffic, patience, least=begun + patience.claim - time.monotonic(), put_off=True)
    if traffic.standing:
        return settle(page, traffic, patience, least=begun + patience.standing - time.monotonic())
    return rest


def reveal(lens: Lens, seen: Sight) -> None:
    """Bring each control that decides into view: some pages ask for its state only then."""
    lens.page.mouse.move(2, 2)
    for found in seen.deciding:
        if found.thing.node is not None and found.shown:
            lens.call(found.thing.node, "reveal")


def _of_account(now: Sequence[Cookie], earlier: Sequence[Cookie] | None) -> list[Cookie]:
    """Those out of the reach of scripts as they are ``now``, the others as they were ``earlier``."""
    if earlier is None:
        return list(now)
    return [c for c in now if c.get("httpOnly")] + [c for c in earlier if not c.get("httpOnly")]


def _reaches(cookie: Cookie, host: str) -> bool:
    domain = cookie.get("domain", "").lstrip(".")
    return host == domain or host.endswith(f".{domain}")


def _private(there: Sight | None, asked: Sequence[Found]) -> bool | None:
    """Whether all of ``asked`` are private there; ``None`` where that cannot be told."""
    if there is None:
        return None
    settings = [found.setting for a in asked if (found := there.of(a.key)) is not None]
    if Setting.SHARING in settings:
        return False
    alike = len(settings) == len(asked) and all(s is Setting.PRIVATE for s in settings)
    return True if alike else None
