"""What of a case table could be seen as of a row's date, and what nobody can know."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from riskaid.errors import ExtractError
from riskaid.records.tables import TABLES
from riskaid.training.asked_part import Where

if TYPE_CHECKING:
    from riskaid.records.lacking import Lack
    from riskaid.records.store import CaseStore

ONE_DAY = timedelta(days=1)


def matching(where: Where, table: str, *, as_of: pl.Expr | None = None) -> pl.Expr:
    """Say which records meet every condition; one not known does not.

    Args:
        where: Column to value or values.
        table: Whose columns they are.
        as_of: When given, a column that fills in later counts only once it had been
            filled in by then; else every column reads as it stands today.
    """
    meets = pl.lit(True)
    for name, wanted in where.items():
        values = list(wanted) if isinstance(wanted, list) else [wanted]
        meets &= seen(name, table, as_of=as_of).is_in(values).fill_null(False)
    return meets


def seen(name: str, table: str, *, as_of: pl.Expr | None) -> pl.Expr:
    """Read a column as it could be seen as of a date; null where it was not filled."""
    group = TABLES[table].columns[name].group
    if as_of is None or group is None:
        return pl.col(name)
    known = pl.col(f"{group}_known_from") < as_of
    return pl.when(known).then(pl.col(name)).otherwise(None)


def filled_from(name: str, table: str) -> pl.Expr:
    """The day from which a column could be read; null while it is not filled in."""
    group = TABLES[table].columns[name].group
    return pl.col("known_from" if group is None else f"{group}_known_from")


def covered_on(store: "CaseStore", table: str) -> pl.Expr:
    """Whether a table can say what was so on the day before `as_of`.

    Not before its first day, not in a gap of it, and not after its last day.
    """
    held = store.coverage.get(table)
    if held is None:
        return pl.lit(False)
    as_of = pl.col("as_of")
    inside = (as_of > held.covered_from) & (as_of <= held.covered_to + ONE_DAY)
    for gap in held.gaps:
        inside &= (as_of <= gap.first) | (as_of > gap.last + ONE_DAY)
    return inside


def lacks(store: "CaseStore", table: str, columns: Collection[str]) -> list["Lack"]:
    """For which days and dates no source has some columns of a table."""
    held = store.coverage.get(table)
    absent = () if held is None else held.absent
    return [one for one in absent if one.column in columns]


def demand(
    store: "CaseStore", table: str, *, why: str, columns: Collection[str] = ()
) -> None:
    """Raise an ExtractError when a table, or a column of it, is needed and not there.

    A column that the latest extract lacks is not there: no row would have it.
    """
    if not store.has(table):
        raise ExtractError(
            f"Table '{table}' is not in the store, and {why}. "
            "Ingest a source that holds it."
        )
    absent = lacks(store, table, columns)
    without = sorted({c.column for c in absent if c.last == c.until == date.max})
    if without:
        raise ExtractError(
            f"No source of the store has a column for {', '.join(without)} of "
            f"'{table}', and {why}. Ingest a source that has it."
        )
