"""Conversations as they are kept: read back one by one."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass

import msgspec

from withhold.model.columns import micros
from withhold.model.conversation import Conversation, Deletion
from withhold.model.when import When
from withhold.model.words import Kind, Known
from withhold.store.codec import (
    bounds,
    maybe_flag,
    maybe_when,
    unpack_feedback,
    unpack_messages,
    when,
)
from withhold.store.sources import Source
from withhold.store.sqlite import Database, Row, Value
from withhold.support.errors import Undetermined, UsageProblem

_WEIGHT = {Known.OBSERVED: 4, Known.ATTESTED: 3, Known.INFERRED: 2, Known.ASSUMED: 1, Known.UNKNOWN: 0}


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


_SELECT = """
SELECT c.short_id, c.provider_id, c.source_id, c.account_ref, c.kind, c.project, c.product_id, c.title,
       c.incognito, c.shared, c.feedback, c.feedback_visible, c.messages,
       (SELECT json_group_array(json_array(s.id, s.exported_earliest, s.exported_latest)) FROM sightings AS g
          JOIN sources AS s ON s.id = g.source WHERE g.conversation = c.id),
       (SELECT json_group_array(json_array(d.earliest, d.latest, d.known)) FROM deletions AS d
         WHERE d.conversation = c.id),
       (SELECT json_group_array(json_array(a.earliest, a.latest)) FROM sent_again AS a
         WHERE a.provider_id = c.provider_id AND a.source_id = c.source_id)
  FROM conversations AS c
"""
"""One statement, so that each row is as of the moment at which the first one was read."""

_sightings = msgspec.json.Decoder(list[tuple[int, int | None, int | None]])
_deletions = msgspec.json.Decoder(list[tuple[int, int, Known]])
_spans = msgspec.json.Decoder(list[tuple[int, int]])


class Conversations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(
        self, refs: Sequence[str] | None = None, provider: str | None = None, kind: Kind | None = None
    ) -> Iterator[StoredConversation]:
        """Conversations in the order in which they were first read, one in memory at a time.

        ``refs`` leaves those whose account is named so. All are as of the first, whatever another
        process imports meanwhile.
        """
        clauses: list[str] = []
        values: list[Value] = []
        if refs is not None:
            clauses.append(f"c.account_ref IN ({_marks(refs)})")
            values += refs
        if provider is not None:
            clauses.append("c.provider_id = ?")
            values.append(provider)
        if kind is not None:
            clauses.append("c.kind = ?")
            values.append(kind)
        yield from self._read(" AND ".join(clauses) or "1", *values)

    def get(self, prefix: str) -> StoredConversation:
        """The conversation whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        end = prefix + "\U0010ffff"
        found = list(self._read("c.short_id >= ? AND c.short_id < ?", prefix, end)) if prefix else []
        if len(found) == 1:
            return found[0]
        many = f"{len(found)} conversations have ids that begin"
        what = many if found else "no conversation has an id that begins"
        raise UsageProblem(f"{what} with '{prefix}'", next_step="see 'withhold exposure' for the ids")

    def absent(self, refs: Sequence[str], newer: Source) -> Iterator[StoredConversation]:
        """Those that every other source shows that is surely older, and that ``newer`` does not show.

        A conversation seen in a source that may be as new as ``newer`` is left out. Raises ``Undetermined``
        where nothing follows from what ``newer`` does not show.
        """
        _require_telling(refs, newer)
        if newer.exported_at is None:
            raise Undetermined("the source does not tell when it was made, so nothing is missing from it")
        return self._read(
            f"c.account_ref IN ({_marks(refs)}) AND c.kind IN ({_marks(newer.covers)})"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM sightings WHERE conversation = c.id AND source = ?)"
            " AND (SELECT max(ifnull(s.exported_latest, s.imported_at)) FROM sightings AS g"
            "      JOIN sources AS s ON s.id = g.source WHERE g.conversation = c.id) <= ?",
            *refs,
            *newer.covers,
            newer.id,
            micros(newer.exported_at.earliest),
        )

    def add_deletion(self, prefix: str, deletion: Deletion, record: str | None) -> None:
        """Put down that the conversation was deleted; the same again changes nothing."""
        short_id = self.get(prefix).id
        with self._database.transaction():
            row = self._database.first("SELECT id FROM conversations WHERE short_id = ?", short_id)
            if row is not None:
                insert_deletion(self._database, row[0], deletion, record)

    def _read(self, condition: str, *values: Value) -> Iterator[StoredConversation]:
        for row in self._database.rows(f"{_SELECT} WHERE {condition} ORDER BY c.id", *values):
            yield _conversation(row)


def _conversation(row: Row) -> StoredConversation:
    (short_id, provider, source_id, ref, kind, project, product, title, incognito, shared) = row[:10]
    (feedback, feedback_visible, messages, sightings, deletions, sent_again) = row[10:]
    seen = sorted(_sightings.decode(sightings))
    exports = [at for _, earliest, latest in seen if (at := maybe_when(earliest, latest)) is not None]
    return StoredConversation(
        id=short_id,
        conversation=Conversation(
            source_id=source_id,
            provider_id=provider,
            kind=Kind(kind),
            messages=unpack_messages(messages),
            account_ref=ref,
            product_id=product,
            project=project,
            incognito=maybe_flag(incognito),
            feedback=unpack_feedback(feedback),
            feedback_visible=bool(feedback_visible),
            shared=maybe_flag(shared),
            deletion=_best(Deletion(when(a, b), known) for a, b, known in _deletions.decode(deletions)),
            title=title,
        ),
        sources=tuple(source for source, _, _ in seen),
        first_seen=min(exports, default=None),
        last_seen=max(exports, key=lambda at: (at.latest, at.earliest), default=None),
        sent_again=tuple(when(*span) for span in sorted(_spans.decode(sent_again))),
    )


def _best(deletions: Iterable[Deletion]) -> Deletion | None:
    """The best known one; of several equally well known the latest, so that no clock starts early."""
    return max(deletions, key=lambda d: (_WEIGHT[d.known], d.when.latest, d.when.earliest), default=None)


def insert_deletion(database: Database, key: int, deletion: Deletion, record: str | None) -> None:
    database.run(
        "INSERT OR IGNORE INTO deletions (conversation, earliest, latest, known, record)"
        " VALUES (?, ?, ?, ?, ?)",
        key,
        *bounds(deletion.when),
        deletion.known,
        record,
    )


def _require_telling(refs: Sequence[str], newer: Source) -> None:
    if newer.account_ref not in refs:
        raise Undetermined(f"{newer.label} is not known to be an export of this account")
    if not newer.covers:
        raise Undetermined(f"{newer.label} does not claim to be complete: what it lacks may still be there")


def _marks(values: Sized) -> str:
    return ", ".join("?" * len(values))
