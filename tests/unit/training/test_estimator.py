"""The rungs as scikit-learn's estimators: its checks, its model selection, fairlearn."""

import contextlib
import unittest
import warnings

import numpy as np
import polars as pl
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, selection_rate
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import estimator_checks_generator
from training_support import write_experiment

from riskaid.errors import UsageError
from riskaid.models import RUNGS
from riskaid.training.estimator import RungClassifier
from riskaid.training.fitted import rows_of
from riskaid.training.run import open_run
from riskaid.training.train import train

ALL = {"more_means_more": True}


def made(rows=600, seed=1):
    """Rows with a signal in the first column, some of them not known; and families."""
    rng = np.random.Generator(np.random.PCG64(seed))
    values = rng.poisson(1.0, (rows, 3)).astype(float)
    outcome = (rng.random(rows) < 1 / (1 + np.exp(1.5 - values[:, 0]))).astype(int)
    values[rng.random((rows, 3)) < 0.1] = np.nan
    return values, outcome, rng.integers(rows // 2, size=rows)


@pytest.mark.parametrize("rung", RUNGS)
def test_scikit_learns_own_checks_pass(rung):
    declared = True if rung == "checklist" else None
    asked = RungClassifier(rung, rounds=30, least_rows=2, more_means_more=declared)
    names = set()
    for one, check in estimator_checks_generator(asked):
        names.add(check.func.__name__)
        # What scikit-learn itself leaves out (other array libraries) is left out.
        with warnings.catch_warnings(), contextlib.suppress(unittest.SkipTest):
            warnings.simplefilter("ignore")
            check(one)
    assert len(names) > 30


@pytest.mark.parametrize("rung", RUNGS)
def test_it_is_scored_cloned_and_searched(rung):
    matrix, outcome, family = made()
    asked = RungClassifier(rung, rounds=20, **ALL)
    again = clone(asked)
    assert again.get_params() == asked.get_params() and again is not asked
    found = cross_val_score(
        again, matrix, outcome, groups=family, cv=GroupKFold(3), scoring="roc_auc"
    )
    assert found.min() > 0.55
    again.set_params(seed=9)
    assert asked.seed == 1


def test_a_grid_search_chooses_among_rungs_and_settings():
    matrix, outcome, family = made()
    search = GridSearchCV(
        RungClassifier(rounds=20, **ALL),
        {"rung": [*RUNGS], "leaves": [2, 4]},
        cv=GroupKFold(3),
        scoring="neg_log_loss",
    ).fit(matrix, outcome, groups=family)
    assert search.best_params_["rung"] in RUNGS
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    line = make_pipeline(FunctionTransformer(), RungClassifier(**ALL))
    assert line.fit(matrix, outcome).predict_proba(matrix).shape == (600, 2)


def test_not_known_is_kept_apart_in_arrays_and_in_polars_frames():
    matrix, outcome, _ = made()
    frame = pl.DataFrame(matrix, schema=["a", "b", "c"]).fill_nan(None)
    fitted = RungClassifier("booster", more_means_more={"a": True}).fit(frame, outcome)
    assert [*fitted.feature_names_in_] == ["a", "b", "c"]
    alone = RungClassifier("booster", more_means_more=(True, None, None))
    alone.fit(matrix, outcome)
    assert np.array_equal(fitted.predict_proba(frame), alone.predict_proba(matrix))
    unknown = frame.head(1).with_columns(a=pl.lit(None, dtype=pl.Float64))
    zero = unknown.with_columns(a=pl.lit(0.0))
    more = unknown.with_columns(a=pl.lit(5.0))
    first, second = (fitted.predict_proba(f)[0, 1] for f in (zero, more))
    assert first < second
    with pytest.raises(ValueError, match="infinity"):
        fitted.predict_proba(frame.with_columns(a=pl.lit(np.inf)))


def test_the_same_seed_gives_the_same_estimates_and_families_are_kept_whole():
    matrix, outcome, family = made()
    one, two = (
        RungClassifier("booster").fit(matrix, outcome, family).predict_proba(matrix)
        for _ in range(2)
    )
    assert np.array_equal(one, two)
    asked = RungClassifier(calibrate_share=0.4)
    held = asked._held_back(family, outcome.astype(float))
    assert 0.25 < held.mean() < 0.55
    assert not set(family[held]) & set(family[~held])
    alone = RungClassifier("booster").fit(matrix, outcome).predict_proba(matrix)
    assert not np.array_equal(one, alone)
    with pytest.raises(ValueError, match="families"):
        asked.fit(matrix, outcome, family[:-1])


@pytest.mark.parametrize("capacity", [0.1, 0.2, 0.5])
def test_predict_answers_for_the_share_the_service_could_look_at(capacity):
    matrix, outcome, _ = made()
    fitted = RungClassifier("booster", capacity=capacity).fit(matrix, outcome)
    said = fitted.predict(matrix)
    estimate = fitted.predict_proba(matrix)[:, 1]
    assert capacity <= said.mean() < capacity + 0.15
    assert estimate[said == 1].min() > estimate[said == 0].max()
    assert np.array_equal(fitted.decision_function(matrix) > 0, said == 1)
    words = np.where(outcome == 1, "yes", "no")
    assert set(fitted.fit(matrix, words).predict(matrix)) == {"yes", "no"}


def test_fairlearn_measures_it_by_group():
    matrix, outcome, family = made()
    group = np.where(family % 2, "recorded as one", "not recorded")
    fitted = RungClassifier("booster", capacity=0.2).fit(matrix, outcome, family)
    frame = MetricFrame(
        metrics={"missed": false_negative_rate, "selected": selection_rate},
        y_true=outcome,
        y_pred=fitted.predict(matrix),
        sensitive_features=group,
    )
    assert set(frame.by_group.index) == {"recorded as one", "not recorded"}
    assert 0 < frame.overall["selected"] < 0.4
    assert frame.by_group["missed"].between(0, 1).all()


def test_a_rung_of_a_run_gives_the_runs_estimates(council, features, tmp_path):
    path = write_experiment(tmp_path, trials=1)
    run = train(path, council, tmp_path / "run", features=features).folder
    rows, held = rows_of(run, "test"), open_run(run).estimates()
    names = open_run(run).facts["predictors"]
    for rung in RUNGS:
        fitted = RungClassifier.from_run(run, rung, capacity=0.2)
        estimate = fitted.predict_proba(rows.select(names))[:, 1]
        assert np.array_equal(estimate, held[rung].to_numpy())
        assert fitted.predict(rows.select(names)).mean() >= 0.2
    assert RungClassifier.from_run(run).rung == open_run(run).facts["chosen"]
    with pytest.raises(ValueError, match="feature"):
        fitted.predict_proba(rows.select(names[:-1]))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rung": "scorecrd"}, "Did you mean 'scorecard'"),
        ({"capacity": 1.5}, "capacity is a share"),
        ({"calibrate_share": 0}, "calibrate_share is a share"),
        ({"more_means_more": {"x7": True}}, "names no column: 'x7'"),
        ({"more_means_more": [True]}, "1 answers for 3 columns"),
    ],
)
def test_settings_that_are_none_are_refused(asked, said):
    matrix, outcome, _ = made(60)
    with pytest.raises(UsageError, match=said):
        RungClassifier(**asked).fit(matrix, outcome)


def test_an_outcome_of_one_value_or_three_is_refused():
    matrix, outcome, _ = made(60)
    for wrong in (np.zeros(60), np.arange(60) % 3):
        with pytest.raises(ValueError, match="class"):
            RungClassifier().fit(matrix, wrong)
    few = RungClassifier(calibrate_share=0.01).fit(matrix, outcome)
    assert few.predict_proba(matrix).shape == (60, 2)
