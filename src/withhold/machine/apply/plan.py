"""What would be written, before anything is."""

import difflib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from withhold.machine.edit import CannotEdit, Format, Scalar, edited

MOST_LINKS = 16


@dataclass(frozen=True, slots=True)
class Change:
    """One setting of one file. ``path`` is where the tool looks for it; it may be a link."""

    setting: str
    file: Path
    format: Format
    key: tuple[str, ...]
    value: Scalar


@dataclass(frozen=True, slots=True)
class FileChange:
    """All changes of one file. ``before`` is ``None`` where the file is made anew.

    ``file`` is where a tool looks, ``target`` what the links end at: that is replaced, links stay.
    """

    file: Path
    target: Path
    before: bytes | None = field(repr=False)
    after: bytes = field(repr=False)
    settings: tuple[str, ...]

    @property
    def diff(self) -> tuple[str, ...]:
        """Unified diff with three lines around each change, without line ends."""
        old = (self.before or b"").decode("utf-8", "replace").splitlines()
        new = self.after.decode("utf-8", "replace").splitlines()
        name = str(self.file)
        return tuple(difflib.unified_diff(old, new, name, name, lineterm=""))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that is not made, and why. The reason names no value."""

    setting: str
    file: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """``already`` are settings that stand as wanted."""

    files: tuple[FileChange, ...]
    already: tuple[str, ...]
    refused: tuple[Refusal, ...]


class Refused(Exception):
    """This file is left alone; the text says why."""


def plan(changes: Iterable[Change], *, in_repositories: bool = False) -> Plan:
    """What ``changes`` come to. Reads the files and writes nothing.

    A file below a version-controlled project is refused unless ``in_repositories``: it may be other
    people's too. A setting that cannot be set does not keep others of its file from being set.
    """
    by_file: dict[Path, list[Change]] = {}
    for change in changes:
        by_file.setdefault(change.file, []).append(change)
    files: list[FileChange] = []
    already: list[str] = []
    refused: list[Refusal] = []
    for file, wanted in by_file.items():
        try:
            target, before = _held(file, in_repositories=in_repositories)
        except Refused as reason:
            refused += [Refusal(c.setting, file, str(reason)) for c in wanted]
            continue
        after, done, same, failed = _edited(before, wanted)
        already += same
        refused += [Refusal(setting, file, reason) for setting, reason in failed]
        if done and after != before:
            files.append(FileChange(file, target, before, after, tuple(done)))
    return Plan(tuple(files), tuple(already), tuple(refused))


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


def target_of(file: Path) -> Path:
    """What ``file`` leads to when its links are followed. Raises :class:`Refused` for a ring of links."""
    at = file
    for _ in range(MOST_LINKS):
        if not at.is_symlink():
            return at
        at = Path(os.path.normpath(at.parent / at.readlink()))
    raise Refused("its links lead in a ring")


def _held(file: Path, *, in_repositories: bool) -> tuple[Path, bytes | None]:
    """The file behind the links and its bytes, if it may be changed."""
    target = target_of(file)
    if not in_repositories and (repository := _repository(target)) is not None:
        raise Refused(f"it belongs to the repository {repository.name}; other people may share it")
    try:
        about = target.stat()
    except FileNotFoundError:
        _require_place(target)
        return target, None
    except OSError as problem:
        raise Refused(f"it cannot be read: {problem.strerror}") from problem
    if not stat.S_ISREG(about.st_mode):
        raise Refused("it is not a file")
    if about.st_nlink > 1:
        raise Refused("it has a second name (a hard link): replacing it would part the two")
    if hasattr(os, "getuid") and about.st_uid != os.getuid():
        raise Refused("it belongs to another user")
    if not os.access(target, os.W_OK) or not os.access(target.parent, os.W_OK):
        raise Refused("it, or its folder, is read-only")
    try:
        return target, target.read_bytes()
    except OSError as problem:
        raise Refused(f"it cannot be read: {problem.strerror}") from problem


def _require_place(target: Path) -> None:
    """A file is made only where its folder is: a missing one says that the tool never ran here."""
    if not target.parent.is_dir():
        raise Refused("there is no such folder: the tool keeps its settings elsewhere, or is not here")
    if not os.access(target.parent, os.W_OK):
        raise Refused("its folder is read-only")


def _repository(target: Path) -> Path | None:
    return next((p for p in target.parents if (p / ".git").exists()), None)


def _edited(
    before: bytes | None, wanted: Sequence[Change]
) -> tuple[bytes, list[str], list[str], list[tuple[str, str]]]:
    """The bytes after all changes that could be made, their settings, those already so, and the rest."""
    data = before or b""
    done: list[str] = []
    same: list[str] = []
    failed: list[tuple[str, str]] = []
    for change in wanted:
        try:
            after = edited(data, change.format, change.key, change.value)
        except CannotEdit as reason:
            failed.append((change.setting, str(reason)))
            continue
        (same if after == data else done).append(change.setting)
        data = after
    return data, done, same, failed
