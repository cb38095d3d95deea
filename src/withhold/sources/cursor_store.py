"""The database of one chat of Cursor's command line program: messages as JSON among binary blobs."""

import sqlite3
from collections.abc import Iterator

from withhold.model.conversation import Unrecognised
from withhold.sources.coding import Session, kind_of
from withhold.sources.cursor_lines import PROVIDER, ROLES, message_draft
from withhold.sources.drafts import decoded
from withhold.sources.interface import Entry, Item, Options
from withhold.sources.sqlite_files import rows_of
from withhold.sources.text import name
from withhold.sources.times import moment


def chat(connection: sqlite3.Connection, entry: Entry, present: set[str], options: Options) -> Iterator[Item]:
    """The chat of a database. Blobs of other forms hold the graph of turns and no words of their own."""
    session = Session(entry.parts[-2] if len(entry.parts) > 1 else entry.stem, PROVIDER)
    for row in rows_of(connection, "meta", ("value",), entry.path):
        if isinstance(row, dict):
            _header(session, row["value"])
    for row in rows_of(connection, "blobs", ("id", "data"), entry.path):
        if isinstance(row, Unrecognised):
            yield session.fault(row)
            continue
        data = row["data"]
        value = decoded(data.encode("utf-8", "replace") if isinstance(data, str) else _bytes(data))
        if value is not None and kind_of(value, "role") in ROLES and "content" in value:
            session.drafts.append(message_draft(kind_of(value, "role"), value))
    present.add(session.source_id)
    yield session.conversation(options)


def _bytes(data: object) -> bytes:
    """A blob that begins like JSON; others need not be decoded."""
    return data if isinstance(data, bytes) and data[:1] == b"{" else b""


def _header(session: Session, value: object) -> None:
    """The record of a chat is JSON, mostly written as hexadecimal digits."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if not text.lstrip().startswith("{"):
        try:
            text = bytes.fromhex(text).decode("utf-8", "replace")
        except ValueError:
            return
    record = decoded(text.encode("utf-8", "replace")) or {}
    session.source_id = name(record.get("agentId")) or session.source_id
    session.started = moment(record.get("createdAt"))
    session.project = name(record.get("workspacePath"), 1024)
    session.title = name(record.get("name"))
