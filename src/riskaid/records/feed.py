"""Mapped feeds: any CSV or Parquet file read into case tables as a mapping says."""

from collections.abc import Mapping as Map
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from riskaid.errors import DefinitionError, ExtractError, nearest
from riskaid.progress import Progress, silent
from riskaid.records.given_file import (
    LIKE_A_COLUMN,
    files_in,
    given_name,
    named_columns,
)
from riskaid.records.mapping_file import BETWEEN, Feed, Mapping
from riskaid.records.quality import FileLedger
from riskaid.records.read_csv import ROW, TextTable, is_table, read_table
from riskaid.records.ssd import ledger_of, without_twins
from riskaid.records.supply import NO_GROUPS, Reading, Supply
from riskaid.records.values import tidy


def read_feeds(source: Path, mapping: Mapping, progress: Progress = silent) -> Reading:
    """Read every file a mapping names.

    Raises:
        ExtractError: No file of the mapping is there, or one cannot be read.
        DefinitionError: The mapping names a column a file does not have.
    """
    if not source.exists():
        raise ExtractError(
            f"There is no file or folder '{given_name(source)}'. Check the path."
        )
    files = files_in(source) if source.is_dir() else [source]
    files = [p for p in files if is_table(p)]
    held: dict[str, tuple[TextTable, FileLedger, set[str]]] = {}
    supplies, absent, lacking = [], [], []
    patterns = [feed.file for feed in mapping.feeds]
    for done, feed in enumerate(mapping.feeds, start=1):
        progress("reading feeds", done, len(mapping.feeds))
        found = _files(feed, files)
        if not found and source.is_file() and len(set(patterns)) == 1:
            found = files
        if not found:
            absent.append(feed.file)
        parts: list[pl.DataFrame] = []
        for path in found:
            if path.name not in held:
                held[path.name] = _opened(path)
            table, ledger, used = held[path.name]
            table = _part(table, parts, ledger)
            parts.append(table.rows)
            supplies.append(_supply(feed, table, ledger, used))
            lacking += _lacking(feed, table)
    if not supplies:
        raise ExtractError(
            f"None of the mapping's files is in '{given_name(source)}'. Looked for: "
            f"{', '.join(sorted(set(absent))).replace(BETWEEN, ' or ')}. Rename the "
            "file, or change 'file' in the mapping."
        )
    return Reading(
        kind="mapped",
        name=mapping.name,
        supplies=tuple(supplies),
        ledgers=tuple(ledger for _, ledger, _ in held.values()),
        groups=NO_GROUPS,
        extract_date=mapping.extract_date,
        covered_from=_covered(mapping),
        gaps=mapping.gaps,
        mark=mapping.mark,
        warnings=(*_left_out(held, absent), *lacking),
        digests={name: table.digest for name, (table, _, _) in held.items()},
    )


def _files(feed: Feed, files: list[Path]) -> list[Path]:
    """The files that a feed's patterns name, in the order of their names."""
    patterns = feed.file.lower().split(BETWEEN)
    return [p for p in files if any(fnmatch(p.name.lower(), one) for one in patterns)]


def _lacking(feed: Feed, table: TextTable) -> list[str]:
    """Say which optional columns a file does not have."""
    absent = [c for c in feed.optional if _found(feed.columns[c], table) is None]
    if not absent:
        return []
    return [f"{table.name}: has nothing for {', '.join(absent)} of '{feed.table}'."]


def _covered(mapping: Mapping) -> dict[str, date]:
    """Declared first days by table; of two feeds of one table, the later day."""
    covered = {} if mapping.covered_from is None else {"": mapping.covered_from}
    for feed in mapping.feeds:
        if feed.covered_from is not None:
            there = covered.get(feed.table, feed.covered_from)
            covered[feed.table] = max(there, feed.covered_from)
    return covered


def _left_out(
    held: Map[str, tuple[TextTable, FileLedger, set[str]]], absent: list[str]
) -> tuple[str, ...]:
    warnings = []
    if absent:
        looked = ", ".join(sorted(set(absent))).replace(BETWEEN, " or ")
        warnings.append(f"Not in the source: {looked}.")
    for name, (table, _, used) in sorted(held.items()):
        there = [c for c in table.rows.columns if c != ROW]
        dropped = [c for c in there if c not in used]
        if dropped:
            listed = named_columns(dropped, there)
            warnings.append(f"{name}: not mapped and left out: {listed}.")
    return tuple(warnings)


