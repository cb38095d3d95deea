"""Verdicts on all conversations at once: each group is judged by the rules once, and the answer is spread.

What a group does not carry (a deletion, a history that was sent again, a time that reaches beyond the
evaluation instant) is judged one by one by the same rules. ``explain`` never comes here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from heapq import merge
from itertools import chain, islice
from typing import Any, TypeVar

from withhold.app.ledger.filters import Filter, account_ids, project_names
from withhold.app.ledger.gone import Absences
from withhold.app.ledger.joining import Judged, Ledger
from withhold.app.ledger.judging import Judging
from withhold.app.ledger.narrowed import Narrowed
from withhold.app.ledger.rows import Shown, carve_out_rows, row_of
from withhold.app.ledger.sorts import (
    UNKNOWN,
    Label,
    Sort,
    anchors_of,
    course_of_row,
    dates_of,
    ends_of,
    exact_dates,
    exact_ends,
    maybe_instant,
    newest,
)
from withhold.app.ledger.totals import Tally, end_said
from withhold.index.bulk.asking import Asking, Chosen, Count
from withhold.index.bulk.base import Base
from withhold.index.bulk.grid import Grid, OwnCells
from withhold.index.schema import id_of, key_of
from withhold.model.account import Account
from withhold.model.columns import instant, micros
from withhold.model.conversation import Conversation
from withhold.model.stored import StoredConversation
from withhold.model.words import Kind
from withhold.policy.ends import End as PolicyEnd
from withhold.policy.ends import ends
from withhold.policy.retention import Anchor, Instants, Plan
from withhold.report import documents as d

T = TypeVar("T")
Change = Callable[[StoredConversation], StoredConversation]


class Sweep:
    """All conversations of one snapshot, judged by one ledger. ``sorts`` are the groups by their number."""

    def __init__(
        self,
        bulk: Asking,
        ledger: Ledger,
        grid: Grid | OwnCells,
        now: datetime,
        *,
        odd: Iterable[int],
        read: Callable[[list[int]], Iterable[StoredConversation]],
        absences: Absences | None = None,
        change: Change | None = None,
        keep: bool = True,
        base: Base | None = None,
        kinds: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
    ) -> None:
        """``odd`` are keys that are judged one by one, ``read`` gets such conversations whole. ``change`` is
        what is supposed of them. ``base`` is one that another sweep has made of the same. ``kinds`` are
        those of sensitive findings, by the provider and id that sources say.
        """
        self.bulk = bulk
        self.now = now
        self._ledger = ledger
        self._absences = absences
        base = bulk.prepare(grid, micros(now), odd, keep=keep, base=base)
        keyed = bulk.named(kinds or ())
        self.sensitive = {key: (kinds or {})[name] for name, key in keyed.items()}
        """Kinds of sensitive findings by key."""
        self._seen = base.seen()
        self._projects = base.projects()
        self._plans: dict[Plan, int] = {}
        self.judging = Judging(ledger, grid, now, base.groups())
        self.sorts = self.judging.sorts
        self.odd = [self._odd(stored, change) for stored in read(sorted(bulk.odd))]

    def _odd(self, stored: StoredConversation, change: Change | None) -> tuple[Judged, d.ConversationRow]:
        judged = self._ledger.judge_one(stored if change is None else change(stored))
        return judged, row_of(judged, self._gone(stored.sources, stored.conversation.kind, judged.account))

    def _gone(self, sources: tuple[int, ...], kind: str, account: Account | None) -> d.GoneSince | None:
        return None if self._absences is None else self._absences.since(sources, kind, account)

    def tally(self, wanted: Narrowed) -> Tally:
        """Counts over everything that ``wanted`` keeps."""
        tally = Tally()
        for label, count, said in self._labelled(wanted, ends_of, exact_ends):
            tally.add(label.belongs, label.past, label.future, said, count)
        for row in self.bulk.rated(wanted.chosen):
            self._tally_rated(tally, row, wanted)
        for odd in self.odd_rows(wanted):
            tally.add_row(odd)
        return tally

    def odd_rows(self, wanted: Narrowed) -> list[d.ConversationRow]:
        """Rows of odd conversations that ``wanted`` keeps."""
        held = (wanted.against or self).odd
        kept = {
            row.id
            for _, row in held
            if wanted.filter.keeps(row, wanted.accounts)
            and (wanted.keys is None or key_of(row.id) in wanted.keys)
        }
        return [row for _, row in self.odd if row.id in kept]

    def _tally_rated(self, tally: Tally, row: Mapping[str, Any], wanted: Narrowed) -> None:
        sort = self.sorts[row["grp"]]
        judge = sort.placed.judge
        if judge is None:
            if wanted.keeps(sort.belongs, UNKNOWN, UNKNOWN):
                tally.add(sort.belongs, UNKNOWN, UNKNOWN, ())
            return
        course = course_of_row(sort, judge, row)
        rated = self.judging.rated_as(sort, judge, course)
        if self._keeps_rated(wanted, row, rated):
            said: Iterable[PolicyEnd] = ()
            if rated.plan is not None and course.first is not None and course.last is not None:
                given = tuple(at.latest for at in course.feedback)
                said = ends(rated.plan, Instants(course.first, course.last, rated.shared, None, given))
            tally.add(sort.belongs, rated.past, rated.future, [end_said(*end) for end in said])

    def _keeps_rated(self, wanted: Narrowed, row: Mapping[str, Any], rated: Sort) -> bool:
        if wanted.against is not None:
            rated = wanted.against.judging.rated(row)
        return wanted.keeps(rated.belongs, rated.past, rated.future)

    def labels(self, wanted: Narrowed) -> tuple[dict[int, int], list[tuple[Label, Sort]]]:
        """A number for each group that is kept and not rated, and what the numbers stand for."""
        known: dict[Label, int] = {}
        meaning: list[tuple[Label, Sort]] = []
        numbers: dict[int, int] = {}
        for grp, sort in self.sorts.items():
            held = (wanted.against or self).sorts[grp]
            if sort.group.rated or not wanted.keeps(held.belongs, held.past, held.future):
                continue
            plan = -1 if sort.plan is None else self._plans.setdefault(sort.plan, len(self._plans))
            label = Label(sort.belongs, sort.past, sort.future, sort.lane, plan, sort.shared)
            if label not in known:
                known[label] = len(meaning)
                meaning.append((label, sort))
            numbers[grp] = known[label]
        return numbers, meaning

    def due(self, wanted: Narrowed) -> Counter[tuple[date, str, str, str]]:
        """How many conversations have a clock that ends on a day: by day, basis, bound and provider."""
        count: Counter[tuple[date, str, str, str]] = Counter()
        for label, number, said in self._labelled(wanted, dates_of, exact_dates):
            for basis, day, bound in said:
                count[day, basis.value, bound.value if bound else "", label.belongs.provider] += number
        rated = (
            self.row(found)
            for found in self.bulk.shown(self._rated_groups(), limit=None, chosen=wanted.chosen)
        )
        kept = (r for r in rated if wanted.filter.keeps(r, wanted.accounts))
        for row in chain(kept, self.odd_rows(wanted)):
            for clock in row.clocks:
                if clock.until is not None:
                    count[clock.until.date(), clock.basis, clock.bound or "", row.provider] += 1
        return count

    def _rated_groups(self) -> list[int]:
        return [grp for grp, sort in self.sorts.items() if sort.group.rated]

    def _labelled(
        self,
        wanted: Narrowed,
        by_day: Callable[[Sort, Count], Iterable[T] | None],
        exact: Callable[[Sort, int, int], Iterable[T]],
    ) -> Iterator[tuple[Label, int, Iterable[T]]]:
        """Labels with their counts and what ``by_day`` says of each, or ``exact`` where that says nothing."""
        numbers, meaning = self.labels(wanted)
        anchors = [anchors_of(sort.plan) for _, sort in meaning]
        firsts = [n for n, found in enumerate(anchors) if Anchor.FIRST in found]
        lasts = [n for n, found in enumerate(anchors) if found - {Anchor.FIRST}]
        unclear: set[tuple[int, int | None, int | None]] = set()
        for c in self.bulk.counts(numbers, firsts=firsts, lasts=lasts, chosen=wanted.chosen):
            label, sort = meaning[c.label]
            said = by_day(sort, c)
            if said is None:
                unclear.add((c.label, c.first, c.last))
            else:
                yield label, c.count, said
        if unclear:
            for number, first, last, count in self.bulk.exact(numbers, unclear, chosen=wanted.chosen):
                label, sort = meaning[number]
                yield label, count, exact(sort, first, last)

    def carve_outs(self, wanted: Narrowed) -> tuple[tuple[d.CarveOutRow, ...], ...]:
        """Each set of carve-outs that stands beside a verdict which ``wanted`` may keep."""
        found: dict[tuple[d.CarveOutRow, ...], None] = {}
        for sort in self.sorts.values():
            judge = sort.placed.judge
            if judge is None or sort.shape is None or not wanted.belonging(sort.belongs):
                continue
            if sort.group.rated or wanted.keeps(sort.belongs, sort.past, sort.future):
                there = judge.carve_outs(sort.shape, sort.group.feedback_visible)
                found[carve_out_rows(there)] = None
        found.update({row.carve_outs: None for _, row in self.odd})
        found.pop((), None)
        return tuple(found)

    def rows(self, wanted: Narrowed, limit: int | None = None) -> Iterator[d.ConversationRow]:
        """Rows that ``wanted`` keeps, newest activity first. Some ten thousand are in memory at a time."""
        odd = sorted(self.odd_rows(wanted), key=newest, reverse=True)
        every = merge(self._plain_rows(wanted, limit), odd, key=newest, reverse=True)
        return every if limit is None else islice(every, limit)

    def rated_kept(self, wanted: Narrowed) -> Iterator[tuple[int, Sort]]:
        """Key and group, with its feedback, of each rated conversation that is kept."""
        for row in self.bulk.rated(wanted.chosen):
            rated = self.judging.rated(row)
            if self._keeps_rated(wanted, row, rated):
                yield row["key"], rated

    def _plain_rows(self, wanted: Narrowed, limit: int | None) -> Iterator[d.ConversationRow]:
        groups = self._groups_of(wanted)
        some_rated = wanted.judged and any(self.sorts[grp].group.rated for grp in groups)
        most = None if some_rated else limit
        for found in self.bulk.shown(groups, limit=most, chosen=wanted.chosen):
            row = self.row(found)
            if wanted.keeps(self.sorts[found["grp"]].belongs, row.past_exposure, row.future_eligibility):
                yield row

    def _groups_of(self, wanted: Narrowed) -> list[int]:
        """Groups of which some conversation may be kept."""
        return [
            grp
            for grp, sort in self.sorts.items()
            if (sort.group.rated and wanted.belonging(sort.belongs))
            or (not sort.group.rated and wanted.keeps(sort.belongs, sort.past, sort.future))
        ]

    def pairs(
        self, other: "Sweep", wanted: Narrowed, may: Callable[[int], bool]
    ) -> Iterator[tuple[d.ConversationRow, d.ConversationRow]]:
        """Rows of groups that ``may`` differ, as judged here and by ``other``, which has the same base."""
        groups = [grp for grp in self._groups_of(wanted) if may(grp)]
        for found in self.bulk.shown(groups, limit=None, chosen=wanted.chosen):
            row = self.row(found)
            if wanted.keeps(self.sorts[found["grp"]].belongs, row.past_exposure, row.future_eligibility):
                yield row, other.row(found)

    def row(self, found: Mapping[str, Any]) -> d.ConversationRow:
        """One conversation as people see it."""
        sort = self.sorts[found["grp"]]
        group, placed = sort.group, sort.placed
        conversation = Conversation(
            source_id=found["source_id"],
            provider_id=placed.provider_id,
            kind=Kind(group.kind),
            messages=(),
            project=found["project"],
            title=found["title"],
            attachments=found["attachments"],
            tool_outputs=found["tool_outputs"],
        )
        shown = Shown(
            first=maybe_instant(found["shown_first"]),
            last=maybe_instant(found["shown_last"]),
            resumed_at=tuple(map(instant, found["resumed"])),
            human=found["human"],
            model=found["model"],
        )
        judged = Judged(
            id_of(found["key"]),
            conversation,
            placed.account,
            placed.provider,
            placed.product,
            self.judging.verdict(found),
        )
        gone = self._gone(self._seen.get(found["seen"], ()), group.kind, placed.account)
        return row_of(judged, gone, shown)

    def narrowed(self, wanted: Filter, accounts: tuple[Account, ...]) -> Narrowed:
        """``wanted`` in the terms of the base. ``UsageProblem`` for a project that no conversation has."""
        projects = None
        if wanted.project is not None:
            wanted.check_project(self._projects.values())
            projects = [n for n, name in self._projects.items() if wanted.project in project_names(name)]
        keys = None
        if wanted.sensitive is not None:
            wanted.check_kind(kind for kinds in self.sensitive.values() for kind in kinds)
            keys = frozenset(k for k, kinds in self.sensitive.items() if wanted.kinds_keep(kinds))
        chosen = Chosen(
            among=None if keys is None else self.bulk.among(keys),
            projects=projects,
            since=None if wanted.since is None else micros(wanted.since),
            until=None if wanted.until is None else micros(wanted.until),
            resumed=wanted.resumed,
            attachments="attachments" in wanted.holding,
            tool_outputs="tool-outputs" in wanted.holding,
        )
        ids = None if wanted.account is None else account_ids(accounts, wanted.account)
        return Narrowed(wanted, chosen, ids, accounts, keys)
