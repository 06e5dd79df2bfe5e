"""riskaid study: a constraint between groups on a run, and that nothing releases it."""

import json
import shutil

import pytest

import riskaid as notebook
from riskaid.training.mitigation_study import study_schema


@pytest.fixture(scope="module")
def studied(demo, riskaid, tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "out"
    run, store = demo.out / "run", demo.out / "store"
    told = riskaid(demo.folder, "study", run, "--store", store, "--out", out)
    assert told.code == 0, told.text
    return out, told.text


def test_it_says_what_it_found_and_that_it_is_a_study(studied, demo, follows_schema):
    out, text = studied
    assert "never releasable" in text
    assert "measuring each model by group" in text
    assert "hardly differs by ethnicity" in text
    facts = json.loads((out / "study.json").read_text("utf-8"))
    follows_schema(facts, study_schema())
    assert facts["releasable"] is False
    assert '"C0' not in json.dumps(facts)
    run = json.loads((demo.out / "run/run.json").read_text("utf-8"))
    limits = run["experiment"]["limits"]
    assert facts["capacity"] == limits["capacity"], "else the figures differ rightly"
    for one in facts["models"][:3]:
        held = run["metrics"][one["model"]]
        for name, measured in one["accuracy"].items():
            assert measured == held[name], (one["model"], name)
    assert "MADE-UP RECORDS" in (out / "study.html").read_text("utf-8")


def test_its_groups_have_the_counts_of_the_audit(studied, demo):
    facts = json.loads((studied[0] / "study.json").read_text("utf-8"))
    told = json.loads((demo.out / "audit/audit.json").read_text("utf-8"))
    of_audit = next(c for c in told["characteristics"] if c["name"] == "ethnicity")
    counts = {g["name"]: (g["rows"], g["outcomes"]) for g in of_audit["groups"]}
    chosen = facts["run"]["chosen"]
    for one in facts["groups"]:
        assert (one["rows"], one["outcomes"]) == counts[one["group"]]
        for rate, held in one["models"][chosen].items():
            group = next(g for g in of_audit["groups"] if g["name"] == one["group"])
            wanted = next(
                (
                    m["value"]
                    for m in group["metrics"]
                    if m["metric"] == rate and m["capacity"] == facts["capacity"]
                ),
                None,
            )
            assert held["value"] == wanted


def test_neither_card_nor_audit_nor_release_takes_a_study(
    studied, demo, riskaid, tmp_path
):
    """Neither in the place of a run, nor in that of its audit."""
    study, run, audit = studied[0], demo.out / "run", demo.out / "audit"
    card = ["--card", demo.out / "card"]
    for words in (
        ["card", study, "--audit", audit],
        ["card", run, "--audit", study],
        ["release", "build", study, "--audit", audit, *card],
        ["release", "build", run, "--audit", study, *card],
    ):
        told = riskaid(tmp_path, *words, "--out", "x", "--name", "conference_12m x")
        assert told.code in {2, 11, 14}, told.text
        assert "'out'" in told.text and "Traceback" not in told.text
    told = riskaid(tmp_path, "audit", study, "--out", "x")
    assert told.code == 11, told.text
    assert not (tmp_path / "x").exists()


def test_in_a_notebook_the_same_run_gives_the_same_bytes(studied, demo, tmp_path):
    found = notebook.study(demo.out / "run", demo.out / "store", out=tmp_path / "b")
    for file in studied[0].iterdir():
        assert (tmp_path / "b" / file.name).read_bytes() == file.read_bytes(), file.name
    assert found.facts == json.loads((studied[0] / "study.json").read_text("utf-8"))


def test_another_characteristic_and_constraint_can_be_asked(demo, riskaid, tmp_path):
    words = ["study", demo.out / "run", "--store", demo.out / "store"]
    asked = ["--by", "sex", "--constraint", "share_selected", "--json"]
    told = riskaid(tmp_path, *words, *asked, "--out", "out")
    assert told.code == 0, told.text
    facts = json.loads((tmp_path / "out/study.json").read_text("utf-8"))
    assert facts["asked"]["by"] == "sex"
    assert {g["group"] for g in facts["groups"]} >= {"boys", "girls"}
    for wrong, says in (
        (["--by", "sexx"], "no characteristic 'sexx'"),
        (["--constraint", "parity"], "no constraint 'parity'"),
        (["--allowed", "0"], "more than 0"),
    ):
        told = riskaid(tmp_path, *words, *wrong, "--out", "wrong")
        assert told.code == 2 and says in told.text, told.text
    assert not (tmp_path / "wrong").exists()


def test_what_is_no_run_or_has_no_rows_is_refused(demo, riskaid, tmp_path):
    store = demo.out / "store"
    told = riskaid(tmp_path, "study", demo.out / "card", "--store", store, "--out", "o")
    assert told.code == 11 and "no whole run" in told.text, told.text
    run = tmp_path / "run"
    shutil.copytree(demo.out / "run", run)
    (run / "training_table.parquet").unlink()
    told = riskaid(tmp_path, "study", run, "--store", store, "--out", "o")
    assert told.code == 11, told.text
    made = riskaid(tmp_path, "synth", "council", "--children", "300", "--seed", "9")
    assert made.code == 0, made.text
    held = riskaid(tmp_path, "ingest", "council/ssd", "--store", "other")
    assert held.code == 0, held.text
    told = riskaid(
        tmp_path, "study", demo.out / "run", "--store", "other", "--out", "o"
    )
    assert told.code == 11 and "trained on another store" in told.text
    assert not (tmp_path / "o").exists()


@pytest.mark.requires("chromium")
def test_everybody_can_read_its_page(studied, check_page_in_one_file):
    check_page_in_one_file(studied[0] / "study.html")
