"""Packed files: streams of zstd as plain ones, and archives that are named because they are not opened."""

from dataclasses import replace
from functools import partial

from withhold.sources.interface import MIB, Damaged, Entry, Limits, Stream

ZSTD = b"\x28\xb5\x2f\xfd"
ZIP = b"PK\x03\x04"
ENDING = ".zst"
WINDOW = 128 * MIB
"""What a packer may refer back to, and so what unpacking keeps in memory; ``zstd`` itself stops there too."""
_CHUNK = 64 * 1024
_STEP = 512
"""Packed bytes taken at once. They hold at most 128 blocks, each of at most 128 KiB when unpacked."""
_ARCHIVES = (
    (0, ZIP, "a ZIP"),
    (0, ZSTD, "a zstd file"),
    (0, b"\x1f\x8b", "a gzip file or .tgz"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"BZh", "a bzip2 file"),
    (0, b"\xfd7zXZ\x00", "an xz file"),
    (257, b"ustar", "a tar archive"),
)


def archive_kind(head: bytes) -> str | None:
    """What a file that begins with ``head`` is packed as; ``None`` if it is not packed."""
    if head.startswith((b"{", b"[")):
        return None
    return next((kind for at, mark, kind in _ARCHIVES if head[at:].startswith(mark)), None)


def begins_with(entry: Entry, mark: bytes) -> bool:
    """Whether an entry can be opened and begins so."""
    try:
        stream = entry.open()
    except Damaged:
        return False  # told when the entry is read
    try:
        return stream.read(len(mark)) == mark
    except Damaged:
        return False  # told when the entry is read
    finally:
        stream.close()


def unpacked(entry: Entry, limits: Limits) -> Entry:
    """An entry that is packed with zstd as one that is not; any other as it is.

    ``size`` stays the packed one.
    """
    if not entry.name.endswith(ENDING) or not begins_with(entry, ZSTD):
        return entry
    return replace(entry, open=partial(_opened, entry, limits), on_disk=None)


def _opened(entry: Entry, limits: Limits) -> Stream:
    return _ZstdStream(entry.open(), limits)


class _ZstdStream:
    """The content of all frames, one after another.

    A frame that is cut, damaged, or unpacks to more than the limits allow comes out as :class:`Damaged`
    behind everything that could be unpacked before it.
    """

    def __init__(self, packed: Stream, limits: Limits) -> None:
        from zstandard import ZstdDecompressor

        self._packed = packed
        self._limits = limits
        self._decompressor = ZstdDecompressor(max_window_size=WINDOW)
        self._frame = self._decompressor.decompressobj()
        self._in_frame = False
        self._left = memoryview(b"")
        self._ready = memoryview(b"")
        self._taken = self._given = 0
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while not self._ready and not self._ended:
            self._more()
        found, self._ready = self._ready[:size], self._ready[size:]
        return bytes(found)

    def close(self) -> None:
        self._packed.close()

    def _more(self) -> None:
        if not self._left:
            self._left = memoryview(self._packed.read(_CHUNK))
        if not self._left:
            self._ended = True
            if self._in_frame:
                raise Damaged("this packed file ends too early")
            return
        step, self._left = self._left[:_STEP], self._left[_STEP:]
        self._unpack(bytes(step))

    def _unpack(self, step: bytes) -> None:
        from zstandard import ZstdError

        try:
            out = self._frame.decompress(step)
        except ZstdError as error:
            raise Damaged(f"this packed file is damaged: {str(error)[:120]}") from error
        self._in_frame = not self._frame.eof
        unused = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = self._decompressor.decompressobj()
            self._left = memoryview(unused + bytes(self._left))
        self._ready = memoryview(out)
        self._count(len(step) - len(unused), len(out))

    def _count(self, taken: int, given: int) -> None:
        self._taken += taken
        self._given += given
        limits = self._limits
        if self._given > limits.member_bytes:
            raise Damaged(f"unpacks to more than {limits.member_bytes} bytes")
        if self._given > limits.ratio_from and self._given > self._taken * limits.ratio:
            raise Damaged(f"unpacks to more than {limits.ratio} times its size, as a bomb does")
