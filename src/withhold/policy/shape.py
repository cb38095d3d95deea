"""A conversation's history reduced to what the rules can tell apart.

Two conversations of one account with the same shape get the same verdict, so each distinct shape is judged
once and millions of conversations are joined to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import compress, islice
from operator import sub

from withhold.model.columns import LETTERS, Columns, instant, micros
from withhold.model.conversation import Conversation
from withhold.model.when import BEGINNING, When
from withhold.model.words import Author
from withhold.policy.bounds import NO, OPEN, YES, Bounds
from withhold.policy.course import contradicted
from withhold.policy.regimes import RegimeTable
from withhold.policy.retention import copy_kept_until
from withhold.policy.timeline import CREDIBLE, TICK

Span = tuple[int, int]
"""Indices of the first and last regime that may contain an instant."""


@dataclass(frozen=True, slots=True)
class FeedbackShape:
    """Feedback given within ``span``; ``expired`` where every stated keeping time of its copy is over."""

    span: Span
    expired: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """``first`` is where it began, ``later`` where anything was sent afterwards (sorted, each once)."""

    first: Span | None
    later: tuple[Span, ...]
    until: int
    """Regime of the evaluation instant."""
    kept: Span
    """Last regime in which it surely lay stored, and last in which it may have."""
    incognito: bool | None
    feedback: tuple[FeedbackShape, ...]
    deleted: Bounds

    def stored_in(self, index: int) -> Bounds:
        """Whether it lay stored at some time in a regime: from its first message to its deletion."""
        if self.first is None:
            return NO
        return Bounds(
            certain=self.first[1] <= index <= self.kept[0], possible=self.first[0] <= index <= self.kept[1]
        )


ANSWERED_WITHIN = timedelta(days=1)
"""An answer follows what it answers within a day: the longest tasks that run on their own take hours."""

_MODEL = LETTERS[Author.MODEL]
_NOT_MODEL = bytes(code != ord(_MODEL) for code in range(256))
_BEGINNING = micros(BEGINNING)
_WITHIN = ANSWERED_WITHIN // timedelta(microseconds=1)


def sendings(conversation: Conversation) -> tuple[When, ...]:
    """When content went to the provider: a person's and a program's messages, in source order.

    An answer comes back and is no sending. One that follows no question (regenerated, or the question is
    missing) shows that something was sent before it came: after the message before it, and not long ago. What
    stands before it and was surely sent later than it, or more than a day before, is not what it answers.
    """
    columns = Columns.of(conversation.messages)
    earliest, latest = sent(columns.authors, columns.earliest, columns.latest)
    return tuple(When(instant(e), instant(at)) for e, at in zip(earliest, latest, strict=True))


def sent(authors: str, earliest: Sequence[int], latest: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """:func:`sendings` over columns (``model.columns``): earliest and latest microseconds of each."""
    if _MODEL not in authors:
        return earliest, latest
    follows = authors[0] != _MODEL and _MODEL * 2 not in authors
    if follows and _in_time(earliest, latest):  # each answer follows what it answers
        kept = authors.encode().translate(_NOT_MODEL)
        return list(compress(earliest, kept)), list(compress(latest, kept))
    return _with_missing_questions(authors, earliest, latest)


def _with_missing_questions(
    authors: str, earliest: Sequence[int], latest: Sequence[int]
) -> tuple[list[int], list[int]]:
    early: list[int] = []
    late: list[int] = []
    for i, author in enumerate(authors):
        if author != _MODEL:
            early.append(earliest[i])
        elif i == 0 or earliest[i - 1] > latest[i]:
            early.append(_asked(earliest[i], None))
        elif authors[i - 1] == _MODEL or earliest[i] - latest[i - 1] > _WITHIN:
            early.append(_asked(earliest[i], earliest[i - 1]))
        else:
            continue
        late.append(latest[i])
    return early, late


def _in_time(earliest: Sequence[int], latest: Sequence[int]) -> bool:
    """Whether each message may have been sent within a day after the one before it."""
    return (
        min(map(sub, islice(latest, 1, None), earliest), default=0) >= 0
        and max(map(sub, islice(earliest, 1, None), latest), default=0) <= _WITHIN
    )


def _asked(answered: int, before: int | None) -> int:
    """When the question of an answer was sent at the earliest, given when the message before it was."""
    if answered - _BEGINNING <= _WITHIN:
        return answered
    earliest = answered - _WITHIN
    return earliest if before is None else max(earliest, min(before, answered))


def shape_of(conversation: Conversation, table: RegimeTable) -> Shape:
    """Reduce ``conversation`` to its shape in ``table``."""
    spans = [table.span(table.known_by(at)) for at in sendings(conversation)]
    shape = undeleted(
        table,
        spans[0] if spans else None,
        spans[1:],
        incognito=conversation.incognito,
        feedback=[table.known_by(f.at) for f in conversation.feedback],
    )
    if conversation.deletion is None:
        return shape
    return replace(shape, kept=_kept(conversation, table), deleted=_deleted(conversation, table.as_of))


def undeleted(
    table: RegimeTable,
    first: Span | None,
    later: Iterable[Span],
    *,
    incognito: bool | None,
    feedback: Iterable[When] = (),
) -> Shape:
    """The shape of a conversation of which nothing says that it was deleted, from the spans of its sendings.

    ``first`` is ``None`` where no sending is shown. Times are as known by the evaluation instant.
    """
    until = table.index_at(table.as_of)
    return Shape(
        first=(0, until) if first is None else first,  # no message shown is not none sent
        later=tuple(sorted(set(later))),
        until=until,
        kept=(until, until),
        incognito=incognito,
        feedback=tuple(feedback_shape(at, table) for at in feedback),
        deleted=NO,
    )


def feedback_shape(at: When, table: RegimeTable) -> FeedbackShape:
    """What the rules can tell apart of feedback given at ``at`` (as known by the evaluation instant)."""
    kept = copy_kept_until(at, table)
    return FeedbackShape(span=table.span(at), expired=kept is not None and table.as_of > kept)


def _kept(conversation: Conversation, table: RegimeTable) -> Span:
    until = table.index_at(table.as_of)
    deleted = _deleted(conversation, table.as_of)
    if conversation.deletion is None or not deleted.possible:
        return until, until
    when = conversation.deletion.when
    latest = table.index_at(when.latest - TICK) if deleted.certain else until
    return table.index_at(when.earliest - TICK), latest


def _deleted(conversation: Conversation, as_of: datetime) -> Bounds:
    """Whether it is deleted at ``as_of``. Absence from an export is no proof of deletion."""
    deletion = conversation.deletion
    if deletion is None or deletion.when.earliest > as_of:
        return NO
    if deletion.known in CREDIBLE and deletion.when.latest <= as_of and not contradicted(conversation):
        return YES
    return OPEN
