"""Carrying a plan out, so that a crash at any moment leaves each file old or new, and the way back open.

A run is a folder: ``run.json`` names its files with the hashes of their bytes before and after, and
``0.before``, ``1.before`` ... hold the old bytes. All of it is on disk before the first file is touched.
"""

import glob
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from withhold.machine.apply.plan import FileChange, Refused, digest, target_of
from withhold.support.errors import UsageProblem
from withhold.support.files import private_dir, sync_dir, write_atomic

_LEFT = ".withhold-"
Step = Callable[[str], None]
"""Told before each act on the disk; tests stop there."""


class ChangedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a run. ``before`` is the hash of the old bytes, ``None`` where there was no file."""

    file: str
    target: str
    before: str | None
    after: str
    settings: tuple[str, ...]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of ``apply``. ``undone`` is when it was taken back."""

    id: str
    at: datetime
    files: tuple[ChangedFile, ...]
    undone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file. ``problem`` is ``None`` where it was done."""

    file: str
    settings: tuple[str, ...]
    problem: str | None = None


class Runs:
    """The runs kept in ``folder``."""

    def __init__(self, folder: Path, *, step: Step = lambda _name: None) -> None:
        self._folder = folder
        self._step = step

    def all(self) -> tuple[Run, ...]:
        """All runs, oldest first. A run that was cut off before its first file was touched is not one."""
        return tuple(sorted(self._read(), key=lambda run: (run.at, run.id)))

    def get(self, prefix: str) -> Run:
        """The run whose id begins with ``prefix``. Raises ``UsageProblem`` unless there is exactly one."""
        found = [run for run in self.all() if run.id.startswith(prefix)]
        if len(found) != 1:
            what = f"{len(found)} runs begin" if found else "no run begins"
            raise UsageProblem(f"{what} with {prefix!r}", next_step="withhold apply --list")
        return found[0]

    def perform(self, files: Sequence[FileChange], at: datetime) -> tuple[Run, tuple[Written, ...]]:
        """Keep what is there, then replace file after file. Each is checked right before: one that was
        changed since the plan was made is left alone and said so.
        """
        run = Run(
            id=secrets.token_hex(4),
            at=at,
            files=tuple(
                ChangedFile(
                    file=str(f.file),
                    target=str(f.target),
                    before=None if f.before is None else digest(f.before),
                    after=digest(f.after),
                    settings=f.settings,
                )
                for f in files
            ),
        )
        self._keep(run, files)
        written = tuple(
            self._written(kept, f.after, expected=f.before) for kept, f in zip(run.files, files, strict=True)
        )
        return run, written

    def undo(self, run: Run, at: datetime) -> tuple[Written, ...]:
        """Put the old bytes back, newest file first; a file that was made is removed.

        A file that is not as the run left it is left alone and said so: somebody changed it since. One that
        the run never reached is as it was already.
        """
        folder = self._folder / run.id
        results = [self._undone(folder, index, kept) for index, kept in reversed(list(enumerate(run.files)))]
        if all(r.problem is None for r in results):
            self._step("undone")
            self._write(msgspec.structs.replace(run, undone=at))
        return tuple(results)

    def _read(self) -> Iterator[Run]:
        if not self._folder.is_dir():
            return
        for place in sorted(self._folder.iterdir()):
            note = place / "run.json"
            if note.is_file():
                yield msgspec.json.decode(note.read_bytes(), type=Run)

    def _keep(self, run: Run, files: Sequence[FileChange]) -> None:
        folder = private_dir(self._folder / run.id)
        for index, file in enumerate(files):
            if file.before is not None:
                self._step("backup")
                write_atomic(folder / f"{index}.before", file.before)
        self._step("note")
        self._write(run)
        sync_dir(self._folder)

    def _write(self, run: Run) -> None:
        write_atomic(self._folder / run.id / "run.json", msgspec.json.encode(run))

    def _written(self, kept: ChangedFile, data: bytes, *, expected: bytes | None) -> Written:
        try:
            self._replace(Path(kept.file), Path(kept.target), data, expected)
        except (Refused, OSError) as problem:
            return Written(kept.file, kept.settings, _words(problem))
        return Written(kept.file, kept.settings)

    def _undone(self, folder: Path, index: int, kept: ChangedFile) -> Written:
        target = Path(kept.target)
        try:
            now = _bytes(target)
            held = None if now is None else digest(now)
            if held == kept.before:
                return Written(kept.file, kept.settings)
            if held != kept.after:
                raise Refused("it was changed since; compare it with the backup in " + str(folder))
            if kept.before is None:
                self._step("remove")
                target.unlink()
                sync_dir(target.parent)
            else:
                old = (folder / f"{index}.before").read_bytes()
                if digest(old) != kept.before:
                    raise Refused("its backup is damaged")
                self._replace(Path(kept.file), target, old, now)
        except (Refused, OSError) as problem:
            return Written(kept.file, kept.settings, _words(problem))
        return Written(kept.file, kept.settings)

    def _replace(self, file: Path, target: Path, data: bytes, expected: bytes | None) -> None:
        """Put ``data`` in the place of ``expected``, with the permissions that were there."""
        for left in target.parent.glob(f".{glob.escape(target.name)}{_LEFT}*"):
            left.unlink()  # of a run that was killed; nobody else writes while the state's lock is held
        self._step("temporary")
        handle, name = tempfile.mkstemp(prefix=f".{target.name}{_LEFT}", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            self._step("mode")
            _like(target, temporary, made=expected is None)
            if target_of(file) != target or _bytes(target) != expected:
                raise Refused("it was changed while this went on; run the command again")
            self._step("replace")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        self._step("sync")
        sync_dir(target.parent)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _like(target: Path, temporary: Path, *, made: bool) -> None:
    """Permissions, extended attributes, owner and group of the file that is replaced.

    A new one is private to who owns the folder: made by an administrator it would else be closed to the
    person whose tool reads it. Raises ``PermissionError`` where the owner cannot be kept.
    """
    if made:
        temporary.chmod(0o600)
        about = target.parent.stat()
        if temporary.stat().st_uid == 0 and about.st_uid != 0 and hasattr(os, "chown"):
            os.chown(temporary, about.st_uid, about.st_gid)
        return
    about = target.stat()
    shutil.copystat(target, temporary)
    os.utime(temporary)
    now = temporary.stat()
    if hasattr(os, "chown") and (about.st_uid, about.st_gid) != (now.st_uid, now.st_gid):
        os.chown(temporary, about.st_uid, about.st_gid)
        temporary.chmod(stat.S_IMODE(about.st_mode))


def _words(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"it could not be written: {problem.strerror or problem}"
    return str(problem)
