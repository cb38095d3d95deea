"""The format of the state: its number, how an older one is brought up, why a newer one is refused.

``PRAGMA user_version`` holds the format number; the row ``written_by`` of the table ``meta`` the version of
withhold that brought the state to it. That row must stay readable in every future format.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from withhold.model.ports import Clock
from withhold.store import moving
from withhold.store.catalogue import SegmentCatalogue
from withhold.store.moving import Mover
from withhold.store.sqlite import Database
from withhold.support.errors import EnvironmentProblem, StateTooNew
from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir
from withhold.support.locks import held

KEY = "fingerprint_key"


def migrations() -> dict[int, str]:
    """SQL that leads to each format number, in order."""
    folder = files("withhold.store") / "migrations"
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return {int(script.name.split("_")[0]): script.read_text(encoding="utf-8") for script in scripts}


def bring_up(
    database: Database, *, lock: Path, backups: Path, clock: Clock, tool_version: str, mover: Mover
) -> None:
    """Make the state one of the present format. ``mover`` takes conversations that lie in an old one.

    An empty file is filled; an older state is copied to ``backups`` and migrated, all or nothing. Raises
    ``StateTooNew`` for a newer one, ``EnvironmentProblem`` for one that is damaged or not ours.
    """
    steps = migrations()
    newest = max(steps)
    if _format(database) == newest:
        return
    with held(lock, doing="opening the state"):
        found = _format(database)
        if found == newest:  # another process was quicker
            return
        _refuse(database, found)
        if found:
            back_up(database, backups, f"state-format-{found}-{clock():%Y%m%dT%H%M%SZ}.sqlite")
        database.run("PRAGMA journal_mode = WAL")
        with database.transaction():
            for number in range(found + 1, newest + 1):
                for statement in _statements(steps[number]):
                    database.run(statement)
                if number == 1:
                    _put(database, KEY, secrets.token_bytes(32))
                if number == moving.FORMAT:
                    catalogue = SegmentCatalogue(database, clock)
                    moving.move(database, key_of(database), catalogue, mover)
            database.run(f"PRAGMA user_version = {newest:d}")
            _put(database, "written_by", tool_version)


def key_of(database: Database) -> bytes:
    """The random key of this state, for fingerprints that mean nothing elsewhere."""
    key = _get(database, KEY)
    if not isinstance(key, bytes):
        raise EnvironmentProblem(
            f"{database.path} has lost its key", next_step="take a copy from the folder backups"
        )
    return key


def back_up(database: Database, folder: Path, name: str) -> Path:
    """Copy the state as it is into one file that is checked before it counts."""
    private_dir(folder)
    target, draft = folder / name, folder / f".{name}"
    draft.unlink(missing_ok=True)
    draft.touch(mode=PRIVATE_FILE)
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        database.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        problems = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if problems:
        draft.unlink()
        raise EnvironmentProblem(
            f"{database.path} is damaged, so it was left as it is: {problems[0]}",
            next_step=f"move it away; older copies may lie in {folder}",
        )
    draft.replace(target)
    sync_dir(folder)
    return target


def _format(database: Database) -> int:
    row = database.first("PRAGMA user_version")
    return 0 if row is None else int(row[0])


def require_known(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ``StateTooNew`` where a newer version wrote the state that ``path`` is or is to be."""
    (found,), newest = connection.execute("PRAGMA user_version").fetchone(), max(migrations())
    if found > newest:
        table = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
        said = "SELECT value FROM meta WHERE name = 'written_by'"
        row = connection.execute(said).fetchone() if connection.execute(table).fetchone() else None
        by = str(row[0]) if row else "a newer version"
        raise StateTooNew(
            f"the state {path} has format {found}, written by withhold {by};"
            f" this version knows formats up to {newest}",
            next_step=f"update withhold to {by} or later",
        )


def _refuse(database: Database, found: int) -> None:
    require_known(database.connection, database.path)
    if found == 0 and database.first("SELECT 1 FROM sqlite_master") is not None:
        raise EnvironmentProblem(
            f"{database.path} is a database of something else",
            next_step="set WITHHOLD_HOME to a new or empty folder",
        )


def _get(database: Database, name: str) -> str | bytes | None:
    if database.first("SELECT 1 FROM sqlite_master WHERE name = 'meta'") is None:
        return None
    row = database.first("SELECT value FROM meta WHERE name = ?", name)
    value: str | bytes | None = None if row is None else row[0]
    return value


def _put(database: Database, name: str, value: str | bytes) -> None:
    database.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would end our transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"a migration ends within a statement: {statement.strip()[:60]}")
