"""How good estimates are, with intervals that keep families whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import gathered, logit, sigmoid

AT_ONCE = 400_000
"""Numbers held in memory at once while resampling."""

SETTLED = 1e-9
"""A step of Newton's method smaller than this is the last."""


@dataclass(frozen=True)
class Measured:
    """A metric with the ends of its 90% and 95% intervals; None when not estimable."""

    value: float | None
    low90: float | None
    high90: float | None
    low95: float | None
    high95: float | None

    def to_json(self) -> dict[str, float | None]:
        """Write the five numbers."""
        return dict(vars(self))


def family_weights(
    family: np.ndarray[Any, Any], *, replicates: int, seed: int
) -> Iterator[Matrix]:
    """Resample whole families: how often each row counts, some replicates at a time.

    Yields:
        Arrays of replicates by rows.
    """
    _, codes = np.unique(family, return_inverse=True)
    families = int(codes.max()) + 1
    rng = np.random.Generator(np.random.PCG64(seed))
    step = max(1, AT_ONCE // len(codes))
    for first in range(0, replicates, step):
        n = min(step, replicates - first)
        drawn = rng.integers(families, size=(n, families))
        drawn += families * np.arange(n)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n * families)
        yield counts.reshape(n, families)[:, codes].astype(np.float64)


def rank_metrics(
    score: Matrix, outcome: Matrix, weights: Matrix, *, capacity: float | Matrix
) -> dict[str, Matrix]:
    """Compute what depends on the order of scores only, one value a replicate.

    Args:
        score: One a row; rows with the same score are one step, and where the capacity
            cuts through a step its rows count in proportion.
        outcome: 0 or 1.
        weights: Replicates by rows.
        capacity: The share of rows looked at again, from the highest score down; or
            one a replicate.

    Returns:
        auc (chance that a row with the outcome scores above one without, ties half),
        average_precision, recall_at_capacity, precision_at_capacity,
        lift_at_capacity (precision over base rate), base_rate; NaN when a replicate
        holds no row with, or none without, the outcome.
    """
    order = np.argsort(-score, kind="stable")
    held = score[order]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]])
    ordered = weights[:, order]
    of_all = np.add.reduceat(ordered, starts, axis=1)
    with_it = np.add.reduceat(ordered * outcome[order], starts, axis=1)
    without = of_all - with_it
    positives, total = with_it.sum(axis=1), of_all.sum(axis=1)
    above = np.cumsum(without, axis=1) - without / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = 1 - (with_it * above).sum(axis=1) / (positives * (total - positives))
        seen, hits = np.cumsum(of_all, axis=1), np.cumsum(with_it, axis=1)
        precision = np.where(seen > 0, hits / np.where(seen > 0, seen, 1), 0.0)
        average = (with_it * precision).sum(axis=1) / positives
        room = capacity * total
        share = (room[:, None] - (seen - of_all)) / np.where(of_all > 0, of_all, 1)
        found = (np.clip(share, 0, 1) * with_it).sum(axis=1)
        base = positives / total
        estimable = np.where((positives > 0) & (positives < total), 1.0, np.nan)
        return {
            "auc": auc * estimable,
            "average_precision": average * estimable,
            "recall_at_capacity": found / positives * estimable,
            "precision_at_capacity": found / room * estimable,
            "lift_at_capacity": found / room / base * estimable,
            "base_rate": base,
        }


def estimate_metrics(
    estimate: Matrix, outcome: Matrix, weights: Matrix
) -> dict[str, Matrix]:
    """Compute what depends on the estimates themselves, one value a replicate.

    Args:
        estimate: Calibrated, between 0 and 1.
        outcome: 0 or 1.
        weights: Replicates by rows.

    Returns:
        brier (mean squared error), brier_skill (1 - brier over that of the base rate),
        calibration_slope and calibration_intercept (of the outcome on the estimate's
        log-odds; 1 and 0 are perfect; the slope is NaN when all estimates are alike).
    """
    total = weights.sum(axis=1)
    base = weights @ outcome / total
    brier = weights @ (estimate - outcome) ** 2 / total
    x = logit(estimate, edge=1e-6)
    fits = np.full((len(weights), 2), np.nan)
    if np.ptp(x) > 0:
        order, starts = gathered(x)
        sizes = np.diff(np.r_[starts, len(x)])
        steps = np.add.reduceat(x[order], starts) / sizes
        rows = np.add.reduceat(weights[:, order], starts, axis=1)
        hits = np.add.reduceat((weights * outcome)[:, order], starts, axis=1)
        both = (base > 0) & (base < 1)
        if both.any():
            fits[both] = _lines(steps, rows[both], hits[both])
    with np.errstate(invalid="ignore", divide="ignore"):
        skill = 1 - brier / (base * (1 - base))
    return {
        "brier": brier,
        "brier_skill": np.where(np.isfinite(skill), skill, np.nan),
        "calibration_intercept": fits[:, 0],
        "calibration_slope": fits[:, 1],
    }


