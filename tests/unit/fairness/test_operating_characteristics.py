"""How often the gate is right, on counts whose truth is known; a quick bench-gate."""

from dataclasses import replace

import numpy as np
import pytest
from family_counts import FAMILIES, SHARES, STRANGERS, World
from gate_on_counts import verdicts

from riskaid.fairness.cells import Cell
from riskaid.fairness.families import (
    Kinds,
    compared,
    kinds_of,
    likeness_of_all,
)
from riskaid.fairness.findings import gather
from riskaid.fairness.gate import judge, share_error, worst
from riskaid.fairness.over_all_rows import find
from riskaid.fairness.sums import Drawn

MISSED = "false_negative_rate_difference"
EQUAL = ((0.6, 0.4, 0.0, 0.0),) * len(SHARES)
"""Chances of outcome and selected, in that order both, only the first, and so on."""
FULL = ((0.09, 0.06, 0.11, 0.74),) * len(SHARES)


def world(gap=0.0, group=0, sizes=FAMILIES, likeness=0.3, chances=EQUAL):
    first, second, *rest = chances[group]
    changed = list(chances)
    changed[group] = (first - gap, second + gap, *rest)
    return World(tuple(changed), sizes=tuple(sizes.items()), likeness=likeness)


def only(policy, *measures):
    return replace(policy, limits={m: policy.limits[m] for m in measures})


def by_the_gate(characteristics, audit, policy):
    """The verdict of one audit by find, judge and share_error, as audit() calls them."""
    by_cell = [_judged(kinds, audit, policy) for kinds in characteristics]
    share_error(by_cell, policy)
    return worst(j.verdict for cells in by_cell for found in cells for j in found)


def _judged(kinds, audit, policy):
    each = np.repeat(np.arange(len(kinds.adds)), kinds.count[audit].astype(int))
    group = kinds.adds[each, :, 0].argmax(axis=1)
    adds = kinds.adds[each, group]
    drawn = Drawn(np.arange(len(each)), group, adds, len(SHARES))
    nothing = np.full((adds.shape[1], len(SHARES), 1), np.nan)
    evidence = gather(drawn, nothing, (policy.capacity_gated,), scored=True)
    cells = [Cell(str(g), str(g), (g,), "gated") for g in range(len(SHARES))]
    findings = [(c, f) for c in cells for f in find(evidence, c, None, policy)]
    judged = judge(
        findings,
        policy,
        capacity=policy.capacity_gated,
        outcomes={c.name: float(evidence.sums[1, c.members[0]]) for c in cells},
    )
    return [[j for j in judged if j.cell is cell] for cell in cells]


@pytest.mark.parametrize(
    ("measures", "rows", "gap", "chances"),
    [
        ([MISSED], 400, 0.1, EQUAL),
        ([MISSED], 6000, 0.06, EQUAL),
        (["recall_ratio"], 1500, 0.15, EQUAL),
        (["calibration"], 9000, 0.02, FULL),
        (["positive_predictive_value_difference"], 2500, 0.03, FULL),
        (
            [
                MISSED,
                "recall_ratio",
                "calibration",
                "positive_predictive_value_difference",
                "false_positive_rate_difference",
            ],
            7000,
            0.025,
            FULL,
        ),
    ],
)
def test_verdicts_of_many_audits_at_once_are_those_of_the_gate(
    policy, measures, rows, gap, chances
):
    judged_by = only(policy, *measures)
    made = world(gap, 3, chances=chances)
    kinds = made.draw(rows, 15, np.random.Generator(np.random.PCG64(rows)))
    found = verdicts(judged_by, kinds)
    for audit in range(15):
        verdict = by_the_gate([kinds], audit, judged_by)
        assert (verdict == "pass") == found.passed[audit]
        assert (verdict == "fail") == found.failed[audit]


def test_the_error_is_shared_over_characteristics_as_the_gate_shares_it(policy):
    made, draw = world(0.09, 4), np.random.Generator(np.random.PCG64(8))
    judged_by = only(policy, MISSED, "recall_ratio")
    several = [made.draw(900, 40, draw) for _ in range(3)]
    found = verdicts(judged_by, *several)
    assert (found.failed_alone & ~found.failed).any()
    assert found.failed.any()
    for audit in range(40):
        verdict = by_the_gate(several, audit, judged_by)
        assert (verdict == "fail") == found.failed[audit]
        assert (verdict == "pass") == found.passed[audit]


def test_these_audits_hold_every_verdict(policy):
    kinds = world(0.06, 3).draw(6000, 300, np.random.Generator(np.random.PCG64(1)))
    found = verdicts(only(policy, MISSED), kinds)
    assert 0 < found.passed.sum() < 300
    assert 0 < found.failed.sum() < 300


