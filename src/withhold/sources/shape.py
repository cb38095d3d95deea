"""How an entry begins: the first real objects in it, whatever its name."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from withhold.sources.interface import MIB, Entry, Limits, Shape
from withhold.sources.json_items import items, lines
from withhold.sources.json_scanner import BOM, Raw, Skipped
from withhold.sources.json_values import members

LINES_SEEN = 64
"""Transcripts begin with lines of bookkeeping."""
ITEMS_SEEN = 4
ENOUGH = 4 * MIB
_START = 4096
_NO_LINES = (b"<", b"SQLite format 3")
"""Markup may be one line as long as its file, and databases have none: no JSON is looked for in them."""

Members = dict[str, msgspec.Raw]


def shape_of(entry: Entry, limits: Limits) -> Shape:
    """Look at the head of an entry. Raises :class:`~withhold.sources.interface.Damaged` if unreadable."""
    head = _head(entry)
    if not head:
        return Shape("empty")
    start = head[0]
    if head.startswith(_NO_LINES):
        return Shape("other", head=head)
    if start == ord("["):
        return Shape("array", tuple(_first_items(entry, limits)), head)
    if start == ord("{") and not _starts_with_line(entry, limits):
        whole = tuple(_first_items(entry, limits))
        if whole:
            return Shape("object", whole[:1], head)
    found = tuple(_first_lines(entry, limits))
    if len(found) > 1:
        return Shape("lines", found, head)
    if start == ord("{"):
        return Shape("object", found, head) if found else Shape("broken", head=head)
    return Shape("other", head=head)


def _head(entry: Entry) -> bytes:
    """The first bytes behind mark, white space and NULs; empty if there are none."""
    stream = entry.open()
    try:
        while chunk := stream.read(_START):
            rest = chunk.removeprefix(BOM).lstrip(b" \t\r\n\x00")
            if rest:
                return rest
    finally:
        stream.close()
    return b""


def _starts_with_line(entry: Entry, limits: Limits) -> bool:
    """Whether the first line is an object by itself."""
    stream = entry.open()
    try:
        first = next(lines(stream, limits), None)
        return isinstance(first, Raw) and any(_members(first))
    finally:
        stream.close()


def _first_items(entry: Entry, limits: Limits) -> Iterator[Members]:
    stream = entry.open()
    try:
        yield from _objects(islice(items(stream, limits), ITEMS_SEEN))
    finally:
        stream.close()


def _first_lines(entry: Entry, limits: Limits) -> Iterator[Members]:
    stream = entry.open()
    try:
        yield from _objects(islice(lines(stream, limits), LINES_SEEN))
    finally:
        stream.close()


def _objects(found: Iterator[Raw | Skipped]) -> Iterator[Members]:
    seen = 0
    for raw in found:
        if isinstance(raw, Raw) and raw.data.startswith(b"{"):
            seen += len(raw.data)
            yield from _members(raw)
        if seen > ENOUGH:
            return


def _members(raw: Raw) -> Iterator[Members]:
    try:
        found = members(raw.data)
    except ValueError:
        return
    yield found
