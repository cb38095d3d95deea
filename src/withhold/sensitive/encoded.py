"""Secrets inside base64: found by what their beginnings look like there, at each of the three alignments.

Only runs that hold such a piece are decoded; what comes out is searched like any text. The place is that of
the whole run.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from withhold.sensitive.engines import Engine, engine_for
from withhold.sensitive.finder import Finder
from withhold.sensitive.rules import table
from withhold.sensitive.streams import Aside, Finding

LONGEST = 8_192
"""Bytes to each side of a piece that its run is followed."""
LEAST_PIECE = 4
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_WORDS = (
    b"PRIVATE KEY", b"password", b"PASSWORD", b"secret", b"SECRET", b"api_key", b"API_KEY", b"token",
    b"TOKEN", b"postgres://", b"postgresql://", b"mysql://", b"mongodb", b"redis://",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """What an engine looks for: base64 that a beginning is written as."""

    number: int
    anchor: str
    word: bytes


class InBase64:
    """Finds what ``finder`` finds, in base64. For one thread."""

    def __init__(self, finder: Finder, engine: Engine | None = None) -> None:
        self._finder = finder
        self._engine = engine or pieces_engine()

    @property
    def aside(self) -> Aside:
        return self._finder.aside

    def in_text(self, text: bytes) -> list[Finding]:
        """Findings at the places of their runs."""
        runs = dict.fromkeys(_run(text, end) for end in sorted({end for _, end in self._engine.hits(text)}))
        return [found for start, end in runs for found in self._inside(text[start:end], start, end)]

    def _inside(self, run: bytes, start: int, end: int) -> Iterator[Finding]:
        try:
            plain = base64.b64decode(run.translate(_STANDARD) + b"=" * (-len(run) % 4))
        except binascii.Error:
            return  # one character too many: no base64
        for found in self._finder.in_text(plain):
            yield replace(found, start=start, end=end)


@cache
def pieces_engine() -> Engine:
    """The fastest engine that is installed, compiled for the pieces once a process."""
    beginnings = {b.encode() for row in table("prefixed.txt", 6) for b in row[2].split()}
    found = sorted({p for word in (*beginnings, *_WORDS) for p in pieces(word)})
    return engine_for([_Piece(n, _quoted(p), p.lower()) for n, p in enumerate(found)])


def pieces(word: bytes) -> Iterator[bytes]:
    """What of a word's base64 does not depend on its neighbours, for each place it may begin at."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word)
        piece = encoded[(0, 2, 3)[before] : (before + len(word)) * 8 // 6]
        if len(piece) >= LEAST_PIECE:
            yield piece


def _quoted(piece: bytes) -> str:
    return piece.decode().replace("+", r"[+\-]").replace("/", "[/_]")


def _run(text: bytes, end: int) -> tuple[int, int]:
    """Where the run of base64 around a piece begins and ends."""
    before = text[max(0, end - LONGEST) : end]
    after = text[end : end + LONGEST]
    left = end - (len(before) - len(before.rstrip(_ALPHABET)))
    return left, end + len(after) - len(after.lstrip(_ALPHABET))
