"""Who is in the question, and as of when: one row a decision, several a child."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from riskaid.errors import ExtractError
from riskaid.records.tables import TABLES
from riskaid.training.experiment import Cohort, Exclusion, Where

if TYPE_CHECKING:
    from riskaid.records.lacking import Lack
    from riskaid.records.store import CaseStore


Counts = dict[str, int]
"""How many rows there were and fell away, by reason."""


def build_cohort(cohort: Cohort, store: "CaseStore", counts: Counts) -> pl.DataFrame:
    """Make one row for each record of the cohort's table that counts.

    The as-of date is the first day on which the record itself counts (the day after it
    was known, and after it was dated) plus the offset. A record corrected later makes
    one row, as of when it was first known. A record withdrawn before the as-of date
    makes none.

    Args:
        cohort: The experiment's part.
        store: The case store.
        counts: Filled with "records", "rows", "undated", "outside_dates", and one
            count an exclusion.

    Returns:
        person_id, as_of, family_id; sorted by person and date, no two the same.

    Raises:
        ExtractError: The table, or a column that is asked about, was not supplied, or
            no row is left.
    """
    why = "the cohort is made from it"
    demand(store, cohort.table, why=why, columns=cohort.where)
    held = store.table(cohort.table)
    counts["records"] = held.height
    dated = held.filter(pl.col("date").is_not_null())
    counts["undated"] = held.height - dated.height
    first_day = pl.max_horizontal("date", "known_from") + pl.duration(
        days=1 + cohort.offset_days
    )
    rows = (
        dated.with_columns(as_of=first_day)
        .filter(
            pl.col("known_until").is_null()
            | (pl.col("as_of") <= pl.col("known_until")),
            matching(cohort.where, cohort.table, as_of=pl.col("as_of")),
        )
        .group_by("person_id", "date")
        .agg(pl.col("as_of").min())
        .select("person_id", "as_of")
        .unique()
        .sort("person_id", "as_of")
    )
    before = rows.height
    if cohort.first_as_of is not None:
        rows = rows.filter(pl.col("as_of") >= cohort.first_as_of)
    if cohort.last_as_of is not None:
        rows = rows.filter(pl.col("as_of") <= cohort.last_as_of)
    counts["outside_dates"] = before - rows.height
    for i, out in enumerate(cohort.exclude):
        before = rows.height
        rows = _without(rows, out, store)
        counts[f"excluded_{i + 1}_{out.table}"] = before - rows.height
    counts["rows"] = rows.height
    if not rows.height:
        raise ExtractError(
            f"The cohort is empty: no record of {cohort.table} makes a row. "
            "Check [cohort] table, where, exclude and the dates."
        )
    return with_families(rows, store)


def with_families(rows: pl.DataFrame, store: "CaseStore") -> pl.DataFrame:
    """Add family_id; a person with no recorded family is a family alone."""
    families = (
        store.table("families")
        .filter(pl.col("known_until").is_null(), pl.col("family_id").is_not_null())
        .group_by("person_id")
        .agg(pl.col("family_id").min())
    )
    return (
        rows.join(families, on="person_id", how="left", maintain_order="left")
        .with_columns(pl.col("family_id").fill_null(pl.col("person_id")))
        .select("person_id", "as_of", "family_id")
    )


def matching(where: Where, table: str, *, as_of: pl.Expr | None = None) -> pl.Expr:
    """Say which records meet every condition; one not known does not.

    Args:
        where: Column to value or values.
        table: Whose columns they are.
        as_of: When given, a column that fills in later counts only once it had been
            filled in by then; else every column reads as it stands today.
    """
    meets = pl.lit(True)
    for name, wanted in where.items():
        values = list(wanted) if isinstance(wanted, list) else [wanted]
        meets &= seen(name, table, as_of=as_of).is_in(values).fill_null(False)
    return meets


def seen(name: str, table: str, *, as_of: pl.Expr | None) -> pl.Expr:
    """Read a column as it could be seen as of a date; null where it was not filled."""
    group = TABLES[table].columns[name].group
    if as_of is None or group is None:
        return pl.col(name)
    known = pl.col(f"{group}_known_from") < as_of
    return pl.when(known).then(pl.col(name)).otherwise(None)


def _without(rows: pl.DataFrame, out: Exclusion, store: "CaseStore") -> pl.DataFrame:
    asked = {*out.where, *(["end"] if out.open else [])}
    demand(store, out.table, why="[cohort] leaves rows out by it", columns=asked)
    for one in lacks(store, out.table, asked):
        rows = rows.filter(~pl.col("as_of").is_between(one.since, one.until))
    as_of = pl.col("as_of")
    counts = (
        (pl.col("date") < as_of)
        & (pl.col("known_from") < as_of)
        & (pl.col("known_until").is_null() | (as_of <= pl.col("known_until")))
        & matching(out.where, out.table, as_of=as_of)
    )
    if out.open:
        end = seen("end", out.table, as_of=as_of)
        counts &= end.is_null() | (end >= as_of)
    found = (
        rows.select("person_id", "as_of")
        .join(store.table(out.table), on="person_id")
        .filter(counts)
        .select("person_id", "as_of")
        .unique()
    )
    return rows.join(
        found, on=["person_id", "as_of"], how="anti", maintain_order="left"
    )


def lacks(store: "CaseStore", table: str, columns: Collection[str]) -> list["Lack"]:
    """For which days and dates no source has some columns of a table."""
    held = store.coverage.get(table)
    absent = () if held is None else held.absent
    return [one for one in absent if one.column in columns]


def demand(
    store: "CaseStore", table: str, *, why: str, columns: Collection[str] = ()
) -> None:
    """Raise an ExtractError when a table, or a column of it, is needed and not there.

    A column that the latest extract lacks is not there: no row would have it.
    """
    if not store.has(table):
        raise ExtractError(
            f"Table '{table}' is not in the store, and {why}. "
            "Ingest a source that holds it."
        )
    absent = lacks(store, table, columns)
    without = sorted({c.column for c in absent if c.last == c.until == date.max})
    if without:
        raise ExtractError(
            f"No source of the store has a column for {', '.join(without)} of "
            f"'{table}', and {why}. Ingest a source that has it."
        )
