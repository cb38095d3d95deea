"""The items and lines of an entry, and a second, dumber count of them."""

from collections.abc import Iterator

from withhold.sources.interface import Damaged, Entry, Limits, Stream
from withhold.sources.json_items import items, lines
from withhold.sources.json_scanner import Raw, Skipped


class Marks:
    """Counts how often a byte sequence passes by, whatever the structure around it.

    Wrapped around a stream it shows when a reader found fewer conversations than the file seems to hold.
    """

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._tail = b""
        self.count = 0

    def see(self, chunk: bytes, /) -> None:
        """Take the next bytes."""
        window = self._tail + chunk
        self.count += window.count(self._mark)
        self._tail = window[max(0, len(window) - len(self._mark) + 1) :]


class _Watched:
    def __init__(self, stream: Stream, marks: Marks) -> None:
        self._stream = stream
        self._marks = marks

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self._marks.see(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()


def items_of(
    entry: Entry, limits: Limits, *, inside: str | None = None, marks: Marks | None = None
) -> Iterator[Raw | Skipped]:
    """As :func:`~withhold.sources.json_items.items`; an entry that cannot be opened is one ``Skipped``.

    With ``marks``, the stream is read to its end even where its structure breaks.
    """
    try:
        stream = entry.open()
    except Damaged as damage:
        yield Skipped(0, str(damage), rest=True)
        return
    try:
        watched = stream if marks is None else _Watched(stream, marks)
        yield from items(watched, limits, inside=inside)
        if marks is not None:
            _drain(watched)
    finally:
        stream.close()


def _drain(stream: Stream) -> None:
    try:
        while stream.read(1 << 18):
            pass
    except Damaged:
        return  # already handed out as Skipped by the reader of the items


def lines_of(entry: Entry, limits: Limits) -> Iterator[Raw | Skipped]:
    """As :func:`~withhold.sources.json_items.lines`; an entry that cannot be opened is one ``Skipped``."""
    try:
        stream = entry.open()
    except Damaged as damage:
        yield Skipped(0, str(damage), rest=True)
        return
    try:
        yield from lines(stream, limits)
    finally:
        stream.close()
