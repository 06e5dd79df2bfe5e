"""The kernel on every worker of a Spark cluster, for a council or region that has one.

Children are spread over the workers by ranges of their ids, as the store is sorted, and
each worker runs the kernel on its own (ADR-0014 says why not the SQL plan).
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from riskaid.errors import UsageError
from riskaid.indicators import kernel, kernel_records
from riskaid.indicators.asked import BEHIND, behind, checked_rows, wanted_values
from riskaid.indicators.plan import Plan
from riskaid.progress import Progress, silent

if TYPE_CHECKING:
    from riskaid.indicators.cases import Cases
    from riskaid.language import nodes

PARTITIONS_A_CORE = 2
PLACE = "·place"
ROWS_A_PART = 200_000
"""Rows whose answers come back together."""


def compute(
    plan: Plan,
    store: "Cases",
    rows: pl.DataFrame,
    *,
    names: Sequence[str] | None = None,
    session: SparkSession | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute a plan's indicators for many children and dates on Spark.

    Takes and returns what the kernel does. A case store must stand where every worker
    can read it under the same path.

    Args:
        plan: What to compute.
        store: The case store.
        rows: Columns `person_id` and `as_of`.
        names: Only these indicators, in this order; otherwise all of the plan's.
        session: The cluster's session; else a local one on two cores, stopped after.
        progress: Told when it begins and ends.

    Raises:
        DefinitionError: A name is not in the plan, or the rows lack a column.
        UsageError: Spark cannot be started.
    """
    wanted = wanted_values(plan, names)
    progress("computing indicators on Spark", 0, len(rows))
    if session is None:
        with local_session() as ours:
            found = columns(wanted, store, rows, session=ours)
    else:
        found = columns(wanted, store, rows, session=session)
    progress("computing indicators on Spark", len(rows), len(rows))
    return found


def columns(
    expressions: "Mapping[str, nodes.Node]",
    store: "Cases",
    rows: pl.DataFrame,
    *,
    session: SparkSession,
) -> pl.DataFrame:
    """Compute named expressions on the workers of a session.

    Returns:
        The same rows in the same order, one Float64 column an expression.
    """
    rows = checked_rows(rows)
    if rows.is_empty():
        return kernel.columns(expressions, store, rows)
    wanted = dict(expressions)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held = [pl.from_arrow(batch) for batch in batches]
        if not held:
            return
        mine = pl.concat([one for one in held if isinstance(one, pl.DataFrame)])
        found = kernel.columns(wanted, store, mine.drop(PLACE))
        yield from (
            found.drop("person_id", "as_of")
            .with_columns(mine[PLACE])
            .to_arrow()
            .to_batches()
        )

    numbered = rows.with_row_index(PLACE).with_columns(pl.col(PLACE).cast(pl.Int64))
    schema = ", ".join([*(f"`{name}` double" for name in wanted), f"`{PLACE}` bigint"])
    found = _answered(numbered, work, schema, session).sort(PLACE)
    return pl.concat([rows, found.drop(PLACE)], how="horizontal")


def records_behind(
    node: "nodes.Node", store: "Cases", rows: pl.DataFrame, *, session: SparkSession
) -> pl.DataFrame:
    """Find the records behind a value of some children and dates, on the workers.

    Takes and returns what the kernel's does.
    """
    rows = checked_rows(rows)
    if rows.is_empty():
        return kernel_records.records_behind(node, store, rows)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            mine = pl.from_arrow(batch)
            assert isinstance(mine, pl.DataFrame)
            found = kernel_records.records_behind(node, store, mine)
            yield from _plain(found).to_batches()

    kinds = {pl.String: "string", pl.Date: "date", pl.Int64: "bigint"}
    schema = ", ".join(
        f"`{name}` {kinds[kind.base_type()]}" for name, kind in BEHIND.items()
    )
    return behind([_answered(rows, work, schema, session)])


def _answered(
    rows: pl.DataFrame,
    work: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]],
    schema: str,
    session: SparkSession,
) -> pl.DataFrame:
    """What the workers answer for rows that are spread over them by child."""
    parts = session.sparkContext.defaultParallelism * PARTITIONS_A_CORE
    spread = session.createDataFrame(_plain(rows)).repartitionByRange(
        parts, "person_id"
    )
    with warnings.catch_warnings():  # of pandas' version, which nothing here uses
        warnings.simplefilter("ignore", FutureWarning)
        return pl.DataFrame(spread.mapInArrow(work, schema).toArrow())


def stream(
    expressions: "Mapping[str, nodes.Node]",
    store: "Cases",
    rows: pl.DataFrame,
    *,
    session: SparkSession | None = None,
    at_once: int = ROWS_A_PART,
    progress: Progress = silent,
) -> Iterator[pl.DataFrame]:
    """Compute named expressions part by part on a session, else on a local one.

    The answers of one part at a time come back to this process. Each worker still holds
    the records of the children in its own share of the part.

    Yields:
        The same rows in the same order, one Float64 column an expression.
    """
    if session is None:
        with local_session() as ours:
            yield from stream(
                expressions,
                store,
                rows,
                session=ours,
                at_once=at_once,
                progress=progress,
            )
        return
    for start in range(0, max(len(rows), 1), at_once):
        part = rows[start : start + at_once]
        yield columns(expressions, store, part, session=session)
        progress("computing indicators on Spark", start + len(part), len(rows))


@contextmanager
def local_session() -> Iterator[SparkSession]:
    """A session on two cores of this machine, which tells nobody anything.

    Raises:
        UsageError: Java is missing, or Spark does not start.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = (
            SparkSession.builder.master("local[2]")
            .appName("riskaid")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    except (PySparkException, OSError) as error:
        raise UsageError(
            "Spark did not start. It needs Java 17: apt-get install "
            "openjdk-17-jre-headless; riskaid doctor says what is missing."
        ) from error
    try:
        yield session
    finally:
        session.stop()


def _plain(table: pl.DataFrame) -> pa.Table:
    """A table with the types of Arrow that Spark reads."""
    return table.to_arrow(compat_level=pl.CompatLevel.oldest())
