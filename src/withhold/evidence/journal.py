"""The evidence: append, read, prove, time-stamp, verify."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from withhold.evidence import opening, verification
from withhold.evidence.authorities import Authority
from withhold.evidence.blobs import Blobs
from withhold.evidence.forgetting import Forgotten
from withhold.evidence.keys import Keys, new_key
from withhold.evidence.layout import Layout
from withhold.evidence.log import End, Log, unwritable
from withhold.evidence.notes import PublicKey
from withhold.evidence.proving import Proving, Standing, Token
from withhold.evidence.records import decode, digest, refuse_newer
from withhold.evidence.rows import OWN
from withhold.evidence.sessions import Session
from withhold.evidence.verification import VerifyReport
from withhold.model.evidence import Draft, Record
from withhold.model.ports import Clock
from withhold.support.errors import EnvironmentProblem, EvidenceBroken, UsageProblem
from withhold.support.locks import held
from withhold.support.storage import Disk, Storage


def _unheard(_note: str) -> None:
    """Verification reports what mending did as well."""


class Journal:
    """The evidence in ``folder``. Any number of processes may use it at once.

    ``clock`` tells the time of writing. ``notice`` is told in one line what had to be mended after a crash.
    ``keys`` holds the signing keys (by default, files in ``folder/keys``); ``authorities`` are those whose
    roots the person trusts. Making a ``Journal`` touches no file and asks nobody.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        storage: Storage | None = None,
        notice: Callable[[str], None] = _unheard,
        lock_timeout: float = 30.0,
        keys: Keys | None = None,
        authorities: Sequence[Authority] = (),
    ) -> None:
        self._layout = Layout(folder)
        self._clock = clock
        self._storage = Disk() if storage is None else storage
        self._keys = Keys(folder / "keys", self._storage) if keys is None else keys
        self._blobs = Blobs(self._layout, self._storage)
        self._log = Log(self._layout, self._storage, self._keys, clock, notice)
        self._proving = Proving(self._layout, self._storage, self._renew_rows)
        self._timeout = lock_timeout
        self._session: Session | None = None
        self.authorities = tuple(authorities)

    def append(self, draft: Draft) -> Record:
        """Write a record. Once this returns, it and its artifacts are on disk, in the log and signed.

        Without its key the log takes the record all the same, unsigned, and ``notice`` is told so. Raises
        ``EvidenceBroken`` if the log's end is not as it was left, ``StateBusy``, ``EnvironmentProblem`` if
        the disk is full or not writable (the log stays sound), and ``ValueError`` for a draft that canonical
        JSON cannot hold, or whose type is one of the log's own.
        """
        if draft.type.startswith(OWN):
            raise ValueError(f"{draft.type} is a type of the log's own records")
        return self._write(draft if self._session is None else self._session.joined(draft))

    def append_own(self, draft: Draft) -> Record:
        """Write a record of the log's own, such as a time-stamp. Raises as :meth:`append` does."""
        return self._write(draft)

    def forget(self, ids: Collection[str], at: datetime) -> Forgotten:
        """Take the content of these records away, and their artifacts, after a record that says so.

        Their salted hashes stay: the log verifies as before and tells nothing of them. Stopped at any step,
        it can be called again. Records of format 1 cannot be forgotten one by one: they are in ``kept``.
        """
        from withhold.evidence.forgetting import forget

        with self._writing() as end:
            return forget(self._layout, self._storage, self._log, end, ids, at)

    def mend(self) -> tuple[str, ...]:
        """Clean up after a crash and say what was done; also shows whether a record can be appended.

        :meth:`append` does this by itself, and raises as this does.
        """
        notes: list[str] = []
        with self._writing(notes):
            return tuple(notes)

    def use_session(self, session: Session | None) -> None:
        """Let every record from now on carry the token that was fetched before; ``None`` ends that."""
        self._session = session

    def rotate_key(self, *, lost: bool = False) -> Record:
        """Let a new key sign from here on, introduced by a record that the former key endorses.

        The former key is destroyed then: whoever finds it later can sign nothing with it that counts.
        With ``lost`` a key that is gone may be replaced; the record says so. Raises ``EnvironmentProblem``
        where the former key cannot be had and ``lost`` was not said.
        """
        with self._writing() as end:
            former = self._log.secret(end)
            if former is None and not lost:
                raise EnvironmentProblem(
                    f"key {end.key} of the evidence log cannot be had, so it cannot vouch for the next one",
                    next_step="bring it back, or run 'withhold evidence key rotate --lost'",
                )
            key = new_key(end.name)
            self._keys.keep(key)
            draft = opening.rotation(key.public, end.key, former, self._clock())
            record = _read_back(self._log.write(end, draft)[1])
            self._keys.forget(end.name, end.key)
            return record

    def records(self, *, own: bool = False) -> Iterator[Record]:
        """Every record from the first on, those of format 1 first. With ``own`` also the log's own records.

        Forgotten ones are passed over. Checks no chain and no artifact: :meth:`verify` does. Raises
        ``EvidenceBroken`` at a line that is not a record. The start of a record that is being written, or
        was cut off, is passed over.
        """
        for path in (self._layout.journal, self._layout.log):
            for number, raw in enumerate(self._storage.lines(path), 1):
                if not raw.endswith(b"\n"):
                    break
                if decode(raw[:-1]).leaf is not None:
                    continue
                record = _record(raw[:-1], f"line {number} of {path}")
                if own or not record.type.startswith(OWN):
                    yield record

    def get(self, prefix: str) -> Record:
        """The record whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        found = [r for r in self.records(own=True) if r.id.startswith(prefix)] if prefix else []
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

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises ``UsageProblem`` where no log has begun."""
        return self._proving.checkpoint()

    def leaf(self, record_id: str) -> bytes:
        """The exact bytes of a record, of which the tree holds the hash. Raises ``UsageProblem``.

        For a record of format 1 these are the bytes of the opening record, which anchors it.
        """
        return self._proving.leaf(record_id)

    def line(self, record_id: str) -> bytes:
        """The exact bytes of a record of either format. Raises ``UsageProblem``."""
        leaf = self.leaf(record_id)
        if digest(leaf) == record_id:
            return leaf
        lines = (raw.removesuffix(b"\n") for raw in self._storage.lines(self._layout.journal))
        found = next((line for line in lines if digest(line) == record_id), None)
        if found is None:
            raise EvidenceBroken(f"record {record_id} is not in the journal that the log holds on to")
        return found

    def leaf_at(self, index: int) -> bytes | None:
        """The bytes of the record at that place of the tree; ``None`` where the checkpoint covers none."""
        return self._proving.leaf_at(index)

    def proof(self, record_id: str, checkpoint: bytes | None = None) -> bytes:
        """The ``.tlog-proof`` file of :meth:`leaf` under ``checkpoint``.

        Without one: under the earliest checkpoint that most authorities have stamped, or the newest. Raises
        ``UsageProblem`` for an unknown record or one that the checkpoint does not cover.
        """
        return self._proving.proof(record_id, checkpoint)

    def tokens(self, record_id: str) -> tuple[Token, ...]:
        """Every time-stamp token over a checkpoint that covers the record, the earliest first; unverified."""
        return tuple(self._proving.tokens(record_id))

    def status(self, record: Record | str) -> Standing:
        """By whom the record was time-stamped, as the log has it; :meth:`verify` checks the tokens."""
        return self._proving.status(record)

    @property
    def public_key(self) -> PublicKey:
        """The key that signed the newest checkpoint."""
        return self._proving.public_keys()[-1]

    def public_keys(self) -> tuple[PublicKey, ...]:
        """All keys that the log introduces, the first one first."""
        return self._proving.public_keys()

    def introductions(self) -> tuple[tuple[Record, PublicKey], ...]:
        """The records that introduce a key, in order, each with its key."""
        return self._proving.introductions()

    def newest_stamped(self, record_id: str) -> bytes | None:
        """The newest checkpoint that an authority has stamped, if it covers the record."""
        return self._proving.newest_stamped(record_id)

    def key_place(self) -> str | None:
        """Where the secret part of :attr:`public_key` lies, for people; ``None`` if it is gone."""
        key = self.public_key
        return self._keys.where(key.name, key.id)

    def unstamped(self, names: Sequence[str]) -> dict[str, int]:
        """For each authority of ``names``: how many records no token of it covers, where there are some."""
        return self._proving.unstamped(names)

    def bare(self) -> int:
        """How many records no token of anybody covers."""
        return self._proving.bare()

    def verify(self, former: Sequence[bytes] = ()) -> VerifyReport:
        """Check everything, change nothing. See :mod:`withhold.evidence.verification`.

        ``former`` are checkpoints that somebody kept: the log must begin with what they were signed over.
        Raises ``EnvironmentProblem`` if a file is there but cannot be read, ``StateTooNew`` for a log whose
        root holds records of a later format.
        """
        try:
            return verification.verify(self._layout, self._storage, self._keys, self.authorities, former)
        except OSError as problem:
            raise EnvironmentProblem(
                f"evidence could not be read: {problem.filename or self._layout.folder}: {problem.strerror}",
                next_step="mend the permissions of that file and run the command again",
            ) from problem

    def _renew_rows(self) -> None:
        with self._writing() as end:
            self._log.renew(end)

    def _write(self, draft: Draft) -> Record:
        with self._writing() as end:
            return _read_back(self._log.write(end, draft)[1])

    @contextmanager
    def _writing(self, notes: list[str] | None = None) -> Iterator[End]:
        """Hold the lock on a log that is ready for the next record; what was mended goes to ``notes``."""
        try:
            self._storage.make_dir(self._layout.folder)
            with (
                held(self._layout.lock, doing="writing evidence", timeout=self._timeout),
                self._log.heard(notes),
            ):
                yield self._log.open()
        except OSError as problem:
            raise unwritable("evidence could not be recorded", self._layout.folder, problem) from problem


def _record(raw: bytes, where: str) -> Record:
    line = decode(raw)
    refuse_newer(line)
    if line.record is None:
        raise EvidenceBroken(
            f"{where} is not a record: {line.problem}", next_step="run 'withhold evidence verify'"
        )
    return line.record


def _read_back(line: bytes) -> Record:
    return _record(line, "what was written")
