"""Rows of a CSV file of any size, one in memory at a time."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass

from withhold.model.conversation import Unrecognised
from withhold.sources.interface import Damaged, Entry, Limits, Stream

_CHUNK = 1 << 18
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as its header names the fields (in lower case), and the line at which it ends."""

    place: str
    fields: dict[str, str]


class _TooLong(Exception):
    """A line or field beyond the limit. Never leaves this module."""


def header_of(head: bytes) -> frozenset[str]:
    """The names in the first row, in lower case; empty if there is no such row in ``head``."""
    if b"\n" not in head and b"\r" not in head:
        return frozenset()
    text = head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")
    try:
        first = next(csv.reader([text.splitlines()[0]]), [])
    except (csv.Error, IndexError):
        return frozenset()
    return frozenset(_clean(title) for title in first)


def rows_of(entry: Entry, limits: Limits) -> Iterator[Row | Unrecognised]:
    """The rows behind the header. A row with too many or too few fields is named, the rest is read."""
    stream = None
    line = 0
    try:
        stream = entry.open()
        csv.field_size_limit(max(csv.field_size_limit(), limits.item_bytes))
        reader = csv.reader(_lines(stream, limits))
        titles: list[str] | None = None
        for cells in reader:
            line = reader.line_num
            if titles is None:
                titles = [_clean(title) for title in cells]
            elif len(cells) == len(titles):
                yield Row(f"{entry.path}:{line}", dict(zip(titles, cells, strict=True)))
            elif any(cells):
                yield Unrecognised(
                    f"{entry.path}:{line}", f"a row with {len(cells)} fields, not {len(titles)}"
                )
    except (Damaged, _TooLong, csv.Error) as fault:
        yield Unrecognised(f"{entry.path}:{line + 1}", f"{fault}; everything from here on is lost")
    finally:
        if stream is not None:
            stream.close()


def _clean(title: str) -> str:
    return title.strip("\ufeff \t\"'").lower()


def _lines(stream: Stream, limits: Limits) -> Iterator[str]:
    first = stream.read(_CHUNK)
    encoding = "utf-16" if first.startswith(_UTF16) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest, chunk = "", first
    while chunk:
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(rest) > limits.item_bytes:
            raise _TooLong(f"a line is longer than {limits.item_bytes} bytes")
        chunk = stream.read(_CHUNK)
    rest += decoder.decode(b"", True)
    if rest.strip("\x00\r"):
        yield rest
