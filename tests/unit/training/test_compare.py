"""Runs side by side, from folders and from MLflow."""

import json
import shutil

import pytest
from training_support import made_council, write_experiment

from riskaid.errors import ExtractError, UsageError
from riskaid.training.compare import (
    as_text,
    line_of,
    read_line,
    runs_below,
    side_by_side,
)
from riskaid.training.tracked_runs import Tracked, fetch, runs_in
from riskaid.training.train import train


@pytest.fixture(scope="module")
def place(council, features, tmp_path_factory):
    """Two runs in one folder, the second tracked; and a folder that is no run."""
    folder = tmp_path_factory.mktemp("compare")
    path = write_experiment(folder, trials=1)
    train(path, council, folder / "one", features=features)
    train(
        path,
        made_council(signal=0.0, families=300),
        folder / "two",
        features=features,
        seed=2,
        mlflow_uri=f"sqlite:///{folder / 'mlflow.db'}",
    )
    when = {"one": "2026-01-02T10:00:00+00:00", "two": "2026-01-03T10:00:00+00:00"}
    for name, started in when.items():
        file = folder / name / "when.json"
        file.write_text(
            json.dumps({**json.loads(file.read_text()), "started": started})
        )
    return folder


def test_runs_are_read_newest_first_with_their_metrics(place):
    two, one = side_by_side(runs_below(place))
    assert (one.name, two.name) == ("one", "two")
    facts = json.loads((place / "one" / "run.json").read_text())
    held = facts["metrics"][facts["chosen"]]
    assert one.metrics["auc"] == held["auc"]["value"]
    assert one.metrics["calibration_slope.low95"] == held["calibration_slope"]["low95"]
    assert (one.recommended, two.recommended) == (True, False)
    assert (one.seed, two.seed) == (1, 2)
    assert one.mlflow_run is None and two.mlflow_run
    assert runs_below(place / "one") == [one]
    text = as_text([two, one])
    assert "NOT RECOMMENDED" in text and "recommended" in text
    assert f"{held['auc']['value']:.3f}" in text
    assert "made from different records" in text
    assert "different records" not in as_text([one])
    assert one.to_json()["metrics"] == one.metrics


def test_a_run_in_both_places_is_shown_once(place):
    uri = f"sqlite:///{place / 'mlflow.db'}"
    (tracked,) = runs_in(uri)
    line = line_of(tracked)
    in_folder = read_line(place / "two")
    assert line.mlflow_run == in_folder.mlflow_run
    assert line.metrics == in_folder.metrics
    assert (line.store, line.plan, line.seed) == (
        in_folder.store,
        in_folder.plan,
        in_folder.seed,
    )
    assert line.recommended is False and line.status == "finished"
    assert side_by_side([line, in_folder]) == [in_folder]
    assert side_by_side([line]) == [line]
    assert runs_in(uri, experiment="made_12m") == [tracked]
    with pytest.raises(UsageError, match="holds no experiment 'other'"):
        runs_in(uri, experiment="other")


def test_files_are_fetched_without_rows(place, tmp_path):
    uri = f"sqlite:///{place / 'mlflow.db'}"
    (tracked,) = runs_in(uri)
    folder = fetch(uri, tracked.run_id, tmp_path)
    assert (folder / "run.json").is_file() and (folder / "digests.json").is_file()
    assert not list(folder.rglob("*.parquet"))
    with pytest.raises(UsageError, match="cannot read what was asked for"):
        fetch(uri, "0" * 32, tmp_path)
    with pytest.raises(UsageError, match=r"no database 'not\.db'"):
        runs_in(f"sqlite:///{tmp_path / 'not.db'}")
    assert not (tmp_path / "not.db").exists()


def test_a_run_cut_short_has_less(place):
    line = line_of(
        Tracked(
            run_id="1",
            name="cut",
            experiment="made_12m",
            status="KILLED",
            started="2026-01-04T10:00:00+00:00",
            params={},
            metrics={},
            tags={},
        )
    )
    assert line.recommended is None and line.metrics == {}
    assert "killed" in as_text([line])


def test_what_is_no_run_is_said(place, tmp_path):
    with pytest.raises(ExtractError, match="There is no run in"):
        runs_below(tmp_path)
    shutil.copytree(place / "one", tmp_path / "broken")
    (tmp_path / "broken" / "run.json").write_text("{}")
    with pytest.raises(ExtractError, match="'broken' is no whole run"):
        runs_below(tmp_path)
