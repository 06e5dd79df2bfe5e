"""The first rows of each case table as they would be stored, for a look before writing.

Ids are replaced by "person 1", "worker 2": enough to see that columns landed where they
belong, and that one person is one, without showing who it is.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from riskaid.records.schema import PERSON, PERSON_COLUMNS, is_id
from riskaid.records.tables import TABLES

ROWS = 3
"""Rows shown of each case table."""
SHOWN_BESIDE = ("known_from", "known_how", "source_row")
EMPTY = "-"


@dataclass(frozen=True)
class FirstRows:
    """The first rows of one case table: names of columns, and rows of text.

    An empty cell is None: the store would hold nothing there.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """The rows as plain facts."""
        return {
            "table": self.table,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
        }


def first_rows(tables: dict[str, pl.DataFrame]) -> tuple[FirstRows, ...]:
    """The first rows of each table in the order of the source's files, ids replaced.

    Args:
        tables: Case tables by name, in their stored columns.
    """
    numbers: dict[tuple[str, str], str] = {}
    found = []
    for name in sorted(tables):
        columns = ["person_id", "date", *TABLES[name].columns, *SHOWN_BESIDE]
        rows = tables[name].sort("source", "source_row", *columns).head(ROWS)
        shown = [
            tuple(
                _cell(column, value, numbers)
                for column, value in zip(columns, row, strict=True)
            )
            for row in rows.select(columns).iter_rows()
        ]
        if shown:
            found.append(FirstRows(name, tuple(columns), tuple(shown)))
    return tuple(found)


def _cell(
    column: str, value: object, numbers: dict[tuple[str, str], str]
) -> str | None:
    if value is None:
        return None
    if not is_id(column):
        return f"{value:g}" if isinstance(value, float) else str(value)
    kind = PERSON if column in PERSON_COLUMNS else column.removesuffix("_id")
    used = sum(1 for known, _ in numbers if known == kind)
    return numbers.setdefault((kind, str(value)), f"{kind} {used + 1}")


def first_rows_text(shown: tuple[FirstRows, ...]) -> str:
    """A short text for the terminal: each table's first rows in aligned columns."""
    lines = ["First rows as they would be stored (ids replaced, - is empty)"]
    for one in shown:
        grid = [one.columns, *(tuple(c or EMPTY for c in row) for row in one.rows)]
        widths = [max(len(row[i]) for row in grid) for i in range(len(one.columns))]
        lines += ["", f"  {one.table}"]
        lines += [
            "    "
            + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
            for row in grid
        ]
    return "\n".join(lines)
