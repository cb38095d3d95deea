"""Finds a browser of the Chromium family, or installs one, with what it takes to drive it.

In this order: the one that ``WITHHOLD_BROWSER`` names; one that is already there (Chrome, Chromium, Edge);
Debian's ``chromium``; the build that Playwright fetches. A browser counts only if it answers ``--version``:
Ubuntu's ``chromium-browser`` is a stub that merely points at a snap, and a fetched build may lack libraries.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from system import SetupProblem, administrator, apt_install, has_apt, run, say

PROGRAMS = (
    "google-chrome-stable",
    "google-chrome",
    "chromium",
    "chromium-browser",
    "microsoft-edge-stable",
    "microsoft-edge",
)
MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_APPS = (Path("Google/Chrome/Application/chrome.exe"), Path("Microsoft/Edge/Application/msedge.exe"))
WINDOWS_ROOTS = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
DEBIAN_PACKAGES = ("chromium", "fonts-liberation")  # without a font, screenshots show boxes for letters

DRIVER_PACKAGES = (
    "libatomic1",
    "libstdc++6",
)  # what Playwright's driver is linked to; a bare Debian lacks them

ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(playwright.chromium.executable_path)"
)

NO_DRIVER = """Playwright's driver does not start here (its own words stand above).
Next: sudo apt-get install libatomic1 libstdc++6   (or your system's packages of these libraries)
then run the same make command again."""

NONE_FOUND = """no browser was found and none could be installed here.
Next, any one of:
  install Google Chrome, Chromium or Microsoft Edge
  sudo apt-get install chromium            (Debian)
  .venv/bin/playwright install --with-deps chromium
then run the same make command again."""


def ensure(python: Path) -> Path:
    """The browser to use, installed if need be. ``python`` is one in which Playwright is installed.

    Raises SetupProblem where neither finding nor installing worked, or where Playwright does not start.
    """
    _ensure_driver(python)
    return installed() or from_debian() or from_playwright(python) or _give_up()


def installed() -> Path | None:
    """A browser that is on this machine and answers."""
    return next((path for path in _candidates() if answers(path)), None)


def from_debian() -> Path | None:
    """Debian's browser, if packages can be installed without a password."""
    return installed() if apt_install(*DEBIAN_PACKAGES) else None


def from_playwright(python: Path) -> Path | None:
    """The browser build that Playwright keeps for itself, fetched if it is not there yet."""
    path = _playwright_path(python)
    if path is not None and answers(path):
        return path
    say("fetching the browser that Playwright keeps")
    libraries = ("--with-deps",) if has_apt() and administrator() == () else ()
    fetched = run(python, "-m", "playwright", "install", *libraries, "chromium")
    return path if fetched and path is not None and answers(path) else None


def answers(path: Path) -> bool:
    """Whether the program is there and tells its version."""
    if os.name == "nt":
        return path.is_file()  # chrome.exe opens a window when it is asked for its version
    if not path.is_file():
        return False
    try:
        asked = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("WITHHOLD_BROWSER"):
        yield Path(named)
    if sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            for app in MAC_APPS:
                yield root / f"{app}.app" / "Contents" / "MacOS" / app
    if os.name == "nt":
        for root_name in WINDOWS_ROOTS:
            if root := os.environ.get(root_name):
                yield from (Path(root) / app for app in WINDOWS_APPS)
    for name in PROGRAMS:
        if found := shutil.which(name):
            yield Path(found)


def _playwright_path(python: Path) -> Path | None:
    asked = subprocess.run(
        [python, "-c", ASK_PLAYWRIGHT], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return Path(asked.stdout.strip()) if asked.returncode == 0 and asked.stdout.strip() else None


def _ensure_driver(python: Path) -> None:
    ask = (python, "-m", "playwright", "--version")
    if run(*ask, quiet=True):
        return
    if not (apt_install(*DRIVER_PACKAGES) and run(*ask, quiet=True)):
        raise SetupProblem(NO_DRIVER)


def _give_up() -> Path:
    raise SetupProblem(NONE_FOUND)
