"""Set-up finds a Python and a browser that really work, and says what to do where there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and its shell scripts are for Linux and macOS")

MakeProgram = Callable[[str, str], Path]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder to stand alone on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


@pytest.fixture
def make_program(programs: Path) -> MakeProgram:
    """Puts a shell script on that PATH."""

    def make(name: str, body: str) -> Path:
        path = programs / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


def find_python(root: Path, path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """What ``scripts/find-python`` says where ``path`` is all there is."""
    shell = shutil.which("sh")
    assert shell
    return subprocess.run(
        [shell, root / "scripts" / "find-python"],
        env={"PATH": str(path), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def browsers(root: Path, path: Path, **more: str) -> str:
    """The browser that set-up finds where ``path`` is all there is, or ``None``."""
    code = "import browser; print(browser.installed())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": str(path), "PYTHONPATH": str(root / "scripts"), **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_python_that_does_not_run_is_passed_over(
    root: Path, programs: Path, make_program: MakeProgram
) -> None:
    """A name on PATH that fails, or is too old, does not hide a Python that works."""
    make_program("python3", "exit 127")
    make_program("python3.13", "exit 1")  # as a Python answers that is older than asked for
    (programs / "python3.12").symlink_to(sys.executable)
    done = find_python(root, programs)
    assert done.stdout.strip() == str(programs / "python3.12")


def test_the_python_asked_for_comes_first(root: Path, programs: Path, make_program: MakeProgram) -> None:
    """``PYTHON=...`` names the Python to take."""
    make_program("python3", "exit 0")
    chosen = make_program("mine", "exit 0")
    assert find_python(root, programs, PYTHON="mine").stdout.strip() == str(chosen)


def test_no_python_is_said_with_the_next_step(root: Path, programs: Path) -> None:
    """Without a Python set-up ends with the exit code for the environment and a way on."""
    done = find_python(root, programs)
    assert done.returncode == 5
    assert "Python 3.11 or newer" in done.stderr
    assert "Next: " in done.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="applications of macOS are found outside PATH")
def test_a_browser_counts_only_if_it_answers(root: Path, programs: Path, make_program: MakeProgram) -> None:
    """A stub that stands for a browser is not taken for one."""
    make_program("chromium-browser", "echo 'please install the snap' >&2; exit 1")
    assert browsers(root, programs) == "None"
    real = make_program("microsoft-edge", "echo Edge 1")
    assert browsers(root, programs) == str(real)


def test_the_browser_asked_for_comes_first(root: Path, programs: Path, make_program: MakeProgram) -> None:
    """``WITHHOLD_BROWSER`` names the browser to take, wherever it stands."""
    make_program("google-chrome", "echo Chrome 1")
    own = make_program("my-own", "echo Mine 1")
    assert browsers(root, programs, WITHHOLD_BROWSER=str(own)) == str(own)


def test_set_up_knows_its_profiles_alone(root: Path) -> None:
    """A misspelt profile is a usage error; nothing is installed."""
    done = subprocess.run(
        [sys.executable, root / "scripts" / "setup.py", "devel"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "runtime|dev" in done.stderr
