"""A conversation's history reduced to what the rules can tell apart.

Two conversations of one account with the same shape get the same verdict, so each distinct shape is judged
once and millions of conversations are joined to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from withhold.model.conversation import Conversation, Feedback, Message
from withhold.model.when import BEGINNING, When
from withhold.model.words import Author
from withhold.policy.bounds import NO, OPEN, YES, Bounds
from withhold.policy.regimes import RegimeTable
from withhold.policy.retention import contradicted, copy_kept_until
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


def sendings(conversation: Conversation) -> tuple[When, ...]:
    """When content went to the provider: a person's and a program's messages, in source order.

    An answer comes back and is no sending. One that follows no question (regenerated, or the question is
    missing) shows that something was sent before it came: after the message before it, and not long ago.
    """
    found: list[When] = []
    before: Message | None = None
    for message in conversation.messages:
        if message.author is not Author.MODEL:
            found.append(message.at)
        elif before is None or before.author is Author.MODEL:
            found.append(_asked(message.at, before))
        before = message
    return tuple(found)


def _asked(answered: When, before: Message | None) -> When:
    """When the question of an answer was sent, as far as that can be told."""
    if answered.earliest - BEGINNING <= ANSWERED_WITHIN:
        return answered
    earliest = answered.earliest - ANSWERED_WITHIN
    if before is not None:
        earliest = max(earliest, min(before.at.earliest, answered.earliest))
    return When(earliest, answered.latest)


def shape_of(conversation: Conversation, table: RegimeTable) -> Shape:
    """Reduce ``conversation`` to its shape in ``table``."""
    spans = [table.span(table.known_by(at)) for at in sendings(conversation)]
    spans = spans or [(0, table.index_at(table.as_of))]  # no message shown is not none sent
    return Shape(
        first=spans[0] if spans else None,
        later=tuple(sorted(set(spans[1:]))),
        until=table.index_at(table.as_of),
        kept=_kept(conversation, table),
        incognito=conversation.incognito,
        feedback=tuple(_feedback(f, table) for f in conversation.feedback),
        deleted=_deleted(conversation, table.as_of),
    )


def _feedback(feedback: Feedback, table: RegimeTable) -> FeedbackShape:
    at = table.known_by(feedback.at)
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
