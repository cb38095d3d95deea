"""What a segment of the index holds: tables, columns and their meaning. No library is needed to read this.

A segment has up to four tables, each one Parquet file (zstd) named by its SHA-256; a table without rows has
no file. Segments never change. An import writes one that holds, as it now stands, each conversation that is
new or changed; the older rows of the same keys are *superseded*, which the state's database notes. The live
rows of ``conversations``, ``sendings`` and ``messages`` are those that are not superseded; rows of
``sightings`` are never superseded, and each pair stands in them once. Live keys are unique over all segments.

``Snapshot.connect()`` (``index/snapshot.py``) gives a DuckDB connection with one view of live rows a table,
under the names here, all as of one moment. A column that a file lacks, since it is older than the column,
is null in all of its rows: unknown. What is not here stays in the state's database: accounts, evidence
of settings, sources (``sightings.source`` is their id), deletions, and what was sent again.

Instants are whole microseconds since 1970-01-01 UTC (``model.columns.micros``). The open ends
``model.when.BEGINNING`` and ``END`` stand as they are, as :data:`BEGINNING` and :data:`END`. Row groups of
``conversations``, ``sendings`` and ``messages`` belong together: group *i* of ``messages`` holds the messages
of the conversations in group *i*, one conversation after the other in the same order.
"""

from dataclasses import dataclass
from typing import Final

from withhold.model import when
from withhold.model.columns import micros

BEGINNING: Final = micros(when.BEGINNING)
"""Microseconds of "no lower bound"."""
END: Final = micros(when.END)
"""Microseconds of "no upper bound"."""

ID_DIGITS: Final = 12
"""Hexadecimal digits of the id that people see; ``key`` is the same number."""


def id_of(key: int) -> str:
    """The short id shown to people."""
    return f"{key:0{ID_DIGITS}x}"


def key_of(id_: str) -> int:
    """The key of a whole short id; ``ValueError`` for what is none."""
    return int(id_, 16)


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is a word of :data:`TYPES`; ``null`` says whether the value may be missing, for unknown."""

    name: str
    type: str
    meaning: str
    null: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    meaning: str
    columns: tuple[Column, ...]


TYPES: Final = {
    "key": "BIGINT",
    "instant": "BIGINT",
    "count": "INTEGER",
    "word": "VARCHAR",
    "flag": "BOOLEAN",
    "digest": "BLOB",
    "fingerprint": "BLOB",
    "letter": "VARCHAR",
    "instants": "BIGINT[]",
    "marks": "STRUCT(kind VARCHAR, earliest BIGINT, latest BIGINT)[]",
}
"""How DuckDB names each type. ``fingerprint`` has 12 bytes; ``letter`` is one of ``h``, ``m``, ``o``
(human, model, other: ``model.columns.LETTERS``); the lists are never null, and empty where there is nothing.
"""

CONVERSATIONS: Final = Table(
    "conversations",
    "one row a conversation",
    (
        Column("key", "key", "number whose 12 hexadecimal digits are the id; below 2**48"),
        Column("seq", "key", "counts conversations in the order in which they were first read; unique"),
        Column("provider_id", "word", "as the source says, before an account places it elsewhere"),
        Column("source_id", "word", "the provider's id"),
        Column("account_ref", "word", "how sources name the account", null=True),
        Column("kind", "word", "chat or coding"),
        Column("project", "word", "as the source names it", null=True),
        Column("product_id", "word", "the product, where sources tell; ? if they differ", null=True),
        Column("title", "word", "kept only on request", null=True),
        Column("incognito", "flag", "null where no source can tell", null=True),
        Column("shared", "flag", "null where no source can tell", null=True),
        Column("feedback", "marks", "all marks that a source shows, by time"),
        Column("feedback_visible", "flag", "whether every source would show feedback if there was some"),
        Column("human", "count", "messages of the person"),
        Column("model", "count", "answers"),
        Column("messages", "count", "messages in all"),
        Column("first", "instant", "earliest over all messages; null without messages", null=True),
        Column("last", "instant", "latest over all messages; null without messages", null=True),
        Column("shown_first", "instant", "what people are shown as its beginning", null=True),
        Column("shown_last", "instant", "what people are shown as its last activity", null=True),
        Column("resumed", "instants", "when the person took it up again, in order"),
        Column("attachments", "count", "files sent along, the most that a source shows", null=True),
        Column("tool_outputs", "count", "results of tools, the most that a source shows", null=True),
        Column("digest", "digest", "keyed; of what the source that changed it last showed", null=True),
    ),
)
"""``shown_first`` and ``shown_last`` are the bounds over the person's messages and the answers whose times
are known at all (neither end open); null where there are none."""

SENDINGS: Final = Table(
    "sendings",
    "when content went to the provider: what policy.shape.sendings gives, in its order",
    (
        Column("key", "key", "the conversation"),
        Column("n", "count", "place within the conversation, from 0"),
        Column("earliest", "instant", "not before"),
        Column("latest", "instant", "not after"),
    ),
)

MESSAGES: Final = Table(
    "messages",
    "one row a message: for merging and export; judgement needs none of it",
    (
        Column("key", "key", "the conversation"),
        Column("n", "count", "place within the conversation, from 0, in the order of the source"),
        Column("id", "fingerprint", "keyed fingerprint of the source's own id"),
        Column("author", "letter", "who wrote it"),
        Column("earliest", "instant", "not before"),
        Column("latest", "instant", "not after"),
        Column("size", "key", "characters of text, attachments included"),
    ),
)

SIGHTINGS: Final = Table(
    "sightings",
    "which source shows which conversation; each pair once",
    (
        Column("key", "key", "the conversation"),
        Column("source", "count", "id of the source in the state's database"),
    ),
)

TABLES: Final = {table.name: table for table in (CONVERSATIONS, SENDINGS, MESSAGES, SIGHTINGS)}
"""All tables by name."""

SUPERSEDABLE: Final = ("conversations", "sendings", "messages")
"""Tables whose rows a newer segment can replace."""
