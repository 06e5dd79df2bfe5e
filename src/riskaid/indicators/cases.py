"""What an engine needs of a case store, and a store held in memory for examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from riskaid.errors import ExtractError
from riskaid.records.schema import empty_table

SIX_PLACES = 1_000_000
"""Numbers are added up as whole millionths and divided once, so engines agree."""

LARGEST_NUMBER = 1e9


class Missing(Protocol):
    """Days of which a table holds nothing that can be trusted, both included."""

    @property
    def first(self) -> date:
        """The first of them."""

    @property
    def last(self) -> date:
        """The last of them."""


class Lacking(Protocol):
    """A column that no source has, for records up to a day and for some as-of dates."""

    @property
    def column(self) -> str:
        """The table's own column."""

    @property
    def last(self) -> date:
        """Records dated up to this day lack it."""

    @property
    def since(self) -> date:
        """The first as-of date that it is lacking."""

    @property
    def until(self) -> date:
        """The last as-of date that it is lacking."""


class Covered(Protocol):
    """What of a table is known: its days, the gaps between them, absent columns."""

    @property
    def covered_from(self) -> date:
        """The first day whose records the table holds."""

    @property
    def covered_to(self) -> date:
        """The last day whose records the table holds."""

    @property
    def gaps(self) -> Sequence[Missing]:
        """Days in between of which nothing is known."""

    @property
    def absent(self) -> Sequence[Lacking]:
        """Columns that no source has: what is asked of one is not known."""


class Cases(Protocol):
    """A case store, as far as an engine is concerned."""

    @property
    def coverage(self) -> Mapping[str, Covered]:
        """The days each supplied table covers."""

    def has(self, name: str, /) -> bool:
        """Whether the table was supplied, be it empty."""

    def table(self, name: str, /) -> pl.DataFrame:
        """All records of a table; an empty frame when it was not supplied."""

    def persons_table(
        self,
        name: str,
        person_ids: list[str],
        /,
        *,
        by: str = "person_id",
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        """The records in a table that name some persons in one of its columns.

        Of them all columns, or only some.
        """


@dataclass(frozen=True)
class Between:
    """Days of which a table holds nothing that can be trusted, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Without:
    """A column that no source has, for records up to a day and for some as-of dates."""

    column: str
    last: date = date.max
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True)
class Days:
    """What of a table is known: its days, the gaps between them, absent columns."""

    covered_from: date
    covered_to: date
    gaps: tuple[Between, ...] = ()
    absent: tuple[Without, ...] = ()


@dataclass(frozen=True, eq=False)
class MemoryCases:
    """A case store held in memory: for examples beside declarations, and for tests."""

    frames: Mapping[str, pl.DataFrame]
    coverage: Mapping[str, Days]

    def has(self, name: str) -> bool:
        """Whether the table was supplied, be it empty."""
        return name in self.frames

    def table(self, name: str) -> pl.DataFrame:
        """All records of a table; an empty frame when it was not supplied."""
        return self.frames[name] if name in self.frames else empty_table(name)

    def persons_table(
        self,
        name: str,
        person_ids: list[str],
        *,
        by: str = "person_id",
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        """The records in a table that name some persons in one of its columns."""
        frame = self.table(name).filter(pl.col(by).is_in(person_ids))
        return frame if columns is None else frame.select(columns)


def check_number(number: float, table: str, column: str) -> None:
    """Refuse a number too large to be added up exactly.

    Raises:
        ExtractError: It is beyond a thousand million, or not finite.
    """
    if not abs(number) <= LARGEST_NUMBER:
        raise ExtractError(
            f"{table}.{column} holds a number beyond a thousand million. "
            "Correct the source, or leave the cell empty, and ingest again."
        )
