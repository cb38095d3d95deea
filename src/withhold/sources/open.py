"""From a path to the files in it: a ZIP, a folder, a single file, a home directory, a ``projects`` folder.

No link is followed and nothing outside the given path is opened. Nothing is unpacked to disk but an archive
inside an archive, for as long as it is read and under no name.
"""

import io
import os
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.sources.homes import Places, places_in
from withhold.sources.interface import Damaged, Entry, Limits, Notice, Stream
from withhold.sources.packed import ZIP, begins_with, unpacked
from withhold.sources.zips import UNWANTED, printable, zip_entries

DEEPEST = 64
"""Folders in folders. Transcripts lie ten deep at most; without an end, a hostile tree never ends."""
LOADING = (".crdownload", ".part", ".partial", ".opdownload", ".download")
"""Endings that browsers give to what they are still writing: Chrome, Firefox, Edge, Opera, Safari."""
_ATTACHED = re.compile(
    r"(?:.*/)?(?:file[-_][\w-]{8,}[^/]*"
    r"|(?:chat-[\w-]+-files|uploads|outputs|attachments|[\w-]*asset-server|dalle-generations)/.*)",
    re.DOTALL,
)
"""Files that a person or a model put into a conversation. An archive among them is not looked into: what is
in it may be anything, an export of somebody else too."""
_CHUNK = 1 << 20
_UNFINISHED = "is still being downloaded, or was never finished; import it when the browser is done"
_CUT = "a ZIP that is cut or damaged: its table of contents cannot be read; download it again"


@dataclass(slots=True)
class Opened:
    """The files of one source, and what of it could not be opened."""

    path: Path
    entries: list[Entry] = field(default_factory=list)
    problems: list[Unrecognised] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Opened]:
    """Look into ``path``; archives stay open inside the ``with``. What fails is named in ``problems``."""
    source = Opened(path)
    with ExitStack() as stack:
        _Opener(source, limits, stack).add(path)
        yield source


class _Opener:
    def __init__(self, source: Opened, limits: Limits, stack: ExitStack) -> None:
        self._source = source
        self._limits = limits
        self._stack = stack
        self._special = 0

    def add(self, path: Path) -> None:
        try:
            kind = path.stat().st_mode
        except FileNotFoundError:
            self._problem(".", "there is no such file or folder")
        except (OSError, ValueError) as error:
            self._problem(".", f"cannot be read: {_why(error)}")
        else:
            self._given(path, kind)
        if self._special:
            text = f"{self._special} pipes, sockets or devices hold no file and were not opened"
            self._source.notices.append(Notice(text))

    def _given(self, path: Path, kind: int) -> None:
        if path.name.lower().endswith(LOADING):
            self._problem(".", _UNFINISHED)
        elif stat.S_ISDIR(kind):
            self._folder(path)
        elif stat.S_ISREG(kind):
            self._file(path, _shown(path.name))
        else:
            self._problem(".", "neither a file nor a folder")

    def _problem(self, place: str, reason: str) -> None:
        self._source.problems.append(Unrecognised(place, reason))

    def _folder(self, path: Path) -> None:
        places = places_in(path)
        if places is None:
            self._walk(path, path)
            return
        if places.is_home:
            programs = ", ".join(places.programs) or "no program"
            text = f"a home directory: only the transcripts of {programs} in it were read"
            self._source.notices.append(Notice(text, path.name))
        self._places(places, path, path)

    def _places(self, places: Places, home: Path, root: Path) -> None:
        above = _shown(home.relative_to(root).as_posix())
        for found in places.unread:
            self._problem(found.place if above == "." else f"{above}/{found.place}", found.reason)
        for path in places.paths:
            self._one(path, _shown(path.relative_to(root).as_posix()), root)

    def _walk(self, folder: Path, root: Path) -> None:
        if len(folder.parts) - len(root.parts) > DEEPEST:
            self._problem(_shown(folder.relative_to(root).as_posix()), "too many folders in folders")
            return
        for found in sorted(self._scan(folder)):
            place = _shown(found.relative_to(root).as_posix())
            if found.name in UNWANTED or found.name == ".git" or found.name.startswith("._"):
                continue
            if len(self._source.entries) >= self._limits.members:
                self._problem(
                    place, f"more than {self._limits.members} files; this and the rest were left out"
                )
                return
            self._one(found, place, root)

    def _scan(self, folder: Path) -> list[Path]:
        try:
            return list(folder.iterdir())
        except OSError as error:
            self._problem(_shown(folder.name), f"cannot be listed: {_why(error)}")
            return []

    def _one(self, found: Path, place: str, root: Path) -> None:
        try:
            self._any(found, place, root)
        except OSError as error:  # taken away or closed while the folder is read
            self._problem(place, f"cannot be read: {_why(error)}")

    def _any(self, found: Path, place: str, root: Path) -> None:
        if is_link(found):
            self._problem(place, "a link; links are not followed")
        elif found.name.lower().endswith(LOADING):
            self._problem(place, _UNFINISHED)
        elif found.is_dir():
            places = places_in(found)
            if places is not None:
                self._places(places, found, root)
            elif found.name != "__MACOSX":
                self._walk(found, root)
        elif stat.S_ISREG(found.lstat().st_mode):
            self._file(found, place)
        else:
            self._special += 1

    def _file(self, path: Path, place: str) -> None:
        try:
            attached = path != self._source.path and _ATTACHED.fullmatch(place)
            if not attached and (zipfile.is_zipfile(path) or _looks_like_zip(path)):
                self._zip(path, "" if path == self._source.path else f"{place}/", path.stat().st_size)
            else:
                self._source.entries.append(unpacked(_file_entry(path, place), self._limits))
        except OSError as error:
            self._problem(place, f"cannot be read: {_why(error)}")

    def _zip(self, file: Path | BinaryIO, prefix: str, packed_size: int, *, inside: bool = False) -> None:
        try:
            archive = self._stack.enter_context(zipfile.ZipFile(file))
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            self._problem(prefix.rstrip("/") or _shown(self._source.path.name), _CUT)
            return
        path = file if isinstance(file, Path) else None
        for found in zip_entries(archive, prefix, packed_size, self._limits, path):
            if not isinstance(found, Entry):
                self._problem(found.place, found.reason)
            elif _is_archive(found):
                self._nested(found, inside=inside)
            else:
                self._source.entries.append(unpacked(found, self._limits))

    def _nested(self, entry: Entry, *, inside: bool) -> None:
        """An archive in an archive has to be read from its end: it is copied to a file without a name."""
        if inside:
            self._problem(entry.path, "an archive in an archive in an archive; unpack it and give the folder")
            return
        try:
            copy = self._stack.enter_context(tempfile.TemporaryFile(prefix="withhold-"))  # noqa: SIM115 - the stack closes it
            size = _copy(entry, copy, self._limits)
        except Damaged as damage:
            self._problem(entry.path, str(damage))
        except OSError as error:
            self._problem(entry.path, f"an archive in an archive; it cannot be unpacked: {_why(error)}")
        else:
            self._zip(copy, f"{entry.path}/", size, inside=True)


