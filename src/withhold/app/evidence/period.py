"""The period of a dispute bundle: exactly the one that was asked for, told with its zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from withhold.support.errors import UsageProblem

_FORMS = "write a day, 2025-08-01, or an instant with a zone, 2025-08-01T00:00:00-07:00"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` up to, and without, ``last`` (both UTC). ``said`` tells it as it was asked for."""

    first: datetime
    last: datetime
    said: str


def period_of(begins: str, ends: str | None, now: datetime) -> Period:
    """The period between two days, both of them whole and in UTC, or between instants given with their zones.

    What lies ahead is cut off at ``now``, and the words say so. Raises ``UsageProblem`` for an empty period
    and for what cannot be read.
    """
    first, first_said = _begin(begins)
    last, last_said = (now, _instant(now)) if ends is None else _end(ends)
    if last > now:
        last, last_said = now, f"{_instant(now)} ({last_said} lies ahead)"
    if not first < last:
        raise UsageProblem("--from lies after --to, or ahead", next_step="give the earlier day as --from")
    return Period(first, last, f"from {first_said} until {last_said}")


def _begin(text: str) -> tuple[datetime, str]:
    if "T" in text:
        return _exact(text)
    first = _midnight(_day(text))
    return first, _instant(first)


def _end(text: str) -> tuple[datetime, str]:
    if "T" in text:
        return _exact(text)
    day = _day(text)
    return _midnight(day) + _DAY, f"{day} 24:00:00 UTC"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as problem:
        raise UsageProblem(f"{text!r} is no day", next_step=_FORMS) from problem


def _exact(text: str) -> tuple[datetime, str]:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise UsageProblem(f"{text!r} is no instant", next_step=_FORMS) from problem
    if found.tzinfo is None:
        raise UsageProblem(f"{text} has no zone", next_step="add Z or an offset such as +02:00")
    return found.astimezone(UTC), _instant(found)


def _instant(at: datetime) -> str:
    at = at.replace(microsecond=0)
    zone = "UTC" if at.utcoffset() == timedelta(0) else f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M:%S} {zone}"
