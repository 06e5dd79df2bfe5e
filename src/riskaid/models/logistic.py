"""Logistic regression on few columns, the same to the byte each time.

Small on purpose: serving needs no statistics package, and the answer must not depend
on how many threads a machine gives its linear algebra.
"""

import numpy as np
from numpy.typing import NDArray

from riskaid.models import Matrix

DIGITS = 10
"""Significant digits kept, so that the last bits of a machine never show."""
FITTED_DIGITS = 8
"""Those of what is fitted in steps, whose last bits differ more between processors."""
Places = NDArray[np.intp]

SHORTEST = 1e-6
NEAR = 1e-8
"""Loss a row still to gain under which the loss itself is too coarse to steer by."""
THERE = 1e-22
"""Loss a row still to gain at which the next step changes no digit that is kept."""


def sigmoid(log_odds: Matrix) -> Matrix:
    """Turn log-odds into a probability, without overflow at either end."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)), dtype=np.float64)


def logit(probability: Matrix, *, edge: float = 1e-9) -> Matrix:
    """Turn a probability into log-odds; 0 and 1 are moved `edge` inwards."""
    inside = np.clip(probability, edge, 1 - edge)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float64)


def log_loss(
    outcome: Matrix, probability: Matrix, weights: Matrix | None = None
) -> float:
    """Mean log loss, a proper score: lower is better."""
    return float(np.average(log_losses(outcome, probability), weights=weights))


def log_losses(outcome: Matrix, probability: Matrix) -> Matrix:
    """Log loss of each row."""
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.asarray(-np.where(outcome > 0, np.log(inside), np.log1p(-inside)))


def rounded(values: Matrix, *, digits: int = DIGITS) -> Matrix:
    """Keep the first significant digits."""
    return np.array([float(f"{v:.{digits}g}") for v in values])


def gathered(values: Matrix, *, most: int = 1000) -> tuple[Places, Places]:
    """Gather rows of like value, so that resampling fits a few steps and not all rows.

    Exact when there are no more than `most` values; else values are gathered into that
    many steps of equal size, each standing at its mean.

    Returns:
        The order that sorts rows into steps, and where each step starts in it. With
        np.add.reduceat over both, sums by step are one call.
    """
    order = np.argsort(values, kind="stable")
    held = values[order]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]])
    if len(starts) > most:
        starts = np.unique(np.linspace(0, len(held), most, endpoint=False).astype(int))
    return order, starts


def fit_logistic(
    columns: Matrix,
    outcome: Matrix,
    *,
    weights: Matrix | None = None,
    start: Matrix | None = None,
    ridge: float = 1e-6,
    steps: int = 50,
) -> Matrix:
    """Fit by Newton's method with step halving.

    Goes on until the next step would change no digit that is kept: a looser end would
    leave digits that differ between processors.

    Args:
        columns: Rows by columns, without a constant column.
        outcome: 0 or 1, one a row; or the share with it among the rows gathered.
        weights: How often each row counts; default once.
        start: Where to begin; default all zero but the intercept.
        ridge: A trace of shrinkage a row, so that separated data has an answer.
        steps: The most steps taken.

    Returns:
        The intercept, then one coefficient a column.
    """
    weight = np.ones(len(outcome)) if weights is None else weights
    total = weight.sum()
    design = np.column_stack([np.ones(len(outcome)), columns])
    penalty = np.full(design.shape[1], ridge * total)
    penalty[0] = 0.0
    if start is None:
        rate = (weight @ outcome + 0.5) / (total + 1)
        coefficients = np.zeros(design.shape[1])
        coefficients[0] = np.log(rate / (1 - rate))
    else:
        coefficients = start.copy()

    def loss(at: Matrix) -> float:
        log_odds = design @ at
        fit = np.logaddexp(0, log_odds) - outcome * log_odds
        return float(weight @ fit + 0.5 * (penalty * at) @ at)

    now = loss(coefficients)
    for _ in range(steps):
        p = sigmoid(design @ coefficients)
        slope = design.T @ (weight * (p - outcome)) + penalty * coefficients
        curve = (design * (weight * p * (1 - p))[:, None]).T @ design
        curve[np.diag_indices_from(curve)] += penalty + 1e-10 * total
        move = np.linalg.solve(curve, slope)
        to_gain = slope @ move
        if to_gain < NEAR * total:
            coefficients = coefficients - move
            if to_gain < THERE * total:
                break
            continue
        size = 1.0
        while (after := loss(coefficients - size * move)) > now and size > SHORTEST:
            size /= 2
        if after > now:
            break
        coefficients, now = coefficients - size * move, after
    return coefficients
