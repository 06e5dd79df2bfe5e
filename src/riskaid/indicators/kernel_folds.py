"""From the records that count to one number a row, on arrays."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from riskaid.indicators.kernel_tables import (
    NEVER,
    UNDATED,
    Bools,
    Floats,
    Held,
    Int32s,
    Ints,
    key_of,
)
from riskaid.indicators.kernel_windows import Pairs, filled, spread, visible
from riskaid.language import nodes

Known: TypeAlias = tuple[Floats, Bools]
Folded: TypeAlias = nodes.CountDistinct | nodes.Changes

COMPARE: Mapping[nodes.Comparison, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def fold(node: Folded, pairs: Pairs, as_of: Ints) -> Floats:
    """Fold the codes of the records that count into one value a row."""
    column, n = node.field, len(as_of)
    pairs = pairs.keep(filled(pairs, column, as_of))
    if isinstance(node, nodes.CountDistinct):
        return _distinct(pairs, column, n)
    return _changes(with_date(pairs), column, n)


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
    return values, known & np.isfinite(values)


def by_version(held: Held, node: nodes.AgeYears) -> Held:
    """Sort persons by when each version was known, then by what it says."""
    keys: list[Ints | Int32s] = [
        birthdays(held, node.born),
        held.known_from,
        held.person,
    ]
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
    chosen, known = version(held, person, as_of)
    if not known.any():
        return np.full(len(as_of), np.nan), known
    day = birthdays(held, node.born)[chosen]
    if node.expected is not None:
        day = np.where(day == UNDATED, birthdays(held, node.expected)[chosen], day)
    known = known & (day != UNDATED)
    return np.maximum(_years(day, as_of), -1).astype(float), known


def version(held: Held, person: Ints, as_of: Ints) -> tuple[Ints, Bools]:
    """Which of each person's versions an age is read from, and whether there is one."""
    begin, end = held.starts[person], held.starts[person + 1]
    known = end > begin
    chosen = np.where(known, begin, 0)
    pairs = visible(spread(held, begin, end), as_of)
    chosen[pairs.row] = pairs.record
    return chosen, known


def birthdays(held: Held, column: nodes.Field) -> Ints:
    """A date column as days; UNDATED, before all days, where it is empty."""
    days = held.days(column.column)
    return np.where(days == NEVER, UNDATED, days)


def with_date(pairs: Pairs) -> Pairs:
    """Only the records that say when they happened."""
    return pairs.keep(pairs.held.day[pairs.record] != UNDATED)


def _distinct(pairs: Pairs, column: nodes.Field, n: int) -> Floats:
    codes = pairs.held.codes(column.column)[pairs.record]
    among = int(codes.max(initial=0)) + 1
    once = np.unique(pairs.row * among + codes) // among
    return np.bincount(once, minlength=n).astype(float)


def followed(
    firsts: Pairs, thens: Pairs, *, soonest: int, latest: int, n: int
) -> Floats:
    """How many first records of each row have one of `thens` so many days later."""
    firsts, thens = with_date(firsts), with_date(thens)
    near = some_between(firsts, thens, soonest, latest)
    return np.bincount(firsts.row[near], minlength=n).astype(float)


def some_between(pairs: Pairs, others: Pairs, soonest: int, latest: int) -> Bools:
    """Which dated records have one of the same row's others so many days later."""
    days = key_of(others.row, others.held.day[others.record])
    days.sort()
    day = pairs.held.day[pairs.record].astype(np.int64)
    low, high = (np.maximum(day + days_on, UNDATED) for days_on in (soonest, latest))
    begin = np.searchsorted(days, key_of(pairs.row, low), side="left")
    end = np.searchsorted(days, key_of(pairs.row, high), side="right")
    return end > begin


def _changes(pairs: Pairs, column: nodes.Field, n: int) -> Floats:
    codes = pairs.held.codes(column.column)[pairs.record]
    order = np.lexsort((codes, pairs.held.day[pairs.record], pairs.row))
    row, code = pairs.row[order], codes[order]
    changed = (np.diff(row) == 0) & (np.diff(code) != 0)
    return np.bincount(row[1:][changed], minlength=n).astype(float)


def _years(born: Ints, day: Ints) -> Ints:
    born_parts, day_parts = _calendar(born), _calendar(day)
    before = day_parts[1] < born_parts[1]
    return day_parts[0] - born_parts[0] - before


def _calendar(days: Ints) -> tuple[Ints, Ints]:
    date = pl.Series(days.astype(np.int32)).cast(pl.Date).dt
    year = date.year().cast(pl.Int64).to_numpy()
    return year, (date.month().cast(pl.Int64) * 100 + date.day()).to_numpy()
