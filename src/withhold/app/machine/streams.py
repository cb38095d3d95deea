"""Files as the text that is searched: gzip unpacked, UTF-16 as UTF-8. Offsets are those of the text."""

import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable

from withhold.sources.interface import Damaged, Limits

Read = Callable[[int], bytes]
"""Hands out at most as many bytes as it is asked for, and none at the end only."""

_GZIP = b"\x1f\x8b\x08"
_WITHOUT_MARK = {b"\0\1\0\1": "utf-16-be", b"\1\0\1\0": "utf-16-le"}
"""Encodings by which of the first four bytes are nought, for text that begins with Latin letters."""


def as_text(read: Read) -> Read:
    """What ``read`` hands out, unpacked and in UTF-8. Raises ``Damaged`` for what cannot be unpacked."""
    first = _beginning(read)
    if first.startswith(_GZIP):
        return as_text(unpacked(_after(first, read)))
    pattern = first.translate(b"\0" + b"\1" * 255)
    marked = first[:2] in {BOM_UTF16_LE, BOM_UTF16_BE}
    encoding = "utf-16" if marked else _WITHOUT_MARK.get(pattern)
    return _after(first, read) if encoding is None else _in_utf8(_after(first, read), encoding)


def unpacked(read: Read, limits: Limits | None = None) -> Read:
    """The content of a gzip file, its members one after another."""
    bounds = limits or Limits()
    members = [zlib.decompressobj(31)]
    packed = out = 0
    waiting = b""

    def reading(size: int) -> bytes:
        nonlocal packed, out, waiting
        while True:
            chunk = waiting or read(size)
            waiting = b""
            packed += len(chunk)
            try:
                data = members[-1].decompress(chunk, size)
            except zlib.error as problem:
                raise Damaged(f"gzip that is damaged: {problem}") from problem
            if members[-1].eof and members[-1].unused_data:
                waiting = members[-1].unused_data
                packed -= len(waiting)
                members[:] = [zlib.decompressobj(31)]
            elif members[-1].unconsumed_tail:
                waiting = members[-1].unconsumed_tail
                packed -= len(waiting)
            out += len(data)
            if out > max(bounds.ratio_from, bounds.ratio * packed):
                raise Damaged("gzip that unpacks to far more than text does; the rest was left out")
            if data or not chunk:
                return data

    return reading


def _in_utf8(read: Read, encoding: str) -> Read:
    decoder = getincrementaldecoder(encoding)("replace")

    def reading(size: int) -> bytes:
        while chunk := read(size):
            if text := decoder.decode(chunk).encode("utf-8", "replace"):
                return text
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    return reading


def _beginning(read: Read) -> bytes:
    """The first four bytes, which a stream may hand out in parts."""
    first = b""
    while len(first) < 4 and (more := read(4 - len(first))):
        first += more
    return first


def _after(first: bytes, read: Read) -> Read:
    """A stream that hands out ``first`` again before the rest."""
    held = [first] if first else []
    return lambda size: held.pop() if held else read(size)