def _is_archive(entry: Entry) -> bool:
    named = entry.name.lower().endswith(".zip") and not _ATTACHED.fullmatch(entry.path)
    return named and begins_with(entry, ZIP)


def _copy(entry: Entry, to: BinaryIO, limits: Limits) -> int:
    """Raises :class:`~withhold.sources.interface.Damaged` for more bytes than a member may have."""
    size = 0
    stream = entry.open()
    try:
        while chunk := stream.read(_CHUNK):
            size += to.write(chunk)
            if size > limits.member_bytes:
                raise Damaged(f"larger than {limits.member_bytes} bytes")
    finally:
        stream.close()
    return size


def _shown(name: str) -> str:
    """A name as it may be printed and kept: file systems hold bytes that are no text in any encoding."""
    return printable(name, Limits())


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def is_link(path: Path) -> bool:
    """Whether a path is a symbolic link or a Windows junction."""
    if path.is_symlink():
        return True
    attributes = getattr(path.lstat(), "st_file_attributes", 0)
    return bool(attributes & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0))


def _looks_like_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _file_entry(path: Path, place: str) -> Entry:
    status = path.stat()
    changed = When.at(datetime.fromtimestamp(max(status.st_mtime, 0), UTC))
    return Entry(place, status.st_size, partial(open_file, path), changed, path)


def _never_waiting(path: str, flags: int) -> int:
    """Opening a pipe that took a file's place after it was looked at would wait for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class _FileStream:
    """A file whose read errors come out as :class:`Damaged`. See :class:`withhold.sources.feeds.OnDisk`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = io.FileIO(path, opener=_never_waiting)
        except OSError as error:
            raise Damaged(f"cannot be opened: {_why(error)}") from error

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size) or b""
        except OSError as error:
            raise Damaged(f"cannot be read: {_why(error)}") from error

    def seek(self, offset: int, /) -> None:
        try:
            self._file.seek(offset)
        except OSError as error:
            raise Damaged(f"cannot be read: {_why(error)}") from error

    def close(self) -> None:
        self._file.close()


def open_file(path: Path) -> Stream:
    """The bytes of a file. Raises :class:`~withhold.sources.interface.Damaged`."""
    return _FileStream(path)
