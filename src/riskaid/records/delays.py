"""How late records really were known, beside the lag that is declared for their table.

Measured only where a source says or shows it: rows with a date of recording, and rows
first seen in a later extract. Of several versions of one person's row of a day, the
first counts. Counts of 1 to 5 are never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import polars as pl

from riskaid.records.tables import TABLES

SMALLEST = 6
MEASURED = ("recorded", "first_seen")


@dataclass(frozen=True)
class Delay:
    """Days from the event to when it was known, over the measured rows of a table.

    Attributes:
        table: The case table.
        declared: Its declared lag in days.
        rows: How many rows were measured, 6 or more.
        median: Half of the rows were known within so many days.
        ninth: Nine in ten were (the 90th percentile).
        most: Ninety-nine in a hundred were (the 99th percentile).
        later: Share known later than declared; None where it would show that 1 to 5
            rows were later, or were not.
    """

    table: str
    declared: int
    rows: int
    median: int
    ninth: int
    most: int
    later: float | None

    @property
    def too_short(self) -> bool:
        """Whether the declared lag is shorter than the 90th percentile."""
        return self.declared < self.ninth

    def to_json(self) -> dict[str, Any]:
        """The measurement as plain facts, for quality.json."""
        return {
            "table": self.table,
            "declared": self.declared,
            "rows": self.rows,
            "median": self.median,
            "percentile_90": self.ninth,
            "percentile_99": self.most,
            "share_later_than_declared": self.later,
            "declared_too_short": self.too_short,
        }


def measure(tables: Mapping[str, pl.DataFrame], source: str) -> tuple[Delay, ...]:
    """Measure the lags of one source's rows, by case table, sorted by name.

    Args:
        tables: Stored case tables, all versions.
        source: The source's name.

    Returns:
        One for each table with 6 measured rows or more; undated tables have none.
    """
    found = [_measured(name, tables[name], source) for name in sorted(tables)]
    return tuple(delay for delay in found if delay is not None)


def _measured(name: str, rows: pl.DataFrame, source: str) -> Delay | None:
    mine = rows.filter(
        pl.col("source").str.starts_with(f"{source}/") & pl.col("date").is_not_null()
    )
    first = pl.col("known_from") == pl.col("known_from").min().over("person_id", "date")
    days = (
        mine.filter(first)
        .filter(pl.col("known_how").is_in(MEASURED))
        .select((pl.col("known_from") - pl.col("date")).dt.total_days().alias("days"))
    )["days"].sort()
    if len(days) < SMALLEST:
        return None
    declared = TABLES[name].lag_days
    over = days.filter(days > declared).len()
    shown = all(n == 0 or n >= SMALLEST for n in (over, len(days) - over))
    half, ninth, most = (int(days[ceil(len(days) * q / 100) - 1]) for q in (50, 90, 99))
    return Delay(
        table=name,
        declared=declared,
        rows=len(days),
        median=half,
        ninth=ninth,
        most=most,
        later=round(over / len(days), 4) if shown else None,
    )


def delays_text(delays: tuple[Delay, ...]) -> str:
    """The measured lags as a table for the terminal, and what is declared too short."""
    if not delays:
        return (
            "Measured lags: none. No table has 6 rows with a date of recording, or "
            "first seen in a later extract.\n"
        )
    heads = ("rows", "median", "90%", "99%", "declared", "later")
    widths = (10, 8, 6, 6, 10, 12)
    over = "".join(f"{h:>{w}}" for h, w in zip(heads, widths, strict=True))
    lines = [
        "Measured lags, in days from the event to when it was known",
        f"  {'':<26}{over}",
    ]
    lines += [
        f"  {d.table:<26}{d.rows:>10,}{d.median:>8}{d.ninth:>6}{d.most:>6}"
        f"{d.declared:>10}{_share(d.later):>12}"
        for d in delays
    ]
    lines += [
        f"  {d.table}: the declared lag ({d.declared}) is too short: nine in ten rows "
        f"were known within {d.ninth} days, and no fewer."
        for d in delays
        if d.too_short
    ]
    return "\n".join(lines) + "\n"


def _share(later: float | None) -> str:
    return "not shown" if later is None else f"{later:.1%}"
