"""withhold is a normal package: what ``pip install`` makes of it gives the command."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, **options: object) -> str:
    """Standard output of a command that must end well; the tests' guard is the only path it inherits."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the locked back end without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet")
    run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel in it; its dependencies are lent by path."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", venv)
    python = venv / PROGRAMS / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    # --ignore-installed: the lent packages have this checkout's own entry among them.
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--ignore-installed", wheel)
    return venv / PROGRAMS


def test_the_wheel_holds_the_whole_package(wheel: Path) -> None:
    """Every file of the package, its data included, and the licence are in the wheel; tests are not."""
    source = ROOT / "src" / "withhold"
    expected = {
        f"withhold/{path.relative_to(source).as_posix()}"
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert expected <= names
    assert {name for name in names if name.endswith("licenses/LICENSE")}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"withhold"}


def test_the_installed_command_answers(installed: Path, tmp_path: Path) -> None:
    """``withhold --help`` works from the installed package, far from the checkout."""
    assert "Usage" in run(installed / "withhold", "--help", cwd=tmp_path)


def test_the_command_is_the_installed_package(installed: Path, tmp_path: Path) -> None:
    """The fresh environment runs its own copy, not the checkout."""
    where = run(installed / "python", "-c", "import withhold; print(withhold.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)
