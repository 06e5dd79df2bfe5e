"""When the council's system could have shown each row (ADR-0002).

In this order: the date the source recorded; the extract in which the row was first
seen; the event's date plus the lag declared for the table. Never later than the extract
and, save for what is planned, never before the event.
"""

from datetime import date

import polars as pl

from riskaid.language import Table
from riskaid.records.schema import NOTHING_TOLD, group_columns, group_from, groups
from riskaid.records.supply import Supply
from riskaid.records.tables import TABLES
from riskaid.records.validate import PLANNED

TOLD = "·told"


def add_knowledge(
    rows: pl.DataFrame, supply: Supply, extract_date: date
) -> pl.DataFrame:
    """Add `known_from`, `known_how` and a `<group>_known_from` for each column group.

    A row without a date (a snapshot, an undated link) is known from this extract, in
    which it was first seen. A group is known from its own date plus its lag; where it
    is filled but its date is empty, only from this extract.
    """
    table = TABLES[supply.table]
    lag = table.lag_days if supply.lag_days is None else supply.lag_days
    rows = _dated(rows)
    day, today = pl.col("date"), pl.lit(extract_date, dtype=pl.Date)
    recorded = pl.col("known_from")
    lagged = day + pl.duration(days=lag)
    if "known_after" in rows.columns:
        after = pl.col("known_after") + pl.duration(days=supply.known_after_lag)
        lagged = pl.when(after.is_not_null()).then(after).otherwise(lagged)
    floor = recorded if _may_precede(table) else pl.max_horizontal(recorded, day)
    planned = (day > extract_date).fill_null(False)
    rows = rows.with_columns(
        pl.when(recorded.is_not_null())
        .then(pl.min_horizontal(floor, today))
        .when(day.is_null() | planned)
        .then(today)
        .otherwise(pl.min_horizontal(pl.max_horizontal(lagged, day), today))
        .alias("known_from"),
        pl.when(recorded.is_not_null())
        .then(pl.lit("recorded"))
        .when(day.is_null() | planned)
        .then(pl.lit("first_seen"))
        .otherwise(pl.lit("declared_lag"))
        .alias("known_how"),
    )
    for group in groups(table):
        rows = rows.with_columns(*_group_known(table, group, rows, today))
    return rows


def told_groups(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Where a source recorded when a group of columns was filled.

    Args:
        name: The case table.
        rows: What `add_knowledge` gave, with `source`.

    Returns:
        source, source_row, group: one row for each group of a row with such a date.
    """
    found = [
        rows.filter(pl.col(f"{group}{TOLD}")).select(
            "source", "source_row", pl.lit(group).alias("group")
        )
        for group in groups(TABLES[name])
    ]
    return pl.concat([NOTHING_TOLD, *found])


def _may_precede(table: Table) -> bool:
    return table.shape == "link" or table.name in PLANNED


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        (pl.col(c) if c in rows.columns else pl.lit(None)).cast(pl.Date).alias(c)
        for c in ("date", "known_from")
    )


def _group_known(
    table: Table, group: str, rows: pl.DataFrame, today: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    name = f"{group}_known_from"
    filled = pl.any_horizontal(
        pl.col(c).is_not_null() for c in group_columns(table, group)
    )
    recorded = pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.Date)
    lagged = group_from(table, group) + pl.duration(days=table.group_lags[group])
    chosen = pl.coalesce(recorded, lagged, today)
    known = pl.min_horizontal(pl.max_horizontal(chosen, "known_from"), today)
    told = (filled & recorded.is_not_null()).fill_null(False)
    return pl.when(filled).then(known).alias(name), told.alias(f"{group}{TOLD}")


def date_persons(
    persons: pl.DataFrame,
    events: list[pl.DataFrame],
    extract_date: date,
    *,
    deaths_told: bool = False,
) -> pl.DataFrame:
    """Date each person from the first record about them that was known.

    Nobody writes down when a person's row was made; a council that knew of an event
    knew of the person. Without any dated record: from this extract. A death is then
    known from its date and lag, unless the source records when deaths were told.
    """
    if not events:
        return persons
    first = (
        pl.concat(e.lazy().select("person_id", "known_from") for e in events)
        .group_by("person_id")
        .agg(pl.col("known_from").min().alias("·first"))
        .collect(engine="streaming")
    )
    undated = pl.col("known_how") != "recorded"
    death = pl.col("died") + pl.duration(days=TABLES["persons"].group_lags["death"])
    told = pl.col("death_known_from") if deaths_told else death
    return (
        persons.join(first, on="person_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(undated & pl.col("·first").is_not_null())
            .then(pl.min_horizontal("·first", pl.lit(extract_date)))
            .otherwise("known_from")
            .alias("known_from"),
            pl.when(undated & pl.col("·first").is_not_null())
            .then(pl.lit("declared_lag"))
            .otherwise("known_how")
            .alias("known_how"),
        )
        .drop("·first")
        .with_columns(
            pl.when(pl.col("died").is_not_null())
            .then(
                pl.min_horizontal(
                    pl.max_horizontal(told, "known_from"), pl.lit(extract_date)
                )
            )
            .alias("death_known_from")
        )
    )
