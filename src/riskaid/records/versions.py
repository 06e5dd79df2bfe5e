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


@dataclass(frozen=True)
class Change:
    """A table after an extract, and how many rows began and ended with it."""

    rows: pl.DataFrame
    new: int
    ended: int


def first_extract(name: str, rows: pl.DataFrame) -> Change:
    """The rows of a source that the store has never seen before."""
    arranged = arrange(name, rows)
    return Change(arranged, arranged.height, 0)


def next_extract(
    name: str,
    held: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    last_extract: date,
    extract_date: date,
    window_from: date,
    present: pl.Series,
) -> Change:
    """Bring the rows a source gave before up to its new extract.

    Args:
        name: The case table.
        held: What the store holds from this source, all versions.
        rows: What the source says now, with knowledge dates as of a first extract.
        last_extract: The extract before this one.
        extract_date: This extract; not before the last.
        window_from: First day this extract holds. A dated row that ended before it has
            left the extract because the window moved, and stays as it was, unless
            something else is now said of that person and day.
        present: person_id of everybody in this extract. What is undated about somebody
            who left it stays as it was last said.

    Returns:
        All versions; a row whose ids alone changed keeps its history and takes the new
        ids.
    """
    key = [*content_columns(name), NTH]
    past = held.filter(pl.col("known_until").is_not_null())
    now = _numbered(name, held.filter(pl.col("known_until").is_null()))
    seen = _numbered(name, arrange(name, rows))
    ids = [c for c in TABLES[name].columns if c in UNSTABLE_IDS]
    same = now.join(seen.select(key), on=key, how="semi", nulls_equal=True)
    if ids:
        same = same.drop(ids).join(
            seen.select([*key, *ids]), on=key, how="left", nulls_equal=True
        )
    gone = now.join(seen.select(key), on=key, how="anti", nulls_equal=True)
    new = seen.join(now.select(key), on=key, how="anti", nulls_equal=True)
    left = gone.filter(_left(name, window_from, present)).join(
        new, on=["person_id", "date"], how="anti", nulls_equal=True
    )
    ended = gone.join(left, on=key, how="anti", nulls_equal=True).with_columns(
        pl.lit(extract_date, dtype=pl.Date).alias("known_until")
    )
    begun = _seen_now(name, new, last_extract, extract_date)
    parts = [past, same, left, ended, begun]
    columns = list(stored_columns(name))
    together = pl.concat(p.select(columns) for p in parts)
    return Change(arrange(name, together), begun.height, ended.height)


def _numbered(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Number rows that say the same, so that two of them stay two."""
    return rows.with_columns(
        pl.int_range(pl.len()).over(content_columns(name)).alias(NTH)
    )


def _left(name: str, window_from: date, present: pl.Series) -> pl.Expr:
    """Rows that are gone because the extract no longer reaches them."""
    if TABLES[name].shape not in ("event", "spell"):
        return ~pl.col("person_id").is_in(present.unique().implode())
    over = pl.col("date") < window_from
    if "end" in TABLES[name].columns:
        over = over & (pl.col("end") < window_from)
    return over.fill_null(False)


def _seen_now(
    name: str, rows: pl.DataFrame, last_extract: date, extract_date: date
) -> pl.DataFrame:
    """Date new rows: recorded since the last extract, or first seen in this one."""
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
    return rows.with_columns(
        pl.when(pl.col(c).is_not_null())
        .then(pl.max_horizontal(c, "known_from"))
        .alias(c)
        for c in (f"{g}_known_from" for g in groups(TABLES[name]))
    )
