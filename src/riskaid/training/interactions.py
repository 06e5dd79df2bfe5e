"""Which two indicators count together otherwise than apart, by SHAP."""

import warnings
from itertools import combinations
from typing import Any

import numpy as np

from riskaid.models import Matrix, Model
from riskaid.models.booster import Booster
from riskaid.training.measures import short

ROWS = 300
"""The most rows that are looked at, drawn by the seed: this is the slow part."""

MOST_NAMED = 10


def interactions(
    model: Model, matrix: Matrix, weight: Matrix, *, seed: int
) -> dict[str, Any]:
    """Find the pairs of indicators that move the score most as pairs.

    Args:
        model: Any rung; where points are added up there is nothing to find.
        matrix: Rows, one column for each of the model's names; NaN is not known.
        weight: How much each row counts.
        seed: Draws the rows.

    Returns:
        rows looked at; share (of all movement, what pairs bring about); and pairs: two
        indicators each, the mean size of what they bring about together, in the score's
        unit, and its share of all movement; the largest first.
    """
    if not isinstance(model, Booster):
        return {"rows": 0, "share": 0.0, "pairs": []}
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = np.sort(rng.permutation(len(matrix))[:ROWS])
    parts = interaction_values(model, matrix[chosen])
    sizes = np.average(np.abs(parts), axis=0, weights=weight[chosen])
    # Each pair stands twice, once on either side of the diagonal.
    sizes[np.triu_indices(len(sizes), 1)] *= 2
    upper = np.triu(sizes)
    total = float(upper.sum()) or 1.0
    pairs = sorted(combinations(range(len(sizes)), 2), key=lambda p: (-upper[p], p))[
        :MOST_NAMED
    ]
    return {
        "rows": len(chosen),
        "share": short(float(upper.sum() - np.trace(upper)) / total),
        "pairs": [
            {
                "indicators": [model.names[i], model.names[j]],
                "size": short(float(upper[i, j])),
                "share": short(float(upper[i, j]) / total),
            }
            for i, j in pairs
            if upper[i, j] > 0
        ],
    }


def interaction_values(model: Booster, matrix: Matrix) -> Matrix:
    """Part every row's contributions into what each indicator and each pair does.

    Returns:
        Rows by indicators by indicators, in log-odds. What a pair does is halved
        between its two places, so that a row of the square adds up to the indicator's
        contribution.
    """
    with warnings.catch_warnings():
        # shap draws with matplotlib's older ways as soon as it is imported.
        warnings.simplefilter("ignore")
        import shap  # noqa: PLC0415 - takes seconds, and only a booster needs it

        explainer = shap.TreeExplainer(model.trees)
        found = explainer.shap_interaction_values(model.as_read(matrix))
    return np.asarray(found, dtype=np.float64)
