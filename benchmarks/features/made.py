"""Makes children, their events and the rows to compute for, as Parquet.

Events of eight kinds, spread over children like Zipf's law; most are known a day or a
few after they happened, some months later, some before their date, and some were
replaced by a later version. Hours are quarters, so that sums are exact in any order.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

KINDS = tuple(f"kind_{n}" for n in range(8))
FIRST, LAST = 16_000, 19_650
"""Days since 1970-01-01 between which events lie: ten years."""


def make(folder: Path, *, children: int, events: int, rows: int, seed: int = 1) -> None:
    """Write events, rows and persons as Parquet, sorted by person and date.

    Events and rows come in parts of so many children, so that any size can be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.Generator(np.random.PCG64(seed))
    weights = dice.permutation(1 / (np.arange(children) + 10.0))
    shares = dice.multinomial(events, weights / weights.sum())
    _events(dice, np.repeat(np.arange(children), shares)).write_parquet(
        folder / "events.parquet", row_group_size=131_072
    )
    whose = np.sort(dice.integers(0, children, rows))
    as_of = dice.integers(FIRST + 730, LAST + 1, rows)
    never = pl.lit(None, dtype=pl.Date)
    pl.DataFrame({"person_id": _ids(np.arange(children))}).with_columns(
        date=never, known_from=pl.lit(date(1900, 1, 1)), known_until=never
    ).write_parquet(folder / "persons.parquet")
    pl.DataFrame({"person_id": _ids(whose), "as_of": as_of.astype(np.int32)}).select(
        "person_id", pl.col("as_of").cast(pl.Date)
    ).unique().sort("person_id", "as_of").write_parquet(folder / "rows.parquet")


def _events(dice: np.random.Generator, person: np.ndarray) -> pl.DataFrame:
    n = len(person)
    date = dice.integers(FIRST, LAST, n, dtype=np.int32)
    luck = dice.random(n)
    lag = dice.integers(1, 4, n, dtype=np.int32)
    lag[luck < 0.10] = dice.integers(4, 300, int((luck < 0.10).sum()))
    lag[luck < 0.01] = dice.integers(-30, 1, int((luck < 0.01).sum()))
    known = date + lag
    until = known + dice.integers(1, 400, n, dtype=np.int32)
    frame = pl.DataFrame(
        {
            "person": person.astype(np.int32),
            "date": date,
            "kind": dice.integers(0, len(KINDS), n, dtype=np.int8),
            "hours": dice.integers(0, 400, n) / 4,
            "known_from": known,
            "known_until": until,
            "replaced": dice.random(n) < 0.02,
        }
    ).sort("person", "date", maintain_order=True)
    return frame.select(
        person_id=_ids(frame["person"].to_numpy()),
        date=pl.col("date").cast(pl.Date),
        kind=pl.Series(KINDS).gather(frame["kind"]),
        hours="hours",
        known_from=pl.col("known_from").cast(pl.Date),
        known_until=pl.when("replaced").then("known_until").cast(pl.Date),
    )


def _ids(number: np.ndarray) -> pl.Series:
    texts = pl.Series([f"C{n:07d}" for n in range(int(number.max(initial=0)) + 1)])
    return texts.gather(number)
