"""One pass over a child's records for many values at once: the kernel's inner loop.

Plain Python over arrays, which numba compiles where it is installed (the extra
"train"). Without it the same lines run as they stand, slowly.

What is asked is laid out as *slots*: one thing added up over the records one `where`
lets through (how many, the last day, a sum of one column), in *buckets* of days between
the edges of all windows. A record belongs to one *class* for each combination of
column groups that are visible: the records to which every `where` gives one answer.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from riskaid.indicators.kernel_tables import NEVER, UNDATED, Floats, Int32s, Ints

COUNT, LAST, FIRST, TOTAL, DECAYED, LARGEST, LATEST, OVERLAP, OPEN = range(9)
HOW_MANY, WHETHER, SUM, SINCE, MOST, NEWEST = range(6)
NO_NUMBER = -(2**63)
MILLION = 1_000_000.0


class Records(NamedTuple):
    """What is known of each record. R records, G groups, 2**G combinations of them."""

    day: Int32s
    """When it happened, UNDATED where it does not say; shape (R,)."""
    known_from: Int32s
    known_until: Int32s
    groups: Int32s
    """When each column group was known; shape (G, R)."""
    classes: Int32s
    """The class of each record under each combination; shape (2**G, R)."""
    millionths: Ints
    """Columns added up, NO_NUMBER where empty; shape (columns, R)."""
    numbers: Floats
    """Columns compared, NaN where empty; shape (columns, R)."""
    ends: Int32s
    """Ends of spells, NEVER where empty; shape (columns, R)."""


class Asked(NamedTuple):
    """What is asked of the records, the same for every row."""

    starts: Ints
    """Where each class's slots begin in `slots`; shape (classes + 1,)."""
    slots: Ints
    kind: Ints
    """COUNT and so on; shape (slots,)."""
    column: Ints
    """A column's number, or for DECAYED the line of `weights`; shape (slots,)."""
    group: Ints
    """The column's group, -1 where it has none; shape (slots,)."""
    span: Ints
    """For OVERLAP and OPEN the window they look at; shape (slots,)."""
    weights: Ints
    """Millionths by age in days, one line a half-life."""
    slot: Ints
    """Which slot each value is read from; shape (values,)."""
    window: Ints
    """Which window each value is of; shape (values,)."""
    how: Ints
    """HOW_MANY and so on; shape (values,)."""


class Dates(NamedTuple):
    """The windows of each distinct as-of day: D days, W windows, K edges."""

    cuts: Int32s
    """The edges of all windows in order; shape (D, K)."""
    low: Ints
    """The first bucket of each window; shape (D, W)."""
    high: Ints
    """The first bucket after each window; shape (D, W)."""
    lower: Ints
    """The first day of each window; shape (D, W)."""
    upper: Ints
    """The first day after each window; shape (D, W)."""


class Wanted(NamedTuple):
    """The rows: whose records each looks at, as of which day. N rows, S stretches."""

    as_of: Ints
    at: Ints
    """Where the row's day stands in Dates; shape (N,)."""
    first: Ints
    """Where the row's stretches begin; shape (N + 1,)."""
    begin: Ints
    """Where each stretch of one person's records begins, by day; shape (S,)."""
    end: Ints


