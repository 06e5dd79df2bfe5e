"""From the records that count to one number a row, on arrays."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from riskaid.indicators.cases import SIX_PLACES
from riskaid.indicators.decay import weights
from riskaid.indicators.kernel_tables import (
    NEVER,
    UNDATED,
    Bools,
    Floats,
    Held,
    Ints,
    key_of,
)
from riskaid.indicators.kernel_windows import Pairs, ends, filled, spread, visible
from riskaid.language import nodes

Known: TypeAlias = tuple[Floats, Bools]
Folded: TypeAlias = (
    nodes.Count
    | nodes.Any
    | nodes.CountDistinct
    | nodes.DaysSinceLast
    | nodes.DaysSinceFirst
    | nodes.Total
    | nodes.Largest
    | nodes.Latest
    | nodes.LatestIs
    | nodes.Changes
    | nodes.Decayed
    | nodes.OverlapDays
)

COMPARE: Mapping[nodes.Comparison, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def fold(  # noqa: C901, PLR0911 - a flat match: one node, one return
    node: Folded, pairs: Pairs, as_of: Ints, lower: Ints | None, upper: Ints
) -> Known:
    """Fold the records that count into one value a row, with where it is known."""
    n = len(as_of)
    match node:
        case nodes.Count():
            return _counts(pairs, n).astype(float), np.ones(n, dtype=np.bool_)
        case nodes.Any():
            return is_any(pairs, n)
        case nodes.CountDistinct(_, column):
            return _distinct(pairs.keep(filled(pairs, column, as_of)), column, n)
        case nodes.DaysSinceLast():
            return _since(pairs, as_of, np.minimum)
        case nodes.DaysSinceFirst():
            return _since(pairs, as_of, np.maximum)
        case nodes.Total(_, column):
            return _total(pairs, column, as_of)
        case nodes.Largest(_, column):
            return _largest(pairs.keep(filled(pairs, column, as_of)), column, n)
        case nodes.Latest(_, column):
            dated = _dated(pairs.keep(filled(pairs, column, as_of)))
            return _largest(_last_day(dated, n), column, n)
        case nodes.LatestIs(_, column, codes):
            dated = _dated(pairs.keep(filled(pairs, column, as_of)))
            return _latest_is(_last_day(dated, n), column, codes, n)
        case nodes.Changes(_, column):
            dated = _dated(pairs.keep(filled(pairs, column, as_of)))
            return _changes(dated, column, n)
        case nodes.Decayed(_, half_life):
            return _decayed(_dated(pairs), half_life.n, as_of)
        case nodes.OverlapDays(_, end):
            return _overlap(_dated(pairs), end, as_of, lower, upper)


def reckon(operator: nodes.Operation, left: Known, right: Known) -> Known:
    """Add, take away, multiply or divide; unknown where either is, or x / 0."""
    (a, a_known), (b, b_known) = left, right
    known = a_known & b_known
    with np.errstate(all="ignore"):
        match operator:
            case "+":
                values = a + b
            case "-":
                values = a - b
            case "*":
                values = a * b
            case "/":
                values = np.divide(a, b)
    known = known & np.isfinite(values)
    return np.where(known, values, 0.0), known


def by_version(held: Held, node: nodes.AgeYears) -> Held:
    """Sort persons by when each version was known, then by what it says."""
    keys = [birthdays(held, node.born), held.known_from, held.person]
    if node.expected is not None:
        keys.insert(0, birthdays(held, node.expected))
    return held.take(np.lexsort(keys))


def age(node: nodes.AgeYears, held: Held, person: Ints, as_of: Ints) -> Known:
    """Whole years of age from the month of birth; -1 before birth.

    Of a person's versions the latest visible one counts, or, where none was visible
    yet, the first: the month somebody was born in is not news.

    Args:
        node: Which columns hold birth and expected birth.
        held: The persons, as by_version sorts them.
        person: For each row, the position of the person.
        as_of: For each row, the as-of day.
    """
    begin = np.searchsorted(held.person, person, side="left")
    end = np.searchsorted(held.person, person, side="right")
    known = end > begin
    if not known.any():
        return np.zeros(len(as_of)), known
    chosen = np.where(known, begin, 0)
    pairs = visible(spread(held, begin, end), as_of)
    chosen[pairs.row] = pairs.record
    day = birthdays(held, node.born)[chosen]
    if node.expected is not None:
        day = np.where(day == UNDATED, birthdays(held, node.expected)[chosen], day)
    known = known & (day != UNDATED)
    years = np.maximum(_years(np.where(known, day, as_of), as_of), -1)
    return np.where(known, years, 0).astype(float), known


def birthdays(held: Held, column: nodes.Field) -> Ints:
    """A date column as days; UNDATED, before all days, where it is empty."""
    days = held.days(column.column)
    return np.where(days == NEVER, UNDATED, days)


def _counts(pairs: Pairs, n: int) -> Ints:
    return np.bincount(pairs.row, minlength=n).astype(np.int64)


def is_any(pairs: Pairs, n: int) -> Known:
    """Whether each row has a record."""
    return (_counts(pairs, n) > 0).astype(float), np.ones(n, dtype=np.bool_)


def _dated(pairs: Pairs) -> Pairs:
    return pairs.keep(pairs.held.day[pairs.record] != UNDATED)


def _distinct(pairs: Pairs, column: nodes.Field, n: int) -> Known:
    codes = pairs.held.codes(column.column)[pairs.record]
    among = int(codes.max(initial=0)) + 1
    once = np.unique(pairs.row * among + codes) // among
    return np.bincount(once, minlength=n).astype(float), np.ones(n, dtype=np.bool_)


def _since(pairs: Pairs, as_of: Ints, pick: np.ufunc) -> Known:
    pairs = _dated(pairs)
    days = pairs.held.day[pairs.record]
    return _placed(pairs, as_of[pairs.row] - days, len(as_of), pick)


def _placed(pairs: Pairs, numbers: Any, n: int, pick: np.ufunc) -> Known:
    values = np.zeros(n)
    known = np.zeros(n, dtype=np.bool_)
    rows, starts = pairs.starts()
    if len(rows):
        values[rows] = pick.reduceat(numbers, starts)
        known[rows] = True
    return values, known


def _total(pairs: Pairs, column: nodes.Field, as_of: Ints) -> Known:
    n = len(as_of)
    millionths = pairs.held.millionths(column.column, column.table)[pairs.record]
    sums, _ = _placed(pairs, millionths, n, np.add)
    empty = pairs.row[~filled(pairs, column, as_of)]
    return sums / SIX_PLACES, np.bincount(empty, minlength=n) == 0


def _largest(pairs: Pairs, column: nodes.Field, n: int) -> Known:
    numbers = pairs.held.numbers(column.column, column.table)[pairs.record]
    return _placed(pairs, numbers, n, np.maximum)


def _last_day(pairs: Pairs, n: int) -> Pairs:
    days = pairs.held.day[pairs.record]
    last, _ = _placed(pairs, days, n, np.maximum)
    return pairs.keep(days == last[pairs.row])


def followed(
    firsts: Pairs, thens: Pairs, *, soonest: int, latest: int, n: int
) -> Floats:
    """How many first records of each row have one of `thens` so many days later."""
    firsts, thens = _dated(firsts), _dated(thens)
    days = key_of(thens.row, thens.held.day[thens.record])
    days.sort()
    first = firsts.held.day[firsts.record]
    begin = np.searchsorted(days, key_of(firsts.row, first + soonest), side="left")
    end = np.searchsorted(days, key_of(firsts.row, first + latest), side="right")
    return _counts(firsts.keep(end > begin), n).astype(float)


def _latest_is(
    pairs: Pairs, column: nodes.Field, codes: tuple[str, ...], n: int
) -> Known:
    is_one = pairs.held.frame[column.column].is_in(list(codes)).fill_null(value=False)
    said = is_one.to_numpy()[pairs.record]
    return _placed(pairs, said.astype(np.int64), n, np.maximum)


def _changes(pairs: Pairs, column: nodes.Field, n: int) -> Known:
    codes = pairs.held.codes(column.column)[pairs.record]
    order = np.lexsort((codes, pairs.held.day[pairs.record], pairs.row))
    row, code = pairs.row[order], codes[order]
    changed = (np.diff(row) == 0) & (np.diff(code) != 0)
    counts = np.bincount(row[1:][changed], minlength=n)
    return counts.astype(float), np.ones(n, dtype=np.bool_)


def _decayed(pairs: Pairs, half_life: int, as_of: Ints) -> Known:
    table = np.array(weights(half_life), dtype=np.int64)
    age = as_of[pairs.row] - pairs.held.day[pairs.record]
    worth = np.where(age < len(table), table[np.minimum(age, len(table) - 1)], 0)
    sums, _ = _placed(pairs, worth, len(as_of), np.add)
    return sums / SIX_PLACES, np.ones(len(as_of), dtype=np.bool_)


def _overlap(
    pairs: Pairs, end: nodes.Field, as_of: Ints, lower: Ints | None, upper: Ints
) -> Known:
    last = np.minimum(ends(pairs, end, as_of), upper[pairs.row])
    first = pairs.held.day[pairs.record]
    if lower is not None:
        first = np.maximum(first, lower[pairs.row])
    days, _ = _placed(pairs, np.maximum(last - first, 0), len(as_of), np.add)
    return days, np.ones(len(as_of), dtype=np.bool_)


def _years(born: Ints, day: Ints) -> Ints:
    born_parts, day_parts = _calendar(born), _calendar(day)
    before = day_parts[1] < born_parts[1]
    return day_parts[0] - born_parts[0] - before


def _calendar(days: Ints) -> tuple[Ints, Ints]:
    date = pl.Series(days.astype(np.int32)).cast(pl.Date).dt
    year = date.year().cast(pl.Int64).to_numpy()
    return year, (date.month().cast(pl.Int64) * 100 + date.day()).to_numpy()
