"""The writing end of the log, and what a program that was stopped while writing leaves there.

A record is written in this order: its blobs, its line, the rows, the checkpoint. The checkpoint commits it. A
stop leaves one of:

- files in ``tmp/``: removed;
- blobs that no record names: kept, and mentioned by the verification;
- the start of a line that the checkpoint does not cover: moved to ``log.torn-<n>``, never dropped;
- whole, rightly chained lines that the checkpoint does not cover yet: counted and signed;
- rows that are too long, too short or do not fit: made anew from the lines.

Anything else cannot come from a stop. It is left as it is and raises ``EvidenceBroken``. No checkpoint is
signed that is not consistent with the last one: its root is computed from the present files first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from withhold.evidence import former, opening
from withhold.evidence.blobs import Blobs, describe
from withhold.evidence.checkpoints import Checkpoint, read_checkpoint
from withhold.evidence.fitting import Fitting, broken
from withhold.evidence.keys import Keys, KeyUnavailable, new_key
from withhold.evidence.layout import TORN, Layout, set_aside, write_whole
from withhold.evidence.merkle import EMPTY_ROOT
from withhold.evidence.notes import BadNote, Note, PublicKey, SecretKey
from withhold.evidence.opening import Anchor
from withhold.evidence.records import FORMAT, decode, encode, refuse_newer
from withhold.evidence.rows import Entry, Kind, Rows, kind_of
from withhold.model.evidence import Draft
from withhold.model.ports import Clock
from withhold.support.errors import EnvironmentProblem
from withhold.support.storage import Storage


@dataclass(frozen=True, slots=True)
class End:
    """Where the next record goes.

    The log ``name`` holds ``size`` records in its first ``end`` bytes; the last one is ``last`` with the
    number ``seq``. ``key`` is the id of the key that signs, ``signed`` how many records a checkpoint covers.
    """

    name: str
    size: int
    end: int
    last: str | None
    seq: int
    key: str
    signed: int


class Log:
    """Adds to the log. The caller holds the lock throughout; ``notice`` hears what had to be mended."""

    def __init__(
        self, layout: Layout, storage: Storage, keys: Keys, clock: Clock, notice: Callable[[str], None]
    ) -> None:
        self._layout = layout
        self._storage = storage
        self._keys = keys
        self._clock = clock
        self._tell = notice
        self._notes: list[str] | None = None
        self._blobs = Blobs(layout, storage)
        self.rows = Rows(layout, storage)
        self._fitting = Fitting(layout, storage, self.rows, self._notice)

    @contextmanager
    def heard(self, notes: list[str] | None) -> Iterator[None]:
        """Put what is told to ``notice`` within the block into ``notes`` as well."""
        self._notes = notes
        try:
            yield
        finally:
            self._notes = None

    def _notice(self, note: str) -> None:
        self._tell(note)
        if self._notes is not None:
            self._notes.append(note)

    def open(self) -> End:
        """Make the log ready for the next record, beginning it if there is none. Raises ``EvidenceBroken``.

        Looks at the last record, the tree's right edge and what follows them only, so that it takes no
        longer in a long log; the verification looks at everything. Raises ``StateTooNew`` at a later format.
        """
        self._clear_temporary()
        if self._storage.size(self._layout.checkpoint) is None:
            self._begin()
        checkpoint, note = self._signed_head()
        end, torn = self._take_unsigned(self._end(checkpoint, note))
        self._check_memory(end)
        self._drop_torn(end, torn)
        end = self._sign_late(end) if end.size > end.signed else end
        return end if end.size else self._open_new(end)

    def _clear_temporary(self) -> None:
        """A link in the place of the folder is removed, never what it leads to."""
        if self._layout.temporary.is_symlink():
            self._storage.remove(self._layout.temporary)
        for name in self._storage.names(self._layout.temporary):
            self._storage.remove(self._layout.temporary / name)

    def write(self, end: End, draft: Draft) -> tuple[End, bytes]:
        """Add a record with its artifacts; returns the new end and the record's line.

        Once this returns, the line and the artifacts are durable. The checkpoint covers them if the key
        could be had; if not, that is said to ``notice``, and the next record does it.
        """
        stored = tuple(describe(artifact) for artifact in draft.artifacts)
        line = encode(draft, stored, seq=end.seq + 1, prev=end.last, written_at=self._clock())
        if decode(line).record is None:
            raise ValueError("this draft does not give a readable record")
        for described, artifact in zip(stored, draft.artifacts, strict=True):
            self._blobs.put(described, artifact.data)
        self._write_line(line + b"\n", end.end)
        return self._commit(end, line), line

    def _commit(self, end: End, line: bytes) -> End:
        try:
            return self._sign(self._grown(end, line))
        except OSError as problem:
            what = f"record {end.seq + 1} is in the log, but the checkpoint does not cover it yet"
            raise unwritable(what, self._layout.folder, problem) from problem

    def renew(self, end: End) -> None:
        """Make the rows anew from the lines, whatever they hold."""
        self._fitting.renew(end.size, self.rows.root(end.size))

    def secret(self, end: End) -> SecretKey | None:
        """The key that signs, if it can be had; if not, the reason goes to ``notice``."""
        try:
            found = self._keys.secret(end.name, end.key)
        except KeyUnavailable as problem:
            self._notice(f"new records stay unsigned for now: {problem.message}")
            return None
        if found is None:
            self._notice(
                f"new records stay unsigned: key {end.key} of the evidence log is gone"
                " (bring it back, or run 'withhold evidence key rotate --lost')"
            )
        return found

    def _begin(self) -> None:
        """Sign the empty log. From then on a missing checkpoint means a lost one."""
        if self._storage.size(self._layout.log):
            raise broken("the checkpoint is missing, so nobody can tell whether the last records are, too")
        key = new_key()
        self._keys.keep(key)
        self._storage.make_dir(self._layout.blobs)
        empty = Checkpoint(key.name, 0, EMPTY_ROOT)
        write_whole(self._storage, self._layout, self._layout.checkpoint, key.sign(empty.text))

    def _open_new(self, end: End) -> End:
        key = self.secret(end)
        if key is None:
            raise broken(f"key {end.key}, with which it was to be opened, cannot be had")
        mended = former.mend(self._layout, self._storage)
        for note in mended.notes:
            self._notice(note)
        end = replace(end, last=mended.head.last, seq=mended.head.count)
        draft = opening.opening(key.public, self._layout, self._storage, mended.head, self._clock())
        return self.write(end, draft)[0]

    def _signed_head(self) -> tuple[Checkpoint, Note]:
        try:
            return read_checkpoint(self._storage.read(self._layout.checkpoint))
        except BadNote as problem:
            raise broken(f"the checkpoint cannot be read: {problem}") from problem

    def _end(self, checkpoint: Checkpoint, note: Note) -> End:
        """The end that the checkpoint tells of, if the files agree with it."""
        key = note.signatures[0].id
        end = End(checkpoint.origin, checkpoint.size, 0, None, 0, key, checkpoint.size)
        self._fitting.fit(checkpoint.size, checkpoint.root)
        if checkpoint.size:
            refuse_newer(decode(self.rows.leaf(checkpoint.size - 1)))
            entry = self.rows.entry(checkpoint.size - 1)
            seq = self._anchor().count + checkpoint.size
            end = replace(end, end=entry.end, last=entry.id, seq=seq)
        self._check_signature(end, note)
        return end

    def _anchor(self) -> Anchor:
        """What the log was opened with; the journal of format 1 must be as long as it was then."""
        line = decode(self.rows.leaf(0))
        refuse_newer(line)
        record = line.record
        try:
            anchor = opening.anchor_of(record) if record else None
        except ValueError as problem:
            raise broken(str(problem)) from problem
        if anchor is None:
            raise broken("its first record cannot be read")
        if (self._storage.size(self._layout.journal) or 0) != anchor.size:
            raise broken("the journal of format 1 is not as long as when it was anchored")
        return anchor

    def _check_signature(self, end: End, note: Note) -> None:
        secret = self._keys_or_none(end)
        known = [secret.public] if secret else list(self._keys_in_log(end.size))[-1:]
        try:
            note.signer(known)
        except BadNote as problem:
            raise broken(f"its checkpoint does not verify: {problem}") from problem

    def _keys_or_none(self, end: End) -> SecretKey | None:
        try:
            return self._keys.secret(end.name, end.key)
        except KeyUnavailable:
            return None  # `secret` tells of it when something is to be signed

    def _keys_in_log(self, size: int) -> Iterator[PublicKey]:
        """The keys that the first ``size`` records introduce."""
        for raw in islice(self._storage.lines(self._layout.log), size):
            record = decode(raw.removesuffix(b"\n")).record
            key = opening.introduced(record) if record else None
            if key is not None:
                yield key

    def _check_memory(self, end: End) -> None:
        """The log must hold at least what is remembered beside the key."""
        remembered = self._keys.remembered(end.name)
        if remembered is None:
            return
        try:
            checkpoint = read_checkpoint(remembered)[0]
        except BadNote:
            return  # a loss of power can leave half of it; `fsck` mentions it
        if checkpoint.size > end.size:
            raise broken(f"{checkpoint.size} records were signed before, and it holds {end.size}")
        if checkpoint.size and self.rows.root(checkpoint.size) != checkpoint.root:
            raise broken(f"its first {checkpoint.size} records are not those that were signed before")

    def _take_unsigned(self, end: End) -> tuple[End, bytes]:
        """Count the whole, rightly chained lines after the checkpoint; what is left over is torn or empty."""
        size = self._storage.size(self._layout.log) or 0
        if size < end.end:
            raise broken("the log is shorter than its signed records")
        rest = self._storage.read(self._layout.log, end.end) if size else b""
        while (length := rest.find(b"\n")) >= 0 and b"\0" not in rest[:length]:
            end = self._grown(self._checked(end, rest[:length]), rest[:length])
            rest = rest[length + 1 :]
        return end, rest

    def _drop_torn(self, end: End, torn: bytes) -> None:
        """Set the start of a record aside whose writing was cut off."""
        if not torn:
            return
        name = set_aside(self._storage, self._layout, TORN[1], torn)
        self._notice(f"the start of a record ({len(torn)} bytes) was set aside as {name}")
        self._storage.truncate(self._layout.log, end.end)
        self._storage.sync(self._layout.log)

    def _checked(self, end: End, raw: bytes) -> End:
        """The end as it stands, if ``raw`` is rightly the next line."""
        line = decode(raw)
        refuse_newer(line)
        if end.size == 0 and line.record is not None:
            try:
                anchor = opening.anchor_of(line.record)
            except ValueError as problem:
                raise broken(str(problem)) from problem
            end = replace(end, seq=anchor.count, last=anchor.last)
        if not line.follows(end.seq, end.last, FORMAT):
            raise broken(f"what follows record {end.seq} is not record {end.seq + 1}")
        return end

    def _sign_late(self, end: End) -> End:
        self._storage.sync(self._layout.log)
        signed = self._sign(end)
        if signed.signed == end.size:
            late = end.size - end.signed
            self._notice(
                f"the checkpoint did not cover {late} of {end.size} records; it covers all of them now"
            )
        return signed

    def _grown(self, end: End, raw: bytes) -> End:
        """The end after the line ``raw``, which is in the log already; adds it to the rows."""
        line = decode(raw)
        entry = Entry(line.id, end.end + len(raw) + 1, kind_of(line))
        self.rows.add(end.size, raw, entry)
        key = opening.introduced(line.record) if line.record and entry.kind is Kind.KEY else None
        signer = key.id if key else end.key
        return replace(end, size=end.size + 1, end=entry.end, last=line.id, seq=end.seq + 1, key=signer)

    def _sign(self, end: End) -> End:
        key = self.secret(end)
        if key is None:
            return end
        data = key.sign(Checkpoint(end.name, end.size, self.rows.root(end.size)).text)
        write_whole(self._storage, self._layout, self._layout.checkpoint, data)
        self._keys.remember(end.name, data)
        return replace(end, signed=end.size)

    def _write_line(self, line: bytes, size: int) -> None:
        """Add ``line`` to a log of ``size`` bytes; on an error the log is as before."""
        try:
            self._storage.append(self._layout.log, line)
            self._storage.sync(self._layout.log)
            if size == 0:
                self._storage.sync_dir(self._layout.folder)
        except OSError:
            self._take_back(size)
            raise

    def _take_back(self, size: int) -> None:
        if (self._storage.size(self._layout.log) or 0) <= size:
            return
        try:
            self._storage.truncate(self._layout.log, size)
        except OSError as problem:
            self._notice(f"an unfinished record stays in the log until the next one ({problem})")


def unwritable(what: str, folder: Path, problem: OSError) -> EnvironmentProblem:
    """The error for a disk that is full or may not be written to."""
    return EnvironmentProblem(
        f"{what}: {folder}: {problem.strerror or problem}",
        next_step="free some space on that disk, or mend its permissions, and run the command again",
    )
