import importlib.metadata
import json
import os
import signal
import tomllib
import warnings
from pathlib import Path

import polars as pl
import pytest
from training_support import made_council, write_experiment

from riskaid.errors import AdviceRefused, ExtractError, NotRecommended, UsageError
from riskaid.files import digest_folder
from riskaid.training.fitted import rows_of
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


@pytest.fixture(scope="module")
def first(uri, council, features, tmp_path_factory):
    """A tracked run, made in an empty folder in which nothing else may appear."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        facts = train(
            write_experiment(folder),
            council,
            folder / "first",
            features=features,
            mlflow_uri=uri,
        )
    assert {p.name for p in folder.iterdir()} == {"first", "made_12m.toml"}
    return facts


@pytest.fixture
def mlflow_at(uri, monkeypatch, tmp_path):
    """MLflow with its own globals pointed at the runs, as in a notebook."""
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.models
        import mlflow.pyfunc

        mlflow.set_tracking_uri(uri)
        yield mlflow
        mlflow.set_tracking_uri(None)


def test_a_tracked_run_has_its_trials_files_and_data_but_no_rows(uri, council, first):
    facts = first
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
    digests = json.loads((stored / "digests.json").read_text())
    assert digests == {
        name: digest
        for name, digest in digest_folder(facts.folder).items()
        if name != "when.json"
    }
    assert "training_table.parquet" in digests
    assert "### Not for" in parent.data.tags["mlflow.note.content"]
    assert (
        os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
    )


def test_the_recommended_model_is_registered_and_holds_nothing_that_runs(
    uri, first, mlflow_at
):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    (parent,) = [r for r in runs(uri) if r.info.run_name == "first"]
    (version,) = client.search_model_versions("name = 'made_12m'")
    assert version.run_id == parent.info.run_id
    assert str(version.version) == parent.data.tags["riskaid.model_version"] == "1"
    assert "not audited and not signed" in version.description
    place = Path(mlflow_at.artifacts.download_artifacts("models:/made_12m/1"))
    kinds = {p.suffix for p in place.rglob("*") if p.is_file()}
    assert kinds <= {"", ".json", ".txt", ".yaml"}
    needed = (place / "requirements.txt").read_text().split()
    assert {n.split("==")[0] for n in needed} >= {"riskaid[train]", "polars", "mlflow"}
    assert all("==" in one for one in needed)
    loaded = mlflow_at.pyfunc.load_model("models:/made_12m/1")
    signature = loaded.metadata.signature
    assert {"as_of", "person_id", "missing_90d"} <= set(signature.inputs.input_names())
    assert [*signature.outputs.input_names()] == [
        "estimate", "low", "high", "withheld", "reasons", "gaps",
    ]  # fmt: skip
    assert [p.name for p in signature.params] == ["store"]
    rows = rows_of(first.folder, "test").drop("fold", "outcome", "weight", "family_id")
    said = loaded.predict(rows.to_pandas())
    assert said["estimate"].min() > 0 and said["estimate"].max() < 1
    with pytest.raises(AdviceRefused, match="was not over"):
        loaded.predict(rows.to_pandas().assign(as_of="2024-03-30"))


def registered_by_entry_point(monkeypatch):
    """Let MLflow find the evaluator as pyproject.toml names it."""
    from mlflow.models.evaluation import evaluator_registry

    root = Path(__file__).resolve().parents[3]
    held = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    group = "mlflow.model_evaluator"
    monkeypatch.setattr(
        evaluator_registry,
        "get_entry_points",
        lambda asked: [
            importlib.metadata.EntryPoint(name, value, group)
            for name, value in held["entry-points"].get(asked, {}).items()
        ],
    )
    evaluator_registry._model_evaluation_registry.register_entrypoints()


def test_mlflows_evaluate_gives_the_numbers_of_the_evaluation(
    uri, first, mlflow_at, monkeypatch
):
    registered_by_entry_point(monkeypatch)
    held = json.loads((first.folder / "evaluation.json").read_text())
    expected = held["rungs"][first.chosen]["metrics"]
    rows = rows_of(first.folder, "test").drop("fold", "person_id").to_pandas()

    def evaluated(model=None, **asked):
        with mlflow_at.start_run(run_name="measured again") as run:
            found = mlflow_at.models.evaluate(
                model,
                targets="outcome",
                model_type="classifier",
                evaluators="riskaid",
                **asked,
            )
        kept = mlflow_at.get_run(run.info.run_id).data.metrics
        assert kept["auc"] == found.metrics["auc"]
        return found.metrics

    found = evaluated("models:/made_12m/1", data=rows)
    for metric, ends in expected.items():
        for end, value in ends.items():
            assert found[metric if end == "value" else f"{metric}.{end}"] == value
    table = pl.read_parquet(first.folder / "estimates.parquet")
    estimates = table.select("score", "outcome", "family_id", "weight").to_pandas()
    limits = first.facts["experiment"]["limits"]
    config = {"capacity": limits["capacity"], "replicates": limits["replicates"]}
    asked = {"data": estimates, "predictions": "score"}
    assert evaluated(evaluator_config=config, **asked) == found
    alone = evaluated(evaluator_config={**config, "family": "weight"}, **asked)
    assert alone["auc"] == found["auc"]
    assert alone["auc.low95"] != found["auc.low95"]
    with pytest.raises(UsageError, match="Did you mean 'replicates'"):
        evaluated(evaluator_config={"replicate": 2}, **asked)
    wrong = estimates.assign(score=estimates["score"] * 10)
    with pytest.raises(ExtractError, match="between 0 and 1"):
        evaluated(evaluator_config=config, data=wrong, predictions="score")
    wrong = estimates.assign(score=float("nan"))
    with pytest.raises(ExtractError, match="without gaps"):
        evaluated(evaluator_config=config, data=wrong, predictions="score")


def test_a_model_that_is_not_recommended_is_kept_but_not_registered(
    uri, features, tmp_path
):
    from mlflow.tracking import MlflowClient

    done = train(
        write_experiment(tmp_path, trials=0, change=("made_12m", "nothing_12m")),
        made_council(signal=0.0, families=300),
        tmp_path / "nothing",
        features=features,
        mlflow_uri=uri,
    )
    assert not done.recommended
    client = MlflowClient(tracking_uri=uri)
    (run,) = [r for r in runs(uri) if r.info.run_name == "nothing"]
    assert client.search_model_versions("name = 'nothing_12m'") == []
    assert run.data.tags["riskaid.model_version"] == ""
    (logged,) = client.search_logged_models([run.info.experiment_id])
    assert logged.status == "READY"


def test_no_run_stays_running_after_an_error(uri, council, features, tmp_path):
    path = write_experiment(tmp_path, trials=0, more="leakage_auc = 0.6")
    with pytest.raises(NotRecommended):
        train(path, council, tmp_path / "hunt", features=features, mlflow_uri=uri)
    with (
        pytest.raises(KeyboardInterrupt),
        tracked(uri, experiment="made_12m", run_name="stopped"),
    ):
        raise KeyboardInterrupt
    stop = tracked(uri, experiment="made_12m", run_name="asked to stop")
    with pytest.raises(SystemExit), stop as tracker:  # noqa: PT012 - a signal's place
        # A trial that was begun when the signal came.
        tracker._client.create_run(
            tracker.experiment_id,
            run_name="cut off",
            tags={"mlflow.parentRunId": tracker.run_id, "riskaid.kind": "trial"},
        )
        raise SystemExit(143)
    held = [*runs(uri), *runs(uri, "trial")]
    status = {r.info.run_name: r.info.status for r in held}
    assert status["hunt"] == "FAILED"
    assert status["stopped"] == status["asked to stop"] == status["cut off"] == "KILLED"
    assert "RUNNING" not in status.values()


def test_a_second_ctrl_c_waits_until_the_run_is_ended(uri, monkeypatch):
    from riskaid.training import tracking

    ended, before = tracking.end_trials, signal.getsignal(signal.SIGINT)

    def interrupted(*args, **kwargs):
        signal.raise_signal(signal.SIGINT)
        ended(*args, **kwargs)

    monkeypatch.setattr(tracking, "end_trials", interrupted)
    with (
        pytest.raises(KeyboardInterrupt),
        tracked(uri, experiment="made_12m", run_name="twice"),
    ):
        raise KeyboardInterrupt
    (run,) = [r for r in runs(uri) if r.info.run_name == "twice"]
    assert run.info.status == "KILLED"
    assert signal.getsignal(signal.SIGINT) is before


def test_what_a_killed_process_left_running_is_ended_by_the_next_run(uri):
    import subprocess
    import sys

    from riskaid.training import left_running

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    here = left_running.this_process().partition(":")[0]
    owners = {
        "dead": f"{here}:{dead.pid}",
        "living": f"{here}:{os.getppid()}",
        "elsewhere": f"0123456789ab:{dead.pid}",
        "unknown": "",
    }
    made = {}
    with tracked(uri, experiment="left", run_name="first") as tracker:
        client, place = tracker._client, tracker.experiment_id
    for name, process in owners.items():
        tags = {"riskaid.kind": "run", "riskaid.process": process}
        made[name] = client.create_run(place, run_name=name, tags=tags).info.run_id
    trial = client.create_run(
        place, tags={"mlflow.parentRunId": made["dead"], "riskaid.kind": "trial"}
    ).info.run_id
    with tracked(uri, experiment="left", run_name="next"):
        pass
    status = {n: client.get_run(one).info.status for n, one in made.items()}
    assert status.pop("dead") == client.get_run(trial).info.status == "KILLED"
    assert set(status.values()) == {"RUNNING"}
    for run_id in made.values():
        client.set_terminated(run_id)


def test_a_place_that_cannot_be_opened_is_said(tmp_path):
    with (
        pytest.raises(UsageError, match="cannot open"),
        tracked("nowhere://x", experiment="e", run_name="r"),
    ):
        pass
