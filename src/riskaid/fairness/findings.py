"""The numbers of each group, with intervals, before anybody judges them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import isnan, nan, sqrt
from typing import Final, Literal

import numpy as np

from riskaid.fairness import intervals
from riskaid.fairness.cells import Cell
from riskaid.fairness.metrics import AT_CAPACITY, Counts, Ranking, divide, parts
from riskaid.fairness.policy import Policy
from riskaid.fairness.sums import FIXED, Drawn, Floats

Compared = Literal["value", "difference", "ratio"]


@dataclass(frozen=True)
class Finding:
    """One number about one group.

    Attributes:
        measure: Name, such as "recall_ratio"; a difference or ratio is against
            everyone else in the file, those not recorded included.
        rate: The rate it is made of.
        compared: A value, or a difference or ratio against everyone else.
        capacity: Share of rows selected; None where it does not matter.
        value: NaN when not estimable, as are bounds; an infinite bound is NaN.
        others: Everyone else's rate.
        low_inside: With `high_inside`, the interval that a pass needs inside the limit.
        n: The denominator within the group.
        state: "estimable" or "not_estimable".
        reason: Why not, else "".
        p: Uncorrected, against equality (against the floor for AUC); NaN if none.
        effect: Design effect within the group, 1 where families do not matter.
    """

    measure: str
    rate: str
    compared: Compared
    capacity: float | None
    value: float
    n: float
    others: float = nan
    low90: float = nan
    high90: float = nan
    low95: float = nan
    high95: float = nan
    low_inside: float = nan
    high_inside: float = nan
    state: str = "estimable"
    reason: str = ""
    p: float = nan
    effect: float = 1.0


@dataclass(frozen=True)
class Likeness:
    """How alike rows of one family are for one rate, and how large families are.

    Attributes:
        correlation: Within families, of being in the numerator among rows of the
            denominator, within groups; 0 to 1. Pooled over groups, so that small groups
            do not guess their own.
        squares: Sum over families of the squared denominator. Shape [groups].
        denominators: Sum of the denominator. Shape [groups].
    """

    correlation: float
    squares: Floats
    denominators: Floats

    def effect(self, members: list[int]) -> float:
        """Design effect: how many times families widen the variance; at least 1."""
        below = self.denominators[members].sum()
        size = self.squares[members].sum() / below if below else 1.0
        return float(1 + (max(1.0, size) - 1) * self.correlation)


@dataclass(frozen=True)
class Evidence:
    """What one characteristic offers: sums, replicates of the sums, and families.

    Attributes:
        sums: Shape [quantities, groups]; FIXED quantities, then selected and found for
            each capacity.
        replicates: The same sums with families drawn anew: [quantities, groups, draws].
        likeness: For each rate and number of a capacity.
        capacities: Shares of rows selected.
        scored: False for a tool that gives no probability.
    """

    sums: Floats
    replicates: Floats
    likeness: dict[tuple[str, int], Likeness]
    capacities: tuple[float, ...]
    scored: bool

    def counts(self, sums: Floats, capacity: int, members: list[int]) -> Counts:
        """Counts of some groups together, at a capacity."""
        one = sums[:, members].sum(axis=1)
        at = FIXED + 2 * capacity
        expected = one[2] if self.scored else np.full_like(one[2], nan)
        return Counts(one[0], one[1], expected, one[at], one[at + 1])


def gather(
    drawn: Drawn, replicates: Floats, capacities: tuple[float, ...], *, scored: bool
) -> Evidence:
    """Add up what a characteristic offers, once."""
    likeness = {
        (rate, k): _likeness(drawn, rate, k)
        for k in range(len(capacities))
        for rate in (*AT_CAPACITY, "base_rate")
    }
    return Evidence(drawn.sums, replicates, likeness, capacities, scored)


def _likeness(drawn: Drawn, rate: str, capacity: int) -> Likeness:
    q, at, g = drawn.quantities.T, FIXED + 2 * capacity, drawn.group
    above, below = parts(rate, Counts(q[0], q[1], q[2], q[at], q[at + 1]))

    def by_group(values: Floats) -> Floats:
        return np.bincount(g, weights=values, minlength=drawn.groups).astype(np.float64)

    denominators = by_group(below)
    share = np.nan_to_num(divide(by_group(above), denominators))[g]
    each = above * (1 - share) ** 2 + (below - above) * share**2
    together = float(((above - share * below) ** 2 - each).sum())
    possible = float(((below * below - below) * share * (1 - share)).sum())
    correlation = min(max(together / possible, 0.0), 1.0) if possible > 0 else 0.0
    return Likeness(correlation, by_group(below * below), denominators)


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
    others = [i for i in range(evidence.sums.shape[1]) if i not in members]
    out: list[Finding] = []
    for rate, k, capacity in [
        *((r, k, c) for k, c in enumerate(evidence.capacities) for r in AT_CAPACITY),
        ("base_rate", 0, None),
    ]:
        if wanted is None or any(rate + end in wanted for end in ENDS):
            at, both = (k, capacity), (members, others)
            out += _shares(evidence, rate, at, both, policy, wanted=wanted)
    if wanted is None or "calibration" in wanted:
        out.append(_calibration(evidence, members, policy))
    if ranking is not None:
        out.append(_auc(evidence, members, ranking, policy))
    return out


def _too_few(what: str, smallest: int) -> str:
    return f"fewer than {smallest} {what}"


ENDS: Final = ("", "_difference", "_ratio")
DENOMINATORS: Final = {
    "base_rate": "rows",
    "selection_rate": "rows",
    "false_negative_rate": "recorded outcomes",
    "recall": "recorded outcomes",
    "false_positive_rate": "rows without the outcome",
    "positive_predictive_value": "rows selected",
    "false_omission_rate": "rows not selected",
}


def _shares(
    evidence: Evidence,
    rate: str,
    at: tuple[int, float | None],
    both: tuple[list[int], list[int]],
    policy: Policy,
    *,
    wanted: frozenset[str] | None = None,
) -> list[Finding]:
    """A rate's value in a group, and its difference and ratio against the others."""
    k, capacity = at
    members, others = both
    sums, drawn = evidence.sums, evidence.replicates
    sides = [parts(rate, evidence.counts(sums, k, m)) for m in (members, others)]
    (above1, below1), (above2, below2) = [(float(a), float(b)) for a, b in sides]
    redrawn = [
        divide(*parts(rate, evidence.counts(drawn, k, m))) for m in (members, others)
    ]
    smallest = policy.smallest_denominator
    alike = evidence.likeness[rate, k]
    effects = alike.effect(members), alike.effect(others)

    def made(compared: Compared, value: float, reason: str) -> Finding:
        return Finding(
            measure=rate if compared == "value" else f"{rate}_{compared}",
            rate=rate,
            compared=compared,
            capacity=capacity,
            value=nan if reason else value,
            n=below1,
            others=above2 / below2 if below2 >= smallest else nan,
            state="not_estimable" if reason else "estimable",
            reason=reason,
            effect=effects[0],
        )

    what = DENOMINATORS[rate]
    reason = _too_few(f"{what} in the group", smallest) if below1 < smallest else ""
    one = above1 / below1 if below1 else nan
    two = above2 / below2 if below2 else nan
    out = [made("value", one, reason)]
    if not reason and below2 < smallest:
        reason = _too_few(f"{what} among everyone else", smallest)
    out.append(made("difference", one - two, reason))
    if not reason and two == 0:
        reason = "everyone else's rate is 0, so a ratio has no meaning"
    out.append(made("ratio", one / two if two else nan, reason))

    n1, n2 = below1 / effects[0], below2 / effects[1] if below2 else nan
    z = 0.0
    if below1 and below2:
        z = intervals.pooled_z((above1, above2), (below1, below2), effects)

    def bounds(compared: Compared, confidence: float) -> intervals.Bounds:
        first = intervals.wilson(one, n1, confidence)
        if compared == "value":
            return intervals.wider(first, intervals.percentiles(redrawn[0], confidence))
        both = (first, intervals.wilson(two, n2, confidence))
        if compared == "difference":
            return intervals.wider(
                intervals.difference_of(one, two, both),
                intervals.percentiles(redrawn[0] - redrawn[1], confidence),
            )
        return intervals.wider(
            intervals.ratio_of(one, two, both),
            intervals.percentiles(divide(*redrawn), confidence),
        )

    done = []
    for finding in _only(out, wanted):
        if finding.reason:
            done.append(finding)
            continue
        p = nan if finding.compared == "value" else intervals.two_sided_p(z)
        done.append(
            bounded(replace(finding, p=p), policy, partial(bounds, finding.compared))
        )
    return done


