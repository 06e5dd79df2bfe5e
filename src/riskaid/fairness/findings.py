"""The numbers of each group, with intervals, before anybody judges them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from math import isfinite, nan
from typing import Final, Literal

import numpy as np

from riskaid.fairness import intervals
from riskaid.fairness.cells import Cell
from riskaid.fairness.families import (
    FEWEST,
    Kinds,
    compared,
    kinds_of,
    likeness_of_all,
)
from riskaid.fairness.metrics import AT_CAPACITY, Counts, divide, parts
from riskaid.fairness.policy import Policy
from riskaid.fairness.sums import FIXED, Drawn, Floats

Compared = Literal["value", "difference", "ratio"]
Sides = tuple[intervals.Share, intervals.Share, Floats]
DISAGREE: Final = 1.25
"""How many times wider families drawn anew must make an interval before the wider of
the two is taken. Where families are alike as supposed this is rare; it is there for
where they are not (ADR-0019)."""


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
class Evidence:
    """What one characteristic offers: sums, replicates of the sums, and families.

    Attributes:
        sums: Shape [quantities, groups]; FIXED quantities, then selected and found for
            each capacity.
        replicates: The same sums with families drawn anew: [quantities, groups, draws].
        drawn: What each family adds to each group.
        kinds: Families that add the same, counted together.
        likeness: For each rate and number of a capacity, how alike rows of one family
            are, over all groups together.
        capacities: Shares of rows selected.
        scored: False for a tool that gives no probability.
    """

    sums: Floats
    replicates: Floats
    drawn: Drawn
    kinds: Kinds
    likeness: dict[tuple[str, int], Floats]
    capacities: tuple[float, ...]
    scored: bool
    sides: dict[tuple[str, int, tuple[int, ...]], Sides] = field(default_factory=dict)
    """What families do to a rate of some groups and of all others: worked out once, and
    the same for other counts of the same families, of which probes ask."""

    def compared(self, rate: str, k: int, both: tuple[list[int], list[int]]) -> Sides:
        """A rate in some groups and among everyone else; see families.compared."""
        key = (rate, k, tuple(both[0]))
        if key not in self.sides:
            of_all = self.likeness[rate, k]
            self.sides[key] = compared(self.kinds, rate, k, both, of_all)
        return self.sides[key]

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
    kinds = kinds_of(drawn)
    likeness = {
        (rate, k): likeness_of_all(kinds, rate, k)
        for k in range(len(capacities))
        for rate in (*AT_CAPACITY, "base_rate")
    }
    return Evidence(drawn.sums, replicates, drawn, kinds, likeness, capacities, scored)


def find_rates(
    evidence: Evidence,
    cell: Cell,
    policy: Policy,
    *,
    wanted: frozenset[str] | None = None,
) -> list[Finding]:
    """Every rate of one cell, at every capacity, judged by nobody yet.

    Args:
        evidence: What the characteristic offers.
        cell: The group.
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
    return out


def too_few(what: str, smallest: int) -> str:
    """Why there is no number, in words."""
    return f"fewer than {smallest} {what}"


def one_sided(families: float) -> str:
    """Why rows of a few large families give no interval, in words; else ""."""
    if families >= FEWEST:
        return ""
    return (
        f"rows of fewer than {FEWEST:g} families, or of one that outweighs the others,"
    )


def _why_not(side: intervals.Share, what: str, smallest: int) -> str:
    if float(side.of) < smallest:
        return too_few(what, smallest)
    return one_sided(float(side.families))


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


