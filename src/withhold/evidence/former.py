"""The journal of format 1: the chain that earlier versions wrote, before there was a signed log.

It is never written again once the log has anchored it. Before that it is made whole, as those versions did.
They wrote a record in this order: its blobs, its line, the head. So a stop left one of:

- files in ``tmp/``: removed;
- blobs that no record names: kept, and mentioned by the verification;
- the start of a line that the head does not count: moved to ``journal.torn-<n>``, never dropped;
- whole, rightly chained lines that the head does not count yet: counted.

Anything else cannot come from a stop. It is left as it is and raises ``EvidenceBroken``: writing on would
cover up what happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from withhold.evidence.former_head import EMPTY, Head, decode_head, encode_head
from withhold.evidence.layout import TORN, Layout, set_aside, write_whole
from withhold.evidence.records import FORMER, Line, decode
from withhold.support.errors import EvidenceBroken
from withhold.support.storage import Storage

_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class Mended:
    """How far the journal goes, and what had to be done for it."""

    head: Head
    notes: tuple[str, ...]


def mend(layout: Layout, storage: Storage) -> Mended:
    """Make the journal whole, so that it can be anchored. The caller holds the lock.

    Looks at the last record and what follows it only; the verification looks at everything. Raises
    ``EvidenceBroken``. Where there is no journal, nothing is made.
    """
    head = _read_head(layout, storage)
    _check_end(layout, storage, head)
    rest = storage.read(layout.journal, head.size) if storage.size(layout.journal) else b""
    counted, torn = follow(head, rest)
    notes = tuple(_settle(layout, storage, head, counted, torn))
    return Mended(counted, notes)


def follow(head: Head, rest: bytes) -> tuple[Head, bytes]:
    """Count the whole, rightly chained lines after ``head``; what is left over is a torn line or empty.

    Raises ``EvidenceBroken`` where the rest is neither.
    """
    while (end := rest.find(b"\n")) >= 0 and b"\0" not in rest[:end]:
        line = decode(rest[:end])
        if not line.follows(head.count, head.last, FORMER):
            raise _broken(f"what follows record {head.count} is not record {head.count + 1}")
        head = Head(head.count + 1, line.id, head.size + end + 1)
        rest = rest[end + 1 :]
    return head, rest


def _read_head(layout: Layout, storage: Storage) -> Head:
    if storage.size(layout.head) is None:
        if storage.size(layout.journal):
            raise _broken("head.json is missing, so nobody can tell whether the last records are, too")
        return EMPTY
    try:
        return decode_head(storage.read(layout.head))
    except ValueError as problem:
        raise _broken(f"head.json cannot be read: {problem}") from problem


def _check_end(layout: Layout, storage: Storage, head: Head) -> None:
    size = storage.size(layout.journal) or 0
    if size < head.size:
        raise _broken(
            f"the head counts {head.count} records in {head.size} bytes, and the journal has {size}:"
            " records were dropped from its end"
        )
    if head.count and not _is_last(decode(_last_line(layout, storage, head.size)), head):
        raise _broken(f"record {head.count} is not the one that the head names as the last")


def _is_last(line: Line, head: Head) -> bool:
    return line.record is not None and (line.id, line.record.seq) == (head.last, head.count)


def _last_line(layout: Layout, storage: Storage, end: int) -> bytes:
    """The line that ends at byte ``end``, without its end; empty if there is none."""
    length = _BLOCK
    while True:
        start_at = max(0, end - length)
        block = storage.read(layout.journal, start_at, end - start_at)
        if not block.endswith(b"\n"):
            return b""
        before = block.rfind(b"\n", 0, -1)
        if before >= 0 or start_at == 0:
            return block[before + 1 : -1]
        length *= 2


def _settle(layout: Layout, storage: Storage, head: Head, counted: Head, torn: bytes) -> Iterator[str]:
    if torn:
        name = set_aside(storage, layout, TORN[0], torn)
        yield f"the start of a record ({len(torn)} bytes) was set aside as {name}"
        storage.truncate(layout.journal, counted.size)
        storage.sync(layout.journal)
    if counted != head:
        storage.sync(layout.journal)
        write_whole(storage, layout, layout.head, encode_head(counted))
        yield f"the head counted {head.count} of {counted.count} records; it counts all of them now"


def _broken(what: str) -> EvidenceBroken:
    return EvidenceBroken(
        f"the evidence journal is not as it was left: {what}",
        next_step="run 'withhold evidence verify'; to begin anew, move the evidence folder away and keep it",
    )
