"""Retention clocks: one per basis, each an "at most until" with its reason.

An end is always the latest reading: the latest event from which the provider's period may run, the last
instant at which that event can have happened, and the calendar's later day. Where no event is known from
which to count, there is no end, and the note says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache

from withhold.model.terms import RetentionRule, Terms
from withhold.model.verdict import Clock
from withhold.model.when import When
from withhold.model.words import Basis, Bound, RetentionKind, StartsFrom
from withhold.policy.calendar import latest_end
from withhold.policy.regimes import Regime, RegimeTable

_LAST_START = 9000
"""Year from which on an end is not counted: the calendar of computers stops at 9999."""

_UNSEEN_EVENT = {
    Basis.FLAGGED_CONTENT: "counts from a safety flag, which nobody outside can see",
    Basis.FLAGGED_SCORES: "counts from a safety flag, which nobody outside can see",
    Basis.HUMAN_REVIEWED: "counts from a review by people, which nobody outside can see",
}


def terms_in(regimes: Iterable[Regime]) -> tuple[Terms, ...]:
    """Every entry that may have applied in ``regimes``, once each, in order."""
    found = (
        terms
        for regime in regimes
        for choice in regime.alternatives
        for entry in choice.in_force
        for terms in (_applicable(entry.terms, certain=entry.accepted.possible), entry.otherwise)
        if terms is not None and not (terms is entry.otherwise and entry.accepted.certain)
    )
    return tuple(dict.fromkeys(found))


def _applicable(terms: Terms, *, certain: bool) -> Terms | None:
    return terms if certain else None


def copy_kept_until(at: When, table: RegimeTable) -> datetime | None:
    """Latest end of the copy made with feedback; ``None`` where any applicable entry states no end."""
    rules = _copy_rules(table, table.span(at))
    ends = [_end(at.latest, rule) for rule in rules]
    known = [e for e in ends if e is not None]
    return max(known) if known and len(known) == len(ends) else None


@lru_cache(maxsize=4096)
def _copy_rules(table: RegimeTable, span: tuple[int, int]) -> tuple[RetentionRule | None, ...]:
    """What each entry that may have applied says of the copy; the same for all feedback of these regimes."""
    return tuple(t.retention.get(Basis.FEEDBACK) for t in terms_in(table.regimes[span[0] : span[1] + 1]))


def _end(start: datetime | None, rule: RetentionRule | None) -> datetime | None:
    return None if start is None or rule is None else end_after(start, rule.duration)


def end_after(start: datetime, duration: str | None) -> datetime | None:
    """The latest end of ``duration`` from ``start``; ``None`` without one, or beyond any calendar."""
    return None if duration is None or start.year > _LAST_START else latest_end(start, duration)


class Anchor(Enum):
    """The instant from which a stated period runs."""

    FIRST = auto()
    LAST = auto()
    SHARED = auto()
    DELETED = auto()
    FEEDBACK = auto()


@dataclass(frozen=True, slots=True)
class Footing:
    """All that decides which clocks run, and nothing of when: the same for very many conversations.

    ``held`` are the regimes from the first message to the evaluation instant. ``maybe_private``: it may be
    held on the footing of the private setting or of a contract. ``gone`` is ``None`` where nothing tells of a
    deletion, else whether it is known. ``feedback`` holds the regimes of each mark.
    """

    held: tuple[int, int]
    shared: bool
    maybe_private: bool
    gone: bool | None
    incognito: bool
    feedback: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Running:
    """One stated period. It runs from ``since``; ``None`` where no event is known from which to count.

    ``mark`` is which of several feedbacks.
    """

    basis: Basis
    rule: RetentionRule
    since: Anchor | None
    why: str
    mark: int = 0


Plan = tuple[Running, ...]
"""All stated periods of one footing. Which of those on one basis ends last depends on the instants."""


@dataclass(frozen=True, slots=True)
class Instants:
    """Where the anchors of one conversation lie. ``shared``: until when it may have been shared."""

    first: datetime
    last: datetime
    shared: datetime | None
    gone: datetime | None
    feedback: tuple[datetime, ...]

    def of(self, running: Running) -> datetime | None:
        """When the period begins; never before the last message, unless it counts from the first."""
        match running.since:
            case Anchor.FIRST:
                return self.first
            case Anchor.SHARED:
                return None if self.shared is None else max(self.last, self.shared)
            case Anchor.DELETED:
                return None if self.gone is None else max(self.last, self.gone)
            case Anchor.FEEDBACK:
                return max(self.last, self.feedback[running.mark])
            case Anchor.LAST:
                return self.last
            case None:
                return None


def planned(table: RegimeTable, footing: Footing) -> Plan:
    """The periods that run on a footing."""
    terms = terms_in(table.regimes[footing.held[0] : footing.held[1] + 1])
    result: list[Running] = []
    if footing.shared:
        result += _from(terms, Basis.TRAINING_ON, Anchor.SHARED, "counted from the last moment of sharing")
    if footing.maybe_private:
        result += _private(terms, gone=footing.gone)
    result += _deleted(terms, gone=footing.gone)
    if footing.incognito:
        result += _from(terms, Basis.TEMPORARY_CHATS, Anchor.LAST, "counted from the last message")
    for mark, (begin, end) in enumerate(footing.feedback):
        rated = terms_in(table.regimes[begin : end + 1])
        result += _from(rated, Basis.FEEDBACK, Anchor.FEEDBACK, "counted from the feedback", mark)
    result += _from(terms, Basis.LOCAL_COPIES, Anchor.LAST, "the copy on this computer")
    for basis, why in _UNSEEN_EVENT.items():
        result += [Running(basis, rule, None, why) for rule in _rules(terms, basis)[:1]]
    return tuple(result)


def clocks(plan: Plan, instants: Instants) -> tuple[Clock, ...]:
    """All clocks of one conversation: one per basis, each at its latest end."""
    return tuple(_latest_per_basis([_clock(r, end_of(r, instants)) for r in plan]))


def end_of(running: Running, instants: Instants) -> datetime | None:
    """The latest instant at which a period ends; ``None`` where no end is stated or known."""
    return _end(instants.of(running), running.rule)


def _deleted(terms: tuple[Terms, ...], *, gone: bool | None) -> list[Running]:
    """What follows a deletion; one that is not proven starts no clock that ends."""
    basis = Basis.AFTER_CHAT_DELETION
    if gone:
        return _from(terms, basis, Anchor.DELETED, "counted from the deletion")
    if gone is None:
        return []
    return [
        Running(basis, r, None, "whether it was deleted is not certain") for r in _rules(terms, basis)[:1]
    ]


def _private(terms: tuple[Terms, ...], *, gone: bool | None) -> list[Running]:
    """What shows in the person's history stays until it is deleted; the stated days run from there."""
    if gone:
        return _from(terms, Basis.TRAINING_OFF, Anchor.DELETED, "from the deletion")
    rules = _rules(terms, Basis.TRAINING_OFF)
    why = "kept while it shows in the history; the stated time runs once it is deleted"
    return [Running(Basis.TRAINING_OFF, rules[-1], None, why)] if rules else []


