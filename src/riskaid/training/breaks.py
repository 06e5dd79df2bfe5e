"""Times in which recording broke: rows they touch are left out, or marked and counted.

Visits stopped in a lockdown, a code was split in two, a law changed who refers: what
was recorded across such a break does not mean the same on both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from riskaid.errors import ExtractError
from riskaid.training.asked_rows import Break, Outcome
from riskaid.training.cohort import Counts

MARK = "in_break"
"""A column of the training table: whether a break that only marks touches the row."""


@dataclass(frozen=True)
class Touched:
    """What one declared break touched.

    Attributes:
        asked: The break as declared.
        rows: How many rows it touches, among those left by the breaks before it.
        with_outcome: How many of them have the outcome.
        base_rate: Their share with the outcome; None without rows.
        base_rate_elsewhere: That of the rows it does not touch; None without rows.
    """

    asked: Break
    rows: int
    with_outcome: int
    base_rate: float | None
    base_rate_elsewhere: float | None

    def to_json(self) -> dict[str, Any]:
        """As run.json says it."""
        return {
            "says": self.asked.says,
            "first": self.asked.first.isoformat(),
            "last": self.asked.last.isoformat(),
            "touches": self.asked.touches,
            "rows_are": self.asked.rows_are,
            "rows": self.rows,
            "with_outcome": self.with_outcome,
            "base_rate": self.base_rate,
            "base_rate_elsewhere": self.base_rate_elsewhere,
        }


def apply_breaks(
    rows: pl.DataFrame, breaks: Sequence[Break], outcome: Outcome, counts: Counts
) -> tuple[pl.DataFrame, tuple[Touched, ...]]:
    """Leave out or mark the rows that declared breaks touch.

    A break touches a row when the as-of date, or a day of the outcome window, lies in
    it; `touches` may ask for one of the two alone. Breaks are taken in the order in
    which they are declared.

    Args:
        rows: as_of, outcome, and anything else.
        breaks: Those declared.
        outcome: Whose window it is.
        counts: Filled with "declared_break", the rows left out, where breaks are
            declared.

    Returns:
        The rows that are left, with the column `in_break` where breaks are declared;
        and what each break touched.

    Raises:
        ExtractError: No row is left.
    """
    if not breaks:
        return rows, ()
    left = rows.with_columns(pl.lit(False).alias(MARK))
    found: list[Touched] = []
    for one in breaks:
        touched = touches(one, outcome)
        inside, outside = left.filter(touched), left.filter(~touched)
        found.append(
            Touched(
                asked=one,
                rows=inside.height,
                with_outcome=int(inside["outcome"].sum()),
                base_rate=_share(inside),
                base_rate_elsewhere=_share(outside),
            )
        )
        if one.rows_are == "left_out":
            left = outside
        else:
            left = left.with_columns(pl.col(MARK) | touched)
    counts["declared_break"] = rows.height - left.height
    if left.is_empty():
        raise ExtractError(
            "The declared breaks leave no row. Mark rows instead of leaving them out, "
            "or let a break touch the as-of date only."
        )
    return left, tuple(found)


def touches(one: Break, outcome: Outcome) -> pl.Expr:
    """Whether a break touches a row's as-of date, or its outcome window."""
    as_of = pl.col("as_of")
    dated = as_of.is_between(one.first, one.last)
    start = as_of + timedelta(days=outcome.gap_days)
    end = start + timedelta(days=outcome.within_days)
    window = (start <= one.last) & (end > one.first)
    return {"as_of": dated, "window": window, "either": dated | window}[one.touches]


def _share(rows: pl.DataFrame) -> float | None:
    if rows.is_empty():
        return None
    return float(f"{int(rows['outcome'].sum()) / rows.height:.10g}")
