"""The verdicts of many audits at once, on counts of kinds of families.

Intervals and p-values are those of the audit, by the same functions on arrays. The rule
that makes verdicts of them is written a second time here, for arrays;
tests/unit/fairness/test_operating_characteristics.py holds it to the gate, audit by
audit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskaid.fairness import intervals
from riskaid.fairness.families import (
    FEWEST,
    Kinds,
    compared,
    likeness_of_all,
    worth,
)
from riskaid.fairness.over_all_rows import OUTNUMBER, found_minus_expected
from riskaid.fairness.policy import Policy
from riskaid.fairness.sums import Floats

Bools = npt.NDArray[np.bool_]
RATES = {
    "false_negative_rate_difference": "false_negative_rate",
    "recall_ratio": "recall",
    "positive_predictive_value_difference": "positive_predictive_value",
    "false_positive_rate_difference": "false_positive_rate",
}
p_of = np.vectorize(intervals.two_sided_p, otypes=[float])


@dataclass(frozen=True)
class Found:
    """One measure in one group, over audits; shapes [audits]."""

    value: Floats
    inside: intervals.Bounds
    at95: intervals.Bounds
    p: Floats
    estimable: Bools


@dataclass(frozen=True)
class Verdicts:
    """Of each audit; shapes [audits].

    Attributes:
        passed: Every measure that must pass does, in every group.
        failed: Some finding fails, the error shared over the whole audit.
        failed_alone: Some finding would fail, corrected within its measure only.
    """

    passed: Bools
    failed: Bools
    failed_alone: Bools


def measured(kinds: Kinds, measure: str, policy: Policy) -> list[Found]:
    """One measure in each group against everyone else."""
    groups = range(kinds.adds.shape[1])
    if measure == "calibration":
        return [_calibration(kinds, g, policy) for g in groups]
    likeness = likeness_of_all(kinds, RATES[measure], 0)
    return [_rate(kinds, measure, g, likeness, policy) for g in groups]


def _rate(
    kinds: Kinds, measure: str, group: int, likeness: Floats, policy: Policy
) -> Found:
    rate = RATES[measure]
    others = [g for g in range(kinds.adds.shape[1]) if g != group]
    one, two, alike = compared(kinds, rate, 0, ([group], others), likeness)
    smallest = policy.smallest_denominator
    estimable = (one.of >= smallest) & (two.of >= smallest)
    estimable &= (one.families >= FEWEST) & (two.families >= FEWEST)
    ratio = measure.endswith("_ratio")
    if ratio:
        estimable &= two.hits > 0
    value = one.value / two.value if ratio else one.value - two.value
    between = intervals.ratio_of if ratio else intervals.difference_of

    def bounds(confidence: float) -> intervals.Bounds:
        sides = one.bounds(confidence), two.bounds(confidence)
        return between(one.value, two.value, sides, alike)

    return Found(
        value,
        bounds(policy.inside_confidence),
        bounds(0.95),
        p_of(intervals.pooled_z(one, two, alike)),
        estimable,
    )


def _calibration(kinds: Kinds, group: int, policy: Policy) -> Found:
    families = kinds.adds[:, group, :4].T
    rows, outcomes, expected, _ = (kinds.count @ q for q in families)
    variance, freedom = found_minus_expected(families, kinds.count)
    smallest = policy.smallest_denominator
    estimable = (
        (rows >= smallest)
        & ((expected >= smallest) | (outcomes >= OUTNUMBER * smallest))
        & (expected > 0)
    )
    estimable &= worth(rows, kinds.count @ families[0] ** 2) >= FEWEST

    def bounds(confidence: float) -> intervals.Bounds:
        reach = intervals.t_of(confidence, freedom)
        return intervals.observed_to_expected(outcomes, expected, variance, reach)

    z = intervals.as_normal((outcomes - expected) / np.sqrt(variance), freedom)
    return Found(
        outcomes / expected,
        bounds(policy.inside_confidence),
        bounds(0.95),
        p_of(z),
        estimable,
    )


def holm(p: Floats) -> Floats:
    """Holm's correction down each column; NaN is not asked.

    Args:
        p: Shape [questions, audits].
    """
    asked = (~np.isnan(p)).sum(axis=0)
    order = np.argsort(np.where(np.isnan(p), np.inf, p), axis=0, kind="stable")
    rank = np.arange(len(p))[:, None]
    sorted_p = np.take_along_axis(p, order, axis=0)
    corrected = np.fmin(1.0, (asked - rank) * sorted_p)
    corrected = np.maximum.accumulate(np.nan_to_num(corrected, nan=0.0), axis=0)
    out = np.empty_like(p)
    np.put_along_axis(out, order, corrected, axis=0)
    return np.where(np.isnan(p), np.nan, out)


@dataclass(frozen=True)
class Asked:
    """What one characteristic comes to, before the error is shared.

    Attributes:
        passed: Whether every measure that must pass does. Shape [audits].
        fails: Whether each finding fails by its own measure. Shape [questions, audits].
        p: Uncorrected; NaN where nothing is asked. Shape [questions, audits].
    """

    passed: Bools
    fails: Bools
    p: Floats


def asked(kinds: Kinds, policy: Policy) -> Asked:
    """Judge one characteristic, all of whose groups are gated."""
    passed = np.ones(kinds.count.shape[0], dtype=bool)
    failing, p_values = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for measure, limit in policy.limits.items():
            found = measured(kinds, measure, policy)
            p = np.stack([np.where(f.estimable, f.p, np.nan) for f in found])
            corrected = holm(p)
            lowest = -np.inf if limit.lowest is None else limit.lowest
            highest = np.inf if limit.highest is None else limit.highest
            equal = 0.0 if measure.endswith("_difference") else 1.0
            for g, f in enumerate(found):
                outside = (f.value < lowest) | (f.value > highest)
                apart = (f.at95[0] > equal) | (f.at95[1] < equal)
                fails = f.estimable & outside & apart
                failing.append(fails & (corrected[g] < policy.fail_level))
                p_values.append(p[g])
                if limit.role != "fail_only":
                    inside = (f.inside[0] >= lowest) & (f.inside[1] <= highest)
                    passed &= f.estimable & inside & np.isfinite(f.inside[1])
    return Asked(passed, np.stack(failing), np.stack(p_values))


def verdicts(policy: Policy, *characteristics: Kinds) -> Verdicts:
    """Judge audits of some characteristics, drawn apart from each other."""
    found = [asked(kinds, policy) for kinds in characteristics]
    alone = np.concatenate([one.fails for one in found])
    corrected = holm(np.concatenate([one.p for one in found]))
    with np.errstate(invalid="ignore"):
        failed = (alone & (corrected < policy.fail_level)).any(axis=0)
    some = alone.any(axis=0)
    passed = np.stack([one.passed for one in found]).all(axis=0) & ~some
    return Verdicts(passed, failed, some)
