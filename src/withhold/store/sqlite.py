"""A connection to SQLite with our settings, transactions, and its errors in our words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from withhold.support.errors import EnvironmentProblem, StateBusy, WithholdError
from withhold.support.files import PRIVATE_FILE

Row: TypeAlias = tuple[Any, ...]
Value: TypeAlias = str | int | bytes | None

BUSY_SECONDS = 10.0


class Database:
    """One connection, used by one thread. Statements outside :meth:`transaction` stand for themselves."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open ``path``, making an empty file for its owner alone if there is none."""
        self.path = path
        with self._told():
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
            self.connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        self.connection.close()

    def run(self, sql: str, *values: Value) -> sqlite3.Cursor:
        with self._told():
            return self.connection.execute(sql, values)

    def rows(self, sql: str, *values: Value) -> Iterator[Row]:
        """Rows one by one, all as of the moment of the first, whatever others write meanwhile."""
        with self._told():
            yield from self.connection.execute(sql, values)

    def first(self, sql: str, *values: Value) -> Row | None:
        return next(self.rows(sql, *values), None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Within another transaction this is part of that one.

        Raises ``StateBusy`` if another process keeps writing.
        """
        if self.connection.in_transaction:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read within the block is as of one moment; nobody waits for it."""
        if self.connection.in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        """SQLite has done so already after some errors, a full disk for one."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as problem:
            told = in_our_words(problem, self.path)
            if told is None:
                raise
            raise told from problem
        except OSError as problem:
            raise EnvironmentProblem(
                f"the state {self.path} cannot be opened: {problem.strerror}",
                next_step="mend the permissions of that folder, or set WITHHOLD_HOME to another one",
            ) from problem


def in_our_words(problem: sqlite3.DatabaseError, path: Path) -> WithholdError | None:
    """What a person can do about an error of SQLite; ``None`` where the fault is ours."""
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StateBusy(
            f"another process is writing to {path}",
            next_step="wait until it has finished and run the command again",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return EnvironmentProblem(
            f"{path} is damaged or not a database ({problem})",
            next_step="move it away; a copy from before the last migration may lie in the folder backups",
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return EnvironmentProblem(
            f"{path} cannot be written ({problem})",
            next_step="free some space on that disk, or mend its permissions, and run the command again",
        )
    return None
