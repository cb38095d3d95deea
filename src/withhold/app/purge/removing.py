"""Removing one file of the person's, and only the very file that was looked at."""

import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20
_PROCESSES = Path("/proc")

Opened = frozenset[tuple[int, int]]
"""Device and number of files."""


def opened() -> Opened:
    """Files that processes of this user have open now, this one aside. Only Linux tells: elsewhere none."""
    return frozenset(_opened()) if _PROCESSES.is_dir() else frozenset()


def _opened() -> Iterator[tuple[int, int]]:
    for process in _PROCESSES.iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            for handle in (process / "fd").iterdir():
                told = handle.stat()
                yield told.st_dev, told.st_ino
        except OSError:
            continue  # it has ended, or is somebody else's


def remove(path: Path, was: os.stat_result, held: Opened, *, shred: bool) -> str | None:
    """Remove ``path`` if it is still what ``was`` says; why it was left, or ``None`` where it is gone.

    ``was`` is from ``lstat``, ``held`` from :func:`opened`. With ``shred`` the file's blocks are overwritten
    first, as far as the disk writes in place.
    """
    try:
        why = _why_not(path.lstat(), was, held)
        if why is None and shred:
            why = _overwrite(path, was)
        if why is None:
            path.unlink()
    except OSError as problem:
        return problem.strerror or str(problem)
    return why


def _why_not(now: os.stat_result, was: os.stat_result, held: Opened) -> str | None:
    if not _same(now, was):
        return "it was written to or replaced meanwhile, and was left"
    if now.st_nlink > 1:
        return "it has a second name on this disk (a hard link) and would stay under that; it was left"
    if (now.st_dev, now.st_ino) in held:
        return "a program has it open, and it was left"
    return None


def _same(now: os.stat_result, was: os.stat_result) -> bool:
    return stat.S_ISREG(now.st_mode) and _marks(now) == _marks(was)


def _marks(told: os.stat_result) -> tuple[int, ...]:
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _overwrite(path: Path, was: os.stat_result) -> str | None:
    """Random bytes over the file's length, down to the disk, once: more often reaches nothing more."""
    flags = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    try:
        told = os.fstat(handle)
        if not _same(told, was):
            return "it was written to or replaced meanwhile, and was left"
        left = told.st_size
        while left > 0:
            left -= os.write(handle, secrets.token_bytes(min(left, _BLOCK)))
        os.fsync(handle)
    finally:
        os.close(handle)
    return None
