"""`make check` runs what is quick, and draws from what is slow; over some days it has run all of it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.draw import COSTS, OF_A_BROWSER, bare, costs_of, drawn

NAMES = st.builds(
    "tests/{}/test_{}.py::test_{}".format, st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 9)
)
SUITES = st.dictionaries(
    NAMES, st.tuples(st.integers(1, 5), st.sampled_from([None, 0.5, 3.0, 20.0])), min_size=1
)
SECONDS = 25


def suite(made: dict[str, tuple[int, float | None]]) -> tuple[dict[str, str], dict[str, float]]:
    """Tests with their kinds (those of folder c drive a browser), and what the slow ones cost."""
    tests = {
        f"{test}[{n}]": "browser" if "/c/" in test else ""
        for test, (many, _) in made.items()
        for n in range(many)
    }
    return tests, {test: cost for test, (_, cost) in made.items() if cost is not None}


@given(SUITES, st.text(max_size=5))
def test_a_draw(made: dict[str, tuple[int, float | None]], draw: str) -> None:
    """The same draw is the same tests; quick tests and folders are all in it, the rest within the time."""
    tests, costs = suite(made)
    kept = drawn(tests, costs, draw, cases=2, seconds=SECONDS)
    assert kept == drawn(tests, costs, draw, cases=2, seconds=SECONDS)
    assert kept <= set(tests)
    many = {test: sum(bare(name) == test for name in kept) for test in made}
    for test, (cases, cost) in made.items():
        assert many[test] == min(2, cases) if cost is None else many[test] <= 1
    assert {folder(name) for name in kept} == {folder(name) for name in tests}
    for kind in ("", "browser"):
        spent = sorted(costs[bare(n)] for n in kept if tests[n] == kind and bare(n) in costs)
        firsts = (
            2 if kind == "" else 1
        )  # the folders of this kind, each of which may take its first whatever it costs
        assert sum(spent[: max(0, len(spent) - firsts)]) <= SECONDS


DRAWS = """
from tests.draw import drawn
tests = {f"tests/{f}/test_x.py::test_{n}[{case}]": "" for f in "abc" for n in range(20) for case in range(9)}
costs = {f"tests/{f}/test_x.py::test_{n}": 1.0 for f in "abc" for n in range(10)}
print(sorted(drawn(tests, costs, "7", cases=2, seconds=12)))
"""


def test_each_worker_draws_the_same(root: Path) -> None:
    """Processes differ in the order of their sets; what is drawn does not."""
    said = {
        subprocess.run(
            [sys.executable, "-c", DRAWS],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            check=True,
        ).stdout
        for number in range(3)
    }
    assert len(said) == 1


@given(SUITES)
def test_the_days_run_them_all(made: dict[str, tuple[int, float | None]]) -> None:
    """Whatever the time allows at all comes in one of many draws."""
    tests, costs = suite(made)
    run = {
        bare(name) for day in range(400) for name in drawn(tests, costs, str(day), cases=1, seconds=SECONDS)
    }
    assert run == set(made)


def test_a_new_browser_test_is_not_taken_for_a_quick_one() -> None:
    """Until it is measured a cost is supposed; what was measured stays."""
    kinds = {
        "tests/a.py::test_new[1]": "browser",
        "tests/a.py::test_old": "browser",
        "tests/a.py::test_pure": "",
    }
    costs = costs_of(kinds, {"tests/a.py::test_old": 0.4})
    assert costs == {"tests/a.py::test_new": OF_A_BROWSER, "tests/a.py::test_old": 0.4}


def folder(name: str) -> str:
    return name.partition("::")[0].rpartition("/")[0]


def test_the_costs_are_of_tests_that_exist(root: Path) -> None:
    """Nearly all slow tests that the table names stand in their files: else it is to be written anew."""
    costs = tomllib.loads(COSTS.read_text(encoding="utf-8"))["seconds"]
    there = [name for name in costs if stands(root, name)]
    assert len(there) >= 0.8 * len(costs), "run the check tier with --junitxml and then scripts/costs.py"


def stands(root: Path, name: str) -> bool:
    path, *_, function = name.split("::")
    file = root / path
    return file.is_file() and f"def {function}(" in file.read_text(encoding="utf-8")
