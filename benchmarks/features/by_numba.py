"""The yardstick: a sweep written by hand for these features alone, in two threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import polars as pl
from asked import FEATURES, HALF_LIFE, TOTAL_OVER, WINDOWS
from made import KINDS, make

NEVER = 2**31 - 1
EDGES = np.array([n for n in WINDOWS if n], dtype=np.int64)
YEAR = int(np.searchsorted(EDGES, TOTAL_OVER))
WEIGHTS = np.rint(1e6 * 0.5 ** (np.arange(4_000) / HALF_LIFE))


@numba.njit(nogil=True, cache=True)
def sweep(begin, end, as_of, day, known, until, kind, hours, edges, year, worth, out):
    kinds, windows = 8, len(edges) + 1
    counts = np.zeros((kinds, windows), dtype=np.int64)
    total = np.zeros(kinds)
    last = np.zeros(kinds, dtype=np.int64)
    first = np.zeros(kinds, dtype=np.int64)
    decayed = np.zeros(kinds)
    for row in range(len(as_of)):
        counts[:] = 0
        total[:] = 0
        decayed[:] = 0
        today = as_of[row]
        window = windows - 1
        for at in range(begin[row], end[row]):
            if day[at] >= today:
                break
            if known[at] >= today or until[at] < today:
                continue
            age = today - day[at]
            while window and age <= edges[window - 1]:
                window -= 1
            which = kind[at]
            if not counts[which].any():
                first[which] = age
            last[which] = age
            counts[which, window] += 1
            if window <= year:
                total[which] += hours[at]
            if age < len(worth):
                decayed[which] += worth[age]
        column = 0
        for which in range(kinds):
            many = 0
            for each in range(windows):
                many += counts[which, each]
                out[column + each, row] = many
            column += windows
            out[column, row] = total[which]
            out[column + 1, row] = last[which] if many else np.nan
            out[column + 2, row] = first[which] if many else np.nan
            out[column + 3, row] = decayed[which] / 1e6
            column += 4


def days(column: pl.Series) -> np.ndarray:
    return column.to_physical().fill_null(NEVER).to_numpy()


def places(ids: pl.Series, people: pl.Series) -> np.ndarray:
    """Where each id stands among the people; both are sorted."""
    begins = np.flatnonzero((ids != ids.shift(1)).fill_null(True).to_numpy())
    found = people.search_sorted(ids.gather(begins)).to_numpy()
    return np.repeat(found, np.diff(begins, append=len(ids)))


def warm(folder: Path) -> None:
    small = folder.parent / "warm"
    if not (small / "rows.parquet").exists():
        make(small, children=20, events=100, rows=50)
    compute(small)


def compute(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(folder / "rows.parquet")
    people = rows["person_id"].unique().sort()
    events = pl.read_parquet(folder / "events.parquet")
    if len(people) * 2 < events["person_id"].n_unique():
        events = events.filter(pl.col("person_id").is_in(people.implode()))
    all_people = events["person_id"].unique(maintain_order=True)
    person = places(events["person_id"], all_people)
    starts = np.concatenate(([0], np.cumsum(np.bincount(person))))
    whose = (
        rows.select("person_id")
        .join(
            all_people.to_frame().with_row_index("at"),
            on="person_id",
            how="left",
            maintain_order="left",
        )["at"]
        .cast(pl.Int64)
        .fill_null(-1)
        .to_numpy()
    )
    begin = np.where(whose < 0, 0, starts[whose])
    end = np.where(whose < 0, 0, starts[whose + 1])
    as_of = rows["as_of"].to_physical().cast(pl.Int64).to_numpy()
    kind = events["kind"].cast(pl.Enum(KINDS)).to_physical().to_numpy()
    columns = (
        days(events["date"]), days(events["known_from"]), days(events["known_until"]),
        kind, events["hours"].to_numpy(), EDGES, YEAR, WEIGHTS,
    )  # fmt: skip
    out = np.empty((len(FEATURES), len(rows)))

    def part(start: int) -> None:
        which = slice(start, start + 16_384)
        sweep(begin[which], end[which], as_of[which], *columns, out[:, which])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(part, range(0, len(rows), 16_384)))
    return pl.DataFrame({one.name: out[n] for n, one in enumerate(FEATURES)})
