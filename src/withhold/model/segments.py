"""Immutable segments of the index, as the state's database lists them.

The database is the truth about which segments count; the files are what they hold (``index/schema.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """One table of a segment: a file named ``<sha256>.parquet``.

    ``size`` is in bytes. ``modified`` is what the file system said of it when it was written (nanoseconds): a
    file that still has this size and time is taken for the one that was written.
    """

    table: str
    sha256: str
    size: int
    rows: int
    modified: int

    @property
    def name(self) -> str:
        return f"{self.sha256}.parquet"


@dataclass(frozen=True, slots=True)
class Segment:
    """The tables written by one import, migration or compaction. ``last_seq`` is its largest ``seq``."""

    id: int
    files: tuple[SegmentFile, ...]
    last_seq: int

    def file(self, table: str) -> SegmentFile | None:
        """The file of a table; ``None`` where the table has no rows here."""
        return next((f for f in self.files if f.table == table), None)


@dataclass(frozen=True, slots=True)
class Listing:
    """What counts, as of one moment.

    ``superseded`` maps a segment's id to keys whose rows in it count no more, as 64-bit integers of this
    machine. ``bumped`` holds ``(home, key)`` of conversations that did not get their first key, since another
    one had it. ``retired`` are names of files that count no more and that a reader may still hold.
    """

    segments: tuple[Segment, ...]
    superseded: Mapping[int, bytes]
    bumped: tuple[tuple[int, int], ...]
    retired: frozenset[str]
    next_segment: int

    @property
    def names(self) -> frozenset[str]:
        """All files that count, or that a reader may still hold."""
        return self.retired.union(file.name for segment in self.segments for file in segment.files)


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does to the listing."""

    add: tuple[Segment, ...] = ()
    supersede: Mapping[int, bytes] = field(default_factory=dict)
    bumped: tuple[tuple[int, int], ...] = ()
    retire: tuple[Segment, ...] = ()
