"""Filters keep what was asked for, and refuse what there is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.making import at, clock, row
from withhold.app.ledger.filters import EVERYTHING, Filter, project_names
from withhold.app.ledger.totals import totals_of
from withhold.model.account import Account
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

ACCOUNTS = (Account("a1", "anthropic", "home"), Account("b2", "anthropic", "work"))
ROWS = (
    row("one", project="/home/x/shop", resumed_at=()),
    row("two", account="b2", project=r"C:\\code\\shop", kind="coding"),
    row("three", account=None, project=None, first=None, last=None, past_exposure="unknown"),
    row("four", first=at("2026-03-01"), last=at("2026-03-02"), project="p-1", future_eligibility="unknown"),
)


def kept(wanted: Filter) -> list[str]:
    return [r.id for r in wanted.keep(ROWS, ACCOUNTS)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (EVERYTHING, ["one", "two", "three", "four"]),
        (Filter(account="home"), ["one", "four"]),
        (Filter(account="b"), ["two"]),
        (Filter(kind="coding"), ["two"]),
        (Filter(past="unknown"), ["three"]),
        (Filter(future="unknown"), ["four"]),
        (Filter(project="shop"), ["one", "two"]),
        (Filter(project="/home/x/shop"), ["one"]),
        (Filter(resumed=True), ["two", "three", "four"]),
        (Filter(since=at("2026-01-01")), ["three", "four"]),
        (Filter(until=at("2025-12-31")), ["one", "two", "three"]),
        (Filter(since=at("2025-11-01"), until=at("2025-11-02")), ["one", "two", "three"]),
    ],
)
def test_what_is_kept(wanted: Filter, ids: list[str]) -> None:
    """Each filter keeps its rows; what has no known time may lie in any range and is kept."""
    assert kept(wanted) == ids


def test_an_unknown_project_is_refused() -> None:
    """A project that no row has is a slip; the message names those there are."""
    with pytest.raises(UsageProblem, match="no conversation belongs") as refused:
        kept(Filter(project="shopp"))
    assert "p-1" in (refused.value.next_step or "")


def test_projects_by_the_last_part_of_a_path() -> None:
    """Paths of any system are named by their last part too."""
    assert project_names("/a/b/") == ("/a/b/", "b")
    assert project_names("C:\\a\\b") == ("C:\\a\\b", "b")
    assert project_names(None) == project_names("") == ()


def rows() -> st.SearchStrategy[list[d.ConversationRow]]:
    """Rows that differ in everything that totals look at."""
    clocks = st.lists(
        st.builds(
            clock,
            st.sampled_from(("training_on", "feedback", "training_off")),
            st.one_of(st.none(), st.sampled_from(("2026-12-31T23:59:59", "2027-01-01", "2030-05-01"))),
            st.sampled_from(("up_to", "at_least")),
        ),
        max_size=3,
        unique_by=lambda c: c.basis,
    ).map(tuple)

    def made(given: tuple[Any, ...]) -> d.ConversationRow:
        keys = ("past_exposure", "future_eligibility", "kind", "provider", "account", "clocks")
        return row("id", **dict(zip(keys, given, strict=True)))

    words = (
        st.sampled_from(("exposed", "not_exposed", "unknown")),
        st.sampled_from(("eligible", "not_eligible", "unknown")),
        st.sampled_from(("chat", "coding")),
        st.sampled_from(("anthropic", "openai")),
        st.sampled_from((None, "a1", "b2")),
    )
    return st.lists(st.tuples(*words, clocks).map(made), max_size=12)


@given(rows())
def test_totals_add_up(held: list[d.ConversationRow]) -> None:
    """Every row is in the totals once, in each sort of part once, and each clock in the ends once."""
    totals = totals_of(held, {"a1": "home"})
    wholes = [totals.past, totals.future]
    for by in {g.by for g in totals.groups}:
        parts = [g for g in totals.groups if g.by == by]
        assert len(parts) > 1
        for whole, pick in zip(wholes, ("past", "future"), strict=True):
            for key in whole.__struct_fields__:
                assert sum(getattr(getattr(g, pick), key) for g in parts) == getattr(whole, key)
    assert sum(getattr(totals.past, key) for key in totals.past.__struct_fields__) == len(held)
    assert sum(e.count for e in totals.ends) == sum(len(r.clocks) for r in held)
    assert len({(e.basis, e.year, e.bound) for e in totals.ends}) == len(totals.ends)


def test_ends_are_by_year_and_basis() -> None:
    """The year is that of the end in UTC; a basis without an end is counted apart."""
    held = (
        row("one", clocks=(clock("training_on", "2026-12-31T23:59:59"),)),
        row("two", clocks=(clock("training_on", "2027-01-01"), clock("feedback", None))),
    )
    ends = {(e.basis, e.year): e.count for e in totals_of(held).ends}
    assert ends == {("feedback", None): 1, ("training_on", 2026): 1, ("training_on", 2027): 1}
