"""Ends of clocks where no more than the day of the first and last message is known: for counting in bulk.

Within one day of UTC an end moves with the time of day, by as much. So the end of a period is known to lie
between that of the day's first and of its last instant; often that is enough to know which period on a basis
ends last, and in which year. Where it is not, the answer is ``None`` and exact times have to be looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from withhold.model.words import Basis, Bound
from withhold.policy.retention import Instants, Plan, Running, bound_of, end_of
from withhold.policy.timeline import TICK

DAY = timedelta(days=1)

End: TypeAlias = tuple[Basis, int | None, Bound | None]
"""A basis, the year (UTC) in which its clock ends, and what that end is; no year where it has no end."""

DatedEnd: TypeAlias = tuple[Basis, date, Bound | None]
"""The same with the day (UTC)."""

_Until: TypeAlias = tuple[Basis, datetime | None, Bound | None]


@dataclass(frozen=True, slots=True)
class _Between:
    """A period that ends in ``[earliest, latest]``."""

    running: Running
    earliest: datetime
    latest: datetime

    @property
    def said(self) -> set[_Until]:
        bound = bound_of(self.running.rule)
        return {(self.running.basis, end, bound) for end in (self.earliest, self.latest)}

    def beats(self, other: "_Between") -> bool:
        """Whether it surely ends later."""
        if self.running.since is other.running.since and self.running.mark == other.running.mark:
            return self.earliest > other.earliest  # counted from the same instant
        return self.earliest > other.latest


def ends(plan: Plan, instants: Instants) -> frozenset[End]:
    """What the clocks of one conversation say, but for the day."""
    endless, ending = _by_basis(plan)
    return endless | {_in_year(_latest(periods, instants)) for periods in ending}


def dated(plan: Plan, instants: Instants) -> frozenset[DatedEnd]:
    """The clocks of one conversation that have an end, with its day."""
    _, ending = _by_basis(plan)
    return frozenset(_days(_latest(periods, instants) for periods in ending))


def _in_year(until: _Until) -> End:
    basis, at, bound = until
    return basis, None if at is None else at.year, bound


def _days(untils: Iterable[_Until]) -> Iterator[DatedEnd]:
    for basis, at, bound in untils:
        if at is not None:
            yield basis, at.date(), bound


def _latest(periods: Iterable[Running], instants: Instants) -> _Until:
    """The end of the period that ends last; of equal ones the later in the plan, as ``clocks`` has it."""
    last: tuple[datetime, Running] | None = None
    for running in periods:
        until = end_of(running, instants)
        if until is None:
            return running.basis, None, None
        if last is None or until >= last[0]:
            last = until, running
    assert last is not None  # noqa: S101 - each basis has a period
    return last[1].basis, last[0], bound_of(last[1].rule)


def ends_by_day(plan: Plan, days: Instants) -> frozenset[End] | None:
    """:func:`ends` for every conversation whose first and last message are of the days that begin at
    ``days.first`` and ``days.last`` (UTC); ``None`` where they differ. ``shared`` is exact.
    """
    endless, ending = _by_basis(plan)
    found = set(endless)
    over = replace(days, first=_over(days.first), last=_over(days.last))
    for periods in ending:
        said = set(map(_in_year, _said(periods, days, over)))
        if len(said) != 1:
            return None
        found |= said
    return frozenset(found)


def dated_by_day(plan: Plan, days: Instants) -> frozenset[DatedEnd] | None:
    """:func:`dated` for all conversations of these days, as :func:`ends_by_day` is :func:`ends`."""
    _, ending = _by_basis(plan)
    found: set[DatedEnd] = set()
    over = replace(days, first=_over(days.first), last=_over(days.last))
    for periods in ending:
        untils = _said(periods, days, over)
        said = set(_days(untils))
        if len(said) > 1 or (said and any(at is None for _, at, _ in untils)):
            return None
        found |= said
    return frozenset(found)


@lru_cache(maxsize=4096)
def _by_basis(plan: Plan) -> tuple[frozenset[End], tuple[tuple[Running, ...], ...]]:
    """Bases on which there is no end, whatever the days; and the differing periods on each other basis."""
    endless: set[End] = set()
    ending = []
    for basis in dict.fromkeys(r.basis for r in plan):
        periods = [r for r in plan if r.basis is basis]
        if any(r.since is None or r.rule.duration is None for r in periods):
            endless.add((basis, None, None))
        else:
            same: dict[tuple[object, ...], Running] = {}
            for r in reversed(periods):
                same.setdefault((r.since, r.mark, r.rule.duration, bound_of(r.rule)), r)
            ending.append(tuple(reversed(same.values())))
    return frozenset(endless), tuple(ending)


def _over(day: datetime) -> datetime:
    return day + DAY - TICK


def _said(periods: Iterable[Running], days: Instants, over: Instants) -> set[_Until]:
    between = []
    for running in periods:
        earliest, latest = end_of(running, days), end_of(running, over)
        if earliest is None or latest is None:
            return {(running.basis, None, None)}
        between.append(_Between(running, earliest, latest))
    return {end for one in _last(between) for end in one.said}


def _last(found: list[_Between]) -> Iterator[_Between]:
    """Those that may end last."""
    return (one for one in found if not any(other.beats(one) for other in found))
