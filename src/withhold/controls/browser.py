"""An installed browser, found and opened with a profile of its own.

Nothing is hidden from the site (no stealth), the person's own profile is never driven, and what a run
leaves in a temporary profile is deleted when it ends, also after Ctrl-C or a request to end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir
from withhold.support.interrupts import interruptible
from withhold.support.temporary import claimed, delete_abandoned

if TYPE_CHECKING:
    from withhold.controls.driver import BrowserContext, Page, Playwright

_NAMES = (
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_MAC_APPS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_WINDOWS_PROGRAMS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
_PERSONAL_PROFILES = (
    ".config/google-chrome",
    ".config/chromium",
    ".config/microsoft-edge",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Chromium",
    "Library/Application Support/Microsoft Edge",
    "AppData/Local/Google/Chrome/User Data",
    "AppData/Local/Chromium/User Data",
    "AppData/Local/Microsoft/Edge/User Data",
)
_QUIET_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)
_TEMPORARY = "withhold-profile-"
_ANSWER_SECONDS = 2.0
_WINDOW = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of a running browser. ``browser`` is its own words for product and version."""

    page: "Page"
    browser: str


def installed_browser(
    override: str | None = None,
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Path | None:
    """Path of an installed Chrome, Chromium or Edge; ``None`` where there is none.

    ``override`` (the value of ``WITHHOLD_BROWSER``) comes first; it raises :class:`EnvironmentProblem`
    where it names no program.
    """
    environment = os.environ if environment is None else environment
    search = environment.get("PATH", "")
    if override:
        return _named(override, search)
    for candidate in _usual_places(platform, environment, home or Path.home()):
        if candidate.is_file():
            return candidate
    found = [Path(path) for name in _NAMES if (path := shutil.which(name, path=search))]
    return next((path for path in found if platform != "linux" or _is_browser(path)), None)


def _is_browser(program: Path) -> bool:
    """Whether a program on the path is a browser and not a stub that offers to install one.

    Asked for its version, a browser answers with a number; Ubuntu's stub for the snap does not. A stub has
    nothing to load and answers at once: what is slow to answer is a browser on a busy machine.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - a program found under a browser's name, and no shell
            [program, "--version"], capture_output=True, timeout=_ANSWER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
    return answer.returncode == 0 and any(48 <= byte <= 57 for byte in answer.stdout)


def find_browser(override: str | None = None) -> Path:
    """An installed browser, else Playwright's own.

    Raises :class:`EnvironmentProblem` with the command to run where there is neither.
    """
    found = installed_browser(override) or _playwrights_own()
    if found is None:
        raise EnvironmentProblem("No Chrome, Chromium or Edge was found.", next_step=_how_to_install())
    return found


@contextmanager
def open_page(
    *,
    browser: Path | None = None,
    profile: Path | None = None,
    headless: bool = False,
    locale: str | None = None,
    downloads: bool = False,
    arguments: Sequence[str] = (),
    follows_window: bool = False,
) -> Iterator[OpenPage]:
    """A fresh page in a browser of its own, closed at the end whatever happens.

    ``browser`` comes from :func:`find_browser`. Without ``profile`` a temporary one is made and deleted;
    with it, that folder is used and kept, sign-in included. ``locale`` is a tag such as ``de-DE``.
    ``downloads`` lets pages hand out files. ``arguments`` are further ones for the browser. With
    ``follows_window`` the page is as large as its window, as a person expects who works in it. Raises
    :class:`EnvironmentProblem` where the browser does not start, :class:`UsageProblem` for a profile that
    is the person's everyday one.
    """
    program = browser or find_browser()
    with interruptible(), _profile(profile) as folder, _driver() as playwright:
        context = _launch(
            playwright.chromium,
            program,
            folder,
            headless=headless,
            locale=locale,
            downloads=downloads,
            arguments=arguments,
            follows_window=follows_window,
        )
        try:
            page = context.pages[0] if context.pages else context.new_page()
            yield OpenPage(page, _version(page))
        finally:
            _close(context)


@contextmanager
def _driver() -> Iterator["Playwright"]:
    """Playwright, running. Its driver is a program of its own and can fail to start."""
    from withhold.controls.driver import sync_playwright

    manager = sync_playwright()
    try:
        playwright = manager.__enter__()
    except Exception as problem:
        raise EnvironmentProblem(
            f"Playwright's driver did not start: {problem!r:.200}",
            next_step="on a bare Debian or Ubuntu: apt-get install libatomic1",
        ) from problem
    try:
        yield playwright
    finally:
        manager.__exit__(None, None, None)


def _launch(
    chromium: object,
    program: Path,
    folder: Path,
    *,
    headless: bool,
    locale: str | None,
    downloads: bool,
    arguments: Sequence[str],
    follows_window: bool,
) -> "BrowserContext":
    from withhold.controls.driver import BrowserError

    try:
        context: BrowserContext = chromium.launch_persistent_context(  # type: ignore[attr-defined]
            folder,
            executable_path=program,
            headless=headless,
            locale=locale,
            args=[*_QUIET_ARGUMENTS, *arguments],
            chromium_sandbox=not _is_root(),
            accept_downloads=downloads,
            handle_sigint=False,
            **({"no_viewport": True} if follows_window else {"viewport": _WINDOW}),
        )
    except BrowserError as problem:
        raise EnvironmentProblem(
            f"{program} did not start: {problem.message.splitlines()[0]}",
            next_step=_why_not_started(headless),
        ) from problem
    return context


def _why_not_started(headless: bool) -> str:
    visible = "" if headless else "add --headless where there is no screen; "
    return f"{visible}close other windows that use this profile; or name another browser in WITHHOLD_BROWSER"


def _close(context: "BrowserContext") -> None:
    """Closing fails only where the browser is already gone: after Ctrl-C it may have ended by itself."""
    from withhold.controls.driver import BrowserError

    try:
        context.close()
    except BrowserError:
        return


def _version(page: "Page") -> str:
    session = page.context.new_cdp_session(page)
    told = session.send("Browser.getVersion")
    session.detach()
    return str(told["product"])


@contextmanager
def _profile(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield private_dir(_not_personal(kept))
        return
    with temporary_profile() as folder:
        yield folder


@contextmanager
def temporary_profile() -> Iterator[Path]:
    """An empty folder for its owner alone, deleted at the end whatever happens.

    Only a process that is killed outright leaves one behind; the next one deletes it. Raises
    :class:`EnvironmentProblem` where it cannot be deleted at the end.
    """
    where = Path(tempfile.gettempdir())
    delete_abandoned(_TEMPORARY, where)
    folder, lock = claimed(_TEMPORARY, where)
    try:
        yield folder
    finally:
        lock.release()
        delete_profile(folder)


def delete_profile(folder: Path) -> None:
    """Delete it, or raise :class:`EnvironmentProblem` that names it.

    The browser may still be writing for a moment after it was closed.
    """
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    raise EnvironmentProblem(
        f"The temporary browser profile {folder} could not be deleted.",
        next_step="delete this folder by hand",
    )


def _not_personal(profile: Path) -> Path:
    wanted = profile.expanduser().resolve()
    for name in _PERSONAL_PROFILES:
        personal = (Path.home() / name).resolve()
        if wanted == personal or personal in wanted.parents:
            raise UsageProblem(
                f"{profile} is your everyday browser profile, which is not driven.",
                next_step="give --profile a folder of its own and sign in there once",
            )
    return wanted


def _named(override: str, search: str) -> Path:
    path = Path(override).expanduser()
    if path.is_file():
        return path
    found = shutil.which(override, path=search)
    if found is None:
        raise EnvironmentProblem(
            f"WITHHOLD_BROWSER names {override!r}, which is no program here.",
            next_step="set it to the path of Chrome, Chromium or Edge, or unset it",
        )
    return Path(found)


def _usual_places(platform: str, environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    if platform == "darwin":
        yield from (Path("/Applications") / app for app in _MAC_APPS)
        yield from (home / "Applications" / app for app in _MAC_APPS)
    elif platform == "win32":
        folders = (environment[name] for name in _WINDOWS_FOLDERS if environment.get(name))
        yield from (Path(folder) / program for folder in folders for program in _WINDOWS_PROGRAMS)


def _playwrights_own() -> Path | None:
    from withhold.controls.driver import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.is_file() else None


def _how_to_install() -> str:
    if shutil.which("apt-get"):
        return "apt-get install chromium   (or: playwright install chromium)"
    return "playwright install chromium"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
