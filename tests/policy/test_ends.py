"""Ends by the day say what the clocks say, or nothing."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from hypothesis import given

from tests.policy.drawing import LAW, randoms
from withhold.model.terms import RetentionRule
from withhold.model.words import Basis, Bound, Confidence, RetentionKind, StartsFrom
from withhold.policy.ends import ends, ends_by_day
from withhold.policy.retention import Anchor, Instants, Plan, Running, clocks

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ANCHORS = (Anchor.FIRST, Anchor.LAST, Anchor.SHARED, None)
DURATIONS = ("P30D", "P1M", "P5Y", "P12M", "P1Y", "PT36H", "P1DT5H", None)


def a_plan(random: Random) -> Plan:
    return tuple(running(random) for _ in range(random.randint(0, 6)))


def running(random: Random) -> Running:
    rule = RetentionRule(
        kind=random.choice((RetentionKind.FIXED, RetentionKind.CONFIGURABLE)),
        duration=random.choice(DURATIONS),
        bound=random.choice((None, Bound.UP_TO, Bound.AT_LEAST)),
        starts_from=random.choice((None, StartsFrom.CREATION)),
        note=None,
        sources=(),
        confidence=Confidence.DOCUMENTED,
    )
    basis = random.choice((Basis.TRAINING_ON, Basis.LOCAL_COPIES))
    return Running(basis, rule, random.choice(ANCHORS), "counted")


def instants(random: Random) -> Instants:
    first, last = sorted(
        BEGAN + random.choice((1, 40, 400)) * random.random() * timedelta(days=1) for _ in "12"
    )
    shared = random.choice((first, last, last + timedelta(hours=random.random() * 900)))
    return Instants(first, last, shared, None, ())


def day_of(instant: datetime) -> datetime:
    return datetime.combine(instant.date(), time.min, UTC)


@LAW
@given(randoms())
def test_a_day_says_what_every_instant_in_it_says(random: Random) -> None:
    """What is said of a day holds for the exact clocks of all that lies in it."""
    plan, exact = a_plan(random), instants(random)
    days = replace(exact, first=day_of(exact.first), last=day_of(exact.last))
    said = ends_by_day(plan, days)
    assert said is None or said == ends(plan, exact)


@LAW
@given(randoms())
def test_ends_are_those_of_the_clocks(random: Random) -> None:
    """Year and bound of each clock, without making the clock."""
    plan, exact = a_plan(random), instants(random)
    assert ends(plan, exact) == {
        (c.basis, None if c.until is None else c.until.year, c.bound) for c in clocks(plan, exact)
    }


def test_one_period_is_clear_from_the_day() -> None:
    """Five years from the last message need no exact time."""
    rule = RetentionRule(RetentionKind.FIXED, "P5Y", Bound.UP_TO, None, None, (), Confidence.DOCUMENTED)
    plan = (Running(Basis.TRAINING_ON, rule, Anchor.LAST, "counted"),)
    days = Instants(BEGAN, BEGAN, None, None, ())
    assert ends_by_day(plan, days) == {(Basis.TRAINING_ON, 2029, Bound.UP_TO)}
