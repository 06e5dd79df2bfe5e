"""How late records really were known, beside the lags that are declared.

Measured only where a source says or shows it: rows with a date of recording, rows first
seen in a later extract, and groups of columns filled or first seen in one. Of several
versions of one person's row of a day, the first counts. Counts of 1 to 5 are never
shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import polars as pl

from riskaid.records.schema import (
    NOTHING_TOLD,
    group_from,
    groups,
    stored_columns,
)
from riskaid.records.side_by_side import side_by_side
from riskaid.records.tables import TABLES

SMALLEST = 6
OF_ONE = ["person_id", "date"]


@dataclass(frozen=True)
class Delay:
    """Days until something was known, over the measured rows of a table.

    Attributes:
        table: The case table.
        group: The columns that fill in later; None is the row itself.
        declared: The declared lag in days.
        rows: How many rows were measured, 6 or more.
        median: Half of the rows were known within so many days.
        ninth: Nine in ten were (the 90th percentile).
        most: Ninety-nine in a hundred were (the 99th percentile).
        later: Share known later than declared; None where it would show that 1 to 5
            rows were later, or were not.
    """

    table: str
    group: str | None
    declared: int
    rows: int
    median: int
    ninth: int
    most: int
    later: float | None

    @property
    def name(self) -> str:
        """The table, or the table and its group of columns."""
        return self.table if self.group is None else f"{self.table}: {self.group}"

    @property
    def too_short(self) -> bool:
        """Whether the declared lag is shorter than the 90th percentile."""
        return self.declared < self.ninth

    def to_json(self) -> dict[str, Any]:
        """The measurement as plain facts, for quality.json."""
        return {
            "table": self.table,
            "group": self.group,
            "declared": self.declared,
            "rows": self.rows,
            "median": self.median,
            "percentile_90": self.ninth,
            "percentile_99": self.most,
            "share_later_than_declared": self.later,
            "declared_too_short": self.too_short,
        }


@dataclass(frozen=True)
class Basis:
    """What measuring one table of a source rests on.

    Attributes:
        first_extract: The day of the source's first extract that had the table. What
            was filled by then is as old as nobody can say.
        covered_from: The source's first day; what is older came with a longer window.
        declared: The lag declared for its rows.
        now: The rows of this extract, as those of a first one.
        told: source, source_row, group: where the source recorded when a group was
            filled.
    """

    first_extract: date
    covered_from: date
    declared: int
    now: pl.DataFrame
    told: pl.DataFrame | None = None


def measure(
    tables: Mapping[str, pl.DataFrame], source: str, bases: Mapping[str, Basis]
) -> tuple[Delay, ...]:
    """Measure the lags of one source's rows and groups of columns.

    Args:
        tables: Stored case tables, all versions.
        source: The source's name.
        bases: By table of this source's extract.

    Returns:
        Sorted by table, the row before its groups; one for each with 6 measured rows or
        more. Undated tables have none.
    """
    each = side_by_side(
        lambda n: _of_table(n, tables[n], source, bases[n]), sorted(bases)
    )
    return tuple(delay for found in each for delay in found if delay is not None)


def _of_table(
    name: str, rows: pl.DataFrame, source: str, basis: Basis
) -> list[Delay | None]:
    dates = [c for c, kind in stored_columns(name).items() if kind == pl.Date]
    mine = (
        rows.lazy()
        .filter(
            pl.col("source").str.starts_with(f"{source}/")
            & (pl.col("date") >= basis.covered_from)
        )
        .select("person_id", "known_how", *dates)
        .collect()
    )
    found = [_delay(name, None, basis.declared, _row_days(mine, basis))]
    for group in groups(TABLES[name]):
        days = _group_days(name, group, mine, basis)
        found.append(_delay(name, group, TABLES[name].group_lags[group], days))
    return found


def _row_days(mine: pl.DataFrame, basis: Basis) -> pl.Series:
    """Days from the event to the first version that was recorded or seen later."""
    known_how, known = pl.col("known_how"), pl.col("known_from")
    later = (known_how == "first_seen") & (known > basis.first_extract)
    measured = (known_how == "recorded") | later
    first = pl.col("known_from") == pl.col("known_from").min().over(OF_ONE)
    return (
        _beside(mine, measured)
        .filter(first)
        .filter(measured)
        .select((pl.col("known_from") - pl.col("date")).dt.total_days().alias("days"))
    )["days"].sort()


def _beside(rows: pl.DataFrame, measured: pl.Expr) -> pl.DataFrame:
    """The measured rows, and every other row of the same person and day."""
    return rows.join(rows.filter(measured), on=OF_ONE, how="semi")


def _group_days(name: str, group: str, mine: pl.DataFrame, basis: Basis) -> pl.Series:
    """Days from a group's own date to the first version in which it was filled."""
    known = pl.col(f"{group}_known_from")
    of: list[str | pl.Expr] = [
        *OF_ONE,
        group_from(TABLES[name], group).alias("from"),
        known.alias("known"),
    ]
    seen = mine.filter(known.is_not_null()).select(
        *of,
        (pl.col("known_from") > basis.first_extract).alias("measured"),
        pl.lit(False).alias("told"),
    )
    said = NOTHING_TOLD if basis.told is None else basis.told
    said = said.filter(pl.col("group") == group)
    now = basis.now.filter(pl.col("date") >= basis.covered_from)
    told = (
        now.join(said, on=["source", "source_row"], how="semi")
        if said.height
        else now.clear()
    ).select(*of, pl.lit(True).alias("measured"), pl.lit(True).alias("told"))
    every = _beside(pl.concat([seen, told]), pl.col("measured"))
    first = every.filter(pl.col("known") == pl.col("known").min().over(OF_ONE))
    sure = first.filter("measured", pl.col("from").is_not_null())
    once = sure.filter(pl.col("told") | ~pl.col("told").any().over(OF_ONE))
    return once.select(
        (pl.col("known") - pl.col("from")).dt.total_days().alias("days")
    )["days"].sort()


def _delay(
    name: str, group: str | None, declared: int, days: pl.Series
) -> Delay | None:
    if len(days) < SMALLEST:
        return None
    over = days.filter(days > declared).len()
    shown = all(n == 0 or n >= SMALLEST for n in (over, len(days) - over))
    half, ninth, most = (int(days[ceil(len(days) * q / 100) - 1]) for q in (50, 90, 99))
    return Delay(
        table=name,
        group=group,
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
            "Measured lags: none. No table has 6 rows, or fillings of a group of "
            "columns, that were recorded with a date or first seen in a later "
            "extract.\n"
        )
    heads = ("rows", "median", "90%", "99%", "declared", "later")
    widths = (10, 8, 6, 6, 10, 12)
    over = "".join(f"{h:>{w}}" for h, w in zip(heads, widths, strict=True))
    lines = [
        "Measured lags, in days from the event to when it was known, and, after a",
        "colon, of columns that fill in later: from their own date, if they have one",
        f"  {'':<26}{over}",
    ]
    lines += [
        f"  {d.name:<26}{d.rows:>10,}{d.median:>8}{d.ninth:>6}{d.most:>6}"
        f"{d.declared:>10}{_share(d.later):>12}"
        for d in delays
    ]
    lines += [
        f"  {d.name}: the declared lag ({d.declared}) is too short: nine in ten rows "
        f"were known within {d.ninth} days, and no fewer."
        for d in delays
        if d.too_short
    ]
    return "\n".join(lines) + "\n"


def _share(later: float | None) -> str:
    return "not shown" if later is None else f"{later:.1%}"
