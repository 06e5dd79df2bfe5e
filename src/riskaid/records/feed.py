"""Mapped feeds: how any CSV or Parquet file becomes a case table, said in a TOML file.

A mapping names its columns one by one. A column it does not name never enters the
store; a name that is not there is refused with the nearest one.
"""

import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.errors import DefinitionError, ExtractError, nearest
from riskaid.progress import Progress, silent
from riskaid.records.quality import FileLedger
from riskaid.records.read_csv import ROW, TextTable, is_table, read_table
from riskaid.records.schema import stored_columns
from riskaid.records.ssd import ledger_of, without_twins
from riskaid.records.supply import NO_GROUPS, Reading, Supply
from riskaid.records.tables import TABLES
from riskaid.records.values import tidy

SHIPPED = Path(__file__).resolve().parent / "mappings"
NOT_MAPPED = frozenset({"known_until", "source", "source_row", "known_how"})
MAPPING_KEYS = ("name", "mark", "extract_date", "covered_from", "feed")
FEED_KEYS = (
    "file",
    "table",
    "columns",
    "constants",
    "values",
    "when",
    "when_filled",
    "date_formats",
    "lag_days",
    "covered_from",
)


@dataclass(frozen=True)
class Feed:
    """One [[feed]]: rows of one kind of file for one case table.

    Attributes:
        file: Name or pattern of the file, such as "police_missing*.csv".
        table: The case table.
        columns: Case column -> column of the file.
        constants: Case column -> the same text on every row.
        values: Case column -> what the file says -> what the case table says.
        when: Column of the file -> the texts on which a row is taken.
        when_filled: Only rows on which this column of the file is filled.
        date_formats: Formats tried before all others, such as "%d.%m.%y".
        lag_days: Days after the event at which it was known, instead of the table's.
        covered_from: First day the file holds.
    """

    file: str
    table: str
    columns: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    when_filled: str | None = None
    date_formats: tuple[str, ...] = ()
    lag_days: int | None = None
    covered_from: date | None = None


@dataclass(frozen=True)
class Mapping:
    """A mapping file: what the source is called and how each feed is read."""

    name: str
    feeds: tuple[Feed, ...]
    mark: str | None = None
    extract_date: date | None = None
    covered_from: date | None = None


def load_mapping(named: Path | str) -> Mapping:
    """Read a mapping file, or a shipped mapping by its name.

    Raises:
        DefinitionError: There is none, or something in it is wrong; the message names
            the file, the feed and the nearest name.
    """
    path = Path(named)
    if not path.is_file():
        shipped = SHIPPED / f"{named}.toml"
        names = sorted(p.stem for p in SHIPPED.glob("*.toml"))
        if str(named) not in names:
            raise DefinitionError(
                f"There is no mapping '{named}'.{nearest(str(named), names)} "
                f"Name a TOML file, or one of: {', '.join(names)}."
            )
        path = shipped
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DefinitionError(f"{path.name}: not a TOML file: {error}.") from error
    _known_keys(facts, MAPPING_KEYS, path.name)
    feeds = facts.get("feed", [])
    if not isinstance(feeds, list) or not feeds:
        raise DefinitionError(f"{path.name}: a mapping needs at least one [[feed]].")
    return Mapping(
        name=str(facts.get("name", path.stem)),
        feeds=tuple(
            _feed(f, f"{path.name}: feed {n}") for n, f in enumerate(feeds, start=1)
        ),
        mark=facts.get("mark"),
        extract_date=_day(facts, "extract_date", path.name),
        covered_from=_day(facts, "covered_from", path.name),
    )


def _feed(facts: Any, where: str) -> Feed:
    _known_keys(facts, FEED_KEYS, where)
    table = _case_table(facts, where)
    if "/" in str(facts["file"]) or "\\" in str(facts["file"]):
        raise DefinitionError(f"{where}: 'file' is a name, not a path.")
    columns = _texts(facts, "columns", where)
    constants = _texts(facts, "constants", where)
    values = {
        column: _texts({column: said}, column, f"{where}: values")
        for column, said in _table(facts, "values", where).items()
    }
    _case_columns(table, columns, {**constants, **values}, where)
    both = sorted(set(columns) & set(constants))
    if both:
        raise DefinitionError(f"{where}: '{both[0]}' is both a column and a constant.")
    lag = facts.get("lag_days")
    if lag is not None and (not isinstance(lag, int) or lag < 0):
        raise DefinitionError(f"{where}: lag_days is a number of days, 0 or more.")
    when = {
        column: tuple(str(v) for v in (said if isinstance(said, list) else [said]))
        for column, said in _table(facts, "when", where).items()
    }
    return Feed(
        file=str(facts["file"]),
        table=table,
        columns=columns,
        constants=constants,
        values=values,
        when=when,
        when_filled=facts.get("when_filled"),
        date_formats=tuple(str(f) for f in facts.get("date_formats", ())),
        lag_days=lag,
        covered_from=_day(facts, "covered_from", where),
    )


def _case_table(facts: Map[str, Any], where: str) -> str:
    for key in ("file", "table", "columns"):
        if key not in facts:
            raise DefinitionError(f"{where}: '{key}' is missing. Add it.")
    table = str(facts["table"])
    if table not in TABLES:
        raise DefinitionError(
            f"{where}: there is no case table '{table}'."
            f"{nearest(table, list(TABLES))} "
            "The tables are listed in docs/case-store.md."
        )
    return table


