"""A page of a browser for a use case: one that is open already, else a browser of its own."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage


def page_of(
    services: Services, profile: Path | None, *, headless: bool, opened: "OpenPage | None" = None
) -> "AbstractContextManager[OpenPage]":
    """``opened``, or a page of a browser that is closed at the end.

    Where there is no screen the window is left out, and that is said. Raises ``EnvironmentProblem`` where no
    browser can be had.
    """
    if opened is not None:
        return nullcontext(opened)
    try:
        from withhold.controls.browser import find_browser, open_page
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "driving a browser needs the extra 'browser'", next_step="pip install 'withhold[browser]'"
        ) from missing
    browser = find_browser(services.environ.get("WITHHOLD_BROWSER"))
    if not headless and not has_screen(services):
        services.progress.step("there is no screen here, so the browser runs without a window")
        headless = True
    return open_page(browser=browser, profile=profile, headless=headless)


def has_screen(services: Services) -> bool:
    """Whether a window can be shown. Only on Linux can it be told beforehand; elsewhere there is one."""
    if services.system != "Linux":
        return True
    return any(services.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
