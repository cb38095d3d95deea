"""Bytes of an entry that can be looked at ahead of where they are read.

A feed is a stream with a cursor. What lies ahead may be looked at in any pieces; what lies behind is gone.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from withhold.sources.interface import Damaged, Entry, Stream

PIECE = 256 << 10
"""At least so many bytes are asked of a stream at once."""


@runtime_checkable
class OnDisk(Protocol):
    """A stream over all bytes of one file on disk. ``seek`` raises :class:`Damaged` where it cannot."""

    @property
    def path(self) -> Path: ...
    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> None: ...
    def close(self) -> None: ...


class Feed(Protocol):
    """``read`` takes bytes from the cursor on, and raises :class:`Damaged` where they cannot be had."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...

    def put_back(self, offset: int, rest: bytes) -> None:
        """Set the cursor back to ``offset``; ``rest`` are the bytes from there on that were read."""

    def ahead(self, start: int, stop: int) -> bytes:
        """Bytes from ``start``, not before the cursor, to ``stop``; fewer only where no more can be had."""

    def listed(self, start: int, stop: int) -> bytes:
        """The same in brackets."""

    def move(self, offset: int) -> None:
        """Set the cursor forward to ``offset``."""

    @property
    def path(self) -> Path | None:
        """A file that holds the same bytes at the same offsets, for other processes to read."""


def feed_of(entry: Entry) -> Feed:
    """The bytes of an entry. Raises :class:`~withhold.sources.interface.Damaged` if it cannot be opened."""
    stream = entry.open()
    return FileFeed(stream) if isinstance(stream, OnDisk) else StreamFeed(stream)


class FileFeed:
    """A feed over a file on disk. It holds nothing in memory."""

    def __init__(self, file: OnDisk) -> None:
        self._file = file
        self._at = 0

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._at)
        chunk = self._file.read(size)
        self._at += len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()

    def put_back(self, offset: int, rest: bytes) -> None:  # noqa: ARG002 - it can be read again
        self._at = offset

    def ahead(self, start: int, stop: int) -> bytes:
        pieces = []
        try:
            self._file.seek(start)
            while start < stop and (chunk := self._file.read(stop - start)):
                pieces.append(chunk)
                start += len(chunk)
        except Damaged:
            pass  # `read` says so when it gets there
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def listed(self, start: int, stop: int) -> bytes:
        return b"[%b]" % self.ahead(start, stop)

    def move(self, offset: int) -> None:
        self._at = offset

    @property
    def path(self) -> Path | None:
        return self._file.path


class StreamFeed:
    """A feed over a stream that only goes forward. What is looked at ahead is held, in the pieces in which it
    came, until it is passed.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._pieces: deque[bytes] = deque()
        self._base = self._at = self._end = 0
        """Where the first piece begins, where the cursor stands, where the last piece ends."""
        self._damage: Damaged | None = None
        self._ended = False

    def read(self, size: int, /) -> bytes:
        if self._at < self._end:
            taken = b"".join(self._between(self._at, min(self._at + size, self._end)))
            self.move(self._at + len(taken))
            return taken
        if self._damage is not None:
            raise self._damage
        chunk = self._stream.read(size)
        self._base = self._at = self._end = self._end + len(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()

    def put_back(self, offset: int, rest: bytes) -> None:
        held = b"".join(self._between(self._at, self._end))
        self._pieces = deque(piece for piece in (rest, held) if piece)
        self._base = self._at = offset
        self._end = offset + len(rest) + len(held)

    def ahead(self, start: int, stop: int) -> bytes:
        self._hold(stop)
        return b"".join(self._between(start, stop))

    def listed(self, start: int, stop: int) -> bytes:
        self._hold(stop)
        return b"".join((b"[", *self._between(start, stop), b"]"))

    def _between(self, start: int, stop: int) -> Iterator[memoryview]:
        at = self._base
        for piece in self._pieces:
            if at >= stop:
                return
            if at + len(piece) > start:
                yield memoryview(piece)[max(start - at, 0) : stop - at]
            at += len(piece)

    def _hold(self, stop: int) -> None:
        while self._end < stop and not self._ended:
            self._fill(stop - self._end)

    def _fill(self, size: int) -> None:
        try:
            chunk = self._stream.read(max(size, PIECE))
        except Damaged as damage:
            self._damage, self._ended = damage, True
            return
        if chunk:
            self._pieces.append(chunk)
            self._end += len(chunk)
        self._ended = not chunk

    def move(self, offset: int) -> None:
        self._at = offset
        while self._pieces and self._base + len(self._pieces[0]) <= offset:
            self._base += len(self._pieces.popleft())

    @property
    def path(self) -> Path | None:
        return None
