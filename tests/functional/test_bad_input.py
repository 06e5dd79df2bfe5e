"""Bad input: the documented error and code, no traceback, nothing half-written."""

import json
import shutil

import pytest


def leavings(folder):
    return sorted(p.name for p in folder.iterdir())


@pytest.fixture
def refused(riskaid, tmp_path):
    """Run a command that must end with a code, and leave the folder as it was."""

    def run(code, words, *, says):
        before = leavings(tmp_path)
        ended = riskaid(tmp_path, *words)
        assert ended.code == code, ended.text
        assert "Traceback" not in ended.text
        assert says in ended.text
        assert leavings(tmp_path) == before
        return ended.text

    return run


def test_an_empty_folder(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    refused(11, ["ingest", "empty", "--store", "s"], says="RA11")


def test_a_folder_that_is_not_there(refused):
    refused(11, ["ingest", "nowhere", "--store", "s"], says="RA11")


def test_a_wrong_file(refused, tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a table")
    refused(11, ["ingest", "holiday.jpg", "--store", "s"], says="RA11")


def test_a_census_cut_off_in_the_middle(refused, tmp_path, sector_files):
    whole = (sector_files / "sample_cin.xml").read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: len(whole) // 2])
    refused(11, ["ingest", "cut.xml", "--store", "s"], says="RA11")


def test_a_document_type_in_a_census(refused, tmp_path):
    (tmp_path / "bomb.xml").write_text(
        '<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY a "aaaa">]>'
        "<Message><Children>&a;</Children></Message>"
    )
    refused(11, ["ingest", "bomb.xml", "--store", "s"], says="RA11")


def test_a_store_of_another_version(demo, refused, tmp_path):
    shutil.copytree(demo.out / "store", tmp_path / "store")
    facts = json.loads((tmp_path / "store/store.json").read_text())
    facts["version"] = 99
    (tmp_path / "store/store.json").write_text(json.dumps(facts))
    (tmp_path / "rows.csv").write_text("person_id,as_of\nC0000001,2025-01-01\n")
    words = ["--store", "store", "--rows", "rows.csv", "--out", "v.parquet"]
    text = refused(11, ["features", *words], says="version")
    assert "C0000001" not in text


def test_a_missing_policy(demo, refused):
    words = ["audit", demo.out / "run", "--policy", "none.toml", "--out", "audit"]
    refused(10, words, says="none.toml")


def test_a_typo_in_an_experiment(demo, refused, tmp_path):
    text = (demo.out / "run/experiment.toml").read_text("utf-8")
    (tmp_path / "typo.toml").write_text(text.replace("within_days", "witin_days"))
    words = ["train", "typo.toml", "--store", demo.out / "store", "--out", "run"]
    refused(10, words, says="within_days")


def test_a_wrong_option(refused):
    refused(2, ["train", "x.toml", "--sore", "s"], says="--sore")


def test_a_wrong_date(refused, tmp_path):
    (tmp_path / "ssd").mkdir()
    words = ["ingest", "ssd", "--store", "s", "--extract-date", "31/03/2026"]
    refused(2, words, says="YYYY-MM-DD")


def test_training_without_a_store(demo, refused):
    refused(2, ["train", demo.out / "run/experiment.toml"], says="--store")


def test_a_review_log_that_is_not_there(refused):
    refused(2, ["log", "verify", "--log", "none.db"], says="none.db")


def test_scores_outside_zero_and_one(refused, tmp_path):
    (tmp_path / "scores.csv").write_text(
        "person_id,score,outcome,ethnicity,disability,sex,age_band\n"
        "P1,1.7,1,WBRI,no,F,5 to 9\n"
    )
    text = refused(11, ["audit", "scores.csv", "--out", "audit"], says="RA11")
    assert "1.7" not in text
    assert "P1" not in text


def test_an_interrupted_ingest_leaves_the_store_as_it_was(demo, tmp_path):
    from riskaid.files import digest_folder
    from riskaid.records.ingest import ingest

    shutil.copytree(demo.out / "store", tmp_path / "store")
    before = digest_folder(tmp_path / "store")

    def interrupt(what, _done, _in_all):
        if what == "writing the store":
            raise KeyboardInterrupt

    feeds = tmp_path / "feeds"
    shutil.copytree(demo.out / "council/feeds", feeds)
    text = (feeds / "housing.csv").read_text()
    (feeds / "housing.csv").write_text(text.rsplit("\n", 3)[0] + "\n")
    facts = json.loads((feeds / "extract.json").read_text())
    facts["extract_date"] = "2026-04-30"
    (feeds / "extract.json").write_text(json.dumps(facts))
    with pytest.raises(KeyboardInterrupt):
        ingest(feeds, tmp_path / "store", mapping="partner_feeds", progress=interrupt)
    assert digest_folder(tmp_path / "store") == before
    assert leavings(tmp_path) == ["feeds", "store"]
