"""The demonstration: the whole way, twice, with what it leaves and what it says."""

import json
import re
import sqlite3

import pytest

from riskaid.demo import digests
from riskaid.files import digest_file
from riskaid.records.store import open_store


def test_it_prints_what_the_readme_shows(demo, console):
    recorded = console.steps(console.RECORDED.read_text("utf-8"))
    step = next(s for s in recorded if s.command == "riskaid demo")
    assert console.same(step.expected, demo.text), demo.text


def test_the_same_seed_gives_the_same_bytes(demo, console, tmp_path):
    printed = console.run("riskaid demo again", tmp_path)
    assert printed.exit_code == 0, printed.text
    again = json.loads((tmp_path / "again" / "demo.json").read_text("utf-8"))
    assert again == demo.facts
    assert digests(tmp_path / "again") == demo.facts["digests"]


def test_everything_that_must_repeat_is_among_the_digests(demo):
    known = demo.facts["digests"]
    for name in (
        "run/training_table.parquet",
        "run/models/booster.txt",
        "run/models/scorecard.json",
        "run/models/checklist.json",
        "run/evaluation.json",
        "audit/audit.json",
        "card/card.html",
        "card/card.md",
        "release/bundle/manifest.json",
        "advice/advice.html",
    ):
        assert known[name] == digest_file(demo.out / name)
    assert "run/when.json" not in known


def test_another_seed_gives_another_council(demo, console, tmp_path):
    printed = console.run(
        "riskaid synth council --children 500 --seed 2 --json", tmp_path
    )
    assert printed.exit_code == 0
    other = tmp_path / "council" / "ssd" / "ssd_contacts.csv"
    assert digest_file(other) != digest_file(demo.out / "council/ssd/ssd_contacts.csv")


def test_the_index_leads_to_files_that_are_there(demo):
    page = (demo.out / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"#]+)"', page)
    assert len(links) > 10
    assert [link for link in links if not (demo.out / link).is_file()] == []
    assert "Nobody in it is real" in page


def test_the_verdict_is_said_as_it_is(demo):
    audit = json.loads((demo.out / "audit/audit.json").read_text("utf-8"))
    assert audit["verdict"] == demo.facts["verdict"]
    page = (demo.out / "index.html").read_text("utf-8")
    assert audit["verdict"].replace("_", " ") in page
    assert {c["name"] for c in audit["characteristics"]} >= {"ethnicity", "disability"}


def test_trials_are_nested_runs_and_none_still_runs(demo):
    base = sqlite3.connect(demo.out / "mlflow" / "mlflow.db")
    try:
        states = base.execute("select status, count(*) from runs group by 1").fetchall()
        nested = base.execute(
            "select count(*) from tags where key = 'mlflow.parentRunId'"
        ).fetchone()[0]
    finally:
        base.close()
    trials = json.loads((demo.out / "run/run.json").read_text())["search"]["trials"]
    assert nested == trials
    assert {state for state, _ in states} <= {"FINISHED", "KILLED"}


def test_the_store_says_that_nobody_is_real(demo):
    assert open_store(demo.out / "store").mark == "synthetic"


@pytest.mark.parametrize("page", ["card/card.html", "advice/advice.html"])
def test_pages_carry_the_watermark(demo, page):
    assert "DEMONSTRATION - synthetic records" in (demo.out / page).read_text("utf-8")


def test_a_taken_folder_is_left_alone(demo, riskaid, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    for words in (["demo", "mine"], ["demo", "mine", "--replace"]):
        ended = riskaid(tmp_path, *words)
        assert ended.code == 2
        assert "RA02" in ended.text
    assert (mine / "notes.txt").read_text() == "mine"
