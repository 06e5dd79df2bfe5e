"""The features by one merge and grouped sums in plain pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
from asked import COUNTED, FEATURES, HALF_LIFE


def warm(folder: Path) -> None:
    """Nothing to compile."""


def compute(folder: Path) -> pd.DataFrame:
    rows = pd.read_parquet(folder / "rows.parquet")
    events = pd.read_parquet(folder / "events.parquet")
    for column in ("date", "known_from", "known_until"):
        events[column] = pd.to_datetime(events[column])
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    rows["at"] = np.arange(len(rows))
    both = rows.merge(events, on="person_id")
    day = both["as_of"]
    known = both["known_until"].isna() | (day <= both["known_until"])
    both = both[(both["date"] < day) & (both["known_from"] < day) & known]
    both = both.assign(age=(both["as_of"] - both["date"]).dt.days)
    both["worth"] = np.rint(1e6 * 0.5 ** (both["age"] / HALF_LIFE))
    found = {}
    for one in FEATURES:
        mine = both[both["kind"] == one.kind]
        if one.last:
            mine = mine[mine["age"] <= one.last]
        grouped = mine.groupby("at")
        column = {
            "count": grouped.size,
            "hours": grouped["hours"].sum,
            "since_last": grouped["age"].min,
            "since_first": grouped["age"].max,
            "decayed": lambda g=grouped: g["worth"].sum() / 1e6,
        }[one.word]()
        empty = 0.0 if one.word in COUNTED else np.nan
        found[one.name] = column.reindex(rows["at"], fill_value=empty).to_numpy(float)
    return pd.DataFrame(found)
