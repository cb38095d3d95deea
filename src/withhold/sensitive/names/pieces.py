"""Text cut into the pieces that the model reads at once. Pure.

The model was made for short text: its makers give it 480 characters at a time. A paragraph is a piece where
it fits; a longer one is cut into pieces that overlap, so that no name is cut in two. A piece depends on its
own paragraph alone, so that what was read once need not be read again when a text grows at its end.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST, OVERLAP = 480, 64
_PARAGRAPHS = re.compile(r"(?:(?!\n[ \t\r]*\n).)+", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")


class Piece(NamedTuple):
    """``text`` begins at ``start``, in characters of the whole."""

    start: int
    text: str


def pieces(text: str) -> Iterator[Piece]:
    """Everything in ``text`` that holds a letter: digits alone are for the finders that know check digits."""
    for paragraph in _PARAGRAPHS.finditer(text):
        bare = paragraph[0].strip()
        for piece in _cut(bare, paragraph.start() + paragraph[0].index(bare)):
            if _LETTER.search(piece.text):
                yield piece


def _cut(text: str, base: int) -> Iterator[Piece]:
    start = 0
    while len(text) - start > LONGEST:
        yield Piece(base + start, text[start : start + LONGEST])
        start = _between_words(text, start + LONGEST - OVERLAP)
    yield Piece(base + start, text[start:])


def _between_words(text: str, at: int) -> int:
    """The end of the last white space shortly before ``at``, else ``at``: pieces begin with a whole word."""
    for place in range(at, at - OVERLAP // 2, -1):
        if text[place - 1].isspace():
            return place
    return at
