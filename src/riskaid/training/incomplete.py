"""Times for which the outcome is all alike by construction, and not by chance.

An outcome's table that stops early, an extract date set too late, or a file that only
lists those with the outcome: each leaves a run of rows that all have it, or all lack
it. Taught with them, a model learns the calendar.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from riskaid.errors import ExtractError

LEAST_LIKELY = 1e-6
"""A time without any outcome (or with nothing else) is refused when chance alone would
make it less often than this, at the rate of the other rows."""


LEAST_DATES = 30
"""A table with records on fewer days says nothing about how often they come."""

QUIET_TIMES = 3
"""A table that ends so many times its longest quiet time before the extract stopped."""


def refuse_stopped(dates: pl.Series, last: date, *, lag_days: int) -> None:
    """Stop when a table ends so long before the extract that it cannot be whole.

    An extract date set too late, or a feed that stopped: the last rows have no outcome
    because nobody wrote one down. The longest time between two days with records,
    a holiday or the end of a term, is held against the time since the latest.

    Args:
        dates: When the table's records are dated.
        last: The last day that the source could know.
        lag_days: Days after an event by which it is surely recorded.

    Raises:
        ExtractError: With the number of days.
    """
    days = dates.drop_nulls().filter(dates.drop_nulls() <= last).unique().sort()
    if len(days) < LEAST_DATES:
        return
    longest = max(gap.days for gap in days.diff().drop_nulls().to_list())
    silent = (last - days[-1]).days - lag_days
    if silent > QUIET_TIMES * longest:
        raise ExtractError(
            f"The outcome's table holds nothing for the last {silent + lag_days} days "
            "before the extract; before that it was never quiet for more than "
            f"{longest}. Check the extract's date, and ingest the table to its end."
        )


def refuse_incomplete(rows: pl.DataFrame) -> None:
    """Stop when outcomes are all alike for some time, as no chance would have it.

    Looked at are the whole table, each quarter, and every run of consecutive dates.
    Siblings, and a child's rows month by month, share more than the outcome: a time is
    as long as it has families.

    Args:
        rows: as_of, outcome, family_id.

    Raises:
        ExtractError: With how many rows it is about.
    """
    total, with_it = rows.height, int(rows["outcome"].sum())
    if with_it in {0, total}:
        always = "always" if with_it else "never"
        raise ExtractError(
            f"The outcome is {always} recorded in all {total} rows. "
            "Check [outcome] table, where and linked_to."
        )
    _refuse_quarters(rows)
    _refuse_runs(rows)


def _refuse_quarters(rows: pl.DataFrame) -> None:
    quarters = (
        rows.group_by(pl.col("as_of").dt.truncate("1q").alias("quarter"))
        .agg(
            pl.len().alias("rows"),
            pl.col("outcome").sum().alias("with"),
            pl.col("family_id").n_unique().alias("families"),
        )
        .sort("quarter")
    )
    n, k, families = (
        quarters[name].to_numpy().astype(np.float64)
        for name in ("rows", "with", "families")
    )
    chance = _chance(n, k, families, total=n.sum(), with_it=k.sum())
    broken = chance < LEAST_LIKELY
    if broken.any():
        raise ExtractError(
            f"In {int(broken.sum())} of {len(n)} quarters the outcome is never, or "
            f"always, recorded ({int(n[broken].sum())} rows), which is no chance: {DO}"
        )


def _refuse_runs(rows: pl.DataFrame) -> None:
    """Look at every run of dates whose rows all have, or all lack, the outcome.

    There are as many chances for a run to begin as there are dates.
    """
    days = (
        rows.group_by("as_of")
        .agg(pl.len().alias("rows"), pl.col("outcome").sum().alias("with"))
        .sort("as_of")
        .with_columns(
            alike=pl.when(pl.col("with") == 0)
            .then(0)
            .when(pl.col("with") == pl.col("rows"))
            .then(1)
            .otherwise(None)
        )
        .with_columns(run=pl.col("alike").rle_id())
    )
    runs = (
        rows.join(days.select("as_of", "alike", "run"), on="as_of")
        .filter(pl.col("alike").is_not_null())
        .group_by("run")
        .agg(
            pl.len().alias("rows"),
            pl.col("outcome").cast(pl.Int64).sum().alias("with"),
            pl.col("family_id").n_unique().alias("families"),
            pl.col("as_of").max().alias("last"),
        )
        .sort("run")
    )
    if runs.is_empty():
        return
    n = runs["rows"].to_numpy().astype(np.float64)
    k = runs["with"].to_numpy().astype(np.float64)
    chance = days.height * _chance(
        n,
        k,
        runs["families"].to_numpy().astype(np.float64),
        total=float(rows.height),
        with_it=float(rows["outcome"].sum()),
    )
    broken = chance < LEAST_LIKELY
    if broken.any():
        where = _where(runs.filter(pl.Series(broken))["last"].to_list(), rows["as_of"])
        raise ExtractError(
            f"The outcome is never, or always, recorded in {int(n[broken].sum())} rows "
            f"that follow each other{where}, which is no chance: {DO}"
        )


def _chance(
    n: np.ndarray, k: np.ndarray, times: np.ndarray, *, total: float, with_it: float
) -> np.ndarray:
    """How likely it is that some rows are all alike, at the rate of all other rows."""
    rest = (with_it - k + 0.5) / (total - n + 1)
    return np.where(k == 0, (1 - rest) ** times, np.where(k == n, rest**times, 1.0))


def _where(ends: Sequence[object], as_of: pl.Series) -> str:
    return ", up to the last date of all" if as_of.max() in ends else ""


DO = (
    "the outcome's table is not whole there. Set [cohort] first_as_of or last_as_of, "
    "or a longer [outcome] lag_days, or look at the extract's date."
)
