"""The live rows of the index, as of one moment.

Arrow and DuckDB are loaded when rows are asked for: how many there are is known without.
"""

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.index.schema import SUPERSEDABLE, TABLES
from withhold.model.segments import Listing, Segment

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from withhold.index.files import TableFile


class Snapshot:
    """What counted when the listing was made, whatever is written meanwhile. For one thread.

    Its files stay for at least an hour after they have ceased to count. All methods raise
    ``EnvironmentProblem`` naming the file where one is missing or is not what was written.
    """

    def __init__(self, folder: Path, listing: Listing) -> None:
        self.listing = listing
        self.folder = folder
        self._open: dict[tuple[int, str], TableFile] = {}

    @cached_property
    def version(self) -> str:
        """Another text whenever other rows are live: what was derived under the same one still holds."""
        parts = [f"{f.table}:{f.sha256}" for s in self.listing.segments for f in s.files]
        dead = [hashlib.sha256(keys).hexdigest() for _, keys in sorted(self.listing.superseded.items())]
        return hashlib.sha256("\n".join([*sorted(parts), *dead]).encode()).hexdigest()

    def file(self, segment: Segment, table: str) -> "TableFile | None":
        """An open file of a segment; ``None`` where the table has no rows there."""
        if (segment.id, table) not in self._open:
            file = segment.file(table)
            if file is None:
                return None
            from withhold.index.files import TableFile

            self._open[segment.id, table] = TableFile(self.folder, file)
        return self._open[segment.id, table]

    def dead(self, segment: Segment) -> "pa.Array | None":
        """Keys whose rows in the segment count no more; ``None`` where all count."""
        import pyarrow as pa

        keys = self.listing.superseded.get(segment.id, b"")
        return pa.Array.from_buffers(pa.int64(), len(keys) // 8, [None, pa.py_buffer(keys)]) if keys else None

    def alive(self, segment: Segment, keys: "pa.Array") -> "pa.Array | None":
        """Which of the segment's rows count, by their keys; ``None`` where all do."""
        import pyarrow.compute as pc

        dead = self.dead(segment)
        return None if dead is None else pc.invert(pc.is_in(keys, value_set=dead))

    def columns(self, table: str, *names: str) -> "pa.Table":
        """Some columns of all live rows, ``key`` among them."""
        import pyarrow as pa

        from withhold.index.arrow import schema

        return pa.concat_tables(
            [part for segment in self.listing.segments for part in self._live(segment, table, names)]
            or [pa.schema([schema(table).field(name) for name in names]).empty_table()]
        )

    def _live(self, segment: Segment, table: str, names: tuple[str, ...]) -> "Iterator[pa.Table]":
        file = self.file(segment, table)
        if file is not None:
            part = file.column(*names)
            alive = self.alive(segment, part["key"]) if table in SUPERSEDABLE else None
            yield part if alive is None else part.filter(alive)

    def count(self) -> int:
        """Live conversations."""
        rows = sum(f.rows for s in self.listing.segments if (f := s.file("conversations")) is not None)
        return rows - sum(len(keys) // 8 for keys in self.listing.superseded.values())

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """A DuckDB in memory with one view of live rows for each table of ``schema.py``."""
        import duckdb

        connection = duckdb.connect(":memory:")
        connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        for name in TABLES:
            connection.execute(f"CREATE VIEW {name} AS {self._select(connection, name)}")
        return connection

    def _select(self, connection: "duckdb.DuckDBPyConnection", table: str) -> str:
        """SQL of the live rows; keys that count no more go into tables of the connection."""
        from withhold.index.files import sound

        whole: list[Path] = []
        parts: list[str] = []
        for segment in self.listing.segments:
            file = segment.file(table)
            if file is None:
                continue
            path = sound(self.folder, file)
            if table in SUPERSEDABLE and self.listing.superseded.get(segment.id):
                parts.append(
                    f"SELECT * FROM {_parquet([path])} WHERE key NOT IN"  # noqa: S608 - our own paths
                    f" (SELECT key FROM {self._dead_table(connection, segment)})"
                )
            else:
                whole.append(path)
        if whole:
            parts.append(f"SELECT * FROM {_parquet(whole)}")  # noqa: S608 - our own paths
        return " UNION ALL BY NAME ".join((_nothing(table), *parts))

    def _dead_table(self, connection: "duckdb.DuckDBPyConnection", segment: Segment) -> str:
        import pyarrow as pa

        name = f"superseded_{segment.id}"
        keys = pa.table({"key": self.dead(segment)})
        connection.register("keys_to_take", keys)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT key FROM keys_to_take")  # noqa: S608
        connection.unregister("keys_to_take")
        return name

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()


def _parquet(paths: list[Path]) -> str:
    listed = ", ".join("'{}'".format(str(path).replace("'", "''")) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


def _nothing(table: str) -> str:
    """All columns and no row: put first, so that a column which files lack is there, and null."""
    from withhold.index.schema import TYPES

    columns = ", ".join(f"NULL::{TYPES[c.type]} AS {c.name}" for c in TABLES[table].columns)
    return f"SELECT {columns} WHERE false"


def packed(keys: "array[int] | Mapping[int, object] | set[int]") -> bytes:
    """Keys as :class:`~withhold.model.segments.Listing` holds them, in order."""
    return array("q", sorted(keys)).tobytes()
