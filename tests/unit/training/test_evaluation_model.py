"""The model that MLflow loads: what a row gets, and which rows get nothing."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from training_support import write_experiment

from riskaid.errors import AdviceRefused, ExtractError
from riskaid.files import digest_folder
from riskaid.training import evaluation_model
from riskaid.training.evaluation_model import (
    NOT_ENOUGH,
    SAYS,
    EvaluationModel,
    write_model,
)
from riskaid.training.fitted import read_rungs, rows_of
from riskaid.training.run import open_run
from riskaid.training.train import train


@pytest.fixture(scope="module")
def run(council, features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    train(write_experiment(folder), council, folder / "run", features=features)
    return open_run(folder / "run")


@pytest.fixture(scope="module")
def model(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("logged")
    write_model(run, folder)
    assert set(digest_folder(folder)) == {
        "facts.json",
        "plan.json",
        "models/scorecard.json",
        "calibration/scorecard.json",
    }
    return EvaluationModel(folder)


@pytest.fixture
def rows(run):
    return rows_of(run.folder, "test")


def test_rows_of_the_test_fold_get_the_runs_own_estimates(run, model, rows):
    said = model.predict(rows)
    assert list(said.columns) == list(SAYS)
    held = run.estimates()["score"].to_numpy()
    assert np.array_equal(model.estimates(rows), held)
    assert np.array_equal(said["estimate"].to_numpy(), held)
    assert (said["low"] <= said["estimate"]).all()
    assert (said["estimate"] <= said["high"]).all()
    assert set(said["withheld"]) == {""}
    most = int(np.argmax(held))
    (reason,) = said["reasons"][most]
    assert reason["family"] == "missing" and reason["adds"]
    assert reason["value"] == rows["missing_90d"][most] > 0
    assert len(said["gaps"][most]) == 0


def test_nothing_that_could_be_read_as_a_yes_or_no_is_given(model, rows):
    said = model.predict(rows)
    for column in ("estimate", "low", "high"):
        assert said[column].nunique() > 2
    assert not {"class", "prediction", "label", "score"} & set(said.columns)


def test_what_is_not_known_is_a_gap_and_withholds_the_estimate(model, rows):
    unknown = rows.head(2).with_columns(missing_90d=pl.lit(None, dtype=pl.Float64))
    said = model.predict(unknown)
    assert said["estimate"].isna().all() and said["low"].isna().all()
    assert set(said["withheld"]) == {NOT_ENOUGH}
    assert "reported missing" in said["gaps"][0][0]


def test_rows_whose_outcome_is_not_known_yet_are_refused(run, model, rows):
    asked = run.facts["experiment"]["outcome"]
    days = asked["gap_days"] + asked["within_days"] + asked["lag_days"]
    last = date.fromordinal(model.extract_date.toordinal() - days)
    on_the_day = rows.head(1).with_columns(as_of=pl.lit(last))
    assert model.predict(on_the_day)["estimate"].notna().all()
    a_day_late = pl.concat(
        [rows.head(3), rows.head(1).with_columns(as_of=pl.lit(last).dt.offset_by("1d"))]
    )
    for asked_for in (model.predict, model.estimates):
        with pytest.raises(AdviceRefused, match="1 of 4 rows") as refused:
            asked_for(a_day_late)
        assert "P0" not in str(refused.value)


def test_dates_are_read_as_text_and_refused_when_they_are_none(model, rows):
    text = rows.with_columns(pl.col("as_of").dt.to_string("%Y-%m-%d"))
    assert np.array_equal(model.estimates(text), model.estimates(rows))
    with pytest.raises(ExtractError, match="something else than dates"):
        model.predict(rows.with_columns(as_of=pl.lit("soon")))
    with pytest.raises(ExtractError, match="have no as_of"):
        model.predict(rows.with_columns(as_of=pl.lit(None, dtype=pl.Date)))
    with pytest.raises(ExtractError, match="lack 1 column"):
        model.predict(rows.drop("as_of"))
    with pytest.raises(ExtractError, match=r"lack 1 column.*missing_90d"):
        model.predict(rows.drop("missing_90d"))


@pytest.mark.parametrize("mark", ["synthetic", "public", None])
def test_with_a_store_open_marks_decide(model, rows, council, monkeypatch, mark):
    from dataclasses import replace

    monkeypatch.setattr(
        evaluation_model, "open_store", lambda _: replace(council, mark=mark)
    )
    asked = rows.select("person_id", "as_of").head(4)
    said = model.predict(asked, params={"store": "somewhere"})
    assert np.array_equal(said["estimate"].to_numpy(), model.estimates(rows.head(4)))
    late = asked.with_columns(as_of=pl.lit(council.extract_date))
    if mark is None:
        with pytest.raises(AdviceRefused, match="4 of 4 rows"):
            model.predict(late, params={"store": "somewhere"})
    else:
        assert len(model.predict(late, params={"store": "somewhere"})) == 4


def test_a_fold_fetched_without_its_rows_says_so(run, tmp_path):
    with pytest.raises(ExtractError, match="holds no training table"):
        rows_of(tmp_path, "test")


def test_a_broken_calibration_is_named(run, tmp_path):
    import shutil

    shutil.copytree(run.folder, tmp_path / "run")
    place = tmp_path / "run" / "calibration" / "booster.json"
    place.write_text(json.dumps({"method": "platt"}))
    with pytest.raises(ExtractError, match=r"booster\.json"):
        read_rungs(tmp_path / "run")
