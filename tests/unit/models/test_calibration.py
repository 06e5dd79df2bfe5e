import numpy as np
import pytest

from riskaid.files import canonical_json
from riskaid.models.calibration import Calibration, about, fit_calibration
from riskaid.models.logistic import fit_logistic, logit, sigmoid


def made(seed=0, rows=4000):
    rng = np.random.Generator(np.random.PCG64(seed))
    score = rng.normal(2.0, 3.0, rows)
    truth = sigmoid(-1.5 + 0.6 * score)
    outcome = (rng.random(rows) < truth).astype(float)
    return score, outcome, rng.integers(rows // 2, size=rows)


def test_a_known_curve_is_recovered_within_its_interval():
    score, outcome, family = made()
    fitted = fit_calibration(score, outcome, family=family, seed=1)
    at = np.array([-2.0, 0.0, 2.0, 5.0])
    truth = sigmoid(-1.5 + 0.6 * at)
    ends = fitted.interval(at, level=0.98)
    assert ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).all()
    assert np.abs(fitted.apply(at) - truth).max() < 0.04
    assert (ends[:, 1] - ends[:, 0] < 0.12).all()


@pytest.mark.parametrize("method", ["platt", "beta"])
def test_estimates_never_fall_as_the_score_grows(method):
    score, outcome, family = made(rows=600)
    fitted = fit_calibration(score, outcome, family=family, seed=1, method=method)
    assert fitted.method == method
    at = np.linspace(-20, 20, 400)
    assert (np.diff(fitted.apply(at)) >= 0).all()
    low, high = fitted.interval(at).T
    assert ((low <= fitted.apply(at)) & (fitted.apply(at) <= high)).all()


def test_a_score_that_goes_the_wrong_way_becomes_the_base_rate():
    score, outcome, family = made()
    fitted = fit_calibration(-score, outcome, family=family, seed=1)
    assert fitted.apply(np.array([-9.0, 9.0])) == pytest.approx(
        outcome.mean(), abs=1e-3
    )


def test_a_score_alike_for_all_becomes_the_base_rate():
    _, outcome, family = made(rows=500)
    fitted = fit_calibration(np.zeros(500), outcome, family=family, seed=1)
    assert fitted.apply(np.zeros(2)) == pytest.approx(outcome.mean(), abs=1e-3)


def test_a_bent_curve_is_fitted_by_beta():
    rng = np.random.Generator(np.random.PCG64(4))
    score = rng.normal(0, 3, 20_000)
    truth = sigmoid(np.where(score > 0, 0.2 * score, 2.0 * score))
    outcome = (rng.random(20_000) < truth).astype(float)
    fitted = fit_calibration(score, outcome, family=np.arange(20_000), seed=1)
    assert fitted.method == "beta"


def test_families_kept_whole_widen_the_interval():
    score, outcome, _ = made(rows=500)
    score, outcome = np.tile(score, 4), np.tile(outcome, 4)
    whole = np.tile(np.arange(500), 4)
    at = np.array([3.0])
    apart = fit_calibration(score, outcome, family=np.arange(2000), seed=1)
    together = fit_calibration(score, outcome, family=whole, seed=1)
    assert np.ptp(together.interval(at)) > 1.5 * np.ptp(apart.interval(at))


def test_written_and_read_back_is_the_same():
    score, outcome, family = made(rows=400)
    fitted = fit_calibration(score, outcome, family=family, seed=3)
    facts = fitted.to_json()
    assert Calibration.from_json(facts) == fitted
    again = fit_calibration(score, outcome, family=family, seed=3)
    assert canonical_json(again.to_json()) == canonical_json(facts)
    with pytest.raises(ValueError, match="platt"):
        Calibration.from_json(facts | {"parameters": [0.0, -1.0], "method": "platt"})


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (0.07, "about 7 in 100"),
        (0.004, "about 4 in 1,000"),
        (0.0001, "fewer than 1 in 1,000"),
        (0.999, "more than 99 in 100"),
    ],
)
def test_natural_frequencies(estimate, words):
    assert about(estimate) == words


def test_logistic_agrees_with_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.Generator(np.random.PCG64(8))
    columns = rng.normal(size=(500, 3))
    outcome = (rng.random(500) < sigmoid(columns @ [1.0, -0.5, 0.0] - 1)).astype(float)
    weights = rng.integers(1, 4, 500).astype(float)
    mine = fit_logistic(columns, outcome, weights=weights, ridge=1e-9)
    theirs = LogisticRegression(C=1e8, tol=1e-10).fit(columns, outcome, weights)
    assert mine == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], abs=1e-4)
    assert sigmoid(logit(np.array([0.2, 0.9]))) == pytest.approx([0.2, 0.9])