def _counted(side: intervals.Share, rate: str, counts: Counts) -> intervals.Share:
    hits, of = parts(rate, counts)
    return replace(side, hits=hits, of=of)


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
    drawn = evidence.replicates
    redrawn = [
        divide(*parts(rate, evidence.counts(drawn, k, members))) for members in both
    ]
    smallest = policy.smallest_denominator
    one, two, alike = evidence.compared(rate, k, both)
    # Probes ask of other counts than those recorded, with families as alike as now.
    one, two = (
        _counted(side, rate, evidence.counts(evidence.sums, k, members))
        for side, members in zip((one, two), both, strict=True)
    )
    what = DENOMINATORS[rate]
    why = [_why_not(side, what, smallest) for side in (one, two)]
    value1, value2 = (nan if side.of == 0 else float(side.value) for side in (one, two))

    def made(how: Compared, value: float, reason: str) -> Finding:
        return Finding(
            measure=rate if how == "value" else f"{rate}_{how}",
            rate=rate,
            compared=how,
            capacity=capacity,
            value=nan if reason else value,
            n=float(one.of),
            others=nan if why[1] else value2,
            state="not_estimable" if reason else "estimable",
            reason=reason,
            effect=float(one.effect),
        )

    reason = f"{why[0]} in the group" if why[0] else ""
    value = made("value", value1, reason)
    if not reason and why[1]:
        reason = f"{why[1]} among everyone else"
    difference = made("difference", value1 - value2, reason)
    if not reason and value2 == 0:
        reason = "everyone else's rate is 0, so a ratio has no meaning"
    ratio = made("ratio", value1 / value2 if value2 else nan, reason)

    asked = _only([value, difference, ratio], wanted)
    p = nan
    if not difference.reason:
        p = intervals.two_sided_p(float(intervals.pooled_z(one, two, alike)))

    def sides(confidence: float) -> tuple[intervals.Bounds, intervals.Bounds]:
        return one.bounds(confidence), two.bounds(confidence)

    how: dict[Compared, tuple[Callable[[float], intervals.Bounds], Floats]] = {
        "value": (one.bounds, redrawn[0]),
        "difference": (
            lambda c: intervals.difference_of(one.value, two.value, sides(c), alike),
            redrawn[0] - redrawn[1],
        ),
        "ratio": (
            lambda c: intervals.ratio_of(one.value, two.value, sides(c), alike),
            divide(*redrawn),
        ),
    }
    return [
        found
        if found.reason
        else bounded(
            found if found.compared == "value" else replace(found, p=p),
            policy,
            *how[found.compared],
        )
        for found in asked
    ]


def _only(found: list[Finding], wanted: frozenset[str] | None) -> list[Finding]:
    return [one for one in found if wanted is None or one.measure in wanted]


def bounded(
    finding: Finding,
    policy: Policy,
    bounds: Callable[[float], intervals.Bounds],
    redrawn: Floats | None = None,
) -> Finding:
    """A finding with its three intervals.

    Args:
        finding: Without them.
        policy: With the confidence a pass needs.
        bounds: The interval of any confidence.
        redrawn: The value with families drawn anew, where it was. Shape [replicates].
    """
    if redrawn is not None and not _disagree(bounds, redrawn):
        redrawn = None
    made = partial(_made, bounds, redrawn)
    at90, at95, inside = (made(c) for c in (0.90, 0.95, policy.inside_confidence))
    return replace(
        finding,
        low90=at90[0],
        high90=at90[1],
        low95=at95[0],
        high95=at95[1],
        low_inside=inside[0],
        high_inside=inside[1],
    )


def _disagree(bounds: Callable[[float], intervals.Bounds], redrawn: Floats) -> bool:
    """Whether families drawn anew vary much more than the interval supposes.

    Drawn intervals without an end say nothing of how wide they are: they come of
    denominators that are empty by chance.
    """
    low, high = bounds(0.95)
    drawn = intervals.percentiles(redrawn, 0.95)
    width = drawn[1] - drawn[0]
    return bool(isfinite(width) and width > DISAGREE * (high - low))


def _made(
    bounds: Callable[[float], intervals.Bounds],
    redrawn: Floats | None,
    confidence: float,
) -> tuple[float, float]:
    low, high = (float(bound) for bound in bounds(confidence))
    if redrawn is not None:
        drawn = intervals.percentiles(redrawn, confidence)
        low, high = min(low, drawn[0]), max(high, drawn[1])
    return intervals.finite(low), intervals.finite(high)
