"""Who is in the question, and as of when: one row a decision, several a child."""

from typing import TYPE_CHECKING

import polars as pl

from riskaid.errors import ExtractError
from riskaid.training.asked_rows import Cohort, Exclusion
from riskaid.training.cohort_made import made_rows
from riskaid.training.visible import covered_on, demand, lacks, matching, seen

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore


Counts = dict[str, int]
"""How many rows there were and fell away, by reason."""

NEEDED = {"record": (), "end": ("end",), "month": ("end",)}
"""Columns that each kind of decision point reads."""


def build_cohort(cohort: Cohort, store: "CaseStore", counts: Counts) -> pl.DataFrame:
    """Make the rows of a question: a child as of a date, each once.

    `cohort_made` says which dates make a row. Rows that an exclusion leaves out are
    gone as they were known then; where nobody could know, because a table or column
    was not covered on that day, the row is left out too and counted apart.

    Args:
        cohort: The experiment's part.
        store: The case store.
        counts: Filled with "records", "rows", "undated", "outside_dates", one count
            an exclusion, and "excluded_not_known".

    Returns:
        person_id, as_of, family_id; sorted by person and date, no two the same.

    Raises:
        ExtractError: The table, or a column that is asked about, was not supplied, or
            no row is left.
    """
    why = "the cohort is made from it"
    asked = {*cohort.where, *NEEDED[cohort.each]}
    demand(store, cohort.table, why=why, columns=asked)
    held = store.table(cohort.table)
    counts["records"] = held.height
    counts["undated"] = held["date"].null_count()
    rows = (
        made_rows(cohort, store)
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
    not_known = 0
    for i, out in enumerate(cohort.exclude):
        before = rows.height
        rows = _where_known(rows, out, store)
        not_known += before - rows.height
        before = rows.height
        rows = _without(rows, out, store)
        counts[f"excluded_{i + 1}_{out.table}"] = before - rows.height
    if cohort.exclude:
        counts["excluded_not_known"] = not_known
    counts["rows"] = rows.height
    if not rows.height:
        raise ExtractError(
            f"The cohort is empty: no record of {cohort.table} makes a row. "
            "Check [cohort] table, where, each, exclude and the dates."
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


def _where_known(
    rows: pl.DataFrame, out: Exclusion, store: "CaseStore"
) -> pl.DataFrame:
    asked = {*out.where, *(["end"] if out.open else [])}
    demand(store, out.table, why="[cohort] leaves rows out by it", columns=asked)
    known = rows.filter(covered_on(store, out.table))
    for one in lacks(store, out.table, asked):
        known = known.filter(~pl.col("as_of").is_between(one.since, one.until))
    return known


def _without(rows: pl.DataFrame, out: Exclusion, store: "CaseStore") -> pl.DataFrame:
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
