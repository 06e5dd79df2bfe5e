"""A run built again: the same to the byte, or which file differs."""

import json
import shutil
from dataclasses import replace as changed

import pytest
from training_support import made_table, write_experiment

from riskaid.errors import ExtractError
from riskaid.files import canonical_json, digest_folder
from riskaid.training.replay import replay
from riskaid.training.train import train


@pytest.fixture(scope="module")
def logged(council, features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay")
    return train(
        write_experiment(folder), council, folder / "run", features=features, seed=5
    ).folder


@pytest.fixture
def copy(logged, tmp_path):
    shutil.copytree(logged, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_run_is_built_again_to_the_byte(logged, council, tmp_path):
    found = replay(logged, council, out=tmp_path / "again")
    assert found.identical
    assert set(found.same) == {*digest_folder(logged)} - {"when.json"}
    assert found.libraries == {} and found.not_compared == ()
    assert f"The same to the byte: {len(found.same)} files." in found.summary()
    assert (tmp_path / "again" / "run.json").is_file()
    assert found.to_json()["identical"] is True


def test_what_differs_is_named_and_nothing_is_left_behind(copy, council, tmp_path):
    evaluation = copy / "evaluation.json"
    evaluation.write_text(evaluation.read_text().replace("0.", "1.", 1))
    (copy / "models" / "booster.txt").write_text("other")
    (copy / "plots" / "recall.svg").unlink()
    (copy / "note.txt").write_text("mine")
    found = replay(copy, council)
    assert not found.identical
    assert found.differ == ("evaluation.json", "models/booster.txt")
    assert found.new == ("plots/recall.svg",)
    assert found.missing == ("note.txt",)
    for said in (
        "NOT the same",
        "evaluation.json: other bytes",
        "plots/recall.svg: not in the logged run",
        "note.txt: not built again",
    ):
        assert said in found.summary()
    assert {p.name for p in tmp_path.iterdir()} == {"copy"}


def test_files_from_mlflow_are_compared_with_the_digests_beside_them(
    copy, logged, council
):
    held = digest_folder(logged)
    del held["when.json"]
    for name in ("training_table.parquet", "estimates.parquet"):
        (copy / name).unlink()
    (copy / "digests.json").write_text(canonical_json(held))
    found = replay(copy, council)
    assert found.identical and "estimates.parquet" in found.same
    held["estimates.parquet"] = "0" * 64
    (copy / "digests.json").write_text(canonical_json(held))
    assert replay(copy, council).differ == ("estimates.parquet",)
    (copy / "digests.json").unlink()
    found = replay(copy, council)
    assert found.identical
    assert found.not_compared == ("estimates.parquet", "training_table.parquet")
    assert "Not compared" in found.summary()


def test_another_store_is_refused(logged, council):
    other = changed(
        council, tables={**council.tables, "icpcs": made_table("icpcs", [])}
    )
    with pytest.raises(ExtractError, match="not the one the run was made from"):
        replay(logged, other)


@pytest.mark.parametrize("name", ["experiment.toml", "plan.json"])
def test_a_changed_experiment_or_plan_is_refused(copy, council, name):
    place = copy / name
    text = place.read_text()
    place.write_text(
        text.replace("missing in the last", "missing within the last")
        if name == "plan.json"
        else text + "\n"
    )
    assert place.read_text() != text
    with pytest.raises(ExtractError, match=f"{name} in 'copy' was changed"):
        replay(copy, council)


def test_what_is_no_run_is_refused(copy, council, tmp_path):
    with pytest.raises(ExtractError, match=r"it has no run\.json"):
        replay(tmp_path, council)
    (copy / "run.json").write_text("{}")
    with pytest.raises(ExtractError, match=r"run\.json in 'copy' cannot be read"):
        replay(copy, council)


def test_other_versions_are_said(copy, council):
    facts = json.loads((copy / "run.json").read_text())
    facts["libraries"]["lightgbm"] = "0.0.1"
    (copy / "run.json").write_text(canonical_json(facts))
    found = replay(copy, council)
    assert found.differ == ("run.json",)
    assert found.libraries["lightgbm"][0] == "0.0.1"
    assert "lightgbm was 0.0.1 then" in found.summary()
