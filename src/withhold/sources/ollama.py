"""The Ollama app: its database of chats.

A chat is local only if each of its answers comes from a model that is recorded as not running in the cloud;
otherwise its provider is unknown. Times without a zone are SQLite's own, which are UTC.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.sources.drafts import Draft, messages_of, strange
from withhold.sources.interface import (
    Claim,
    Damaged,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Limits,
    Options,
    Shape,
)
from withhold.sources.local_models import LOCAL, UNKNOWN, looks_remote
from withhold.sources.made_at import made_at
from withhold.sources.sqlite_files import columns, has_columns, is_beside, is_sqlite, opened_db, rows_of
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

DATABASE, JOURNAL = "database", "journal of the database"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}
_TABLES = {
    "chats": frozenset({"id", "title", "created_at"}),
    "messages": frozenset({"id", "chat_id", "role", "content", "model_name"}),
}
_MESSAGE = (
    "id",
    "role",
    "content",
    "thinking",
    "model_name",
    "model_cloud",
    "model_ollama_host",
    "created_at",
)


class Ollama:
    """Reader of the Ollama app's chats."""

    format = "ollama"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        known = is_sqlite(shape) and has_columns(entry, _TABLES, Limits())
        return Claim(entry, DATABASE) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """The journals of the database."""
        return Claim(entry, JOURNAL) if is_beside(entry) else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        for claim in claims:
            if claim.role == JOURNAL:
                yield KnownMember(claim.entry.path, JOURNAL)
                continue
            try:
                with opened_db(claim.entry, options.limits) as connection:
                    yield from _chats(connection, claim.entry.path, options)
            except Damaged as damage:
                yield Unrecognised(claim.entry.path, f"{damage}; everything from here on is lost")


def _chats(connection: sqlite3.Connection, place: str, options: Options) -> Iterator[Item]:
    there = columns(connection, "messages")
    wanted = [column for column in _MESSAGE if column in there]
    for chat in rows_of(connection, "chats", ("id", "title"), place):
        if isinstance(chat, Unrecognised):
            yield chat
            continue
        source_id = name(str(chat["id"])) or "unnamed"
        rows = []
        for row in rows_of(connection, "messages", wanted, place, where=("chat_id", chat["id"])):
            if isinstance(row, Unrecognised):
                yield row
            else:
                rows.append(_kept(row))
        drafts = [draft for draft, _ in rows]
        for draft in drafts:
            if draft.fault is not None:
                yield Unrecognised(f"{place}: message {draft.id}", draft.fault)
        yield Conversation(
            source_id=source_id,
            provider_id=_provider(rows),
            kind=Kind.CHAT,
            messages=messages_of(source_id, drafts),
            incognito=False,
            title=name(chat["title"]) if options.keep_titles else None,
        )
    yield from _orphans(connection, place)


def _provider(rows: list[tuple[Draft, bool]]) -> str:
    answered = [stayed for draft, stayed in rows if draft.author is Author.MODEL]
    return LOCAL if answered and all(answered) else UNKNOWN


def _orphans(connection: sqlite3.Connection, place: str) -> Iterator[Item]:
    query = "SELECT count(*) FROM messages WHERE chat_id NOT IN (SELECT id FROM chats)"
    (lost,) = connection.execute(query).fetchone()
    if lost:
        yield Unrecognised(f"{place}: messages", f"{lost} messages of chats that are no longer there")


def _kept(row: dict[str, object]) -> tuple[Draft, bool]:
    """A message without its text, and whether its model surely ran here."""
    role = row["role"]
    author = ROLES.get(role.lower()) if isinstance(role, str) else None
    draft = Draft(
        id=str(row["id"]),
        author=author or Author.OTHER,
        at=_when(row.get("created_at")),
        size=sum(size_of(row.get(key), inside=True) for key in ("content", "thinking")),
        fault=None if author else strange(role),
    )
    return draft, _stayed_here(row)


def _stayed_here(row: dict[str, object]) -> bool:
    model = row.get("model_name")
    marked = any(row.get(column) for column in ("model_cloud", "model_ollama_host"))
    return isinstance(model, str) and bool(model) and not marked and not looks_remote(model)


def _when(value: object) -> When | None:
    when = moment(value)
    if when is not None and not when.exact and isinstance(value, str):
        return When.at(datetime.fromisoformat(value.strip()).replace(tzinfo=UTC))
    return when
