"""Whether a model keeps to the direction in which each indicator is declared to count.

Each row is asked what would change if one indicator had another value and all else
stayed. Neither the score nor the indicator's own part of it (its SHAP value) may then
move against the declaration. That holds for both, not only for the score: a SHAP value
is a weighted mean of what adding the indicator does to the expected score, and where
the trees keep to a direction, so does every one of these. Rows as they are cannot be
compared in this way, because they differ in more than one indicator.
"""

from typing import Any

import numpy as np

from riskaid.models import Matrix, Model
from riskaid.training.measures import short

ROWS = 100
"""The most rows that are asked, drawn by the seed."""

VALUES = 8
"""The most values that are put in each indicator's place."""

NOTHING = 1e-6
"""A step against the declared direction that is smaller is arithmetic."""


def monotone_check(
    model: Model,
    matrix: Matrix,
    *,
    declared: dict[str, bool | None],
    seed: int,
) -> dict[str, Any]:
    """Look for indicators that the model lets count against their declaration.

    Args:
        model: Any rung.
        matrix: Rows, one column for each of the model's names; NaN is not known.
        declared: For each name whether more of it is declared to mean more.
        seed: Draws the rows.

    Returns:
        rows and checked (how many declared indicators the model's score depends on in
        these rows), and breaks: by indicator the share of rows with a step against the
        declaration, and the largest such step of the indicator's own part and of the
        score; the largest first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = np.sort(rng.permutation(len(matrix))[:ROWS])
    rows, parts = matrix[chosen], model.contributions(matrix)
    checked = 0
    breaks: list[tuple[float, str, dict[str, Any]]] = []
    for i, name in enumerate(model.names):
        direction = declared[name]
        if direction is None or not np.ptp(parts[:, i]) > 0:
            continue
        values = values_to_try(matrix[:, i])
        if len(values) == 1 or not len(rows):
            continue
        checked += 1
        found = _against(model, rows, i, values if direction else values[::-1])
        if found is not None:
            largest, facts = found
            breaks.append((-largest, name, {"indicator": name, **facts}))
    breaks.sort(key=lambda one: one[:2])
    return {
        "rows": len(rows),
        "checked": checked,
        "breaks": [facts for _, _, facts in breaks],
    }


def values_to_try(column: Matrix) -> Matrix:
    """Values an indicator takes in the rows, from the lowest to the highest.

    Returns:
        At most eight, spread over those there are; a single 0 when none is known.
    """
    known = np.unique(column[~np.isnan(column)])
    if not len(known):
        return np.zeros(1)
    places = np.linspace(0, len(known) - 1, min(VALUES, len(known)))
    return np.asarray(known[np.unique(np.rint(places).astype(np.int64))])


def _against(
    model: Model, rows: Matrix, column: int, values: Matrix
) -> tuple[float, dict[str, float | None]] | None:
    tried = np.repeat(rows, len(values), axis=0)
    tried[:, column] = np.tile(values, len(rows))
    shape = (len(rows), len(values))
    falls = [
        -np.diff(each.reshape(shape), axis=1).min(axis=1)
        for each in (model.contributions(tried)[:, column], model.score(tried))
    ]
    broken = np.maximum(*falls) > NOTHING
    if not broken.any():
        return None
    own_part, score = (max(0.0, float(fall.max())) for fall in falls)
    return max(own_part, score), {
        "rows_share": short(float(broken.mean())),
        "own_part": short(own_part),
        "score": short(score),
    }
