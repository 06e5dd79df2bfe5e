"""What a person says for a source that says nothing of itself; one council a store."""

import json
from datetime import date

import pytest

from riskaid.dates import FIRST_DAY, LAST_DAY
from riskaid.errors import DefinitionError, ExtractError, UsageError
from riskaid.records.ingest import ingest
from riskaid.records.mapping_file import load_mapping, shipped_mapping
from riskaid.records.source_facts import an_authority, with_facts
from riskaid.records.store import open_store
from riskaid.records.supply import NO_GROUPS, Reading

DAY = date(2026, 3, 31)
FIRST = date(2021, 5, 1)
NOTHING = Reading("mapped", "nothing", (), (), NO_GROUPS)


def test_a_source_without_facts_takes_what_is_asked(ssd, tmp_path):
    ingest(
        ssd(day=None),
        tmp_path / "store",
        extract_date=DAY,
        name="reporting database",
        covered_from=FIRST,
        mark="synthetic",
        authority=" e09000007",
    )
    store = open_store(tmp_path / "store")
    (source,) = store.facts["sources"]
    assert (source["name"], source["authority"]) == ("reporting database", "E09000007")
    assert store.mark == "synthetic"
    assert store.coverage["missing_episodes"].covered_from == FIRST
    assert store.coverage["persons"].covered_from == FIRST


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        ({"name": "another"}, "--name"),
        ({"covered_from": FIRST}, "--covered-from"),
        ({"mark": "public"}, "--mark"),
        ({"authority": "203"}, "--authority"),
    ],
)
def test_what_differs_from_extract_json_is_refused(ssd, tmp_path, asked, option):
    folder = ssd(mark="synthetic", authority="202")
    with pytest.raises(UsageError, match=option):
        ingest(folder, tmp_path / "store", **asked)
    same = {
        "name": "council",
        "covered_from": date(2020, 4, 1),
        "mark": "synthetic",
        "authority": "202",
    }
    ingest(folder, tmp_path / "store", **same)
    assert open_store(tmp_path / "store").facts["sources"][0]["authority"] == "202"


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2200, 1, 1), date.max])
def test_a_day_from_which_windows_would_leave_the_calendar_is_refused(
    ssd, tmp_path, day
):
    with pytest.raises(ExtractError, match="between 1900-01-01 and 2199-12-31"):
        ingest(ssd(), tmp_path / "store", extract_date=day)
    for key in ("extract_date", "covered_from"):
        with pytest.raises(ExtractError, match=f"{key} must be between"):
            with_facts(NOTHING, {key: day.isoformat()})
    ready = shipped_mapping("housing").read_text()
    mapping = tmp_path / "m.toml"
    mapping.write_text(f"extract_date = {day}\n{ready}")
    with pytest.raises(DefinitionError, match="extract_date must be between"):
        load_mapping(mapping)


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_the_first_and_the_last_day_in_reach_can_be_that_of_an_extract(
    ssd, tmp_path, day
):
    ingest(ssd(), tmp_path / "store", extract_date=day)
    assert open_store(tmp_path / "store").extract_date == day


def test_a_ready_mapping_takes_a_name_of_its_own(tmp_path):
    (tmp_path / "a.csv").write_text(
        "child_id,event_date,kind\nC1,2025-01-01,eviction notice\n"
    )
    report = ingest(
        tmp_path / "a.csv",
        tmp_path / "store",
        mapping="housing",
        name="north housing",
        extract_date=DAY,
    )
    assert report.name == "north housing"


def test_a_store_holds_one_council(ssd, tmp_path):
    store = tmp_path / "store"
    ingest(ssd(authority="202"), store)
    before = (store / "store.json").read_bytes()
    other = ssd(name="other", authority="203")
    with pytest.raises(ExtractError, match="a store for each council"):
        ingest(other, store)
    assert (store / "store.json").read_bytes() == before
    facts = json.loads((other / "extract.json").read_text())
    (other / "extract.json").write_text(
        json.dumps({**facts, "authority": "202", "name": "more"})
    )
    ingest(other, store)
    unsaid = ssd(name="third")
    ingest(unsaid, store)
    assert {s.get("authority") for s in open_store(store).facts["sources"]} == {
        "202",
        None,
    }


def test_a_census_says_its_own_council(tmp_path):
    text = (
        "<Message><Header><CollectionDetails><ReferenceDate>2026-03-31</ReferenceDate>"
        "</CollectionDetails><Source><LEA>202</LEA></Source></Header><Children><Child>"
        "<ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2015-01-01"
        "</PersonBirthDate></ChildIdentifiers><CINdetails><CINreferralDate>2025-05-01"
        "</CINreferralDate></CINdetails></Child></Children></Message>"
    )
    (tmp_path / "cin.xml").write_text(text)
    ingest(tmp_path / "cin.xml", tmp_path / "store")
    assert open_store(tmp_path / "store").facts["sources"][0]["authority"] == "202"
    with pytest.raises(UsageError, match="--authority"):
        ingest(tmp_path / "cin.xml", tmp_path / "other", authority="203")


def test_a_misspelt_table_in_extract_json_is_said(ssd, tmp_path):
    with pytest.raises(ExtractError, match="Did you mean 'missing_episodes'"):
        ingest(ssd(tables={"missing_episode": "2024-01-01"}), tmp_path / "store")


@pytest.mark.parametrize("code", ["", "20", "20 2", "E0900000712", "../x"])
def test_what_is_no_code_of_a_council_is_refused(code):
    with pytest.raises(ExtractError, match="letters and digits"):
        an_authority(code, "--authority")
