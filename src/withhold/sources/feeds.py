"""Bytes of an entry that can be looked at ahead of where they are read.

A feed is a stream with a cursor. What lies ahead may be looked at in any pieces; what lies behind is gone.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable

from withhold.sources.interface import Damaged, Entry, Stream


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
    """A feed over a stream that only goes forward. What is looked at ahead is held until it is passed."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._held = bytearray()
        self._base = 0
        self._damage: Damaged | None = None
        self._ended = False

    def read(self, size: int, /) -> bytes:
        if self._held:
            taken = bytes(self._held[:size])
            self.move(self._base + len(taken))
            return taken
        if self._damage is not None:
            raise self._damage
        chunk = self._stream.read(size)
        self._base += len(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()

    def put_back(self, offset: int, rest: bytes) -> None:
        self._held[:0] = rest
        self._base = offset

    def ahead(self, start: int, stop: int) -> bytes:
        self._hold(stop)
        with memoryview(self._held) as held:
            return bytes(held[start - self._base : stop - self._base])

    def listed(self, start: int, stop: int) -> bytes:
        self._hold(stop)
        with memoryview(self._held) as held:
            return b"".join((b"[", held[start - self._base : stop - self._base], b"]"))

    def _hold(self, stop: int) -> None:
        while self._base + len(self._held) < stop and not self._ended:
            self._fill(stop - self._base - len(self._held))

    def _fill(self, size: int) -> None:
        try:
            chunk = self._stream.read(size)
        except Damaged as damage:
            self._damage, self._ended = damage, True
            return
        self._held += chunk
        self._ended = not chunk

    def move(self, offset: int) -> None:
        del self._held[: offset - self._base]
        self._base = offset

    @property
    def path(self) -> Path | None:
        return None
