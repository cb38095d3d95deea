"""Spark: the session that is there, or one on this machine."""

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

from withhold.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from withhold.index.bulk.spark import Spark

MASTER = "WITHHOLD_SPARK_MASTER"
"""Environment variable that names a cluster (``spark://host:7077``, ``yarn``, ``k8s://...``)."""
LOCAL = "local[*]"
EVERYWHERE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
HERE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
}
"""Where this machine is the whole cluster: nothing listens for others, and few cores get few partitions."""


def spark() -> "Spark":
    """An engine on the active session (``spark-submit`` makes one), else on a new one.

    Raises ``EnvironmentProblem`` where the extra or a Java runtime is missing, or Spark does not start.
    """
    _there()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    from withhold.index.bulk.spark import Spark

    active = SparkSession.getActiveSession()
    if active is not None:
        return Spark(active)
    builder = SparkSession.builder.appName("withhold").master(os.environ.get(MASTER, LOCAL))
    for name, value in (EVERYWHERE if MASTER in os.environ else EVERYWHERE | HERE).items():
        builder = builder.config(name, value)
    try:
        return Spark(builder.getOrCreate())
    except (PySparkException, OSError, RuntimeError) as problem:
        raise EnvironmentProblem(
            f"Spark does not start: {problem}", next_step=f"check JAVA_HOME and {MASTER}"
        ) from problem


def _there() -> None:
    if find_spec("pyspark") is None or find_spec("sqlglot") is None:
        raise EnvironmentProblem(
            "judging on Spark needs the extra 'spark'", next_step="pip install 'withhold[spark]'"
        )
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise EnvironmentProblem(
            "Spark needs a Java runtime (17 or later), and there is none",
            next_step="apt install openjdk-17-jre-headless (or https://adoptium.net), or set JAVA_HOME",
        )
