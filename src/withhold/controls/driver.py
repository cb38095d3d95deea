"""The one door to Playwright. Importing this module without it raises :class:`EnvironmentProblem`."""

from withhold.support.errors import EnvironmentProblem

try:
    from playwright.sync_api import (
        BrowserContext,
        CDPSession,
        Cookie,
        Dialog,
        ElementHandle,
        FloatRect,
        Frame,
        Locator,
        Page,
        Playwright,
        Request,
        Response,
        WebSocket,
        sync_playwright,
    )
    from playwright.sync_api import Error as BrowserError
    from playwright.sync_api import TimeoutError as BrowserTimeout
except ModuleNotFoundError as absent:
    raise EnvironmentProblem(
        "The browser part is not installed.", next_step="pip install 'withhold[browser]'"
    ) from absent

__all__ = [
    "BrowserContext",
    "BrowserError",
    "BrowserTimeout",
    "CDPSession",
    "Cookie",
    "Dialog",
    "ElementHandle",
    "FloatRect",
    "Frame",
    "Locator",
    "Page",
    "Playwright",
    "Request",
    "Response",
    "WebSocket",
    "sync_playwright",
]
