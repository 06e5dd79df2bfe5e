"""Episodes of care put in order, and joined to the stays they are parts of.

The repairs follow the rules LIIA uses across yearly returns; the quality summary counts
each of them by name.
"""

import polars as pl

from riskaid.records.quality import FileLedger


def cap_overlaps(rows: pl.DataFrame, ledger: FileLedger) -> pl.DataFrame:
    """End each person's spell where the next one starts.

    A spell that is open although another one follows, or that ends after the next one
    started, ends at that start (rules 501, 1 and 4).

    Args:
        rows: Checked rows with row, person_id, date and end.
        ledger: Where repairs are counted.
    """
    if "end" not in rows.columns:
        return rows
    rows = rows.sort("person_id", "date", "end", "row", nulls_last=True)
    follows = pl.col("date").shift(-1).over("person_id")
    rows = rows.with_columns(follows.alias("·next"))
    repairs = {
        "open although another episode follows; ended where it starts": (
            pl.col("end").is_null() & pl.col("·next").is_not_null()
        ),
        "overlaps the next episode; ended where it starts (501)": (
            pl.col("end") > pl.col("·next")
        ),
    }
    for says, condition in repairs.items():
        wrong = condition.fill_null(False)
        ledger.repair(says, rows.filter(wrong)["row"])
        rows = rows.with_columns(
            pl.when(wrong).then("·next").otherwise("end").alias("end")
        )
    return rows.drop("·next")
