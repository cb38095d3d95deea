"""What a file of the person's is, told by its first bytes; pictures are measured, never decoded."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LARGEST = 200_000_000
"""Bytes of a file that is taken in."""
_MOST_PIXELS = 200_000_000
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 65_536

Measure = Callable[[bytes], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` is one of ``picture``, ``document``, ``page``, ``saved page``, ``archive``, ``recording``."""

    name: str
    media_type: str
    ending: str
    pixels: tuple[int, int] | None = None


def kind_of(data: bytes) -> Kind | None:
    """The kind of a file, or ``None`` where it is none that is taken in.

    Raises ``ValueError`` for a file that begins as one of these and is none: cut off, or of absurd size.
    """
    if len(data) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    for begins, read in _PICTURES:
        if data.startswith(begins):
            return _picture(data, *read)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _picture(data, "image/webp", "webp", _webp)
    if data.startswith(b"%PDF-"):
        return Kind("document", "application/pdf", "pdf")
    if data.startswith(b"PK\x03\x04"):
        return Kind("archive", "application/wacz", "wacz")
    if data.startswith((b"WARC/1.", b"\x1f\x8b")):
        return Kind("recording", "application/warc", "warc.gz" if data[:1] == b"\x1f" else "warc")
    if _HTML.match(data[:_HEAD]):
        return Kind("page", "text/html", "html")
    head = data[:_HEAD].lower()
    if b"multipart/related" in head and b"mime-version:" in head:
        return Kind("saved page", "multipart/related", "mhtml")
    return None


def _picture(data: bytes, media_type: str, ending: str, measure: Measure) -> Kind:
    try:
        size = measure(data)
    except (IndexError, LookupError) as problem:
        raise ValueError("the picture is cut off") from problem
    if not (size[0] > 0 and size[1] > 0 and size[0] * size[1] <= _MOST_PIXELS):
        raise ValueError(f"a picture of {size[0]} by {size[1]} pixels")
    return Kind("picture", media_type, ending, size)


def _png(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise IndexError("no header")
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            raise IndexError("no marker")
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 if marker == 0xFF or 0xD0 <= marker <= 0xD8 else 2 + int.from_bytes(data[at + 2 : at + 4])
    raise IndexError("no frame")


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if len(data) < 30:
        raise IndexError("no frame")
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    raise LookupError("no frame")


_PICTURES: tuple[tuple[bytes, tuple[str, str, Measure]], ...] = (
    (b"\x89PNG\r\n\x1a\n", ("image/png", "png", _png)),
    (b"\xff\xd8\xff", ("image/jpeg", "jpg", _jpeg)),
)