@pytest.mark.parametrize("sizes", [STRANGERS, FAMILIES])
@pytest.mark.parametrize("group", [0, 3, 4])
def test_a_gap_at_the_limit_seldom_passes(policy, sizes, group):
    limit = policy.limits[MISSED].highest
    made = world(limit, group, sizes, 0.3 * (len(sizes) > 1))
    for rows in (4000, 20_000):
        kinds = made.draw(rows, 2000, np.random.Generator(np.random.PCG64(rows)))
        assert verdicts(only(policy, MISSED), kinds).passed.mean() < 0.0625


@pytest.mark.parametrize("sizes", [STRANGERS, FAMILIES])
def test_equal_groups_seldom_fail_and_pass_where_there_are_enough(policy, sizes):
    made = world(sizes=sizes, likeness=0.3 * (len(sizes) > 1))
    for rows in (400, 2000):
        kinds = made.draw(rows, 2000, np.random.Generator(np.random.PCG64(rows)))
        assert verdicts(only(policy, MISSED), kinds).failed.mean() < 0.0625
    kinds = made.draw(20_000, 300, np.random.Generator(np.random.PCG64(2)))
    assert verdicts(only(policy, MISSED), kinds).passed.mean() > 0.93


@pytest.mark.parametrize(
    ("rows", "gap", "verdict", "at_least"),
    [
        (2000, (0.2, 3), "failed", 0.96),
        (2000, (0.2, 4), "failed", 0.66),
        (4000, (0.0, 0), "passed", 0.32),
        (10_000, (0.0, 0), "passed", 0.92),
    ],
)
def test_power_is_that_of_the_reference(policy, rows, gap, verdict, at_least):
    made = world(*gap, STRANGERS, 0.0)
    kinds = made.draw(rows, 2000, np.random.Generator(np.random.PCG64(7)))
    assert getattr(verdicts(only(policy, MISSED), kinds), verdict).mean() >= at_least


def crossing(draw, families, likeness, rates):
    """Families of one to five rows that are in both of two groups; rows as Drawn."""
    size = draw.choice(5, families, p=list(FAMILIES.values())) + 1
    family = np.repeat(np.arange(families), size)
    group = draw.integers(0, 2, len(family))
    own = draw.random(families)[family]
    taken = draw.random(len(family)) < np.sqrt(likeness)
    level = np.where(taken, own, draw.random(len(family)))
    hit = (level < np.array(rates)[group]).astype(float)
    adds = np.stack([np.ones(len(family)), hit], axis=1)
    pairs, which = np.unique(family * 2 + group, return_inverse=True)
    sums = [np.bincount(which, weights=q) for q in adds.T]
    quantities = np.zeros((len(pairs), 6))
    quantities[:, :2] = np.stack(sums, axis=1)
    return Drawn(pairs // 2, pairs % 2, quantities, 2)


def test_kinds_add_up_to_what_families_add():
    drawn = crossing(np.random.default_rng(1), 3000, 0.4, (0.3, 0.6))
    kinds = kinds_of(drawn)
    assert kinds.count.sum() == 3000
    assert len(kinds.count) < 150
    assert np.array_equal(
        (kinds.count @ kinds.adds.reshape(len(kinds.count), -1)),
        drawn.sums.T.reshape(-1),
    )


@pytest.mark.parametrize("likeness", [0.0, 0.5])
def test_differences_vary_as_is_said_when_families_are_in_both_groups(likeness):
    draw = np.random.default_rng(2)
    seen, said, alone, alike = [], [], [], []
    for _ in range(300):
        kinds = kinds_of(crossing(draw, 400, likeness, (0.4, 0.4)))
        of_all = likeness_of_all(kinds, "base_rate", 0)
        one, two, both = compared(kinds, "base_rate", 0, ([0], [1]), of_all)
        spread = [float(s.value * (1 - s.value) / s.rows) for s in (one, two)]
        seen.append(float(one.value - two.value))
        alone.append(sum(spread))
        said.append(sum(spread) - 2 * float(both) * np.sqrt(spread[0] * spread[1]))
        alike.append(float(of_all))
    assert np.mean(alike) == pytest.approx(likeness, abs=0.03)
    assert np.mean(said) == pytest.approx(np.var(seen), rel=0.2)
    if likeness:
        assert np.mean(alone) > 1.3 * np.mean(said)


def test_nobody_in_a_denominator_is_no_share_and_raises_nothing():
    kinds = Kinds(np.zeros((1, 2, 6)), np.ones(1))
    one, two, alike = compared(
        kinds, "recall", 0, ([0], [1]), likeness_of_all(kinds, "recall", 0)
    )
    assert one.of == two.of == alike == 0
