"""Factors found at assessment, related to what is true of the child and family."""

import numpy as np
import polars as pl

from riskaid.records.synthetic import choices
from riskaid.records.synthetic.arrays import Bools, Floats, Ints, happens, sigmoid
from riskaid.records.synthetic.chunk import Chunk, ssd_table, whole_rows
from riskaid.records.synthetic.rates import FACTORS

CAUSES: dict[str, str] = {
    **dict.fromkeys(("1B", "1C", "2B", "2C"), "substances"),
    **dict.fromkeys(("3B", "3C", "17A"), "domestic_abuse"),
    **dict.fromkeys(("1A", "2A", "10A", "13A", "24A", "11A", "14A"), "extrafamilial"),
    **dict.fromkeys(("4A", "15A"), "child_mental_health"),
    **dict.fromkeys(("4B", "4C", "7A"), "parent_mental_health"),
    **dict.fromkeys(("5A", "6A"), "disabled"),
    **dict.fromkeys(("18C", "19C"), "history"),
    "16A": "strain",
    "9A": "uasc",
    "3A": "domestic_abuse",
}
PULL = 1.9


def _level(wanted: float, cause: Floats, pull: float) -> float:
    """The log-odds at which the share of all rows comes out as published."""
    if not len(cause):
        return 0.0
    low, high = -20.0, 6.0
    for _ in range(30):
        middle = (low + high) / 2
        if float(sigmoid(middle + pull * cause).mean()) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _cause(chunk: Chunk, name: str, child: Ints, month: Ints) -> Floats:
    family = chunk.children.family[child]
    lives = chunk.lives
    held: Bools
    if name == "strain":
        held = lives.strain[family, month] > 1.0
    elif name in ("disabled", "uasc"):
        held = getattr(chunk.children, name)[child]
    elif name in ("extrafamilial", "child_mental_health"):
        held = getattr(lives, name)[child, month]
    else:
        held = getattr(lives, name)[family, month]
    return held.astype(np.float64)


def assessment_factors(
    rng: np.random.Generator, chunk: Chunk, rows: Ints, assessment_ids: pl.Series
) -> tuple[str, pl.DataFrame]:
    """Write one row an assessment that has at least one factor.

    `rows` are episodes whose assessment is signed off. Some rows have the older form,
    an object of "Yes"; some the retired code 18A.
    """
    episodes = chunk.episodes
    child = episodes.child[rows]
    month = chunk.time.month(episodes.day[rows])
    codes = list(FACTORS)
    drawn = np.zeros((len(rows), len(codes)), dtype=bool)
    usual = ~chunk.children.uasc[child]
    for place, code in enumerate(codes):
        name = CAUSES.get(code)
        if name == "uasc":
            drawn[:, place] = ~usual
            continue
        cause = (
            np.zeros(len(rows)) if name is None else _cause(chunk, name, child, month)
        )
        wanted = min(FACTORS[code], 0.99)
        drawn[:, place] = happens(
            rng, sigmoid(_level(wanted, cause, PULL) + PULL * cause)
        )
    luck = rng.random(len(rows))
    share = chunk.share[child]
    drawn &= (rng.random(drawn.shape) < share[:, None]) | (share[:, None] >= 1)
    written = (luck < choices.WITH_FACTORS) | ~usual
    none = written & ~drawn.any(axis=1) & (rng.random(len(rows)) < choices.NONE_FOUND)
    keep = whole_rows((written & drawn.any(axis=1)) | none)
    odd = rng.random((2, len(keep)))
    values = []
    for at, row in enumerate(keep):
        found = [codes[i] for i in np.flatnonzero(drawn[row])] or ["21"]
        if odd[0, at] < choices.RETIRED:
            found = ["18A" if code == "18C" else code for code in found]
        if odd[1, at] < choices.OLD_JSON:
            values.append("{" + ", ".join(f'"{c}": "Yes"' for c in found) + "}")
        else:
            values.append("[" + ", ".join(f'"{c}"' for c in found) + "]")
    return ssd_table(
        "ssd_assessment_factors",
        {
            "cinf_table_id": chunk.ids("AF", keep),
            "cinf_assessment_id": assessment_ids.gather(keep),
            "cinf_assessment_factors_json": pl.Series(values, dtype=pl.String),
        },
    )
