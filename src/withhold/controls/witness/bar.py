"""The bar: a small window of ours beside the page. ADR 0034 says why it is no part of the page."""

from contextlib import suppress
from importlib.resources import files

import msgspec

from withhold.controls.driver import BrowserContext, BrowserError, Page

_HTML = files("withhold.controls.witness").joinpath("bar.html").read_text(encoding="utf-8")
_WIDTH = 400


class Row(msgspec.Struct, frozen=True):
    """One line. ``name`` may be in any script; ``mood`` is empty, ``good``, ``warn`` or ``bad``."""

    name: str
    says: str = ""
    mood: str = ""


class Words(msgspec.Struct, frozen=True):
    """All that the bar shows at one moment."""

    head: str
    next: str = ""
    mood: str = ""
    seen: tuple[Row, ...] = ()
    heard: tuple[Row, ...] = ()
    care: tuple[Row, ...] = ()


class Bar:
    """Lives in a context of its own: no page of the person's session can reach, name or close it."""

    def __init__(self, beside: Page) -> None:
        browser = beside.context.browser
        if browser is None:
            raise BrowserError("this browser has no room for a second window")
        self._context: BrowserContext = browser.new_context(no_viewport=True, offline=True)
        self._page = self._context.new_page()
        self._page.set_content(_HTML)
        self._shown: Words | None = None
        _place(self._page, beside)
        beside.bring_to_front()

    @property
    def closed(self) -> bool:
        return self._page.is_closed()

    @property
    def page(self) -> Page:
        return self._page

    def show(self, words: Words) -> None:
        """Show ``words``, told to a screen reader where the head or what comes next changed."""
        if words != self._shown:
            self._page.evaluate("told => show(told)", msgspec.to_builtins(words))
            self._shown = words

    def pressed(self) -> tuple[str, ...]:
        """``record`` and ``stop``, as pressed since the last call."""
        return tuple(self._page.evaluate("take()"))

    def close(self) -> None:
        """Fails only where the browser is gone already, which is as well."""
        with suppress(BrowserError):
            self._context.close()


def _place(bar: Page, beside: Page) -> None:
    """Side by side where the screen has room, the bar on the right. A window manager may know better."""
    room = bar.evaluate(
        "[screen.availLeft ?? 0, screen.availTop ?? 0, screen.availWidth, screen.availHeight]"
    )
    left, top, width, height = (int(each) for each in room)
    share = min(_WIDTH, width // 3)
    _bounds(beside, left, top, width - share, height)
    _bounds(bar, left + width - share, top, share, height)


def _bounds(page: Page, left: int, top: int, width: int, height: int) -> None:
    session = page.context.new_cdp_session(page)
    with suppress(BrowserError):
        window = session.send("Browser.getWindowForTarget")["windowId"]
        place = {"left": left, "top": top, "width": width, "height": height}
        session.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"windowState": "normal"}})
        session.send("Browser.setWindowBounds", {"windowId": window, "bounds": place})
    session.detach()
