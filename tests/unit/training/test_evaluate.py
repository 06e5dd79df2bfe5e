from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from training_support import write_experiment

from riskaid.models.calibration import fit_calibration
from riskaid.models.logistic import sigmoid
from riskaid.models.scorecard import Line, Scorecard
from riskaid.training.evaluate import (
    calibration_curve,
    evaluate,
    judge,
)
from riskaid.training.experiment import Limits, Rungs, load_experiment
from riskaid.training.fit import Rung, propose
from riskaid.training.table import Predictors

NAMES = ("sign", "noise", "weak")
PREDICTORS = Predictors(names=NAMES, more_means_more=(True, True, True), left_out={})
PLAN = SimpleNamespace(
    indicators=tuple(
        SimpleNamespace(name=n, family=f)
        for n, f in zip(NAMES, ("missing", "mobility", "missing"), strict=True)
    )
)
LIMITS = Limits(replicates=50)


def card(*lines: tuple[str, int]) -> Scorecard:
    return Scorecard(
        names=tuple(n for n, _ in lines),
        lines=tuple(Line(n, "at_least", 1.0, p) for n, p in lines),
    )


def made(seed=0, rows=1500, strength=2.0, base=-1.5):
    rng = np.random.Generator(np.random.PCG64(seed))
    signs = (rng.random((rows, 3)) < 0.3).astype(float)
    odds = base + strength * signs[:, 0] + 0.1 * signs[:, 2]
    return pl.DataFrame(
        {
            "family_id": [f"F{i // 2}" for i in range(rows)],
            "weight": np.ones(rows),
            "outcome": (rng.random(rows) < sigmoid(odds)).astype(np.int8),
            "as_of": [date(2024, 1, 1) + timedelta(days=i % 200) for i in range(rows)],
            "age_band": ["under 1"] * 12 + ["1 to 4"] * (rows - 12),
            **{n: signs[:, i] for i, n in enumerate(NAMES)},
        }
    )


def rungs(models, rows):
    made_rungs = {}
    for name, model in models.items():
        score = model.score(rows.select(model.names).to_numpy())
        held = fit_calibration(
            score,
            rows["outcome"].to_numpy().astype(float),
            family=rows["family_id"].to_numpy(),
            seed=1,
        )
        made_rungs[name] = Rung(name=name, model=model, calibration=held)
    return made_rungs


GOOD = {
    "checklist": card(("noise", 1)),
    "scorecard": card(("sign", 2)),
    "booster": card(("sign", 4), ("weak", 1)),
}


def evaluated(strength=2.0, base=-1.5, limits=LIMITS):
    held = rungs(GOOD, made(seed=1, strength=strength, base=base))
    return evaluate(
        held,
        made(strength=strength, base=base),
        PREDICTORS,
        chosen="booster",
        plan=PLAN,
        limits=limits,
        seed=1,
    )


def test_every_rung_is_measured_and_small_bands_show_no_number():
    facts = evaluated()
    assert facts["rungs"]["scorecard"]["metrics"]["auc"]["value"] > 0.65
    assert abs(facts["rungs"]["checklist"]["metrics"]["auc"]["value"] - 0.5) < 0.05
    bands = {b["age_band"]: b for b in facts["age_bands"]}
    assert bands["under 1"] == {"age_band": "under 1", "state": "not_estimable"}
    assert bands["1 to 4"]["metrics"]["auc"]["low95"] > 0.6
    assert [i["family"] for i in facts["importance"]] == ["missing"]
    assert facts["importance_of"] == {"rows": 1500, "of_rows": 1500}
    assert facts["suspects"][0]["indicator"] == "sign"
    curve = facts["rungs"]["scorecard"]["recall_curve"]
    assert all(a["recall"] <= b["recall"] for a, b in pairwise(curve))


def test_importance_of_a_large_fold_is_by_a_sample_of_whole_households(monkeypatch):
    from riskaid.training import evaluate as module

    drawn = partial(module.whole_households, most=400)
    monkeypatch.setattr(module, "whole_households", drawn)
    facts = evaluated()
    assert facts["importance_of"] == {"rows": 400, "of_rows": 1500}
    assert facts["rungs"] == evaluated()["rungs"]


