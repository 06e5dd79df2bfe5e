"""How sure a number is: intervals and p-values that respect families.

Every function works on one number or on arrays of them, element by element, so that
the audit and the simulations that judge it (benchmarks/gate.py) use the same lines.
Which intervals these are was chosen by simulated coverage (ADR-0019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite, nan
from statistics import NormalDist
from typing import Final

import numpy as np

from riskaid.fairness.sums import Floats

Number = float | Floats
Bounds = tuple[Number, Number]
_NORMAL = NormalDist()
MOST_ALIKE: Final = 0.99


@cache
def z_of(confidence: float) -> float:
    """The number of standard errors on each side of a two-sided interval."""
    return _NORMAL.inv_cdf(0.5 + confidence / 2)


def t_of(confidence: float, freedom: Number) -> Floats:
    """The same for an error that is itself an estimate.

    Args:
        confidence: Such as 0.9.
        freedom: Degrees of freedom, at least 5; infinite gives z_of.

    Source: Abramowitz and Stegun 26.7.5, four terms: right to 0.001 at 5.
    """
    z = z_of(confidence)
    one = 1 / np.asarray(freedom, dtype=np.float64)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return np.asarray(z + sum(g * one ** (i + 1) for i, g in enumerate(terms)))


def two_sided_p(z: float) -> float:
    """The chance of a standard normal at least this far from zero, on either side."""
    return 1.0 if np.isnan(z) else 2.0 * _NORMAL.cdf(-abs(z))


@dataclass(frozen=True)
class Share:
    """A share of rows, and what families leave of its rows.

    Attributes:
        hits: Rows counted; any shape.
        of: Rows that could have been, above 0; the same shape.
        effect: How many times families widen the variance, at least 1.
        freedom: Degrees of freedom of that; infinite where no family has two rows.
        families: As many families of one size as are worth its families, which may
            differ in size (Kish 1965).
    """

    hits: Floats
    of: Floats
    effect: Floats
    freedom: Floats
    families: Floats

    @property
    def value(self) -> Floats:
        """The share, from 0 to 1."""
        return self.hits / self.of

    @property
    def rows(self) -> Floats:
        """As many rows of strangers as say as much."""
        return self.of / self.effect

    def bounds(self, confidence: float) -> Bounds:
        """Wilson's interval, with the rows that families leave."""
        return wilson(self.value, self.rows, t_of(confidence, self.freedom))


def wilson(share: Number, n: Number, quantile: Number) -> Bounds:
    """Wilson's score interval of a share.

    Args:
        share: From 0 to 1.
        n: Effective number of rows, above 0; need not be whole.
        quantile: Standard errors on each side.

    Source: Wilson 1927.
    """
    z = quantile
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low, high = np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)
    return np.minimum(share, low), np.maximum(share, high)


def difference_of(
    one: Number, two: Number, bounds: tuple[Bounds, Bounds], alike: Number = 0.0
) -> Bounds:
    """Newcombe's interval of a difference, from the interval of each share.

    Args:
        one: The first share.
        two: The second.
        bounds: Of each.
        alike: Correlation of the two shares, from families with rows in both.

    Source: Newcombe 1998, method 10; with the correlation, Zou and Donner 2008.
    """
    (low1, high1), (low2, high2) = bounds

    def reach(a: Number, b: Number) -> Floats:
        return np.asarray(np.sqrt(np.maximum(0.0, a * a - 2 * alike * a * b + b * b)))

    return (
        np.asarray(one - two - reach(one - low1, high2 - two)),
        np.asarray(one - two + reach(high1 - one, two - low2)),
    )


def ratio_of(
    one: Number, two: Number, bounds: tuple[Bounds, Bounds], alike: Number = 0.0
) -> Bounds:
    """The interval of a ratio, from the interval of each share.

    The upper bound is infinite where the lower bound of the second share is zero.

    Args:
        one: The first share.
        two: The second, above 0.
        bounds: Of each.
        alike: As in difference_of.

    Source: Donner and Zou 2012 (MOVER-R), with the correlation.
    """
    (low1, high1), (low2, high2) = bounds

    def bound(near1: Number, near2: Number, sign: int) -> Floats:
        both = one * two + alike * (near1 - one) * (near2 - two)
        under = near2 * (2 * two - near2)
        inner = both * both - near1 * (2 * one - near1) * under
        safe = np.where(under > 0, under, 1.0)
        return np.asarray((both + sign * np.sqrt(np.maximum(0.0, inner))) / safe)

    low = np.where(2 * two > high2, np.maximum(0.0, bound(low1, high2, -1)), 0.0)
    return low, np.where(low2 > 0, bound(high1, low2, 1), np.inf)


