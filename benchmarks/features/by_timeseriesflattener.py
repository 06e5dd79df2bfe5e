"""The features by timeseriesflattener, made strict by windows that end a day before.

It knows no knowledge dates: the value is a structure that carries them, and aggregators
of our own leave out what was not known. Its own counts and sums would be wrong here.
"""

import datetime as dt
from pathlib import Path

import polars as pl
from asked import FEATURES, HALF_LIFE
from made import KINDS
from timeseriesflattener import (
    Flattener,
    PredictionTimeFrame,
    PredictorSpec,
    ValueFrame,
)
from timeseriesflattener.aggregators import Aggregator

EVER = 40_000


class Known(Aggregator):
    """One word over the records of the window that were known before the date."""

    output_type = float

    def __init__(self, word: str) -> None:
        self.name = word

    def __call__(self, column_name: str) -> pl.Expr:
        value, day = pl.col(column_name).struct, pl.col("as_of")
        until = value.field("known_until")
        known = (value.field("known_from") < day) & (until.is_null() | (day <= until))
        age = (day - value.field("happened")).dt.total_days()
        worth = (1e6 * 0.5 ** (age / HALF_LIFE)).round()
        return {
            "count": known.sum(),
            "hours": value.field("hours").filter(known).sum(),
            "since_last": age.filter(known).min(),
            "since_first": age.filter(known).max(),
            "decayed": worth.filter(known).sum() / 1e6,
        }[self.name].alias(self.new_col_name(column_name))


def warm(folder: Path) -> None:
    """Nothing to compile."""


def compute(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(folder / "rows.parquet").with_columns(
        pl.col("as_of").cast(pl.Datetime)
    )
    rows = rows.with_row_index("at")
    events = pl.read_parquet(folder / "events.parquet").with_columns(
        pl.col("date", "known_from", "known_until").cast(pl.Datetime)
    )
    times = PredictionTimeFrame(
        init_df=rows,
        entity_id_col_name="person_id",
        timestamp_col_name="as_of",
    )
    specs, names = [], {}
    for kind in KINDS:
        mine = events.filter(pl.col("kind") == pl.lit(kind))
        for last in sorted({one.last or EVER for one in FEATURES}):
            here = [o for o in FEATURES if o.kind == kind and (o.last or EVER) == last]
            column = f"{kind}_{last}"
            value = pl.struct("hours", "known_from", "known_until", happened="date")
            fallback = 0.0 if last != EVER else float("nan")
            values = ValueFrame(
                init_df=mine.select("person_id", "date", value.alias(column)),
                entity_id_col_name="person_id",
                value_timestamp_col_name="date",
            )
            specs.append(
                PredictorSpec(
                    value_frame=values,
                    lookbehind_distances=[(dt.timedelta(1), dt.timedelta(last))],
                    aggregators=[Known(one.word) for one in here],
                    fallback=fallback,
                )
            )
            for one in here:
                made = f"pred_{column}_within_1_to_{last}_days_{one.word}"
                names[one.name] = f"{made}_fallback_{fallback}"
    found = Flattener(predictiontime_frame=times).aggregate_timeseries(specs).df
    found = found.sort("at")
    return found.select(
        pl.col(column).cast(pl.Float64).alias(name) for name, column in names.items()
    )
