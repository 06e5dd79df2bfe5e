"""The DfE's validation rules that matter to indicators, counted on one store.

Each rule is declared in quality_rules.toml: its codes, what it says in our words, and
how it is found. What reading a source counts anyway is taken from there; the rest is a
few words of SQL over the case tables. A rule whose tables were not supplied, or that
reads a column no source has, is not checked, which is never the same as nothing found.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from riskaid.errors import DefinitionError
from riskaid.records.quality_counts import lacking
from riskaid.records.store import CaseStore, read_quality
from riskaid.records.tables import TABLES

DECLARED = "quality_rules.toml"
ROWS_SHOWN = 20
KEYS = frozenset(
    {"codes", "return", "says", "tables", "sql", "noted", "kinds", "looked"}
)
RETURNS = ("CIN", "SSDA903", "riskaid")
ALIAS = re.compile(r"\b(?:FROM|JOIN) (\w+) (\w)\b")
OF_ALIAS = re.compile(r'\b(\w)\."?(\w+)')
BARE = re.compile(r'(?<![\w.])"?([a-z_]+)\b')
"""Names that belong to no alias: those of a table that is read inside another one."""


@dataclass(frozen=True)
class Rule:
    """One rule of validation, and how it is found.

    Attributes:
        codes: The codes it goes by.
        returns: Which collections these are from; "riskaid" for one of our own.
        says: What a row that is found has wrong with it.
        tables: Case tables it needs; rows of the first are counted.
        sql: What stands behind SELECT DISTINCT r.n, or nothing.
        noted: What reading counts, word for word, or nothing.
        kinds: Only these kinds of source look for it; all, where empty.
        looked: What a file must say it was looked through for.
    """

    codes: tuple[str, ...]
    returns: tuple[str, ...]
    says: str
    tables: tuple[str, ...]
    sql: str = ""
    noted: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    looked: str = ""


@dataclass(frozen=True)
class NotChecked:
    """Rules of one collection that are left out, and why."""

    collection: str
    codes: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class RuleBook:
    """Every rule, checked or not, in the order of its declaration."""

    rules: tuple[Rule, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True)
class RuleResult:
    """What came of one rule.

    Attributes:
        rule: Which one.
        rows: How many rows were found; None where it was not checked.
        of_rows: How many were looked at; None where only reading knows.
        first: File and row number of the first rows found.
        why_not: Why it was not checked; empty where it was.
    """

    rule: Rule
    rows: int | None
    of_rows: int | None = None
    first: tuple[tuple[str, int], ...] = ()
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """The result as plain facts."""
        return {
            "codes": list(self.rule.codes),
            "return": list(self.rule.returns),
            "says": self.rule.says,
            "tables": list(self.rule.tables),
            "checked": self.rows is not None,
            "rows": self.rows,
            "of_rows": self.of_rows,
            "first_rows": [{"file": f, "row": n} for f, n in self.first],
            "why_not": self.why_not,
        }


@cache
def rule_book() -> RuleBook:
    """The rules that are shipped."""
    text = files("riskaid.records").joinpath(DECLARED).read_text(encoding="utf-8")
    return read_rules(text)


def read_rules(text: str) -> RuleBook:
    """Read rules from TOML.

    Raises:
        DefinitionError: It is not TOML, a rule has a setting or table that does not
            exist, or says neither or both of `sql` and `noted`.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{DECLARED}: not a TOML file: {error}.") from error
    return RuleBook(
        rules=tuple(_rule(one) for one in found.get("rule", [])),
        not_checked=tuple(
            NotChecked(one["return"], tuple(one["codes"]), one["because"])
            for one in found.get("not_checked", [])
        ),
    )


def _rule(found: Mapping[str, Any]) -> Rule:
    where = f"{DECLARED}: rule {', '.join(found.get('codes', ['without a code']))}"
    returns = tuple(str(found.get("return", "")).split(", "))
    unknown = [t for t in found.get("tables", []) if t not in TABLES]
    wrong = [*sorted(set(found) - KEYS), *unknown]
    wrong += [r for r in returns if r not in RETURNS]
    if wrong:
        raise DefinitionError(f"{where}: there is no {', '.join(wrong)}. Mend it.")
    if ("sql" in found) == ("noted" in found) or not found.get("tables"):
        raise DefinitionError(
            f"{where}: a rule has tables, and either sql or noted. Write one of them."
        )
    return Rule(
        codes=tuple(found["codes"]),
        returns=returns,
        says=found["says"],
        tables=tuple(found["tables"]),
        sql=str(found.get("sql", "")).strip(),
        noted=tuple(found.get("noted", ())),
        kinds=tuple(found.get("kinds", ())),
        looked=str(found.get("looked", "")),
    )


