"""Reading the log: leaves, proofs, tokens, and how a record stands with the authorities."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from withhold.evidence import merkle, opening
from withhold.evidence.blobs import Blobs
from withhold.evidence.checkpoints import Checkpoint, Proof, read_checkpoint
from withhold.evidence.layout import Layout
from withhold.evidence.notes import BadNote, PublicKey
from withhold.evidence.records import decode, refuse_newer
from withhold.evidence.rounds import CHECKPOINT, Round, in_order, round_of
from withhold.evidence.rows import Kind, Rows
from withhold.model.evidence import Record, StoredArtifact
from withhold.support.errors import EvidenceBroken, UsageProblem
from withhold.support.storage import Storage


class Stamped(StrEnum):
    """Whether outsiders vouch for a record's time. Two are wanted, so that none must be trusted alone."""

    STAMPED = "stamped"
    BY_ONE = "by_one"
    UNSTAMPED = "unstamped"


@dataclass(frozen=True, slots=True)
class Standing:
    """Authorities whose tokens cover a record, and by when it was there as the first of them says."""

    authorities: tuple[str, ...] = ()
    not_later_than: datetime | None = None

    @property
    def word(self) -> Stamped:
        if not self.authorities:
            return Stamped.UNSTAMPED
        return Stamped.BY_ONE if len(self.authorities) == 1 else Stamped.STAMPED


@dataclass(frozen=True, slots=True)
class Token:
    """A time-stamp token with all that it takes to check it. ``answer`` is the authority's whole answer
    (a ``.tsr`` file), ``root`` the PEM certificates it was checked against, ``record`` the id of the record
    in which it is logged.
    """

    authority: str
    url: str
    at: datetime
    size: int
    checkpoint: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    root: bytes = field(repr=False)
    record: str

    @property
    def chain(self) -> bytes:
        """The certificates inside the token as PEM; raises ``NoToken`` where it cannot be read."""
        from withhold.evidence.timestamps import embedded_chain

        return embedded_chain(self.answer)


