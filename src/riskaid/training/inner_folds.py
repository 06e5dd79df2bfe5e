"""Earlier and later rows inside the training fold, and how settings do on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from riskaid.models import Matrix
from riskaid.models.booster import filled
from riskaid.models.logistic import fit_logistic, gathered, log_loss, sigmoid
from riskaid.training.inner_groups import (
    Judged,
    Labels,
    groups_in,
    judge_groups,
    selected_at,
)
from riskaid.training.table import Predictors, matrix_of, outcome_of

LEAST_OUTCOMES = 5
"""An inner fold with fewer rows with, or without, the outcome is not used."""


@dataclass(frozen=True)
class InnerFold:
    """Earlier rows to fit on, and later ones of other families to look at."""

    earlier: Matrix
    earlier_outcome: Matrix
    later: Matrix
    later_outcome: Matrix
    groups: list[Labels]


def inner_folds(
    train: pl.DataFrame, predictors: Predictors, *, count: int, gap_days: int
) -> list[InnerFold]:
    """Cut the later half of the rows into periods, each with the rows before it.

    A family seen in the later rows is left out of the earlier ones. A period with too
    few outcomes is left out.
    """
    days = train["as_of"].sort()
    # The later half of the rows, cut into as many periods as asked for.
    cuts = [days[int(len(days) * (0.5 + 0.5 * i / count))] for i in range(count)]
    ends = [*cuts[1:], days[-1] + timedelta(days=1)]
    found: list[InnerFold] = []
    for first, end in zip(cuts, ends, strict=True):
        later = train.filter(pl.col("as_of") >= first, pl.col("as_of") < end)
        earlier = train.filter(pl.col("as_of") < first - timedelta(days=gap_days)).join(
            later, on="family_id", how="anti", maintain_order="left"
        )
        fold = InnerFold(
            earlier=matrix_of(earlier, predictors.names),
            earlier_outcome=outcome_of(earlier),
            later=filled(
                matrix_of(later, predictors.names),
                more_means_more=predictors.more_means_more,
            ),
            later_outcome=outcome_of(later),
            groups=groups_in(later),
        )
        both = (fold.earlier_outcome, fold.later_outcome)
        if all(min(y.sum(), len(y) - y.sum()) >= LEAST_OUTCOMES for y in both):
            found.append(fold)
    return found


def judge(
    folds: Sequence[InnerFold], scores: Sequence[Matrix], *, capacity: float
) -> Judged:
    """Find the worst group's numbers over all inner folds.

    Args:
        folds: The inner folds.
        scores: Raw scores of each one's later rows.
        capacity: The share of them that would be looked at again.
    """
    estimates = [
        _calibrated(s, f.later_outcome) for s, f in zip(scores, folds, strict=True)
    ]
    estimate = np.concatenate(estimates)
    return judge_groups(
        np.asarray([float(f"{e:.10g}") for e in estimate]),
        np.concatenate([f.later_outcome for f in folds]),
        np.concatenate([selected_at(e, capacity) for e in estimates]),
        [np.concatenate(each) for each in zip(*(f.groups for f in folds), strict=True)],
    )


def calibrated_loss(score: Matrix, outcome: Matrix) -> float:
    """Log loss once a straight line has calibrated the score on the rows themselves.

    Calibration has a fold of its own later, so settings are not to be preferred because
    the base rate of one period happens to lie nearer to another's.
    """
    return log_loss(outcome, _calibrated(score, outcome))


def _calibrated(score: Matrix, outcome: Matrix) -> Matrix:
    order, starts = gathered(score)
    rows = np.diff(np.r_[starts, len(score)]).astype(np.float64)
    steps = np.add.reduceat(score[order], starts) / rows
    share = np.add.reduceat(outcome[order], starts) / rows
    fit = fit_logistic(steps[:, None], share, weights=rows, steps=20)
    return sigmoid(fit[0] + max(fit[1], 0.0) * score)
