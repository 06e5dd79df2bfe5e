"""The MetricFrame of fairlearn on the rows, groups and selection of an audit."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from fairlearn.metrics import (
    MetricFrame,
    count,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import precision_score

from riskaid.errors import UsageError, nearest
from riskaid.fairness.looks import ESTIMATES
from riskaid.fairness.policy import Policy
from riskaid.fairness.rows import group_rows, take_rows
from riskaid.fairness.scores import ORDERING, check_scores, read_scores


def metric_frame(
    scores: pl.DataFrame,
    policy: Policy,
    characteristic: str,
    *,
    capacity: float | None = None,
    seed: int = 0,
) -> MetricFrame:
    """The MetricFrame of fairlearn on what an audit looks at, for analysts who use it.

    Its groups are the audit's: those not recorded, refused and not yet obtained among
    them, so that no row is lost. Where fairlearn can compute a rate, it is the audit's
    to 1e-12; where a denominator is 0, fairlearn says 0 and the audit says nothing. It
    has no intervals, no families and no suppression: it is for analysis within the
    council, and never to be published.

    Args:
        scores: As read_scores returns.
        policy: As load_policy returns.
        characteristic: One of the policy's.
        capacity: One of the audit's; the one that gates by default.
        seed: Of the audit: who is selected among equal scores at the cut.

    Returns:
        With count, base_rate, selection_rate, false_negative_rate, recall,
        false_positive_rate and positive_predictive_value.

    Raises:
        UsageError: The policy has no such characteristic or capacity.
        ExtractError: The scores cannot be used.
    """
    ranks = ORDERING in scores.columns and "score" not in scores.columns
    frame = check_scores(scores, policy, ranks=ranks)
    rows, _ = take_rows(frame, policy, seed)
    at = rows.gated if capacity is None else capacity
    if at not in rows.capacities:
        known = ", ".join(f"{one:g}" for one in rows.capacities)
        raise UsageError(f"The audit has no capacity {at:g}. It has: {known}.")
    grouped = {g.about.name: g for g in group_rows(frame, policy)}
    if characteristic not in grouped:
        raise UsageError(
            f"The policy has no characteristic '{characteristic}'."
            f"{nearest(characteristic, list(grouped))} It has: {', '.join(grouped)}."
        )
    found = grouped[characteristic]
    names = np.array([name for name, _ in found.groups])
    return MetricFrame(
        metrics={
            "count": count,
            "base_rate": _base_rate,
            "selection_rate": selection_rate,
            "false_negative_rate": false_negative_rate,
            "recall": true_positive_rate,
            "false_positive_rate": false_positive_rate,
            "positive_predictive_value": _precision,
        },
        y_true=rows.outcome,
        y_pred=rows.selected[rows.capacities.index(at)].astype(np.int64),
        sensitive_features={characteristic: names[found.of_row]},
    )


def frame_of(
    scores: Any,
    policy: Policy,
    characteristic: str,
    *,
    capacity: float | None = None,
    seed: int = 0,
) -> MetricFrame:
    """The same of a run's folder, a CSV or Parquet file, or a frame, as read here.

    Args:
        scores: What to read.
        policy: As metric_frame.
        characteristic: As metric_frame.
        capacity: As metric_frame.
        seed: As metric_frame.

    Raises:
        UsageError: As metric_frame.
        ExtractError: The scores cannot be read or used.
    """
    if isinstance(scores, str | Path):
        place = Path(scores)
        file = place / ESTIMATES if place.is_dir() else place
        rows = read_scores(file, policy)
    else:
        rows = check_scores(pl.DataFrame(scores), policy)
    return metric_frame(rows, policy, characteristic, capacity=capacity, seed=seed)


def _base_rate(y_true: Any, _y_pred: Any) -> float:
    return float(np.mean(y_true))


def _precision(y_true: Any, y_pred: Any) -> float:
    return float(precision_score(y_true, y_pred, zero_division=0))