class Proving:
    """Answers from the files; ``renew`` is called where the rows turn out not to fit the records."""

    def __init__(self, layout: Layout, storage: Storage, renew: Callable[[], object]) -> None:
        self._layout = layout
        self._storage = storage
        self._blobs = Blobs(layout, storage)
        self._rows = Rows(layout, storage)
        self._renew = renew
        self._read: tuple[int, tuple[Round, ...]] = (-1, ())

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint as it lies there. Raises ``UsageProblem`` where there is none."""
        if self._storage.size(self._layout.checkpoint) is None:
            raise UsageProblem(
                "there is no evidence log yet", next_step="it begins with the first record, or with 'stamp'"
            )
        return self._storage.read(self._layout.checkpoint)

    def size(self) -> int:
        """How many records the newest checkpoint covers, with rows that fit them; 0 without a log."""
        if self._storage.size(self._layout.checkpoint) is None:
            return 0
        size = _read(self.checkpoint()).size
        if not self._rows.fits(size):
            self._renew()
        return size

    def leaf(self, record_id: str) -> bytes:
        found = self._rows.leaf(self._index(record_id))
        _refuse_forgotten(found)
        return found

    def leaf_at(self, index: int) -> bytes | None:
        return self._rows.leaf(index) if 0 <= index < self.size() else None

    def proof(self, record_id: str, checkpoint: bytes | None = None) -> bytes:
        index = self._index(record_id)
        _refuse_forgotten(self._rows.leaf(index))
        under = checkpoint or self._best(index)
        covered = _read(under).size
        if not index < covered <= self.size():
            raise UsageProblem(f"that checkpoint covers {covered} records, and this is number {index + 1}")
        return (self._proof(index, covered, under) or self._proof_anew(index, covered, under)).encode()

    def tokens(self, record_id: str) -> Iterator[Token]:
        index = self._index(record_id)
        covering = (r for r in self.rounds() if r.size > index)
        found = [(row, r) for r in covering for row in r.tokens]
        for row, r in sorted(found, key=lambda pair: pair[0].at):
            yield Token(
                authority=row.authority,
                url=row.url,
                at=row.at,
                size=r.size,
                checkpoint=self._artifact(r.record, CHECKPOINT),
                answer=self._artifact(r.record, row.answer),
                root=self._artifact(r.record, row.root),
                record=r.record.id,
            )

    def status(self, record: Record | str) -> Standing:
        index = self._index(record) if isinstance(record, str) else self._index_of(record)
        if index is None:
            return Standing()
        covering = [(r, row) for r in self.rounds() if r.size > index for row in r.tokens]
        names = dict.fromkeys(row.authority for _, row in covering)
        return Standing(tuple(names), min((r.latest(row) for r, row in covering), default=None))

    def rounds(self) -> tuple[Round, ...]:
        """All time-stamp records that the checkpoint covers, the oldest first. Raises ``EvidenceBroken``."""
        size = self.size()
        if self._read[0] != size:
            indices = reversed(list(self._rows.newest(size, Kind.TIMESTAMP)))
            self._read = (size, tuple(in_order(self._round(index) for index in indices)))
        return self._read[1]

    def public_keys(self) -> tuple[PublicKey, ...]:
        """The keys that the log introduces, in order. Raises ``UsageProblem``, ``EvidenceBroken``."""
        keys = tuple(key for _, key in self.introductions())
        if not keys:
            raise EvidenceBroken("the evidence log introduces no key", next_step="withhold evidence verify")
        return keys

    def introductions(self) -> tuple[tuple[Record, PublicKey], ...]:
        """The records that introduce a key, in order. Raises as :meth:`public_keys` does."""
        self.checkpoint()
        records = [self._record(i) for i in reversed(list(self._rows.newest(self.size(), Kind.KEY)))]
        return tuple((r, key) for r in records if (key := opening.introduced(r)) is not None)

    def newest_stamped(self, record_id: str) -> bytes | None:
        """The newest checkpoint that an authority has stamped, if it covers the record."""
        index = self._index(record_id)
        covering = [r for r in self.rounds() if r.size > index and r.tokens]
        return self._artifact(covering[-1].record, CHECKPOINT) if covering else None

    def unstamped(self, names: Sequence[str]) -> dict[str, int]:
        """For each authority of ``names``: how many records no token of it covers, where there are some."""
        reached = dict.fromkeys(names, 0)
        for r in self.rounds():
            for row in r.tokens:
                if row.authority in reached:
                    reached[row.authority] = max(reached[row.authority], r.size)
        bare = list(self._rows.newest(self.size(), Kind.RECORD, Kind.KEY))
        counts = {name: sum(index >= size for index in bare) for name, size in reached.items()}
        return {name: count for name, count in counts.items() if count}

    def bare(self) -> int:
        """How many records no token of anybody covers."""
        reached = max((r.size for r in self.rounds() if r.tokens), default=0)
        return sum(index >= reached for index in self._rows.newest(self.size(), Kind.RECORD, Kind.KEY))

    def _index(self, record_id: str) -> int:
        size = self.size()
        found = self._rows.find(record_id, size) if len(record_id) == 64 else None
        if found is not None:
            return found
        if size and self._anchored(record_id):
            return 0
        raise UsageProblem(
            f"no record that a checkpoint covers has the id '{record_id}'", next_step="withhold evidence list"
        )

    def _index_of(self, record: Record) -> int | None:
        """The leaf of a record by its number; ``None`` where the checkpoint does not cover it."""
        size = self.size()
        if not size:
            return None
        index = record.seq - 1 - opening.anchor_of(self._record(0)).count
        if index < 0:
            return 0
        return index if index < size and self._rows.entry(index).id == record.id else None

    def _anchored(self, record_id: str) -> bool:
        first = self._record(0)
        if not any(a.name == opening.ANCHORED for a in first.artifacts):
            return False
        return record_id in self._artifact(first, opening.ANCHORED).decode().split()

    def _best(self, index: int) -> bytes:
        covering = [r for r in self.rounds() if r.size > index and r.tokens]
        if not covering:
            return self.checkpoint()
        best = max(covering, key=lambda r: (len({row.authority for row in r.tokens}), -r.size))
        return self._artifact(best.record, CHECKPOINT)

    def _proof(self, index: int, size: int, checkpoint: bytes) -> Proof | None:
        """The proof, if it holds: rows are no authority."""
        proof = Proof(index, tuple(merkle.inclusion(index, size, self._rows.hash_at)), checkpoint)
        return proof if proof.includes(self._rows.leaf(index)) else None

    def _proof_anew(self, index: int, size: int, checkpoint: bytes) -> Proof:
        self._renew()
        proof = self._proof(index, size, checkpoint)
        if proof is None:
            raise EvidenceBroken(
                f"record {index + 1} of the log is not under the root of that checkpoint",
                next_step="withhold evidence verify",
            )
        return proof

    def _round(self, index: int) -> Round:
        record = self._record(index)
        try:
            return round_of(record)
        except ValueError as problem:
            raise EvidenceBroken(
                f"the time-stamp in record {record.seq} cannot be read: {problem}",
                next_step="withhold evidence verify",
            ) from problem

    def _record(self, index: int) -> Record:
        line = decode(self._rows.leaf(index))
        refuse_newer(line)
        record = line.record
        if record is None:
            raise EvidenceBroken(
                f"record {index + 1} of the log cannot be read", next_step="withhold evidence verify"
            )
        return record

    def _artifact(self, record: Record, name: str) -> bytes:
        stored: StoredArtifact | None = next((a for a in record.artifacts if a.name == name), None)
        problem = "it is not there" if stored is None else self._blobs.problem(stored)
        if stored is None or problem is not None:
            raise EvidenceBroken(f"'{name}' of record {record.seq} does not verify: {problem}")
        return self._blobs.read(stored)


def _refuse_forgotten(leaf: bytes) -> None:
    if decode(leaf).leaf is not None:
        raise UsageProblem("the content of this record was forgotten; only its salted hash is in the log")


def _read(checkpoint: bytes) -> Checkpoint:
    try:
        return read_checkpoint(checkpoint)[0]
    except BadNote as problem:
        raise EvidenceBroken(
            f"the checkpoint cannot be read: {problem}", next_step="withhold evidence verify"
        ) from problem
