"""The audit's file: one JSON object a line, each with the SHA-256 of the line before. Never any text.

``replica`` and ``seq`` number the lines; a line that is on disk is never rewritten. What a crash left of a
line that was not finished is cut off when the file is opened again: nobody was ever told that it was there.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir

FORMAT = 1
GENESIS = "0" * 64
_SYNC = getattr(os, "fdatasync", os.fsync)
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: its last line's number and hash."""

    replica: str
    seq: int
    hash: str


_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(replica: str, seq: int, prev: str, fields: Fields) -> bytes:
    """One line with its end: keys in order, no blanks."""
    return _ENCODER.encode({"v": FORMAT, "replica": replica, "seq": seq, "prev": prev, **fields}) + b"\n"


def line_hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


@dataclass(slots=True)
class Chain:
    """Appends to the chain of one replica. For one thread and, by the gateway's lock, one process."""

    path: Path
    head: Head
    cut: int = 0
    """Bytes of an unfinished line that were cut off at opening."""
    at_hand: bool = True
    _size: int = 0
    _handle: int | None = field(default=None)
    _broken: bool = field(default=False)
    """Whether a write of ours was left in the middle: its bytes were promised to nobody and are cut off."""

    @classmethod
    def open(cls, folder: Path, replica: str) -> "Chain":
        """Open or begin the chain of ``replica``. Raises ``OSError``, and ``ValueError`` for a broken end."""
        path = private_dir(folder) / f"{replica}.jsonl"
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
            sync_dir(folder)
        data_end, last = _end(path)
        cut = path.stat().st_size - data_end
        if cut:
            os.truncate(path, data_end)
        head = Head(replica, 0, GENESIS)
        if last is not None:
            head = Head(replica, int(json.loads(last)["seq"]), line_hash(last))
        return cls(path, head, cut, _size=data_end)

    def append(self, lines: Sequence[Fields]) -> None:
        """Put ``lines`` on disk, all of them, or raise ``OSError``; then none of them counts."""
        replica, seq, last, out = self.head.replica, self.head.seq, self.head.hash, []
        for fields in lines:
            seq += 1
            line = encode(replica, seq, last, fields)
            last = line_hash(line)
            out.append(line)
        data = b"".join(out)
        self._write(data)
        self._size += len(data)
        self.head = Head(replica, seq, last)

    def close(self) -> None:
        """Let go of the file."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _write(self, data: bytes) -> None:
        handle = self._opened()
        if self._broken:
            os.ftruncate(handle, self._size)
        self._is_ours(handle)
        self._broken = True
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        _SYNC(handle)
        self._broken = False

    def _opened(self) -> int:
        if self._handle is None:
            self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        return self._handle

    def _is_ours(self, handle: int) -> None:
        """Raises ``OSError`` unless the file is still at its place, and as long as we left it."""
        found, held = self.path.stat(), os.fstat(handle)
        if (found.st_ino, found.st_dev) != (held.st_ino, held.st_dev):
            self.close()
            raise OSError(5, "another file lies in the place of the audit", str(self.path))
        if found.st_size != self._size:
            raise OSError(5, "somebody else wrote to the audit", str(self.path))


def _end(path: Path) -> tuple[int, bytes | None]:
    """Where the last finished line ends, and that line."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at, tail = size, b""
        while at > 0 and tail.count(b"\n") < 2:
            step = min(1 << 16, at)
            at -= step
            file.seek(at)
            tail = file.read(step) + tail
    if b"\n" not in tail:
        return 0, None
    whole = tail[: tail.rindex(b"\n") + 1]
    return size - (len(tail) - len(whole)), whole.splitlines(keepends=True)[-1]


def read_lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any] | None]]:
    """Each finished line with what it says; ``None`` where it is no line of ours."""
    with path.open("rb") as file:
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            try:
                value = json.loads(raw)
            except ValueError:
                value = None
            yield raw, value if isinstance(value, dict) else None
