"""Finding conversations by their keys among all live ones, without holding them as objects."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa

from withhold.index.fingerprints import DIGEST_BYTES
from withhold.index.kept import Messages
from withhold.index.rows import GroupMessages, Row, rows_of
from withhold.index.snapshot import Snapshot
from withhold.model.segments import Segment

_NO_DIGEST = bytes(DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a live row lies."""

    segment: int
    """Index in the listing."""
    group: int
    row: int
    """Row within the group."""


class Live:
    """Keys and digests of the live rows of a snapshot, sorted by key: about 40 bytes a conversation."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._segments = snapshot.listing.segments
        self._groups = [_group_starts(snapshot, segment) for segment in self._segments]
        table = self._table()
        self.keys = memoryview(table["key"].chunk(0).buffers()[1]).cast("q") if table.num_rows else ()
        self._count = table.num_rows
        self._digests = table["digest"]
        self._segment = table["segment"]
        self._row = table["row"]

    def _table(self) -> pa.Table:
        parts = []
        for number, segment in enumerate(self._segments):
            file = self._snapshot.file(segment, "conversations")
            if file is None:
                continue
            part = file.column("key", "digest")
            rows = part.num_rows
            part = part.append_column("segment", pa.repeat(pa.scalar(number, pa.int32()), rows))
            part = part.append_column("row", pa.array(range(rows), pa.int32()))
            alive = self._snapshot.alive(segment, part["key"])
            parts.append(part if alive is None else part.filter(alive))
        if not parts:
            return pa.table({"key": [], "digest": [], "segment": [], "row": []})
        return pa.concat_tables(parts).sort_by("key").combine_chunks()

    def __len__(self) -> int:
        return int(self._count)

    def _at(self, key: int) -> int | None:
        place = bisect_left(self.keys, key, 0, self._count)
        return place if place < self._count and self.keys[place] == key else None

    def __contains__(self, key: int) -> bool:
        return self._at(key) is not None

    def digest(self, key: int) -> bytes | None:
        """What the source that changed this conversation last showed; ``None`` where that is not known."""
        place = self._at(key)
        found: bytes | None = None if place is None else self._digests[place].as_py()
        return found

    def place(self, key: int) -> Place | None:
        """Where the live row of a key lies."""
        at = self._at(key)
        if at is None:
            return None
        segment, row = self._segment[at].as_py(), self._row[at].as_py()
        starts = self._groups[segment]
        group = bisect_left(starts, row + 1) - 1
        return Place(segment, group, row - starts[group])

    def read(self, keys: Iterable[int]) -> "Iterator[Found]":
        """The live rows of ``keys``, by place. Each row group is read once, its messages when asked for."""
        wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
        for key in keys:
            place = self.place(key)
            if place is not None:
                wanted[place.segment, place.group].append(place.row)
        for (segment, group), rows in sorted(wanted.items()):
            yield from GroupReader(self._snapshot, self._segments[segment], group).found(sorted(rows))


@dataclass(frozen=True, slots=True)
class Found:
    """A live row, its segment, and a way to its messages."""

    row: Row
    segment: Segment
    place: int
    reader: "GroupReader"

    def messages(self) -> Messages:
        return self.reader.messages.of(self.place)


class GroupReader:
    """One row group of a segment."""

    def __init__(self, snapshot: Snapshot, segment: Segment, group: int) -> None:
        self._snapshot = snapshot
        self._segment = segment
        self._group = group
        self._messages: GroupMessages | None = None
        file = snapshot.file(segment, "conversations")
        assert file is not None  # noqa: S101 - a place is only given where there are rows
        self._table = file.group(group)

    def found(self, rows: list[int]) -> Iterator[Found]:
        """These rows of the group."""
        for place, row in zip(rows, rows_of(self._table.take(rows)), strict=True):
            yield Found(row, self._segment, place, self)

    @property
    def messages(self) -> GroupMessages:
        if self._messages is None:
            file = self._snapshot.file(self._segment, "messages")
            counts = self._table["messages"].to_pylist()
            self._messages = GroupMessages(counts, None if file is None else file.group(self._group))
        return self._messages


def _group_starts(snapshot: Snapshot, segment: Segment) -> list[int]:
    """First row of each row group of ``conversations``, and the number of rows at the end."""
    file = snapshot.file(segment, "conversations")
    sizes = [] if file is None else [file.rows(group) for group in range(file.groups)]
    return list(accumulate(sizes, initial=0))
