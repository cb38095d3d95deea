"""Putting the certificates of a time-stamp answer into the order that DER demands.

Authorities send them in an order of their own, and strict parsers refuse that. The signature does not cover
this set, so its order can be changed without changing what is said; bytes are only moved, never altered.
"""

from collections.abc import Iterator

_SEQUENCE = 0x30
_FIELD_0 = 0xA0
_LONG = 0x80
_PATH = (_SEQUENCE, None, _SEQUENCE, None, _FIELD_0, _SEQUENCE, None, None, None)
"""From the outside in: enter what is named here, pass over one element at each ``None``."""


def in_order(answer: bytes) -> bytes:
    """``answer`` with its certificates sorted; unchanged where it is built in another way."""
    try:
        start, end = _certificates(answer)
        parts = sorted(answer[a:b] for a, b in _elements(answer, start, end))
    except (ValueError, IndexError):
        return answer  # the parser that comes next says what is wrong
    return answer[:start] + b"".join(parts) + answer[end:]


def _certificates(data: bytes) -> tuple[int, int]:
    """Where the content of SignedData.certificates lies (RFC 5652 section 5.1)."""
    at = 0
    for step in _PATH:
        tag, start, end = _head(data, at)
        if step is not None and tag != step:
            raise ValueError("another element stands here")
        at = end if step is None else start
    tag, start, end = _head(data, at)
    if tag != _FIELD_0:
        raise ValueError("it holds no certificates")
    return start, end


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        after = _head(data, start)[2]
        if after > end:
            raise ValueError("an element goes beyond the one it is in")
        yield start, after
        start = after


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, and where the content begins and ends."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length & _LONG:
        count = length & ~_LONG
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise ValueError("an element goes beyond the end")
    return tag, start, start + length
