"""The features by one join with conditional aggregates in Spark SQL, local[2]."""

from pathlib import Path

import pandas as pd
import psutil
from asked import sql
from pyspark.sql import SparkSession

SESSION: list[SparkSession] = []
BEFORE: list[float] = []


def warm(folder: Path) -> None:
    """Start Spark, which takes seconds and is no part of the time."""
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.driver.maxResultSize", "4g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.read.parquet(str(folder / "rows.parquet")).count()
    SESSION.append(session)
    BEFORE.append(_java_cpu())


def compute(folder: Path) -> pd.DataFrame:
    session = SESSION[0]
    session.read.parquet(str(folder / "events.parquet")).createOrReplaceTempView(
        "events"
    )
    rows = pd.read_parquet(folder / "rows.parquet")
    rows["at"] = range(len(rows))
    session.createDataFrame(rows).createOrReplaceTempView("rows")
    return session.sql(sql("spark")).toPandas().sort_values("at")


def others() -> tuple[float, float]:
    """Seconds of processor and MiB of the Java process."""
    peak = 0.0
    for process in psutil.Process().children(recursive=True):
        status = Path(f"/proc/{process.pid}/status").read_text()
        lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
        peak += sum(int(line.split()[1]) / 1024 for line in lines)
    return _java_cpu() - BEFORE[0], peak


def _java_cpu() -> float:
    found = 0.0
    for process in psutil.Process().children(recursive=True):
        times = process.cpu_times()
        found += times.user + times.system
    return found
