"""Periods of terms on one time line, for ordering them and for finding overlaps and gaps.

A day stands for its midnight in UTC here: adjacent days then meet exactly. The rules never see this; they get
spans that cover the day anywhere on Earth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from withhold.packs.leaves import Edge
from withhold.packs.schema import Entry

FOREVER = datetime.max.replace(tzinfo=UTC)
_EVER = datetime.min.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """``begin`` and ``end`` (exclusive) are ``None`` where not known; ``end`` is :data:`FOREVER` in force.

    From ``sure_begin`` to ``sure_end`` the entry held for certain, whatever the unknown edges were.
    """

    begin: datetime | None
    end: datetime | None
    sure_begin: datetime
    sure_end: datetime


def period(entry: Entry, compiled_on: date) -> Period:
    begin = _begin(entry.effective_from)
    end = _end(entry.effective_until)
    sure_begin = begin or _last_moment(end, compiled_on)
    return Period(begin, end, sure_begin, end or (sure_begin + _DAY if begin else sure_begin))


def by_beginning(entry: Entry) -> datetime:
    """For sorting. An unknown beginning lies before the end; where both are unknown or open, before all."""
    begin, end = _begin(entry.effective_from), _end(entry.effective_until)
    return begin or (_EVER if end is None or end is FOREVER else end - _DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _begin(edge: Edge | None) -> datetime | None:
    if edge is None or edge.unknown:
        return None
    return _midnight(edge.day) if edge.day else edge.instant


def _end(edge: Edge | None) -> datetime | None:
    if edge is None:
        return FOREVER
    return _midnight(edge.day) + _DAY if edge.day else edge.instant


def _last_moment(end: datetime | None, compiled_on: date) -> datetime:
    """When an entry of unknown beginning held at the latest: the day it ended, else the compiling day."""
    return _midnight(compiled_on) if end is None or end is FOREVER else end - _DAY


def overlap(one: Period, other: Period) -> bool:
    """Whether both held for certain at some moment."""
    return max(one.sure_begin, other.sure_begin) < min(one.sure_end, other.sure_end)


def same_people(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two lists of regions share somebody. The EU lies within the EEA."""
    first, second = _widened(one), _widened(other)
    return "all" in first | second or bool(first & second)


def _widened(regions: Iterable[str]) -> set[str]:
    found = set(regions)
    return found | {"EU"} if "EEA" in found else found
