"""Sessions for the scan: read by the readers of the import, remembered while their files stay as they are.

What is remembered is numbers and dates, by a hash of every file's name, size and time of change.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.terms import Provider
from withhold.model.when import When
from withhold.model.words import Allowed

if TYPE_CHECKING:
    from withhold.machine.interface import Session, Summing, TranscriptRow
    from withhold.support.paths import StateHome

FILE = "scan.json"
WORTHWHILE = 32 << 20
"""Bytes of transcripts from which on a state folder is made to remember their sums in."""
Instants: TypeAlias = tuple[datetime, datetime]
_WORSE = frozenset({Allowed.UNLESS_OFF, Allowed.YES})


class TermsChanges:
    """When coding sessions first came under terms that train unless a setting says no, by provider.

    A provider's pack is read when it is asked about. ``asked`` keeps what was answered.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self.asked: dict[str, Instants | None] = {}

    def get(self, provider: str) -> When | None:
        """The date, or ``None`` where there was no such change or no pack is known."""
        known = provider in self._providers
        when = terms_change(self._providers[provider]) if known and provider not in self.asked else None
        if provider not in self.asked:
            self.asked[provider] = None if when is None else (when.earliest, when.latest)
        kept = self.asked[provider]
        return None if kept is None else When(*kept)


def terms_change(provider: Provider) -> When | None:
    """The first date at which terms of a plan for coding began to allow training that allowed less before."""
    product = provider.holding("coding")
    begins = [
        after.begins
        for plan in (product.plans if product is not None else ())
        for before, after in zip(plan.terms, plan.terms[1:], strict=False)
        if after.training.allowed in _WORSE
        and before.training.allowed not in _WORSE
        and after.begins is not None
    ]
    return min(begins, default=None)


@contextmanager
def in_this_process() -> Iterator[None]:
    """No reader starts a program, however large a file is: the scan promises it."""
    from withhold.sources.workers import SWITCH

    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SWITCH]
        else:
            os.environ[SWITCH] = before


class SessionReader:
    """Sessions under a folder of one tool. Files beside the transcripts, tokens above all, are not opened."""

    def sessions(self, folder: Path, form: str) -> "Iterator[Session | Unrecognised]":
        """Sessions of a format, those included that only the log of prompts still names."""
        from withhold.machine.interface import Session
        from withhold.sources.registry import read_paths
        from withhold.sources.resume import resumed_at
        from withhold.support.errors import NothingRead

        try:
            for reading in read_paths(transcripts_in(folder, form)):
                for item in reading:
                    if isinstance(item, Conversation) and reading.format == form:
                        yield Session(item, resumed_at(item))
                    elif isinstance(item, Unrecognised) and item.place != ".":
                        yield item  # "." stands for a folder without any file
        except NothingRead:
            return  # the unrecognised places were handed out above; an empty folder holds no sessions


def transcripts_in(folder: Path, form: str) -> list[Path]:
    """What to read of a tool's folder: the folder where the readers know what in it holds transcripts."""
    from withhold.sources.homes import is_program_folder, places_in

    if not folder.is_dir():
        return [folder] if folder.is_file() else []
    if places_in(folder) is not None or not (is_program_folder(folder) or form == "claude-code"):
        return [folder]
    return [path for path in (folder / "projects", folder / "history.jsonl") if path.exists()]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One row, as it is written down."""

    sessions: int
    first: datetime | None
    last: datetime | None
    resumed: int | None
    resumed_after_pause: int | None
    since: Instants | None
    unreadable: int
    account: str | None
    shared: int
    feedback: int


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """``since`` holds the dates of terms that were counted from; other dates make it void."""

    stamp: str
    since: dict[str, Instants | None]
    rows: tuple[_Kept, ...]


class RememberedRows:
    """Sums of earlier looks, in the state folder. One that cannot be read or written is as good as none."""

    def __init__(self, home: "StateHome", version: str, since: TermsChanges) -> None:
        self._home = home
        self._version = version
        self._since = since
        self._entries = self._read()
        self._changed = False
        self._read_bytes = 0

    def rows(self, tool: str, folders: Sequence[Path], sum_up: "Summing") -> "tuple[TranscriptRow, ...]":
        """See :class:`withhold.machine.interface.Memory`."""
        key = f"{tool} {[str(folder) for folder in folders]}"
        stamp = self._stamp(tool, folders)
        kept = self._entries.get(key)
        if kept is not None and kept.stamp == stamp and self._same_terms(kept):
            return tuple(_row(tool, row) for row in kept.rows)
        self._since.asked.clear()
        rows = sum_up()
        counted_from = dict(self._since.asked)
        self._entries[key] = _Entry(stamp=stamp, since=counted_from, rows=tuple(map(_keep, rows)))
        self._changed = True
        return rows

    def write(self) -> None:
        """Put down what was summed up anew. Raises ``OSError`` where the state folder cannot be written.

        A folder for the state is made only where it spares much: a first look at a few files leaves nothing.
        """
        if self._changed and (self._home.root.is_dir() or self._read_bytes > WORTHWHILE):
            from withhold.support.files import write_atomic

            write_atomic(self._home.prepare().root / FILE, msgspec.json.encode(self._entries))

    def _same_terms(self, kept: _Entry) -> bool:
        for provider in kept.since:
            self._since.get(provider)
        return all(self._since.asked[provider] == when for provider, when in kept.since.items())

    def _read(self) -> dict[str, _Entry]:
        try:
            return msgspec.json.decode((self._home.root / FILE).read_bytes(), type=dict[str, _Entry])
        except (OSError, msgspec.DecodeError):
            return {}

    def _stamp(self, tool: str, folders: Sequence[Path]) -> str:
        digest = blake2b(self._version.encode(), digest_size=16)
        for path in (path for folder in folders for path in transcripts_in(folder, tool)):
            for name, size, changed in sorted(_files(path)):
                self._read_bytes += size
                digest.update(f"{name}\0{size}\0{changed}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def _files(path: Path | str) -> Iterator[tuple[str, int, int]]:
    """Every file at and below a path: its name, size in bytes and time of change in nanoseconds."""
    if not os.path.isdir(path):  # noqa: PTH112 - thousands of them
        about = os.stat(path)  # noqa: PTH116
        yield str(path), about.st_size, about.st_mtime_ns
        return
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(entry.path)
                else:
                    about = entry.stat(follow_symlinks=False)
                    yield entry.path, about.st_size, about.st_mtime_ns
    except OSError as problem:
        yield f"{path}: {problem.errno}", 0, 0


def _keep(row: "TranscriptRow") -> _Kept:
    return _Kept(
        sessions=row.sessions,
        first=row.first,
        last=row.last,
        resumed=row.resumed,
        resumed_after_pause=row.resumed_after_pause,
        since=None if row.since is None else (row.since.earliest, row.since.latest),
        unreadable=row.unreadable,
        account=row.account,
        shared=row.shared,
        feedback=row.feedback,
    )


def _row(tool: str, kept: _Kept) -> "TranscriptRow":
    from withhold.machine.interface import TranscriptRow

    since = None if kept.since is None else When(*kept.since)
    return TranscriptRow(
        tool=tool,
        sessions=kept.sessions,
        first=kept.first,
        last=kept.last,
        resumed=kept.resumed,
        resumed_after_pause=kept.resumed_after_pause,
        since=since,
        unreadable=kept.unreadable,
        account=kept.account,
        shared=kept.shared,
        feedback=kept.feedback,
    )
