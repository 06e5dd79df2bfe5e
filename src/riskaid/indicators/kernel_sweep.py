"""One pass over a child's records for many values at once: the kernel's inner loop.

Plain Python over arrays, which numba compiles where it is installed (the extra
"train"). Without it the same lines run as they stand, slowly.

A record belongs to one *class* for each combination of column groups that are visible:
the records to which every `where` gives one answer. Of the records each `where` lets
through it is kept how many there are, the first day and the last, and in *slots* what
else is added up, such as a column; all in *buckets* of days between the edges of all
windows, from which each value is read.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from riskaid.indicators.kernel_tables import (
    NEVER,
    UNDATED,
    Floats,
    Int32s,
    Ints,
    Places,
)

TOTAL, DECAYED, LARGEST, LATEST, OVERLAP, OPEN = range(6)
"""What a slot adds up."""
HOW_MANY, WHETHER, SINCE_LAST, SINCE_FIRST, SUM, PLAIN, MOST, NEWEST = range(8)
"""How a value is read; the first four need no slot."""
NO_NUMBER = -(2**63)
MILLION = 1_000_000.0

SLOW = (
    "numba is not installed, so this is slow (the values are the same); "
    "install it: pip install 'riskaid[train]'"
)


class Records(NamedTuple):
    """What is known of each record. R records, G groups, 2**G combinations of them."""

    day: Int32s
    """When it happened, UNDATED where it does not say; shape (R,)."""
    known_from: Int32s
    known_until: Int32s
    groups: Int32s
    """When each column group was known; shape (G, R)."""
    classes: Places
    """The class of each record under each combination; shape (2**G, R)."""
    millionths: Ints
    """Columns added up, NO_NUMBER where empty; shape (columns, R)."""
    numbers: Floats
    """Columns compared, NaN where empty; shape (columns, R)."""
    ends: Int32s
    """Ends of spells, NEVER where empty; shape (columns, R)."""


class Asked(NamedTuple):
    """What is asked of the records, the same for every row."""

    starts: Places
    """Where each class's questions begin in `wheres`; shape (classes + 1,)."""
    wheres: Places
    """The questions that let a record of the class through."""
    slot_starts: Places
    """Where the slots of each question begin; shape (questions + 1,)."""
    kind: Places
    """TOTAL and so on; shape (slots,)."""
    column: Places
    """A column's number, or for DECAYED the line of `weights`; shape (slots,)."""
    group: Ints
    """The column's group, -1 where it has none; shape (slots,)."""
    span: Places
    """For OVERLAP and OPEN the window they look at; shape (slots,)."""
    weights: Ints
    """Millionths by age in days, one line a half-life."""
    value_starts: Places
    """Where the values about each question begin; shape (questions + 1,)."""
    slot: Places
    """Which slot each value is read from, where it needs one; shape (values,)."""
    window: Places
    """Which window each value is of; shape (values,)."""
    how: Places
    """HOW_MANY and so on; shape (values,)."""
    empty: Floats
    """What each value is where no record counts, NaN for not known."""


class Dates(NamedTuple):
    """The windows of each distinct as-of day: D days, W windows, K edges."""

    cuts: Int32s
    """The edges of all windows in order; shape (D, K)."""
    low: Places
    """The first bucket of each window; shape (D, W)."""
    high: Places
    """The first bucket after each window; shape (D, W)."""
    lower: Ints
    """The first day of each window; shape (D, W)."""
    upper: Ints
    """The first day after each window; shape (D, W)."""


class Wanted(NamedTuple):
    """The rows: whose records each looks at, as of which day. N rows, S stretches."""

    as_of: Ints
    at: Places
    """Where the row's day stands in Dates; shape (N,)."""
    first: Places
    """Where the row's stretches begin; shape (N + 1,)."""
    begin: Places
    """Where each stretch of one person's records begins, by day; shape (S,)."""
    end: Places
    place: int
    """Where in each line of the answer the rows begin."""


