"""A walk over JSON values in a stream, by brackets and quotes alone.

An item of odd content costs only itself. Where the brackets do not fit, nobody can say where the next item
begins: that is :class:`Torn`.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from withhold.sources.interface import Damaged, Limits, Stream

CHUNK = 256 * 1024
BOM = b"\xef\xbb\xbf"
QUOTE, COMMA, COLON = b'",:'
OPEN, CLOSE = {0x5B: 0x5D, 0x7B: 0x7D}, {0x5D, 0x7D}

# Possessive repeats: no input makes these patterns go back.
_OUTSIDE = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_INSIDE = re.compile(rb"(?:[^\"\\]++|\\.)*+", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n\x00]*+")
_BARE = re.compile(rb'[^ \t\r\n\x00,:"\[\]{}]*+')


@dataclass(frozen=True, slots=True)
class Raw:
    """One undecoded value or line. ``complete`` is false for a last line without a line end."""

    offset: int
    data: bytes
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not handed out. ``rest`` means that everything from ``offset`` on is lost.

    ``deep`` is the value where the reason is how deeply it is nested: decoding it may fail, and may not.
    """

    offset: int
    reason: str
    rest: bool = False
    deep: bytes | None = None


class Torn(Exception):
    """The structure ends or breaks at ``offset``. Never leaves this module."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class Seen(Protocol):
    """Told of all bytes that pass."""

    def see(self, chunk: bytes, /) -> None: ...


class Scanner:
    """Walks over JSON values in a stream. Memory is bounded by the item limit plus one chunk.

    ``passed`` is told of the bytes that the scanner has left behind, each once.
    """

    def __init__(self, stream: Stream, limits: Limits, passed: Seen | None = None) -> None:
        self._stream = stream
        self._limits = limits
        self._passed = passed
        self._buffer = bytearray()
        self._base = 0
        self._at = 0
        self._keep: int | None = None
        self._ended = False
        self._more()
        if self._buffer.startswith(BOM):
            self._at = len(BOM)

    @property
    def offset(self) -> int:
        """Bytes of the stream before the present position."""
        return self._base + self._at

    def hand_over(self) -> tuple[int, bytes]:
        """The present offset, and what was read behind it. Call :meth:`resume` before anything else."""
        self._leave(self._at)
        rest = bytes(self._buffer)
        self._buffer.clear()
        return self._base, rest

    def resume(self, offset: int) -> None:
        """Go on at ``offset``, where the stream stands now."""
        self._base, self._at, self._ended = offset, 0, False

    def leave_all(self) -> None:
        """Leave behind what was read."""
        self._leave(len(self._buffer))

    def peek(self) -> int | None:
        """The next byte that is not white space, without taking it; ``None`` at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return None

    def take(self, *wanted: int) -> int:
        """Take the next byte, which must be one of ``wanted``. Raises :class:`Torn`."""
        byte = self.peek()
        if byte is None:
            raise Torn(self.offset, "the file ends too early")
        if byte not in wanted:
            raise Torn(self.offset, "the JSON is broken")
        self._at += 1
        return byte

    def value(self, *, keep: bool = True) -> Raw | Skipped:
        """Take the next value. Raises :class:`Torn` where it has no end."""
        self.peek()
        start = self.offset
        self._keep = self._at if keep else None
        try:
            deep = self._pass_value(start)
        except Damaged as damage:
            raise Torn(start, str(damage)) from damage
        kept, self._keep = self._keep, None
        if kept is None or self._at - kept > self._limits.item_bytes:
            return Skipped(
                start, self._too_deep() if deep else f"larger than {self._limits.item_bytes} bytes"
            )
        data = bytes(self._buffer[kept : self._at])
        return Skipped(start, self._too_deep(), deep=data) if deep else Raw(start, data)

    def _too_deep(self) -> str:
        return f"nested deeper than {self._limits.depth} levels"

    def _pass_value(self, start: int) -> bool:
        """Move behind the next value; whether it is nested too deeply."""
        first = self._buffer[self._at] if self._at < len(self._buffer) else None
        if first in OPEN:
            return self._pass_brackets(start)
        if first == QUOTE:
            self._at += 1
            if not self._pass_string():
                raise Torn(start, "the file ends inside a text")
            return False
        self._pass_bare(start)
        return False

    def _pass_bare(self, start: int) -> None:
        while True:
            found = _BARE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer) or not self._more():
                break
        if self.offset == start:
            raise Torn(start, "the JSON is broken")

    def _pass_brackets(self, start: int) -> bool:
        closers = bytearray()
        beyond = 0
        deepest = 0
        while True:
            byte = self._next_bracket()
            if byte is None:
                raise Torn(start, "the file ends inside this item")
            if byte in OPEN:
                if len(closers) < self._limits.depth:
                    closers.append(OPEN[byte])
                else:
                    beyond += 1
                    deepest = max(deepest, beyond)
            elif beyond:
                beyond -= 1
            elif byte != closers.pop():
                raise Torn(start, "the brackets of this item do not fit")
            if not closers:
                return deepest > 0

    def _next_bracket(self) -> int | None:
        while True:
            found = _OUTSIDE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                byte = self._buffer[self._at]
                self._at += 1
                if byte != QUOTE:
                    return byte
                if not self._pass_string():
                    return None
            elif not self._more():
                return None

    def _pass_string(self) -> bool:
        """Move behind the closing quote of a text whose opening quote is taken."""
        while True:
            found = _INSIDE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer) and self._buffer[self._at] == QUOTE:
                self._at += 1
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        if self._ended:
            return False
        if self._keep is not None and self._at - self._keep > self._limits.item_bytes:
            self._keep = None
        self._leave(self._at if self._keep is None else self._keep)
        if self._keep is not None:
            self._keep = 0
        chunk = self._stream.read(CHUNK)
        self._buffer += chunk
        self._ended = not chunk
        return not self._ended

    def _leave(self, done: int) -> None:
        if self._passed is not None:
            for start in range(0, done, CHUNK):
                self._passed.see(bytes(self._buffer[start : min(start + CHUNK, done)]))
        del self._buffer[:done]
        self._base += done
        self._at -= done
