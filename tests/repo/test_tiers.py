"""The tiers differ in size and in nothing else; seeds can be repeated; a soak run leaves a page."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.draw import PART
from tests.sizes import SIZES, TIER, TIERS, Sizes, UnknownSize, read_table

RunPytest = Callable[..., subprocess.CompletedProcess[str]]

SHOWS_SEED = """
import random, pytest
from hypothesis import given, strategies as st

drawn = []

@given(st.integers(0, 2**60))
def test_draws(number):
    drawn.append(number)

def test_shows(seed):
    print("DRAWN", seed, drawn)
    assert False
"""


def leaves(table: dict[str, Any]) -> Iterator[dict[str, int]]:
    """All sizes of a table, each with its number per tier."""
    for value in table.values():
        if all(isinstance(inner, dict) for inner in value.values()):
            yield from leaves(value)
        else:
            yield value


def test_each_size_names_each_tier_and_grows() -> None:
    """No tier leaves a kind of test out, and a greater tier never does less."""
    for size in leaves(read_table()):
        assert list(size) == list(TIERS)
        assert 0 < size["check"] <= size["test"] <= size["soak"]


def test_sizes_are_those_of_the_tier(sizes: Sizes) -> None:
    """The fixture gives the numbers of the tier that runs."""
    assert sizes.laws.histories == read_table()["laws"]["histories"][TIER]
    assert sizes is SIZES


def test_a_size_that_is_not_there_is_named() -> None:
    """A misspelt size is an error that says what there is."""
    with pytest.raises(UnknownSize, match="histories"):
        _ = SIZES.laws.historys


def test_soak_is_full_size() -> None:
    """The laws run over 10,000 generated histories in the greatest tier."""
    assert Sizes(read_table(), "soak").laws.histories == 10_000


def drawn(done: subprocess.CompletedProcess[str]) -> str:
    """What ``SHOWS_SEED`` drew."""
    found = re.search(r"DRAWN .*", done.stdout)
    assert found, done.stdout + done.stderr
    return found.group()


def test_the_fixed_seed_repeats(run_pytest: RunPytest) -> None:
    """Without a seed, two runs draw the same examples."""
    assert drawn(run_pytest(SHOWS_SEED)) == drawn(run_pytest(SHOWS_SEED))


def test_a_fresh_seed_is_new_and_can_be_repeated(run_pytest: RunPytest) -> None:
    """A fresh run draws other examples than the fixed one, and prints the seed that brings them back."""
    fresh = run_pytest(SHOWS_SEED, WITHHOLD_SEED="fresh")
    printed = re.search(r"WITHHOLD_SEED=(\d+) make check", fresh.stdout)
    assert printed
    again = run_pytest(SHOWS_SEED, WITHHOLD_SEED=printed.group(1))
    assert drawn(again) == drawn(fresh)
    assert drawn(fresh) != drawn(run_pytest(SHOWS_SEED))


def test_an_unknown_tier_is_refused(run_pytest: RunPytest) -> None:
    """A misspelt tier stops the run; it never falls back to small sizes."""
    done = run_pytest(SHOWS_SEED, tier="soka")
    assert done.returncode != 0
    assert "the tiers are check, test, soak" in done.stdout + done.stderr


def in_this_run(session: pytest.Session) -> set[str]:
    """The names of the tests of this run; none where it is not of all tests."""
    config = session.config
    part = config.option.keyword or config.option.markexpr or PART in config.stash
    if part or config.args != config.getini("testpaths"):
        return set()
    return {item.nodeid.partition("[")[0].partition("@")[0] for item in session.items}


def collected(root: Path, tier: str) -> set[str]:
    """The names of all tests in a tier, without the parameters."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=root,
        env={**os.environ, "WITHHOLD_TIER": tier},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.timeout(300)
def test_no_tier_drops_a_test(root: Path, request: pytest.FixtureRequest) -> None:
    """The quickest tier and the greatest hold the same tests; a run of all of them need not be looked up."""
    here = in_this_run(request.session) or collected(root, TIER)
    assert here == collected(root, "check" if TIER == "soak" else "soak")


def test_a_soak_run_leaves_a_page(run_pytest: RunPytest, tmp_path: Path) -> None:
    """The page of a soak run tells tier, seed, counts, version and commit, and each test's own figures."""
    given_test = """
def test_counts(soak_report):
    soak_report(histories=12345)

def test_wrong():
    assert False
"""
    for seed in ({}, {"WITHHOLD_SEED": "7"}):
        run_pytest(given_test, tier="soak", WITHHOLD_SOAK_DIR=str(tmp_path / "soak"), **seed)
    (page,) = (tmp_path / "soak").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-soak\.md", page.name)
    text = page.read_text(encoding="utf-8")
    for expected in (
        "## Seed fixed",
        "## Seed 7",
        "| tests | 1 failed, 1 passed |",
        "| histories | 12345 |",
        "| commit |",
    ):
        assert expected in text
    assert str(tmp_path) not in text


def test_each_test_has_its_own_home(own_home: Path) -> None:
    """State and home folder of a test are new and empty, whoever runs it."""
    assert Path(os.environ["WITHHOLD_HOME"]).parent == own_home == Path.home()
    assert not list(own_home.iterdir())
