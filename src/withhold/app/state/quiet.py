"""Being alone with the state, and clearing away what stopped commands left in it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from withhold.support import swap
from withhold.support.errors import EnvironmentProblem, StateBusy
from withhold.support.files import private_dir
from withhold.support.locks import held
from withhold.support.paths import StateHome, is_own
from withhold.support.temporary import delete_abandoned

_AT_WORK = ("watch.lock", "purge.lock", "gateway/gateway.lock")
"""Held by what may go on for long, and writes to the state when it ends."""
WORK = ".backup-"
"""Begins the name of a folder in which a backup is made."""


@contextmanager
def still(home: StateHome, doing: str) -> Iterator[None]:
    """Nobody imports and nobody records within the block; the index comes first, as in an import."""
    for folder in (home.index, home.evidence):
        private_dir(folder)
    with held(home.index / "lock", doing=doing), held(home.evidence / "lock", doing=doing):
        yield


@contextmanager
def alone(home: StateHome, doing: str, *, patience: float = 5.0) -> Iterator[None]:
    """Nobody else uses the state: no run and no gateway is at work, and SQLite gives up its write-ahead log
    only for its last user.
    """
    with ExitStack() as stack:
        for name in _AT_WORK:
            if (home.root / name).exists():
                stack.enter_context(held(home.root / name, doing=doing, timeout=2))
        stack.enter_context(still(home, doing))
        if home.database.exists():
            _last_user(home.database, patience)
        yield


def _last_user(database: Path, patience: float) -> None:
    try:
        with closing(sqlite3.connect(database, timeout=patience)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as problem:
        raise StateBusy(
            f"another process uses the state ({problem})",
            next_step="end it (withhold ui, gateway or watch), and run the command again",
        ) from problem


def clear_away(home: StateHome) -> None:
    """Remove what killed commands left: unpacked and unfinished backups, drafts of files.

    Raises ``StateBusy`` while a backup or a restore is at work, ``EnvironmentProblem`` for what cannot be
    removed.
    """
    delete_abandoned(WORK, home.root)
    if any(home.root.glob(f"{WORK}*")):
        raise StateBusy(
            "a backup is being made, with copies of everything",
            next_step="wait until it has finished, or end it, and run the command again",
        )
    with held(home.lock, doing="clearing away what was left"):
        if not swap.pending(home.root):
            swap.clear(home.root)
        for path in home.root.iterdir():
            if path.name.startswith(".") and is_own(path.name) and path.is_file():
                path.unlink()
        for folder in (home.evidence / "tmp", home.root / "keys" / "tmp"):
            removed(folder)


def removed(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there; raises ``EnvironmentProblem`` if it stays."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as problem:
        raise EnvironmentProblem(
            f"{problem.filename} could not be removed: {problem.strerror}",
            next_step="end what uses it, and run the command again",
        ) from problem
