"""One common shape for chats and coding sessions, whatever file they came from. No text is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from withhold.model.columns import count
from withhold.model.message import Message
from withhold.model.when import When
from withhold.model.words import Author, Kind, Known

SEVERAL_PRODUCTS = "?"
"""``product_id`` where sources name different ones. No product has it: the terms of all are looked at."""

__all__ = [
    "SEVERAL_PRODUCTS",
    "Conversation",
    "Deletion",
    "Feedback",
    "Message",
    "SourceAccount",
    "Unrecognised",
]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A thumbs mark, bug report or shared transcript that the source shows."""

    at: When
    kind: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """The conversation left the person's history within ``when``."""

    when: When
    known: Known


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat or coding session. ``messages`` stand in the order of the source, never sorted by time.

    ``source_id`` is the provider's id; ``account_ref`` is how the source names the account, if it does.
    ``incognito`` is ``None`` where the source cannot tell. ``feedback_visible`` says whether the source
    would show feedback if there was some: if not, the carve-out stays open.
    """

    source_id: str
    provider_id: str
    kind: Kind
    messages: Sequence[Message]
    """A tuple, or :class:`withhold.model.columns.Columns`; never changed."""
    account_ref: str | None = None
    product_id: str | None = None
    """The provider's product (an id of its pack), where the source tells which of several it was.
    :data:`SEVERAL_PRODUCTS` where sources contradict each other; ``None`` where none tells."""
    project: str | None = None
    incognito: bool | None = None
    feedback: tuple[Feedback, ...] = ()
    feedback_visible: bool = False
    shared: bool | None = None
    deletion: Deletion | None = None
    title: str | None = None
    """Kept only on request."""
    attachments: int | None = None
    """Files and pictures that the person sent along; ``None`` where the source does not tell."""
    tool_outputs: int | None = None
    """Results of tools that stand in it; ``None`` where the source does not tell."""

    @property
    def human(self) -> int:
        return count(self.messages, Author.HUMAN)

    @property
    def model(self) -> int:
        return count(self.messages, Author.MODEL)


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Something a reader could not read: counted with its place, never dropped silently."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """An account that an export names (``users.json``)."""

    ref: str
    email: str | None
    name: str | None
