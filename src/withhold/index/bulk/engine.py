"""What runs the SQL of this room: DuckDB in this process, or a cluster (``spark.py``).

Queries are written once, in the words of DuckDB, and only in such words as SQLGlot carries over. Whatever
depends on the order in which rows happen to come is numbered here, in Python, and handed in again: a cluster
may work a query out twice, and has to come to the same both times.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb


class Engine(Protocol):
    """Named tables, and queries over them. For one thread."""

    def make(self, name: str, sql: str) -> None:
        """``name`` from now on holds what ``sql`` gives now, in place of what had that name."""

    def view(self, name: str, sql: str) -> None:
        """``name`` from now on stands for ``sql``, worked out whenever it is asked."""

    def take(self, name: str, table: pa.Table) -> None:
        """``name`` from now on holds ``table``, in place of what had that name."""

    def drop(self, *names: str) -> None:
        """Let go of what was made under these names."""

    def fetched(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows."""

    def arrow(self, sql: str) -> pa.Table:
        """All rows as a table."""

    def batches(self, sql: str, size: int) -> Iterator[pa.Table]:
        """All rows in their order, some ``size`` of them at a time."""

    def files(self, name: str, paths: list[str]) -> None:
        """``name`` from now on stands for the rows of these Parquet files. A column that some of them lack is
        null in their rows.
        """

    def close(self) -> None:
        """Let go of everything."""


class Duck:
    """DuckDB, over a connection that this object closes."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    @classmethod
    def alone(cls) -> "Duck":
        """With nothing in it, and nothing fetched from anywhere."""
        import duckdb

        connection = duckdb.connect(":memory:")
        connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        return cls(connection)

    def make(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def take(self, name: str, table: pa.Table) -> None:
        self._connection.register(name, table)

    def drop(self, *names: str) -> None:
        for name in names:
            self._connection.execute(f"DROP TABLE {name}")

    def fetched(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        table: pa.Table = self._connection.sql(sql).to_arrow_table()
        return table

    def batches(self, sql: str, size: int) -> Iterator[pa.Table]:
        for batch in self._connection.sql(sql).to_arrow_reader(size):
            yield pa.Table.from_batches([batch])

    def files(self, name: str, paths: list[str]) -> None:
        listed = ", ".join("'{}'".format(path.replace("'", "''")) for path in paths)
        options = "hive_partitioning = false, union_by_name = true"
        self.view(name, f"SELECT * FROM read_parquet([{listed}], {options})")

    def close(self) -> None:
        self._connection.close()
