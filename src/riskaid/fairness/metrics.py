"""The rates of the audit: each one count over another.

Every rate is NaN where its denominator is 0: a group nobody is in has no rate, and no
rate is not a rate of zero.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from riskaid.fairness.sums import Floats, Ints

VANISHES: Final = 1e-6
AT_CAPACITY: Final = (
    "selection_rate",
    "false_negative_rate",
    "recall",
    "false_positive_rate",
    "positive_predictive_value",
    "false_omission_rate",
)
"""Rates that depend on who would be looked at again, so on the capacity."""


@dataclass(frozen=True)
class Counts:
    """Counts of one or many cells at one capacity; any shape, all the same.

    Attributes:
        rows: Rows (a person and a date).
        outcomes: Rows whose outcome was recorded.
        expected: Sum of the estimates; NaN for a tool that gives none.
        selected: Rows selected for a further look.
        found: Rows selected whose outcome was recorded.
    """

    rows: Floats
    outcomes: Floats
    expected: Floats
    selected: Floats
    found: Floats

    def minus(self, other: "Counts") -> "Counts":
        """Everyone else."""
        return Counts(
            self.rows - other.rows,
            self.outcomes - other.outcomes,
            self.expected - other.expected,
            self.selected - other.selected,
            self.found - other.found,
        )


def parts(rate: str, counts: Counts) -> tuple[Floats, Floats]:
    """Numerator and denominator of a rate.

    * base_rate: recorded outcomes over rows
    * selection_rate: selected over rows
    * false_negative_rate: not selected over recorded outcomes (missed need)
    * recall: selected over recorded outcomes
    * false_positive_rate: selected over rows without the outcome
    * positive_predictive_value: with the outcome over selected
    * false_omission_rate: with the outcome over not selected
    * calibration: recorded outcomes over the sum of the estimates

    Source: fairlearn's and scikit-learn's definitions of the same names.
    """
    c = counts
    missed = c.outcomes - c.found
    return {
        "base_rate": (c.outcomes, c.rows),
        "selection_rate": (c.selected, c.rows),
        "false_negative_rate": (missed, c.outcomes),
        "recall": (c.found, c.outcomes),
        "false_positive_rate": (c.selected - c.found, c.rows - c.outcomes),
        "positive_predictive_value": (c.found, c.selected),
        "false_omission_rate": (missed, c.rows - c.selected),
        "calibration": (c.outcomes, c.expected),
    }[rate]


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Numerator over denominator; NaN where the denominator is 0."""
    out = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) != 0)
    return out


@dataclass(frozen=True)
class Ranking:
    """How well a score ranks those with the outcome above those without.

    Attributes:
        auc: Chance that a row with the outcome has the higher score; ties count half.
        error: Standard error, families taken in.
        freedom: Degrees of freedom of the error.
    """

    auc: float
    error: float
    freedom: float


def rank_quality(score: Floats, outcome: Ints, family: Ints) -> Ranking:
    """The area under the ROC curve within a group, with an error that knows families.

    Returns:
        NaN throughout when all rows have the outcome or none has.

    Source: DeLong 1988; clustered as Obuchowski 1997. Where that error vanishes (the
    ranking is perfect, or says nothing) it is that of Hanley and McNeil 1982.
    """
    positive = outcome == 1
    p, n = int(positive.sum()), int((~positive).sum())
    if p == 0 or n == 0:
        return Ranking(float("nan"), float("nan"), float("nan"))
    placed = np.empty(len(score))
    for own, others in ((positive, ~positive), (~positive, positive)):
        order = np.sort(score[others])
        below = np.searchsorted(order, score[own], side="left")
        upto = np.searchsorted(order, score[own], side="right")
        placed[own] = (below + upto) / (2 * len(order))
    placed[~positive] = 1 - placed[~positive]
    auc = float(placed[positive].mean())
    influence = np.where(positive, (placed - auc) / p, (placed - auc) / n)
    _ids, which = np.unique(family, return_inverse=True)
    by_family = np.bincount(which, weights=influence)
    f = len(by_family)
    clustered = float((by_family**2).sum()) * (f / (f - 1) if f > 1 else 1.0)
    clear = min(max(auc, 1 - auc), 1 - 1 / (2 * min(p, n)))
    q1, q2 = clear / (2 - clear), 2 * clear**2 / (1 + clear)
    smallest = (
        clear * (1 - clear) + (p - 1) * (q1 - clear**2) + (n - 1) * (q2 - clear**2)
    ) / (p * n)
    vanishes = not 0 < auc < 1 or clustered < VANISHES * smallest
    error = float(np.sqrt(smallest if vanishes else clustered))
    return Ranking(auc, error, float(max(5, min(p, n, f) - 1)))
