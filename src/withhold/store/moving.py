"""Formats up to 3 kept conversations in the database: they are handed to the index once."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from withhold.model.columns import Columns
from withhold.model.conversation import Conversation, Feedback
from withhold.model.ports import Catalogue
from withhold.model.segments import Change
from withhold.model.stored import StoredConversation
from withhold.model.words import Kind
from withhold.store.codec import maybe_flag, when
from withhold.store.sqlite import Database, Row

FORMAT = 4
"""The format from which on the index holds the conversations."""

Mover: TypeAlias = Callable[[Iterable[StoredConversation], bytes, Catalogue], Change]
"""Writes conversations into a segment that is on the disk when it returns, and says what to commit. Their
message ids are fingerprints already, under the key that is handed in."""


class _OldMessage(msgspec.Struct, array_like=True, frozen=True):
    key: bytes
    author: str
    earliest: int
    latest: int
    size: int


class _OldFeedback(msgspec.Struct, array_like=True, frozen=True):
    kind: str
    earliest: int
    latest: int


_messages = msgspec.msgpack.Decoder(tuple[_OldMessage, ...])
_feedback = msgspec.msgpack.Decoder(tuple[_OldFeedback, ...])
_sources = msgspec.json.Decoder(list[int])


def move(database: Database, key: bytes, catalogue: Catalogue, mover: Mover) -> None:
    """Within the transaction of the migration: if it is not committed, what was written is an orphan."""
    if database.first("SELECT 1 FROM conversations") is not None:
        catalogue.commit(mover(_old(database), key, catalogue))
        _move_deletions(database)
    for table in ("deletions", "sightings", "conversations"):
        database.run(f"DROP TABLE {table}")
    database.run("ALTER TABLE known_deletions RENAME TO deletions")


def _old(database: Database) -> Iterator[StoredConversation]:
    for row in database.rows(
        "SELECT short_id, provider_id, source_id, account_ref, kind, project, product_id, title, incognito,"
        " shared, feedback, feedback_visible, messages, (SELECT json_group_array(source) FROM sightings"
        " WHERE conversation = c.id) FROM conversations AS c ORDER BY id"
    ):
        yield _stored(row)


def _stored(row: Row) -> StoredConversation:
    (short_id, provider, source_id, ref, kind, project, product, title, incognito, shared) = row[:10]
    feedback, feedback_visible, messages, sources = row[10:]
    conversation = Conversation(
        source_id=source_id,
        provider_id=provider,
        kind=Kind(kind),
        messages=_columns(_messages.decode(messages)),
        account_ref=ref,
        product_id=product,
        project=project,
        incognito=maybe_flag(incognito),
        feedback=tuple(Feedback(when(f.earliest, f.latest), f.kind) for f in _feedback.decode(feedback)),
        feedback_visible=bool(feedback_visible),
        shared=maybe_flag(shared),
        title=title,
    )
    return StoredConversation(short_id, conversation, tuple(sorted(_sources.decode(sources))), None, None)


def _columns(messages: tuple[_OldMessage, ...]) -> Columns:
    return Columns(
        [m.key.hex() for m in messages],
        "".join([m.author for m in messages]),
        [m.earliest for m in messages],
        [m.latest for m in messages],
        [m.size for m in messages],
    )


def _move_deletions(database: Database) -> None:
    rows = list(
        database.rows(
            "SELECT c.short_id, d.earliest, d.latest, d.known, d.record FROM deletions AS d"
            " JOIN conversations AS c ON c.id = d.conversation ORDER BY d.id"
        )
    )
    for short_id, *values in rows:
        database.run(
            "INSERT INTO known_deletions (key, earliest, latest, known, record) VALUES (?, ?, ?, ?, ?)",
            int(short_id, 16),
            *values,
        )
