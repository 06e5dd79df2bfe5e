"""The fake returns of the sector, none of which is valid: all of them come in."""

import json
from datetime import date

import polars as pl
import pytest

from riskaid.records.ingest import ingest
from riskaid.records.store import open_store

COUNTS = {
    "sample_cin.xml": {"persons": 332, "referrals": 394},
    "made_cin_2026_valid.xml": {
        "persons": 3,
        "referrals": 4,
        "cp_plans": 1,
        "s47_enquiries": 1,
    },
    "fake_cin/CIN_Census_2021.xml": {"persons": 1, "assessments": 1, "cp_plans": 1},
    "fake_cin/CIN_Census_2021_no_assessment_factors.xml": {
        "persons": 1,
        "assessments": 1,
    },
    "fake_cin/CIN_Census_2024.xml": {"persons": 2, "s47_enquiries": 1, "icpcs": 2},
    "fake_cin/CIN_Census_2026.xml": {"persons": 2, "cin_plans": 1},
    "fake_cin/CIN_header_issues_100.xml": {"persons": 1, "assessment_factors": 2},
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_census_file_comes_in(sector_files, tmp_path, name):
    report = ingest(sector_files / name, tmp_path / "store")
    store = open_store(tmp_path / "store")
    found = {t: store.table(t).height for t in COUNTS[name]}
    assert found == COUNTS[name]
    for file in report.files:
        assert file.accepted + file.repaired + file.refused == file.rows


def test_the_summary_of_the_sample_census_says_what_is_wrong(sector_files, tmp_path):
    path = sector_files / "sample_cin.xml"
    report = ingest(path, tmp_path / "store")
    text = path.read_text()
    children, episodes = (text.count(f"<{t}>") for t in ("Child", "CINdetails"))
    assert sum(f.rows for f in report.files) == children + episodes
    summary = report.summary()
    taken = episodes - sum(f.refused for f in report.files)
    assert f"ReferralNFA is true or false, not 1 or 0 (noted, {taken}" in summary
    assert "after the person's death" in summary
    assert "assessments" in "".join(report.warnings)
    assert json.loads((tmp_path / "store/quality.json").read_text())["ingests"][0][
        "files"
    ]


def test_the_fake_903_comes_in_with_its_open_episodes_named(sector_files, tmp_path):
    report = ingest(sector_files / "fake_903", tmp_path / "store")
    store = open_store(tmp_path / "store")
    read = pl.read_csv(sector_files / "fake_903/episodes.csv", infer_schema=False)
    still = read.filter(pl.col("DEC").is_null() & (pl.col("REC") == "X1"))
    assert still.height == 1060
    assert store.table("cla_episodes").height == read.height == 5050
    assert store.table("persons").height == 2675
    assert store.table("missing_episodes").height == 43
    # The one row of social workers is of 2020, and says nothing of the others.
    assert report.extract_date == date(2018, 4, 1)
    assert "REC X1" in report.summary()
    assert any("day of the extract is not given" in w for w in report.warnings)
    episodes = store.table("cla_episodes")
    inside = episodes.with_columns(
        pl.col("date").shift(-1).over("person_id").alias("next")
    )
    assert inside.filter(pl.col("next") < pl.col("end")).is_empty()
    assert inside.filter(
        pl.col("next").is_not_null() & pl.col("end").is_null()
    ).is_empty()


def test_public_data_comes_in_through_its_mapping(sector_files, tmp_path, root):
    mapping = root / "examples/oulad/mapping.toml"
    report = ingest(sector_files / "oulad", tmp_path / "store", mapping=mapping)
    store = open_store(tmp_path / "store")
    assert store.mark == "public"
    assert store.table("persons").height == 32593
    assert store.table("families")["family_id"].n_unique() == 28785
    kinds = dict(store.table("local_events").group_by("kind").len().rows())
    assert (kinds["submission"], kinds["withdrawal"], kinds["result"]) == (
        172003,
        10072,
        32593,
    )
    declared = store.table("disabilities").filter(pl.col("code") != "NONE")
    assert declared.height == 3164
    assert any("region" in w for w in report.warnings)
