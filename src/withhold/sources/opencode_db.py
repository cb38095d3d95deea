"""OpenCode's database: JSON in ``data``, ids and times in columns."""

import sqlite3
from collections.abc import Iterator

from withhold.model.conversation import Unrecognised
from withhold.sources.coding import UNREAD
from withhold.sources.drafts import decoded
from withhold.sources.interface import Damaged, Entry, Item, Options
from withhold.sources.opencode_records import Kept, found_in, session_of
from withhold.sources.sqlite_files import columns, opened_db, rows_of
from withhold.sources.text import name
from withhold.sources.times import moment

TABLES = {
    "session": frozenset({"id"}),
    "message": frozenset({"id", "session_id"}),
    "part": frozenset({"id", "message_id"}),
}
_SESSION = {
    "parent_id": "parentID", "directory": "directory", "title": "title", "share_url": "share",
    "time_created": "time", "created_at": "time",
}  # fmt: skip
"""Columns of a session, and the members of a record that say the same."""


def database(entry: Entry, told: set[str], options: Options) -> Iterator[Item]:
    """All sessions of a database; their ids are added to ``told``. One session is in memory at a time."""
    try:
        with opened_db(entry, options.limits) as connection:
            for kept in _sessions(connection, entry.path):
                if not isinstance(kept, Kept):
                    yield kept
                    continue
                yield from _messages(connection, kept, entry.path)
                told.add(kept.session.source_id)
                yield kept.built().conversation(options)
            yield from _orphans(connection, entry.path)
    except Damaged as damage:
        yield Unrecognised(entry.path, f"{damage}; everything from here on is lost")


def _sessions(connection: sqlite3.Connection, place: str) -> Iterator[Kept | Item]:
    there = columns(connection, "session")
    wanted = ["id", *(column for column in (*_SESSION, "data") if column in there)]
    for row in rows_of(connection, "session", wanted, place):
        if isinstance(row, Unrecognised):
            yield row
            continue
        record = _data(row) or {}
        for column, member in _SESSION.items():
            value = row.get(column)
            if value is not None:
                named = {"time": {"created": value}, "share": {"url": value}}
                record[member] = named.get(member, value)
        yield session_of(record, name(str(row["id"])) or "unnamed")


def _data(row: dict[str, object]) -> dict[str, object] | None:
    value = row.get("data")
    if isinstance(value, str):
        return decoded(value.encode("utf-8", "replace"))
    return decoded(value) if isinstance(value, bytes) else None


def _messages(connection: sqlite3.Connection, kept: Kept, place: str) -> Iterator[Item]:
    there = columns(connection, "message")
    wanted = ["id", *(c for c in ("data", "role", "time_created", "created_at") if c in there)]
    rows = rows_of(connection, "message", wanted, place, where=("session_id", kept.session.source_id))
    for row in rows:
        yield from _message(row, kept, place)
    columns_of_part = ["id", *(c for c in ("data", "type") if c in columns(connection, "part"))]
    for own_id, found in kept.messages.items():
        for row in rows_of(connection, "part", columns_of_part, place, where=("message_id", own_id)):
            record = None if isinstance(row, Unrecognised) else _data(row)
            if isinstance(row, dict) and record is not None:
                found.add({"type": row["type"], **record} if "type" in row else record)
                continue
            kept.faults.append(UNREAD)
            yield row if isinstance(row, Unrecognised) else _broken(f"a part of {own_id}", place)


def _message(row: dict[str, object] | Unrecognised, kept: Kept, place: str) -> Iterator[Item]:
    record = None if isinstance(row, Unrecognised) else _data(row)
    if isinstance(row, Unrecognised) or (record is None and "role" not in row):
        kept.faults.append(UNREAD)
        yield row if isinstance(row, Unrecognised) else _broken(f"message {row['id']}", place)
        return
    own_id = str(row["id"])
    found = found_in({"role": row["role"], **(record or {})} if "role" in row else record or {}, own_id)
    found.at = found.at or moment(row.get("time_created")) or moment(row.get("created_at"))
    kept.messages[own_id] = found


def _broken(what: str, place: str) -> Unrecognised:
    return Unrecognised(f"{place}: {what}", "its data is no JSON object")


def _orphans(connection: sqlite3.Connection, place: str) -> Iterator[Item]:
    query = "SELECT count(*) FROM message WHERE session_id NOT IN (SELECT id FROM session)"
    (lost,) = connection.execute(query).fetchone()
    if lost:
        yield Unrecognised(f"{place}: message", f"{lost} messages of sessions that are no longer there")
