"""The few file operations that what has to last is written with.

Everything durable goes through :class:`Storage`, so that a test can stop it at any step.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir


class Storage(Protocol):
    """Files of one folder. Every method raises ``OSError`` as the system does; only ``sync`` and
    ``sync_dir`` promise that something survives a loss of power.
    """

    def make_dir(self, path: Path) -> None:
        """Make a folder for its owner alone, with its parents; nothing happens if it is there."""

    def names(self, folder: Path) -> tuple[str, ...]:
        """Names in a folder, sorted; none if there is no such folder."""

    def size(self, path: Path) -> int | None:
        """Bytes of a file; ``None`` if it is absent."""

    def read(self, path: Path, start: int = 0, length: int = -1) -> bytes:
        """Bytes from ``start`` on: at most ``length``, or all if that is negative."""

    def lines(self, path: Path) -> Iterator[bytes]:
        """Lines with their ends, one by one; none if the file is absent."""

    def write_new(self, path: Path, data: bytes) -> None:
        """Write a file that is not there yet, for its owner alone."""

    def append(self, path: Path, data: bytes) -> None:
        """Add to the end of a file, making it for its owner alone if need be."""

    def truncate(self, path: Path, size: int) -> None: ...

    def sync(self, path: Path) -> None:
        """Wait until the bytes of a file are on disk."""

    def sync_dir(self, path: Path) -> None:
        """Wait until the names in a folder are on disk."""

    def rename(self, source: Path, target: Path) -> None:
        """Move a file over another one, in one step."""

    def remove(self, path: Path) -> None: ...


class Disk:
    """The real files."""

    def make_dir(self, path: Path) -> None:
        private_dir(path)

    def names(self, folder: Path) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in folder.iterdir()))
        except (FileNotFoundError, NotADirectoryError):
            return ()

    def size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return None

    def read(self, path: Path, start: int = 0, length: int = -1) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(length)

    def lines(self, path: Path) -> Iterator[bytes]:
        if path.exists():
            with path.open("rb") as file:
                yield from file

    def write_new(self, path: Path, data: bytes) -> None:
        self._write(path, data, os.O_EXCL)

    def append(self, path: Path, data: bytes) -> None:
        self._write(path, data, os.O_APPEND)

    def _write(self, path: Path, data: bytes, flag: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | flag | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb") as file:
            file.write(data)

    def truncate(self, path: Path, size: int) -> None:
        os.truncate(path, size)

    def sync(self, path: Path) -> None:
        with path.open("r+b") as file:
            _flush(file.fileno())

    def sync_dir(self, path: Path) -> None:
        sync_dir(path)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _flush(handle: int) -> None:
    """On macOS ``fsync`` stops at the drive's own cache; only this call empties that too."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)
