"""The journal of evidence: append, read, verify."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from withhold.evidence import verification
from withhold.evidence.blobs import Blobs, describe
from withhold.evidence.head import Head, encode_head
from withhold.evidence.layout import Layout, write_whole
from withhold.evidence.mending import Mended, mend
from withhold.evidence.records import decode, encode
from withhold.evidence.storage import Disk, Storage
from withhold.evidence.verification import VerifyReport
from withhold.model.evidence import Draft, Record
from withhold.model.ports import Clock
from withhold.support.errors import EnvironmentProblem, EvidenceBroken, UsageProblem
from withhold.support.locks import held


def _unheard(_note: str) -> None:
    """Verification reports what mending did as well."""


class Journal:
    """The evidence in ``folder``. Any number of processes may use it at once.

    ``clock`` tells the time of writing. ``notice`` is told in one line what had to be mended after a crash.
    Making a ``Journal`` touches no file.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        storage: Storage | None = None,
        notice: Callable[[str], None] = _unheard,
        lock_timeout: float = 30.0,
    ) -> None:
        self._layout = Layout(folder)
        self._clock = clock
        self._storage = Disk() if storage is None else storage
        self._blobs = Blobs(self._layout, self._storage)
        self._notice = notice
        self._timeout = lock_timeout

    def append(self, draft: Draft) -> Record:
        """Write a record. Once this returns, it and its artifacts are on disk, in the chain and counted.

        Raises ``EvidenceBroken`` if the journal's end is not as it was left, ``StateBusy``,
        ``EnvironmentProblem`` if the disk is full or not writable (the journal stays sound), and
        ``ValueError`` for a draft that canonical JSON cannot hold.
        """
        with self._writing() as mended:
            head = mended.head
            stored = tuple(describe(artifact) for artifact in draft.artifacts)
            line = encode(draft, stored, seq=head.count + 1, prev=head.last, written_at=self._clock())
            record = _read_back(line)
            for described, artifact in zip(stored, draft.artifacts, strict=True):
                self._blobs.put(described, artifact.data)
            self._write_line(line + b"\n", head.size)
            self._write_head(Head(record.seq, record.id, head.size + len(line) + 1))
        return record

    def mend(self) -> tuple[str, ...]:
        """Clean up after a crash and say what was done; also shows whether a record can be appended.

        :meth:`append` does this by itself. Raises as it does.
        """
        with self._writing() as mended:
            return mended.notes

    def records(self) -> Iterator[Record]:
        """Every record from the first on. Checks no chain and no artifact: :meth:`verify` does.

        Raises ``EvidenceBroken`` at a line that is not a record. The start of a record that is being
        written, or was cut off, is passed over.
        """
        for number, raw in enumerate(self._storage.lines(self._layout.journal), 1):
            if not raw.endswith(b"\n"):
                return
            line = decode(raw[:-1])
            if line.record is None:
                raise EvidenceBroken(
                    f"line {number} of {self._layout.journal} is not a record: {line.problem}",
                    next_step="run 'withhold evidence verify'",
                )
            yield line.record

    def get(self, prefix: str) -> Record:
        """The record whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        found = [record for record in self.records() if record.id.startswith(prefix)] if prefix else []
        if len(found) == 1:
            return found[0]
        what = f"{len(found)} records begin with {prefix}" if found else f"no record begins with '{prefix}'"
        raise UsageProblem(what, next_step="see 'withhold evidence list' for the ids")

    def artifact(self, record: Record, name: str) -> bytes:
        """The bytes of one artifact, checked against the record.

        Raises ``UsageProblem`` for a name the record does not have, ``EvidenceBroken`` for other bytes.
        """
        stored = next((a for a in record.artifacts if a.name == name), None)
        if stored is None:
            raise UsageProblem(
                f"record {record.seq} has no artifact '{name}'",
                next_step=f"it has: {', '.join(a.name for a in record.artifacts) or 'none'}",
            )
        problem = self._blobs.problem(stored)
        if problem is not None:
            raise EvidenceBroken(f"'{name}' of record {record.seq} does not verify: {problem}")
        return self._blobs.read(stored)

    def verify(self) -> VerifyReport:
        """Check everything, change nothing. See :mod:`withhold.evidence.verification`.

        Raises ``EnvironmentProblem`` if a file is there but cannot be read.
        """
        try:
            return verification.verify(self._layout, self._storage)
        except OSError as problem:
            raise EnvironmentProblem(
                f"evidence could not be read: {problem.filename or self._layout.folder}: {problem.strerror}",
                next_step="mend the permissions of that file and run the command again",
            ) from problem

    @contextmanager
    def _writing(self) -> Iterator[Mended]:
        """Hold the lock on a journal that is ready for the next record."""
        try:
            self._storage.make_dir(self._layout.folder)
            with held(self._layout.lock, doing="writing evidence", timeout=self._timeout):
                mended = mend(self._layout, self._storage)
                for note in mended.notes:
                    self._notice(note)
                yield mended
        except OSError as problem:
            raise _unwritable("evidence could not be recorded", self._layout.folder, problem) from problem

    def _write_line(self, line: bytes, size: int) -> None:
        """Add ``line`` to a journal of ``size`` bytes; on an error the journal is as before."""
        try:
            self._storage.append(self._layout.journal, line)
            self._storage.sync(self._layout.journal)
            if size == 0:
                self._storage.sync_dir(self._layout.folder)
        except OSError:
            self._take_back(size)
            raise

    def _take_back(self, size: int) -> None:
        if (self._storage.size(self._layout.journal) or 0) <= size:
            return
        try:
            self._storage.truncate(self._layout.journal, size)
        except OSError as problem:
            self._notice(f"an unfinished record stays in the journal until the next one ({problem})")

    def _write_head(self, head: Head) -> None:
        try:
            write_whole(self._storage, self._layout, self._layout.head, encode_head(head))
        except OSError as problem:
            what = f"record {head.count} is in the journal, but head.json does not count it yet"
            raise _unwritable(what, self._layout.folder, problem) from problem


def _read_back(line: bytes) -> Record:
    """What a reader will make of the line, so that nothing is written that cannot be read."""
    record = decode(line).record
    if record is None:
        raise ValueError("this draft does not give a readable record")
    return record


def _unwritable(what: str, folder: Path, problem: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{what}: {folder}: {problem.strerror or problem}",
        next_step="free some space on that disk, or mend its permissions, and run the command again",
    )
