"""Checkpoints (C2SP ``tlog-checkpoint``) and inclusion proofs (C2SP ``tlog-proof@v1``) as texts."""

import re
from dataclasses import dataclass

from withhold.evidence import merkle
from withhold.evidence.notes import BadNote, Note, decode64, encode64, read_note

_PROOF = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log ``origin`` held ``size`` leaves, whose tree has the root hash ``root``."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a ``.tlog-proof`` file says: leaf ``index`` is under the root of ``checkpoint``."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        lines = [_PROOF, f"index {self.index}", *(encode64(part) for part in self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def includes(self, leaf: bytes) -> bool:
        """Whether the path leads from ``leaf`` to the root. Says nothing of the signature."""
        checkpoint = read_checkpoint(self.checkpoint)[0]
        found = merkle.root_by_inclusion(self.index, checkpoint.size, merkle.leaf_hash(leaf), self.path)
        return found == checkpoint.root


def read_checkpoint(data: bytes) -> tuple[Checkpoint, Note]:
    """Take a signed checkpoint apart; the note is for its signatures. Raises :class:`BadNote`."""
    note = read_note(data)
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or not _NUMBER.fullmatch(lines[1]):
        raise BadNote("it is not a checkpoint: a name, a number and a root hash")
    return Checkpoint(lines[0], int(lines[1]), _hash(lines[2])), note


def read_proof(data: bytes) -> Proof:
    """Read a ``.tlog-proof`` file; raises :class:`BadNote`."""
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as problem:
        raise BadNote("it is not a proof: its head is not plain text") from problem
    if not gap or lines.pop(0) != _PROOF:
        raise BadNote(f"it is not a proof: it does not begin with {_PROOF}")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    word, _, number = (lines.pop(0) if lines else "").partition(" ")
    if word != "index" or not _NUMBER.fullmatch(number):
        raise BadNote("it is not a proof: it names no index")
    read_checkpoint(checkpoint)
    return Proof(int(number), tuple(_hash(line) for line in lines), checkpoint)


def _hash(text: str) -> bytes:
    try:
        found = decode64(text)
    except ValueError as problem:
        raise BadNote("a hash is not Base64") from problem
    if len(found) != merkle.HASH:
        raise BadNote(f"a hash has {len(found)} bytes instead of {merkle.HASH}")
    return found
