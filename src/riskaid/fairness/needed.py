"""What would settle a finding with too little evidence, and what it could not see.

Each is said beside an insufficient finding: how wide it is, the smallest gap that would
have shown, and how many more outcomes, months or councils would tell.
"""

from dataclasses import dataclass
from math import ceil, exp, isfinite, isnan, log, nan, sqrt
from typing import Any, Final

import polars as pl

from riskaid.fairness.gate import Z_FAIL, Judged
from riskaid.fairness.intervals import finite, z_of
from riskaid.fairness.outcome_windows import as_dates

DAYS_IN_MONTH: Final = 365.25 / 12
SHORTEST: Final = 1.0
"""Months that rows must lie apart, at least, for a rate of outcomes a month."""


@dataclass(frozen=True)
class Needed:
    """What an insufficient finding could not have seen, and what would settle it.

    Attributes:
        smallest_gap: The smallest gap to everyone else (for calibration: to what was
            expected) that would have come out as a fail four times in five: in shares
            for a difference; for a ratio as that many times, or one over it. NaN where
            nothing can be told.
        outcomes: About how many more recorded outcomes in the group would settle it.
        months: About how many more months of the same service that is, as its outcomes
            came in so far; None without dates.
        councils: How many councils such as this one hold so many together, with this
            one.
    """

    smallest_gap: float
    outcomes: int | None
    months: int | None
    councils: int | None


NOTHING: Final = Needed(nan, None, None, None)


def needed(j: Judged, *, outcomes: float, months: float | None) -> Needed:
    """Say it for one finding; nothing for one that is not insufficient.

    Args:
        j: As judged.
        outcomes: Recorded outcomes in the group.
        months: From the first of the audited rows to the last; None without dates.
    """
    if j.verdict != "insufficient_evidence":
        return NOTHING
    more = j.more_outcomes
    if more is None or outcomes <= 0:
        return Needed(smallest_gap(j), more, None, None)
    longer = None
    if months is not None and months >= SHORTEST:
        longer = ceil(more * months / outcomes)
    return Needed(smallest_gap(j), more, longer, ceil(1 + more / outcomes))


def smallest_gap(j: Judged) -> float:
    """The smallest gap a finding would have shown four times in five; NaN if none.

    From the finding's own 90% interval; where it has none, from everyone else's rate
    and the group's denominator.
    """
    f = j.finding
    ratio = f.compared == "ratio" or f.measure == "calibration"
    if f.compared == "value" and not ratio:
        return nan
    low, high = f.low90, f.high90
    if f.state == "estimable" and isfinite(low) and isfinite(high):
        if ratio and low <= 0:
            return nan
        width = log(high / low) if ratio else high - low
        error = width / 2 / z_of(0.9)
    elif 0 < f.others < 1 and f.n > 0:
        share = f.others
        variance = (1 - share) / share if ratio else share * (1 - share)
        error = sqrt(f.effect * variance / f.n)
    else:
        return nan
    return finite(exp(min(Z_FAIL * error, 100.0)) if ratio else Z_FAIL * error)


def needed_words(said: Needed, j: Judged) -> str:
    """The same in words, after the sentence of the finding; "" where there is none."""
    f, words = j.finding, ""
    ratio = f.compared == "ratio" or f.measure == "calibration"
    if f.state == "estimable" and isfinite(f.low90) and isfinite(f.high90):
        half = (f.high90 - f.low90) / 2
        wide = f"{half:.2f}" if f.compared != "difference" else f"{100 * half:.1f}"
        unit = " points" if f.compared == "difference" else ""
        words += f" The 90% interval reaches about {wide}{unit} to each side."
    if not isnan(said.smallest_gap):
        gap = said.smallest_gap
        least = f"gap under {100 * gap:.1f} points"
        if ratio:
            least = f"number between {1 / gap:.2f} and {gap:.2f}"
        words += f" A {least} would often not have shown."
    if said.outcomes:
        words += (
            f" About {said.outcomes:,} more recorded outcomes in this group would "
            "settle it"
        )
        if said.months:
            words += f": about {said.months:,} more months at the rate so far"
        if said.councils:
            words += (", " if said.months else ": ") + (
                f"or as many as {said.councils:,} councils such as this one have "
                "together"
            )
        words += "."
    return words


def months_of(frame: pl.DataFrame) -> float | None:
    """Months from the first as-of date of some rows to the last; None without dates."""
    if "as_of" not in frame:
        return None
    days = as_dates(frame["as_of"])
    first: Any = days.min()
    last: Any = days.max()
    if first is None or last is None:
        return None
    return float((last - first).days + 1) / DAYS_IN_MONTH
