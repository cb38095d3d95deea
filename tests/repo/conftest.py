"""What the tests of the project itself share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RunPytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@pytest.fixture
def run_pytest(tmp_path: Path) -> RunPytest:
    """Runs given test code in a pytest of its own, under this project's conftest and a tier."""

    def run(code: str, *, tier: str = "check", **variables: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_given.py").write_text(code, encoding="utf-8")
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "WITHHOLD_"))
        }
        return subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    "-p",
                    "tests.conftest",
                    "-p",
                    "no:cacheprovider",
                    "-p",
                    "no:xdist",
                ),
                *("-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path / "test_given.py"),
            ],
            cwd=ROOT,
            env={**kept, "WITHHOLD_TIER": tier, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
