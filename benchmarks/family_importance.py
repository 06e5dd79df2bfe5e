"""How long the importance of families of indicators takes, with and without a sample.

    python benchmarks/family_importance.py --rows 200000 --columns 120

A booster is fitted on 60,000 of the rows and explained on all of them, as the code did
before, and on the whole households that a run draws now; 500 resamples each.
"""

import argparse
import time
from types import SimpleNamespace

import numpy as np

from riskaid.models.booster import Settings, fit_booster
from riskaid.models.calibration import Calibration
from riskaid.models.logistic import sigmoid
from riskaid.training.fit import Rung
from riskaid.training.global_explanation import family_importance, whole_households
from riskaid.training.table import Predictors

TAUGHT, KINDS, REPLICATES = 60_000, 11, 500


def main() -> None:
    """Make the rows, fit, and print seconds and the widest interval of each way."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--columns", type=int, default=120)
    given = asked.parse_args()
    draw = np.random.Generator(np.random.PCG64(1))
    matrix = draw.poisson(0.5, (given.rows, given.columns)).astype(np.float64)
    score = matrix[:, :20] @ draw.normal(0.2, 0.1, 20) - 2
    outcome = (draw.random(given.rows) < sigmoid(score)).astype(np.float64)
    matrix[draw.random(matrix.shape) < 0.05] = np.nan
    names = tuple(f"indicator_{i}" for i in range(given.columns))
    directions = (None,) * given.columns
    family = draw.integers(0, int(0.6 * given.rows), given.rows)
    model = fit_booster(
        matrix[:TAUGHT],
        outcome[:TAUGHT],
        names=names,
        more_means_more=directions,
        settings=Settings(),
        seed=1,
    )
    held = [
        SimpleNamespace(name=name, family=f"family_{i % KINDS}")
        for i, name in enumerate(names)
    ]
    calibration = Calibration.__new__(Calibration)
    for way, rows in (
        ("all rows", np.arange(given.rows)),
        ("whole households", whole_households(family, seed=1)),
    ):
        begun = time.perf_counter()
        found = family_importance(
            Rung("booster", model, calibration),
            matrix[rows],
            Predictors(names, directions, {}),
            plan=SimpleNamespace(indicators=held),
            family=family[rows],
            weight=np.ones(len(rows)),
            replicates=REPLICATES,
            seed=1,
        )
        seconds = time.perf_counter() - begun
        wide = max(one["high95"] - one["low95"] for one in found)
        print(f"{way}: {len(rows):,} rows, {seconds:.1f} s, widest {wide:.4f}")


if __name__ == "__main__":
    main()
