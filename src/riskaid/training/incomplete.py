"""Times for which the outcome is all alike by construction, and not by chance.

An outcome's table that stops early, an extract date set too late, or a file that only
lists those with the outcome: each leaves a run of rows that all have it, or all lack
it. Taught with them, a model learns the calendar.
"""

from datetime import date

import polars as pl

from riskaid.errors import ExtractError
from riskaid.fairness.outcome_windows import alike_quarters, alike_runs

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
    broken, quarters = alike_quarters(rows)
    if broken:
        raise ExtractError(
            f"In {len(broken)} of {quarters} quarters the outcome is never, or "
            f"always, recorded ({sum(b.rows for b in broken)} rows), which is no "
            f"chance: {DO}"
        )
    runs = alike_runs(rows)
    if runs:
        end = ", up to the last date of all" if any(r.at_end for r in runs) else ""
        raise ExtractError(
            "The outcome is never, or always, recorded in "
            f"{sum(r.rows for r in runs)} rows that follow each other{end}, which is "
            f"no chance: {DO}"
        )


DO = (
    "the outcome's table is not whole there. Set [cohort] first_as_of or last_as_of, "
    "or a longer [outcome] lag_days, or look at the extract's date."
)
