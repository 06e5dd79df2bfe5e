import os
from pathlib import Path

import pytest
from training_support import write_experiment

from riskaid.errors import NotRecommended, UsageError
from riskaid.training.tracking import tracked
from riskaid.training.train import train


@pytest.fixture(scope="module")
def uri(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


def runs(uri: str, kind: str = "run"):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    ids = [e.experiment_id for e in client.search_experiments() if e.name != "Default"]
    return client.search_runs(ids, f"tags.`riskaid.kind` = '{kind}'") if ids else []


def test_a_tracked_run_has_its_trials_files_and_data_but_no_rows(
    uri, council, features, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    facts = train(
        write_experiment(tmp_path),
        council,
        tmp_path / "first",
        features=features,
        mlflow_uri=uri,
    )
    (parent,) = runs(uri)
    assert parent.info.status == "FINISHED"
    assert (
        parent.data.metrics["scorecard.auc"]
        == facts.facts["metrics"]["scorecard"]["auc"]["value"]
    )
    assert parent.data.params["seed"] == "1"
    assert parent.inputs.dataset_inputs[0].dataset.digest == council.digest[:36]
    trials = runs(uri, "trial")
    assert len(trials) == 2
    assert {t.data.tags["mlflow.parentRunId"] for t in trials} == {parent.info.run_id}
    stored = Path(parent.info.artifact_uri.removeprefix("file://"))
    assert {"run.json", "plots", "models"} <= {p.name for p in stored.iterdir()}
    assert not list(stored.rglob("*.parquet"))
    assert {p.name for p in tmp_path.iterdir()} == {"first", "made_12m.toml"}
    assert (
        os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
    )


def test_no_run_stays_running_after_an_error(uri, council, features, tmp_path):
    path = write_experiment(tmp_path, trials=0, more="leakage_auc = 0.6")
    with pytest.raises(NotRecommended):
        train(path, council, tmp_path / "hunt", features=features, mlflow_uri=uri)
    with (
        pytest.raises(KeyboardInterrupt),
        tracked(uri, experiment="made_12m", run_name="stopped"),
    ):
        raise KeyboardInterrupt
    status = {r.info.run_name: r.info.status for r in runs(uri)}
    assert status["hunt"] == "FAILED"
    assert status["stopped"] == "KILLED"
    assert "RUNNING" not in status.values()


def test_a_place_that_cannot_be_opened_is_said(tmp_path):
    with (
        pytest.raises(UsageError, match="cannot open"),
        tracked("nowhere://x", experiment="e", run_name="r"),
    ):
        pass
