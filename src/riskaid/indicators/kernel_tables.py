"""Case tables as sorted arrays: the kernel's hands.

Days are whole days since 1970-01-01. One key a record, person and day together, lets a
window be found by two binary searches.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskaid.indicators.cases import LARGEST_NUMBER, SIX_PLACES, check_number
from riskaid.language import nodes

Ints: TypeAlias = NDArray[np.int64]
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

    Sorted by person and day; `person` are positions in the list of people.
    """

    frame: pl.DataFrame
    person: Ints
    day: Ints
    known_from: Ints
    known_until: Ints
    keys: Ints
    columns: dict[tuple[str, str], NDArray[np.generic]] = field(default_factory=dict)

    def days(self, column: str) -> Ints:
        """A date column as days; NEVER where it is empty."""
        key = ("days", column)
        if key not in self.columns:
            self.columns[key] = _days(self.frame[column], NEVER)
        return self.columns[key].astype(np.int64, copy=False)

    def numbers(self, column: str, table: str) -> Floats:
        """A number column; NaN where it is empty.

        Raises:
            ExtractError: A number is too large to be added up exactly.
        """
        key = ("numbers", column)
        if key not in self.columns:
            values = self.frame[column].cast(pl.Float64).to_numpy()
            beyond = values[np.abs(np.nan_to_num(values)) > LARGEST_NUMBER]
            for number in beyond[:1]:
                check_number(float(number), table, column)
            self.columns[key] = values
        return self.columns[key].astype(np.float64, copy=False)

    def millionths(self, column: str, table: str) -> Ints:
        """A number column as whole millionths; 0 where it is empty."""
        key = ("millionths", column)
        if key not in self.columns:
            values = np.nan_to_num(self.numbers(column, table))
            self.columns[key] = np.rint(values * SIX_PLACES).astype(np.int64)
        return self.columns[key].astype(np.int64, copy=False)

    def codes(self, column: str) -> Ints:
        """A code column as numbers of codes; -1 where it is empty."""
        key = ("codes", column)
        if key not in self.columns:
            ranks = self.frame[column].rank("dense").cast(pl.Int64)
            self.columns[key] = ranks.fill_null(-1).to_numpy()
        return self.columns[key].astype(np.int64, copy=False)

    def is_filled(self, column: str) -> Bools:
        """Where a column is not empty."""
        key = ("filled", column)
        if key not in self.columns:
            series = self.frame[column]
            filled = series.is_not_null()
            if series.dtype == pl.Float64:
                filled &= series.is_not_nan().fill_null(value=False)
            self.columns[key] = filled.to_numpy()
        return self.columns[key].astype(np.bool_, copy=False)

    def keep(self, which: Bools) -> "Held":
        """Only some of the records, still sorted."""
        return self.take(np.flatnonzero(which))

    def take(self, at: Ints) -> "Held":
        """The records at some positions, in that order."""
        return Held(
            self.frame[at],
            self.person[at],
            self.day[at],
            self.known_from[at],
            self.known_until[at],
            self.keys[at],
        )


def hold(frame: pl.DataFrame, people: pl.DataFrame) -> Held:
    """Keep some people's records, sorted by person and day.

    Args:
        frame: A case table.
        people: Columns `person_id` (each once) and `person`, its position.
    """
    wanted = frame.drop("source_row", "known_how")
    mine = wanted.join(people, on="person_id", how="inner")
    person = mine["person"].cast(pl.Int64).to_numpy()
    day = _days(mine["date"], UNDATED)
    keys = key_of(person, day)
    order = np.argsort(keys, kind="stable")
    mine = mine[order]
    return Held(
        mine,
        person[order],
        day[order],
        _days(mine["known_from"], NEVER),
        _days(mine["known_until"], NEVER),
        keys[order],
    )


def key_of(person: Ints, day: Ints) -> Ints:
    """One number for a person and a day, in the order of both."""
    return (person << DAY_BITS) + (day - UNDATED)


def positions(ids: pl.Series) -> pl.DataFrame:
    """The distinct ids with their positions: columns `person_id`, `person`."""
    distinct = ids.drop_nulls().unique().sort().alias("person_id")
    return distinct.to_frame().with_row_index("person").select("person_id", "person")


def record_truth(node: nodes.RecordNode, held: Held) -> tuple[Bools, Bools]:
    """Answer a question without column groups for each record: is true, is known."""
    match node:
        case nodes.RecordAnd(left, right):
            return both(record_truth(left, held), record_truth(right, held))
        case nodes.RecordOr(left, right):
            return either(record_truth(left, held), record_truth(right, held))
        case nodes.RecordNot(inner):
            true, known = record_truth(inner, held)
            return known & ~true, known
        case nodes.RecordIsKnown(column):
            filled = held.is_filled(column.column)
            return filled, np.ones_like(filled)
        case _:
            return leaf_truth(node, held)


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
    return found.fill_null(value=False).to_numpy() & filled, filled


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


def _days(series: pl.Series, empty: int) -> Ints:
    physical = series.cast(pl.Date).to_physical().cast(pl.Int64)
    return physical.fill_null(empty).to_numpy().astype(np.int64, copy=False)


COMPARE_SERIES = {
    "==": pl.Series.__eq__,
    "!=": pl.Series.__ne__,
    "<": pl.Series.__lt__,
    "<=": pl.Series.__le__,
    ">": pl.Series.__gt__,
    ">=": pl.Series.__ge__,
}