def check_rules(store: CaseStore) -> tuple[RuleResult, ...]:
    """Count every declared rule on what the store holds now.

    Raises:
        ExtractError: A part of the store cannot be read.
    """
    latest = latest_ingests(read_quality(store))
    held: dict[str, pl.DataFrame] = {}
    return tuple(
        _at_reading(rule, latest) if rule.noted else _in_store(rule, store, held)
        for rule in rule_book().rules
    )


def latest_ingests(ingests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each source, what its latest extract was found to hold, by name."""
    latest = {one["name"]: one for one in ingests}
    return [latest[name] for name in sorted(latest)]


def _at_reading(rule: Rule, latest: list[dict[str, Any]]) -> RuleResult:
    """Add up what reading the latest extracts counted, in files of the rule's tables.

    Where one file feeds several tables its rows count once.
    """
    looked_at = [
        (ingest["name"], file)
        for ingest in latest
        if not rule.kinds or ingest["kind"] in rule.kinds
        for file in ingest["files"]
        if set(file["read_as"].split(", ")) & set(rule.tables)
        and (not rule.looked or rule.looked in file.get("looked_for", []))
    ]
    if not looked_at:
        why = f"no file with {_either(rule.tables)}"
        if rule.looked:
            why = f"no file holds a {rule.looked}"
        elif rule.kinds:
            why += f" in a source of the kind {_either(rule.kinds)}"
        return RuleResult(rule, None, why_not=why)
    said = {*rule.noted, *(f"left out of one table: {one}" for one in rule.noted)}
    findings = [
        (f"{name}/{file['file']}", finding)
        for name, file in looked_at
        for part in ("refusals", "repairs", "noted")
        for finding in file[part]
        if finding["says"] in said
    ]
    return RuleResult(
        rule,
        sum(finding["rows"] for _, finding in findings),
        sum(file["rows"] for _, file in looked_at),
        tuple((name, n) for name, f in findings for n in f["first_rows"])[:ROWS_SHOWN],
    )


def _in_store(
    rule: Rule, store: CaseStore, held: dict[str, pl.DataFrame]
) -> RuleResult:
    absent = [t for t in rule.tables if not store.has(t)]
    if absent:
        return RuleResult(rule, None, why_not=f"not supplied: {', '.join(absent)}")
    without = sorted(
        f"{table}.{column}"
        for table, column in columns_of(rule)
        if column in lacking(store, table)
    )
    if without:
        return RuleResult(rule, None, why_not=f"no source has {', '.join(without)}")
    for table in rule.tables:
        if table not in held:
            held[table] = as_of_now(store, table)
    covered = max(store.coverage[t].covered_from for t in rule.tables)
    rows = held[rule.tables[0]]
    found = run_sql(rule, held, covered, store.extract_date)
    hit = rows.filter(pl.col("n").is_in(found.implode())).sort("source", "source_row")
    first = hit.head(ROWS_SHOWN).select("source", "source_row").rows()
    return RuleResult(rule, hit.height, rows.height, tuple(first))


def columns_of(rule: Rule) -> set[tuple[str, str]]:
    """The case tables' own columns that a rule's SQL reads: table and column."""
    named = {alias: table for table, alias in ALIAS.findall(rule.sql)}
    read = {(named[a], c) for a, c in OF_ALIAS.findall(rule.sql) if a in named}
    bare = {*BARE.findall(rule.sql)}
    return {
        (table, column)
        for table in rule.tables
        for column in TABLES[table].columns
        if (table, column) in read or (table not in named.values() and column in bare)
    }


def as_of_now(store: CaseStore, table: str) -> pl.DataFrame:
    """A case table's rows as they are now, numbered, with the name of their source."""
    rows = store.current(table)
    return rows.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("n"),
        pl.col("source").str.split("/").list.first().alias("source_name"),
    )


def run_sql(
    rule: Rule, tables: Mapping[str, pl.DataFrame], covered: date, extracted: date
) -> pl.Series:
    """Find a rule's rows, by their number `n` in its first table.

    Args:
        rule: One that is declared by SQL.
        tables: At least the rule's, as `as_of_now` gives them.
        covered: From when all of them are covered.
        extracted: The day of the extract.
    """
    frames = {
        name: tables[name]
        .lazy()
        .with_columns(
            pl.lit(covered).alias("held_from"), pl.lit(extracted).alias("extracted")
        )
        for name in rule.tables
    }
    context = pl.SQLContext(frames)
    found = context.execute(f"SELECT DISTINCT r.n {rule.sql}", eager=True)
    return found["n"].cast(pl.Int64)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
