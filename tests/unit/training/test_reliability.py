import numpy as np
import pytest

from riskaid.training.reliability import brier_parts, parts_of

RNG = np.random.Generator(np.random.PCG64(3))
ESTIMATE = np.round(RNG.random(800), 3)
OUTCOME = (RNG.random(800) < ESTIMATE**1.5).astype(float)
WEIGHT = RNG.integers(1, 4, 800).astype(float)
FAMILY = np.arange(800) // 2


def parts(estimate, outcome, weight=WEIGHT, replicates=40):
    return brier_parts(
        estimate, outcome, family=FAMILY, weight=weight, replicates=replicates, seed=1
    )


def test_the_parts_add_up_to_the_brier_score_of_scikit_learn():
    from sklearn.metrics import brier_score_loss

    found = {k: m.value for k, m in parts(ESTIMATE, OUTCOME).items()}
    whole = (
        found["reliability"]
        - found["resolution"]
        + found["uncertainty"]
        + found["within_groups"]
    )
    theirs = brier_score_loss(OUTCOME, ESTIMATE, sample_weight=WEIGHT)
    assert whole == pytest.approx(theirs, abs=1e-7)
    base = np.average(OUTCOME, weights=WEIGHT)
    assert found["uncertainty"] == pytest.approx(base * (1 - base), abs=1e-7)


def test_the_parts_are_those_of_counting_group_by_group():
    estimate = np.repeat([0.1, 0.4, 0.9], [200, 400, 200])
    found = {k: m.value for k, m in parts(estimate, OUTCOME).items()}
    base = np.average(OUTCOME, weights=WEIGHT)
    distance = apart = 0.0
    for level in (0.1, 0.4, 0.9):
        rows = [i for i in range(800) if estimate[i] == level]
        size = sum(WEIGHT[i] for i in rows)
        observed = sum(WEIGHT[i] * OUTCOME[i] for i in rows) / size
        distance += size * (level - observed) ** 2 / WEIGHT.sum()
        apart += size * (observed - base) ** 2 / WEIGHT.sum()
    assert found["reliability"] == pytest.approx(distance, abs=1e-7)
    assert found["resolution"] == pytest.approx(apart, abs=1e-7)
    assert found["within_groups"] == pytest.approx(0.0, abs=1e-9)


def test_families_kept_whole_widen_the_interval():
    twice = np.repeat(OUTCOME[:400], 2)
    both = np.repeat(ESTIMATE[:400], 2)
    whole = brier_parts(
        both,
        twice,
        family=np.arange(800) // 2,
        weight=np.ones(800),
        replicates=300,
        seed=1,
    )["uncertainty"]
    alone = brier_parts(
        both,
        twice,
        family=np.arange(800),
        weight=np.ones(800),
        replicates=300,
        seed=1,
    )["uncertainty"]
    assert whole.high95 - whole.low95 > 1.2 * (alone.high95 - alone.low95)
    assert whole.low95 < whole.value < whole.high95


def test_a_group_no_resampled_row_stands_in_counts_for_nothing():
    member = np.eye(2)[[0, 0, 1]]
    weights = np.array([[1.0, 1.0, 0.0]])
    found = parts_of(
        np.array([0.5, 0.5, 0.9]), np.array([1.0, 0.0, 1.0]), weights, member=member
    )
    assert {k: v.tolist() for k, v in found.items()} == {
        "reliability": [0.0],
        "resolution": [0.0],
        "uncertainty": [0.25],
        "within_groups": [0.0],
    }
