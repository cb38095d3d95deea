"""Taking one source into the state: all of it, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.store.codec import (
    bounds,
    fingerprint,
    maybe_flag,
    pack_feedback,
    pack_messages,
    stored,
    unpack_feedback,
    unpack_stored,
)
from withhold.store.conversations import insert_deletion
from withhold.store.merge import merge_feedback, merge_incognito, merge_messages, merge_product, merge_shared
from withhold.store.sources import Counts, NewSource, Source, Sources
from withhold.store.sqlite import Database, Row


class Batch:
    """Takes what a reader hands out for one source. Valid within the block of ``Store.importing`` only.

    ``new_conversations`` and ``new_messages`` count what the state did not have before.
    """

    def __init__(self, database: Database, source: NewSource, source_id: int, key: bytes) -> None:
        self._database = database
        self._source = source
        self._key = key
        self._unrecognised: list[Unrecognised] = []
        self._warnings: list[str] = []
        self._refs: set[str | None] = set()
        self.source_id = source_id
        self.counts = Counts()
        self.new_conversations = 0
        self.new_messages = 0

    def add(self, conversation: Conversation) -> None:
        """Merge a conversation into what is known of it (``store/merge.py``)."""
        known = self._find(conversation)
        key = self._insert(conversation) if known is None else self._update(known, conversation)
        self._database.run(
            "INSERT OR IGNORE INTO sightings (conversation, source) VALUES (?, ?)", key, self.source_id
        )
        if conversation.deletion is not None:
            insert_deletion(self._database, key, conversation.deletion, None)
        self.counts.count(conversation)
        self._refs.add(conversation.account_ref)

    def unrecognised(self, what: Unrecognised) -> None:
        """Keep that something could not be read."""
        self._unrecognised.append(what)

    def warn(self, text: str) -> None:
        self._warnings.append(text)

    def exported_at(self, at: When) -> None:
        """The reader found out when the source was made."""
        self._source = replace(self._source, exported_at=at)

    def sent_again(self, provider_id: str, source_id: str, by: str, at: When) -> None:
        """Conversation ``source_id`` was sent once more at ``at``, at the head of session ``by``."""
        self._database.run(
            "INSERT OR IGNORE INTO sent_again (provider_id, source_id, by_id, earliest, latest)"
            " VALUES (?, ?, ?, ?, ?)",
            provider_id,
            source_id,
            by,
            *bounds(at),
        )

    def finish(self, sources: Sources) -> Source:
        """Write the row of the source. A source that names no account is that of all its conversations."""
        if self._source.account_ref is None and len(self._refs) == 1:
            self._source = replace(self._source, account_ref=next(iter(self._refs)))
        strange, warnings = tuple(self._unrecognised), tuple(self._warnings)
        sources.finish(self.source_id, self._source, self.counts, strange, warnings)
        return sources.get(self.source_id)

    def _find(self, conversation: Conversation) -> Row | None:
        """The row of this conversation: of its account, or the only one whose account is not known.

        A source that does not name the account, and one that does, may show the same conversation.
        """
        rows = list(
            self._database.rows(
                "SELECT id, account_ref, kind, project, product_id, title, incognito, shared, feedback,"
                " feedback_visible, messages FROM conversations WHERE source_id = ? AND provider_id = ?",
                conversation.source_id,
                conversation.provider_id,
            )
        )
        ref = conversation.account_ref
        same = [row for row in rows if row[1] == ref]
        if same:
            return same[0]
        other = rows if ref is None else [row for row in rows if row[1] is None]
        return other[0] if len(other) == 1 else None

    def _insert(self, conversation: Conversation) -> int:
        messages = merge_messages((), stored(conversation.messages, self._key))
        self.new_conversations += 1
        self.new_messages += len(messages)
        cursor = self._database.run(
            "INSERT INTO conversations (short_id, provider_id, source_id, account_ref, kind, project,"
            " product_id, title, incognito, shared, feedback, feedback_visible, messages, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._short_id(conversation),
            conversation.provider_id,
            conversation.source_id,
            conversation.account_ref,
            conversation.kind,
            conversation.project,
            conversation.product_id,
            conversation.title,
            conversation.incognito,
            conversation.shared,
            pack_feedback(merge_feedback((), conversation.feedback)),
            conversation.feedback_visible,
            pack_messages(messages),
            self.source_id,
        )
        key = cursor.lastrowid
        assert key is not None  # noqa: S101 - an insert has one
        return key

    def _update(self, known: Row, conversation: Conversation) -> int:
        key, ref, _, project, product, title, incognito, shared, feedback, feedback_visible, packed = known
        before = unpack_stored(packed)
        messages = merge_messages(before, stored(conversation.messages, self._key))
        self.new_messages += len(messages) - len(before)
        merged = (
            conversation.account_ref if ref is None else ref,
            conversation.kind,
            conversation.project or project,
            merge_product(product, conversation.product_id),
            conversation.title or title,
            merge_incognito(maybe_flag(incognito), conversation.incognito),
            merge_shared(maybe_flag(shared), conversation.shared),
            pack_feedback(merge_feedback(unpack_feedback(feedback), conversation.feedback)),
            bool(feedback_visible) and conversation.feedback_visible,
            pack_messages(messages),
        )
        if merged != known[1:]:
            self._database.run(
                "UPDATE conversations SET account_ref = ?, kind = ?, project = ?, product_id = ?, title = ?,"
                " incognito = ?, shared = ?, feedback = ?, feedback_visible = ?, messages = ?, source = ?"
                " WHERE id = ?",
                *merged,
                self.source_id,
                key,
            )
        return int(key)

    def _short_id(self, conversation: Conversation) -> str:
        """Twelve hexadecimal digits; others where another conversation has them already."""
        parts = (conversation.provider_id, conversation.source_id)
        for attempt in count():
            more = (str(attempt), conversation.account_ref or "") if attempt else ()
            short = fingerprint(self._key, b"conversation", *parts, *more, size=6).hex()
            if self._database.first("SELECT 1 FROM conversations WHERE short_id = ?", short) is None:
                return short
        raise AssertionError("unreachable")


@contextmanager
def importing(database: Database, source: NewSource, key: bytes, now: datetime) -> Iterator[Batch]:
    """A transaction around one source: if the block raises, or the process dies, nothing has changed."""
    sources = Sources(database)
    with database.transaction():
        batch = Batch(database, source, sources.begin(source, now), key)
        yield batch
        batch.finish(sources)
