"""Values of every indicator for a file of rows, by one engine or by several."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import polars as pl

from riskaid import shipped
from riskaid.errors import ExtractError, UsageError
from riskaid.files import write_bytes
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.kernel import compute
from riskaid.indicators.plan import Plan, make_plan
from riskaid.indicators.reference import look
from riskaid.progress import Progress, silent
from riskaid.records.store import CaseStore, open_store

ENGINES = ("kernel", "reference", "duckdb", "spark")
EXTRAS = {"duckdb": "train", "spark": "spark"}


class Compute(Protocol):
    """What every engine of many rows offers."""

    def __call__(
        self,
        plan: Plan,
        store: CaseStore,
        rows: pl.DataFrame,
        *,
        progress: Progress = silent,
    ) -> pl.DataFrame:
        """The rows, one column an indicator."""


def feature_values(
    store: Path,
    rows: Path,
    *,
    out: Path,
    features: Path | None = None,
    engines: Sequence[str] = ENGINES[:1],
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute every indicator for a file of rows, by one engine or by several.

    Returns:
        The rows in their order, one column an indicator; also written to `out` as
        Parquet.

    Raises:
        UsageError: An engine that does not exist, or whose extra is not installed.
        ExtractError: The rows lack a column, or the engines disagree.
    """
    unknown = [engine for engine in engines if engine not in ENGINES]
    if unknown or not engines:
        raise UsageError(
            f"--engine takes {', '.join(ENGINES)}, or several with a comma."
        )
    plan = make_plan(load_catalogue(shipped.folder("features", features)))
    cases, wanted = open_store(store), read_rows(rows)
    found = [_by(engine, plan, cases, wanted, progress) for engine in engines]
    for engine, table in zip(engines[1:], found[1:], strict=True):
        if not table.equals(found[0]):
            raise ExtractError(
                f"The engines {engines[0]} and {engine} disagree on these rows. "
                "That is a fault of riskaid: please report it with the indicators."
            )
    write_parquet(out, found[0])
    return found[0]


def _by(
    engine: str,
    plan: Plan,
    cases: CaseStore,
    rows: pl.DataFrame,
    progress: Progress,
) -> pl.DataFrame:
    if engine in EXTRAS:
        return _elsewhere(engine)(plan, cases, rows, progress=progress)
    if engine == "kernel":
        return compute(plan, cases, rows, progress=progress)
    pictures = []
    for done, (person, as_of) in enumerate(rows.iter_rows()):
        progress("computing indicators by the reference engine", done, rows.height)
        pictures.append(look(plan, cases, person, as_of).values)
    columns = [
        pl.Series(i.name, [p[i.name].value for p in pictures], dtype=pl.Float64)
        for i in plan.indicators
    ]
    return rows.with_columns(columns)


def _elsewhere(engine: str) -> Compute:
    """An engine that stands in an extra.

    Raises:
        UsageError: The extra is not installed.
    """
    try:
        if engine == "duckdb":
            from riskaid.indicators import sql  # noqa: PLC0415 - in an extra

            return sql.compute
        from riskaid.indicators import spark  # noqa: PLC0415 - in an extra
    except ModuleNotFoundError:
        raise UsageError(
            f"The engine {engine} is not installed. Install it: "
            f"pip install 'riskaid[{EXTRAS[engine]}]'"
        ) from None
    return spark.compute


def read_rows(path: Path) -> pl.DataFrame:
    """Read rows of (person_id, as_of) from Parquet or CSV.

    Raises:
        ExtractError: The file is missing, cannot be read, or lacks a column.
    """
    if not path.is_file():
        raise ExtractError(f"There is no file '{path.name}' with rows. Check the path.")
    try:
        table = (
            pl.read_parquet(path)
            if path.suffix == ".parquet"
            else pl.read_csv(path, try_parse_dates=True)
        )
        return table.select(
            pl.col("person_id").cast(pl.String), pl.col("as_of").cast(pl.Date)
        )
    except (pl.exceptions.PolarsError, OSError):
        raise ExtractError(
            f"'{path.name}' cannot be used as rows. It takes Parquet or CSV with the "
            "columns person_id and as_of (dates written YYYY-MM-DD)."
        ) from None


def write_parquet(path: Path, table: pl.DataFrame) -> None:
    """Write a table beside its place, then rename it there."""
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=False)
    write_bytes(path, buffer.getvalue())
