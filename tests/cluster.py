"""A Spark cluster of two processes on this machine, for whoever judges on it."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sizes import TIER

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NO_COMPILING = {
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
"""A few rows are read sooner than the code for reading many is made; larger tiers have Spark as it comes."""


@pytest.fixture(scope="session")
def cluster() -> "Iterator[SparkSession]":
    """A cluster of two processes on this machine, each beside the driver."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none")
    pyspark = pytest.importorskip("pyspark.sql", reason="the extra 'spark' is not installed")
    pytest.importorskip("sqlglot", reason="the extra 'spark' is not installed")
    builder = pyspark.SparkSession.builder.master("local-cluster[2,1,768]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.log.level": "ERROR",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
    }
    if TIER == "check":
        settings |= NO_COMPILING
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    yield made
    made.stop()
