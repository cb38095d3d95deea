"""Taking the content of records away so that the log still verifies.

A record is a leaf of the tree by its salted hash. Forgetting leaves the two hashes that the neighbours and
the tree need, and nothing that could be guessed from them: 32 random bytes went into each. It begins with a
record that names what is forgotten, so a content that merely vanished is not mistaken for it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from withhold.evidence import merkle
from withhold.evidence.layout import Layout, write_whole
from withhold.evidence.records import decode, forgotten
from withhold.model.evidence import Draft, Record
from withhold.support.storage import Storage

if TYPE_CHECKING:
    from withhold.evidence.log import End, Log

FORGOTTEN = "state.forgotten"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """``record`` names what was forgotten; ``records`` and ``artifacts`` count it; ``kept`` could not be."""

    record: str | None
    records: int
    artifacts: int
    kept: tuple[str, ...]


def declared_in(record: Record) -> tuple[str, ...]:
    """The ids that a record says are forgotten."""
    listed = record.body.get("records")
    if not isinstance(listed, list | tuple):
        return ()
    return tuple(str(one) for one in listed)


def forget(
    layout: Layout, storage: Storage, log: "Log", end: "End", ids: Collection[str], at: datetime
) -> Forgotten:
    """As :meth:`Journal.forget`; the caller holds the lock."""
    wanted = set(ids)
    here = [line for raw in storage.lines(layout.log) if (line := decode(raw[:-1])).record is not None]
    found = [line.id for line in here if line.id in wanted]
    kept = tuple(sorted(wanted - set(found)))
    if not found:  # a run that was stopped may have left artifacts of what it forgot
        return Forgotten(None, 0, _remove_blobs(layout, storage), kept)
    _, said = log.write(end, Draft(FORGOTTEN, at, {"records": found}))
    write_whole(storage, layout, layout.log, b"".join(_without(layout, storage, set(found))))
    removed = _remove_blobs(layout, storage)
    return Forgotten(decode(said).id, len(found), removed, kept)


def _without(layout: Layout, storage: Storage, gone: set[str]) -> Iterator[bytes]:
    for raw in storage.lines(layout.log):
        line = raw[:-1]
        if raw.endswith(b"\n") and decode(line).leaf is None and decode(line).id in gone:
            yield forgotten(line, merkle.leaf_hash(line)) + b"\n"
        else:
            yield raw


def _remove_blobs(layout: Layout, storage: Storage) -> int:
    """Remove what no record names any more."""
    named: set[str] = set()
    for path in (layout.journal, layout.log):
        for raw in storage.lines(path):
            record = decode(raw.removesuffix(b"\n")).record
            if record is not None:
                named.update(a.sha256 for a in record.artifacts)
    removed = 0
    for folder in storage.names(layout.blobs):
        for name in storage.names(layout.blobs / folder):
            if name not in named:
                storage.remove(layout.blobs / folder / name)
                removed += 1
    return removed