def sweep(  # noqa: C901, PLR0912, PLR0915 - one loop, kept flat for the compiler
    records: Records, asked: Asked, dates: Dates, wanted: Wanted, out: Floats
) -> None:
    """Fill out, of shape (values, N), with every value of every row; NaN is not known.

    A record counts when its date is before the window's end and not before its
    beginning, and it was the version known before the as-of day (ADR-0001). A record
    of the as-of day does not count.
    """
    buckets = dates.cuts.shape[1] + 1
    slots = len(asked.kind)
    groups = len(records.groups)
    total = np.zeros((slots, buckets), dtype=np.int64)
    filled = np.zeros((slots, buckets), dtype=np.int64)
    number = np.zeros((slots, buckets), dtype=np.float64)
    seen = np.full(slots, -1, dtype=np.int64)
    for row in range(len(wanted.as_of)):
        as_of = wanted.as_of[row]
        at = wanted.at[row]
        for stretch in range(wanted.first[row], wanted.first[row + 1]):
            bucket = 0
            for record in range(wanted.begin[stretch], wanted.end[stretch]):
                day = records.day[record]
                if day >= as_of:
                    break
                if (
                    records.known_from[record] >= as_of
                    or records.known_until[record] < as_of
                ):
                    continue
                shown = 0
                for group in range(groups):
                    if records.groups[group, record] < as_of:
                        shown |= 1 << group
                which = records.classes[shown, record]
                begin, end = asked.starts[which], asked.starts[which + 1]
                if begin == end:
                    continue
                while bucket + 1 < buckets and dates.cuts[at, bucket] <= day:
                    bucket += 1
                for place in range(begin, end):
                    slot = asked.slots[place]
                    if seen[slot] != row:
                        seen[slot] = row
                        total[slot] = 0
                        filled[slot] = 0
                    kind = asked.kind[slot]
                    if kind == COUNT:
                        total[slot, bucket] += 1
                        continue
                    column = asked.column[slot]
                    group = asked.group[slot]
                    hidden = group >= 0 and not (shown >> group) & 1
                    if kind == TOTAL:
                        millionths = records.millionths[column, record]
                        if hidden or millionths == NO_NUMBER:
                            filled[slot, bucket] += 1
                        if millionths != NO_NUMBER:
                            total[slot, bucket] += millionths
                        continue
                    if kind == LARGEST:
                        value = records.numbers[column, record]
                        if not hidden and not np.isnan(value):
                            if not filled[slot, bucket] or value > number[slot, bucket]:
                                number[slot, bucket] = value
                            filled[slot, bucket] = 1
                        continue
                    if kind == OPEN:
                        last = NEVER if hidden else records.ends[column, record]
                        before = dates.upper[at, asked.span[slot]]
                        if day < before and last >= before:
                            total[slot, 0] = 1
                        continue
                    if day == UNDATED:
                        continue
                    if kind == LAST:
                        if not filled[slot, bucket] or day > total[slot, bucket]:
                            total[slot, bucket] = day
                        filled[slot, bucket] = 1
                    elif kind == FIRST:
                        if not filled[slot, bucket] or day < total[slot, bucket]:
                            total[slot, bucket] = day
                        filled[slot, bucket] = 1
                    elif kind == DECAYED:
                        if as_of - day < asked.weights.shape[1]:
                            total[slot, bucket] += asked.weights[column, as_of - day]
                    elif kind == LATEST:
                        value = records.numbers[column, record]
                        if hidden or np.isnan(value):
                            continue
                        if not filled[slot, bucket] or day > total[slot, bucket]:
                            total[slot, bucket] = day
                            number[slot, bucket] = value
                        elif (
                            day == total[slot, bucket] and value > number[slot, bucket]
                        ):
                            number[slot, bucket] = value
                        filled[slot, bucket] = 1
                    else:
                        last = NEVER if hidden else records.ends[column, record]
                        last = min(last, dates.upper[at, asked.span[slot]])
                        days = last - max(day, dates.lower[at, asked.span[slot]])
                        total[slot, 0] += max(days, 0)
        for one in range(len(asked.slot)):
            slot = asked.slot[one]
            how = asked.how[one]
            none = seen[slot] != row
            if how <= SUM:
                result, empty = 0, 0
                if not none:
                    low = dates.low[at, asked.window[one]]
                    for bucket in range(low, dates.high[at, asked.window[one]]):
                        result += total[slot, bucket]
                        empty += filled[slot, bucket]
                if how == HOW_MANY:
                    out[one, row] = result
                elif how == WHETHER:
                    out[one, row] = 1.0 if result > 0 else 0.0
                else:
                    out[one, row] = np.nan if empty else result / MILLION
                continue
            out[one, row] = np.nan
            if none:
                continue
            low = dates.low[at, asked.window[one]]
            high = dates.high[at, asked.window[one]]
            for step in range(high - low):
                first = asked.kind[slot] == FIRST
                bucket = low + step if first else high - 1 - step
                if not filled[slot, bucket]:
                    continue
                if how == SINCE:
                    out[one, row] = as_of - total[slot, bucket]
                    break
                if how == NEWEST:
                    out[one, row] = number[slot, bucket]
                    break
                if np.isnan(out[one, row]) or number[slot, bucket] > out[one, row]:
                    out[one, row] = number[slot, bucket]


@cache
def compiled() -> Callable[[Records, Asked, Dates, Wanted, Floats], None]:
    """The sweep, compiled where numba is installed; else as it stands."""
    try:
        import numba  # noqa: PLC0415 - half a second, and only where much is computed
    except ImportError:
        return sweep
    try:
        quick: Callable[..., None] = numba.njit(cache=True, nogil=True)(sweep)
    except RuntimeError:  # nowhere to keep what was compiled
        quick = numba.njit(nogil=True)(sweep)
    return quick
