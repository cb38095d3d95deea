"""Checking the log against its signed checkpoint: the keys, the root, and which records it covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from withhold.evidence import merkle
from withhold.evidence.checkpoints import Checkpoint, read_checkpoint
from withhold.evidence.claims import Claim, RecordReport, judged, unchecked
from withhold.evidence.keys import Keys, KeyUnavailable
from withhold.evidence.layout import Layout
from withhold.evidence.notes import BadNote, Note, PublicKey
from withhold.evidence.opening import endorsed, introduced
from withhold.evidence.rows import Rows
from withhold.evidence.walking import Walk
from withhold.model.evidence import Record
from withhold.support.storage import Storage


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint as it lies there; ``problem`` where there is none that can be read."""

    checkpoint: Checkpoint | None = None
    note: Note | None = None
    problem: str | None = None
    remembered: bytes | None = None


def read_signed(layout: Layout, storage: Storage, keys: Keys) -> Head:
    """The checkpoint file, with what is remembered beside the key; to be read before the records are.

    An absent file is a problem only if there is a log.
    """
    if storage.size(layout.checkpoint) is None:
        return Head(problem="the checkpoint is missing" if storage.size(layout.log) else None)
    try:
        checkpoint, note = read_checkpoint(storage.read(layout.checkpoint))
        return Head(checkpoint, note, remembered=keys.remembered(checkpoint.origin))
    except BadNote as problem:
        return Head(problem=f"the checkpoint is not as it was written: {problem}")
    except KeyUnavailable as problem:
        return Head(problem=problem.message)


