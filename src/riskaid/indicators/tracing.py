"""One child's value and the records behind it, by whichever engine is asked."""

from datetime import date

import polars as pl

from riskaid.errors import UsageError
from riskaid.indicators import (
    kernel,
    kernel_records,
    reference,
)
from riskaid.indicators.answers import Answer, Record
from riskaid.indicators.cases import Cases
from riskaid.language import nodes

ENGINES = ("reference", "kernel", "duckdb", "spark")
Traced = tuple[pl.DataFrame, pl.DataFrame]


def check_engine(engine: str) -> None:
    """Refuse an engine that does not exist.

    Raises:
        UsageError: There is none of this name.
    """
    if engine not in ENGINES:
        raise UsageError(f"--engine takes one of {', '.join(ENGINES)}.")


def traced(
    engine: str, node: nodes.Node, store: Cases, person_id: str, as_of: date
) -> Answer:
    """Compute a value of one child, with the records that the engine read it from.

    Only the reference says what the records held; the others say where they stand.

    Raises:
        UsageError: An engine that does not exist, or whose extra is not installed.
    """
    check_engine(engine)
    if engine == "reference":
        return reference.value(node, store, person_id, as_of)
    rows = pl.DataFrame({"person_id": [person_id], "as_of": [as_of]})
    try:
        values, shown = _of_many(engine, node, store, rows)
    except ModuleNotFoundError:
        extra = {"duckdb": "train"}.get(engine, engine)
        raise UsageError(
            f"The engine {engine} is not installed. Install it: "
            f"pip install 'riskaid[{extra}]'"
        ) from None
    records = (
        Record(
            table=one["table"],
            source=one["source"],
            source_row=one["source_row"],
            date=one["date"],
            person=one["whose"],
            fields={},
        )
        for one in shown.iter_rows(named=True)
    )
    return Answer(values["value"][0], tuple(records))


def _of_many(engine: str, node: nodes.Node, store: Cases, rows: pl.DataFrame) -> Traced:
    """The value and its records, by an engine made for many rows."""
    wanted = {"value": node}
    if engine == "kernel":
        found = kernel_records.records_behind(node, store, rows)
        return kernel.columns(wanted, store, rows), found
    if engine == "duckdb":
        from riskaid.indicators import sql, sql_records  # noqa: PLC0415 - an extra that need not be installed

        found = sql_records.records_behind(node, store, rows)
        return sql.columns(wanted, store, rows), found
    from riskaid.indicators import spark  # noqa: PLC0415 - an extra that need not be installed

    with spark.local_session() as session:
        found = spark.records_behind(node, store, rows, session=session)
        return spark.columns(wanted, store, rows, session=session), found
