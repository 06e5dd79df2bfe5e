"""Every data file of the sector: taken in and counted, or named as what it is.

The counts beside riskaid's are made here with the standard library alone.
"""

import csv
import gzip
import json
import re

import pytest

from riskaid.records.ssd_tables import NOT_USED, SSD, WHY_NOT_USED, why_not_used
from riskaid.records.ssda903 import module_of
from riskaid.records.ssda903 import why_not_used as why_not_in_903

DAY = ["--extract-date", "2026-03-31"]
REFERENCE = {
    "PROVENANCE.md": "where the files come from",
    "annexa_columns.csv": "headers of Annex A, and no row",
    "cin_census.md": "what a census return looks like",
    "cin_rules.csv": "the DfE's rules",
    "dfe_api.md": "what the DfE's daily data looks like",
    "oulad/README.md": "what the data set is",
    "ssd_codelists.csv": "a list of codes",
    "ssd_schema.csv": "a list of columns",
    "ssda903.md": "what the return looks like",
    "ssda903_rules.csv": "the DfE's rules",
    "stats_england_2024.csv": "published statistics",
    "stats_la_spread_2024.csv": "published statistics",
    "systems_and_data_quality.md": "what is known of case systems",
    "value_aliases.csv": "a list of spellings",
}
"""Read by people and tests, never ingested: no row in them is about a person."""
CENSUS = [
    "sample_cin.xml",
    "made_cin_2026_valid.xml",
    *(f"fake_cin/CIN_Census_{year}.xml" for year in (2021, 2024, 2026)),
    "fake_cin/CIN_Census_2021_no_assessment_factors.xml",
    "fake_cin/CIN_header_issues_100.xml",
]
BLOCKS = "Child CINdetails Assessments CINPlanDates Section47 ChildProtectionPlans"
USED_903 = {"header", "episodes", "missing", "oc2", "sw_episodes"}
NOT_USED_903 = {
    "ad1": "ad1",
    "oc3": "oc3",
    "placed_for_adoption": "placed for adoption",
    "previous_permanence": "previous permanence",
    "reviews": "reviews",
    "uasc": "uasc",
}
PAYLOAD = "dfe_payload_sample.json"


def rows_of(path):
    """Rows below the header of a CSV, counted without riskaid."""
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


@pytest.fixture
def take(riskaid, tmp_path):
    """Ingest from the command line: what quality.json says of each file, and the text."""

    def go(*words):
        ended = riskaid(tmp_path, "ingest", *words, "--store", "store")
        assert ended.code == 0, ended.text
        quality = json.loads((tmp_path / "store/quality.json").read_text("utf-8"))
        files = {one["file"]: one for one in quality["ingests"][-1]["files"]}
        for one in files.values():
            assert one["accepted"] + one["repaired"] + one["refused"] == one["rows"]
        return files, ended.text

    return go


def test_no_file_is_forgotten(sector_files):
    there = {
        str(p.relative_to(sector_files)) for p in sector_files.rglob("*") if p.is_file()
    }
    taken = {*CENSUS, PAYLOAD}
    taken |= {f"fake_903/{name}.csv" for name in USED_903 | set(NOT_USED_903)}
    public = {
        "enrolments.csv",
        "registrations.csv",
        "results.csv",
        "submissions.csv.gz",
    }
    taken |= {f"oulad/{name}" for name in public}
    assert there == taken | set(REFERENCE)


@pytest.mark.parametrize("name", CENSUS)
def test_every_block_of_a_census_is_counted(sector_files, take, name):
    path = sector_files / name
    files, _ = take(path)
    text = path.read_text("utf-8")
    for block in BLOCKS.split():
        opened = len(re.findall(rf"<{block}[\s>/]", text))
        assert files[f"{path.name} <{block}>"]["rows"] == opened, block


def test_every_row_of_the_903_is_counted_or_its_file_is_named_with_a_reason(
    sector_files, take
):
    folder = sector_files / "fake_903"
    files, text = take(folder, *DAY)  # the one worker's row is of two years later
    assert set(files) == {p.name for p in folder.iterdir()}
    for path in folder.iterdir():
        assert files[path.name]["rows"] == rows_of(path), path.name
    for stem in USED_903:
        assert files[f"{stem}.csv"]["accepted"] + files[f"{stem}.csv"]["repaired"]
    for stem, module in NOT_USED_903.items():
        assert files[f"{stem}.csv"]["read_as"] == "not used"
        assert f"{stem}.csv: {why_not_in_903(module)}" in text
        with (folder / f"{stem}.csv").open(encoding="utf-8-sig") as file:
            assert module_of(next(csv.reader(file))) == module


def test_public_data_is_counted(sector_files, take, root):
    folder = sector_files / "oulad"
    mapping = root / "examples/oulad/mapping.toml"
    files, _ = take(folder, "--mapping", mapping)
    tables = [p for p in folder.iterdir() if ".csv" in p.name]
    assert set(files) == {p.name for p in tables}
    for path in tables:
        assert files[path.name]["rows"] == rows_of(path), path.name
    with (folder / "registrations.csv").open(encoding="utf-8", newline="") as file:
        dates = [
            (row["registered_on"], row["unregistered_on"])
            for row in csv.DictReader(file)
        ]
    undated = dates.count(("", ""))
    refused = {name: one["refused"] for name, one in files.items() if one["refused"]}
    assert refused == {"registrations.csv": undated}


def test_every_object_of_the_daily_feed_is_counted(sector_files, take):
    path = sector_files / PAYLOAD
    files, text = take(path, *DAY)
    child = json.loads(path.read_text("utf-8"))
    expected = {"child": 1, "sdq_assessments": 0, "social_care_episodes": 0}
    expected["sdq_assessments"] = len(child["health_and_wellbeing"]["sdq_assessments"])
    for episode in child["social_care_episodes"]:
        expected["social_care_episodes"] += 1
        for block, inside in episode.items():
            if isinstance(inside, list):
                expected[block] = expected.get(block, 0) + len(inside)
    counted = {name.split("<")[1].rstrip(">"): f["rows"] for name, f in files.items()}
    assert counted == expected
    assert sum(f["refused"] for f in files.values()) == 0
    assert "Not used: adoption, care_leavers." in text


def test_every_table_of_the_ssd_is_used_or_named_with_a_reason(sector_files):
    with (sector_files / "ssd_schema.csv").open(encoding="utf-8", newline="") as file:
        tables = {row["table"] for row in csv.DictReader(file)}
    assert len(tables) == 51
    assert not set(SSD) & set(WHY_NOT_USED)
    assert tables == set(SSD) | set(WHY_NOT_USED)
    assert set(NOT_USED.values()) <= set(WHY_NOT_USED)
    for name in WHY_NOT_USED:
        table = name if name in NOT_USED.values() else None
        assert why_not_used(table, f"{name}.csv") == (
            f"not used ({name}): {WHY_NOT_USED[name]}."
        )
    assert why_not_used(None, "letters.csv") == "not used (no SSD columns)."
