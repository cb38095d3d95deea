"""Locks between processes. The system frees them when their holder dies, however it dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from withhold.support.errors import StateBusy
from withhold.support.files import PRIVATE_FILE


@contextmanager
def held(path: Path, *, doing: str, timeout: float = 30.0) -> Iterator[None]:
    """Hold the lock file ``path`` within the block; its folder must exist.

    ``doing`` says in a few words what for, so that whoever waits in vain can be told. Raises ``StateBusy``
    after ``timeout`` seconds. Not re-entrant: the same process cannot hold one lock twice.
    """
    lock = FileLock(path, timeout=timeout, mode=PRIVATE_FILE)
    try:
        lock.acquire()
    except Timeout as problem:
        raise _busy(path, timeout) from problem
    note = _note(path)
    try:
        note.write_text(f"process {os.getpid()} ({doing})", encoding="utf-8")
        note.chmod(PRIVATE_FILE)
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _note(path: Path) -> Path:
    """A file beside the lock that says who holds it: a locked file cannot be read on Windows."""
    return path.with_name(f"{path.name}.holder")


def _busy(path: Path, timeout: float) -> StateBusy:
    try:
        who = _note(path).read_text(encoding="utf-8")
    except OSError:
        who = "another process"
    return StateBusy(
        f"{who} holds {path} and has not let go of it for {timeout:g} seconds",
        next_step="wait until it has finished, or end it, and run the command again",
    )
