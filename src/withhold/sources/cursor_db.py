"""Cursor's database: one table of keys and values, of which only chats are asked for.

A chat's own list says the order of its messages. Messages that the list leaves out were taken back or
generated anew: not shown, but sent, so they come behind. Keys are asked for by ranges, which the table's
index serves; the same file holds login tokens, whose table is asked for named keys alone.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from withhold.model.conversation import Unrecognised
from withhold.sources.coding import Session, without_person
from withhold.sources.cursor_bubbles import bubble_draft
from withhold.sources.cursor_lines import PROVIDER
from withhold.sources.drafts import decoded, listed, part
from withhold.sources.interface import Item, KnownMember, Options
from withhold.sources.sqlite_files import REFUSALS, columns
from withhold.sources.text import name
from withhold.sources.times import moment

COMPOSER, BUBBLE = "composerData:", "bubbleId:"
_AFTER = ";"
"""The character behind the colon: the end of the keys that begin with a prefix."""


@dataclass(slots=True)
class Table:
    """The table of keys and values."""

    connection: sqlite3.Connection
    place: str
    name: str = "cursorDiskKV"

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that begin with ``prefix``, which ends with a colon."""
        query = f'SELECT key FROM "{self.name}" WHERE key >= ? AND key < ? ORDER BY key'  # noqa: S608 - a name of this code
        before = ""
        for (key,) in self.connection.execute(query, (prefix, prefix[:-1] + _AFTER)):
            if not isinstance(key, str) or key == before:
                continue
            if key < before and "\ufffd" not in before + key:  # which stands for bytes that are no text
                raise sqlite3.DatabaseError(f"the keys of {self.name} lead in circles")
            before = key
            yield key

    def next_key(self, behind: str, end: str) -> str | None:
        """The first key at or after ``behind`` and before ``end``."""
        query = f'SELECT key FROM "{self.name}" WHERE key >= ? AND key < ? ORDER BY key LIMIT 1'  # noqa: S608
        found = self.connection.execute(query, (behind, end)).fetchone()
        return found[0] if found is not None and isinstance(found[0], str) else None

    def value(self, key: str) -> object:
        """The decoded value of a key; ``None`` for an empty one, :class:`Unrecognised` for a broken one."""
        query = f'SELECT value FROM "{self.name}" WHERE key = ?'  # noqa: S608
        try:
            found = self.connection.execute(query, (key,)).fetchone()
        except REFUSALS as error:
            return Unrecognised(f"{self.place}: {key}", f"cannot be read: {str(error)[:120]}")
        data = None if found is None else found[0]
        if data is None:
            return None
        data = data.encode("utf-8", "replace") if isinstance(data, str) else data
        value = decoded(data) if isinstance(data, bytes) else None
        return Unrecognised(f"{self.place}: {key}", "no JSON object") if value is None else value


def chats(connection: sqlite3.Connection, place: str, present: set[str], options: Options) -> Iterator[Item]:
    """All chats of the database. One is in memory at a time, and the ids of all."""
    table = Table(connection, place)
    agents, heads = _headers(connection)
    for key in table.keys(COMPOSER):
        own_id = key.removeprefix(COMPOSER)
        yield from _chat(table, own_id, heads.get(own_id), own_id in agents, options)
        present.add(own_id)
    yield from _headless(table, present, heads, agents, options)


def _headers(connection: sqlite3.Connection) -> tuple[set[str], dict[str, object]]:
    """Sub-agents, and when chats were made, of the table that newer versions have."""
    there = columns(connection, "composerHeaders")
    if not {"composerId", "createdAt"} <= there:
        return set(), {}
    agent = "isSubagent" if "isSubagent" in there else "0"
    query = f'SELECT composerId, createdAt, {agent} FROM "composerHeaders"'  # noqa: S608 - names of this code
    rows = connection.execute(query).fetchall()
    return {row[0] for row in rows if row[2]}, {row[0]: row[1] for row in rows}


def _chat(table: Table, own_id: str, made: object, is_agent: bool, options: Options) -> Iterator[Item]:
    session = Session(name(own_id) or "unnamed", PROVIDER)
    data = table.value(COMPOSER + own_id)
    if isinstance(data, Unrecognised):
        yield session.fault(data)
    data = data if isinstance(data, dict) else {}
    session.started = moment(data.get("createdAt")) or moment(made)
    session.title = name(data.get("name"))
    inline = [one for one in listed(data.get("conversation")) if isinstance(one, dict)]
    session.drafts += [bubble_draft(one) for one in inline]
    listed_ids = [part(one, "bubbleId") for one in listed(data.get("fullConversationHeadersOnly"))]
    yield from _bubbles(table, own_id, [one for one in listed_ids if isinstance(one, str)], session)
    if is_agent or isinstance(data.get("subagentInfo"), dict):
        session.drafts = without_person(session.drafts)
    yield session.conversation(options)


def _bubbles(table: Table, own_id: str, order: list[str], session: Session) -> Iterator[Item]:
    """Messages in their order, then those that the order leaves out. One in both lists comes once."""
    done = {draft.id for draft in session.drafts}
    prefix = f"{BUBBLE}{own_id}:"
    orphans = (key.removeprefix(prefix) for key in table.keys(prefix))
    for source, is_listed in ((iter(order), True), (orphans, False)):
        for bubble in source:
            if bubble in done:
                continue
            done.add(bubble)
            value = table.value(prefix + bubble)
            if isinstance(value, dict):
                session.drafts.append(bubble_draft(value, name(bubble)))
            elif isinstance(value, Unrecognised):
                yield session.fault(value)
            elif is_listed:
                yield session.fault(
                    Unrecognised(f"{table.place}: {prefix}{bubble}", "a message that is gone")
                )


def _headless(
    table: Table, present: set[str], heads: dict[str, object], agents: set[str], options: Options
) -> Iterator[Item]:
    """Chats of which only messages are left."""
    end = BUBBLE[:-1] + _AFTER
    key = table.next_key(BUBBLE, end)
    while key is not None:
        own_id = key.removeprefix(BUBBLE).partition(":")[0]
        if own_id not in present:
            present.add(own_id)
            yield from _chat(table, own_id, heads.get(own_id), own_id in agents, options)
        key = table.next_key(f"{BUBBLE}{own_id}{_AFTER}", end)


def older_chats(
    connection: sqlite3.Connection, place: str, present: set[str], options: Options
) -> Iterator[Item]:
    """Chats that older versions kept in the database of each folder, under named keys."""
    table = Table(connection, place, "ItemTable")
    panel = table.value("workbench.panel.aichat.view.aichat.chatdata")
    composers = table.value("composer.composerData")
    for found, id_key, list_key in (
        *((one, "tabId", "bubbles") for one in listed(part(panel, "tabs"))),
        *((one, "composerId", "conversation") for one in listed(part(composers, "allComposers"))),
    ):
        own_id = name(part(found, id_key))
        rows = [row for row in listed(part(found, list_key)) if isinstance(row, dict)]
        if own_id is None or own_id in present:
            continue
        if not rows:
            yield KnownMember(f"{place}: {own_id}", "index of chats")
            continue
        present.add(own_id)
        session = Session(own_id, PROVIDER, [bubble_draft(row) for row in rows])
        session.started = moment(part(found, "createdAt"))
        session.title = name(part(found, "chatTitle")) or name(part(found, "name"))
        yield session.conversation(options)
    for value in (panel, composers):
        if isinstance(value, Unrecognised):
            yield value
