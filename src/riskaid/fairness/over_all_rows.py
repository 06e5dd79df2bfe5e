"""What is known of a group without a cut: calibration, order; and what a cut is worth.

Each number comes with the interval that ADR-0019 chose for it: calibration by a score
interval, order on its log-odds, lift on its logarithm; families are taken in by how far
apart they are in fact, leaning on what is supposed while there are few.
"""

from dataclasses import replace
from math import exp, log, nan, sqrt
from typing import Final

import numpy as np

from riskaid.fairness import intervals
from riskaid.fairness.cells import Cell
from riskaid.fairness.families import worth
from riskaid.fairness.findings import (
    Evidence,
    Finding,
    bounded,
    find_rates,
    one_sided,
    too_few,
)
from riskaid.fairness.metrics import Ranking, divide, parts
from riskaid.fairness.policy import Policy
from riskaid.fairness.sums import FIXED, Floats

LEANS: Final = 5.0
"""Families that weigh as much as what is supposed of the variance of outcomes."""
OUTNUMBER: Final = 2.0
"""Recorded outcomes, in times the smallest denominator, that make calibration estimable
however few were expected: so a group whose estimates are near nothing is still seen."""


def find(
    evidence: Evidence,
    cell: Cell,
    ranking: Ranking | None,
    policy: Policy,
    *,
    wanted: frozenset[str] | None = None,
) -> list[Finding]:
    """Every number of one cell, at every capacity, judged by nobody yet.

    Args:
        evidence: What the characteristic offers.
        cell: The group.
        ranking: How well its estimates are ordered, for a tool that orders.
        policy: With its intervals and smallest denominator.
        wanted: The measures to find; all by default.
    """
    members = list(cell.members)
    out = find_rates(evidence, cell, policy, wanted=wanted)
    if wanted is None or "calibration" in wanted:
        out.append(calibration(evidence, members, policy))
    if ranking is not None:
        out.append(auc(evidence, members, ranking, policy))
    return out


def found_minus_expected(families: Floats, count: Floats) -> tuple[Floats, Floats]:
    """How much outcomes vary around what the estimates expect, families taken in.

    Args:
        families: For each family (or kind of family) its rows, outcomes, sum of the
            estimates, and variance of the outcomes if the estimates were right and its
            rows strangers. Shape [4, kinds].
        count: Families of each kind. Shape [..., kinds].

    Returns:
        The variance of the number of outcomes if the estimates were right, and degrees
        of freedom. Shape [...] each. Never below one outcome, so that no interval is of
        no width.
    """
    m, o, e, v = families
    rows, outcomes, expected, variance = (count @ q for q in families)
    ratio = np.nan_to_num(divide(outcomes, expected))

    def apart(of: Floats) -> Floats:
        oo, oe, ee = (count @ (of * q) for q in (o * o, o * e, e * e))
        return np.asarray(oo - 2 * ratio * oe + ratio * ratio * ee)

    many = (m > 1).astype(np.float64)
    together = apart(many) - ratio * (count @ (many * v))
    possible = ratio * (count @ ((m - 1) * many * v))
    alike = np.clip(np.nan_to_num(divide(together, possible)), 0.0, 1.0)
    supposed = variance + alike * (count @ ((m - 1) * many * v))
    number = count @ (m > 0).astype(np.float64)
    again = divide(number, number - 1)
    own = divide(apart(np.ones_like(m)) * again, ratio)
    weight = np.where(np.isnan(own), 0.0, number / (number + LEANS))
    made = weight * np.nan_to_num(own) + (1 - weight) * supposed
    freedom = worth(rows, count @ (m * m)) - 1
    return np.maximum(np.maximum(made, supposed / 2), 1.0), np.maximum(freedom, 5.0)


def calibration(evidence: Evidence, members: list[int], policy: Policy) -> Finding:
    """Recorded outcomes for each one that the estimates expect, in some groups."""
    sums = evidence.sums[:, members].sum(axis=1)
    rows, outcomes, expected, _ = (float(x) for x in sums[:FIXED])
    smallest = policy.smallest_denominator
    reason = ""
    if not evidence.scored:
        reason = "the tool gives no probability to compare"
    elif rows < smallest:
        reason = too_few("rows in the group", smallest)
    elif expected < smallest and outcomes < OUTNUMBER * smallest:
        reason = too_few("outcomes expected in the group", smallest)
    elif expected <= 0:
        reason = "the estimates add up to 0"
    elif few := one_sided(_worth(evidence, members)):
        reason = f"{few} in the group"
    value = nan if reason else outcomes / expected
    found = _found("calibration", value, rows, reason)
    if reason:
        return found
    families = by_family(evidence, members)[:FIXED]
    variance, freedom = found_minus_expected(families, np.ones(families.shape[1]))
    redrawn = divide(
        *parts("calibration", evidence.counts(evidence.replicates, 0, members))
    )
    alone = float(families[3].sum())
    z = (outcomes - expected) / float(np.sqrt(variance))
    return bounded(
        replace(
            found,
            p=intervals.two_sided_p(float(intervals.as_normal(z, freedom))),
            effect=max(1.0, float(variance) / alone) if alone else 1.0,
        ),
        policy,
        lambda c: intervals.observed_to_expected(
            outcomes, expected, variance, intervals.t_of(c, freedom)
        ),
        redrawn,
    )


