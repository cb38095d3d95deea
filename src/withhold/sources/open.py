"""From a path to the files in it: a ZIP, a folder, a single file, a home directory, a ``projects`` folder.

Nothing is unpacked to disk, no link is followed, nothing outside the given path is opened.
"""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.sources.homes import Places, places_in
from withhold.sources.interface import Damaged, Entry, Limits, Notice, Stream
from withhold.sources.zips import UNWANTED, zip_entries


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

    def add(self, path: Path) -> None:
        if not path.exists():
            self._problem(".", "there is no such file or folder")
        elif path.is_dir():
            self._folder(path)
        elif path.is_file():
            self._file(path, path.name)
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
            text = f"a home directory: only the transcripts of {', '.join(places.programs)} in it were read"
            self._source.notices.append(Notice(text, path.name))
        self._places(places, path)

    def _places(self, places: Places, root: Path) -> None:
        for path in places.paths:
            self._one(path, path.relative_to(root).as_posix(), root)

    def _walk(self, folder: Path, root: Path) -> None:
        for found in sorted(self._scan(folder)):
            place = found.relative_to(root).as_posix()
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
            self._problem(folder.name, f"cannot be listed: {error.strerror}")
            return []

    def _one(self, found: Path, place: str, root: Path) -> None:
        if is_link(found):
            self._problem(place, "a link; links are not followed")
        elif found.is_dir():
            places = places_in(found)
            if places is not None:
                self._places(places, root)
            elif found.name != "__MACOSX":
                self._walk(found, root)
        elif stat.S_ISREG(found.lstat().st_mode):
            self._file(found, place)

    def _file(self, path: Path, place: str) -> None:
        try:
            if zipfile.is_zipfile(path) or _looks_like_zip(path):
                self._zip(path, "" if path == self._source.path else f"{place}/")
            else:
                self._source.entries.append(_file_entry(path, place))
        except OSError as error:
            self._problem(place, f"cannot be read: {error.strerror}")

    def _zip(self, path: Path, prefix: str) -> None:
        try:
            archive = self._stack.enter_context(zipfile.ZipFile(path))
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            reason = "a ZIP that is cut or damaged: its table of contents cannot be read; download it again"
            self._problem(prefix.rstrip("/") or path.name, reason)
            return
        for found in zip_entries(archive, prefix, path.stat().st_size, self._limits):
            if isinstance(found, Entry):
                self._source.entries.append(found)
            else:
                self._problem(found.place, found.reason)


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


class _FileStream:
    """A file whose read errors come out as :class:`Damaged`."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise Damaged(f"cannot be opened: {error.strerror}") from error

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size) or b""
        except OSError as error:
            raise Damaged(f"cannot be read: {error.strerror}") from error

    def close(self) -> None:
        self._file.close()


def open_file(path: Path) -> Stream:
    """The bytes of a file. Raises :class:`~withhold.sources.interface.Damaged`."""
    return _FileStream(path)
