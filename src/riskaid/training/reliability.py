"""The parts of the Brier score: how far estimates lie from the records, and apart."""

from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.training.measures import Measured, resampled

GROUPS = 10
"""Groups of rows of neighbouring estimates, as many as can be told apart."""


def brier_parts(
    estimate: Matrix,
    outcome: Matrix,
    *,
    family: np.ndarray[Any, Any],
    weight: Matrix,
    replicates: int,
    seed: int,
) -> dict[str, Measured]:
    """Take the Brier score apart (Murphy 1973), with intervals by family.

    Rows are put in ten groups by their estimate; rows of one estimate stay together.

    Returns:
        reliability (mean squared distance of a group's mean estimate from its share
        with the outcome; 0 is best), resolution (of the groups' shares from the base
        rate; more is better), uncertainty (base rate times its rest; nobody can change
        it) and within_groups (what grouping hides: estimates that differ inside a
        group, after Stephenson and others 2008). The Brier score is
        reliability - resolution + uncertainty + within_groups, exactly.
    """
    edges = np.unique(np.quantile(estimate, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    group = np.searchsorted(edges, estimate, side="left")
    _, group = np.unique(group, return_inverse=True)
    member = np.eye(int(group.max()) + 1)[group]

    def compute(weights: Matrix) -> dict[str, Matrix]:
        return parts_of(estimate, outcome, weights, member=member)

    return resampled(
        compute, family=family, weight=weight, replicates=replicates, seed=seed
    )


def parts_of(
    estimate: Matrix, outcome: Matrix, weights: Matrix, *, member: Matrix
) -> dict[str, Matrix]:
    """Compute the parts, one value a replicate.

    Args:
        estimate: Calibrated, between 0 and 1.
        outcome: 0 or 1.
        weights: Replicates by rows.
        member: Rows by groups, 1 where a row stands in a group.
    """
    total = weights.sum(axis=1)
    rows = weights @ member
    some = np.where(rows > 0, rows, 1.0)
    expected = (weights * estimate) @ member / some
    observed = (weights * outcome) @ member / some
    base = weights @ outcome / total
    brier = weights @ (estimate - outcome) ** 2 / total
    reliability = (rows * (expected - observed) ** 2).sum(axis=1) / total
    resolution = (rows * (observed - base[:, None]) ** 2).sum(axis=1) / total
    uncertainty = base * (1 - base)
    return {
        "reliability": reliability,
        "resolution": resolution,
        "uncertainty": uncertainty,
        "within_groups": brier - reliability + resolution - uncertainty,
    }
