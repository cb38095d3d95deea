"""When a control is to be looked at again: one row per case."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.model.account import SettingEvidence
from withhold.model.when import When
from withhold.model.words import Known, Setting
from withhold.policy.due import Change, Due, DueReason, Rhythm, due_for

DAY_0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARING, PRIVATE = Setting.SHARING, Setting.PRIVATE


def day(number: float) -> datetime:
    return DAY_0 + timedelta(days=number)


def look(number: float, setting: Setting = PRIVATE, known: Known = Known.OBSERVED) -> SettingEvidence:
    return SettingEvidence(f"e{number}", "c", day(number), day(number), setting, known)


def event(number: float, last: float | None = None, what: str = "the terms changed") -> Change:
    return Change(When(day(number), day(number if last is None else last)), what)


CASES = {
    "nobody looked": ((), 5, (), 5, DueReason.NEVER),
    "only an assumption": ((look(0, known=Known.ASSUMED),), 5, (), 5, DueReason.NEVER),
    "stood private when first seen": ((look(0),), 1, (), 30, DueReason.PERIOD),
    "the person's word counts too": ((look(0, known=Known.ATTESTED),), 1, (), 30, DueReason.PERIOD),
    "was changed just now": ((look(0, SHARING), look(0.001)), 1, (), 3.001, DueReason.AFTER_CHANGE),
    "looked at too soon after": (
        (look(0, SHARING), look(1), look(2)), 2, (), 4, DueReason.AFTER_CHANGE,
    ),
    "stood after three days": ((look(0, SHARING), look(1), look(4)), 5, (), 34, DueReason.PERIOD),
    "changed again": (
        (look(0, SHARING), look(1), look(40, SHARING), look(41)), 41, (), 44, DueReason.AFTER_CHANGE,
    ),
    "looked at late": ((look(0, SHARING), look(1), look(90)), 91, (), 120, DueReason.PERIOD),
    "terms changed since": ((look(0),), 10, (event(7),), 7, DueReason.CHANGED_AROUND),
    "terms changed before": ((look(8),), 10, (event(7),), 38, DueReason.PERIOD),
    "on a day not over at the look": ((look(7.5),), 10, (event(7, 8),), 7.5, DueReason.CHANGED_AROUND),
    "some day, perhaps never": ((look(7),), 10, (event(1, 900),), 37, DueReason.PERIOD),
    "announced for later": ((look(0),), 10, (event(20),), 20, DueReason.CHANGED_AROUND),
    "announced for after the period": ((look(0),), 10, (event(50),), 30, DueReason.PERIOD),
    "the first of two events": ((look(0),), 10, (event(9), event(4)), 4, DueReason.CHANGED_AROUND),
    "asleep for three months": ((look(0),), 100, (), 30, DueReason.PERIOD),
    "clock set back before the only look": ((look(50),), 10, (), 10, DueReason.CLOCK),
    "clock set back between two looks": ((look(0), look(50)), 10, (), 30, DueReason.PERIOD),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_table(name: str) -> None:
    """Each case is due on its day and for its reason."""
    looks, now, changes, expected, reason = CASES[name]
    due = due_for(looks, day(now), changes)
    assert (due.at, due.reason) == (day(expected), reason)


def test_the_rhythm_can_be_chosen() -> None:
    """Both spans are the person's."""
    rhythm = Rhythm(after_change=timedelta(hours=12), every=timedelta(days=7))
    assert due_for([look(0)], day(1), (), rhythm).at == day(7)
    assert due_for([look(0, SHARING), look(1)], day(1), (), rhythm).at == day(1.5)


LOOKS = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(Setting), st.sampled_from(Known)), max_size=12
).map(lambda rows: [look(at, setting, known) for at, setting, known in rows])
EVENTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3)), max_size=5).map(
    lambda rows: [event(at, at + more) for at, more in rows]
)


@given(LOOKS, EVENTS, st.integers(0, 420))
def test_no_look_stands_longer_than_the_period(
    looks: list[SettingEvidence], events: list[Change], now: int
) -> None:
    """Whatever happened, a look is due at the latest 30 days after the last one, and never before it."""
    due: Due = due_for(looks, day(now), events)
    credible = [e for e in looks if e.begins <= day(now) and e.known in (Known.OBSERVED, Known.ATTESTED)]
    last = max((e.begins for e in credible), default=None)
    assert due.looked == last
    assert due.at == day(now) if last is None else last <= due.at <= last + timedelta(days=30)


@given(LOOKS, EVENTS, st.integers(0, 420), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    looks: list[SettingEvidence], events: list[Change], now: int, random: object
) -> None:
    """The same evidence in another order is due at the same instant."""
    named = [SettingEvidence(str(i), "c", e.begins, e.ends, e.setting, e.known) for i, e in enumerate(looks)]
    other = list(named)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert due_for(named, day(now), events) == due_for(other, day(now), reversed(events))
