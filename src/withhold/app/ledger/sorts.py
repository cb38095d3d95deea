"""Groups of conversations as they are judged, and what their rows and ends of keeping come to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from withhold.app.ledger.joining import Placed
from withhold.app.ledger.totals import Belongs, End, end_said
from withhold.index.bulk.base import Group
from withhold.index.bulk.bulk import Count
from withhold.model.columns import instant
from withhold.model.when import BEGINNING, When
from withhold.policy import Judge
from withhold.policy.course import Course
from withhold.policy.ends import DatedEnd, dated, dated_by_day, ends, ends_by_day
from withhold.policy.judge import ShapeVerdict
from withhold.policy.retention import Anchor, Instants, Plan
from withhold.policy.shape import Shape, feedback_shape
from withhold.report import documents as d

UNKNOWN = "unknown"

Lane = tuple[str | None, str, str]
"""Account, provider, product."""


@dataclass(frozen=True, slots=True, eq=False)
class Sort:
    """A group as it is judged. ``found`` is ``None`` without terms, ``plan`` without clocks."""

    group: Group
    placed: Placed
    shape: Shape | None
    found: ShapeVerdict | None
    plan: Plan | None
    shared: datetime | None

    @property
    def past(self) -> str:
        return UNKNOWN if self.found is None else self.found.past.value

    @property
    def future(self) -> str:
        return UNKNOWN if self.found is None else self.found.future.value

    @property
    def belongs(self) -> Belongs:
        account = self.placed.account
        return Belongs(self.group.kind, self.placed.provider_id, None if account is None else account.id)

    @property
    def lane(self) -> Lane | None:
        """What it is drawn under; ``None`` where no pack knows the terms."""
        placed = self.placed
        if placed.provider is None or placed.product is None:
            return None
        return self.belongs.account, placed.provider.id, placed.product.id


@dataclass(frozen=True, slots=True)
class Label:
    """What is counted as one: the same verdicts, the same clocks but for their days."""

    belongs: Belongs
    past: str
    future: str
    lane: Lane | None
    plan: int
    shared: datetime | None


def spans_of(group: Group, regimes: list[int]) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    """Where the group's sendings lie in a regime table."""
    cut = group.cut
    first = None if cut.first is None else (regimes[cut.first[0]], regimes[cut.first[1]])
    return first, [(regimes[low], regimes[high]) for low, high in cut.later]


def course_of_row(sort: Sort, judge: Judge, row: Mapping[str, Any]) -> Course:
    """The course of a conversation of a sort, from its row."""
    return Course(
        first=maybe_instant(row["first"]),
        last=maybe_instant(row["last"]),
        incognito=sort.group.incognito,
        feedback=tuple(judge.table.known_by(at) for at in _marks(row["feedback"])),
        feedback_visible=sort.group.feedback_visible,
    )


def rated_shape(shape: Shape, judge: Judge, course: Course) -> Shape:
    """The shape of a group with the feedback of one of its conversations."""
    if not course.feedback:
        return shape
    return replace(shape, feedback=tuple(feedback_shape(at, judge.table) for at in course.feedback))


def anchors_of(plan: Plan | None) -> frozenset[Anchor]:
    """The instants on which the ends of a plan depend."""
    return frozenset(r.since for r in plan or () if r.since is not None and r.rule.duration is not None)


def _day(number: int | None) -> datetime:
    return BEGINNING if number is None else BEGINNING + timedelta(days=number)


def ends_of(sort: Sort, count: Count) -> Iterable[End] | None:
    if sort.plan is None:
        return ()
    days = Instants(_day(count.first), _day(count.last), sort.shared, None, ())
    said = ends_by_day(sort.plan, days)
    return None if said is None else [end_said(*end) for end in said]


def dates_of(sort: Sort, count: Count) -> frozenset[DatedEnd] | None:
    """:func:`ends_of` with days, of the ends that have one."""
    if sort.plan is None:
        return frozenset()
    return dated_by_day(sort.plan, Instants(_day(count.first), _day(count.last), sort.shared, None, ()))


def exact_dates(sort: Sort, first: int, last: int) -> frozenset[DatedEnd]:
    """:func:`exact_ends` with days, of the ends that have one."""
    assert sort.plan is not None  # noqa: S101 - without a plan nothing is unclear
    return dated(sort.plan, Instants(instant(first), instant(last), sort.shared, None, ()))


def exact_ends(sort: Sort, first: int, last: int) -> Iterable[End]:
    assert sort.plan is not None  # noqa: S101 - without a plan nothing is unclear
    found = ends(sort.plan, Instants(instant(first), instant(last), sort.shared, None, ()))
    return [end_said(*end) for end in found]


def _marks(feedback: Iterable[Mapping[str, Any]]) -> Iterator[When]:
    for mark in feedback:
        yield When(instant(mark["earliest"]), instant(mark["latest"]))


def maybe_instant(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def newest(row: d.ConversationRow) -> tuple[datetime, str]:
    """What rows are ordered by, the largest first."""
    return row.last or BEGINNING, row.id
