import io
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import fuzzing as f
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = [
    "miss_person_id", "miss_missing_episode_start_date", "miss_missing_episode_type",
    "miss_missing_episode_end_date", "miss_missing_rhi_offered",
]  # fmt: skip
ROWS = pl.DataFrame(
    {
        "miss_person_id": [f.CHILD, f.OTHER, None],
        "miss_missing_episode_start_date": [date(2024, 12, 10), date(2025, 1, 5), None],
        "miss_missing_episode_type": ["M", "A", f.NAME],
        "pers_nhs_number": [f.NHS, None, f.NHS],
    }
)


def written(frame, **how):
    held = io.BytesIO()
    frame.write_parquet(held, **how)
    return held.getvalue()


SAMPLES = [
    written(ROWS, compression=kind, statistics=statistics)
    for kind in ("uncompressed", "zstd", "snappy")
    for statistics in (True, False)
]
KINDS = {
    pl.Int64: st.integers(-(2**63), 2**63 - 1),
    pl.Int8: st.integers(-128, 127),
    pl.Float64: st.floats(),
    pl.Boolean: st.booleans(),
    pl.Date: st.dates(),
    pl.Datetime("us"): st.datetimes(),
    pl.Time: st.times(),
    pl.Duration("us"): st.timedeltas(timedelta(-99999), timedelta(99999)),
    pl.Binary: st.binary(max_size=9),
    pl.String: f.cells,
    pl.Categorical: f.cells,
    pl.List(pl.String): st.lists(f.cells, max_size=3),
    pl.List(pl.Date): st.lists(st.dates(), max_size=3),
    pl.List(pl.List(pl.Int8)): st.just([[1]]),
    pl.Struct({"a": pl.String}): st.fixed_dictionaries({"a": f.cells}),
    pl.Decimal(20, 2): st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 4),
    pl.Null: st.none(),
}


@st.composite
def typed(draw):
    """A Parquet file of SSD columns in any types."""
    height = draw(st.integers(0, 4))
    columns = []
    for name in draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True)):
        kind = draw(st.sampled_from(sorted(KINDS, key=str)))
        value = st.one_of(st.none(), KINDS[kind], KINDS[kind])
        held = draw(st.lists(value, min_size=height, max_size=height))
        columns.append(pl.Series(name, held, dtype=kind))
    return written(pl.DataFrame(columns))


@f.fuzzed
@given(st.one_of(f.seeds.map(Random), f.seeds.map(Random), typed()), st.integers(0, 7))
def test_every_parquet_file_is_taken_whole_or_refused_in_words(arena, made, chance):
    if isinstance(made, Random):
        made = f.mutated(made, made.choice(SAMPLES), SAMPLES)
    arena.take(arena.source({"t.parquet": made}), onto=chance == 1, extract_date=f.DAY)
