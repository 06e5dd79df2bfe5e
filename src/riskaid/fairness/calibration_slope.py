"""The slope of recorded outcomes on estimates within a group: are they too far apart?

Observed over expected asks whether a group's estimates are right on average. The slope
asks whether they are right at both ends: 1 where they are, under 1 where high estimates
are too high and low ones too low, above 1 where they are too much alike. It is shown
and decides nothing.
"""

from math import nan
from typing import Final

import numpy as np

from riskaid.fairness.findings import Finding, bounded
from riskaid.fairness.intervals import Bounds, finite, two_sided_p, z_of
from riskaid.fairness.policy import Policy
from riskaid.fairness.sums import Floats, Ints

MEASURE: Final = "calibration_slope"
FEWEST: Final = 20
"""Rows with the outcome, and without it, and families: below this many of any the
interval does not hold what it says (docs/measured.md)."""
NEAREST: Final = 1e-4
"""An estimate of 0 or 1 is taken as this far from it: its log-odds have no end."""
ROUNDS: Final = 25
SETTLED: Final = 1e-9


def calibration_slope(
    score: Floats, outcome: Ints, family: Ints, policy: Policy
) -> Finding:
    """The slope of a logistic recalibration of some rows, with its interval.

    The outcome is regressed on the log-odds of the estimate. Errors add up by family
    first, and are never taken below those of rows that are strangers to each other.

    Args:
        score: Estimates, 0 to 1. Shape [rows].
        outcome: 0 or 1. Shape [rows].
        family: Number of each row's family. Shape [rows].
        policy: With its intervals.

    Returns:
        Not estimable under 20 rows with the outcome, without it, or families; where all
        estimates are alike; and where no slope is the best one.

    Source: Cox 1958; Van Calster and others 2019; clustered as Liang and Zeger 1986.
    """
    positive = int(outcome.sum())
    families = len(np.unique(family))
    reason = ""
    if min(positive, len(outcome) - positive, families) < FEWEST:
        reason = (
            f"fewer than {FEWEST} rows with the outcome, without it, or families in "
            "the group"
        )
    elif np.ptp(score) == 0:
        reason = "all estimates in the group are alike"
    slope = error = nan
    if not reason:
        slope, error = fit_slope(score, outcome, family)
        if not np.isfinite(error):
            reason = "no slope fits the group's outcomes best"
    found = Finding(
        measure=MEASURE,
        rate=MEASURE,
        compared="value",
        capacity=None,
        value=nan if reason else slope,
        n=float(min(positive, len(outcome) - positive)),
        state="not_estimable" if reason else "estimable",
        reason=reason,
        p=nan if reason else two_sided_p((slope - 1) / error),
    )
    if reason:
        return found

    def bounds(confidence: float) -> Bounds:
        half = z_of(confidence) * error
        return slope - half, slope + half

    return bounded(found, policy, bounds)


def fit_slope(score: Floats, outcome: Ints, family: Ints) -> tuple[float, float]:
    """The slope and its standard error by Newton's method; NaN where there is none."""
    near = np.clip(score, NEAREST, 1 - NEAREST)
    x = np.log(near / (1 - near))
    middle = float(x.mean())
    x = x - middle
    level, slope = middle, 1.0
    for _ in range(ROUNDS):
        with np.errstate(over="ignore"):
            fitted = 1 / (1 + np.exp(-(level + slope * x)))
        weight = fitted * (1 - fitted)
        left = outcome - fitted
        a, b, c = (float(weight.sum()), float(weight @ x), float(weight @ (x * x)))
        inside = a * c - b * b
        if not inside > 0:
            return nan, nan
        up, along = float(left.sum()), float(left @ x)
        step = (c * up - b * along) / inside, (a * along - b * up) / inside
        level, slope = level + step[0], slope + step[1]
        if max(abs(step[0]), abs(step[1])) < SETTLED:
            break
    else:
        return nan, nan
    each = left * (a * x - b) / inside
    _, which = np.unique(family, return_inverse=True)
    together = np.bincount(which, weights=each)
    count = len(together)
    clustered = float(together @ together) * count / (count - 1)
    return slope, finite(float(np.sqrt(max(clustered, a / inside))))