def test_a_calibration_curve_holds_the_truth_in_its_intervals():
    rng = np.random.Generator(np.random.PCG64(2))
    estimate = rng.random(5000)
    outcome = (rng.random(5000) < estimate).astype(float)
    curve = calibration_curve(
        estimate,
        outcome,
        family=np.arange(5000),
        replicates=200,
        seed=1,
        weight=np.ones(5000),
    )
    assert len(curve) == 10
    assert sum(p["rows"] for p in curve) == 5000
    held = [p["low95"] <= p["estimate"] <= p["high95"] for p in curve]
    assert sum(held) >= 8


def test_no_point_of_a_calibration_curve_rests_on_a_few_children():
    rng = np.random.Generator(np.random.PCG64(3))
    estimate = rng.random(600) / 4
    outcome = (rng.random(600) < estimate).astype(float)
    curve = calibration_curve(
        estimate,
        outcome,
        family=np.arange(600),
        replicates=50,
        seed=1,
        weight=np.ones(600),
    )
    assert 2 <= len(curve) < 10
    assert sum(p["rows"] for p in curve) == 600
    for point in curve:
        found = round(point["rows"] * point["observed"])
        assert min(found, point["rows"] - found) >= 10


def test_a_curve_with_too_few_outcomes_is_one_point():
    outcome = np.array([1.0] * 4 + [0.0] * 96)
    curve = calibration_curve(
        np.linspace(0, 1, 100),
        outcome,
        family=np.arange(100),
        replicates=20,
        seed=1,
        weight=np.ones(100),
    )
    assert [p["rows"] for p in curve] == [100]


def test_the_simplest_within_one_standard_error_is_proposed():
    rows = made(seed=3)
    proposal = propose(
        rungs(GOOD, rows), rows, PREDICTORS, wanted=Rungs(), replicates=100, seed=1
    )
    assert proposal.chosen == "scorecard"
    assert proposal.auc["scorecard"] > proposal.auc["checklist"]
    assert 0 < proposal.standard_error < 0.03
    same = {**GOOD, "checklist": card(("sign", 1))}
    assert (
        propose(
            rungs(same, rows), rows, PREDICTORS, wanted=Rungs(), replicates=100, seed=1
        ).chosen
        == "checklist"
    )
    far = {**GOOD, "scorecard": card(("noise", 1)), "booster": card(("sign", 1))}
    assert (
        propose(
            rungs(far, rows), rows, PREDICTORS, wanted=Rungs(), replicates=100, seed=1
        ).chosen
        == "booster"
    )
    by_hand = Rungs(choose="booster", because="The board asked for it.")
    chosen = propose(
        rungs(GOOD, rows), rows, PREDICTORS, wanted=by_hand, replicates=100, seed=1
    )
    assert (chosen.chosen, chosen.simplest) == ("booster", "scorecard")
    assert "The board asked for it." in chosen.because


@pytest.mark.parametrize(
    ("criterion", "missed"),
    [
        ("at_least = 0.6", None),
        ("at_least = 0.99", "The auc is 0.7"),
        ("at_most = 0.5", "at most 0.5 was asked"),
        ('at_least = 0.7\nend = "low"', "The lower end of auc is 0.6"),
    ],
)
def test_criteria_written_beforehand_decide(tmp_path, criterion, missed):
    experiment = load_experiment(
        write_experiment(tmp_path, change=("at_least = 0.6", criterion))
    )
    verdict = judge(experiment, evaluated(), "scorecard")
    assert verdict.recommended == (missed is None)
    if missed:
        assert missed in verdict.why[0]


def test_a_criterion_that_is_not_estimable_is_missed(tmp_path):
    change = ('metric = "auc"', 'metric = "calibration_slope"')
    experiment = load_experiment(write_experiment(tmp_path, change=change))
    facts = evaluated()
    facts["rungs"]["checklist"]["metrics"]["calibration_slope"]["value"] = None
    assert judge(experiment, facts, "checklist").why == (
        "The calibration slope is not estimable.",
    )