def _only(found: list[Finding], wanted: frozenset[str] | None) -> list[Finding]:
    return [f for f in found if wanted is None or f.measure in wanted]


def bounded(
    finding: Finding, policy: Policy, bounds: Callable[[float], intervals.Bounds]
) -> Finding:
    """A finding with its three intervals, given the one of any confidence."""
    at90, at95, inside = (
        [intervals.finite(bound) for bound in bounds(confidence)]
        for confidence in (0.90, 0.95, policy.inside_confidence)
    )
    return replace(
        finding,
        low90=at90[0],
        high90=at90[1],
        low95=at95[0],
        high95=at95[1],
        low_inside=inside[0],
        high_inside=inside[1],
    )


def _calibration(evidence: Evidence, members: list[int], policy: Policy) -> Finding:
    sums = evidence.sums[:, members].sum(axis=1)
    rows, outcomes, expected, variance = (float(x) for x in sums[:FIXED])
    smallest = policy.smallest_denominator
    reason = ""
    if not evidence.scored:
        reason = "the tool gives no probability to compare"
    elif rows < smallest:
        reason = _too_few("rows in the group", smallest)
    elif max(outcomes, expected) < smallest:
        reason = _too_few("outcomes recorded or expected in the group", smallest)
    elif expected <= 0:
        reason = "the estimates add up to 0"
    found = Finding(
        measure="calibration",
        rate="calibration",
        compared="value",
        capacity=None,
        value=nan if reason else outcomes / expected,
        n=rows,
        state="not_estimable" if reason else "estimable",
        reason=reason,
    )
    if reason:
        return found
    effect = evidence.likeness["base_rate", 0].effect(members)
    variance *= effect
    z = (outcomes - expected) / sqrt(variance) if variance > 0 else nan
    if isnan(z) and outcomes != expected:
        z = float("inf")
    redrawn = divide(
        *parts("calibration", evidence.counts(evidence.replicates, 0, members))
    )

    def bounds(confidence: float) -> intervals.Bounds:
        return intervals.wider(
            intervals.observed_to_expected(outcomes, expected, variance, confidence),
            intervals.percentiles(redrawn, confidence),
        )

    return bounded(
        replace(found, p=intervals.two_sided_p(z), effect=effect), policy, bounds
    )


def _auc(
    evidence: Evidence, members: list[int], ranking: Ranking, policy: Policy
) -> Finding:
    sums = evidence.sums[:, members].sum(axis=1)
    fewest = float(min(sums[1], sums[0] - sums[1]))
    reason = ""
    if fewest < policy.smallest_denominator:
        reason = _too_few(
            "rows with the outcome, or without it, in the group",
            policy.smallest_denominator,
        )
    found = Finding(
        measure="auc",
        rate="auc",
        compared="value",
        capacity=None,
        value=nan if reason else ranking.auc,
        n=fewest,
        state="not_estimable" if reason else "estimable",
        reason=reason,
    )
    if reason:
        return found
    floor = policy.limits["auc"].lowest or 0.5

    def bounds(confidence: float) -> intervals.Bounds:
        half = intervals.z_of(confidence) * ranking.error
        return max(0.0, ranking.auc - half), min(1.0, ranking.auc + half)

    z = (ranking.auc - floor) / ranking.error
    return bounded(replace(found, p=intervals.two_sided_p(z)), policy, bounds)
