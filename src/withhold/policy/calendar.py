"""Durations of ISO 8601 and their latest reading on a calendar."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months and an exact rest. Years count as twelve months."""

    months: int
    rest: timedelta


@lru_cache(maxsize=256)
def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration in whole units (``P5Y``, ``P18M``, ``P30D``, ``PT72H``).

    Raises ``ValueError`` for anything else; fractions and signs do not occur in terms.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration in whole units")
    part = {name: int(value) for name, value in match.groupdict().items() if value is not None}
    return Duration(
        months=12 * part.get("years", 0) + part.get("months", 0),
        rest=timedelta(
            weeks=part.get("weeks", 0),
            days=part.get("days", 0),
            hours=part.get("hours", 0),
            minutes=part.get("minutes", 0),
            seconds=part.get("seconds", 0),
        ),
    )


def latest_end(start: datetime, duration: str) -> datetime:
    """The latest instant at which ``duration`` from ``start`` can be said to end.

    A day that the target month lacks is read as the first of the next month: five years from
    29 February end on 1 March, a month from 31 January on 1 March.
    """
    length = parse_duration(duration)
    total = start.year * 12 + (start.month - 1) + length.months
    year, month = divmod(total, 12)
    try:
        moved = start.replace(year=year, month=month + 1)
    except ValueError:
        overflow = start.replace(day=1)
        year, month = divmod(total + 1, 12)
        moved = overflow.replace(year=year, month=month + 1)
    return moved + length.rest
