"""Scores of a simulated council whose truth is known, for tests and benchmarks."""

import numpy as np
import polars as pl

CODES = ["WBRI", "MWBC", "AIND", "BCRB", "OOTH", "WROM", ""]
SHARES = [0.66, 0.09, 0.08, 0.09, 0.03, 0.02, 0.03]


def council(
    outcomes: int,
    *,
    seed: int = 0,
    overlooked: float = 0.0,
    recorded: float = 1.0,
    code: str = "BCRB",
) -> pl.DataFrame:
    """Estimates that are right, unless a group is overlooked or under-recorded.

    Args:
        outcomes: About how many outcomes are recorded.
        seed: Of everything.
        overlooked: How much too low the group's estimates are, in log-odds.
        recorded: Which share of the group's outcomes was recorded.
        code: The group.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    rows = round(outcomes / 0.2)
    families = max(1, round(rows / 1.5))
    family = draw.integers(0, families, rows)
    shared = draw.normal(0, 0.7, families)
    ethnicity = np.array(CODES)[draw.choice(len(CODES), families, p=SHARES)][family]
    log_odds = -2.1 + 1.5 * (draw.normal(0, 1, rows) + shared[family])
    outcome = (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)
    group = ethnicity == code
    score = 1 / (1 + np.exp(-log_odds + overlooked * group))
    outcome[group & (draw.random(rows) >= recorded)] = 0
    return pl.DataFrame(
        {
            "person_id": [f"C{i:07d}" for i in range(rows)],
            "family_id": [f"F{i:07d}" for i in family],
            "score": score,
            "outcome": outcome,
            "ethnicity": ethnicity,
            "disability": draw.choice(["yes", "no", ""], rows, p=[0.15, 0.45, 0.4]),
            "sex": draw.choice(["F", "M"], rows),
            "age_band": draw.choice(
                ["under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over"],
                rows,
                p=[0.1, 0.15, 0.2, 0.3, 0.25],
            ),
        }
    )