def _opened(path: Path) -> tuple[TextTable, FileLedger, set[str]]:
    table = read_table(path)
    ledger = ledger_of(table)
    rows = without_twins(table.rows, ledger)
    return TextTable(table.name, rows, table.digest), ledger, set()


def _part(table: TextTable, parts: list[pl.DataFrame], ledger: FileLedger) -> TextTable:
    """A file without the rows that an earlier file of the same feed has."""
    rows = table.rows
    said = [c for c in rows.columns if c != ROW]
    for part in parts:
        if said and set(part.columns) == set(rows.columns):
            rows = rows.join(
                part, on=said, how="anti", nulls_equal=True, maintain_order="left"
            )
    again = table.rows.join(rows.select(ROW), on=ROW, how="anti")
    ledger.refuse("the same row as in an earlier file of the feed", again[ROW])
    return TextTable(table.name, rows, table.digest, table.ragged)


def _supply(feed: Feed, table: TextTable, ledger: FileLedger, used: set[str]) -> Supply:
    frame = _taken(feed, table, ledger, used)
    columns = [frame[ROW].alias("row"), frame[ROW].alias("source_row")]
    for case, written in feed.columns.items():
        if case in feed.optional and _found(written, table) is None:
            continue
        series = frame[_named(written, table, feed, used)].alias(case)
        if case in feed.values:
            series = _valued(series, feed.values[case], frame[ROW], ledger)
        columns.append(series)
    rows = pl.DataFrame(columns).with_columns(
        pl.lit(text).alias(case) for case, text in feed.constants.items()
    )
    return Supply(
        feed.table,
        table.name,
        ledger,
        rows,
        date_formats=feed.date_formats,
        lag_days=feed.lag_days,
        dated="date" in rows.columns or "known_from" in rows.columns,
    )


def _taken(
    feed: Feed, table: TextTable, ledger: FileLedger, used: set[str]
) -> pl.DataFrame:
    """The rows the mapping takes; what it leaves out is said."""
    frame = table.rows
    for written, texts in feed.when.items():
        name = _named(written, table, feed, used)
        fits = tidy(frame[name]).is_in(list(texts)).fill_null(False)
        frame = _split(frame, fits, ledger)
    if feed.when_filled is not None:
        name = _named(feed.when_filled, table, feed, used)
        frame = _split(frame, tidy(frame[name]).is_not_null(), ledger)
    for case in feed.only_known:
        name = _named(feed.columns[case], table, feed, used)
        says = f"'{case}' says what the mapping does not take"
        frame = _split(frame, _mapped(frame[name], feed.values[case]), ledger, says)
    return frame


def _split(
    frame: pl.DataFrame,
    fits: pl.Series,
    ledger: FileLedger,
    says: str = "left out by the mapping",
) -> pl.DataFrame:
    ledger.pass_over(says, frame.filter(~fits)[ROW])
    return frame.filter(fits)


def _found(written: str, table: TextTable) -> str | None:
    """The column that is meant: as written, else in other case, else another name."""
    names = [c for c in table.rows.columns if c != ROW]
    if written in names:
        return written
    for one in written.lower().split(BETWEEN):
        for name in names:
            if name.lower() == one.strip():
                return name
    return None


def _named(written: str, table: TextTable, feed: Feed, used: set[str]) -> str:
    name = _found(written, table)
    if name is None:
        names = [c for c in table.rows.columns if c != ROW]
        plain = [n for n in names if LIKE_A_COLUMN.fullmatch(n)]
        near = [hint for one in written.split(BETWEEN) if (hint := nearest(one, plain))]
        raise DefinitionError(
            f"The mapping of {table.name} to '{feed.table}' names a column "
            f"'{written}' that the file does not have.{near[0] if near else ''} "
            f"It has: {named_columns(names, names)}."
        )
    used.add(name)
    return name


def _chosen(series: pl.Series, values: dict[str, str]) -> pl.Series:
    lower = {k.lower(): v for k, v in values.items()}
    return (
        tidy(series)
        .str.to_lowercase()
        .replace_strict(lower, default=None, return_dtype=pl.String)
    )


def _mapped(series: pl.Series, values: dict[str, str]) -> pl.Series:
    return _chosen(series, values).is_not_null()


def _valued(
    series: pl.Series, values: dict[str, str], row: pl.Series, ledger: FileLedger
) -> pl.Series:
    chosen = _chosen(series, values)
    lost = tidy(series).is_not_null() & chosen.is_null()
    ledger.repair(
        f"'{series.name}' says something the mapping has no value for; left empty",
        row.filter(lost),
    )
    return chosen.alias(series.name)