class LogCheck:
    """Judges the walked log by the checkpoint ``head``."""

    def __init__(self, walk: Walk, head: Head, layout: Layout, storage: Storage, keys: Keys) -> None:
        self._walk = walk
        self._head = head
        self._rows = Rows(layout, storage)
        self._keys = keys
        self.known = tuple(_introduced(walk))

    def run(self) -> Claim:
        """Judge keys, records and the checkpoint; returns the claim of the checkpoint."""
        self._judge_keys()
        if self._head.checkpoint is None and self._head.problem is None:
            self._note_other_logs(None)
            gone = self._gone(None)
            nothing = unchecked("checkpoint", "there is no log yet")
            return nothing if gone is None else judged("checkpoint", f"no log is here; {gone}", "")
        signed = self._head.checkpoint
        problem = self._head.problem or self._unsigned() or self._unlike()
        self._judge_records(problem)
        subject = self._subject()
        if subject is not None:
            subject.say("checkpoint", problem, "the signed checkpoint covers it as the last")
        self._note_rows()
        strange = self._note_key(signed)
        self._note_other_logs(signed.origin if signed else None)
        gone = self._gone(signed.origin if signed else None) if strange else None
        if problem is None and gone is not None:
            problem = f"the log here was not signed with a key kept here; {gone}"
        return judged("checkpoint", problem, "the log is the one that the checkpoint was signed over")

    def disagreement(self, data: bytes) -> str | None:
        """What speaks against a checkpoint that somebody kept; ``None`` if the log begins as it says."""
        try:
            kept, note = read_checkpoint(data)
            note.signer(self.known)
        except BadNote as problem:
            return f"the checkpoint cannot be believed: {problem}"
        return self._contradiction(kept)

    def _contradiction(self, kept: Checkpoint) -> str | None:
        if self.known and kept.origin != self.known[0].name:
            return f"it is of another log, {kept.origin}"
        if kept.size > self._walk.tree.size:
            return f"{kept.size} records were signed, and the log holds {self._walk.tree.size}"
        if self._walk.tree.root(kept.size) != kept.root:
            return f"the first {kept.size} records are not those that were signed"
        return None

    def _judge_keys(self) -> None:
        """Each key but the first must be vouched for by the one before."""
        before: PublicKey | None = None
        for walked in self._walk.own:
            key = introduced(walked.record)
            if key is None:
                continue
            self._judge_key(walked.record, walked.report, key, before)
            before = key

    def _judge_key(
        self, record: Record, report: RecordReport, key: PublicKey, before: PublicKey | None
    ) -> None:
        if before is None:
            report.leave("key", f"compare its fingerprint with what you were told: {key.fingerprint}")
            return
        vouched = None if key.name != before.name else endorsed(record, before)
        if vouched is None:
            report.leave("key", f"the key before was lost, so nothing vouches for key {key.id}")
        else:
            report.say(
                "key", None if vouched else "the key before did not sign it", "the key before signed it"
            )

    def _unsigned(self) -> str | None:
        """What is wrong with the signature of the checkpoint."""
        checkpoint, note = self._head.checkpoint, self._head.note
        if checkpoint is None or note is None:
            return self._head.problem
        within = [key for index, key in self._dated_keys() if index < checkpoint.size]
        known = within[-1:] or list(self._stored_key(checkpoint, note))
        try:
            note.signer(known)
        except BadNote as problem:
            return f"the checkpoint does not verify: {problem}"
        return None if checkpoint.origin == known[0].name else "the checkpoint is of another log"

    def _dated_keys(self) -> Iterator[tuple[int, PublicKey]]:
        for walked in self._walk.own:
            key = introduced(walked.record)
            if key is not None:
                yield walked.index, key

    def _stored_key(self, checkpoint: Checkpoint, note: Note) -> Iterator[PublicKey]:
        """For a log that has not got its first record yet."""
        try:
            secret = self._keys.secret(checkpoint.origin, note.signatures[0].id)
        except KeyUnavailable:
            return
        if secret is not None:
            yield secret.public

    def _unlike(self) -> str | None:
        """How the records differ from those that were signed, now or by what is remembered."""
        checkpoint = self._head.checkpoint
        if checkpoint is None:
            return None
        if checkpoint.size > self._walk.tree.size:
            held = self._walk.tree.size
            return f"the checkpoint covers {checkpoint.size} records, and the log holds {held}"
        if self._walk.tree.root(checkpoint.size) != checkpoint.root:
            return f"the {checkpoint.size} records are not those that the checkpoint was signed over"
        return self._forgotten()

    def _forgotten(self) -> str | None:
        try:
            kept = read_checkpoint(self._head.remembered)[0] if self._head.remembered else None
        except BadNote:
            self._walk.notes.append("the checkpoint remembered beside the key cannot be read")
            return None
        against = self._contradiction(kept) if kept else None
        return f"by what is remembered beside the key: {against}" if against else None

    def _judge_records(self, problem: str | None) -> None:
        """Say of every record whether it stands under the signed root."""
        size = self._head.checkpoint.size if self._head.checkpoint else 0
        signed = self._signed_leaves(size) if problem else None
        for index, report in enumerate(self._walk.log):
            if index >= size and self._head.checkpoint is not None:
                report.leave("log", "no checkpoint covers it yet")
            elif problem is None:
                report.say("log", None, "it stands under the root of the signed checkpoint")
            elif signed is None:
                report.leave("log", f"nothing tells which records were signed: {problem}")
            else:
                here = self._leaf(index) == signed[index]
                other = "it is not the record that was signed here"
                report.say("log", None if here else other, "its hash is the one under the signed root")

    def _leaf(self, index: int) -> bytes:
        return self._walk.tree.hash_at(merkle.place(0, index))

    def _signed_leaves(self, size: int) -> list[bytes] | None:
        """The leaf hashes that the rows hold, if the checkpoint was signed over them."""
        if self._unsigned() is not None or self._head.checkpoint is None or not self._rows.fits(size):
            return None
        leaves = [self._rows.hash_at(merkle.place(0, index)) for index in range(size)]
        row: list[bytes] = []
        for index, leaf in enumerate(leaves):
            row += merkle.added(leaf, index, row.__getitem__)
        return leaves if merkle.root(size, row.__getitem__) == self._head.checkpoint.root else None

    def _subject(self) -> RecordReport | None:
        """The record that the checkpoint covers as the last: still there, or listed as gone."""
        size = self._head.checkpoint.size if self._head.checkpoint else len(self._walk.log)
        if size > len(self._walk.log):
            seq = (self._walk.log[0].seq if self._walk.log else 1) + size - 1
            self._walk.log.append(RecordReport(self._lost_id(size), size, seq))
        return self._walk.log[min(size, len(self._walk.log)) - 1] if size else None

    def _lost_id(self, size: int) -> str:
        """The id of a record that is gone, if the index still has it."""
        try:
            return self._rows.entry(size - 1).id
        except (ValueError, FileNotFoundError):
            return ""

    def _note_rows(self) -> None:
        tree = self._walk.tree
        size = min(tree.size, self._head.checkpoint.size) if self._head.checkpoint else 0
        hashes = bytes(tree.hashes[: merkle.stored(size) * merkle.HASH])
        entries = bytes(tree.entries[: size * (len(tree.entries) // max(tree.size, 1))])
        if not self._rows.same(hashes, entries):
            self._walk.notes.append("log.hashes or log.index do not fit the records; they can be made anew")

    def _gone(self, name: str | None) -> str | None:
        """What was signed with keys kept here, in other logs than ``name``: those records are not here."""
        for other in self._keys.logs():
            size = _size(self._keys.remembered(other))
            if other != name and size:
                return f"{size} records of the log {other} were, and they are gone or were exchanged"
        return None

    def _note_key(self, signed: Checkpoint | None) -> bool:
        """Whether the key is kept elsewhere: so it is for a log that was put here."""
        if signed is None or self._head.note is None:
            return False
        try:
            kept = self._keys.where(signed.origin, self._head.note.signatures[0].id)
        except KeyUnavailable:
            return False  # a locked keyring says nothing of the log
        if kept is None:
            self._walk.notes.append("the key that signed the checkpoint is not kept on this computer")
        return kept is None

    def _note_other_logs(self, name: str | None) -> None:
        for other in self._keys.logs():
            if other != name:
                self._walk.notes.append(
                    f"another log, {other}, was signed with a key kept here; that log is not here"
                )


def _size(remembered: bytes | None) -> int:
    """How many records a remembered checkpoint covers; a loss of power can leave half of one."""
    try:
        return read_checkpoint(remembered)[0].size if remembered else 0
    except BadNote:
        return 0


def judge_kept(check: LogCheck, kept: Sequence[bytes]) -> tuple[Claim, ...]:
    """One claim for each checkpoint that somebody kept."""
    why = "the log begins with the records that it was signed over"
    return tuple(judged("kept", check.disagreement(data), why) for data in kept)


def _introduced(walk: Walk) -> Iterator[PublicKey]:
    for walked in walk.own:
        key = introduced(walked.record)
        if key is not None:
            yield key
