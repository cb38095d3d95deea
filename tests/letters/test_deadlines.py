"""When an answer is due, law by law."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.app.letters.data import Deadline, law_named, laws
from withhold.app.letters.deadlines import due_on, late_from

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("law", "kind", "received", "extended", "due"),
    [
        ("gdpr", "access", date(2026, 11, 23), False, date(2026, 12, 23)),
        ("gdpr", "access", date(2026, 1, 31), False, date(2026, 3, 2)),  # 28 February is a Saturday
        ("gdpr", "access", date(2027, 1, 31), False, date(2027, 3, 1)),  # 28 February is a Sunday
        ("gdpr", "access", date(2024, 1, 31), False, date(2024, 2, 29)),
        ("gdpr", "access", date(2026, 11, 23), True, date(2027, 2, 23)),
        ("uk", "erasure", date(2026, 12, 15), False, date(2027, 1, 15)),
        ("ch", "access", date(2026, 11, 22), False, date(2026, 12, 22)),
        ("br", "access", date(2026, 11, 22), False, date(2026, 12, 7)),
        ("ccpa", "access", date(2026, 11, 22), False, date(2027, 1, 6)),
        ("ccpa", "access", date(2026, 11, 22), True, date(2027, 2, 20)),
        ("ccpa", "objection", date(2026, 11, 23), False, date(2026, 12, 14)),
    ],
)
def test_due_days(law: str, kind: str, received: date, extended: bool, due: date) -> None:
    """Months end on the same day or the month's last; a GDPR end on a weekend moves to Monday."""
    assert due_on(received, law_named(law).deadline_of(kind), extended=extended) == due  # type: ignore[arg-type]


def test_every_deadline_has_its_source() -> None:
    """No period without the text that it was read in."""
    for law in laws().laws:
        for deadline in (law.deadline, *law.deadlines.values()):
            assert laws().sources[deadline.source].url.startswith("https://")


@given(DAYS, st.sampled_from([law.id for law in laws().laws]))
def test_the_last_day_is_in_time_and_the_next_is_late(received: date, law: str) -> None:
    """An answer on the last day is never late; one after it is, once no holiday can have moved the end."""
    deadline = law_named(law).deadline
    due = due_on(received, deadline)
    assert due > received
    late = late_from(due, deadline)
    assert late == due + timedelta(days=1 if deadline.last_day == "as_it_is" else 6)


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        (date(2026, 11, 25), date(2026, 12, 28)),  # Friday, 25 December, then the second day, then a weekend
        (date(2027, 2, 26), date(2027, 3, 30)),  # Good Friday to Easter Monday
        (date(2026, 12, 1), date(2027, 1, 4)),  # New Year's Day is a Friday
        (date(2026, 11, 24), date(2026, 12, 28)),  # 24 December, where that is a holiday too
    ],
)
def test_an_end_that_holidays_moved_is_in_time(received: date, ends: date) -> None:
    """The real last day, by the calendars of countries, is not called late, and no earlier day is told."""
    deadline = law_named("gdpr").deadline
    due = due_on(received, deadline)
    assert due <= ends < late_from(due, deadline)


@given(DAYS, DAYS)
def test_later_letters_are_never_due_earlier(one: date, other: date) -> None:
    """The order of days is kept."""
    deadline = law_named("gdpr").deadline
    if one <= other:
        assert due_on(one, deadline) <= due_on(other, deadline)


@given(DAYS)
def test_more_time_is_more(received: date) -> None:
    """The longer period ends later."""
    deadline: Deadline = law_named("gdpr").deadline
    assert due_on(received, deadline, extended=True) > due_on(received, deadline)
