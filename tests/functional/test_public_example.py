"""examples/oulad, by the commands of its page: the whole way on true records.

The data are not part of the project: without them these tests are NOT RUN.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/oulad"
POLICY = ["--policy", EXAMPLE / "fairness/policy.toml"]
FEATURES = ["--features", EXAMPLE / "features"]


@pytest.fixture(scope="module")
def run(sector_files, riskaid, tmp_path_factory):
    """A store and a run on it."""
    place = tmp_path_factory.mktemp("oulad")
    source, mapping = sector_files / "oulad", EXAMPLE / "mapping.toml"
    ended = riskaid(place, "ingest", source, "--store", "store", "--mapping", mapping)
    assert ended.code == 0, ended.text
    experiment = EXAMPLE / "experiments/not_completing.toml"
    words = ["train", experiment, "--store", "store", *FEATURES, "--out", "run"]
    ended = riskaid(place, *words, "--no-tracking")
    assert ended.code == 0, ended.text
    return place / "run"


def test_the_booster_is_nearly_as_good_as_a_plain_script_with_honest_folds(run):
    metrics = json.loads((run / "evaluation.json").read_text())["rungs"]["booster"]
    assert metrics["metrics"]["auc"]["value"] >= 0.76
    facts = json.loads((run / "run.json").read_text())
    assert facts["folds"]["test"]["first"] == "2014-11-30"
    assert facts["folds"]["train"]["last"] < "2014-11-30"


def test_no_student_stands_in_two_folds_though_many_enrolled_again(run, sector_files):
    table = pl.read_parquet(run / "training_table.parquet")
    enrolled = pl.read_csv(sector_files / "oulad/enrolments.csv", infer_schema=False)
    students = table.join(
        enrolled.select(person_id="enrolment_id", student="student_id"), on="person_id"
    )
    assert students.height == table.height
    assert students["student"].n_unique() < students.height
    folds = students.group_by("student").agg(pl.col("fold").n_unique())
    assert folds["fold"].max() == 1


def test_the_audit_fails_by_sex_and_what_is_shown_is_a_demonstration(run, riskaid):
    def said(*words, code=0):
        ended = riskaid(run.parent, *words)
        assert ended.code == code, ended.text
        return ended.text

    said("audit", run, *POLICY, "--out", "audit", code=12)
    audit = json.loads((run.parent / "audit/audit.json").read_text())
    told = {c["name"]: c["verdict"] for c in audit["characteristics"]}
    assert told == {"disability": "pass", "sex": "fail"}
    named = ["--name", "not_completing 2014J"]
    said("card", run, "--audit", "audit", *POLICY, "--out", "card", *named)
    made = ["--audit", "audit", "--card", "card", "--out", "release", *named]
    said("release", "build", run, *made, *POLICY)
    for name in ("root", "analyst", "board"):
        said("release", "keygen", f"{name}.pem")
    members = [f"--member={r}:{r}.pub.pem:post of {r}" for r in ("analyst", "board")]
    words = ["trust", "release/trust.json", "--root-key", "root.pem", *members]
    trust = json.loads(said("release", *words, "--json"))["digest"]
    pinned = ["--trust-digest", trust]
    until = ["--expires", f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d}"]
    sign = ["release", "sign", "release", *pinned]
    said(*sign, "--state", "audited", "--key", "analyst.pem")
    said(*sign, "--state", "demonstration", "--key", "board.pem", *until)
    enrolment = pl.read_parquet(run / "estimates.parquet")["person_id"].min()
    who = ["--person", enrolment, "--as-of", "2014-11-30"]
    store = ["--store", "store"]
    advice = said("advise", "--release", "release", *store, *who, *pinned)
    assert "public records - not for use about any child" in advice
    assert "local event" in advice
