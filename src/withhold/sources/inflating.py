"""Members of a ZIP on disk, inflated by Intel's library (``isal``) where there is a wheel of it.

The standard library looks at the member's header first, with all of its checks; then the packed bytes are
read here. Sizes and checksum are held to the table of contents, as the standard library does.
"""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, Protocol

_LOCAL = struct.Struct("<26xHH")
"""A local header ends with the lengths of name and extra field, which stand behind it."""
_PIECE = 64 << 10
"""Packed bytes taken at once. With more, what is left over of them is copied more often than it is worth."""


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class _Library(Protocol):
    """What ``zlib`` and ``isal_zlib`` share."""

    def decompressobj(self, wbits: int) -> _Inflater: ...
    def crc32(self, data: bytes, value: int = 0, /) -> int: ...


def _quickest() -> tuple[_Library, type[Exception]]:
    """A library, and what it raises for bytes that are not deflated."""
    try:
        from isal import igzip_lib, isal_zlib
    except ImportError:  # no wheel for this machine
        return zlib, zlib.error
    fault: Any = igzip_lib.IsalError  # a class, whatever its stub says
    return isal_zlib, fault


class Inflating:
    """The bytes of a deflated member.

    Opening and reading raise what the standard library raises: ``BadZipFile`` for a wrong header or checksum,
    ``EOFError`` where the archive ends too early, ``zlib.error`` for what is no deflated stream.
    """

    def __init__(self, archive: zipfile.ZipFile, path: Path, info: zipfile.ZipInfo) -> None:
        archive.open(info).close()
        self._library, self._fault = _quickest()
        self._inflater = self._library.decompressobj(-zlib.MAX_WBITS)
        self._info = info
        self._crc = 0
        self._packed, self._left = info.compress_size, info.file_size
        self._file = path.open("rb")
        self._file.seek(info.header_offset)
        name, extra = _LOCAL.unpack(self._file.read(_LOCAL.size))
        self._file.seek(name + extra, 1)

    def read(self, size: int, /) -> bytes:
        found = b""
        while not found and self._left:
            found = self._inflated(min(size, self._left))
        self._left -= len(found)
        return found

    def _inflated(self, most: int) -> bytes:
        packed = self._inflater.unconsumed_tail or self._more()
        try:
            found = self._inflater.decompress(packed, most)
        except self._fault as error:
            raise zlib.error(str(error)) from error
        if not (packed or found or self._inflater.eof):
            raise EOFError("the packed bytes end too early")
        self._crc = self._library.crc32(found, self._crc)
        ended = self._inflater.eof or len(found) == self._left
        if ended and self._crc != self._info.CRC:
            raise zipfile.BadZipFile(f"Bad CRC-32 for file {self._info.filename!r}")
        if ended:
            self._left = len(found)
        return found

    def _more(self) -> bytes:
        """Further packed bytes; nothing where all are taken and more is still inside the inflater."""
        piece = self._file.read(min(_PIECE, self._packed))
        if self._packed and not piece:
            raise EOFError
        self._packed -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
