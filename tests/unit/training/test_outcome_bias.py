"""The report on outcome bias as a run writes it: its file, page, numbers and replay."""

import json
from dataclasses import replace

import polars as pl
import pytest
from training_support import write_experiment

from riskaid.training.bias_asked import FILE, WRITTEN
from riskaid.training.outcome_bias_page import bias_lines
from riskaid.training.replay import replay
from riskaid.training.run import open_run
from riskaid.training.run_page import metrics_of, page_of
from riskaid.training.train import train

DECLARED = """
[[screened_out]]
name = "closed"
says = "Referrals that ended with no further action"
because = "Nobody looked further."
table = "referrals"
where = { no_further_action = "yes" }
hides = ["icpcs"]

[[ablations]]
name = "signal"
says = "what was reported missing"
because = "All that orders this council is in it."
families = ["missing"]
"""


@pytest.fixture(scope="module")
def store(council):
    """A third of the referrals without anything else end with no further action."""
    third = pl.col("person_id").str.slice(3, 1).is_in(["0", "1", "2"])
    held = council.table("referrals").with_columns(
        no_further_action=pl.when(third).then(pl.lit("yes")).otherwise(pl.lit("no"))
    )
    return replace(council, tables={**council.tables, "referrals": held})


@pytest.fixture(scope="module")
def declared(features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("declared")
    (folder / "made.py").write_text((features / "made.py").read_text())
    (folder / FILE).write_text(DECLARED)
    return folder


@pytest.fixture(scope="module")
def done(store, declared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bias")
    said: list[str] = []
    train(
        write_experiment(folder, trials=0),
        store,
        folder / "run",
        features=declared,
        progress=lambda what, _done, _all: said.append(what),
    )
    return folder / "run", said


@pytest.fixture(scope="module")
def found(done):
    return json.loads((done[0] / WRITTEN).read_text())


def test_a_run_has_the_report_beside_its_evaluation(done, found, store):
    run, said = done
    facts = json.loads((run / "run.json").read_text())
    assert (found["format"], found["version"]) == ("riskaid-outcome-bias", 1)
    assert found["rung"] == facts["chosen"]
    assert found["bounds"]["state"] == "estimable"
    assert found["screened_out"][0]["says"].startswith("Referrals that ended")
    assert found["not_seen"]["censored"] == facts["cohort"]["censored"]
    assert {"ethnicity", "disability", "age_band", "source"} == {*found["recording"]}
    screened = found["recording"]["ethnicity"][0]["screened_out"]
    assert 0.2 < screened["value"] < 0.4
    assert [one["name"] for one in found["ablations"]] == ["signal"]
    assert {one["name"] for one in found["agreement"]} >= {"cp_plan_12m"}
    assert found["placebo"]["holds"] is True
    assert found["warnings"] == []
    assert "asking what shapes the outcome" in said
    when = json.loads((run / "when.json").read_text())
    assert 0 <= when["seconds_outcome_bias"] <= when["seconds"]


def test_as_recorded_is_what_the_evaluation_says(done, found):
    run = open_run(done[0])
    held = run.evaluation["rungs"][run.facts["chosen"]]["metrics"]
    none = found["bounds"]["cases"][0]["metrics"]
    for name in ("auc", "recall_at_capacity", "base_rate"):
        assert none[name] == held[name]


def test_the_models_own_outcome_is_not_among_the_others(
    done, store, features, tmp_path
):
    path = write_experiment(
        tmp_path, trials=0, change=('name = "made_12m"', 'name = "cp_plan_12m"')
    )
    made = train(path, store, tmp_path / "run", features=features)
    held = json.loads((made.folder / WRITTEN).read_text())
    assert "cp_plan_12m" not in {one["name"] for one in held["agreement"]}
    assert held["bounds"] == {"state": "not_known"}
    assert held["ablations"] == []


def test_an_outcome_that_screening_does_not_hide_has_no_bounds(
    store, declared, tmp_path
):
    other = declared / FILE
    features = tmp_path / "features"
    features.mkdir()
    (features / "made.py").write_text((declared / "made.py").read_text())
    text = other.read_text().replace('hides = ["icpcs"]', 'hides = ["cp_plans"]')
    (features / FILE).write_text(text)
    path = write_experiment(tmp_path, trials=0)
    made = train(path, store, tmp_path / "run", features=features)
    held = json.loads((made.folder / WRITTEN).read_text())
    assert held["bounds"] == {"state": "not_hidden"}
    assert held["screened_out"][0]["name"] == "closed"
    assert held["recording"]["ethnicity"][0]["screened_out"] is not None
    assert "screened out" not in page_of(open_run(made.folder))


def test_a_replay_looks_at_what_the_run_looked_at(done, store):
    """With neither the features folder nor its file at hand."""
    again = replay(done[0], store)
    assert again.identical, again.summary()
    assert WRITTEN in again.same


def test_the_page_and_the_numbers_in_mlflow_tell_of_it(done, found):
    run = open_run(done[0])
    page = page_of(run)
    assert "were screened out before an outcome could be recorded" in page
    assert "Without what was reported missing: AUC 0.5" in page
    assert "For an outcome dealt out by chance: AUC" in page
    assert "WARNING" not in page
    told = metrics_of(run)
    (signal,) = found["ablations"]
    assert told["outcome_bias/placebo/auc"] == found["placebo"]["auc"]["value"]
    named = "outcome_bias/without_signal/auc_change"
    assert told[named] == signal["change"]["value"]
    assert told[f"{named}.high95"] == signal["change"]["high95"]
    worst = found["bounds"]["bounds"]["auc"]["worst"]
    assert told["outcome_bias/bounds/auc_worst.low95"] == worst["low95"]


def test_a_warning_stands_first_on_the_page(found):
    lines = list(bias_lines({**found, "warnings": ["The placebo is ordered."]}))
    assert lines[0] == "WARNING. The placebo is ordered."


def test_a_run_of_an_earlier_version_is_read_without_it(done, tmp_path):
    run = open_run(done[0])
    earlier = replace(run, outcome_bias=None)
    assert not [name for name in metrics_of(earlier) if "outcome_bias" in name]
    assert "How recording shapes this outcome" in page_of(earlier)
    assert "dealt out by chance" not in page_of(earlier)
