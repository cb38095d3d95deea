"""What the log says of itself in records of its own: what it was opened with, and which keys sign it.

The log is opened by a record ``log.opened``. It introduces the first key and anchors the journal of format 1,
if there was one: its SHA-256, and as an artifact the ids of all its records. A key that takes over is
introduced by a record ``log.key``, endorsed by the key before it where that was still there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from withhold.evidence.former_head import Head
from withhold.evidence.layout import Layout
from withhold.evidence.notes import RAW, BadNote, PublicKey, SecretKey, decode64, encode64, read_note
from withhold.evidence.records import decode, digest
from withhold.evidence.rows import KEY, OPENED
from withhold.model.evidence import Artifact, Draft, Json, Record
from withhold.support.storage import Storage

ANCHORED = "journal-records.txt"
"""Artifact of the opening record: the ids of the records of format 1, one a line."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The journal of format 1 as the log was opened on it."""

    count: int
    last: str | None
    size: int
    sha256: str


NO_ANCHOR = Anchor(0, None, 0, digest(b""))


def opening(key: PublicKey, layout: Layout, storage: Storage, former: Head, at: datetime) -> Draft:
    """The first record of a new log after the journal ``former``."""
    journal = storage.read(layout.journal, 0, former.size) if former.count else b""
    ids = "".join(f"{decode(line).id}\n" for line in journal.splitlines())
    anchor: Json = {
        "count": former.count,
        "last": former.last,
        "sha256": digest(journal),
        "size": former.size,
    }
    body: dict[str, Json] = {"key": _introduced(key), "journal": anchor if former.count else None}
    artifacts = (Artifact(ANCHORED, "text/plain", ids.encode()),) if former.count else ()
    return Draft(OPENED, at, body, artifacts)


def rotation(key: PublicKey, former_id: str, former: SecretKey | None, at: datetime) -> Draft:
    """The record with which ``key`` takes over; ``former`` is ``None`` where that key is lost."""
    note = None if former is None else former.sign(_endorsed(key)).decode()
    reason = "rotated" if former else "the former key is lost"
    body: dict[str, Json] = {
        "key": _introduced(key),
        "former": former_id,
        "endorsement": note,
        "reason": reason,
    }
    return Draft(KEY, at, body)


def introduced(record: Record) -> PublicKey | None:
    """The key that a record introduces; ``None`` for other records, and for one that cannot be read."""
    key = record.body.get("key")
    if record.type not in (OPENED, KEY) or not isinstance(key, Mapping):
        return None
    name, raw = key.get("name"), key.get("public")
    if not isinstance(name, str) or not isinstance(raw, str):
        return None
    try:
        data = decode64(raw)
    except ValueError:
        return None
    return PublicKey(name, data) if len(data) == RAW else None


def endorsed(record: Record, former: PublicKey) -> bool | None:
    """Whether the key before vouches for the one that ``record`` introduces; ``None``: none is claimed."""
    note, key = record.body.get("endorsement"), introduced(record)
    if note is None:
        return None
    return key is not None and vouches(str(note).encode(), former, key)


def vouches(note: bytes, former: PublicKey, key: PublicKey) -> bool:
    """Whether ``note`` is the one in which ``former`` says that ``key`` is the next."""
    try:
        read = read_note(note)
        read.signer([former])
    except BadNote:
        return False
    return read.text == _endorsed(key)


def anchor_of(record: Record) -> Anchor:
    """What an opening record says of the journal of format 1; ``ValueError`` where it cannot be read."""
    journal = record.body.get("journal")
    if journal is None:
        return NO_ANCHOR
    if not isinstance(journal, Mapping):
        raise ValueError("what it says of the journal of format 1 is not an object")
    count, last, size = journal.get("count"), journal.get("last"), journal.get("size")
    sha256 = journal.get("sha256")
    if not (isinstance(count, int) and isinstance(size, int)):
        raise ValueError("how long the journal of format 1 was cannot be read")
    if not (isinstance(last, str) and isinstance(sha256, str)):
        raise ValueError("which journal of format 1 it was cannot be read")
    return Anchor(count, last, size, sha256)


def _introduced(key: PublicKey) -> Json:
    return {
        "fingerprint": key.fingerprint,
        "id": key.id,
        "name": key.name,
        "public": encode64(key.raw),
        "vkey": key.vkey,
    }


def _endorsed(key: PublicKey) -> str:
    """Never the text of a checkpoint: its second line is no number."""
    return f"{key.name}\nthe next key of this log is\n{key.vkey}\n"
