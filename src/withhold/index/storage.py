"""The few file operations that segments are written with.

Everything durable goes through :class:`Storage`, so that a test can stop it at any step.
"""

import os
import sys
from pathlib import Path
from typing import Protocol

from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir


class Storage(Protocol):
    """Files of one folder. Every method raises ``OSError`` as the system does; only ``sync`` and ``sync_dir``
    promise that something survives a loss of power.
    """

    def make_dir(self, path: Path) -> None:
        """Make a folder for its owner alone, with its parents; nothing happens if it is there."""

    def append(self, path: Path, data: bytes) -> None:
        """Add to the end of a file, which is made for its owner alone if it is absent."""

    def sync(self, path: Path) -> None:
        """Bring the bytes of a file to the disk."""

    def sync_dir(self, path: Path) -> None:
        """Bring the names in a folder to the disk, where the system can."""

    def rename(self, source: Path, target: Path) -> None:
        """Give a file another name in one step, replacing what has it."""

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens if it is absent."""


class Disk:
    """The real one."""

    def make_dir(self, path: Path) -> None:
        private_dir(path)

    def append(self, path: Path, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]

    def sync(self, path: Path) -> None:
        with path.open("r+b") as file:
            _flush(file.fileno())

    def sync_dir(self, path: Path) -> None:
        sync_dir(path)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)


def _flush(handle: int) -> None:
    """On macOS ``fsync`` stops at the drive's own cache; only this call empties that too."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)
