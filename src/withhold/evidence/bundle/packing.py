"""The ZIP around a bag: the same files give the same bytes. Foreign ones are read warily."""

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from withhold.evidence.bundle.bag import TOP

MOST_FILES = 20_000
MOST_BYTES = 512 * 1024 * 1024
"""What a bundle may unfold to. A record with all captures has about one MB."""

LONGEST_PATH = 240
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Times of ZIP entries carry no zone and are no evidence; the records and tokens tell the time."""

_UNIX = 3
_PROGRAM = ".sh"
_ODD = re.compile(r"[\x00-\x1f\x7f\\:*?\"<>|]")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class BadBundle(Exception):
    """This file is no bundle, or one that must not be unpacked. The text says why, for people."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """Files in the order of their paths, uncompressed, without times."""
    return _zip([(f"{TOP}/{path}", files[path]) for path in sorted(files)])


def unpack(data: bytes, *, most_bytes: int = MOST_BYTES) -> tuple[dict[str, bytes], bool]:
    """The files of a bundle without the folder at its top, and whether the ZIP is as :func:`pack` writes it.

    Raises :class:`BadBundle` for what is damaged or hostile, before unfolding what it should not.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse(entries, most_bytes)
            found = [(entry.filename, archive.read(entry)) for entry in entries]
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
    ) as problem:
        raise BadBundle(f"it is damaged, or no ZIP: {problem}") from problem
    except (OSError, KeyError, IndexError, OverflowError, UnicodeError, MemoryError) as problem:
        raise BadBundle(f"its parts cannot be read: {problem}") from problem
    files = {name.removeprefix(f"{TOP}/"): content for name, content in found}
    return files, _zip(found) == data and list(files) == sorted(files)


def _zip(files: list[tuple[str, bytes]]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for path, data in files:
            entry = ZipInfo(path, _EPOCH)
            entry.create_system = _UNIX
            mode = 0o755 if path.endswith(_PROGRAM) else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _refuse(entries: list[ZipInfo], most_bytes: int) -> None:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > most_bytes:
        raise BadBundle(f"it would unfold to more than {MOST_FILES:,} files or {most_bytes >> 20} MB")
    for entry in entries:
        problem = _problem(entry)
        if problem is not None:
            raise BadBundle(f"the entry {entry.orig_filename[:80]!r} {problem}")
    names = [entry.filename.casefold() for entry in entries]
    twins = {name for name in names if names.count(name) > 1} if len(set(names)) != len(names) else set()
    if twins:
        raise BadBundle(f"two entries have one name: {min(twins)[:80]!r}")


def _problem(entry: ZipInfo) -> str | None:
    name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
    parts = name.split("/")
    if name != entry.orig_filename or _ODD.search(name) or not name.isascii() or len(name) > LONGEST_PATH:
        return "has a name that not every system can hold"
    if kind not in (0, stat.S_IFREG):
        return "is a link or another thing that is no file"
    if name.startswith("/") or any(part in ("", ".", "..") or _DEVICES.fullmatch(part) for part in parts):
        return "leads out of the bundle"
    if parts[0] != TOP or len(parts) < 2:
        return f"does not lie in the folder {TOP}/"
    if entry.compress_type == ZIP_STORED and entry.compress_size != entry.file_size:
        return "has a size that contradicts itself"
    return "is encrypted" if entry.flag_bits & 1 else None
