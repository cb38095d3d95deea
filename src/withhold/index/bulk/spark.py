"""The queries of this room on Spark: carried over by SQLGlot, worked out by a cluster.

No rule is in them, so nothing can be judged otherwise than on one machine. Needs the extra ``spark`` and a
Java runtime; the cluster's own machines need neither Python nor this program.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@lru_cache(maxsize=256)
def carried_over(sql: str) -> str:
    """A query of this room in the words of Spark."""
    import sqlglot

    [said] = sqlglot.transpile(sql, read="duckdb", write="spark")
    return said


class Spark:
    """A Spark session as an engine. The session stays whoever's it is; only what was made here goes."""

    def __init__(self, session: "SparkSession") -> None:
        self._session = session
        self._made: dict[str, DataFrame] = {}

    def make(self, name: str, sql: str) -> None:
        found = self._asked(sql).persist()
        found.count()  # worked out now, while what it was made from is still there
        self._called(name, found)
        self._made[name] = found

    def view(self, name: str, sql: str) -> None:
        self._called(name, self._asked(sql))

    def take(self, name: str, table: pa.Table) -> None:
        self._called(name, self._session.createDataFrame(table))

    def _called(self, name: str, frame: "DataFrame") -> None:
        former = self._made.pop(name, None)
        if former is not None:
            former.unpersist()
        frame.createOrReplaceTempView(name)

    def drop(self, *names: str) -> None:
        for name in names:
            self._session.catalog.dropTempView(name)
            self._made.pop(name).unpersist()

    def fetched(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._asked(sql).collect()]

    def arrow(self, sql: str) -> pa.Table:
        table: pa.Table = self._asked(sql).toArrow()
        return table

    def batches(self, sql: str, size: int) -> Iterator[pa.Table]:
        rows = self._asked(sql)
        form = rows.limit(0).toArrow().schema
        found = rows.toLocalIterator(prefetchPartitions=True)
        while batch := list(islice(found, size)):
            yield pa.Table.from_pylist([row.asDict(recursive=True) for row in batch], form)

    def files(self, name: str, paths: list[str]) -> None:
        self._called(name, self._session.read.option("mergeSchema", "true").parquet(*paths))

    def close(self) -> None:
        for frame in self._made.values():
            frame.unpersist()
        self._made.clear()

    def _asked(self, sql: str) -> "DataFrame":
        return self._session.sql(carried_over(sql))
