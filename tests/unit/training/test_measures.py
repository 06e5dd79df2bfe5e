import numpy as np
import pytest
from sklearn import metrics as oracle

from riskaid.models.logistic import logit, sigmoid
from riskaid.training.measures import (
    auc,
    estimate_metrics,
    family_weights,
    measure,
    rank_metrics,
)


def made(rows=800, seed=0, steps=None):
    rng = np.random.Generator(np.random.PCG64(seed))
    truth = rng.normal(-1, 1, rows)
    if steps:
        truth = np.round(truth * steps) / steps
    outcome = (rng.random(rows) < sigmoid(truth)).astype(float)
    return sigmoid(truth), outcome, rng.integers(rows // 2, size=rows)


@pytest.mark.parametrize("steps", [None, 2])
def test_metrics_agree_with_scikit_learn_with_ties_and_weights(steps):
    estimate, outcome, family = made(steps=steps)
    weights = next(family_weights(family, replicates=3, seed=1))
    mine = rank_metrics(estimate, outcome, weights, capacity=0.2)
    mine |= estimate_metrics(estimate, outcome, weights)
    for i, weight in enumerate(weights):
        assert mine["auc"][i] == pytest.approx(
            oracle.roc_auc_score(outcome, estimate, sample_weight=weight)
        )
        assert mine["average_precision"][i] == pytest.approx(
            oracle.average_precision_score(outcome, estimate, sample_weight=weight)
        )
        assert mine["brier"][i] == pytest.approx(
            oracle.brier_score_loss(outcome, estimate, sample_weight=weight)
        )


def test_capacity_takes_the_top_and_splits_a_tied_step_in_proportion():
    score = np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    outcome = np.array([1.0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    once = np.ones((1, 10))
    found = rank_metrics(score, outcome, once, capacity=0.3)
    # One row and then half of the four tied ones, which hold one outcome.
    assert found["recall_at_capacity"][0] == pytest.approx(1.5 / 2)
    assert found["precision_at_capacity"][0] == pytest.approx(1.5 / 3)
    assert found["lift_at_capacity"][0] == pytest.approx(0.5 / 0.2)
    assert found["base_rate"][0] == pytest.approx(0.2)


def test_perfect_calibration_has_slope_one_and_intercept_nought():
    estimate, outcome, _ = made(rows=60_000)
    found = estimate_metrics(estimate, outcome, np.ones((1, 60_000)))
    assert found["calibration_slope"][0] == pytest.approx(1, abs=0.03)
    assert found["calibration_intercept"][0] == pytest.approx(0, abs=0.04)
    bold = sigmoid(2 * logit(estimate))
    assert estimate_metrics(bold, outcome, np.ones((1, 60_000)))["calibration_slope"][
        0
    ] == pytest.approx(0.5, abs=0.02)


def test_intervals_hold_the_value_and_widen_when_families_are_whole():
    estimate, outcome, _ = made(rows=500)
    estimate, outcome = np.tile(estimate, 4), np.tile(outcome, 4)
    arguments = {"capacity": 0.2, "replicates": 200, "seed": 1}
    apart = measure(estimate, outcome, family=np.arange(2000), **arguments)["auc"]
    whole = measure(estimate, outcome, family=np.tile(np.arange(500), 4), **arguments)[
        "auc"
    ]
    assert apart.value == whole.value
    assert apart.low95 < apart.low90 < apart.value < apart.high90 < apart.high95
    assert whole.high95 - whole.low95 > 1.6 * (apart.high95 - apart.low95)


def test_whole_families_are_drawn_and_chunks_make_no_difference(monkeypatch):
    family = np.repeat(np.arange(40), 3)
    weights = np.concatenate(list(family_weights(family, replicates=20, seed=1)))
    assert weights.shape == (20, 120)
    assert (weights.reshape(20, 40, 3) == weights.reshape(20, 40, 3)[:, :, :1]).all()
    assert (weights.sum(axis=1) == 120).all()
    monkeypatch.setattr("riskaid.training.measures.AT_ONCE", 240)
    assert (
        np.concatenate(list(family_weights(family, replicates=20, seed=1))) == weights
    ).all()


def test_what_cannot_be_estimated_is_none_and_not_a_number():
    alike = measure(
        np.full(40, 0.3),
        np.r_[np.ones(10), np.zeros(30)],
        family=np.arange(40),
        capacity=0.2,
        replicates=30,
        seed=1,
    )
    assert alike["calibration_slope"].value is None
    assert alike["auc"].value == 0.5
    none = measure(
        np.linspace(0, 1, 40),
        np.zeros(40),
        family=np.arange(40),
        capacity=0.2,
        replicates=30,
        seed=1,
    )
    assert none["auc"].value is None
    assert none["recall_at_capacity"].low95 is None
    assert np.isnan(auc(np.arange(5.0), np.zeros(5)))
