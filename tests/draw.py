"""What ``make check`` runs: all that is quick, and of what is slow a part, drawn anew each day.

The other tiers, and pytest called by hand, run everything. ``tests/costs.toml`` names what is slow; it is
written by ``scripts/costs.py`` from a whole run and may lag behind: a test it does not name counts as quick,
unless it drives a browser.
"""

import os
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

VARIABLE, TODAY = "WITHHOLD_DRAW", "today"
COSTS = Path(__file__).with_name("costs.toml")
PART = pytest.StashKey[tuple[int, int]]()
"""In the configuration of a run that is drawn: how many tests run, of how many."""
OF_A_BROWSER = 3.0
"""Seconds that are supposed of a browser test that was never measured: about the mean of those that were."""


def resolve_draw() -> str | None:
    """Which draw was asked for, ``None`` for all tests. Today's number is fixed once, for all workers."""
    asked = os.environ.get(VARIABLE)
    if asked == TODAY:
        asked = os.environ[VARIABLE] = str(datetime.now(UTC).toordinal())
    return asked or None


def read_costs(path: Path = COSTS) -> Mapping[str, float]:
    """Seconds of one case of each slow test, by its name without parameters."""
    found: Mapping[str, float] = tomllib.loads(path.read_text(encoding="utf-8"))["seconds"]
    return found


def costs_of(kinds: Mapping[str, str], measured: Mapping[str, float]) -> dict[str, float]:
    """``measured``, and a cost for each browser test of ``kinds`` that nobody has measured."""
    dear = {bare(name): OF_A_BROWSER for name, kind in kinds.items() if kind}
    return {**dear, **measured}


def drawn(
    tests: Mapping[str, str], costs: Mapping[str, float], draw: str, *, cases: int, seconds: int
) -> frozenset[str]:
    """The names that run, out of ``tests``: name to ``kind`` (tests of one kind share a worker).

    Of a quick test ``cases`` of its cases run, of a slow one that is drawn a single one. Every folder has at
    least one slow test, if it has any; then each kind is filled up to ``seconds`` of cost.
    """
    by_test: dict[str, list[str]] = defaultdict(list)
    for name in tests:
        by_test[bare(name)].append(name)
    random = Random(draw)
    chosen = {
        name
        for test, names in by_test.items()
        if test not in costs
        for name in random.sample(names, min(cases, len(names)))
    }
    slow = [test for test in by_test if test in costs]
    random.shuffle(slow)
    taken = _slow(slow, {test: tests[by_test[test][0]] for test in slow}, costs, seconds)
    for test in sorted(taken):  # the order of a set is another one in each worker
        chosen.add(random.choice(by_test[test]))
    return frozenset(chosen)


def _slow(
    tests: Sequence[str], kinds: Mapping[str, str], costs: Mapping[str, float], seconds: int
) -> set[str]:
    spent: dict[str, float] = defaultdict(float)
    taken: set[str] = set()
    for test in _first_of_each_folder(tests):
        taken.add(test)
        spent[kinds[test]] += costs[test]
    for test in tests:
        if test not in taken and spent[kinds[test]] + costs[test] <= seconds:
            taken.add(test)
            spent[kinds[test]] += costs[test]
    return taken


def _first_of_each_folder(tests: Iterable[str]) -> Iterable[str]:
    found: dict[str, str] = {}
    for test in tests:
        found.setdefault(test.partition("::")[0].rpartition("/")[0], test)
    return found.values()


def bare(name: str) -> str:
    """A test's name without its parameters."""
    return name.partition("[")[0]
