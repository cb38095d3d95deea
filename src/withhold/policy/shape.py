"""A conversation's history reduced to what the rules can tell apart.

Two conversations of one account with the same shape get the same verdict, so each distinct shape is judged
once and millions of conversations are joined to it.
"""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.conversation import Conversation, Feedback, Message
from withhold.model.words import Author
from withhold.policy.bounds import NO, OPEN, YES, Bounds
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


def sendings(conversation: Conversation) -> tuple[Message, ...]:
    """The messages by which content went to the provider: a person's and a program's, in source order.

    Answers come back; they count only where nothing else is known of the conversation.
    """
    sent = tuple(m for m in conversation.messages if m.author is not Author.MODEL)
    return sent or conversation.messages


def shape_of(conversation: Conversation, table: RegimeTable) -> Shape:
    """Reduce ``conversation`` to its shape in ``table``."""
    spans = [table.span(table.known_by(m.at)) for m in sendings(conversation)]
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
    if deletion.known in CREDIBLE and deletion.when.latest <= as_of:
        return YES
    return OPEN
