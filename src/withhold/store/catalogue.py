"""Which segments of the index count: the database's word on them."""

from collections import defaultdict
from datetime import timedelta

from withhold.model.columns import micros
from withhold.model.ports import Clock
from withhold.model.segments import Change, Listing, Segment, SegmentFile
from withhold.store.sqlite import Database


class SegmentCatalogue:
    """A :class:`~withhold.model.ports.Catalogue`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listing(self) -> Listing:
        """What counts now, all as of one moment."""
        with self._database.reading():
            segments = self._segments()
            superseded: dict[int, bytes] = defaultdict(bytes)
            for segment, keys in self._database.rows("SELECT segment, keys FROM superseded ORDER BY rowid"):
                superseded[segment] += keys
            return Listing(
                segments=segments,
                superseded=dict(superseded),
                bumped=tuple(self._database.rows("SELECT home, key FROM bumped_keys ORDER BY home, key")),
                retired=frozenset(n for (n,) in self._database.rows("SELECT name FROM retired_files")),
                next_segment=max((s.id for s in segments), default=0) + 1,
            )

    def _segments(self) -> tuple[Segment, ...]:
        files: dict[int, list[SegmentFile]] = defaultdict(list)
        for segment, *values in self._database.rows(
            "SELECT segment, part, sha256, size, rows, modified FROM segment_files ORDER BY segment, part"
        ):
            files[segment].append(SegmentFile(*values))
        rows = self._database.rows("SELECT id, last_seq FROM segments ORDER BY id")
        return tuple(Segment(number, tuple(files[number]), last) for number, last in rows)

    def commit(self, change: Change) -> None:
        """All of ``change``, or nothing; part of the present transaction, if there is one."""
        with self._database.transaction():
            for segment in change.add:
                self._add(segment)
            for number, keys in change.supersede.items():
                self._database.run("INSERT INTO superseded (segment, keys) VALUES (?, ?)", number, keys)
            for home, key in change.bumped:
                self._database.run("INSERT INTO bumped_keys (home, key) VALUES (?, ?)", home, key)
            for segment in change.retire:
                self._retire(segment)

    def _add(self, segment: Segment) -> None:
        self._database.run("INSERT INTO segments (id, last_seq) VALUES (?, ?)", segment.id, segment.last_seq)
        for file in segment.files:
            self._database.run(
                "INSERT INTO segment_files (segment, part, sha256, size, rows, modified)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                segment.id,
                file.table,
                file.sha256,
                file.size,
                file.rows,
                file.modified,
            )

    def _retire(self, segment: Segment) -> None:
        now = micros(self._clock())
        self._database.run("DELETE FROM segments WHERE id = ?", segment.id)
        for file in segment.files:
            self._database.run(
                "INSERT OR REPLACE INTO retired_files (name, at) VALUES (?, ?)", file.name, now
            )

    def retired_before(self, seconds: float) -> frozenset[str]:
        """Names of files that were retired at least so long ago."""
        until = micros(self._clock() - timedelta(seconds=seconds))
        rows = self._database.rows("SELECT name FROM retired_files WHERE at <= ?", until)
        return frozenset(name for (name,) in rows)

    def forget(self, names: frozenset[str]) -> None:
        """These retired files are gone."""
        if not names:
            return
        with self._database.transaction():
            for name in names:
                self._database.run("DELETE FROM retired_files WHERE name = ?", name)
