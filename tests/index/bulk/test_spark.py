"""Spark and DuckDB cut histories alike, row by row."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from withhold.index.bulk.cutting import Cut, cuts
from withhold.index.bulk.grid import Grid
from withhold.index.schema import BEGINNING, END

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def session() -> "Iterator[SparkSession]":
    """Spark on this machine alone."""
    pyspark = pytest.importorskip("pyspark.sql", reason="the extra 'spark' is not installed")
    pytest.importorskip("sqlglot", reason="the extra 'spark' is not installed")
    made = (
        pyspark.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield made
    made.stop()


def sendings(random: Random, grid: Grid) -> pa.Table:
    """Histories about the cuts of ``grid``: exact times, spans and times not known at all."""
    rows = []
    for key in range(300):
        for n in range(random.randint(1, 6)):
            at = random.choice(grid.cuts) + random.choice((-1, 0, 1, random.randint(-(10**6), 10**6)))
            late = random.choice((at, at, at + random.randint(0, 10**6), END))
            early = BEGINNING if random.random() < 0.05 else at
            rows.append((key, n, early, max(late, early)))
    kinds = (pa.int64(), pa.int32(), pa.int64(), pa.int64())
    columns = [pa.array(c, k) for c, k in zip(zip(*rows, strict=True), kinds, strict=True)]
    return pa.Table.from_arrays(columns, names=["key", "n", "earliest", "latest"])


def test_both_cut_alike(session: "SparkSession", tmp_path: Path) -> None:
    """Over the same Parquet, bounded by an evaluation or not, every conversation gets the same cut."""
    from withhold.index.bulk.spark import cuts_on, distinct_cuts

    random = Random(5)
    grid = Grid(tuple(sorted(random.sample(range(10**9), 40))))
    file = tmp_path / "sendings.parquet"
    pq.write_table(sendings(random, grid), file)
    for as_of in (None, grid.cuts[20], grid.cuts[20] + 1):
        found = cuts_on(session, session.read.parquet(str(file)), grid, as_of)
        known = distinct_cuts(found)
        spark = {row["key"]: known[row["text"]] for row in found.collect()}
        here = duckdb.connect().execute(cuts(grid, f"read_parquet('{file}')", as_of)).fetchall()
        assert spark == {key: Cut.read(text) for key, text in here}
        assert len(spark) == 300
