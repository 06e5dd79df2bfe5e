"""The features by one streaming join, filter and group in plain polars."""

from pathlib import Path

import polars as pl
from asked import COUNTED, FEATURES, HALF_LIFE


def warm(folder: Path) -> None:
    """Nothing to compile."""


def aggregates(age: pl.Expr) -> list[pl.Expr]:
    found = []
    for one in FEATURES:
        kept = pl.col("kind") == pl.lit(one.kind)
        if one.last:
            kept &= age <= one.last
        found.append(
            {
                "count": kept.sum(),
                "hours": pl.col("hours").filter(kept).sum(),
                "since_last": age.filter(kept).min(),
                "since_first": age.filter(kept).max(),
                "decayed": pl.col("worth").filter(kept).sum() / 1e6,
            }[one.word]
            .cast(pl.Float64)
            .alias(one.name)
        )
    return found


def compute(folder: Path) -> pl.DataFrame:
    rows = pl.scan_parquet(folder / "rows.parquet").with_row_index("at")
    events = pl.scan_parquet(folder / "events.parquet").with_columns(
        pl.col("kind").cast(pl.Categorical)
    )
    day = pl.col("as_of")
    found = (
        rows.join(events, on="person_id")
        .filter(
            pl.col("date") < day,
            pl.col("known_from") < day,
            pl.col("known_until").is_null() | (day <= pl.col("known_until")),
        )
        .with_columns(age=(day - pl.col("date")).dt.total_days().cast(pl.Int32))
        .with_columns(worth=(1e6 * 0.5 ** (pl.col("age") / HALF_LIFE)).round())
        .group_by("at")
        .agg(aggregates(pl.col("age")))
    )
    counted = [one.name for one in FEATURES if one.word in COUNTED]
    return (
        rows.select("at")
        .join(found, on="at", how="left", maintain_order="left")
        .with_columns(pl.col(counted).fill_null(0.0))
        .collect(engine="streaming")
    )
