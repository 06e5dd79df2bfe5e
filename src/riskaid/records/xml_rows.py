"""Rows gathered one by one while a return streams past, in bounded memory."""

from collections.abc import Sequence

import polars as pl

Row = dict[str, str | int | None]

TOGETHER = 10_000
"""How many rows are held as Python objects, which take ten times the room."""


class GatheredRows:
    """Rows of one table: most of them as columns, the last ones as they came."""

    def __init__(
        self,
        columns: Sequence[str],
        numbers: Sequence[str] = ("row", "source_row"),
        *,
        repeated: Sequence[str] = (),
    ) -> None:
        """Begin without a row.

        Args:
            columns: Names of the columns of text.
            numbers: Names of the columns of whole numbers, which come first.
            repeated: Which of the columns of text say the same few things again and
                again; they are kept as categories, in a quarter of the room.
        """
        self._schema: dict[str, pl.DataType] = {
            **dict.fromkeys(numbers, pl.Int64()),
            **dict.fromkeys(columns, pl.String()),
        }
        self._kept = pl.Schema(dict.fromkeys(repeated, pl.Categorical()))
        self._parts: list[pl.DataFrame] = []
        self._last: list[Row] = []

    def add(self, row: Row) -> None:
        """One more row; what it does not say is null."""
        self._last.append(row)
        if len(self._last) == TOGETHER:
            self._parts.append(self._columns())
            self._last = []

    def table(self) -> pl.DataFrame:
        """Every row so far, in the order they came."""
        return pl.concat([*self._parts, self._columns()])

    def _columns(self) -> pl.DataFrame:
        return pl.DataFrame(self._last, schema=self._schema).cast(self._kept)
