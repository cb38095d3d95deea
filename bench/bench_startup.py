"""How long the command takes to answer: what a person waits for before anything else."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from rows import Row

RUNS = 15
PROGRAMS = Path(sys.executable).parent
BARE = "python -c pass"
PIP = "pip --help"
WITHHOLD = "withhold --help"
COMMANDS = {
    BARE: [sys.executable, "-c", "pass"],
    PIP: [sys.executable, "-m", "pip", "--disable-pip-version-check", "--help"],
    WITHHOLD: [str(PROGRAMS / "withhold"), "--help"],
}


def run() -> list[Row]:
    """Medians over runs that take turns, so that a busy moment of the machine hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        milliseconds(command)  # the first run of each only fills the file cache
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            taken[name].append(milliseconds(command))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    return [
        Row(
            WITHHOLD,
            medians[WITHHOLD],
            "ms",
            f"{peer} {medians[peer]:.1f} ms",
            medians[WITHHOLD] / medians[peer],
        )
        for peer in (BARE, PIP)
    ]


def milliseconds(command: list[str]) -> float:
    """How long one command took, from its start to its end. A command that fails is an error."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000
