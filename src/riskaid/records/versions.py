"""What changed between two extracts of one source, row by row (ADR-0002).

Rows are compared by what they say, as a multiset, because case systems make some ids
anew overnight. A row that is gone is no longer so from the new extract; a row that is
new is known from it. The same extract again changes nothing.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from riskaid.records.schema import (
    UNSTABLE_IDS,
    arrange,
    content_columns,
    groups,
    stored_columns,
)
from riskaid.records.tables import TABLES

NTH = "·nth"
SAME_ROW = ["source", "source_row"]


@dataclass(frozen=True)
class Change:
    """A table after an extract, and how many rows began and ended with it."""

    rows: pl.DataFrame
    new: int
    ended: int


def first_extract(rows: pl.DataFrame) -> Change:
    """The rows of a source that the store has never seen before, arranged."""
    return Change(rows, rows.height, 0)


def next_extract(
    name: str,
    held: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    last_extract: date,
    extract_date: date,
    window_from: date,
    present: pl.Series,
    told: pl.DataFrame | None = None,
) -> Change:
    """Bring the rows a source gave before up to its new extract.

    Args:
        name: The case table.
        held: What the store holds from this source, all versions.
        rows: What the source says now, with knowledge dates as of a first extract.
        last_extract: The extract before this one that had the table.
        extract_date: This extract; not before the last.
        window_from: First day this extract holds. A dated row that ended before it has
            left the extract because the window moved, and stays as it was, unless
            something else is now said of that person and day.
        present: person_id of everybody in this extract. What is undated about somebody
            who left it stays as it was last said.
        told: source, source_row, group: where the source recorded when a group of
            columns was filled.

    Returns:
        All versions; a row whose ids alone changed keeps its history and takes the new
        ids.
    """
    past = held.filter(pl.col("known_until").is_not_null())
    now = held.filter(pl.col("known_until").is_null())
    same, gone, new = _compared(name, now, arrange(name, rows))
    said_of = ["person_id", "date"]
    left = gone.filter(_left(name, window_from, present)).join(
        new, on=said_of, how="anti", nulls_equal=True
    )
    ended = gone.join(
        left, on=[*content_columns(name), NTH], how="anti", nulls_equal=True
    ).with_columns(pl.lit(extract_date, dtype=pl.Date).alias("known_until"))
    fresh = new.join(ended, on=said_of, how="anti", nulls_equal=True)
    instead = new.join(ended, on=said_of, how="semi", nulls_equal=True)
    begun = pl.concat(
        [
            _seen_now(name, fresh, last_extract, extract_date, told),
            _seen_now(name, instead, extract_date, extract_date, told),
        ]
    )
    parts = [past, same, left, ended, begun]
    columns = list(stored_columns(name))
    together = pl.concat(p.select(columns) for p in parts)
    return Change(arrange(name, together), begun.height, ended.height)


def _compared(
    name: str, now: pl.DataFrame, seen: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows held that are still said, rows held that are gone, and rows that are new.

    Where ids tell apart rows that otherwise say the same, each first meets the row with
    its own ids; then ids are looked away from, and the new ones taken.
    """
    said = content_columns(name)
    ids = [c for c in TABLES[name].columns if c in UNSTABLE_IDS]
    same, gone, new = _met(now, seen, [*said, *ids])
    if not ids or gone.is_empty() or new.is_empty():
        return same, gone, new
    gone, new = (
        _numbered(r.sort("known_from", "source", "source_row"), said)
        for r in (gone, new)
    )
    key = [*said, NTH]
    renamed = gone.drop(ids).join(
        new.select([*key, *ids]), on=key, how="inner", nulls_equal=True
    )
    return (
        pl.concat([same, renamed.select(same.columns)]),
        gone.join(new.select(key), on=key, how="anti", nulls_equal=True),
        new.join(gone.select(key), on=key, how="anti", nulls_equal=True),
    )


def _met(
    now: pl.DataFrame, seen: pl.DataFrame, said: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    now, seen = _numbered(now, said), _numbered(seen, said)
    key = [*said, NTH]
    return (
        now.join(seen.select(key), on=key, how="semi", nulls_equal=True),
        now.join(seen.select(key), on=key, how="anti", nulls_equal=True),
        seen.join(now.select(key), on=key, how="anti", nulls_equal=True),
    )


def _numbered(rows: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """Number rows that say the same, so that two of them stay two."""
    return rows.with_columns(pl.int_range(pl.len()).over(said).alias(NTH))


def _left(name: str, window_from: date, present: pl.Series) -> pl.Expr:
    """Rows that are gone because the extract no longer reaches them."""
    absent = ~pl.col("person_id").is_in(present.unique().implode())
    over = pl.col("date") < window_from
    if "end" in TABLES[name].columns:
        over = over & (pl.col("end") < window_from)
    return (
        pl.when(pl.col("date").is_null()).then(absent).otherwise(over.fill_null(False))
    )


def _seen_now(
    name: str,
    rows: pl.DataFrame,
    last_extract: date,
    extract_date: date,
    told: pl.DataFrame | None,
) -> pl.DataFrame:
    """Date new rows: recorded since the last extract, or first seen in this one.

    What replaces a row of the same person and day is first seen, whatever its date of
    recording: both would count in between. The same goes for each group of columns.
    """
    today = pl.lit(extract_date, dtype=pl.Date)
    recorded = (pl.col("known_how") == "recorded") & (
        pl.col("known_from") > last_extract
    )
    rows = rows.with_columns(
        pl.when(recorded).then("known_from").otherwise(today).alias("known_from"),
        pl.when(recorded)
        .then(pl.lit("recorded"))
        .otherwise(pl.lit("first_seen"))
        .alias("known_how"),
    )
    for group in groups(TABLES[name]):
        known = f"{group}_known_from"
        seen = pl.when(pl.col(known).is_not_null())
        if told is None:
            rows = rows.with_columns(seen.then(today).alias(known))
            continue
        mine = told.filter(pl.col("group") == group).select(
            *SAME_ROW, pl.lit(True).alias("·told")
        )
        rows = (
            rows.join(mine, on=SAME_ROW, how="left", maintain_order="left")
            .with_columns(
                seen.then(
                    pl.when(pl.col("·told"))
                    .then(pl.max_horizontal(known, "known_from"))
                    .otherwise(today)
                ).alias(known)
            )
            .drop("·told")
        )
    return rows
