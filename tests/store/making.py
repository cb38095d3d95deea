"""Conversations, sources and homes for the tests of this room."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from withhold.app.state.whole import State
from withhold.model.conversation import Conversation, Message
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.store.sources import NewSource
from withhold.support.paths import StateHome

NOW = datetime(2026, 7, 9, 12, 0, tzinfo=UTC)
VERSION = "0.1.0"


def now() -> datetime:
    return NOW


def home_in(folder: Path) -> StateHome:
    return StateHome(folder / "home").prepare()


def open_store(folder: Path) -> State:
    return State.open(home_in(folder), now, VERSION)


def minute(number: int) -> When:
    return When.at(NOW + timedelta(minutes=number))


def message(identity: str, at: int = 0, author: Author = Author.HUMAN, size: int = 10) -> Message:
    return Message(identity, author, minute(at), size)


def chat(
    source_id: str = "chat-1",
    ids: Sequence[str] = ("a", "b"),
    *,
    account: str | None = "ref-1",
    kind: Kind = Kind.CHAT,
) -> Conversation:
    messages = tuple(message(identity, place) for place, identity in enumerate(ids))
    return Conversation(source_id, "anthropic", kind, messages, account_ref=account)


def export(name: str = "one", day: int | None = None, *, covers: Sequence[Kind] = ()) -> NewSource:
    """An export; ``day`` counts from the fixed present."""
    at = None if day is None else When.at(NOW + timedelta(days=day))
    return NewSource(f"/home/me/{name}.zip", name.ljust(64, "0"), "claude-ai", None, at, frozenset(covers))


def put(store: State, source: NewSource, *conversations: Conversation) -> int:
    """Import and return the id of the source."""
    with store.importing(source) as batch:
        for conversation in conversations:
            batch.add(conversation)
    return batch.source_id
