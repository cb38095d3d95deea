"""Retention clocks: one per basis, each an "at most until" with its reason.

An end is always the latest reading: the latest event from which the provider's period may run, the last
instant at which that event can have happened, and the calendar's later day. Where no event is known from
which to count, there is no end, and the note says so.
"""

from collections.abc import Iterable
from datetime import datetime

from withhold.model.conversation import Conversation
from withhold.model.terms import RetentionRule, Terms
from withhold.model.verdict import Clock
from withhold.model.when import END, When
from withhold.model.words import Basis, RetentionKind, StartsFrom
from withhold.policy.calendar import latest_end
from withhold.policy.regimes import Regime, RegimeTable
from withhold.policy.timeline import CREDIBLE

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
    first, last = table.span(at)
    rules = [t.retention.get(Basis.FEEDBACK) for t in terms_in(table.regimes[first : last + 1])]
    ends = [_end(at.latest, rule) for rule in rules]
    known = [e for e in ends if e is not None]
    return max(known) if known and len(known) == len(ends) else None


def _end(start: datetime, rule: RetentionRule | None) -> datetime | None:
    if rule is None or rule.duration is None or start >= END:
        return None
    return latest_end(start, rule.duration)


def clocks(
    conversation: Conversation,
    table: RegimeTable,
    *,
    shared_until: datetime | None,
    maybe_private: bool,
) -> tuple[Clock, ...]:
    """All clocks of one conversation.

    ``shared_until``: last instant up to which it may have been shared (``None``: never).
    ``maybe_private``: whether it may be held on the footing of the private setting or of a contract.
    """
    if not conversation.messages:
        return ()
    first = min(m.at.earliest for m in conversation.messages)
    last = max(table.known_by(m.at).latest for m in conversation.messages)
    held = table.regimes[table.index_at(first) : table.index_at(max(last, table.as_of)) + 1]
    terms = terms_in(held)
    result: list[Clock] = []
    if shared_until is not None:
        result += _from_rules(
            terms, Basis.TRAINING_ON, first, last, shared_until, "counted from the last moment of sharing"
        )
    if maybe_private:
        result += _private(terms, conversation, first, last)
    result += _deleted(terms, conversation, first, last)
    if conversation.incognito:
        result += _from_rules(
            terms, Basis.TEMPORARY_CHATS, first, last, last, "counted from the last message"
        )
    for feedback in conversation.feedback:
        given = table.known_by(feedback.at)
        begin, end = table.span(given)
        result += _from_rules(
            terms_in(table.regimes[begin : end + 1]),
            Basis.FEEDBACK,
            first,
            last,
            given.latest,
            "counted from the feedback",
        )
    result += _from_rules(terms, Basis.LOCAL_COPIES, first, last, last, "the copy on this computer")
    for basis, why in _UNSEEN_EVENT.items():
        result += [_clock(basis, rule, None, why) for rule in _rules(terms, basis)[:1]]
    return tuple(_latest_per_basis(result))


def surely_deleted_by(conversation: Conversation) -> datetime | None:
    """The latest instant of a deletion that is known; absence from an export proves none."""
    gone = conversation.deletion
    if gone is None or gone.known not in CREDIBLE or contradicted(conversation):
        return None
    return gone.when.latest


def contradicted(conversation: Conversation) -> bool:
    """Whether something was said after the deletion: then one of the two is wrong."""
    gone = conversation.deletion
    return gone is not None and any(gone.when.latest < m.at.earliest for m in conversation.messages)


def _deleted(
    terms: tuple[Terms, ...], conversation: Conversation, first: datetime, last: datetime
) -> list[Clock]:
    """What follows a deletion; one that is not proven starts no clock that ends."""
    basis, gone = Basis.AFTER_CHAT_DELETION, surely_deleted_by(conversation)
    if gone is not None:
        return _from_rules(terms, basis, first, last, gone, "counted from the deletion")
    if conversation.deletion is None:
        return []
    return [_clock(basis, r, None, "whether it was deleted is not certain") for r in _rules(terms, basis)[:1]]


def _private(
    terms: tuple[Terms, ...], conversation: Conversation, first: datetime, last: datetime
) -> list[Clock]:
    """What shows in the person's history stays until it is deleted; the stated days run from there."""
    rules = _rules(terms, Basis.TRAINING_OFF)
    gone = surely_deleted_by(conversation)
    if gone is not None:
        return _ends(rules, Basis.TRAINING_OFF, first, last, gone, "from the deletion")
    why = "kept while it shows in the history; the stated time runs once it is deleted"
    return [_clock(Basis.TRAINING_OFF, rules[-1], None, why)] if rules else []


def _rules(terms: tuple[Terms, ...], basis: Basis) -> list[RetentionRule]:
    return [rule for t in terms if (rule := t.retention.get(basis)) is not None]


def _from_rules(
    terms: tuple[Terms, ...], basis: Basis, first: datetime, last: datetime, event: datetime, why: str
) -> list[Clock]:
    return _ends(_rules(terms, basis), basis, first, last, event, why)


def _ends(
    rules: list[RetentionRule], basis: Basis, first: datetime, last: datetime, event: datetime, why: str
) -> list[Clock]:
    result = []
    for rule in rules:
        start = {StartsFrom.CREATION: first, StartsFrom.LAST_ACTIVITY: last}.get(
            rule.starts_from or StartsFrom.DELETION, max(last, event)
        )
        result.append(_clock(basis, rule, _end(start, rule), why))
    return result


def _clock(basis: Basis, rule: RetentionRule, until: datetime | None, why: str) -> Clock:
    stated = "the provider does not say from which event" if rule.starts_from is None else None
    length = rule.duration or str(rule.kind)
    note = "; ".join(filter(None, (f"{length}, {why}", stated, rule.note)))
    bound = rule.bound if rule.kind is not RetentionKind.CONFIGURABLE else None
    return Clock(basis, until, bound if until is not None else None, note, rule.sources, rule.confidence)


def _latest_per_basis(found: list[Clock]) -> Iterable[Clock]:
    """One clock per basis: no end beats any end, then the latest."""
    best: dict[Basis, Clock] = {}
    for clock in found:
        held = best.get(clock.basis)
        if held is None or (held.until is not None and (clock.until is None or clock.until >= held.until)):
            best[clock.basis] = clock
    return best.values()
