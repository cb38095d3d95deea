"""Taking out of the database what is known of one account."""

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec

from withhold.model.conversation import Unrecognised
from withhold.store.sqlite import Database
from withhold.support.errors import StateBusy

NAMED = (("reminders", "name"), ("watch_seen", "name"), ("watch_told", "name"), ("checklist_steps", "list"))
"""Rows that name an account within a text."""

BY_ACCOUNT = ("purges", "letters", "watch_changes")

FORGOTTEN = "(forgotten)"
_WORD = re.compile(r"[\w-]{8,}")

Name = tuple[str, str]
"""Of a conversation: its provider, and the provider's id."""


def forget(
    database: Database,
    account_id: str,
    refs: Collection[str],
    keys: Iterable[int],
    names: Collection[Name],
    shared: Collection[Name],
    seen: Collection[int],
) -> None:
    """All of it or nothing. ``keys`` and ``names`` are the conversations'.

    Of ``names`` and of what they sent again, ``shared`` are another account's too: what is known of those by
    name stays. ``seen`` are the sources that still show a conversation of somebody.
    """
    with database.transaction():
        for key in keys:
            database.run("DELETE FROM deletions WHERE key = ?", key)
        own = frozenset(names) - frozenset(shared)
        _repeats(database, frozenset(names), frozenset(shared))
        _sources(database, frozenset(refs), frozenset(seen), {source_id for _, source_id in own})
        _findings(database, own)
        for name in _reminded(database, account_id):
            database.run("DELETE FROM reminders WHERE name = ?", name)
            for table in ("watch_told", "watch_seen"):
                database.run(f"DELETE FROM {table} WHERE instr(name, ?)", f"reminder:{name}:")  # noqa: S608 - our words
        for table in BY_ACCOUNT:
            database.run(f"DELETE FROM {table} WHERE account_id = ?", account_id)  # noqa: S608 - our words
        for table, column in NAMED:
            database.run(f"DELETE FROM {table} WHERE instr({column}, ?)", account_id)  # noqa: S608 - our words
        database.run("DELETE FROM accounts WHERE id = ?", account_id)


def sent_by(database: Database, names: Collection[Name]) -> Iterator[Name]:
    """Conversations that one of ``names`` sent again; not all of them need be known."""
    for provider, source_id, by in database.rows("SELECT provider_id, source_id, by_id FROM sent_again"):
        if (provider, by) in names:
            yield provider, source_id


def _repeats(database: Database, names: frozenset[Name], shared: frozenset[Name]) -> None:
    """That another account's conversation was sent again stays: its verdict rests on it. By whom goes."""
    rows = list(database.rows("SELECT provider_id, source_id, by_id FROM sent_again"))
    for provider, source_id, by in rows:
        own, sender = (provider, source_id), (provider, by)
        if (own in names or sender in names) and own not in shared:
            database.run("DELETE FROM sent_again WHERE provider_id = ? AND source_id = ?", *own)
        elif sender in names and sender not in shared:
            database.run(
                "UPDATE OR REPLACE sent_again SET by_id = ? WHERE provider_id = ? AND source_id = ?"
                " AND by_id = ?",
                FORGOTTEN,
                provider,
                source_id,
                by,
            )


def _sources(database: Database, refs: frozenset[str], seen: frozenset[int], ids: set[str]) -> None:
    """The account's sources go, and those of which nothing is left; with them what was found in their files.

    Of a source that shows somebody else's too, the remarks that name a conversation are blotted out.
    """
    rows = list(database.rows("SELECT id, label, account_ref, counts, unrecognised, warnings FROM sources"))
    going = [
        (one, label)
        for one, label, ref, counts, _, _ in rows
        if ref in refs or (one not in seen and msgspec.json.decode(counts)["conversations"])
    ]
    for one, _ in going:
        database.run("DELETE FROM sources WHERE id = ?", one)
    gone = {one for one, _ in going}
    left = {label for one, label, *_ in rows if one not in gone}
    for label in {label for _, label in going} - left:
        database.run("DELETE FROM findings WHERE instr(source || '/' || place || '/', ?) = 1", f"{label}/")
    for one, _, _, _, strange, warnings in rows:
        if one not in gone:
            _blot(database, one, strange, warnings, ids)


def _blot(database: Database, source: int, strange: bytes, warnings: bytes, ids: set[str]) -> None:
    places = msgspec.json.decode(strange, type=tuple[Unrecognised, ...])
    remarks = msgspec.json.decode(warnings, type=tuple[str, ...])

    def told(text: str) -> str:
        return FORGOTTEN if not ids.isdisjoint(_WORD.findall(text)) else text

    kept = tuple(Unrecognised(told(one.place), told(one.reason)) for one in places)
    said = tuple(map(told, remarks))
    if (kept, said) != (places, remarks):
        database.run(
            "UPDATE sources SET unrecognised = ?, warnings = ? WHERE id = ?",
            msgspec.json.encode(kept),
            msgspec.json.encode(said),
            source,
        )


def _findings(database: Database, own: frozenset[Name]) -> None:
    rows = list(database.rows("SELECT DISTINCT provider, conversation FROM findings"))
    for provider, conversation in rows:
        if (provider, conversation) in own:
            database.run(
                "DELETE FROM findings WHERE provider = ? AND conversation = ?", provider, conversation
            )


def _reminded(database: Database, account_id: str) -> list[str]:
    """Names of reminders of the account's letters and deletions, which hold the id of those alone."""
    letters = database.rows("SELECT id FROM letters WHERE account_id = ?", account_id)
    purges = database.rows("SELECT id FROM purges WHERE account_id = ?", account_id)
    return [*(f"letter-{one}" for (one,) in letters), *(f"purge-{one}" for (one,) in purges)]


def shred(database: Database) -> None:
    """Write the file anew, so that no page in it holds what was deleted.

    Raises ``StateBusy`` where another process reads: its view of before keeps the old pages alive.
    """
    _emptied(database)
    database.run("VACUUM")
    _emptied(database)


def _emptied(database: Database) -> None:
    busy = [row[0] for row in database.rows("PRAGMA wal_checkpoint(TRUNCATE)")]
    if any(busy):
        raise StateBusy(
            f"another process still reads {database.path}, as it was before",
            next_step="end it (withhold ui, gateway or watch), and run the command again",
        )