def _lines(x: Matrix, rows: Matrix, hits: Matrix) -> Matrix:
    # Newton's method for intercept and slope, for all replicates at once. Starting at
    # perfect calibration, with steps held short, it needs a handful of rounds.
    found = np.tile([0.0, 1.0], (len(rows), 1))
    ridge = 1e-6 * rows.sum(axis=1)
    for _ in range(40):
        p = sigmoid(found[:, :1] + found[:, 1:] * x)
        left = rows * p - hits
        curve = rows * p * (1 - p)
        slope0, slope1 = left.sum(axis=1), left @ x + ridge * found[:, 1]
        a = curve.sum(axis=1) + ridge
        b = curve @ x
        c = curve @ x**2 + ridge
        whole = a * c - b * b
        step = np.column_stack([c * slope0 - b * slope1, a * slope1 - b * slope0])
        step = np.clip(step / whole[:, None], -1.0, 1.0)
        found -= step
        if np.abs(step).max() < SETTLED:
            break
    return found


def measure(
    estimate: Matrix,
    outcome: Matrix,
    *,
    family: np.ndarray[Any, Any],
    capacity: float,
    replicates: int,
    seed: int,
    weight: Matrix | None = None,
) -> dict[str, Measured]:
    """Compute every metric with its intervals, resampling whole families.

    Args:
        estimate: Calibrated estimates.
        outcome: 0 or 1.
        family: Family of each row.
        capacity: Share of rows looked at again.
        replicates: How many resamples.
        seed: Draws them.
        weight: How much each row counts; default once.
    """

    def compute(weights: Matrix) -> dict[str, Matrix]:
        ranked = rank_metrics(estimate, outcome, weights, capacity=capacity)
        return ranked | estimate_metrics(estimate, outcome, weights)

    return resampled(
        compute,
        family=family,
        weight=np.ones(len(outcome)) if weight is None else weight,
        replicates=replicates,
        seed=seed,
    )


def resampled(
    compute: Callable[[Matrix], dict[str, Matrix]],
    *,
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> dict[str, Measured]:
    """Give whatever is computed from weighted rows its intervals, families kept whole.

    Args:
        compute: Takes weights, replicates by rows, and gives one value a replicate by
            name; NaN where a replicate has none.
        family: Family of each row.
        weight: How much each row counts.
        replicates: How many resamples.
        seed: Draws them.
    """
    once = weight[None, :]
    points = compute(once)
    drawn: dict[str, list[Matrix]] = {name: [] for name in points}
    for draws in family_weights(family, replicates=replicates, seed=seed):
        for name, values in compute(draws * once).items():
            drawn[name].append(values)
    return {
        name: _measured(float(points[name][0]), np.concatenate(drawn[name]))
        for name in sorted(points)
    }


def auc(score: Matrix, outcome: Matrix) -> float:
    """Area under the curve, ties counting half; NaN without both outcomes."""
    once = np.ones((1, len(outcome)))
    return float(rank_metrics(score, outcome, once, capacity=0.5)["auc"][0])


def auc_replicates(
    score: Matrix,
    outcome: Matrix,
    *,
    family: np.ndarray[Any, Any],
    replicates: int,
    seed: int,
) -> Matrix:
    """Areas under the curve in resampled families; NaN where not estimable."""
    return np.concatenate(
        [
            rank_metrics(score, outcome, weights, capacity=0.5)["auc"]
            for weights in family_weights(family, replicates=replicates, seed=seed)
        ]
    )


def short(value: float) -> float | None:
    """Keep eight significant digits; None for what is not a number."""
    return float(f"{value:.8g}") if np.isfinite(value) else None


def _measured(value: float, drawn: Matrix) -> Measured:
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(known) < len(drawn) / 2:
        return Measured(short(value), None, None, None, None)
    low95, low90, high90, high95 = np.quantile(known, [0.025, 0.05, 0.95, 0.975])
    return Measured(
        value=short(value),
        low90=short(low90),
        high90=short(high90),
        low95=short(low95),
        high95=short(high95),
    )
