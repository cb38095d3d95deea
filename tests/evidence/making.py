"""Drafts, clocks and storages for the tests of this room."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from withhold.evidence.checkpoints import Checkpoint, read_checkpoint
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys
from withhold.evidence.records import decode, encode
from withhold.evidence.rows import Growing, kind_of
from withhold.model.evidence import Artifact, Draft
from withhold.support.storage import Disk

NOON = datetime(2026, 7, 9, 12, 0, tzinfo=UTC)

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TREE = b'{"role": "switch", "name": "Help improve Claude"}'


def noon() -> datetime:
    return NOON


def draft(number: int = 0, *, artifacts: bool = True) -> Draft:
    """An opt-out as it may be recorded; ``number`` makes it and its artifacts different from others."""
    parts = (
        Artifact("before.png", "image/png", PICTURE + str(number).encode()),
        Artifact("tree.json", "application/json", TREE),
    )
    return Draft(
        type="optout",
        at=NOON + timedelta(minutes=number),
        body={"account": "a•••@e•••.org", "number": number, "steps": ["Settings", "Privacy"], "url": None},
        artifacts=parts if artifacts else (),
        missing=(("after.png", "the page was closed"),) if artifacts else (),
    )


def journal_of(folder: Path, records: int) -> Journal:
    journal = Journal(folder, noon)
    for number in range(records):
        journal.append(draft(number))
    return journal


class Stopped(BaseException):
    """The process dies here: nothing of ours that catches ``Exception`` may see it."""


class Failing(Disk):
    """The real disk, until writing step number ``step`` (from 0 on); that one calls ``fail``.

    A failing write leaves ``share`` of its bytes behind. With ``lasting``, all later writes fail as well.
    """

    def __init__(
        self, step: int, fail: Callable[[], BaseException], *, share: float = 0, lasting: bool = False
    ) -> None:
        self.taken = 0
        self._step = step
        self._fail = fail
        self._share = share
        self._lasting = lasting

    def _due(self) -> bool:
        self.taken += 1
        return self.taken > self._step if self._lasting else self.taken == self._step + 1

    def _step_or_fail(self) -> None:
        if self._due():
            raise self._fail()

    def make_dir(self, path: Path) -> None:
        self._step_or_fail()
        super().make_dir(path)

    def write_new(self, path: Path, data: bytes) -> None:
        due = self._due()
        super().write_new(path, self._cut(data, due))
        if due:
            raise self._fail()

    def append(self, path: Path, data: bytes) -> None:
        due = self._due()
        super().append(path, self._cut(data, due))
        if due:
            raise self._fail()

    def _cut(self, data: bytes, due: bool) -> bytes:
        return data[: int(len(data) * self._share)] if due else data

    def sync(self, path: Path) -> None:
        self._step_or_fail()
        super().sync(path)

    def sync_dir(self, path: Path) -> None:
        self._step_or_fail()
        super().sync_dir(path)

    def truncate(self, path: Path, size: int) -> None:
        self._step_or_fail()
        super().truncate(path, size)

    def remove(self, path: Path) -> None:
        self._step_or_fail()
        super().remove(path)

    def rename(self, source: Path, target: Path) -> None:
        self._step_or_fail()
        super().rename(source, target)


def long_log(folder: Path, size: int) -> Journal:
    """A log of ``size`` records, written at once and not one by one; signed with its own key."""
    journal = Journal(folder, noon)
    journal.mend()
    growing, prev = Growing(), None
    lines = (folder / "log.jsonl").read_bytes().splitlines()
    for seq in range(1, size + 1):
        if seq > 1:
            lines.append(encode(draft(seq, artifacts=False), (), seq=seq, prev=prev, written_at=NOON))
        line = decode(lines[-1])
        growing.add(lines[-1], kind_of(line), line.id)
        prev = line.id
    (folder / "log.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "log.hashes").write_bytes(growing.hashes)
    (folder / "log.index").write_bytes(growing.entries)
    sign_head(folder, growing)
    return journal


def sign_head(folder: Path, growing: Growing) -> None:
    """Put a checkpoint over ``growing`` in place, signed with the key in the folder."""
    checkpoint, note = read_checkpoint((folder / "checkpoint").read_bytes())
    key = Keys(folder / "keys").secret(checkpoint.origin, note.signatures[0].id)
    assert key is not None
    signed = Checkpoint(checkpoint.origin, growing.size, growing.root(growing.size))
    (folder / "checkpoint").write_bytes(key.sign(signed.text))
