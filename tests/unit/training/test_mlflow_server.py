"""A whole run tracked by a real MLflow server that keeps its runs in PostgreSQL."""

import json
import warnings

import pytest
from training_support import write_experiment

from riskaid.errors import UsageError
from riskaid.release.registry import log_draft, place_of
from riskaid.training.compare import line_of, read_line
from riskaid.training.fitted import rows_of
from riskaid.training.replay import replay
from riskaid.training.tracked_runs import fetch, runs_in
from riskaid.training.train import train

pytestmark = pytest.mark.requires("postgresql")


@pytest.fixture(scope="module")
def server(postgresql, mlflow_server):
    """The server's address, once it answers."""
    return mlflow_server("--backend-store-uri", postgresql)


@pytest.fixture(scope="module")
def tracked_run(server, council, features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracked")
    path = write_experiment(folder)
    return train(path, council, folder / "run", features=features, mlflow_uri=server)


def test_the_server_holds_the_whole_run_and_no_rows(server, tracked_run, tmp_path):
    (held,) = runs_in(server)
    assert held.status == "FINISHED"
    assert line_of(held).metrics == read_line(tracked_run.folder).metrics
    folder = fetch(server, held.run_id, tmp_path)
    assert not list(folder.rglob("*.parquet"))
    for name in ("run.json", "evaluation.json", "models/booster.txt"):
        assert (folder / name).read_bytes() == (tracked_run.folder / name).read_bytes()


def test_the_registered_model_comes_back_from_the_server(
    server, tracked_run, monkeypatch
):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
        loaded = mlflow.pyfunc.load_model("models:/made_12m/1")
        rows = rows_of(tracked_run.folder, "test").drop(
            "fold", "outcome", "weight", "family_id"
        )
        said = loaded.predict(rows.to_pandas())
    assert said["estimate"].between(0, 1).all()


def test_a_run_is_replayed_from_the_server(server, tracked_run, council, tmp_path):
    (held,) = runs_in(server)
    found = replay(fetch(server, held.run_id, tmp_path), council)
    assert found.identical and "estimates.parquet" in found.same


def test_a_draft_release_stands_beside_its_run(server, tracked_run, tmp_path):
    bundle = tmp_path / "release" / "bundle"
    bundle.mkdir(parents=True)
    (bundle / "manifest.json").write_text("{}")
    said = {"name": "made_12m 1", "digest": "0" * 64}
    run = tracked_run.folder
    assert place_of(run, server) == server
    assert place_of(run, None) is None, "no database stands beside it"
    log_draft(run, tmp_path / "release", uri=server, **said)
    (held,) = runs_in(server)
    assert held.tags["riskaid.draft_release"] == "made_12m 1"
    assert held.tags["riskaid.draft_bundle"] == "0" * 64
    folder = fetch(server, held.run_id, tmp_path / ".")
    assert (folder / "release/bundle/manifest.json").read_text() == "{}"
    with pytest.raises(UsageError, match="holds no bundle"):
        log_draft(run, tmp_path, uri=server, **said)
    other = tmp_path / "untracked"
    other.mkdir()
    assert place_of(other, server) is None
    (other / "when.json").write_text(json.dumps({"mlflow_run": None}))
    with pytest.raises(UsageError, match="was not tracked"):
        log_draft(other, tmp_path / "release", uri=server, **said)
    (other / "when.json").write_text(json.dumps({"mlflow_run": "1"}))
    (tmp_path / "mlflow.db").touch()
    assert place_of(other, None).endswith("/mlflow.db")
