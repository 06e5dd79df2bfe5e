"""Numbers as a card writes them: rounded alike, suppressed alike, never bare."""

from collections.abc import Mapping
from typing import Any

SUPPRESSED = "c"
"""DfE's sign for a count of 1 to 5, which is not published."""

_MOST_SUPPRESSED = 5
NOT_ESTIMABLE = "not estimable"


def number(value: float | None, digits: int = 2) -> str:
    """A number with a fixed number of decimals; "not estimable" when there is none."""
    if value is None:
        return NOT_ESTIMABLE
    written = f"{value:.{digits}f}"
    return written.removeprefix("-") if float(written) == 0 else written


def share(value: float | None) -> str:
    """A share in percent, with one decimal."""
    return NOT_ESTIMABLE if value is None else f"{number(100 * value, 1)}%"


def in_hundred(value: float | None) -> str:
    """A share as a natural frequency, such as "about 13 in 100"."""
    if value is None:
        return NOT_ESTIMABLE
    if 0 < value < 0.01:  # noqa: PLR2004 - one in a hundred
        return f"about {max(1, round(1000 * value))} in 1,000"
    return f"about {round(100 * value)} in 100"


def count(value: float | None) -> str:
    """A count with commas; "c" for 1 to 5, as DfE publishes."""
    if value is None:
        return SUPPRESSED
    if 0 < value <= _MOST_SUPPRESSED:
        return SUPPRESSED
    return f"{round(value):,}"


def interval(
    found: Mapping[str, Any], digits: int = 2, *, percent: bool = False
) -> str:
    """A number with its 95% interval: "0.71 (0.66 to 0.75)"."""
    value, low, high = found.get("value"), found.get("low95"), found.get("high95")
    if value is None:
        return NOT_ESTIMABLE
    write = share if percent else lambda one: number(one, digits)
    if low is None or high is None:
        return f"{write(value)} (no interval)"
    between = f"{write(low)} to {write(high)}".replace("%", "")
    return f"{write(value)} ({between})"


def month(day: str | None) -> str:
    """The month of a date, for readers: no card needs the day."""
    if not day:
        return "not known"
    year, at = day[:4], int(day[5:7])
    return f"{_MONTHS[at - 1]} {year}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
