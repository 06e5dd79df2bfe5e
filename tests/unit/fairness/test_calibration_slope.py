"""The slope within a group: a known curve is found, families widen it, few say nothing."""

import numpy as np
import pytest

from riskaid.fairness.audit import audit
from riskaid.fairness.calibration_slope import (
    FEWEST,
    MEASURE,
    calibration_slope,
    fit_slope,
)


def made(rows, *, seed=1, truth=1.0, level=0.0):
    draw = np.random.Generator(np.random.PCG64(seed))
    log_odds = -1.5 + 1.4 * draw.normal(0, 1, rows)
    score = 1 / (1 + np.exp(-log_odds))
    chance = 1 / (1 + np.exp(-(level + truth * log_odds)))
    outcome = (draw.random(rows) < chance).astype(np.int64)
    return score, outcome, np.arange(rows)


@pytest.mark.parametrize("truth", [0.5, 1.0, 1.8])
def test_a_known_slope_is_inside_its_interval(policy, truth):
    found = calibration_slope(*made(20_000, truth=truth, level=0.3), policy)
    assert found.low95 < truth < found.high95
    assert found.value == pytest.approx(truth, abs=0.07)
    assert (found.p < 1e-6) is (truth != 1.0)
    assert found.low95 < found.low90 < found.value < found.high90 < found.high95


def test_it_is_the_slope_that_scikit_learn_fits():
    linear = pytest.importorskip("sklearn.linear_model")
    score, outcome, family = made(900, truth=0.8)
    fitted = linear.LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    fitted.fit(np.log(score / (1 - score))[:, None], outcome)
    slope, _ = fit_slope(score, outcome, family)
    assert slope == pytest.approx(fitted.coef_[0, 0], abs=1e-6)


def test_the_error_is_that_of_the_formula_written_out():
    score, outcome, _ = made(400, seed=3)
    family = np.arange(400) // 4
    slope, error = fit_slope(score, outcome, family)
    x = np.log(score / (1 - score))
    design = np.stack([np.ones(400), x], axis=1)
    level = np.mean(x)  # find the intercept that goes with the slope
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-(level + slope * x)))
        level += (outcome - fitted).sum() / (fitted * (1 - fitted)).sum()
    fitted = 1 / (1 + np.exp(-(level + slope * x)))
    bread = np.linalg.inv((design.T * (fitted * (1 - fitted))) @ design)
    parts = design * (outcome - fitted)[:, None]
    by_family = np.stack([parts[family == f].sum(axis=0) for f in range(100)])
    clustered = bread @ (by_family.T @ by_family) @ bread * 100 / 99
    assert error == pytest.approx(np.sqrt(max(clustered[1, 1], bread[1, 1])), rel=1e-6)


def test_rows_of_a_family_that_say_the_same_add_nothing():
    score, outcome, family = made(3000)
    slope, error = fit_slope(score, outcome, family)
    twice = [np.repeat(v, 2) for v in (score, outcome, family)]
    same, kept = fit_slope(*twice)
    assert same == pytest.approx(slope, abs=1e-9)
    assert kept == pytest.approx(error, rel=0.05)
    strangers, narrower = fit_slope(*twice[:2], np.arange(6000))
    assert strangers == pytest.approx(slope, abs=1e-9)
    assert narrower < 0.8 * kept


def test_families_that_balance_out_never_make_it_surer_than_strangers():
    score = np.repeat(np.linspace(0.2, 0.8, 200), 2)
    outcome = np.tile([0, 1], 200)
    family = np.repeat(np.arange(200), 2)
    _, error = fit_slope(score, outcome, family)
    assert error == pytest.approx(fit_slope(score, outcome, np.arange(400))[1], rel=0.2)
    assert error > 0


@pytest.mark.parametrize(
    ("outcomes", "without", "families", "estimable"),
    [
        (FEWEST, 200, 220, True),
        (FEWEST - 1, 200, 219, False),
        (200, FEWEST, 220, True),
        (200, FEWEST - 1, 219, False),
        (100, 100, FEWEST, True),
        (100, 100, FEWEST - 1, False),
    ],
)
def test_too_few_are_not_estimable(policy, outcomes, without, families, estimable):
    draw = np.random.Generator(np.random.PCG64(2))
    outcome = np.repeat([1, 0], [outcomes, without])
    score = draw.uniform(0.1, 0.9, len(outcome))
    family = np.arange(len(outcome)) % families
    found = calibration_slope(score, outcome, family, policy)
    assert (found.state == "estimable") is estimable
    assert np.isfinite(found.value) is np.bool_(estimable)
    if not estimable:
        assert "fewer than 20 rows with the outcome" in found.reason


@pytest.mark.parametrize(
    ("score", "says"),
    [
        (np.full(200, 0.3), "are alike"),
        (np.repeat([0.2, 0.8], 100), "no slope fits"),
        (np.repeat([0.0, 1.0], 100), "no slope fits"),
    ],
)
def test_what_has_no_slope_says_so(policy, score, says):
    outcome = np.repeat([0, 1], 100)
    found = calibration_slope(score, outcome, np.arange(200), policy)
    assert found.state == "not_estimable"
    assert says in found.reason


def test_estimates_of_0_and_1_have_a_slope_all_the_same(policy):
    score, outcome, family = made(2000)
    score = score.copy()
    score[:10], score[10:20] = 0.0, 1.0
    assert calibration_slope(score, outcome, family, policy).state == "estimable"


def test_it_stands_beside_calibration_and_decides_nothing(make_council, fewer_draws):
    audited = audit(make_council(600), fewer_draws).to_json()
    everyone = {m["metric"]: m for m in audited["everyone"]["metrics"]}
    assert everyone[MEASURE]["low95"] < 1 < everyone[MEASURE]["high95"]
    found = [
        m
        for c in audited["characteristics"]
        for g in c["groups"]
        for m in g["metrics"]
        if m["metric"] == MEASURE
    ]
    assert len(found) == sum(len(c["groups"]) for c in audited["characteristics"])
    assert {(m["role"], m["verdict"]) for m in found} == {("shown", "reported")}
    assert {m["state"] for m in found} == {"estimable", "not_estimable", "suppressed"}


def test_a_tool_without_probabilities_has_none(make_council, fewer_draws):
    frame = make_council(300)
    flag = frame.with_columns(selected=(frame["score"] > 0.4).cast(int)).drop("score")
    facts = audit(flag, fewer_draws).to_json()
    assert MEASURE not in {m["metric"] for m in facts["everyone"]["metrics"]}
