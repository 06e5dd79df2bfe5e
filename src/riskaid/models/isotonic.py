"""A map in steps: the shares that never fall as the score grows, and nearest to it."""

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import Places, logit

MOST_STEPS = 20
"""Steps of about equal size; scores with fewer values have a step each."""

SHARE_OF_ONE = 1.0
"""Rows of the usual share added to each step: no share is ever 0 or 1."""


def knots_of(z: Matrix, weights: Matrix) -> tuple[Matrix, Places, Places]:
    """Gather scores into steps and say where each one stands.

    Rows of the same score stand in one step.

    Args:
        z: Scaled scores.
        weights: How much each row counts.

    Returns:
        The mean score of each step, rising; the order that sorts rows into steps; and
        where each step starts in that order.
    """
    order = np.argsort(z, kind="stable")
    held = z[order]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]])
    if len(starts) > MOST_STEPS:
        even = np.linspace(0, len(held), MOST_STEPS, endpoint=False).astype(int)
        starts = np.unique(np.searchsorted(held, held[even], side="left"))
    held = weights[order]
    total = np.add.reduceat(held, starts)
    rows = np.diff(np.r_[starts, len(z)])
    plain = np.add.reduceat(z[order], starts) / rows
    weighed = np.add.reduceat(held * z[order], starts) / np.where(total > 0, total, 1)
    return np.where(total > 0, weighed, plain), order, starts


def rising_shares(rows: Matrix, hits: Matrix) -> Matrix:
    """Find the log-odds, one a step, that never fall and are nearest to the records.

    Pool adjacent violators (Ayer and others 1955) on the share with the outcome, each
    step first moved a little towards the usual share, so that a step of few rows never
    says never or always. A step without rows takes its value from the steps beside it.

    Args:
        rows: Weight of the rows in each step, at least one above zero.
        hits: Weight of those with the outcome.
    """
    usual = (hits.sum() + 0.5) / (rows.sum() + 1.0)
    weight = rows + SHARE_OF_ONE
    share = (hits + SHARE_OF_ONE * usual) / weight
    blocks: list[tuple[float, float, int]] = []
    for value, size in zip(share.tolist(), weight.tolist(), strict=True):
        mean, total, steps = value, size, 1
        while blocks and blocks[-1][0] >= mean:
            before, held, among = blocks.pop()
            mean = (before * held + mean * total) / (held + total)
            total, steps = total + held, steps + among
        blocks.append((mean, total, steps))
    levels = np.repeat([b[0] for b in blocks], [b[2] for b in blocks])
    # Means of means may differ in their last bit where they are the same by intent.
    return np.maximum.accumulate(logit(levels))


def between_knots(z: Matrix, knots: Matrix, levels: Matrix) -> Matrix:
    """Read the map off at any score: straight lines between steps, level outside.

    Args:
        z: Scaled scores.
        knots: Where the steps stand, rising.
        levels: Log-odds, one row a map, one column a step.

    Returns:
        Log-odds, one row a map, one column a score.
    """
    return np.stack([np.interp(z, knots, one) for one in levels])
