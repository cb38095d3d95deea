"""Three-valued truth: what holds in all histories that fit, and in some."""

from itertools import product

import pytest

from withhold.policy.bounds import NO, OPEN, YES, Bounds, cautious, one_of, stated

ALL = (NO, OPEN, YES)
PAIRS = list(product(ALL, ALL))


def meanings(bounds: Bounds) -> frozenset[bool]:
    """The truth values that the bounds leave open."""
    return frozenset(value for value in (True, False) if bounds.certain <= value <= bounds.possible)


def test_each_of_the_three_leaves_open_what_it_says() -> None:
    """Yes is true, no is false, open is either."""
    assert [meanings(b) for b in ALL] == [{False}, {False, True}, {True}]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_joining_is_exact_for_independent_statements(one: Bounds, other: Bounds) -> None:
    """And, or and not leave open exactly what the parts leave open together."""
    pairs = list(product(meanings(one), meanings(other)))
    assert meanings(one & other) == {a and b for a, b in pairs}
    assert meanings(one | other) == {a or b for a, b in pairs}
    assert meanings(~one) == {not a for a, _ in pairs}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_one_of_leaves_open_what_any_choice_does(one: Bounds, other: Bounds) -> None:
    """Where evidence does not tell which holds, everything either allows stays open."""
    assert meanings(one_of((one, other))) == meanings(one) | meanings(other)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_cautious_takes_the_one_that_exposes_more(one: Bounds, other: Bounds) -> None:
    """Where the provider's text leaves both open, the higher of each bound counts."""
    assert cautious((one, other)) == one | other


def test_no_choice_at_all_is_open() -> None:
    """Where no terms are known nothing is ruled out."""
    assert one_of(()) == cautious(()) == OPEN


def test_what_a_provider_does_not_state_is_open() -> None:
    """Silence is neither yes nor no."""
    assert (stated(True), stated(False), stated(None)) == (YES, NO, OPEN)
