"""Which dates make a row: when a record, or its end, was known; each month it is open.

These are the decision points of an experiment. A row knows which record made it, so
that an outcome can be asked to differ from that record.
"""

from typing import TYPE_CHECKING

import polars as pl

from riskaid.records.tables import TABLES
from riskaid.training.asked_rows import Cohort
from riskaid.training.visible import covered_on, filled_from, lacks, matching

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

MADE = ("person_id", "date", "as_of")


def made_rows(cohort: Cohort, store: "CaseStore") -> pl.DataFrame:
    """List every date on which a record of the cohort's table makes a row.

    "record": the first day on which the record counts, which is the day after it was
    known and dated. "end": the first day on which its end counts. Both plus
    `offset_days`. "month": the first day of every month on which the spell is open, as
    far as anybody could know then. A record corrected later makes the rows of when it
    was first known; one withdrawn before the as-of date makes none.

    Returns:
        person_id, the record's date, as_of; sorted, no two the same. Several records
        may make one row.
    """
    dated = store.table(cohort.table).filter(pl.col("date").is_not_null())
    when = {"record": _when_known, "end": _when_ended, "month": _while_open}
    return (
        when[cohort.each](dated, cohort, store)
        .filter(matching(cohort.where, cohort.table, as_of=pl.col("as_of")))
        .select(MADE)
        .unique()
        .sort(MADE)
    )


def _when_known(
    dated: pl.DataFrame, cohort: Cohort, _store: "CaseStore"
) -> pl.DataFrame:
    return _first_days(dated, cohort, pl.max_horizontal("date", "known_from"))


def _when_ended(
    dated: pl.DataFrame, cohort: Cohort, _store: "CaseStore"
) -> pl.DataFrame:
    ended = dated.filter(
        pl.col("end").is_not_null(), filled_from("end", cohort.table).is_not_null()
    )
    known = pl.max_horizontal(
        "date", "known_from", "end", filled_from("end", cohort.table)
    )
    return _first_days(ended, cohort, known)


def _first_days(dated: pl.DataFrame, cohort: Cohort, known: pl.Expr) -> pl.DataFrame:
    """Each record's first version that was known and matches, as of the day after."""
    return (
        dated.with_columns(as_of=known + pl.duration(days=1 + cohort.offset_days))
        .filter(
            pl.col("known_until").is_null() | (pl.col("as_of") <= pl.col("known_until"))
        )
        .filter(matching(cohort.where, cohort.table, as_of=pl.col("as_of")))
        .sort("as_of", maintain_order=True)
        .unique(["person_id", "date"], keep="first", maintain_order=True)
    )


def _while_open(
    dated: pl.DataFrame, cohort: Cohort, store: "CaseStore"
) -> pl.DataFrame:
    last = pl.lit(store.extract_date) + pl.duration(days=1)
    # Open while no end can be seen, and until the end itself: the later of the two.
    seen = filled_from("end", cohort.table)
    ended = pl.col("end").is_not_null() & seen.is_not_null()
    until = pl.when(ended).then(pl.max_horizontal("end", seen)).otherwise(last)
    spells = dated.with_columns(
        first=pl.max_horizontal("date", "known_from").dt.month_end()
        + pl.duration(days=1),
        until=pl.min_horizontal(until, "known_until", last),
    ).filter(pl.col("first") <= pl.col("until"))
    rows = spells.with_columns(
        as_of=pl.date_ranges("first", "until", interval="1mo")
    ).explode("as_of")
    for one in lacks(store, cohort.table, ["end"]):
        rows = rows.filter(~pl.col("as_of").is_between(one.since, one.until))
    return rows.filter(covered_on(store, cohort.table))


def has_end(table: str) -> bool:
    """Whether the records of a table are spells, which begin and end."""
    return "end" in TABLES[table].columns
