"""The members of a ZIP that are safe to read, and the others by name."""

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.sources.ahead import Ahead
from withhold.sources.inflating import Inflating
from withhold.sources.interface import Damaged, Entry, Limits, Stream

_ENCRYPTED = 0x1
_TRANSCRIPT = re.compile(r"^((?:.*/)?\.claude/)projects/[^/]+/[^/]+\.jsonl$")
NEVER_OPENED = frozenset(
    {".credentials.json", "auth.json", "oauth_creds.json", "google_accounts.json", "secrets.json"}
)
"""Hold tokens and account names of programs, and no conversation."""
UNWANTED = NEVER_OPENED | {".DS_Store", "Thumbs.db", "desktop.ini"}
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError,
)  # fmt: skip
"""What the standard library raises for damaged, encrypted and strangely packed members."""


def zip_entries(
    archive: zipfile.ZipFile, prefix: str, packed_size: int, limits: Limits, path: Path | None = None
) -> Iterator[Entry | Unrecognised]:
    """Members of an open archive; ``path`` is where it lies, if it does.

    A bomb as a whole is refused before any member is touched.
    """
    members = [info for info in archive.infolist() if not info.is_dir()]
    homes = _claude_folders(members)
    found = [info for info in members if not (_litter(info.filename) or _beside(info.filename, homes))]
    if whole := _whole_fault(found, packed_size, limits):
        yield Unrecognised(prefix.rstrip("/") or ".", whole)
        return
    entries = []
    for info in found:
        fault = member_fault(info, limits)
        place = f"{prefix}{_with_slashes(printable(info.filename, limits))}"
        if fault:
            yield Unrecognised(place, fault)
        else:
            opener = partial(_MemberStream, archive, info, path)
            entries.append(Entry(place, info.file_size, opener, _modified(info)))
    by_path = {entry.path: entry for entry in entries}
    yield from (_with_journals(entry, by_path) for entry in entries)


def _with_journals(entry: Entry, entries: dict[str, Entry]) -> Entry:
    named = (entries.get(entry.path + ending) for ending in ("-wal", "-journal"))
    journals = tuple(journal for journal in named if journal is not None)
    return replace(entry, journals=journals) if journals else entry


def _litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    last = parts[-1] if parts else ""
    return "__MACOSX" in parts or last in UNWANTED or last.startswith("._")


def _claude_folders(members: list[zipfile.ZipInfo]) -> frozenset[str]:
    """Folders of Claude Code in a copy of a home directory."""
    found = (_TRANSCRIPT.search(info.filename) for info in members)
    return frozenset(match.group(1) for match in found if match)


def _beside(name: str, homes: frozenset[str]) -> bool:
    """Whether a member of such a folder is neither transcript nor history: settings, copies, tokens."""
    for home in homes:
        if name.startswith(f"{home[:-1]}.json"):
            return True
        if name.startswith(home) and not name.startswith(("projects/", "history.jsonl"), len(home)):
            return True
    return False


def _whole_fault(found: list[zipfile.ZipInfo], packed_size: int, limits: Limits) -> str | None:
    total = sum(info.file_size for info in found)
    if len(found) > limits.members:
        return f"holds more than {limits.members} files; not opened"
    if total > limits.total_bytes:
        return f"unpacks to {total} bytes, more than the limit of {limits.total_bytes}; not opened"
    if total > limits.ratio_from and total > packed_size * limits.ratio:
        return f"unpacks to more than {limits.ratio} times its size, as a ZIP bomb does; not opened"
    return None


def member_fault(info: zipfile.ZipInfo, limits: Limits) -> str | None:
    """Why a member is not read; ``None`` if it may be."""
    name = info.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if "\x00" in name or ".." in path.parts:
        return "its name leads out of the archive; not opened"
    if path.is_absolute() or (len(name) > 1 and name[1] == ":"):
        return "its name is an absolute path; not opened"
    if len(name) > limits.path_chars:
        return f"its name is longer than {limits.path_chars} characters; not opened"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link; links are not followed"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted; unpack it with its password and give the folder"
    if info.file_size > limits.member_bytes:
        return f"larger than {limits.member_bytes} bytes; not opened"
    if info.file_size > limits.ratio_from and info.file_size > max(info.compress_size, 1) * limits.ratio:
        return f"unpacks to more than {limits.ratio} times its size, as a ZIP bomb does; not opened"
    return None


def _with_slashes(name: str) -> str:
    """Some programs on Windows write its separators into archives, against the format."""
    return name if "/" in name else name.replace("\\", "/")


def printable(name: str, limits: Limits) -> str:
    """A member's name as it may be printed."""
    clean = name.encode("utf-8", "replace").decode()[: limits.path_chars]
    return "".join(c if c.isprintable() else "?" for c in clean)


def _modified(info: zipfile.ZipInfo) -> When | None:
    try:
        return When.without_zone(datetime(*info.date_time))  # noqa: DTZ001 - a ZIP's times have no zone
    except (ValueError, OverflowError):
        return None


class _MemberStream:
    """A member whose faults come out as :class:`Damaged`, its checksum included."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path | None) -> None:
        try:
            self._file = _opened(archive, info, path)
        except _FAULTS as error:
            raise Damaged(f"this member of the ZIP cannot be opened: {_short(error)}") from error

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size)
        except _FAULTS as error:
            raise Damaged(f"this member of the ZIP is damaged: {_short(error)}") from error

    def close(self) -> None:
        self._file.close()


def _short(error: BaseException) -> str:
    return str(error)[:120] or type(error).__name__


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path | None) -> Stream:
    if path is not None and info.compress_type == zipfile.ZIP_DEFLATED:
        return Ahead(Inflating(archive, path, info))
    return archive.open(info)
