"""Searches for input at which a reader fails, in processes of their own with bounded memory and time."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.sizes import SIZES

ROOT = Path(__file__).resolve().parents[2]
SPARE = 120
"""Seconds for the start, and for the end of the last input."""

needs_atheris = pytest.mark.skipif(
    find_spec("atheris") is None, reason="atheris has no wheel for this platform and Python"
)


FRESH = ("sh", "-c", '"$@" & wait $!', "sh")
"""Starts a program from a small process: the most memory that a process has held counts on over ``exec``,
so a search started from these tests would be blamed for theirs."""


def searched(engine: str, seed: int, folder: Path) -> str:
    """What a search printed. Fails with what it found."""
    command = [
        *FRESH,
        sys.executable,
        "-m",
        "tests.fuzz.child",
        engine,
        str(SIZES.fuzz.seconds),
        str(seed),
        str(folder),
    ]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SIZES.fuzz.seconds + SPARE
    )
    found = sorted(path.name for path in folder.glob("found-*"))
    assert ran.returncode == 0, f"{found}\n{ran.stdout[-2000:]}\n{ran.stderr[-6000:]}"
    return ran.stdout + ran.stderr


@pytest.mark.seeded
def test_a_search_by_chance_finds_nothing(
    seed: int, tmp_path: Path, soak_report: Callable[..., None]
) -> None:
    """Sources of all readers in turn, mutated by their structure."""
    inputs = int(searched("chance", seed, tmp_path).split()[-1])
    soak_report(inputs=inputs)
    assert inputs > 10


@needs_atheris
@pytest.mark.seeded
def test_a_search_by_coverage_finds_nothing(
    seed: int, tmp_path: Path, soak_report: Callable[..., None]
) -> None:
    """Single files of any bytes and mutated sources, led by which code they reach."""
    told = searched("atheris", seed, tmp_path)
    inputs = int(told.partition("stat::number_of_executed_units:")[2].split()[0])
    soak_report(inputs=inputs)
    assert inputs > 10


def test_a_search_notices_a_fault(tmp_path: Path) -> None:
    """A reader that fails is found, so a search that finds nothing has looked."""
    code = (
        "import sys\n"
        "from withhold.sources.amp import Amp\n"
        "def broken(self, claims, options):\n"
        "    raise KeyError('planted')\n"
        "from tests.fuzz import child, property\n"
        "property.whole('amp')\n"
        "Amp.read = broken\n"
        "fine = child._fine('amp', lambda below: 0, __import__('pathlib').Path(sys.argv[1]), 'planted')\n"
        "sys.exit(0 if fine else 7)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 7, ran.stderr
    assert "planted" in ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the size of a process is bounded there alone")
@pytest.mark.parametrize("fault", ["bytearray(3 << 30)", "__import__('time').sleep(60)"])
def test_a_search_notices_memory_and_hangs(fault: str, tmp_path: Path) -> None:
    """An input that takes 3 GB, or does not end, ends the search with a fault."""
    code = (
        "import sys\n"
        "from withhold.sources.amp import Amp\n"
        "from tests.fuzz import child, property\n"
        "property.whole('amp')\n"
        f"Amp.read = lambda self, claims, options: {fault} and None\n"
        "child.SLOWEST = 1\n"
        "child._bound_memory()\n"
        "fine = child._fine('amp', lambda below: 0, __import__('pathlib').Path(sys.argv[1]), 'planted')\n"
        "sys.exit(0 if fine else 7)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert "MemoryError" in ran.stderr or "Timeout" in ran.stderr
