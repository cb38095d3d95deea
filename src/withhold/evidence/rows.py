"""The two files that are made from the records: the tree's hashes, and where each record lies.

Both are rows of entries of one length, only ever added to. They hold nothing that ``log.jsonl`` does not
say: whatever is found wrong with them is made anew from there, so they are not waited for when written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from withhold.evidence import merkle
from withhold.evidence.layout import Layout
from withhold.evidence.records import Line, digest
from withhold.support.storage import Storage

OWN = "log."
"""Records of this type are the log's own: what it was opened with, its keys, its time-stamps."""

OPENED = "log.opened"
KEY = "log.key"
TIMESTAMP = "log.timestamp"

_ID = 32
_END = 8
_ENTRY = _ID + _END + 1


class Kind(IntEnum):
    """What a record is to the log itself."""

    RECORD = 0
    KEY = 1
    TIMESTAMP = 2


def kind_of(line: Line) -> Kind:
    """The kind of a record; one that cannot be read counts as any other."""
    word = line.record.type if line.record else ""
    if word == TIMESTAMP:
        return Kind.TIMESTAMP
    return Kind.KEY if word in (OPENED, KEY) else Kind.RECORD


@dataclass(frozen=True, slots=True)
class Entry:
    """The record ``id`` ends before byte ``end`` of ``log.jsonl``."""

    id: str
    end: int
    kind: Kind

    def encode(self) -> bytes:
        return bytes.fromhex(self.id) + self.end.to_bytes(_END, "big") + bytes([self.kind])


class Rows:
    """The rows as they lie on disk. The caller holds the lock while it adds or cuts."""

    def __init__(self, layout: Layout, storage: Storage) -> None:
        self._layout = layout
        self._storage = storage

    def hash_at(self, place: int) -> bytes:
        """One hash of the tree; all zeros where the row is too short."""
        found = self._storage.read(self._layout.hashes, place * merkle.HASH, merkle.HASH)
        return found.ljust(merkle.HASH, b"\0")

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` records by the stored hashes."""
        return merkle.root(size, self.hash_at)

    def fits(self, size: int) -> bool:
        """Whether both rows are long enough for ``size`` records."""
        hashes = self._storage.size(self._layout.hashes) or 0
        entries = self._storage.size(self._layout.index) or 0
        return hashes >= merkle.stored(size) * merkle.HASH and entries >= size * _ENTRY

    def entry(self, index: int) -> Entry:
        """Where record ``index`` lies; ``ValueError`` if the row does not say."""
        return _entry(self._storage.read(self._layout.index, index * _ENTRY, _ENTRY))

    def leaf(self, index: int) -> bytes:
        """The bytes of record ``index``, without line end; not checked."""
        start = self.entry(index - 1).end if index else 0
        end = self.entry(index).end
        return self._storage.read(self._layout.log, start, max(0, end - start - 1))

    def find(self, identity: str, size: int) -> int | None:
        """The index of the record with that id among the first ``size``."""
        if not size:
            return None
        wanted, row = bytes.fromhex(identity), self._storage.read(self._layout.index, 0, size * _ENTRY)
        found = row.find(wanted)
        while found >= 0 and found % _ENTRY:
            found = row.find(wanted, found + 1)
        return found // _ENTRY if found >= 0 else None

    def newest(self, size: int, *kinds: Kind) -> Iterator[int]:
        """Indices of the records of these kinds among the first ``size``, the newest first."""
        row = self._storage.read(self._layout.index, 0, size * _ENTRY) if size else b""
        row = row[_ENTRY - 1 :: _ENTRY]
        return (index for index in range(len(row) - 1, -1, -1) if row[index] in kinds)

    def add(self, index: int, leaf: bytes, entry: Entry) -> None:
        """Add record ``index``, which comes right after the last one."""
        hashes = merkle.added(merkle.leaf_hash(leaf), index, self.hash_at)
        self._storage.append(self._layout.hashes, b"".join(hashes))
        self._storage.append(self._layout.index, entry.encode())

    def cut(self, size: int) -> None:
        """Drop what goes beyond ``size`` records; needs :meth:`fits`."""
        for path, length in (
            (self._layout.hashes, merkle.stored(size) * merkle.HASH),
            (self._layout.index, size * _ENTRY),
        ):
            if (self._storage.size(path) or 0) > length:
                self._storage.truncate(path, length)

    def rebuild(self, hashes: bytes, entries: bytes) -> None:
        """Put other rows in the place of those that are there."""
        for path, data in ((self._layout.hashes, hashes), (self._layout.index, entries)):
            self._storage.remove(path)
            self._storage.append(path, data)

    def same(self, hashes: bytes, entries: bytes) -> bool:
        """Whether the rows on disk begin with these."""
        return all(
            (self._storage.size(path) or 0) >= len(data)
            and (not data or self._storage.read(path, 0, len(data)) == data)
            for path, data in ((self._layout.hashes, hashes), (self._layout.index, entries))
        )


class Growing:
    """Both rows in memory, made from the lines of the log one after the other."""

    def __init__(self) -> None:
        self.size = 0
        self.end = 0
        self.hashes = bytearray()
        self.entries = bytearray()

    def add(self, leaf: bytes, kind: Kind, identity: str | None = None, hashed: bytes | None = None) -> None:
        """Take the next line, without its end; ``hashed`` stands in the tree for one that was forgotten."""
        for found in merkle.added(hashed or merkle.leaf_hash(leaf), self.size, self.hash_at):
            self.hashes += found
        self.end += len(leaf) + 1
        self.entries += Entry(identity or digest(leaf), self.end, kind).encode()
        self.size += 1

    def hash_at(self, place: int) -> bytes:
        return bytes(self.hashes[place * merkle.HASH : (place + 1) * merkle.HASH])

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` lines taken."""
        return merkle.root(size, self.hash_at)


def _entry(data: bytes) -> Entry:
    if len(data) != _ENTRY or data[-1] not in {kind.value for kind in Kind}:
        raise ValueError("the index has no such entry")
    return Entry(data[:_ID].hex(), int.from_bytes(data[_ID : _ID + _END], "big"), Kind(data[-1]))
