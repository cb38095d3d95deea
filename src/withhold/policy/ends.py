"""Ends of clocks where no more than the day of the first and last message is known: for counting in bulk.

Within one day of UTC an end moves with the time of day, by as much. So the end of a period is known to lie
between that of the day's first and of its last instant; often that is enough to know which period on a basis
ends last, and in which year. Where it is not, the answer is ``None`` and exact times have to be looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from withhold.model.words import Basis, Bound
from withhold.policy.retention import Instants, Plan, Running, bound_of, end_after, end_of
from withhold.policy.timeline import TICK

_REST = timedelta(days=1) - TICK

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
    over = _end_of_days(days)
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
    over = _end_of_days(days)
    for periods in ending:
        untils = _said(periods, days, over)
        said = set(_days(untils))
        if len(said) > 1 or (said and any(at is None for _, at, _ in untils)):
            return None
        found |= said
    return frozenset(found)


_ByBasis: TypeAlias = tuple[frozenset[End], tuple[tuple[Running, ...], ...]]
_MOST = 4096
_split: dict[int, tuple[Plan, _ByBasis]] = {}
"""By the identity of the plan, which stays as long as its entry: hashing a plan costs more than the rest."""


def _by_basis(plan: Plan) -> _ByBasis:
    """Bases on which there is no end, whatever the days; and the differing periods on each other basis."""
    held = _split.get(id(plan))
    if held is None:
        if len(_split) >= _MOST:
            _split.clear()
        held = _split[id(plan)] = plan, _split_by_basis(plan)
    return held[1]


def _split_by_basis(plan: Plan) -> _ByBasis:
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


def _end_of_days(days: Instants) -> Instants:
    return Instants(days.first + _REST, days.last + _REST, days.shared, days.gone, days.feedback)


def _said(periods: tuple[Running, ...], days: Instants, over: Instants) -> set[_Until]:
    if len(periods) == 1:  # nearly always
        [only] = periods
        bound = bound_of(only.rule)
        found = _end(only, days), _end(only, over)
        return {(only.basis, end, None if end is None else bound) for end in found}
    between = []
    for running in periods:
        earliest, latest = _end(running, days), _end(running, over)
        if earliest is None or latest is None:
            return {(running.basis, None, None)}
        between.append(_Between(running, earliest, latest))
    return {end for one in _last(between) for end in one.said}


def _end(running: Running, days: Instants) -> datetime | None:
    """:func:`end_of`; there are few days and fewer durations, so most ends are asked for again."""
    start = days.of(running)
    if start is None or start.tzinfo is not UTC:  # the same instant elsewhere may be of another day
        return end_of(running, days)
    return _end_of_day(start, running.rule.duration)


_end_of_day = lru_cache(maxsize=16_384)(end_after)


def _last(found: list[_Between]) -> Iterator[_Between]:
    """Those that may end last."""
    return (one for one in found if not any(other.beats(one) for other in found))
