"""Whether looking again by an estimate is worth more than by a plainer rule."""

from typing import Any

import numpy as np
import polars as pl

from riskaid.models import Matrix
from riskaid.training.measures import rank_metrics, resampled, short

CUTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""Cuts of the estimate at which a review is thought worth its while."""

FEWEST = 10
"""Fewer rows than this, with or without the outcome, above or below a cut: no number,
because the difference of two net benefits would give a small count back."""

DAYS = 7


def net_benefit(
    estimate: Matrix,
    checklist: Matrix,
    outcome: Matrix,
    waited: Matrix,
    *,
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Compare the worth of looking again by rule, at each cut (Vickers, Elkin 2006).

    Whoever looks again at rows from a cut of 10% up says by that that finding one row
    with the outcome is worth nine reviews that find none. The net benefit is the share
    of rows found with it, less the share reviewed without it at that exchange.

    The rules: the chosen rung's estimate, the checklist's, everybody, nobody (worth 0),
    and as many rows as the chosen rung would take, oldest of each week first.

    Args:
        estimate: The chosen rung's.
        checklist: The checklist's calibrated estimate.
        outcome: 0 or 1.
        waited: More for rows that waited longer in their week.
        family: Family of each row.
        weight: How much each row counts.
        replicates: Resamples of families.
        seed: Draws them.

    Returns:
        One entry a cut with the share reviewed and each rule's net benefit with its
        intervals; `gain` is the estimate's over the best of the others. A cut above or
        below which there are too few rows is "not_estimable" and shows no number.
    """
    found: list[dict[str, Any]] = []
    for cut in CUTS:
        above = estimate >= cut
        sides = [outcome[above], outcome[~above]]
        if min(min(s.sum(), len(s) - s.sum()) for s in sides) < FEWEST:
            found.append({"cut": cut, "state": "not_estimable"})
            continue
        odds = cut / (1 - cut)
        listed = checklist >= cut

        def compute(
            weights: Matrix,
            above: np.ndarray[Any, Any] = above,
            listed: np.ndarray[Any, Any] = listed,
            odds: float = odds,
        ) -> dict[str, Matrix]:
            total = weights.sum(axis=1)
            reviewed = weights @ above / total
            base = weights @ outcome / total
            oldest = rank_metrics(waited, outcome, weights, capacity=reviewed)
            hits = {
                "estimate": weights @ (above * outcome) / total,
                "checklist": weights @ (listed * outcome) / total,
                "review_all": base,
                "oldest_first": oldest["recall_at_capacity"] * base,
            }
            shares = {
                "estimate": reviewed,
                "checklist": weights @ listed / total,
                "review_all": np.ones(len(total)),
                "oldest_first": reviewed,
            }
            worth = {k: hits[k] - (shares[k] - hits[k]) * odds for k in hits}
            others = [worth[k] for k in worth if k != "estimate"]
            best = np.maximum(np.max(others, axis=0), 0.0)
            return worth | {"gain": worth["estimate"] - best}

        measured = resampled(
            compute, family=family, weight=weight, replicates=replicates, seed=seed
        )
        found.append(
            {
                "cut": cut,
                "state": "estimable",
                "reviewed": short(float(np.average(above, weights=weight))),
                "net_benefit": {k: m.to_json() for k, m in measured.items()},
            }
        )
    return found


def oldest_first(
    waited: Matrix,
    outcome: Matrix,
    *,
    capacity: float,
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> dict[str, Any]:
    """Say what the same capacity finds when the oldest of each week come first."""

    def compute(weights: Matrix) -> dict[str, Matrix]:
        ranked = rank_metrics(waited, outcome, weights, capacity=capacity)
        return {k: ranked[k] for k in ("recall_at_capacity", "precision_at_capacity")}

    measured = resampled(
        compute, family=family, weight=weight, replicates=replicates, seed=seed
    )
    return {k: m.to_json() for k, m in measured.items()}


def waiting(as_of: pl.Series) -> Matrix:
    """Say how long each row waited in its week: 7 for a Monday, 1 for a Sunday."""
    return (DAYS + 1 - as_of.dt.weekday()).cast(pl.Float64).to_numpy()


def reviews_a_week(
    estimate: Matrix,
    as_of: pl.Series,
    *,
    capacity: float,
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> dict[str, Any]:
    """Say how many reviews a week the service would be asked for.

    At the capacity written in the experiment, for all families: weights stand for the
    rows that the family guard left out. A week runs from Monday; weeks at the ends that
    are not whole are left out.

    Returns:
        weeks; rows and reviews a week with intervals; quiet_week and busy_week, the
        reviews in one week in ten at most and at least, when everybody from one fixed
        cut up is looked at again. Without a whole week, weeks is 0 and no more is said.
    """
    monday = as_of.dt.truncate("1w")
    first, last = as_of.min(), as_of.max()
    whole = pl.DataFrame({"week": monday, "first": first, "last": last}).select(
        (pl.col("week") >= pl.col("first"))
        & (pl.col("week") + pl.duration(days=DAYS - 1) <= pl.col("last"))
    )
    inside = whole.to_series().to_numpy()
    if not inside.any():
        return {"weeks": 0}
    days = monday.cast(pl.Int32).to_numpy()[inside]
    week = (days - days.min()) // DAYS
    weeks = int(week.max()) + 1

    def compute(weights: Matrix) -> dict[str, Matrix]:
        rows = weights @ inside / weeks
        return {"rows": rows, "reviews": capacity * rows}

    measured = resampled(
        compute, family=family, weight=weight, replicates=replicates, seed=seed
    )
    above = np.where(estimate >= _cut(estimate, weight, capacity), weight, 0.0)
    taken = np.bincount(week, weights=above[inside], minlength=weeks)
    quiet, busy = np.quantile(taken, [0.1, 0.9])
    return {
        "weeks": weeks,
        **{k: m.to_json() for k, m in measured.items()},
        "quiet_week": short(float(quiet)),
        "busy_week": short(float(busy)),
    }


def _cut(estimate: Matrix, weight: Matrix, capacity: float) -> float:
    """The lowest estimate looked at again when no more than the capacity is."""
    order = np.argsort(-estimate, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    held = estimate[order]
    last = np.r_[held[1:] != held[:-1], True]
    fits = held[last][share[last] <= capacity + 1e-12]
    return float(fits[-1]) if len(fits) else float(held[0])
