"""How sure a number is: intervals and p-values that respect families.

An interval shown or judged is the wider of two. The bootstrap over families sees what
the groups share, but says nothing when nobody (or everybody) in a small group was
missed: it would give an interval of no width and pass the group. The score interval
does not break there, and takes families in by an effective number of rows.
"""

from collections.abc import Sequence
from math import inf, isfinite, isnan, nan, sqrt
from statistics import NormalDist

import numpy as np

from riskaid.fairness.sums import Floats

Bounds = tuple[float, float]
_NORMAL = NormalDist()


def z_of(confidence: float) -> float:
    """The number of standard errors on each side of a two-sided interval."""
    return _NORMAL.inv_cdf(0.5 + confidence / 2)


def two_sided_p(z: float) -> float:
    """The chance of a standard normal at least this far from zero, on either side."""
    return 1.0 if isnan(z) else 2.0 * _NORMAL.cdf(-abs(z))


def wilson(share: float, n: float, confidence: float) -> Bounds:
    """Wilson's score interval of a share.

    Args:
        share: From 0 to 1.
        n: Effective number of rows, above 0; need not be whole.
        confidence: Such as 0.9.

    Source: Wilson 1927.
    """
    z = z_of(confidence)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference_of(one: float, two: float, bounds: tuple[Bounds, Bounds]) -> Bounds:
    """Newcombe's interval of a difference, from the interval of each share.

    Source: Newcombe 1998, method 10.
    """
    (low1, high1), (low2, high2) = bounds
    return (
        one - two - sqrt((one - low1) ** 2 + (high2 - two) ** 2),
        one - two + sqrt((high1 - one) ** 2 + (two - low2) ** 2),
    )


def ratio_of(one: float, two: float, bounds: tuple[Bounds, Bounds]) -> Bounds:
    """The interval of a ratio, from the interval of each share.

    The upper bound is infinite where the lower bound of the second share is zero.

    Source: Donner and Zou 2012 (MOVER-R).
    """
    (low1, high1), (low2, high2) = bounds
    both = one * two

    def bound(near1: float, near2: float, sign: int) -> float:
        under = near2 * (2 * two - near2)
        inner = both * both - near1 * near2 * (2 * one - near1) * (2 * two - near2)
        return (both + sign * sqrt(max(0.0, inner))) / under

    low = max(0.0, bound(low1, high2, -1)) if 2 * two > high2 else 0.0
    return low, (bound(high1, low2, 1) if low2 > 0 else inf)


def observed_to_expected(
    observed: float, expected: float, variance: float, confidence: float
) -> Bounds:
    """A score interval of observed over expected outcomes.

    Args:
        observed: Recorded outcomes.
        expected: The sum of the estimates, above 0.
        variance: Variance of the number observed if the estimates were right.
        confidence: Such as 0.9.
    """
    wide = 2 * observed * expected + z_of(confidence) ** 2 * variance
    square = 4 * (observed * expected) ** 2
    half = sqrt(max(0.0, wide * wide - square))
    return (wide - half) / (2 * expected**2), (wide + half) / (2 * expected**2)


def percentiles(replicates: Floats, confidence: float) -> Bounds:
    """The interval that holds the middle replicates.

    A replicate that has no value (nobody in the denominator) counts as the worst on
    both sides, so that an unstable rate gets a wide interval, never a narrow one.

    Args:
        replicates: Shape [replicates]; NaN where there is no value.
        confidence: Such as 0.9.
    """
    low = np.sort(np.where(np.isnan(replicates), -inf, replicates))
    high = np.sort(np.where(np.isnan(replicates), inf, replicates))
    at = (1 - confidence) / 2 * (len(low) - 1)
    return float(low[int(np.floor(at))]), float(high[len(high) - 1 - int(np.floor(at))])


def wider(one: Bounds, two: Bounds) -> Bounds:
    """The smallest interval that holds both."""
    return min(one[0], two[0]), max(one[1], two[1])


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction: the chance of any false alarm among all stays as stated.

    Source: Holm 1979.
    """
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    out, worst = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        out[i] = worst
    return out


def pooled_z(
    counts: tuple[float, float], of: tuple[float, float], effects: tuple[float, float]
) -> float:
    """How far two shares are from equal, in standard errors, if they were equal.

    Args:
        counts: Numerators.
        of: Denominators, above 0.
        effects: Design effect of each: how much wider families make its variance.

    Returns:
        0 when both shares are 0 or both are 1.
    """
    share = sum(counts) / sum(of)
    variance = share * (1 - share) * (effects[0] / of[0] + effects[1] / of[1])
    if variance <= 0:
        return 0.0
    return (counts[0] / of[0] - counts[1] / of[1]) / sqrt(variance)


def finite(value: float) -> float:
    """The value, or NaN when it is infinite (JSON has neither)."""
    return value if isfinite(value) else nan