def sweep(  # noqa: C901, PLR0912, PLR0915 - one function, or it cannot be compiled (below)
    records: Records, asked: Asked, dates: Dates, wanted: Wanted, out: Floats
) -> None:
    """Fill N places of out, of shape (values, any), with every value; NaN: not known.

    One function, because compiled code can call no plain one, and the same code runs
    where there is no compiler.

    A record counts when its date is before the window's end and not before its
    beginning, and it was the version known before the as-of day (ADR-0001). A record
    of the as-of day does not count.
    """
    day_of, known_from, known_until, group_known, classes = records[:5]
    millionths_of, numbers, ends = records[5:]
    starts, wheres, slot_starts, kinds, columns, group_of, spans, weights = asked[:8]
    value_starts, slot_of, window_of, how_of, empties = asked[8:]
    cuts, lows, highs, lowers, uppers = dates
    rows, ats, firsts, begins, stops, place = wanted
    edges = cuts.shape[1]
    buckets = edges + 1
    questions = len(slot_starts) - 1
    groups = len(group_known)
    many = np.empty((questions, buckets), dtype=np.int64)
    early = np.empty_like(many)
    late = np.empty_like(many)
    seen = np.full(questions, -1, dtype=np.int64)
    until = np.zeros(buckets + 1, dtype=np.int64)
    total = np.empty((len(kinds), buckets), dtype=np.int64)
    filled = np.empty((len(kinds), buckets), dtype=np.bool_)
    number = np.empty((len(kinds), buckets), dtype=np.float64)
    for row in range(len(rows)):
        as_of = rows[row]
        at = ats[row]
        to = np.uint32(place + row)
        for stretch in range(firsts[row], firsts[row + 1]):
            bucket = 0
            for record in range(begins[stretch], stops[stretch]):
                day = day_of[record]
                if day >= as_of:
                    break
                if known_from[record] >= as_of or known_until[record] < as_of:
                    continue
                shown = 0
                for group in range(groups):
                    if group_known[group, record] < as_of:
                        shown |= 1 << group
                which = classes[shown, record]
                while bucket < edges and cuts[at, bucket] <= day:
                    bucket += 1
                for nth in range(starts[which], starts[which + 1]):
                    where = wheres[nth]
                    if seen[where] != row:
                        seen[where] = row
                        for each in range(buckets):
                            many[where, each] = 0
                        for slot in range(slot_starts[where], slot_starts[where + 1]):
                            for each in range(buckets):
                                total[slot, each] = 0
                                filled[slot, each] = False
                    if many[where, bucket] == 0:
                        early[where, bucket] = day
                        late[where, bucket] = day
                    else:
                        early[where, bucket] = min(day, early[where, bucket])
                        late[where, bucket] = max(day, late[where, bucket])
                    many[where, bucket] += 1
                    for slot in range(slot_starts[where], slot_starts[where + 1]):
                        kind = kinds[slot]
                        column = columns[slot]
                        group = group_of[slot]
                        hidden = group >= 0 and not (shown >> group) & 1
                        if kind == TOTAL:
                            millionths = millionths_of[column, record]
                            if hidden or millionths == NO_NUMBER:
                                filled[slot, bucket] = True
                            if millionths != NO_NUMBER:
                                total[slot, bucket] += millionths
                        elif kind == DECAYED:
                            age = as_of - day
                            if day != UNDATED and age < weights.shape[1]:
                                total[slot, bucket] += weights[column, age]
                        elif kind == LARGEST:
                            value = numbers[column, record]
                            if hidden or np.isnan(value):
                                continue
                            if not filled[slot, bucket] or value > number[slot, bucket]:
                                number[slot, bucket] = value
                            filled[slot, bucket] = True
                        elif kind == LATEST:
                            value = numbers[column, record]
                            if hidden or np.isnan(value) or day == UNDATED:
                                continue
                            if not filled[slot, bucket] or day > total[slot, bucket]:
                                total[slot, bucket] = day
                                number[slot, bucket] = value
                            elif day == total[slot, bucket]:
                                number[slot, bucket] = max(value, number[slot, bucket])
                            filled[slot, bucket] = True
                        elif kind == OPEN:
                            last = NEVER if hidden else ends[column, record]
                            before = uppers[at, spans[slot]]
                            if day < before and last >= before:
                                total[slot, 0] = 1
                        elif day != UNDATED:
                            last = NEVER if hidden else ends[column, record]
                            last = min(last, uppers[at, spans[slot]])
                            days = last - max(day, lowers[at, spans[slot]])
                            total[slot, 0] += max(days, 0)
        for where in range(questions):
            if seen[where] != row:
                for one in range(value_starts[where], value_starts[where + 1]):
                    out[one, to] = empties[one]
                continue
            for each in range(buckets):
                until[each + 1] = until[each] + many[where, each]
            for one in range(value_starts[where], value_starts[where + 1]):
                how = how_of[one]
                low = lows[at, window_of[one]]
                high = highs[at, window_of[one]]
                slot = slot_of[one]
                if how == HOW_MANY:
                    out[one, to] = until[high] - until[low]
                elif how == WHETHER:
                    out[one, to] = until[high] > until[low]
                elif how == PLAIN:
                    out[one, to] = total[slot, 0]
                elif how == SUM:
                    result, empty = 0, False
                    for each in range(low, high):
                        result += total[slot, each]
                        empty = empty or filled[slot, each]
                    out[one, to] = np.nan if empty else result / MILLION
                elif how == SINCE_LAST:
                    found = np.nan
                    for each in range(
                        np.int64(high) - 1, np.int64(max(low, 1)) - 1, -1
                    ):
                        if many[where, each]:
                            found = as_of - late[where, each]
                            break
                    out[one, to] = found
                elif how == SINCE_FIRST:
                    found = np.nan
                    for each in range(max(low, 1), high):
                        if many[where, each]:
                            found = as_of - early[where, each]
                            break
                    out[one, to] = found
                else:
                    found = np.nan
                    for each in range(np.int64(high) - 1, np.int64(low) - 1, -1):
                        if filled[slot, each]:
                            value = number[slot, each]
                            if np.isnan(found) or value > found:
                                found = value
                            if how == NEWEST:
                                break
                    out[one, to] = found


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


def said_when_slow() -> str:
    """What to tell who waits where nothing is compiled; else nothing."""
    return SLOW if compiled() is sweep else ""
