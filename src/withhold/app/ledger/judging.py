"""The groups of one base, each judged once by the rules; a group with feedback once for each course of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from withhold.app.ledger.joining import Ledger, Placed
from withhold.app.ledger.sorts import Sort, course_of_row, rated_shape, spans_of
from withhold.index.bulk.base import Group
from withhold.index.bulk.grid import Grid, OwnCells
from withhold.model.verdict import Verdict
from withhold.policy import Judge
from withhold.policy.course import Course
from withhold.policy.retention import Footing
from withhold.policy.shape import FeedbackShape, feedback_shape, undeleted


class Judging:
    """``sorts`` are the groups by their number, judged by one ledger as of ``now``."""

    def __init__(self, ledger: Ledger, grid: Grid | OwnCells, now: datetime, groups: Iterable[Group]) -> None:
        self._ledger = ledger
        self._grid = grid
        self._now = now
        self._regimes: dict[int, list[int]] = {}
        self._rated: dict[tuple[int, tuple[FeedbackShape, ...]], Sort] = {}
        self.sorts = {group.grp: self._sort(group) for group in groups}

    def _regimes_of(self, judge: Judge) -> list[int]:
        """The regime in which each cell of the grid lies."""
        if id(judge) not in self._regimes:
            self._regimes[id(judge)] = self._grid.regimes(judge.table)
        return self._regimes[id(judge)]

    def _sort(self, group: Group) -> Sort:
        placed = self._ledger.place(group.provider_id, group.account_ref, group.kind, group.product_id)
        if placed.judge is None:
            return Sort(group, placed, None, None, None, None)
        return self._judged(group, placed, placed.judge, ())

    def _judged(self, group: Group, placed: Placed, judge: Judge, marks: tuple[FeedbackShape, ...]) -> Sort:
        regimes = self._regimes_of(judge)
        shape = undeleted(judge.table, *spans_of(group, regimes), incognito=group.incognito)
        shape = replace(shape, feedback=marks)
        found = judge.judge_shape(shape)
        shared = judge.open_until if found.shared.possible else None
        if group.begins is None or group.ends is None:
            return Sort(group, placed, shape, found, None, None)
        until = judge.table.index_at(self._now)
        footing = Footing(
            held=(regimes[group.begins], max(regimes[group.ends], until)),
            shared=found.shared.possible,
            maybe_private=found.maybe_private,
            gone=None,
            incognito=bool(group.incognito),
            feedback=tuple(mark.span for mark in marks),
        )
        return Sort(group, placed, shape, found, judge.plan(footing), shared)

    def verdict(self, row: Mapping[str, Any]) -> Verdict | None:
        """The verdict on one row of the base, with its clocks; ``None`` where no pack knows the terms."""
        sort = self.sorts[row["grp"]]
        if sort.placed.judge is None or sort.shape is None:
            return None
        course = course_of_row(sort, sort.placed.judge, row)
        return sort.placed.judge.brief(rated_shape(sort.shape, sort.placed.judge, course), course)

    def rated(self, row: Mapping[str, Any]) -> Sort:
        """The group of a rated conversation, with its feedback."""
        sort = self.sorts[row["grp"]]
        judge = sort.placed.judge
        return sort if judge is None else self.rated_as(sort, judge, course_of_row(sort, judge, row))

    def rated_as(self, sort: Sort, judge: Judge, course: Course) -> Sort:
        """The group with this feedback; judged once for all of its conversations with the same."""
        marks = tuple(feedback_shape(at, judge.table) for at in course.feedback)
        key = (sort.group.grp, marks)
        if key not in self._rated:
            self._rated[key] = self._judged(sort.group, sort.placed, judge, marks)
        return self._rated[key]
