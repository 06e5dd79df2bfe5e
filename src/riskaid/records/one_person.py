"""Where each person's rows stand in a table's file, so that one child is read quickly.

A table is sorted by person. The first question is answered by one pass over the file,
which leaves out the parts whose statistics say that the person is not there. At the
second it is found who stands where, and kept: the ids and where each one's rows begin.
After that a few rows are read from the part of the file that holds them; only the
smallest tables are kept whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError

FEW = 64
"""With more persons than these, one pass over the file is quicker."""
HELD_ROWS = 2_000_000
"""Of one store no more rows are kept in memory, about 200 MB: small tables first."""

Stamp = tuple[int, int, int]
"""Which file it was: its number, time of change and length."""


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """Where the rows stand that name each person in one column of one file.

    Attributes:
        stamp: Which file was looked at.
        rows: The table, in memory or still in the file.
        ids: Each person once, sorted.
        begins: Where each one's places begin, and where the last one's end.
        places: Positions of rows, person by person; None where the file has that order.
    """

    stamp: Stamp
    rows: pl.DataFrame | pl.LazyFrame
    ids: pl.Series
    begins: pl.Series
    places: pl.Series | None

    def read(self, person_ids: list[str]) -> pl.DataFrame:
        """The rows that name some persons, in the order of the file."""
        stretches = self._stretches(person_ids)
        if isinstance(self.rows, pl.DataFrame):
            found = [self.rows.slice(*one) for one in stretches or [(0, 0)]]
        elif stretches:
            found = pl.collect_all([self.rows.slice(*one) for one in stretches])
        else:
            return pl.DataFrame(schema=self.rows.collect_schema())
        return pl.concat(found, rechunk=False) if len(found) > 1 else found[0]

    def _stretches(self, person_ids: list[str]) -> list[tuple[int, int]]:
        """Stretches of rows that follow one another: (first row, how many)."""
        found: list[tuple[int, int]] = []
        for one in sorted(set(person_ids)):
            at = int(self.ids.search_sorted(one))
            if at == len(self.ids) or self.ids[at] != one:
                continue
            first, after = self.begins[at], self.begins[at + 1]
            if self.places is None:
                found.append((first, after - first))
            else:
                found += [(row, 1) for row in self.places[first:after]]
        return sorted(found)


@dataclass(frozen=True, eq=False)
class Finder:
    """Finds a few persons' rows in the tables of one store, and remembers where.

    Attributes:
        kept: The files whose tables are kept in memory once they were asked for.
        asked: What was asked for once, by file and column.
        known: What was found since.
    """

    kept: frozenset[str] = frozenset()
    asked: set[tuple[Path, str]] = field(default_factory=set)
    known: dict[tuple[Path, str], Whereabouts] = field(default_factory=dict)

    def read(self, file: Path, person_ids: list[str], *, by: str) -> pl.DataFrame:
        """The rows of a file that name some persons in one column, in its order.

        A file that was replaced since is looked at anew.

        Raises:
            ExtractError: The file was replaced while it was read.
        """
        key, stamp = (file, by), _stamp(file)
        if key not in self.asked:
            self.asked.add(key)
            rows = pl.scan_parquet(file)
            return rows.filter(pl.col(by).is_in(person_ids)).collect()
        where = self.known.get(key)
        if where is None or where.stamp != stamp:
            where = _look(file, by, stamp, keep=file.stem in self.kept)
            self.known[key] = where
        found = where.read(person_ids)
        if _stamp(file) != stamp or not set(found[by]) <= set(person_ids):
            raise ExtractError(
                f"{file.name} of the case store was replaced while it was read. "
                "Please ask again."
            )
        return found

    def __reduce__(self) -> tuple[type["Finder"], tuple[frozenset[str]]]:
        """To another process goes none of what was found here."""
        return Finder, (self.kept,)


def kept_tables(rows: Mapping[str, int]) -> frozenset[str]:
    """The smallest tables of a store that together hold no more than HELD_ROWS.

    Args:
        rows: How many rows each table has.
    """
    kept, in_all = set(), 0
    for name in sorted(rows, key=lambda name: (rows[name], name)):
        in_all += rows[name]
        if in_all > HELD_ROWS:
            break
        kept.add(name)
    return frozenset(kept)


def _look(file: Path, by: str, stamp: Stamp, *, keep: bool) -> Whereabouts:
    rows = pl.scan_parquet(file)
    named = rows.select(by).with_row_index("row").collect()
    in_order = not named[by].null_count() and named[by].is_sorted()
    if not in_order:
        named = named.drop_nulls().sort(by, "row")
    runs = named[by].rle().struct.unnest()
    begins = pl.Series([0], dtype=pl.UInt32).append(runs["len"].cum_sum())
    return Whereabouts(
        stamp=stamp,
        rows=rows.collect() if keep else rows,
        ids=runs["value"],
        begins=begins,
        places=None if in_order else named["row"],
    )


def _stamp(file: Path) -> Stamp:
    held = file.stat()
    return held.st_ino, held.st_mtime_ns, held.st_size
