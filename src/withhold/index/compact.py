"""Writing segments anew, without the rows that count no more."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from withhold.index.groups import CONVERSATIONS_A_GROUP, MESSAGES_A_GROUP
from withhold.index.schema import SUPERSEDABLE
from withhold.index.segment import SegmentWriter
from withhold.index.snapshot import Snapshot
from withhold.model.segments import Change, Listing, Segment
from withhold.support.storage import Storage

MANY = 12
"""So many small segments are made one: each import adds one, and each has to be opened by every reader."""


def worth_compacting(listing: Listing) -> tuple[Segment, ...]:
    """Segments of whose conversations more than half are superseded, and the small ones if there are many."""
    half_dead = {s.id for s in listing.segments if _dead(listing, s) * 2 > _rows(s) > 0}
    small = {s.id for s in listing.segments if _rows(s) < CONVERSATIONS_A_GROUP}
    chosen = half_dead | (small if len(small) > MANY else set())
    return tuple(s for s in listing.segments if s.id in chosen)


def _rows(segment: Segment) -> int:
    file = segment.file("conversations")
    return 0 if file is None else file.rows


def _dead(listing: Listing, segment: Segment) -> int:
    return len(listing.superseded.get(segment.id, b"")) // 8


def compacted(
    folder: Path,
    listing: Listing,
    segments: Sequence[Segment],
    storage: Storage,
    *,
    without: frozenset[int] = frozenset(),
) -> Change:
    """The live rows of ``segments`` as one new segment, and what to commit. Order of rows is kept.

    ``without`` are keys that no sighting is to name any more either.
    """
    snapshot = Snapshot(folder, listing)
    writer = SegmentWriter(folder, listing.next_segment, storage)
    try:
        for group in _gathered(_live_groups(snapshot, segments)):
            writer.write(group)
        for segment in segments:
            file = snapshot.file(segment, "sightings")
            for number in range(0 if file is None else file.groups):
                assert file is not None  # noqa: S101 - there are no groups otherwise
                writer.write({"sightings": _sightings(file.group(number), without)})
        made = writer.finish(max(s.last_seq for s in segments))
    except BaseException:
        writer.abandon(listing.names)
        raise
    finally:
        snapshot.close()
    return Change(add=(made,) if made.files else (), retire=tuple(segments))


def _live_groups(snapshot: Snapshot, segments: Sequence[Segment]) -> Iterator[dict[str, pa.Table]]:
    for segment in segments:
        files = {name: snapshot.file(segment, name) for name in SUPERSEDABLE}
        head = files["conversations"]
        for number in range(0 if head is None else head.groups):
            group = {name: file.group(number) for name, file in files.items() if file is not None}
            yield {name: _alive(snapshot, segment, table) for name, table in group.items()}


def _sightings(table: pa.Table, without: frozenset[int]) -> pa.Table:
    if not without:
        return table
    import pyarrow.compute as pc

    keys = pa.array(sorted(without), table.schema.field("key").type)
    return table.filter(pc.invert(pc.is_in(table["key"], keys)))


def _alive(snapshot: Snapshot, segment: Segment, table: pa.Table) -> pa.Table:
    alive = snapshot.alive(segment, table["key"])
    return table if alive is None else table.filter(alive)


def _gathered(groups: Iterator[dict[str, pa.Table]]) -> Iterator[dict[str, pa.Table]]:
    """Small groups put together up to the size of one."""
    held: list[dict[str, pa.Table]] = []
    for group in groups:
        if not group["conversations"].num_rows:
            continue
        held.append(group)
        if _full(held):
            yield _together(held)
            held = []
    if held:
        yield _together(held)


def _full(groups: list[dict[str, pa.Table]]) -> bool:
    conversations = sum(group["conversations"].num_rows for group in groups)
    messages = sum(group["messages"].num_rows for group in groups if "messages" in group)
    return bool(conversations * 2 > CONVERSATIONS_A_GROUP or messages * 2 > MESSAGES_A_GROUP)


def _together(groups: list[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    from withhold.index.arrow import schema

    return {
        name: pa.concat_tables(
            [group.get(name, schema(name).empty_table()).cast(schema(name)) for group in groups]
        ).combine_chunks()
        for name in SUPERSEDABLE
    }
