"""Case tables as sorted arrays: the kernel's hands.

Days are whole days since 1970-01-01. One key a record, person and day together, lets a
window be found by two binary searches.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskaid.language import nodes

Ints: TypeAlias = NDArray[np.int64]
Int32s: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.uint32]
"""Where something stands: never negative, which makes the compiled sweep quicker."""
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

UNDATED = -719_163
"""The day before year 1: sorts undated records before all others of a person."""

NEVER = 2**31 - 1
"""A day after all days: not yet known, or not ended."""

DAY_BITS = 22


@dataclass(frozen=True, eq=False)
class Held:
    """The records of one table that belong to the people asked about.

    Sorted by person and day; `person` are positions in the list of people, of whom
    there are `people`.
    """

    frame: pl.DataFrame
    people: int
    person: Int32s
    day: Int32s
    known_from: Int32s
    known_until: Int32s
    columns: dict[tuple[str, str], NDArray[np.generic]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Ints:
        """Person and day of each record as one number, in order."""
        return key_of(self.person.astype(np.int64), self.day)

    @cached_property
    def starts(self) -> Ints:
        """Where each person's records begin, and where the last one's end."""
        counts = np.bincount(self.person, minlength=self.people)
        return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)

    def days(self, column: str) -> Int32s:
        """A date column as days; NEVER where it is empty."""
        key = ("days", column)
        if key not in self.columns:
            self.columns[key] = _days(self.frame[column], NEVER)
        return np.asarray(self.columns[key], dtype=np.int32)

    def numbers(self, column: str) -> Floats:
        """A number column; NaN where it is empty."""
        key = ("numbers", column)
        if key not in self.columns:
            self.columns[key] = self.frame[column].cast(pl.Float64).to_numpy()
        return np.asarray(self.columns[key], dtype=np.float64)

    def beyond(self, column: str, most: float) -> Ints:
        """Which records hold a number beyond the most, above or below zero."""
        key = ("beyond", column)
        if key not in self.columns:
            self.columns[key] = np.flatnonzero(np.abs(self.numbers(column)) > most)
        return np.asarray(self.columns[key], dtype=np.int64)

    def codes(self, column: str) -> Ints:
        """A code column as numbers of codes; 0 where it is empty."""
        key = ("codes", column)
        if key not in self.columns:
            ranks = self.frame[column].rank("dense").cast(pl.Int64)
            self.columns[key] = ranks.fill_null(strategy="zero").to_numpy()
        return np.asarray(self.columns[key], dtype=np.int64)

    def is_filled(self, column: str) -> Bools:
        """Where a column is not empty."""
        key = ("filled", column)
        if key not in self.columns:
            series = self.frame[column]
            filled = series.is_not_null()
            if series.dtype == pl.Float64:
                filled &= series.is_not_nan()
            self.columns[key] = filled.to_numpy()
        return np.asarray(self.columns[key], dtype=np.bool_)

    def keep(self, which: Bools) -> "Held":
        """Only some of the records, still sorted."""
        return self.take(np.flatnonzero(which))

    def take(self, at: Ints) -> "Held":
        """The records at some positions, in that order."""
        return Held(
            self.frame[at],
            self.people,
            self.person[at],
            self.day[at],
            self.known_from[at],
            self.known_until[at],
        )


def hold(frame: pl.DataFrame, people: pl.DataFrame) -> Held:
    """Hold some people's records, sorted by person and day.

    Args:
        frame: Records of theirs, and of nobody else.
        people: Columns `person_id` (each once) and `person`, its position.
    """
    at = places(frame["person_id"], people)
    held = Held(
        frame,
        len(people),
        at,
        _days(frame["date"], UNDATED),
        _days(frame["known_from"], NEVER),
        _days(frame["known_until"], NEVER),
    )
    same = at[1:] == at[:-1]
    if ((at[1:] > at[:-1]) | (same & (held.day[1:] >= held.day[:-1]))).all():
        return held
    return held.take(np.lexsort((held.day, at)))


def places(ids: pl.Series, people: pl.DataFrame) -> Int32s:
    """Where each id stands in a list of people; -1 for nobody among them.

    Equal ids that follow one another are looked up once.
    """
    once, lengths = _runs(ids)
    return np.repeat(_found(once, people), lengths)


def numbered(ids: pl.Series) -> tuple[pl.DataFrame, Ints]:
    """The distinct ids with their positions, as `positions`, and where each stands."""
    once, lengths = _runs(ids)
    people = positions(once)
    return people, np.repeat(_found(once, people), lengths).astype(np.int64)


def _runs(ids: pl.Series) -> tuple[pl.Series, Ints]:
    """Each id that is not the one before it, and how often it follows."""
    runs = ids.rle().struct
    return runs.field("value"), runs.field("len").cast(pl.Int64).to_numpy()


def _found(ids: pl.Series, people: pl.DataFrame) -> Int32s:
    return (
        ids.alias("person_id")
        .to_frame()
        .join(people, on="person_id", how="left", maintain_order="left")
        .get_column("person")
        .cast(pl.Int32)
        .fill_null(-1)
        .to_numpy()
    )


def key_of(person: Ints, day: Ints | Int32s) -> Ints:
    """One number for a person and a day, in the order of both."""
    return (person << DAY_BITS) + day


def positions(ids: pl.Series) -> pl.DataFrame:
    """The distinct ids with their positions: columns `person_id`, `person`."""
    distinct = ids.drop_nulls().unique().sort().alias("person_id")
    return distinct.to_frame().with_row_index("person").select("person_id", "person")


def record_truth(
    node: nodes.RecordNode, held: Held, shown: Collection[str]
) -> tuple[Bools, Bools]:
    """Answer a question for each record when some column groups are visible.

    Returns:
        Is true, is known.
    """
    match node:
        case nodes.RecordAnd(left, right):
            return both(
                record_truth(left, held, shown), record_truth(right, held, shown)
            )
        case nodes.RecordOr(left, right):
            return either(
                record_truth(left, held, shown), record_truth(right, held, shown)
            )
        case nodes.RecordNot(inner):
            true, known = record_truth(inner, held, shown)
            return known & ~true, known
        case nodes.RecordIsKnown(column):
            filled = held.is_filled(column.column)
            if column.group is not None and column.group not in shown:
                filled = np.zeros_like(filled)
            return filled, np.ones_like(filled)
        case _:
            true, known = leaf_truth(node, held)
            if node.field.group is not None and node.field.group not in shown:
                true, known = np.zeros_like(true), np.zeros_like(known)
            return true, known


def leaf_truth(
    node: nodes.RecordCompare | nodes.RecordIsIn, held: Held
) -> tuple[Bools, Bools]:
    """Compare a column with what the definition says: is true, is known."""
    series = held.frame[node.field.column]
    filled = held.is_filled(node.field.column)
    if isinstance(node, nodes.RecordIsIn):
        found = series.is_in(list(node.values))
    else:
        found = COMPARE_SERIES[node.operator](series, node.value)
    return found.eq_missing(other=True).to_numpy() & filled, filled


def both(left: tuple[Bools, Bools], right: tuple[Bools, Bools]) -> tuple[Bools, Bools]:
    """Both true; false wins over not known. Pairs are (is true, is known)."""
    true = left[0] & right[0]
    false = (left[1] & ~left[0]) | (right[1] & ~right[0])
    return true, true | false


def either(
    left: tuple[Bools, Bools], right: tuple[Bools, Bools]
) -> tuple[Bools, Bools]:
    """One true; true wins over not known. Pairs are (is true, is known)."""
    true = left[0] | right[0]
    return true, true | (left[1] & right[1])


def _days(series: pl.Series, empty: int) -> Int32s:
    days = series.cast(pl.Date).to_physical().fill_null(empty).to_numpy()
    return np.require(days, dtype=np.int32, requirements=["C", "W"])


COMPARE_SERIES = {
    "==": pl.Series.__eq__,
    "!=": pl.Series.__ne__,
    "<": pl.Series.__lt__,
    "<=": pl.Series.__le__,
    ">": pl.Series.__gt__,
    ">=": pl.Series.__ge__,
}
