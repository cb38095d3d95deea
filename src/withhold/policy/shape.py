"""A conversation's history reduced to what the rules can tell apart.

Two conversations of one account with the same shape get the same verdict, so each distinct shape is judged
once and millions of conversations are joined to it.
"""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.conversation import Conversation, Feedback, Message
from withhold.model.when import When
from withhold.model.words import Author, Known
from withhold.policy.bounds import NO, OPEN, YES, Bounds
from withhold.policy.regimes import RegimeTable
from withhold.policy.retention import copy_kept_until

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
    """Regime of the evaluation instant: a stored conversation lies there from its first message on."""
    incognito: bool | None
    feedback: tuple[FeedbackShape, ...]
    deleted: Bounds


def sendings(conversation: Conversation) -> tuple[Message, ...]:
    """The messages by which content went to the provider: a person's and a program's, in source order.

    Answers come back; they count only where nothing else is known of the conversation.
    """
    sent = tuple(m for m in conversation.messages if m.author is not Author.MODEL)
    return sent or conversation.messages


def shape_of(conversation: Conversation, table: RegimeTable) -> Shape:
    """Reduce ``conversation`` to its shape in ``table``."""
    spans = [table.span(_known_by(m.at, table.as_of)) for m in sendings(conversation)]
    return Shape(
        first=spans[0] if spans else None,
        later=tuple(sorted(set(spans[1:]))),
        until=table.index_at(table.as_of),
        incognito=conversation.incognito,
        feedback=tuple(_feedback(f, table) for f in conversation.feedback),
        deleted=_deleted(conversation, table.as_of),
    )


def _known_by(at: When, as_of: datetime) -> When:
    """A message that has been read was sent before now, unless its own time says otherwise."""
    return When(at.earliest, as_of) if at.earliest < as_of < at.latest else at


def _feedback(feedback: Feedback, table: RegimeTable) -> FeedbackShape:
    at = _known_by(feedback.at, table.as_of)
    kept = copy_kept_until(at, table)
    return FeedbackShape(span=table.span(at), expired=kept is not None and table.as_of > kept)


def _deleted(conversation: Conversation, as_of: datetime) -> Bounds:
    """Whether it is deleted at ``as_of``. Absence from an export is no proof of deletion."""
    deletion = conversation.deletion
    if deletion is None or deletion.when.earliest > as_of:
        return NO
    if deletion.known in (Known.OBSERVED, Known.ATTESTED) and deletion.when.latest <= as_of:
        return YES
    return OPEN
