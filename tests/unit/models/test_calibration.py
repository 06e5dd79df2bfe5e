from dataclasses import replace

import numpy as np
import pytest

from riskaid.files import canonical_json
from riskaid.models import calibration
from riskaid.models.calibration import Calibration, about, fit_calibration
from riskaid.models.isotonic import knots_of, rising_shares
from riskaid.models.logistic import fit_logistic, logit, sigmoid
from riskaid.models.reach import Reach


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


@pytest.mark.parametrize("method", ["platt", "beta", "isotonic"])
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
    bent = 0.3 * np.logaddexp(0, score / 3) - 3.0 * np.logaddexp(0, -score / 3)
    outcome = (rng.random(20_000) < sigmoid(bent)).astype(float)
    fitted = fit_calibration(score, outcome, family=np.arange(20_000), seed=1)
    assert fitted.method == "beta"


def stairs(seed=4, rows=6000):
    rng = np.random.Generator(np.random.PCG64(seed))
    score = rng.uniform(0, 3, rows)
    truth = np.array([0.1, 0.15, 0.7])[score.astype(int)]
    return score, truth, (rng.random(rows) < truth).astype(float)


def test_a_curve_in_steps_is_fitted_by_isotonic_and_by_no_line():
    score, truth, outcome = stairs()
    fitted = fit_calibration(score, outcome, family=np.arange(6000), seed=1)
    assert fitted.method == "isotonic"
    losses = dict(fitted.losses)
    assert losses["isotonic"] < min(losses["platt"], losses["beta"])
    middle = np.array([0.5, 1.5, 2.5])
    assert fitted.apply(middle) == pytest.approx([0.1, 0.15, 0.7], abs=0.04)
    line = fit_calibration(
        score, outcome, family=np.arange(6000), seed=1, method="platt"
    )
    assert np.abs(line.apply(score) - truth).mean() > 0.05


def test_steps_that_are_better_by_chance_only_are_not_taken():
    chosen = [
        fit_calibration(
            *(made(seed=s, rows=600)[:2]), family=np.arange(600), seed=1
        ).method
        for s in range(12)
    ]
    assert chosen.count("isotonic") <= 1


def test_isotonic_steps_are_those_of_scikit_learn():
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.Generator(np.random.PCG64(5))
    rows = rng.integers(1, 60, 15).astype(float)
    hits = np.floor(rows * rng.random(15))
    usual = (hits.sum() + 0.5) / (rows.sum() + 1)
    share = (hits + usual) / (rows + 1)
    theirs = (
        IsotonicRegression().fit(np.arange(15), share, rows + 1).predict(np.arange(15))
    )
    assert sigmoid(rising_shares(rows, hits)) == pytest.approx(theirs, abs=1e-12)
    assert len(np.unique(theirs)) < 15


def test_rows_of_one_score_stand_in_one_step():
    z = np.r_[np.zeros(700), np.linspace(1, 5, 300)]
    knots, order, starts = knots_of(z, np.ones(1000))
    assert (np.diff(knots) > 0).all()
    assert knots[0] == 0 and starts[1] == 700
    assert (z[order][starts] >= np.r_[0, knots[:-1]]).all()
    counts, _, _ = knots_of(np.array([2.0, 1.0, 2.0]), np.array([1.0, 0.0, 3.0]))
    assert counts.tolist() == [1.0, 2.0]


def test_a_step_without_rows_takes_its_value_from_beside_it():
    rows, hits = np.array([50.0, 0.0, 50.0]), np.array([5.0, 0.0, 40.0])
    low, middle, high = sigmoid(rising_shares(rows, hits))
    assert low < middle < high
    never = sigmoid(rising_shares(np.array([30.0]), np.array([0.0])))
    assert 0 < never[0] < 0.01


def test_an_interval_is_wider_where_no_line_fits():
    score, _, outcome = stairs(rows=3000)
    rng = np.random.Generator(np.random.PCG64(2))
    smooth = sigmoid(-2.2 + 1.0 * score)
    fits = (rng.random(3000) < smooth).astype(float)
    at = np.array([1.5])
    widths = [
        np.ptp(
            fit_calibration(
                score, recorded, family=np.arange(3000), seed=1, method="platt"
            ).interval(at)
        )
        for recorded in (outcome, fits)
    ]
    assert widths[0] > 2 * widths[1]


def test_families_kept_whole_widen_the_interval(monkeypatch):
    # The same row four times over fits no line; that is another test's subject.
    monkeypatch.setattr(calibration, "misfit", lambda *_, **__: 1.0)
    score, outcome, _ = made(rows=500)
    score, outcome = np.tile(score, 4), np.tile(outcome, 4)
    whole = np.tile(np.arange(500), 4)
    at = np.array([3.0])
    kind = {"seed": 1, "method": "platt"}
    apart = fit_calibration(score, outcome, family=np.arange(2000), **kind)
    together = fit_calibration(score, outcome, family=whole, **kind)
    assert np.ptp(together.interval(at)) > 1.5 * np.ptp(apart.interval(at))


@pytest.mark.parametrize("method", ["platt", "beta", "isotonic"])
def test_written_and_read_back_is_the_same(method):
    score, outcome, family = made(rows=400)
    kind = {"family": family, "seed": 3, "method": method}
    fitted = fit_calibration(score, outcome, **kind)
    facts = fitted.to_json()
    assert Calibration.from_json(facts) == fitted
    again = fit_calibration(score, outcome, **kind)
    assert canonical_json(again.to_json()) == canonical_json(facts)
    falling = [*facts["parameters"][:-1], -99.0]
    with pytest.raises(ValueError, match=method):
        Calibration.from_json(facts | {"parameters": falling})
    with pytest.raises(ValueError, match="stairs"):
        Calibration.from_json(facts | {"method": "stairs"})


def test_an_isotonic_map_needs_a_knot_for_each_level():
    score, outcome, family = made(rows=400)
    facts = fit_calibration(
        score, outcome, family=family, seed=3, method="isotonic"
    ).to_json()
    for knots in ([], facts["knots"][:-1], facts["knots"][::-1]):
        with pytest.raises(ValueError, match="isotonic"):
            Calibration.from_json(facts | {"knots": knots})


def test_the_reach_is_written_with_the_map_and_read_again():
    score, outcome, family = made(rows=400)
    fitted = fit_calibration(score, outcome, family=family, seed=3)
    assert "reach" not in fitted.to_json()
    reach = Reach(names=("a",), centre=(1.0,), spread=(2.0,), limit=4.0)
    held = replace(fitted, reach=reach)
    assert Calibration.from_json(held.to_json()) == held
    facts = held.to_json()
    facts["reach"] = facts["reach"] | {"spread": [0.0]}
    with pytest.raises(ValueError, match="reach"):
        Calibration.from_json(facts)


def test_a_map_written_before_there_were_steps_is_still_read():
    old = {
        "method": "platt",
        "centre": 2.0,
        "spread": 3.0,
        "parameters": [-1.0, 1.0],
        "replicates": [[-1.1, 0.9], [-0.9, 1.1]],
        "losses": {"platt": 0.5, "beta": 0.51},
    }
    held = Calibration.from_json(old)
    assert held.apply(np.array([2.0])) == pytest.approx(sigmoid(np.array([-1.0])))
    assert held.to_json() == old


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
