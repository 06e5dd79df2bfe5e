"""The audit by its command: vendors' files, runs that MLflow logged, wrong requests."""

import json
import shutil

import polars as pl
import pytest
from simulated_scores import council

from riskaid.fairness.plan import plan_schema


def logged_in(demo):
    return ["--mlflow-uri", f"sqlite:///{(demo.out / 'mlflow/mlflow.db').as_posix()}"]


@pytest.fixture(scope="module")
def logged(demo):
    when = json.loads((demo.out / "run/when.json").read_text("utf-8"))
    return ["--mlflow-run", when["mlflow_run"], *logged_in(demo)]


def facts_in(folder):
    return json.loads((folder / "audit.json").read_text("utf-8"))


def test_what_the_demonstration_audits_follows_the_schema(demo, follows_audit_schema):
    follows_audit_schema(facts_in(demo.out / "audit"))
    page = (demo.out / "audit/audit.html").read_text("utf-8")
    assert "What stands out" in page and "<img" in page
    assert "MADE-UP RECORDS: nobody in this audit is real" in page


def test_the_rows_of_a_logged_run_are_those_of_its_folder(
    demo, logged, riskaid, tmp_path
):
    asked = ["audit", demo.out / "run", *logged, "--out", "audit"]
    ended = riskaid(tmp_path, *asked)
    known = facts_in(demo.out / "audit")
    assert ended.code in (0, 12, 13), ended.text
    assert facts_in(tmp_path / "audit")["scores"] == known["scores"]
    shutil.copytree(demo.out / "run", tmp_path / "run")
    changed = pl.read_parquet(tmp_path / "run/estimates.parquet").head(900)
    changed.write_parquet(tmp_path / "run/estimates.parquet")
    ended = riskaid(tmp_path, "audit", "run", *logged, "--out", "other")
    assert ended.code == 11 and "not what the logged run estimated" in ended.text
    assert not (tmp_path / "other").exists()


def test_the_rows_of_a_logged_run_are_built_again_from_the_store(
    demo, logged, riskaid, tmp_path, follows_audit_schema
):
    shutil.copytree(demo.out / "store", tmp_path / "store")
    asked = ["audit", *logged, "--store", "store", "--out", "audit"]
    ended = riskaid(tmp_path, *asked)
    found, known = facts_in(tmp_path / "audit"), facts_in(demo.out / "audit")
    assert ended.code in (0, 12, 13), ended.text
    assert found["scores"] == known["scores"]
    assert found["characteristics"] == known["characteristics"]
    follows_audit_schema(found)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["audit", "store"]


def test_a_logged_run_that_cannot_be_audited_says_why(demo, logged, riskaid, tmp_path):
    ended = riskaid(tmp_path, "audit", *logged, "--out", "a")
    assert ended.code == 2 and "MLflow holds no row of a child" in ended.text
    ended = riskaid(tmp_path, "audit", *logged[:2], "--out", "a")
    assert ended.code == 2 and "takes --mlflow-uri" in ended.text
    asked = ["audit", demo.out / "run", "--mlflow-run", "0" * 32, *logged_in(demo)]
    ended = riskaid(tmp_path, *asked, "--out", "a")
    assert ended.code == 2 and "cannot read what was asked for" in ended.text


def test_nothing_named_is_told(riskaid, tmp_path):
    ended = riskaid(tmp_path, "audit", "--out", "a")
    assert ended.code == 2 and "Name what is to be audited" in ended.text
    ended = riskaid(tmp_path, "audit", "scores.csv")
    assert ended.code == 2 and "--out" in ended.text


def test_an_order_needs_its_switch(riskaid, tmp_path):
    frame = council(300).with_columns(score=pl.col("score") * 100)
    frame.write_csv(tmp_path / "scores.csv")
    ended = riskaid(tmp_path, "audit", "scores.csv", "--out", "a")
    assert ended.code == 11 and "--ranks" in ended.text
    ended = riskaid(tmp_path, "audit", "scores.csv", "--ranks", "--out", "a")
    assert ended.code in (12, 13), ended.text
    assert facts_in(tmp_path / "a")["scores"]["kind"] == "rank"
    assert facts_in(tmp_path / "a")["usable_for_release"] is False


DECLARED = """\
characteristic,group,outcomes_a_year
sex,girls,150
sex,boys,150
"""


def test_a_plan_says_what_is_needed_before_any_look(riskaid, tmp_path, follows_schema):
    (tmp_path / "expected.csv").write_text(DECLARED)
    asked = ["audit", "expected.csv", "--plan", "--base-rate", "0.14"]
    ended = riskaid(tmp_path, *asked, "--recall", "0.6", "--out", "plan")
    assert ended.code == 0, ended.text
    # 411 = 0.24 (2.927 / 0.10)^2 (1 + 1), by hand; 411.3 / 150 = 2.7 years.
    assert "| Girls | 150.0 | 412 (2.7) |" in ended.text
    assert "3 councils" in ended.text
    facts = json.loads((tmp_path / "plan/plan.json").read_text("utf-8"))
    follows_schema(facts, plan_schema())
    assert facts["supposed"]["recall"] == 0.6
    page = (tmp_path / "plan/plan.md").read_text("utf-8")
    assert page.strip() in ended.text
    again = riskaid(tmp_path, *asked, "--recall", "0.6", "--json")
    assert json.loads(again.text) == facts


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "A plan needs --base-rate"),
        (["--base-rate", "14"], "--base-rate is a share"),
        (["--base-rate", "0.1", "--recall", "1"], "--recall is a share"),
        (["--base-rate", "0.1", "--design-effect", "0.5"], "at least 1"),
        (["--base-rate", "0.5", "--recall", "0.9"], "More outcomes would be found"),
    ],
)
def test_a_plan_that_supposes_the_impossible_is_told(riskaid, tmp_path, words, says):
    (tmp_path / "expected.csv").write_text(DECLARED)
    ended = riskaid(tmp_path, "audit", "expected.csv", "--plan", *words)
    assert ended.code == 2 and says in ended.text


def test_a_plan_of_nothing_is_told(riskaid, tmp_path):
    ended = riskaid(tmp_path, "audit", "--plan", "--base-rate", "0.1")
    assert ended.code == 2 and "A plan needs a file" in ended.text
