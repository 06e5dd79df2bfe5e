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
"""The most rows whose score is asked for, drawn by the seed."""

ROWS_OF_PARTS = 6
"""In so many of them the indicator's own part is asked for too; that takes longer."""

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
        rows and rows_of_parts (how many were asked); checked (how many indicators with
        a declared direction move the score of any); and breaks: by indicator the share
        of rows whose score has a step against the declaration, and the largest such
        step of the score and of the indicator's own part; the largest first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = matrix[rng.permutation(len(matrix))[:ROWS]]
    checked = 0
    breaks: list[tuple[float, str, dict[str, Any]]] = []
    for i, name in enumerate(model.names):
        direction = declared[name]
        values = values_to_try(matrix[:, i])
        if direction is None or len(values) == 1:
            continue
        ordered = values if direction else values[::-1]
        tried = _tried(rows, i, ordered)
        score = np.diff(model.score(tried).reshape(-1, len(values)), axis=1)
        if not np.any(score):
            continue
        checked += 1
        few = tried[: ROWS_OF_PARTS * len(values)]
        own_part = model.contributions(few)[:, i].reshape(-1, len(values))
        own_part = np.diff(own_part, axis=1)
        largest = max(-score.min(), -own_part.min())
        if largest > NOTHING:
            facts = {
                "indicator": name,
                "rows_share": short(float(np.mean(score.min(axis=1) < -NOTHING))),
                "score": short(max(0.0, float(-score.min()))),
                "own_part": short(max(0.0, float(-own_part.min()))),
            }
            breaks.append((-largest, name, facts))
    breaks.sort(key=lambda one: one[:2])
    return {
        "rows": len(rows),
        "rows_of_parts": min(len(rows), ROWS_OF_PARTS),
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


def _tried(rows: Matrix, column: int, values: Matrix) -> Matrix:
    """Each row with each value in one column's place, a row's values together."""
    tried = np.repeat(rows, len(values), axis=0)
    tried[:, column] = np.tile(values, len(rows))
    return tried