def observed_to_expected(
    observed: Number, expected: Number, variance: Number, quantile: Number
) -> Bounds:
    """A score interval of observed over expected outcomes.

    Args:
        observed: Recorded outcomes.
        expected: The sum of the estimates, above 0.
        variance: Variance of the number observed if the estimates were right.
        quantile: Standard errors on each side.
    """
    wide = 2 * observed * expected + np.square(quantile) * variance
    square = 4 * (observed * expected) ** 2
    half = np.sqrt(np.maximum(0.0, wide * wide - square))
    under = 2 * np.square(expected)
    return np.asarray((wide - half) / under), np.asarray((wide + half) / under)


def on_log_odds(value: float, error: float, quantile: float) -> Bounds:
    """The interval of a share-like number, made on its log-odds.

    Args:
        value: From 0 to 1; at either end the interval is made from there as it is.
        error: Its standard error.
        quantile: Standard errors on each side.
    """
    if not 0 < value < 1:
        return (
            np.maximum(0.0, np.asarray(value - quantile * error)),
            np.minimum(1.0, np.asarray(value + quantile * error)),
        )
    middle = np.log(value / (1 - value))
    reach = quantile * error / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-(middle + side * reach))) for side in (-1, 1))
    return np.asarray(low), np.asarray(high)


def percentiles(replicates: Floats, confidence: float) -> tuple[float, float]:
    """The interval that holds the middle replicates.

    A replicate that has no value (nobody in the denominator) counts as the worst on
    both sides, so that an unstable rate gets a wide interval, never a narrow one.

    Args:
        replicates: Shape [replicates]; NaN where there is no value.
        confidence: Such as 0.9.
    """
    at = int(np.floor((1 - confidence) / 2 * (len(replicates) - 1)))
    nothing = np.isnan(replicates)
    low = np.partition(np.where(nothing, -np.inf, replicates), at)[at]
    above = len(replicates) - 1 - at
    high = np.partition(np.where(nothing, np.inf, replicates), above)[above]
    return float(low), float(high)


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


def as_normal(statistic: Number, freedom: Number) -> Floats:
    """A statistic with an estimated error, as the standard errors that are as rare.

    Args:
        statistic: Over its estimated error.
        freedom: Degrees of freedom of the error, at least 5; infinite changes nothing.
            With few it is a little too cautious: at 5, a p-value of 0.010 is 0.018.

    Source: Abramowitz and Stegun 26.7.8.
    """
    one = 1 / np.asarray(freedom, dtype=np.float64)
    t = np.asarray(statistic, dtype=np.float64)
    return np.asarray(t * (1 - one / 4) / np.sqrt(1 + t * t * one / 2))


def pooled_z(one: Share, two: Share, alike: Number = 0.0) -> Floats:
    """How far two shares are from equal, in standard errors, if they were equal.

    Args:
        one: The first share.
        two: The second.
        alike: Correlation of the two, from families with rows in both.

    Returns:
        0 when both shares are 0 or both are 1. Where the errors lean on few families it
        is drawn in, as Student's t is wider than the normal (Welch 1947).
    """
    share = (one.hits + two.hits) / (one.of + two.of)
    each = 1 / one.rows, 1 / two.rows
    both = each[0] + each[1]
    spread = both - 2 * alike * np.sqrt(each[0] * each[1])
    variance = np.maximum(share * (1 - share) * spread, 0.0)
    away = one.value - two.value
    out = np.zeros(np.shape(away))
    np.divide(away, np.sqrt(variance), out=out, where=variance > 0)
    known = each[0] ** 2 / one.freedom + each[1] ** 2 / two.freedom
    freedom = np.full(np.shape(both), np.inf)
    np.divide(both**2, known, out=freedom, where=known > 0)
    return as_normal(out, freedom)


def finite(value: Number) -> float:
    """The value, or NaN when it is infinite (JSON has neither)."""
    number: float = np.asarray(value, dtype=np.float64).item()
    return number if isfinite(number) else nan
