"""Instants that are not known exactly.

A date without a zone is that day *anywhere on Earth*: its first instant lies between the day's
start at UTC+14 and its start at UTC-12.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Self

EASTMOST = timezone(timedelta(hours=14))
WESTMOST = timezone(timedelta(hours=-12))

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
"""Stands for "no lower bound". No real evidence is that old."""
END = datetime(9999, 12, 30, tzinfo=UTC)
"""Stands for "no upper bound"."""


@dataclass(frozen=True, slots=True, order=True)
class When:
    """One instant, known to lie in ``[earliest, latest]`` (both UTC, both inclusive)."""

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest.utcoffset() != timedelta(0) or self.latest.utcoffset() != timedelta(0):
            raise ValueError("instants are given in UTC")
        if self.earliest > self.latest:
            raise ValueError(f"earliest {self.earliest} lies after latest {self.latest}")

    @property
    def exact(self) -> bool:
        """Whether the instant is known to the microsecond."""
        return self.earliest == self.latest

    @classmethod
    def at(cls, instant: datetime) -> Self:
        """A known instant. Raises ``ValueError`` for a naive time: use :meth:`without_zone`."""
        if instant.tzinfo is None:
            raise ValueError("a time without a zone is not an instant")
        moment = instant.astimezone(UTC)
        return cls(moment, moment)

    @classmethod
    def between(cls, earliest: datetime | None, latest: datetime | None) -> Self:
        """Somewhere in a range; ``None`` leaves that side open."""
        return cls(
            BEGINNING if earliest is None else earliest.astimezone(UTC),
            END if latest is None else latest.astimezone(UTC),
        )

    @classmethod
    def without_zone(cls, local: datetime) -> Self:
        """A wall-clock time whose zone is not known: anywhere on Earth."""
        if local.tzinfo is not None:
            raise ValueError("this time has a zone")
        return cls(
            local.replace(tzinfo=EASTMOST).astimezone(UTC), local.replace(tzinfo=WESTMOST).astimezone(UTC)
        )

    @classmethod
    def start_of(cls, day: date) -> Self:
        """The first instant of a day, anywhere on Earth (a span of 26 hours)."""
        return cls.without_zone(datetime.combine(day, time.min))

    @classmethod
    def end_of(cls, day: date) -> Self:
        """The instant at which a day is over, anywhere on Earth."""
        return cls.start_of(day + timedelta(days=1))

    @classmethod
    def some_time_on(cls, first: date, last: date | None = None) -> Self:
        """Some instant on a day, or on one of the days ``first`` to ``last``, anywhere on Earth."""
        return cls(cls.start_of(first).earliest, cls.end_of(last or first).latest)


ANY_TIME = When(BEGINNING, END)
"""An instant about which nothing is known."""