def _case_columns(
    table: str, columns: Map[str, str], others: Map[str, Any], where: str
) -> None:
    """Check the names of case columns, and that the needed ones are there."""
    allowed = [c for c in stored_columns(table) if c not in NOT_MAPPED]
    for column in [*columns, *others]:
        if column not in allowed:
            raise DefinitionError(
                f"{where}: '{table}' has no column '{column}'."
                f"{nearest(column, allowed)} It has: {', '.join(allowed)}."
            )
    needed = ["person_id"]
    needed += ["date"] if TABLES[table].shape in ("event", "spell") else []
    for column in needed:
        if column not in columns:
            raise DefinitionError(
                f"{where}: say which column of the file is '{column}': "
                f'columns.{column} = "…".'
            )


def _known_keys(facts: Any, known: tuple[str, ...], where: str) -> None:
    if not isinstance(facts, dict):
        raise DefinitionError(f"{where}: this must be a table of settings.")
    for key in facts:
        if key not in known:
            raise DefinitionError(
                f"{where}: there is no setting '{key}'.{nearest(key, list(known))} "
                f"There are: {', '.join(known)}."
            )


def _table(facts: Map[str, Any], key: str, where: str) -> dict[str, Any]:
    found = facts.get(key, {})
    if not isinstance(found, dict):
        raise DefinitionError(f"{where}: '{key}' must be a table: {key}.name = value.")
    return found


def _texts(facts: Map[str, Any], key: str, where: str) -> dict[str, str]:
    return {str(k): str(v) for k, v in _table(facts, key, where).items()}


def _day(facts: Map[str, Any], key: str, where: str) -> date | None:
    found = facts.get(key)
    if found is None or (isinstance(found, date) and type(found) is date):
        return found
    raise DefinitionError(f"{where}: {key} must be a date such as 2026-03-31.")


def read_feeds(source: Path, mapping: Mapping, progress: Progress = silent) -> Reading:
    """Read every file a mapping names.

    Raises:
        ExtractError: No file of the mapping is there, or one cannot be read.
        DefinitionError: The mapping names a column a file does not have.
    """
    if not source.exists():
        raise ExtractError(
            f"There is no file or folder '{source.name}'. Check the path."
        )
    files = [source] if source.is_file() else sorted(source.iterdir())
    files = [p for p in files if p.is_file() and is_table(p)]
    held: dict[str, tuple[TextTable, FileLedger, set[str]]] = {}
    supplies, absent = [], []
    for done, feed in enumerate(mapping.feeds, start=1):
        progress("reading feeds", done, len(mapping.feeds))
        found = [p for p in files if fnmatch(p.name.lower(), feed.file.lower())]
        if not found:
            absent.append(feed.file)
        for path in found:
            if path.name not in held:
                held[path.name] = _opened(path)
            table, ledger, used = held[path.name]
            supplies.append(_supply(feed, table, ledger, used))
    if not supplies:
        raise ExtractError(
            f"None of the mapping's files is in '{source.name}'. Looked for: "
            f"{', '.join(sorted(set(absent)))}."
        )
    return Reading(
        kind="mapped",
        name=mapping.name,
        supplies=tuple(supplies),
        ledgers=tuple(ledger for _, ledger, _ in held.values()),
        groups=NO_GROUPS,
        extract_date=mapping.extract_date,
        covered_from=_covered(mapping),
        mark=mapping.mark,
        warnings=_left_out(held, absent),
        digests={name: table.digest for name, (table, _, _) in held.items()},
    )


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
        warnings.append(f"Not in the source: {', '.join(sorted(set(absent)))}.")
    for name, (table, _, used) in sorted(held.items()):
        dropped = [c for c in table.rows.columns if c not in used and c != ROW]
        if dropped:
            warnings.append(f"{name}: not mapped and left out: {', '.join(dropped)}.")
    return tuple(warnings)


def _opened(path: Path) -> tuple[TextTable, FileLedger, set[str]]:
    table = read_table(path)
    ledger = ledger_of(table)
    rows = without_twins(table.rows, ledger)
    return TextTable(table.name, rows, table.digest), ledger, set()


def _supply(feed: Feed, table: TextTable, ledger: FileLedger, used: set[str]) -> Supply:
    frame = _taken(feed, table, ledger, used)
    columns = [frame[ROW].alias("row"), frame[ROW].alias("source_row")]
    for case, written in feed.columns.items():
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
        dated="date" in feed.columns or "known_from" in feed.columns,
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
    return frame


def _split(frame: pl.DataFrame, fits: pl.Series, ledger: FileLedger) -> pl.DataFrame:
    ledger.pass_over("left out by the mapping", frame.filter(~fits)[ROW])
    return frame.filter(fits)


def _named(written: str, table: TextTable, feed: Feed, used: set[str]) -> str:
    names = [c for c in table.rows.columns if c != ROW]
    found = [c for c in names if c == written] or [
        c for c in names if c.lower() == written.lower()
    ]
    if not found:
        raise DefinitionError(
            f"The mapping of {table.name} to '{feed.table}' names a column "
            f"'{written}' that the file does not have.{nearest(written, names)} "
            f"It has: {', '.join(names)}."
        )
    used.add(found[0])
    return found[0]


def _valued(
    series: pl.Series, values: dict[str, str], row: pl.Series, ledger: FileLedger
) -> pl.Series:
    plain = tidy(series)
    lower = {k.lower(): v for k, v in values.items()}
    chosen = plain.str.to_lowercase().replace_strict(
        lower, default=None, return_dtype=pl.String
    )
    lost = plain.is_not_null() & chosen.is_null()
    ledger.repair(
        f"'{series.name}' says something the mapping has no value for; left empty",
        row.filter(lost),
    )
    return chosen.alias(series.name)
