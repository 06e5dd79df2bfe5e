"""Whether what was recorded afterwards differs from the record that made the row.

A second referral by the same service about the same concern may be one matter told
twice; a different service, or a different concern, is something new.
"""

from typing import TYPE_CHECKING

import polars as pl

from riskaid.training.asked_rows import Cohort
from riskaid.training.cohort_made import made_rows

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore


def differing(
    inside: pl.DataFrame,
    columns: tuple[str, ...],
    cohort: Cohort,
    store: "CaseStore",
) -> pl.Expr:
    """Say of each record whether it differs in some column from those of its row.

    Everything reads as it stands today: what was settled later about either record is
    known by then. A column differs when it is filled in the record, in every record
    that made the row, and is none of theirs. Where no column differs, and some cannot
    be compared, nobody knows.

    Args:
        inside: Records of outcomes with the row they may count for: person_id, as_of
            and the columns.
        columns: Any one of which may differ.
        cohort: How the rows were made.
        store: The case store.

    Returns:
        An expression over `inside`: true, false, or null for not known.
    """
    of_rows = rows_own(cohort, columns, store)
    joined = inside.join(
        of_rows, on=["person_id", "as_of"], how="left", maintain_order="left"
    )
    differs, unclear = pl.lit(False), pl.lit(False)
    for name in columns:
        theirs = pl.col(f"{name}_of_row")
        comparable = (
            pl.col(name).is_not_null()
            & theirs.is_not_null()
            & ~theirs.list.contains(pl.lit(None, dtype=pl.String))
        ).fill_null(False)
        same = theirs.list.contains(pl.col(name)).fill_null(False)
        differs |= comparable & ~same
        unclear |= ~comparable
    answers = joined.select(
        pl.when(differs).then(True).when(unclear).then(None).otherwise(False)
    )
    return pl.lit(answers.to_series())


def rows_own(
    cohort: Cohort, columns: tuple[str, ...], store: "CaseStore"
) -> pl.DataFrame:
    """List by row what the records that made it hold today in some columns.

    Returns:
        person_id, as_of, and for each column `<column>_of_row`, a list; a record that
        was withdrawn since holds null.
    """
    today = store.table(cohort.table).filter(pl.col("known_until").is_null())
    return (
        made_rows(cohort, store)
        .join(
            today.select("person_id", "date", *columns),
            on=["person_id", "date"],
            how="left",
        )
        .group_by("person_id", "as_of")
        .agg(pl.col(name).unique().alias(f"{name}_of_row") for name in columns)
    )
