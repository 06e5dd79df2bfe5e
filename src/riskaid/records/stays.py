"""Episodes of care put in order, and joined to the stays they are parts of.

The repairs follow the rules LIIA uses across yearly returns; the quality summary counts
each of them by name. Spells are half-open: an episode ends on the day the next begins.
"""

import polars as pl

from riskaid.records.quality import FileLedger

CONTINUES = "X1"
NEW_PERIOD = "S"


def cap_overlaps(rows: pl.DataFrame, ledger: FileLedger) -> pl.DataFrame:
    """End each person's spell where the next one starts.

    A spell that is open although another one follows, or that ends after the next one
    started, ends at that start (rules 501, 1 and 4).

    Args:
        rows: Checked rows with row, person_id, date and end.
        ledger: Where repairs are counted.
    """
    rows = _in_order(rows)
    rows = rows.with_columns(_next("date").alias("·next"))
    end, follows = pl.col("end"), pl.col("·next")
    rows = _repair(
        rows,
        ledger,
        "open although another episode follows; ended where it starts",
        end.is_null() & follows.is_not_null(),
        follows,
    )
    rows = _repair(
        rows,
        ledger,
        "overlaps the next episode; ended where it starts (501)",
        end > follows,
        follows,
    )
    return rows.drop("·next")


def order_episodes(rows: pl.DataFrame, ledger: FileLedger) -> pl.DataFrame:
    """Put a return's episodes in order and join them to periods of care.

    Besides capping overlaps: an open episode does not keep a reason for ending; an
    episode that says another one follows at once (X1), followed after a gap by one that
    does not start a period (not S), ends where that one starts (LIIA's rule 5). A
    period goes on while episodes follow each other within a day.

    Args:
        rows: row, person_id, date, end, start_reason, end_reason and anything else.
        ledger: Where repairs are counted.

    Returns:
        The rows in order, with `period_id`.
    """
    rows = _in_order(rows)
    last = _next("date").is_null()
    still = pl.col("end").is_null() & pl.col("end_reason").is_not_null()
    goes_on = pl.col("end_reason") == CONTINUES
    ledger.repair(
        "open, yet REC X1 says another episode follows; REC was left empty",
        rows.filter(still & last & goes_on)["row"],
    )
    ledger.repair(
        "open, yet with a reason for ending (REC); REC was left empty",
        rows.filter(still & last & ~goes_on)["row"],
    )
    rows = rows.with_columns(
        pl.when(~(still & last)).then("end_reason").alias("end_reason")
    )
    rows = cap_overlaps(rows, ledger)
    rows = rows.with_columns(
        _next("date").alias("·next"), _next("start_reason").alias("·reason")
    )
    gap = (
        (pl.col("end_reason") == CONTINUES)
        & (pl.col("end") < pl.col("·next"))
        & (pl.col("·reason") != NEW_PERIOD)
    )
    rows = _repair(
        rows,
        ledger,
        "a gap after an episode that goes on (X1); ended where the next one starts",
        gap,
        pl.col("·next"),
    ).drop("·next", "·reason")
    before = pl.col("end").shift(1).over("person_id")
    apart = before.is_null() | (pl.col("date") > before + pl.duration(days=1))
    began = pl.when(apart).then("date").forward_fill().over("person_id")
    return rows.with_columns(
        pl.concat_str("person_id", pl.lit("-"), began.dt.to_string("%Y%m%d")).alias(
            "period_id"
        )
    )


def joined(rows: pl.DataFrame, same: list[str]) -> pl.DataFrame:
    """Join episodes that follow each other with the same of something.

    Args:
        rows: What order_episodes gives.
        same: Columns that must agree, such as the placement's type and place.

    Returns:
        One row a stay, with the first episode's row and date and the last one's end;
        other columns are the last episode's.
    """
    key = ["period_id", *same]
    change = pl.any_horizontal(
        pl.col(c).ne_missing(pl.col(c).shift(1)) for c in ("person_id", *key)
    )
    touching = pl.col("date") == pl.col("end").shift(1)
    new = (change | ~touching.fill_null(False)).cum_sum()
    others = [c for c in rows.columns if c not in ("row", "source_row", "date")]
    return (
        rows.with_columns(new.alias("·stay"))
        .group_by("·stay", maintain_order=True)
        .agg(
            pl.col("row", "source_row", "date").first(),
            pl.col(others).last(),
        )
        .drop("·stay")
    )


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """By person, start and end; what starts and ends together, by what it says."""
    where = ("person_id", "date", "end", "row", "source_row")
    said = [c for c in rows.columns if c not in where and not c.endswith("_id")]
    return rows.sort("person_id", "date", "end", *sorted(said), "row", nulls_last=True)


def _next(column: str) -> pl.Expr:
    return pl.col(column).shift(-1).over("person_id")


def _repair(
    rows: pl.DataFrame,
    ledger: FileLedger,
    says: str,
    condition: pl.Expr,
    end: pl.Expr,
) -> pl.DataFrame:
    wrong = condition.fill_null(False)
    ledger.repair(says, rows.filter(wrong)["row"])
    return rows.with_columns(pl.when(wrong).then(end).otherwise("end").alias("end"))
