"""Verdicts over a whole index: how long from its segments, from what is kept, and how the cost grows.

``WITHHOLD_BENCH_CONVERSATIONS`` (default 20,000) of 50 messages each; the goals are stated for 1,000,000.
Peer: the pure engine over a sample of the same conversations, extrapolated to all of them. Seconds for each
size; what a run costs whatever the size (packs, regimes, groups) is in all of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter

from rows import Row
from verdicts_index import NOW, build, services_in
from withhold.app.ledger.exposure import ledger, ledger_of
from withhold.app.ledger.opening import DERIVED

MESSAGES = 50
SAMPLE = 2_000


def run() -> list[Row]:
    """One index for the figures, and smaller ones for the curve."""
    wanted = int(os.environ.get("WITHHOLD_BENCH_CONVERSATIONS", "20000"))
    kept = os.environ.get("WITHHOLD_BENCH_FOLDER")
    if kept:
        return measured(Path(kept), wanted)
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder), wanted)


def measured(folder: Path, wanted: int) -> list[Row]:
    whole = build(folder / f"of-{wanted}", wanted, MESSAGES)
    alone = one_by_one(whole) * wanted
    name = f"{wanted:,} conversations, {wanted * MESSAGES:,} messages"
    peer = f"pure engine on {min(SAMPLE, wanted):,} of them, extrapolated: {alone:,.1f} s"
    rows = [
        _row(f"totals from the segments, {name}", anew(whole), alone, peer),
        _row("totals from what is kept", timed(lambda: totals(whole)), alone, peer),
        _row("the same as a process: withhold exposure", timed(lambda: process(whole)), alone, peer),
        _row(
            "a calendar of all ends of keeping: --ics",
            timed(lambda: process(whole, "--ics", "-")),
            alone,
            peer,
        ),
    ]
    return rows + curve(folder, wanted)


def _row(name: str, seconds: float, alone: float, peer: str) -> Row:
    return Row(name, seconds, "s", peer, seconds / alone)


def curve(folder: Path, wanted: int) -> list[Row]:
    """Seconds from the segments by size; the peer of each is the one a tenth as large."""
    sizes = [size for size in (200, 2_000, 20_000, 200_000, 1_000_000) if size <= wanted]
    states = [build(folder / f"of-{size}", size, MESSAGES) for size in sizes]
    costs = [min(anew(state) for _ in range(3)) for state in states]
    rows = []
    for place, (size, cost) in enumerate(zip(sizes, costs, strict=True)):
        smaller = f"{sizes[place - 1] * MESSAGES:,} messages" if place else "none is smaller"
        ratio = cost / costs[place - 1] if place else None
        rows.append(Row(f"from the segments, {size * MESSAGES:,} messages", cost, "s", smaller, ratio))
    return rows


def one_by_one(state: Path) -> float:
    """Seconds a conversation for the pure engine, reading it from the index included."""
    services = services_in(state)
    judges, _ = ledger_of(services, NOW)
    started, count = perf_counter(), 0
    for stored in islice(services.store.conversations(), SAMPLE):
        judges.judge_one(stored)
        count += 1
    seconds = perf_counter() - started
    services.close()
    return seconds / count


def anew(state: Path) -> float:
    """Seconds without anything kept."""
    shutil.rmtree(state / DERIVED, ignore_errors=True)
    started = perf_counter()
    totals(state)
    return perf_counter() - started


def totals(state: Path) -> None:
    services = services_in(state)
    with ledger(services, as_of=NOW) as view:
        assert view.count
    services.close()


def process(state: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "withhold", "exposure", "--as-of", NOW.isoformat(), *words],
        env=os.environ | {"WITHHOLD_HOME": str(state)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def timed(work: Callable[[], None]) -> float:
    """Seconds; the best of three, since other work on the machine only adds."""
    best = float("inf")
    for _ in range(3):
        started = perf_counter()
        work()
        best = min(best, perf_counter() - started)
    return best
