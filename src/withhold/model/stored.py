"""A conversation as the state holds it."""

from dataclasses import dataclass

from withhold.model.conversation import Conversation
from withhold.model.when import When


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation of the state. ``id`` is short, stable within this state, and a prefix of it is enough.

    Message ids are fingerprints. ``first_seen`` and ``last_seen`` are when the earliest and latest of
    ``sources`` were exported: ``None`` where none of them tells. ``sent_again`` are instants at which all of
    it, as it stood then, was sent once more at the head of another session.
    """

    id: str
    conversation: Conversation
    sources: tuple[int, ...]
    first_seen: When | None
    last_seen: When | None
    sent_again: tuple[When, ...] = ()
