"""Mapping files: what a feed's files and columns are called, said in TOML.

A mapping names its columns one by one. A column it does not name never enters the
store; a name that is not there is refused with the nearest one.
"""

import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskaid.dates import IN_REACH, in_reach
from riskaid.errors import DefinitionError, ExtractError, nearest
from riskaid.records.given_file import settings_text
from riskaid.records.holes import Hole, read_holes
from riskaid.records.schema import stored_columns
from riskaid.records.source_facts import MARKS
from riskaid.records.tables import TABLES

SHIPPED = Path(__file__).resolve().parent / "mappings"
NOT_MAPPED = frozenset({"known_until", "source", "source_row", "known_how"})
BETWEEN = "|"
"""Stands between names of which the first that is there is meant."""
A_DAY = date(2026, 3, 31)
MAPPING_KEYS = ("name", "says", "mark", "extract_date", "covered_from", "gaps", "feed")
FEED_KEYS = (
    "file",
    "table",
    "columns",
    "optional",
    "constants",
    "values",
    "only_known",
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
        file: Name or pattern of the file, such as "police_missing*.csv"; several with
            a bar between them.
        table: The case table.
        columns: Case column -> column of the file; several names with a bar between
            them, of which the first that the file has is meant.
        optional: Case columns that stay empty where the file has no such column.
        constants: Case column -> the same text on every row.
        values: Case column -> what the file says -> what the case table says.
        only_known: Case columns whose rows are left out where `values` does not know
            what the file says; in others it is left empty.
        when: Column of the file -> the texts on which a row is taken.
        when_filled: Only rows on which this column of the file is filled.
        date_formats: Formats tried before all others, such as "%d.%m.%y".
        lag_days: Days after the event at which it was known, instead of the table's.
        covered_from: First day the file holds.
    """

    file: str
    table: str
    columns: dict[str, str]
    optional: tuple[str, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    only_known: tuple[str, ...] = ()
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
    says: str = ""
    mark: str | None = None
    extract_date: date | None = None
    covered_from: date | None = None
    gaps: tuple[Hole, ...] = ()


def load_mapping(named: Path | str) -> Mapping:
    """Read a mapping file, or a shipped mapping by its name.

    Raises:
        DefinitionError: There is none, or something in it is wrong; the message names
            the file, the feed and the nearest name.
    """
    path = Path(named)
    if not path.is_file():
        path = shipped_mapping(str(named))
    try:
        facts = tomllib.loads(settings_text(path).replace("\r\n", "\n"))
    except (ValueError, OSError, RecursionError) as error:
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
        says=str(facts.get("says", "")),
        mark=_mark(facts, path.name),
        extract_date=_day(facts, "extract_date", path.name),
        covered_from=_day(facts, "covered_from", path.name),
        gaps=_gaps(facts, path.name),
    )


def _gaps(facts: Map[str, Any], where: str) -> tuple[Hole, ...]:
    try:
        return read_holes(facts.get("gaps", []), where)
    except ExtractError as error:
        raise DefinitionError(str(error)) from None


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that are ready to use, in alphabetical order."""
    return tuple(sorted(p.stem for p in SHIPPED.glob("*.toml")))


def shipped_mapping(name: str) -> Path:
    """Where a mapping that is ready to use stands.

    Raises:
        DefinitionError: There is none of that name; the message says the nearest one.
    """
    names = shipped_mappings()
    if name not in names:
        raise DefinitionError(
            f"There is no mapping '{name}'.{nearest(name, list(names))} "
            f"Name a TOML file, or one of: {', '.join(names)}."
        )
    return SHIPPED / f"{name}.toml"


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
    optional = _chosen(facts, "optional", columns, where)
    if needed := [c for c in _needed(table) if c in optional]:
        raise DefinitionError(f"{where}: '{needed[0]}' cannot be optional.")
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
        optional=optional,
        constants=constants,
        values=values,
        only_known=_chosen(
            facts,
            "only_known",
            {c: v for c, v in values.items() if c in columns},
            where,
        ),
        when=when,
        when_filled=facts.get("when_filled"),
        date_formats=_formats(facts, where),
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
    for column in _needed(table):
        if column not in columns:
            raise DefinitionError(
                f"{where}: say which column of the file is '{column}': "
                f'columns.{column} = "…".'
            )


def _needed(table: str) -> list[str]:
    """The case columns without which no row of the table can be taken."""
    needed = ["person_id"]
    needed += ["date"] if TABLES[table].shape in ("event", "spell") else []
    return needed + (["adult_id"] if table == "household" else [])


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
    if found is None:
        return None
    if type(found) is not date:
        raise DefinitionError(f"{where}: {key} must be a date such as 2026-03-31.")
    if not in_reach(found):
        raise DefinitionError(f"{where}: {key} must be {IN_REACH}. Correct the year.")
    return found


def _mark(facts: Map[str, Any], where: str) -> str | None:
    mark = facts.get("mark")
    if mark is None or mark in MARKS:
        return mark
    raise DefinitionError(
        f"{where}: there is no mark '{mark}'.{nearest(str(mark), list(MARKS))} "
        "A mark is 'synthetic' or 'public', or left out for real records."
    )


def _list(facts: Map[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = facts.get(key, [])
    if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
        raise DefinitionError(f"{where}: '{key}' must be a list of texts.")
    return tuple(found)


def _chosen(
    facts: Map[str, Any], key: str, among: Map[str, Any], where: str
) -> tuple[str, ...]:
    """Case columns named again in a list; each must be one of the mapping's own."""
    found = _list(facts, key, where)
    source = "columns" if key == "optional" else "columns and values"
    for name in found:
        if name not in among:
            raise DefinitionError(
                f"{where}: {key} names '{name}', which is not in {source}."
                f"{nearest(name, list(among))}"
            )
    return found


def _formats(facts: Map[str, Any], where: str) -> tuple[str, ...]:
    """Formats of dates; each must read back the day that it wrote."""
    found = _list(facts, "date_formats", where)
    for form in found:
        written = pl.Series([A_DAY.strftime(form)])
        try:
            read = written.str.to_date(form, strict=False).to_list()
        except pl.exceptions.PolarsError:
            read = []
        if read != [A_DAY]:
            raise DefinitionError(
                f"{where}: '{form}' is no format of whole dates. "
                "Write one such as %d.%m.%Y, or %d/%m/%y."
            )
    return found
