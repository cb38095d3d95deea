"""Goose: JSON lines a session, or the database ``sessions.db``. It talks to many providers."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from withhold.model.conversation import Unrecognised
from withhold.model.words import Author
from withhold.sources.coding import (
    Members,
    Row,
    Session,
    everything,
    is_person,
    kind_in,
    kind_of,
    rows_in,
    value_of,
)
from withhold.sources.drafts import Draft, part
from withhold.sources.interface import Claim, Damaged, Entry, Item, KnownMember, Options, Shape
from withhold.sources.json_values import loads
from withhold.sources.sqlite_files import columns, is_beside, is_sqlite, opened_db, rows_of
from withhold.sources.sqlite_schema import has_tables
from withhold.sources.text import name
from withhold.sources.times import moment
from withhold.sources.utc_text import utc_moment

LINES, DATABASE, JOURNAL = "session", "database", "journal of the database"
AUTHORS = {"user": Author.HUMAN, "assistant": Author.MODEL}
_TABLES = {
    "sessions": frozenset({"id", "working_dir"}),
    "messages": frozenset({"session_id", "role", "content_json"}),
}
_MESSAGE = ("message_id", "role", "content_json", "created_timestamp", "timestamp", "metadata_json")


class Goose:
    """Reader of Goose's sessions."""

    format = "goose"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if is_sqlite(shape):
            return Claim(entry, DATABASE) if has_tables(entry, _TABLES) else None
        known = shape.form in {"lines", "object"} and any(_is_line(keys) for keys in shape.first)
        return Claim(entry, LINES) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """The journals of the database."""
        return Claim(entry, JOURNAL) if is_beside(entry) else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time.

        Sessions that were taken over into the database are counted there alone.
        """
        told: set[str] = set()
        for claim in sorted(claims, key=lambda claim: claim.role != DATABASE):
            if claim.role == DATABASE:
                yield from _database(claim.entry, told, options)
            elif claim.role == LINES and claim.entry.stem in told:
                yield KnownMember(claim.entry.path, "session that the database holds too")
            elif claim.role == LINES:
                yield from _lines(claim.entry, options)
            else:
                yield KnownMember(claim.entry.path, claim.role)


def _is_line(keys: Members) -> bool:
    if "working_dir" in keys and bool({"description", "message_count", "total_tokens"} & keys.keys()):
        return True
    created = value_of(keys, "created")
    said = kind_in(keys, "role") in AUTHORS and "content" in keys and "object" not in keys
    return said and isinstance(created, int | float) and isinstance(value_of(keys, "content"), list)


def _lines(entry: Entry, options: Options) -> Iterator[Item]:
    session = Session(entry.stem)
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield session.fault(row)
        elif "role" in row.value:
            session.drafts.append(_draft(row.value))
        else:
            session.project = name(row.value.get("working_dir"), 1024) or session.project
            session.title = name(row.value.get("description")) or session.title
    yield session.conversation(options)


def _draft(row: dict[str, object]) -> Draft:
    content = row.get("content")
    author = AUTHORS.get(kind_of(row, "role"), Author.OTHER)
    hidden = part(row.get("metadata"), "userVisible") is False
    if author is Author.HUMAN and (hidden or not is_person(content)):
        author = Author.OTHER
    return Draft(name(row.get("id")), author, moment(row.get("created")), everything(content))


def _database(entry: Entry, told: set[str], options: Options) -> Iterator[Item]:
    try:
        with opened_db(entry, options.limits) as connection:
            yield from _sessions(connection, entry.path, told, options)
    except Damaged as damage:
        yield Unrecognised(entry.path, f"{damage}; everything from here on is lost")


def _sessions(connection: sqlite3.Connection, place: str, told: set[str], options: Options) -> Iterator[Item]:
    there = columns(connection, "sessions")
    header = [
        column for column in ("id", "working_dir", "description", "name", "created_at") if column in there
    ]
    wanted = [column for column in _MESSAGE if column in columns(connection, "messages")]
    for row in rows_of(connection, "sessions", header, place):
        if isinstance(row, Unrecognised):
            yield row
            continue
        session = Session(name(str(row["id"])) or "unnamed", started=utc_moment(row.get("created_at")))
        session.project = name(row.get("working_dir"), 1024)
        session.title = name(row.get("name")) or name(row.get("description"))
        for found in rows_of(connection, "messages", wanted, place, where=("session_id", row["id"])):
            yield from _message(found, session, place)
        told.add(session.source_id)
        yield session.conversation(options)
    yield from _orphans(connection, place)


def _message(row: dict[str, object] | Unrecognised, session: Session, place: str) -> Iterator[Item]:
    if isinstance(row, Unrecognised):
        yield session.fault(row)
        return
    content, broken = _decoded(row["content_json"])
    if broken:
        yield session.fault(Unrecognised(f"{place}: {session.source_id}", "a message that is no JSON"))
        return
    metadata, _ = _decoded(row.get("metadata_json"))
    at = row.get("created_timestamp") or row.get("timestamp")
    found = {"id": row.get("message_id"), "role": row["role"], "content": content, "metadata": metadata}
    session.drafts.append(replace(_draft(found), at=utc_moment(at)))


def _decoded(value: object) -> tuple[object, bool]:
    """A decoded JSON text, and whether it is none."""
    if not isinstance(value, str | bytes):
        return None, value is not None
    try:
        return loads(value.encode("utf-8", "replace") if isinstance(value, str) else value), False
    except ValueError:
        return None, True


def _orphans(connection: sqlite3.Connection, place: str) -> Iterator[Item]:
    query = "SELECT count(*) FROM messages WHERE session_id NOT IN (SELECT id FROM sessions)"
    (lost,) = connection.execute(query).fetchone()
    if lost:
        yield Unrecognised(f"{place}: messages", f"{lost} messages of sessions that are no longer there")