def by_family(evidence: Evidence, members: list[int]) -> Floats:
    """What each family adds to some groups together. Shape [quantities, families]."""
    drawn = evidence.drawn
    inside = np.isin(drawn.group, members)
    _, which = np.unique(drawn.family[inside], return_inverse=True)
    return np.stack(
        [np.bincount(which, weights=q) for q in drawn.quantities[inside].T]
    ).astype(np.float64)


def _worth(evidence: Evidence, members: list[int]) -> float:
    rows = by_family(evidence, members)[0]
    return float(worth(rows.sum(), (rows * rows).sum()))


def auc(
    evidence: Evidence, members: list[int], ranking: Ranking, policy: Policy
) -> Finding:
    """How well the score puts those with the outcome above those without."""
    sums = evidence.sums[:, members].sum(axis=1)
    fewest = float(min(sums[1], sums[0] - sums[1]))
    reason = ""
    if fewest < policy.smallest_denominator:
        reason = too_few(
            "rows with the outcome, or without it, in the group",
            policy.smallest_denominator,
        )
    elif few := one_sided(_worth(evidence, members)):
        reason = f"{few} in the group"
    found = _found("auc", ranking.auc, fewest, reason)
    if reason:
        return found
    floor = policy.limits["auc"].lowest or 0.5
    z = (ranking.auc - floor) / ranking.error
    return bounded(
        replace(
            found,
            p=intervals.two_sided_p(float(intervals.as_normal(z, ranking.freedom))),
        ),
        policy,
        lambda c: intervals.on_log_odds(
            ranking.auc, ranking.error, float(intervals.t_of(c, ranking.freedom))
        ),
    )


def lift(
    evidence: Evidence, capacity: int, members: list[int], policy: Policy
) -> Finding:
    """The share with an outcome among those selected, over the share among all.

    With nobody found among those selected the lift is 0, and its interval reaches up to
    what three found would give: with none of n seen, a share is under 3 / n with a
    confidence of 95% (Hanley and Lippman-Hand 1983).
    """
    at = FIXED + 2 * capacity
    sums = evidence.sums[:, members].sum(axis=1)
    rows, outcomes, selected, found = (float(sums[i]) for i in (0, 1, at, at + 1))
    smallest = policy.smallest_denominator
    reason = one_sided(_worth(evidence, members))
    if min(selected, outcomes) < smallest:
        reason = f"fewer than {smallest} rows selected or outcomes recorded"
    value = nan if reason else found * rows / (selected * outcomes)
    finding = replace(
        _found("lift", value, selected, reason), capacity=evidence.capacities[capacity]
    )
    if reason:
        return finding
    again = evidence.counts(evidence.replicates, capacity, members)
    redrawn = divide(
        divide(again.found, again.selected), divide(again.outcomes, again.rows)
    )
    if found == 0:
        most = min(3.0, selected) * rows / (selected * outcomes)
        at_floor = policy.lift_at_least * selected * outcomes / rows
        return bounded(
            replace(finding, p=min(1.0, 2 * exp(-at_floor))),
            policy,
            lambda _: (np.zeros(()), np.asarray(most)),
            redrawn,
        )
    each = by_family(evidence, members)
    error, freedom = lift_error(each[[0, 1, at, at + 1]])
    z = log(value / policy.lift_at_least) / error
    return bounded(
        replace(
            finding, p=intervals.two_sided_p(float(intervals.as_normal(z, freedom)))
        ),
        policy,
        lambda c: _times(value, error * float(intervals.t_of(c, freedom))),
        redrawn,
    )


def _found(measure: str, value: float, n: float, reason: str) -> Finding:
    """A value at no capacity, without its intervals; none where there is a reason."""
    return Finding(
        measure=measure,
        rate=measure,
        compared="value",
        capacity=None,
        value=nan if reason else value,
        n=n,
        state="not_estimable" if reason else "estimable",
        reason=reason,
    )


def lift_error(families: Floats) -> tuple[float, float]:
    """The standard error of the logarithm of a lift, and its degrees of freedom.

    Args:
        families: Rows, outcomes, selected and found of each family; somebody is found.
            Shape [4, families].
    """
    rows, outcomes, selected, found = families.sum(axis=1)
    away = (
        families[3] / found
        - families[2] / selected
        - families[1] / outcomes
        + families[0] / rows
    )
    many = float(np.count_nonzero(families[0]))
    error = sqrt(float((away * away).sum()) * many / max(1.0, many - 1))
    return max(error, 1 / float(rows)), max(5.0, many - 1)


def _times(value: float, reach: float) -> intervals.Bounds:
    return np.asarray(value * exp(-reach)), np.asarray(value * exp(reach))
