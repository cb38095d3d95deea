"""Finding a browser, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from withhold.controls.browser import find_browser, installed_browser, open_page
from withhold.support.errors import EnvironmentProblem, UsageProblem


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\necho Chromium 1.2.3\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_named_browser_comes_first(tmp_path: Path) -> None:
    """A path given by the person is taken as it is, a name is looked up."""
    mine = _program(tmp_path / "bin" / "my-browser")
    found = {"PATH": str(mine.parent)}
    assert installed_browser(str(mine), environment={}) == mine
    assert installed_browser("my-browser", environment=found) == mine


def test_a_name_that_is_no_program_is_said(tmp_path: Path) -> None:
    """A wrong WITHHOLD_BROWSER is an error that names the variable, not a silent other browser."""
    with pytest.raises(EnvironmentProblem, match="WITHHOLD_BROWSER"):
        installed_browser(str(tmp_path / "nothing"), environment={"PATH": ""})


@pytest.mark.skipif(sys.platform == "win32", reason="programs are told by their ending there")
def test_linux_looks_along_the_path(tmp_path: Path) -> None:
    """On Linux the usual names are looked for along PATH, Chrome first."""
    _program(tmp_path / "chromium")
    chrome = _program(tmp_path / "google-chrome")
    assert installed_browser(platform="linux", environment={"PATH": str(tmp_path)}) == chrome


@pytest.mark.skipif(sys.platform == "win32", reason="programs are told by their ending there")
def test_a_stub_under_a_browsers_name_is_passed_over(tmp_path: Path) -> None:
    """A program that only offers to install a browser is not taken for one."""
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'please run snap install chromium' >&2\nexit 1\n")
    stub.chmod(0o755)
    real = _program(tmp_path / "chromium-browser")
    found = installed_browser(platform="linux", environment={"PATH": str(tmp_path)}, home=tmp_path)
    assert found == real


@pytest.mark.skipif(sys.platform == "win32", reason="programs are told by their ending there")
def test_a_browser_that_is_slow_to_answer_is_one(tmp_path: Path) -> None:
    """On a busy machine a browser may take long to say its version; that is no sign that there is none."""
    slow = tmp_path / "chromium"
    slow.write_text("#!/bin/sh\nexec sleep 20\n")
    slow.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.defpath}"
    assert installed_browser(platform="linux", environment={"PATH": path}, home=tmp_path) == slow


def test_mac_looks_among_the_applications_of_the_person(tmp_path: Path) -> None:
    """On macOS a browser in the person's own Applications folder is found."""
    app = _program(tmp_path / "Applications/Chromium.app/Contents/MacOS/Chromium")
    assert installed_browser(platform="darwin", environment={"PATH": ""}, home=tmp_path) == app


def test_windows_looks_in_its_program_folders(tmp_path: Path) -> None:
    """On Windows Edge under Program Files is found; variables that are not set do no harm."""
    edge = _program(tmp_path / "Microsoft/Edge/Application/msedge.exe")
    environment = {"PROGRAMFILES(X86)": str(tmp_path), "PATH": ""}
    assert installed_browser(platform="win32", environment=environment, home=tmp_path) == edge


def test_none_is_none(tmp_path: Path) -> None:
    """Where there is no browser, none is made up."""
    assert installed_browser(platform="linux", environment={"PATH": str(tmp_path)}, home=tmp_path) is None


def test_the_everyday_profile_is_refused() -> None:
    """A profile that the person browses with is never driven."""
    with (
        pytest.raises(UsageProblem, match="everyday"),
        open_page(browser=Path("never-started"), profile=Path.home() / ".config/google-chrome/Default"),
    ):
        pass


def test_a_browser_that_does_not_start_is_said(tmp_path: Path) -> None:
    """A program that is no browser is an environment problem with a way out, and leaves no profile."""
    with (
        pytest.raises(EnvironmentProblem, match="did not start") as told,
        open_page(browser=_program(tmp_path / "false"), headless=True),
    ):
        pass
    assert told.value.next_step


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A temporary folder with a short name: Chromium puts a socket there, whose path has a limit."""
    with tempfile.TemporaryDirectory(prefix="wh-") as folder:
        yield Path(folder)


@pytest.mark.browser
def test_a_temporary_profile_is_private_and_goes(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """During the run the profile is the owner's alone; after it there is none, also after an error."""
    tmp_path = short_path
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with suppress(ZeroDivisionError), open_page(headless=True, locale="de-DE") as opened:
        [profile] = tmp_path.glob("withhold-profile-*")
        assert profile.stat().st_mode & 0o077 == 0
        assert opened.page.evaluate("navigator.language") == "de-DE"
        assert "Chrom" in opened.browser or "Edg" in opened.browser
        _ = 1 / 0
    assert list(tmp_path.glob("withhold-profile-*")) == []


@pytest.mark.browser
def test_a_profile_that_was_asked_for_is_kept(tmp_path: Path) -> None:
    """With a folder given, it is used, closed to others, and still there for the next time."""
    folder = tmp_path / "profile"
    with open_page(headless=True, profile=folder):
        pass
    assert folder.stat().st_mode & 0o077 == 0
    assert any(folder.iterdir())


_HANGING = """
import sys
from withhold.controls.browser import open_page
with open_page(headless=True) as opened:
    opened.page.goto("about:blank")
    print("open", flush=True)
    opened.page.wait_for_timeout(60_000)
"""


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C goes to whole console groups")
def test_ctrl_c_closes_the_browser_and_removes_the_profile(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an interrupt of the whole process group nothing runs on and nothing is left."""
    tmp_path = short_path
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run = subprocess.Popen(
        [sys.executable, "-c", _HANGING], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with run:
        assert run.stdout is not None
        assert run.stdout.readline() == "open\n"
        assert len(list(tmp_path.glob("withhold-profile-*"))) == 1
        run.send_signal(signal.SIGINT)
        run.wait(timeout=20)
    assert run.returncode not in {0, None}
    until = time.monotonic() + 5
    while list(tmp_path.glob("withhold-profile-*")) and time.monotonic() < until:
        time.sleep(0.1)
    assert list(tmp_path.glob("withhold-profile-*")) == []


@pytest.mark.browser
def test_some_browser_is_found_here() -> None:
    """On a machine that runs these tests a browser is found."""
    assert find_browser().is_file()
