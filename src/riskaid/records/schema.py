"""The shape of a stored case table: its columns, their types and their order."""

from collections.abc import Sequence

import polars as pl

from riskaid.language import Table
from riskaid.records.tables import TABLES

TYPES: dict[str, pl.DataType] = {
    "code": pl.String(),
    "flag": pl.String(),
    "number": pl.Float64(),
    "date": pl.Date(),
}
UNSTABLE_IDS = frozenset(
    {
        "assessment_id",
        "enquiry_id",
        "icpc_id",
        "period_id",
        "plan_id",
        "referral_id",
    }
)
"""Ids that some case systems make anew overnight: never part of what a row says."""

GROUP_FOLLOWS = {("missing_episodes", "rhi"): "end"}
"""Groups that fill in after another date of the row than the event's own."""

NOTHING_TOLD = pl.DataFrame(
    schema={"source": pl.String, "source_row": pl.Int64, "group": pl.String}
)
"""Of no row did a source record when a group of columns was filled."""

PERSON = "person"
PERSON_COLUMNS = frozenset({"person_id", "adult_id"})
"""Columns that hold a person's id: a child of one table is an adult of another."""

WHERE = ("source", "source_row")
"""Where a row stood in a source's files."""

HOW = ("recorded", "first_seen", "declared_lag")
"""How a row's `known_from` came about, best first."""


def is_id(column: str) -> bool:
    """Whether a case table's column holds ids, of a person or of anything else."""
    return column.endswith("_id")


def own_columns(table: Table) -> list[str]:
    """The table's own columns, in the order they were declared."""
    return list(table.columns)


def group_columns(table: Table, group: str) -> list[str]:
    """The columns that fill in together as one group."""
    return [name for name, column in table.columns.items() if column.group == group]


def groups(table: Table) -> list[str]:
    """The groups of columns that fill in after the row was first recorded."""
    return sorted({c.group for c in table.columns.values() if c.group is not None})


def group_date(table: Table, group: str) -> str | None:
    """The date column that says when a group was filled, where it has one."""
    dates = [n for n in group_columns(table, group) if table.columns[n].type == "date"]
    return dates[0] if dates else None


def group_from(table: Table, group: str) -> pl.Expr:
    """The day from which a group's lag is counted; null where nobody can say it.

    Its own date; else the date it follows (a return interview the end of the episode);
    else the event's.
    """
    own = group_date(table, group)
    if own is not None:
        return pl.col(own)
    follows = GROUP_FOLLOWS.get((table.name, group))
    return pl.col("date") if follows is None else pl.coalesce(follows, "date")


def stored_columns(name: str) -> dict[str, pl.DataType]:
    """Every column of a stored case table with its type, in order.

    `person_id`, `date`, the table's own columns, then what was known when and where the
    row stands in the council's file.
    """
    table = TABLES[name]
    columns: dict[str, pl.DataType] = {"person_id": pl.String(), "date": pl.Date()}
    for own, column in table.columns.items():
        columns[own] = TYPES[column.type]
    columns["known_from"] = pl.Date()
    columns["known_until"] = pl.Date()
    for group in groups(table):
        columns[f"{group}_known_from"] = pl.Date()
    columns["source"] = pl.String()
    columns["source_row"] = pl.Int64()
    columns["known_how"] = pl.String()
    return columns


def empty_table(name: str) -> pl.DataFrame:
    """A case table with the right columns and no rows."""
    return pl.DataFrame(schema=stored_columns(name))


def arrange(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Give a case table its stored columns, types and order of rows.

    Missing columns become null; extra ones are dropped. Rows are sorted by person, date
    and every other column, last by where they stood, so that the same rows are always
    the same bytes and twins are told apart by what is known of them.
    """
    stored = as_stored(name, frame)
    said = [c for c in stored.columns if c not in WHERE]
    apart = [c for c in (*said, *WHERE) if not _same_everywhere(stored[c])]
    return stored.sort(apart, nulls_last=False) if apart else stored


def _same_everywhere(column: pl.Series) -> bool:
    """Whether a column plainly says the same on every row, which orders nothing."""
    if len(column) == column.null_count():
        return True
    mixed = column.null_count() or column.name not in ("source", "known_how")
    return not mixed and bool((column == column[0]).all())


def as_stored(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Give a case table its stored columns and types, and leave its rows in order."""
    return frame.select(
        (pl.col(c) if c in frame.columns else pl.lit(None)).cast(kind).alias(c)
        for c, kind in stored_columns(name).items()
    )


def content_columns(name: str) -> list[str]:
    """What a row says: person, date and own columns, but no id made anew overnight."""
    own = [c for c in TABLES[name].columns if c not in UNSTABLE_IDS]
    return ["person_id", "date", *own]


def fill_missing(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Add the text columns a reader did not find, as null."""
    missing = [c for c in columns if c not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(c) for c in missing)
