"""Reading a small archive that nobody vouches for yet: zip, tar, or tar with gzip.

Nothing is unpacked to disk. Only plain files with the names that a bundle of packs may have are taken, each
once and within limits; anything else refuses the whole archive.
"""

import gzip
import io
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from withhold.packs.tree import MAX_BYTES
from withhold.support.errors import UsageProblem

LARGEST = 16 << 20
"""Bytes of an archive."""
UNPACKED = 64 << 20
"""Bytes of all its files together, and of a tar after gzip."""
MOST = 500
"""Files."""

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
PACK = re.compile(r"(?:tools/)?[a-z0-9][a-z0-9-]{0,63}\.yaml")
_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,  # what zipfile raises for an encrypted member
    ValueError,
)


def refused(what: str, *, older: bool = False) -> UsageProblem:
    """The archive is not taken, and why. ``older``: it may be sound, but would lead backwards."""
    again = "get the bundle again from its maker, and tell them"
    step = "withhold packs list names the update in force" if older else again
    return UsageProblem(f"the bundle of packs is refused: {what}", next_step=f"nothing was changed; {step}")


def contents(data: bytes) -> Mapping[str, bytes]:
    """The files of an archive by name. Raises ``UsageProblem`` for whatever is not a plain, small bundle."""
    if len(data) > LARGEST:
        raise refused(f"it is larger than {LARGEST >> 20} MiB")
    found: dict[str, bytes] = {}
    total = 0
    try:
        for name, content in _members(data):
            total += len(content)
            if name in found:
                raise refused(f"{name} stands in it twice")
            if len(found) >= MOST or total > UNPACKED:
                raise refused("it holds more than a bundle may")
            found[name] = content
    except _BROKEN as problem:
        raise refused(f"it is no sound zip or tar archive ({problem})") from problem
    return found


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(_ZIP):
        return _zip(data)
    if not data.startswith(_GZIP):
        return _tar(data)
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as unzipped:
        clear = unzipped.read(UNPACKED + 1)
    if len(clear) > UNPACKED:
        raise refused("it grows too large when it is unpacked")
    return _tar(clear)


def _zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            kind = member.external_attr >> 28
            if member.is_dir() or kind not in (0, 8):
                raise refused(f"{member.filename!r} is no plain file")
            limit = _limit(member.filename)
            with archive.open(member) as file:
                yield member.filename, _within(member.filename, file.read(limit + 1), limit)


def _tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
                raise refused(f"{member.name!r} is no plain file")
            limit = _limit(member.name)
            if member.size > limit:
                raise refused(f"{member.name} is too large")
            file = archive.extractfile(member)
            content = b"" if file is None else file.read()
            if len(content) != member.size:
                raise refused(f"{member.name} is cut off")
            yield member.name, content


def _limit(name: str) -> int:
    """The most bytes that a file of this name may have; refuses names that no bundle has."""
    if name not in (MANIFEST, SIGNATURE) and not PACK.fullmatch(name):
        raise refused(f"{name[:80]!r} is no name of a pack")
    return MAX_BYTES


def _within(name: str, content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise refused(f"{name} is too large")
    return content
