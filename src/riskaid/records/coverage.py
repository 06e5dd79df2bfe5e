"""From when to when each case table can be trusted to hold what happened.

Outside its coverage a table says nothing: a value read from it is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from riskaid.dates import months_before
from riskaid.records.holes import Hole, holes_of
from riskaid.records.lacking import (
    Lack,
    after,
    lacking_now,
    lacks_of,
    outside,
    shared,
)
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES

SIX_YEARS = 72
APRIL = 4
YEAR_BEGAN = 120
RETURN_YEAR = "return year"
DFE_COHORT = "dfe cohort"
COHORT_MONTHS = 24


@dataclass(frozen=True)
class Coverage:
    """First and last day on which a table holds what happened, both included.

    In between may be gaps, of which nothing is known (problem 25), and there may be
    columns that no source has.
    """

    covered_from: date
    covered_to: date
    gaps: tuple[Hole, ...] = ()
    absent: tuple[Lack, ...] = ()

    @property
    def history_days(self) -> int:
        """How many days can be seen: the first, the last and those between the gaps."""
        days = (self.covered_to - self.covered_from).days + 1
        after = self.covered_from
        for gap in self.gaps:
            first, last = max(gap.first, after), min(gap.last, self.covered_to)
            days -= max(0, (last - first).days + 1)
            after = max(after, last + timedelta(days=1))
        return days

    def to_json(self) -> dict[str, Any]:
        """The days as text; gaps and absent columns only where there are some."""
        gaps = {"gaps": [gap.to_json() for gap in self.gaps]} if self.gaps else {}
        absent = {"absent": [a.to_json() for a in self.absent]} if self.absent else {}
        return {
            "covered_from": self.covered_from.isoformat(),
            "covered_to": self.covered_to.isoformat(),
            **gaps,
            **absent,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Coverage":
        """Read what to_json wrote."""
        return cls(
            date.fromisoformat(value["covered_from"]),
            date.fromisoformat(value["covered_to"]),
            holes_of(value.get("gaps", ())),
            lacks_of(value.get("absent", ())),
        )


def window_start(window: str, extract_date: date) -> date | None:
    """The first day a format promises to hold.

    An SSD keeps six years; a census or return holds a year from 1 April, one that began
    at least 120 days before its extract, because returns are made in the months after.
    DfE's daily feed holds children known since 1 April of the financial year 24 months
    back. Any other promises nothing.
    """
    if window == "six years":
        return months_before(extract_date, SIX_YEARS)
    if window == RETURN_YEAR:
        day = extract_date - timedelta(days=YEAR_BEGAN)
        return date(day.year - (day.month < APRIL), APRIL, 1)
    if window == DFE_COHORT:
        day = months_before(extract_date, COHORT_MONTHS)
        return date(day.year - (day.month < APRIL), APRIL, 1)
    return None


def cover(
    reading: Reading,
    tables: dict[str, pl.DataFrame],
    dated: dict[str, bool],
    extract_date: date,
    lacking: Mapping[str, frozenset[str]],
) -> dict[str, Coverage]:
    """The coverage of each table of one source, with the columns that it lacks.

    The first day is the declared one; else the earliest accepted date of the table (of
    the source, where the table is empty), but not before the window of an SSD; a
    return holds its whole year; a snapshot's reader says what its rows show. A
    table without dates is covered from its first extract, because nobody knows what it
    said before. `persons` counts as dated: a person is known from the first record.
    """
    earliest = [
        day
        for name, rows in tables.items()
        if dated[name] and isinstance(day := rows["date"].min(), date)
    ]
    first = min(earliest, default=extract_date)
    window = window_start(reading.window, extract_date)
    found = {}
    for name, rows in tables.items():
        declared = reading.covered_from.get(name) or reading.covered_from.get("")
        declared = declared or reading.found_from.get(name)
        if not dated[name] and name != "persons":
            start = extract_date
        elif declared is not None:
            start = declared
        elif window is not None and reading.window == RETURN_YEAR:
            start = window
        else:
            own = rows["date"].min() if TABLES[name].shape != "snapshot" else None
            start = own if isinstance(own, date) else first
            start = start if window is None else max(start, window)
        holes = [replace(h, tables=()) for h in reading.gaps if h.is_in(name)]
        start = min(start, extract_date)
        absent = lacking_now(lacking.get(name, ()))
        found[name] = Coverage(start, extract_date, _all_of(holes), absent)
    return found


def later_extract(before: Coverage, now: Coverage, *, dated: bool) -> Coverage:
    """What one source covers after a further extract.

    The first day stays: rows from before it that come later were not known then. A hole
    between two windows of a dated table starts the coverage anew. A declared gap stays:
    rows from it that come later were not known then.
    """
    hole = now.covered_from > before.covered_to + timedelta(days=1)
    start = now.covered_from if dated and hole else before.covered_from
    absent = after(
        before.absent,
        now.absent,
        extracts=(before.covered_to, now.covered_to),
        windows=(before.covered_from, now.covered_from) if dated else None,
    )
    return Coverage(start, now.covered_to, _all_of([*before.gaps, *now.gaps]), absent)


def joint(parts: list[tuple[Coverage, bool]]) -> Coverage:
    """What several sources of one table cover together: only what each of them covers.

    An undated source beside a dated one adds links and takes no coverage away. A column
    is absent where every source that covers the time lacks it.

    Args:
        parts: Coverage of each source, and whether its rows are dated.
    """
    chosen = [c for c, dated in parts if dated] or [c for c, _ in parts]
    others = [c for c, dated in parts if not dated and len(chosen) < len(parts)]
    return Coverage(
        max(c.covered_from for c in chosen),
        min(c.covered_to for c in chosen),
        _all_of([gap for c in chosen for gap in c.gaps]),
        shared([c.absent for c in chosen] + [_beside(c, chosen) for c in others]),
    )


def _beside(one: Coverage, chosen: list[Coverage]) -> tuple[Lack, ...]:
    """What an undated source does not supply beside dated ones, which reach further."""
    columns = {lack.column for c in chosen for lack in c.absent}
    return (*one.absent, *outside(one.covered_from, one.covered_to, columns))


def _all_of(gaps: list[Hole]) -> tuple[Hole, ...]:
    return tuple(sorted(set(gaps)))