def _rules(terms: tuple[Terms, ...], basis: Basis) -> list[RetentionRule]:
    return [rule for t in terms if (rule := t.retention.get(basis)) is not None]


def _from(terms: tuple[Terms, ...], basis: Basis, event: Anchor, why: str, mark: int = 0) -> list[Running]:
    """The periods on a basis; one whose beginning is not stated runs from ``event`` too."""
    return [Running(basis, rule, _since(rule, event), why, mark) for rule in _rules(terms, basis)]


def _since(rule: RetentionRule, event: Anchor) -> Anchor:
    stated = {StartsFrom.CREATION: Anchor.FIRST, StartsFrom.LAST_ACTIVITY: Anchor.LAST}
    return stated.get(rule.starts_from or StartsFrom.DELETION, event)


def _clock(running: Running, until: datetime | None) -> Clock:
    rule = running.rule
    stated = "the provider does not say from which event" if rule.starts_from is None else None
    length = rule.duration or str(rule.kind)
    note = "; ".join(filter(None, (f"{length}, {running.why}", stated, rule.note)))
    bound = bound_of(rule) if until is not None else None
    return Clock(running.basis, until, bound, note, rule.sources, rule.confidence)


def bound_of(rule: RetentionRule) -> Bound | None:
    """What the end of a period is, where it has one."""
    return rule.bound if rule.kind is not RetentionKind.CONFIGURABLE else None


def _latest_per_basis(found: list[Clock]) -> Iterable[Clock]:
    """One clock per basis: no end beats any end, then the latest."""
    best: dict[Basis, Clock] = {}
    for clock in found:
        held = best.get(clock.basis)
        if held is None or (held.until is not None and (clock.until is None or clock.until >= held.until)):
            best[clock.basis] = clock
    return best.values()
