"""A lab that survives a restart: its event log in one SQLite file, played again on opening.

Only the log is kept. Purges are not: they follow from the clock and happen again.
"""

import json
import sqlite3
import threading
from datetime import datetime
from pathlib import Path
from typing import Self

from withhold.lab.core import Lab
from withhold.lab.events import PURGE, Event, replay
from withhold.lab.terms import LabTerms
from withhold.support.errors import StateBusy, StateTooNew, UsageProblem
from withhold.support.files import PRIVATE_FILE, private_dir

FORMAT = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, what TEXT NOT NULL,
    account TEXT, conversation TEXT, args TEXT NOT NULL
) STRICT;
"""


class LabFile:
    """The open file. One process at a time; any thread of it may write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make the file, readable by its owner alone.

        Raises ``StateBusy`` while another process has it, ``StateTooNew`` for a later format and
        ``UsageProblem`` for a file that is something else.
        """
        if not path.parent.exists():
            private_dir(path.parent)
        path.touch(mode=PRIVATE_FILE)
        connection = sqlite3.connect(path, timeout=1, check_same_thread=False, isolation_level=None)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def close(self) -> None:
        self._connection.close()

    def note(self, key: str, value: str) -> None:
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def write(self, event: Event) -> None:
        """Durable once this returns."""
        if event.what == PURGE:
            return
        args = json.dumps(dict(event.args), ensure_ascii=False)
        row = (event.at.isoformat(), event.actor, event.what, event.account, event.conversation, args)
        with self._lock:
            self._connection.execute(
                "INSERT INTO events (at, actor, what, account, conversation, args) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def events(self) -> list[Event]:
        rows = self._connection.execute(
            "SELECT at, actor, what, account, conversation, args FROM events ORDER BY seq"
        )
        return [
            Event(datetime.fromisoformat(at), actor, what, account, conversation, json.loads(args))
            for at, actor, what, account, conversation, args in rows
        ]

    def lab(self, start: datetime, terms: LabTerms | None, seed: int) -> Lab:
        """The lab of this file: the stored one (start and seed are then its own), or a new one."""
        if self.noted("start") is None:
            self.note("start", start.isoformat())
            self.note("seed", str(seed))
        lab = Lab(datetime.fromisoformat(self.noted("start") or ""), terms, seed=int(self.noted("seed") or 0))
        replay(lab, self.events())
        lab.listeners.append(self.write)
        return lab


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > FORMAT:
            raise StateTooNew(f"{path} has lab format {version}, this version reads {FORMAT}")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    except sqlite3.OperationalError as problem:
        raise StateBusy(
            f"{path} cannot be opened: {problem}", next_step="stop the other lab, or name another file"
        ) from problem
    except sqlite3.DatabaseError as problem:
        raise UsageProblem(f"{path} is not a lab file: {problem}", next_step="name another file") from problem
