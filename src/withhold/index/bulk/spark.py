"""The cutting of histories on Spark: the expressions of ``cutting.py``, carried over by SQLGlot.

What Spark gives are written cuts, as DuckDB gives them. No rule is in them, so nothing can be judged
otherwise than on one machine. Needs the extra ``spark`` and a Java runtime.
"""

from typing import TYPE_CHECKING

from withhold.index.bulk.cutting import Cut, cuts
from withhold.index.bulk.grid import Grid

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

VIEW = "withhold_sendings"


def carried_over(sql: str) -> str:
    """A query of this room in the words of Spark."""
    import sqlglot

    [said] = sqlglot.transpile(sql, read="duckdb", write="spark")
    return said


def cuts_on(
    session: "SparkSession", sendings: "DataFrame", grid: Grid, as_of: int | None = None
) -> "DataFrame":
    """One row a conversation: ``key`` and ``text`` (:class:`~withhold.index.bulk.cutting.Cut`, in any order).

    ``sendings`` has the columns of ``index/schema.py``; its ``key`` may be of any type that tells
    conversations of many people apart. Texts are few: :func:`distinct_cuts` collects and reads them.
    """
    sendings.createOrReplaceTempView(VIEW)
    return session.sql(carried_over(cuts(grid, VIEW, as_of)))


def distinct_cuts(found: "DataFrame") -> dict[str, Cut]:
    """Every text of :func:`cuts_on` with the cut it stands for."""
    return {row["text"]: Cut.read(row["text"]) for row in found.select("text").distinct().collect()}
