"""Values of every indicator for a file of rows, by one engine or by several."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import polars as pl

from riskaid import shipped
from riskaid.errors import ExtractError, UsageError
from riskaid.indicators import kernel
from riskaid.indicators.asked import checked_rows, wanted_values
from riskaid.indicators.cases import Cases
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.part_by_part import written_part_by_part
from riskaid.indicators.plan import make_plan
from riskaid.indicators.reference import values_of
from riskaid.language import nodes
from riskaid.progress import Progress, silent
from riskaid.records.store import open_store

ENGINES = ("kernel", "reference", "duckdb", "spark")
EXTRAS = {"duckdb": "train", "spark": "spark"}


ROWS_AT_ONCE = 1_639
"""The kernel holds 20 times so many rows, and the records of their children."""
ROWS_COMPARED = 5_000
"""Rows that the reference computes, or that several engines compare, at once."""


class Stream(Protocol):
    """What every engine of many rows offers."""

    def __call__(
        self,
        expressions: Mapping[str, nodes.Node],
        store: Cases,
        rows: pl.DataFrame,
        *,
        progress: Progress = silent,
    ) -> Iterator[pl.DataFrame]:
        """The rows in order and part by part, one column an expression."""


@dataclass(frozen=True)
class Written:
    """How much stands in the file of values."""

    rows: int
    indicators: int


def feature_values(
    store: Path,
    rows: Path,
    *,
    out: Path,
    features: Path | None = None,
    engines: Sequence[str] = ENGINES[:1],
    progress: Progress = silent,
) -> Written:
    """Compute every indicator for a file of rows, by one engine or by several.

    `out` is written part by part, so that memory does not grow with the children: the
    rows in their order, one column an indicator, as Parquet. It is there whole or not
    at all.

    Raises:
        UsageError: An engine that does not exist, or whose extra is not installed.
        ExtractError: The rows lack a column, the engines disagree, or the file cannot
            be written.
    """
    unknown = [engine for engine in engines if engine not in ENGINES]
    if unknown or not engines:
        raise UsageError(
            f"--engine takes {', '.join(ENGINES)}, or several with a comma."
        )
    plan = make_plan(load_catalogue(shipped.folder("features", features)))
    wanted = wanted_values(plan, None)
    cases, asked = open_store(store), checked_rows(read_rows(rows))
    streams = [
        _engine(engine)(wanted, cases, asked, progress=progress) for engine in engines
    ]
    schema = pl.Schema({**asked.schema, **dict.fromkeys(wanted, pl.Float64())})
    with written_part_by_part(out, schema) as put:
        for part in agreed(engines, streams):
            put(part)
    return Written(rows=len(asked), indicators=len(wanted))


def agreed(
    engines: Sequence[str], streams: Sequence[Iterator[pl.DataFrame]]
) -> Iterator[pl.DataFrame]:
    """What the engines give, part by part, when all give the same.

    Raises:
        ExtractError: Two of them differ.
    """
    if len(streams) == 1:
        yield from streams[0]
        return
    alike = [of_equal_length(stream, ROWS_COMPARED) for stream in streams]
    for first, *others in zip(*alike, strict=True):
        for engine, other in zip(engines[1:], others, strict=True):
            if not other.equals(first):
                raise ExtractError(
                    f"The engines {engines[0]} and {engine} disagree on these rows. "
                    "That is a fault of riskaid: please report it with the indicators."
                )
        yield first


def of_equal_length(
    parts: Iterable[pl.DataFrame], length: int
) -> Iterator[pl.DataFrame]:
    """The same rows in parts of one length; only the last may be shorter."""
    held: list[pl.DataFrame] = []
    for part in parts:
        held.append(part)
        while sum(map(len, held)) >= length:
            together = pl.concat(held)
            yield together[:length]
            held = [together[length:]]
    yield pl.concat(held)


def _by_reference(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    progress: Progress = silent,
) -> Iterator[pl.DataFrame]:
    for start in range(0, max(len(rows), 1), ROWS_COMPARED):
        part = rows[start : start + ROWS_COMPARED]
        found: list[list[float | None]] = []
        for done, (person, as_of) in enumerate(part.iter_rows(), start):
            progress("computing indicators by the reference engine", done, len(rows))
            found.append(values_of(expressions, store, person, as_of))
        yield part.with_columns(
            pl.Series(name, [values[place] for values in found], dtype=pl.Float64)
            for place, name in enumerate(expressions)
        )


def _engine(name: str) -> Stream:
    """An engine by its name.

    Raises:
        UsageError: It stands in an extra that is not installed.
    """
    if name == "kernel":
        return partial(kernel.stream, at_once=ROWS_AT_ONCE)
    if name == "reference":
        return _by_reference
    try:
        if name == "duckdb":
            from riskaid.indicators import sql  # noqa: PLC0415 - an extra that need not be installed

            return sql.stream
        from riskaid.indicators import spark  # noqa: PLC0415 - an extra that need not be installed
    except ModuleNotFoundError:
        raise UsageError(
            f"The engine {name} is not installed. Install it: "
            f"pip install 'riskaid[{EXTRAS[name]}]'"
        ) from None
    return spark.stream


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
