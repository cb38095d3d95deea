"""The look at a computer with a gigabyte of transcripts: at first, again, and without any.

``WITHHOLD_BENCH_SCAN_MB`` sets the size (1000), in 2,000 files. The peer reads the same bytes and does
nothing with them.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import Row
from transcripts import make

WITHHOLD = Path(sys.executable).parent / "withhold"
FILES = 2_000


def run() -> list[Row]:
    """Seconds of each look, and the most memory of any."""
    megabytes = float(os.environ.get("WITHHOLD_BENCH_SCAN_MB", "1000"))
    with tempfile.TemporaryDirectory() as throwaway:
        folder = Path(throwaway)
        home, bare = folder / "home", folder / "bare"
        size = make(megabytes, FILES, home)
        (bare / ".codex").mkdir(parents=True)
        (bare / ".claude").mkdir()
        reading = _plain(home)
        environment = {**os.environ, "WITHHOLD_HOME": str(folder / "state")}
        first, sessions = _scan(home, environment)
        again, same = _scan(home, environment)
        without, _ = _scan(bare, environment)
        if not sessions == same == FILES:
            raise RuntimeError(f"{sessions} and {same} sessions were counted, {FILES} were written")
    what = f"scan, {size / 1e6:,.0f} MB in {FILES:,} files"
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    peer = f"reading the bytes {reading:.2f} s"
    return [
        Row(f"{what}: first", first, "s", peer, first / reading),
        Row(f"{what}: again, nothing changed", again, "s", peer, again / reading),
        Row("scan without transcripts", without, "s", "", None),
        Row("scan: most memory of all three", memory, "MB", "", None),
    ]


def _scan(home: Path, environment: dict[str, str]) -> tuple[float, int]:
    command = [str(WITHHOLD), "scan", "--home", str(home), "--os", "linux", "--json"]
    started = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, check=True, env=environment)
    return time.perf_counter() - started, sum(t["sessions"] for t in json.loads(ran.stdout)["transcripts"])


def _plain(home: Path) -> float:
    started = time.perf_counter()
    for path in home.rglob("*.jsonl"):
        path.read_bytes()
    return time.perf_counter() - started
