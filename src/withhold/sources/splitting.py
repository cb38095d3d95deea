"""Where a list of items may be cut into windows, guessed cheaply.

A guess is proved by decoding: if everything from the known start of an item up to the guessed end decodes as
a list, the guess was right, since a cut inside an item leaves its brackets or quotes open.
"""

import re
from dataclasses import dataclass

from withhold.sources.feeds import Feed

KIB = 1 << 10
TAIL = 128 * KIB
LARGEST = 8 << 20
"""An item that does not fit is read by itself."""
SPACE = b" \t\r\n\x00"
_TRIED = 1000
_SCALAR = rb'(?:"(?:[^"\\]|\\.){0,2000}"|[-+.\w]{1,40})'
_HEAD = re.compile(
    rb'(\{\s*"[^"\\]{1,100}"\s*:)(?:\s*' + _SCALAR + rb'\s*,\s*"([^"\\]{1,100})"\s*:)?', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Cut:
    """Items from ``start`` to ``end``. ``following`` is the first byte of the next one, or the list's end."""

    start: int
    end: int
    following: int
    last: bool = False


class Splitter:
    """Cuts by the first two keys of the item that stands at ``first``."""

    def __init__(self, feed: Feed, first: int) -> None:
        self._feed = feed
        found = _HEAD.match(feed.ahead(first, first + 4 * KIB))
        self._head = found.group(1) if found else None
        self._whole = None if found is None else _pattern(found.group(1), found.group(2))

    def cut(self, start: int, size: int, largest: int) -> Cut | None:
        """A window of about ``size`` bytes from the item at ``start``; ``None`` where none can be guessed."""
        while self._head is not None:
            tail = max(start, start + size - TAIL)
            data = self._feed.ahead(tail, start + size)
            if tail + len(data) < start + size:
                return self._last(start, tail, data)
            found = self._within(start, tail, data) or (
                self._within(start, start, self._feed.ahead(start, start + size)) if tail > start else None
            )
            if found is not None or size >= largest:
                return found
            size = min(size * 2, largest)
        return None

    def _within(self, start: int, base: int, data: bytes) -> Cut | None:
        assert self._head is not None  # noqa: S101 - `cut` has looked
        assert self._whole is not None  # noqa: S101 - as the head
        stop = len(data)
        for _ in range(_TRIED):
            stop = data.rfind(self._head, 0, stop)
            if stop < 0 or base + stop <= start:
                return None
            comma = len(data[max(0, stop - 200) : stop].rstrip(SPACE)) + max(0, stop - 200)
            end = len(data[max(0, comma - 200) : max(0, comma - 1)].rstrip(SPACE)) + max(0, comma - 200)
            if (
                data[comma - 1 : comma] == b","
                and data[end - 1 : end] == b"}"
                and self._whole.match(data, stop)
            ):
                return Cut(start, base + end, base + stop)
        return None

    @staticmethod
    def _last(start: int, base: int, data: bytes) -> Cut | None:
        """Everything to the end, if that is the end of the list."""
        closed = data.rstrip(SPACE)
        end = len(closed[:-1].rstrip(SPACE))
        if not closed.endswith(b"]") or base + end <= start:
            return None
        return Cut(start, base + end, base + len(closed) - 1, last=True)


def _pattern(head: bytes, second: bytes | None) -> re.Pattern[bytes]:
    if second is None:
        return re.compile(re.escape(head))
    return re.compile(
        re.escape(head) + rb"\s*" + _SCALAR + rb'\s*,\s*"' + re.escape(second) + rb'"\s*:', re.DOTALL
    )
