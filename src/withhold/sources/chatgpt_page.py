"""``chat.html`` of a ChatGPT export: the chats in a script, read where their lists are missing."""

import re
from collections.abc import Iterator

from withhold.model.conversation import Unrecognised
from withhold.sources.drafts import Found
from withhold.sources.interface import MIB, Claim, Damaged, Entry, Limits, Notice, Shape, Stream
from withhold.sources.json_scanner import COMMA, Raw, Scanner, Skipped, Torn
from withhold.sources.streams import Marks

PAGE = "a copy of the chats as a page"
_BEGINS = re.compile(rb"\bjsonData\s*=\s*(?=\[)")
_LONGEST = 200
"""Bytes in which the beginning of the list may be cut."""
_CHUNK = 1 << 18
_LOOKED_AT = 4 * MIB
"""Styles and scripts stand before the list; they take some kilobytes."""


def page_claim(entry: Entry, shape: Shape) -> Claim | None:
    """Whether an entry is such a page. Raises :class:`~withhold.sources.interface.Damaged`."""
    if shape.form != "other" or not shape.head.startswith(b"<"):
        return None
    stream = entry.open()
    try:
        return Claim(entry, PAGE) if _list_in(stream) is not None else None
    finally:
        stream.close()


def _list_in(stream: Stream) -> bytes | None:
    """What was read of the list when its beginning was found; ``None`` if there is none."""
    window, seen = b"", 0
    while seen < _LOOKED_AT and (chunk := stream.read(_CHUNK)):
        seen += len(chunk)
        window = window[-_LONGEST:] + chunk
        if found := _BEGINS.search(window):
            return window[found.end() :]
    return None


class _Behind:
    """A stream with bytes that were read of it put back."""

    def __init__(self, first: bytes, stream: Stream, marks: Marks) -> None:
        self._first = first
        self._stream = stream
        self._marks = marks

    def read(self, size: int, /) -> bytes:
        found, self._first = self._first[:size], self._first[size:]
        found = found or self._stream.read(size)
        self._marks.see(found)
        return found

    def close(self) -> None:
        self._stream.close()


def chats_in(entry: Entry, limits: Limits) -> Iterator[Found | Unrecognised | Notice]:
    """The chats of a page, numbered; what cannot be had is named."""
    marks = Marks(b'"mapping"')
    count = 0
    for raw in _items(entry, limits, marks):
        place = f"{entry.path}[{count}]"
        count += 1
        if isinstance(raw, Raw):
            yield Found(place, raw.data)
        else:
            rest = "; everything from here on is lost" if raw.rest else ""
            yield Unrecognised(f"{place} of the list in it", raw.reason + rest)
    if not count:
        yield Unrecognised(entry.path, "holds no item: an empty export, or one that was cut")
    if marks.count > count:
        text = f'"mapping" occurs {marks.count} times in it, yet {count} items or faults were found'
        yield Notice(text, entry.path)


def _items(entry: Entry, limits: Limits, marks: Marks) -> Iterator[Raw | Skipped]:
    stream = None
    try:
        stream = entry.open()
        first = _list_in(stream)
        if first is not None:
            yield from _list(Scanner(_Behind(first, stream, marks), limits))
    except Torn as torn:
        yield Skipped(torn.offset, torn.reason, rest=True)
    except Damaged as damage:
        yield Skipped(0, str(damage), rest=True)
    finally:
        if stream is not None:
            stream.close()


def _list(scanner: Scanner) -> Iterator[Raw | Skipped]:
    """The items of the list at which a stream begins, whatever stands behind it."""
    scanner.take(ord("["))
    if scanner.peek() == ord("]"):
        return
    while True:
        yield scanner.value()
        if scanner.take(COMMA, ord("]")) != COMMA:
            return
