import numpy as np
import polars as pl
import pytest

from riskaid.models.booster import Settings
from riskaid.models.logistic import sigmoid
from riskaid.models.scorecard import Scorecard
from riskaid.training.fit import Rung, calibrate, fit_models
from riskaid.training.measures import auc
from riskaid.training.refits import (
    learning_curve,
    share_kept,
    stability,
    top_reasons,
)
from riskaid.training.table import Predictors, matrix_of, outcome_of

NAMES = ("strong", "fair", "weak", "noise_1", "noise_2")
PREDICTORS = Predictors(names=NAMES, more_means_more=(True,) * 5, left_out={})
HOW = {"settings": Settings(rounds=30), "most": 4, "seed": 5}


def made(seed, rows=1600, strength=(1.8, 1.0, 0.6, 0.0, 0.0)):
    rng = np.random.Generator(np.random.PCG64(seed))
    signs = rng.poisson(0.5, (rows, 5)).astype(float)
    odds = -2.2 + signs @ np.array(strength)
    return pl.DataFrame(
        {
            "family_id": [f"{seed}F{i // 2}" for i in range(rows)],
            "weight": np.ones(rows),
            "outcome": (rng.random(rows) < sigmoid(odds)).astype(np.int8),
            **{n: signs[:, i] for i, n in enumerate(NAMES)},
        }
    )


@pytest.fixture(scope="module")
def fitted():
    train, held = made(1), made(2, rows=800)
    models = fit_models(train, PREDICTORS, **HOW)
    return calibrate(models, held, PREDICTORS, method="platt", seed=1), train, held


def test_the_curve_ends_at_the_runs_own_models_and_parts_lie_in_each_other(fitted):
    rungs, train, held = fitted
    curve = learning_curve(rungs, train, held, PREDICTORS, replicates=40, **HOW)
    assert [p["share"] for p in curve] == [0.125, 0.25, 0.5, 1.0]
    assert [p["rows"] for p in curve] == [200, 400, 800, 1600]
    matrix, outcome = matrix_of(held, NAMES), outcome_of(held)
    for name, rung in rungs.items():
        own = auc(rung.score(matrix, NAMES), outcome)
        last = curve[-1]["auc"][name]
        assert last["value"] == pytest.approx(own, abs=1e-7)
        assert last["low95"] < own < last["high95"]
    booster = [p["auc"]["booster"]["value"] for p in curve]
    assert booster[0] < booster[-1]


def test_a_part_with_too_few_outcomes_is_left_out(fitted):
    rungs, train, held = fitted
    rare = train.with_columns(
        outcome=pl.when(pl.int_range(pl.len()) % 40 == 0)
        .then(1)
        .otherwise(0)
        .cast(pl.Int8)
    )
    curve = learning_curve(rungs, rare, held, PREDICTORS, replicates=20, **HOW)
    assert [p["share"] for p in curve] == [0.5, 1.0]


def test_reasons_stay_where_signs_are_strong(fitted):
    rungs, train, held = fitted
    for name in ("scorecard", "booster"):
        found = stability(rungs[name], train, held, PREDICTORS, capacity=0.2, **HOW)
        assert found["refits"] == 5
        assert 100 <= found["rows"] <= 160
        first = found["indicators"][0]
        assert first["indicator"] == "strong"
        assert first["among_top"] == 5
        assert 0 < first["least"] <= first["most"] < 1
        assert found["reasons_kept"]["least"] <= found["reasons_kept"]["mean"] <= 1
    assert found["reasons_kept"]["mean"] > 0.7


def test_reasons_of_noise_do_not_stay():
    nothing = (0.0,) * 5
    train, held = made(3, strength=nothing), made(4, rows=800, strength=nothing)
    rungs = calibrate(
        fit_models(train, PREDICTORS, **HOW), held, PREDICTORS, method="platt", seed=1
    )
    kept = stability(rungs["booster"], train, held, PREDICTORS, capacity=0.2, **HOW)
    assert kept["reasons_kept"]["mean"] < 0.9


def test_a_scorecard_without_a_line_has_no_reasons_to_keep(fitted):
    rungs, train, held = fitted
    empty = Rung("scorecard", Scorecard((), ()), rungs["scorecard"].calibration)
    found = stability(empty, train, held, PREDICTORS, capacity=0.2, **HOW)
    assert found["reasons_kept"] is None
    assert found["indicators"] == []


def test_top_reasons_are_the_three_that_add_most_and_none_that_takes_away():
    parts = np.array([[0.1, 0.5, -2.0, 0.3, 0.2], [0.0, -1.0, 0.0, 0.4, 0.0]])
    assert top_reasons(parts) == [{1, 3, 4}, {3}]
    other = np.array([[0.9, 0.5, 0.0, 0.3, 0.0], [0.7, 0.0, 0.0, 0.0, 0.0]])
    assert share_kept(parts, other) == pytest.approx((2 / 3 + 0) / 2)
    assert share_kept(np.zeros((2, 5)), other) is None
