"""Durations end at their latest reading."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.policy.calendar import latest_end, parse_duration

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2024-02-29", "P5Y", "2029-03-01"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2096-02-29", "P4Y", "2100-03-01"),
        ("2025-02-28", "P5Y", "2030-02-28"),
        ("2026-01-31", "P1M", "2026-03-01"),
        ("2024-01-31", "P1M", "2024-03-01"),
        ("2024-01-30", "P1M", "2024-03-01"),
        ("2024-01-29", "P1M", "2024-02-29"),
        ("2026-08-31", "P6M", "2027-03-01"),
        ("2026-12-31", "P2M", "2027-03-01"),
        ("2026-10-31", "P1M", "2026-12-01"),
        ("2026-12-15", "P1M", "2027-01-15"),
        ("2026-01-31", "P30D", "2026-03-02"),
        ("2026-02-28", "P1Y2M3DT4H5M6S", "2027-05-01T04:05:06"),
        ("2026-01-01", "P2W", "2026-01-15"),
        ("2026-01-01", "PT72H", "2026-01-04"),
        ("2026-01-01", "P0D", "2026-01-01"),
    ],
)
def test_latest_end(start: str, duration: str, end: str) -> None:
    """A day that the target month lacks is read as the first of the next month."""
    assert latest_end(_utc(start), duration) == _utc(end)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1Y1", "5Y", "P-1D", "P1.5D", "p5y", "P5Y ", "P1DT", "P1H"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Only whole units in the order of ISO 8601 are read."""
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_duration(text)


@given(INSTANTS, st.integers(1, 240))
def test_an_end_is_never_clipped_to_an_earlier_day(start: datetime, months: int) -> None:
    """The end keeps the day and the time of day, or is the first of the month after."""
    end = latest_end(start, f"P{months}M")
    assert end.timetz() == start.timetz()
    gone = (end.year - start.year) * 12 + end.month - start.month
    assert (gone, end.day) in {(months, start.day), (months + 1, 1)}


@given(INSTANTS, INSTANTS, st.sampled_from(["P5Y", "P18M", "P30D", "P1M", "P1Y1M1D"]))
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, duration: str) -> None:
    """Ends keep the order of their starts, to the day: several days may lead to one first of a month."""
    first, last = sorted((one, other))
    assert latest_end(first, duration) < latest_end(last, duration) + timedelta(days=1)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
