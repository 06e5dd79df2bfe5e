"""As-of days of many rows, and where the windows of each begin and end."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from riskaid.dates import day_number, day_of, months_before
from riskaid.indicators.kernel_tables import Ints, Places
from riskaid.language.windows import Days, Earlier, Months, Window


@dataclass(frozen=True)
class Until:
    """All days before the day a window begins on."""

    back: Days | Months


Span: TypeAlias = Window | Until | None


@dataclass(frozen=True, eq=False)
class Dated:
    """The as-of days of some rows, and which of the distinct days each is."""

    as_of: Ints
    at: Places
    days: Ints

    def take(self, which: slice) -> "Dated":
        """Only some of the rows."""
        return Dated(self.as_of[which], self.at[which], self.days)


def dated(as_of: Ints) -> Dated:
    """The as-of days of some rows."""
    first = int(as_of.min(initial=0))
    there = np.bincount(as_of - first) > 0
    number = (np.cumsum(there) - 1).astype(np.uint32)
    return Dated(as_of, number[as_of - first], np.flatnonzero(there) + first)


def edges(day: Ints, span: Span) -> tuple[Ints | None, Ints]:
    """The first day of a window, None for ever, and the first day after it."""
    match span:
        case None:
            return None, day
        case Until(window):
            return None, back(day, window)
        case Earlier(window, before):
            upper = back(day, before)
            return back(upper, window), upper
        case _:
            return back(day, span), day


def back(day: Ints, window: Days | Months) -> Ints:
    """For each day, the day a window before it begins on."""
    if isinstance(window, Days):
        return day - window.n
    days, at = np.unique(day, return_inverse=True)
    found = [day_number(months_before(day_of(int(one)), window.n)) for one in days]
    return np.array(found, dtype=np.int64)[at]
