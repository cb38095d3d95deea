"""How time is cut, and what is known to hold in each stretch."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given

from tests.policy.build import NOW, account, on, period, product, stood, terms, training
from tests.policy.drawing import any_history, randoms
from tests.policy.histories import History
from tests.policy.knowledge import all_there_is
from tests.policy.losses import lose, some
from withhold.model.when import BEGINNING, END, When
from withhold.model.words import Allowed, Setting
from withhold.packs.loader import load_builtin
from withhold.policy.bounds import NO, OPEN, YES
from withhold.policy.regimes import Regime, RegimeTable
from withhold.policy.timeline import TICK

OLD = terms(training(Allowed.NO), name="old", ends=When.end_of(on("2025-08-27").date()))
NEW = terms(name="new", begins=When.start_of(on("2025-08-28").date()))


def names(regime: Regime) -> list[str]:
    return [f.terms.id for a in regime.alternatives for f in a.in_force]


@given(any_history(), randoms())
def test_regimes_cover_all_time_without_gap_or_overlap(history: History, random: Random) -> None:
    """Each regime begins where the one before it ends, from the beginning to the end of time."""
    for full in all_there_is(history):
        t = lose(full, some(random), random)
        for product_ in load_builtin("lab").products:
            regimes = RegimeTable(product_, t.account, t.settings, t.as_of).regimes
            assert (regimes[0].begins, regimes[-1].ends) == (BEGINNING, END)
            assert all(a.ends == b.begins for a, b in pairwise(regimes))
            assert all(r.begins < r.ends and r.index == i for i, r in enumerate(regimes))


@given(any_history(), randoms())
def test_within_a_regime_the_rules_do_not_change(history: History, random: Random) -> None:
    """Asked for its first and its last instant, a table names the same regime with the same setting."""
    for full in all_there_is(history):
        t = lose(full, some(random), random)
        [chats, _] = load_builtin("lab").products
        table = RegimeTable(chats, t.account, t.settings, t.as_of)
        for regime in table.regimes:
            last = regime.ends - TICK
            assert table.at(regime.begins) is table.at(last) is regime
            for control, stretch in regime.settings:
                assert table.timelines[control].at(last).setting is stretch.setting


def test_the_same_evidence_gives_the_same_table() -> None:
    """A table is a plain value of its arguments."""
    args = (product(OLD, NEW), account(), [stood(Setting.SHARING, "2025-09-01", "2025-10-01")], NOW)
    assert RegimeTable(*args).regimes == RegimeTable(*args).regimes


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-08-27T09:59:59.999999", ["old"]),
        ("2025-08-27T10:00", ["old", "new"]),
        ("2025-08-28T11:59:59.999999", ["old", "new"]),
        ("2025-08-28T12:00", ["new"]),
    ],
)
def test_a_day_of_change_is_that_day_anywhere_on_earth(at: str, expected: list[str]) -> None:
    """The two entries overlap for 26 hours, from UTC+14 to UTC-12."""
    table = RegimeTable(product(OLD, NEW), account(), (), NOW)
    assert names(table.at(on(at))) == expected
    assert table.at(on(at)).boundary == (len(expected) > 1)


@pytest.mark.parametrize(
    ("at", "accepted"), [("2025-09-09T23:59", NO), ("2025-09-10T00:00", OPEN), ("2025-09-12T00:00", YES)]
)
def test_acceptance_lies_somewhere_in_its_span(at: str, accepted: object) -> None:
    """Before the span it has not happened, from its last instant on it has."""
    span = When(on("2025-09-10"), on("2025-09-12"))
    waiting = terms(name="new", begins=When.at(on("2025-08-28")), on_acceptance=True)
    table = RegimeTable(product(waiting), account(accepted=span), (), NOW)
    [alternative] = table.at(on(at)).alternatives
    assert alternative.in_force[0].accepted == accepted


def test_a_plan_holds_from_its_beginning_until_its_end() -> None:
    """At the instant of change the new plan holds; before the first and after the last any may."""
    one, other = terms(plan="one", name="a"), terms(plan="other", name="b")
    change = When.at(on("2026-02-01"))
    held = account(period("one", When.at(on("2026-01-01")), change), period("other", change, When.at(NOW)))
    table = RegimeTable(product(one, other), held, (), NOW)
    asked = [names(table.at(t)) for t in (change.earliest - TICK, change.earliest, NOW, on("2025-12-31"))]
    assert asked == [["a"], ["b"], ["a", "b"], ["a", "b"]]


def test_two_plans_that_are_said_to_hold_at_once_are_both_kept() -> None:
    """Statements that contradict one another leave both open."""
    table = RegimeTable(
        product(terms(plan="one", name="a"), terms(plan="other", name="b"), terms(plan="third", name="c")),
        account(period("one"), period("other")),
        (),
        NOW,
    )
    assert names(table.at(NOW)) == ["a", "b"]


@pytest.mark.parametrize(
    ("region", "expected"),
    [("EU", ["eu"]), ("other", ["rest"]), ("DE", ["eu", "rest"]), (None, ["eu", "rest"])],
)
def test_a_region_selects_its_terms(region: str | None, expected: list[str]) -> None:
    """A region by its word selects; one that the terms do not name, and an unknown one, leave all open."""
    table = RegimeTable(
        product(terms(name="eu", regions=("EU", "UK")), terms(name="rest", regions=("other",))),
        account(region=region),
        (),
        NOW,
    )
    assert list(dict.fromkeys(names(table.at(NOW)))) == expected


@pytest.mark.parametrize(("days", "age"), [(90, 0), (91, 1), (180, 1), (181, 2)])
def test_only_the_last_entry_ages_and_only_for_times_after_the_check(days: int, age: int) -> None:
    """It is marked after ninety days and unknown after one hundred and eighty."""
    checked = When.end_of(NEW.last_checked).latest
    table = RegimeTable(product(OLD, NEW), account(), (), checked + timedelta(days=days))
    assert table.at(checked).age == age
    assert table.at(checked - TICK).age == 0
    assert table.at(on("2025-08-01")).age == 0
