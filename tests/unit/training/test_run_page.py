"""What MLflow is told of a finished run: its numbers by fold and group, and its page."""

import pytest
from training_support import made_council, write_experiment

from riskaid.models import RUNGS
from riskaid.training.run import open_run
from riskaid.training.run_page import groups_of, metrics_of, page_of, params_of
from riskaid.training.train import train


@pytest.fixture(scope="module")
def run(council, features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    train(write_experiment(folder), council, folder / "run", features=features)
    return open_run(folder / "run")


def test_each_fold_and_group_has_its_metrics(run):
    found = metrics_of(run)
    for rung in RUNGS:
        held = run.evaluation["rungs"][rung]["metrics"]
        for metric, measured in held.items():
            assert found[f"{rung}.{metric}"] == measured["value"]
            assert found[f"{rung}.{metric}.low95"] == measured["low95"]
        # The test fold's point values are the evaluation's own: same rows, same weights.
        for metric in ("auc", "brier", "recall_at_capacity", "calibration_slope"):
            assert found[f"test/{rung}.{metric}"] == pytest.approx(
                held[metric]["value"], rel=1e-6
            )
        assert {f"{fold}/{rung}.auc" for fold in ("train", "calibrate")} <= set(found)
    estimable = [b for b in run.evaluation["age_bands"] if b["state"] == "estimable"]
    assert estimable
    for band in estimable:
        name = f"age_bands/{band['age_band']}/auc"
        assert found[name] == band["metrics"]["auc"]["value"]
    quarters = [n for n in found if n.startswith("period/") and n.endswith("/auc")]
    assert quarters
    assert found["rows.test"] == run.facts["folds"]["test"]["rows"]
    assert found["base_rate.train"] == run.facts["folds"]["train"]["base_rate"]


def test_a_group_measured_later_is_found_by_its_form():
    evaluation = {
        "age_bands": [{"age_band": "", "state": "estimable", "metrics": {"auc": 1}}],
        "apart": {
            "sources": [
                {"state": "estimable", "group": "1A: police", "metrics": {"auc": 2}},
                {"state": "not_estimable", "group": "2B"},
            ]
        },
        "importance": [{"family": "missing", "share": 1.0}],
    }
    assert list(groups_of(evaluation)) == [
        ("age_bands/not recorded", {"auc": 1}),
        ("sources/1A: police", {"auc": 2}),
    ]


def test_names_are_such_as_mlflow_takes(run):
    from mlflow.utils.validation import _validate_metric_name

    for name in metrics_of(run):
        _validate_metric_name(name)


def test_params_say_what_was_asked_and_what_the_search_chose(run):
    held = params_of(run.facts)
    assert held["seed"] == 1 and held["trials"] == 2
    assert held["booster.rounds"] == run.facts["settings"]["rounds"]


def test_the_page_says_all_a_reader_needs(run):
    page = page_of(run)
    for said in (
        "### A made-up outcome for the tests\n\n**Recommended: the scorecard.**",
        "Does anything recorded go with it?",
        "Made from synthetic records",
        "| **scorecard** |",
        "### Not for",
        "Anything at all outside the tests.",
        "Nothing here is true.",
        "is the simplest within one standard error",
        run.facts["digests"]["store"][:12],
    ):
        assert said in page
    places = [page.index(f"| {fold} |") for fold in ("train", "calibrate", "test")]
    assert places == sorted(places)
    assert page.index("| checklist |") < page.index("| booster |")


def test_a_page_of_a_model_not_recommended_says_why(features, tmp_path):
    done = train(
        write_experiment(tmp_path, trials=0),
        made_council(signal=0.0, families=300),
        tmp_path / "run",
        features=features,
    )
    page = page_of(open_run(done.folder))
    assert "NOT RECOMMENDED, a respectable result." in page
    assert "at least 0.6 was asked" in page
