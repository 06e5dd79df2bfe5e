"""DfE's daily JSON: every path, every known fault, and files nobody vouches for."""

import json
from datetime import date

import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store

DAY = date(2026, 3, 31)


def child(who="C1", **more):
    """One child with everything the flow carries."""
    return {
        "la_child_id": who,
        "child_details": {
            "first_name": "ForenameX",
            "date_of_birth": "2015-05-17",
            "sex": "F",
            "ethnicity": "WBRI",
            "disabilities": ["HAND", "VIS"],
            "postcode": "AB12 3DE",
            "uasc_flag": True,
        },
        "health_and_wellbeing": {
            "sdq_assessments": [{"date": "2025-05-01", "score": 9}]
        },
        "social_care_episodes": [episode()],
        **more,
    }


def episode(number="R1", **more):
    return {
        "social_care_episode_id": number,
        "referral_date": "2025-01-10",
        "referral_source": "6",
        "referral_no_further_action_flag": False,
        "closure_date": "2026-01-10",
        "closure_reason": "RC8",
        "care_worker_details": [{"worker_id": "W1", "start_date": "2025-01-11"}],
        "child_and_family_assessments": [
            {
                "child_and_family_assessment_id": "A1",
                "start_date": "2025-01-12",
                "authorisation_date": "2025-02-20",
                "factors": ["1B", "4B", "4B"],
            }
        ],
        "child_in_need_plans": [{"start_date": "2025-02-21", "end_date": "2025-06-01"}],
        "section_47_assessments": [
            {
                "section_47_assessment_id": "S1",
                "start_date": "2025-06-01",
                "end_date": "2025-06-10",
                "icpc_required_flag": True,
                "icpc_date": "2025-06-15",
            },
            {"start_date": "2025-09-01", "icpc_required_flag": False},
        ],
        "child_protection_plans": [
            {"child_protection_plan_id": "P1", "start_date": "2025-06-15"}
        ],
        "child_looked_after_placements": [
            {
                "start_date": "2025-07-01",
                "start_reason": "S",
                "placement_type": "U1",
                "end_date": "2025-08-01",
                "end_reason": "E4A",
                "change_reason": "CHILD",
            }
        ],
        "adoption": {"matched_date": "2025-06-14"},
        "care_leavers": {"activity": "F2"},
        **more,
    }


@pytest.fixture
def take(tmp_path):
    """Ingest children, or text as it stands, as one file; give report and store."""

    def go(content, *, name="payload.json", store="store", day=DAY, **more):
        file = tmp_path / name
        written = content if isinstance(content, str) else json.dumps(content)
        file.write_text(written, encoding="utf-8")
        report = ingest(file, tmp_path / store, extract_date=day, **more)
        for one in report.files:
            assert one.accepted + one.repaired + one.refused == one.rows
        return report, open_store(tmp_path / store)

    return go


def said(store, table, *columns):
    return store.current(table).sort("source_row", "date").select(columns).rows()


def test_every_path_becomes_its_case_column(take):
    report, store = take([child()])
    assert report.kind == "dfe_json"
    d = date
    expected = {
        ("persons", "born", "sex", "ethnicity"): [(d(2015, 5, 1), "F", "WBRI")],
        ("disabilities", "code"): [("HAND",), ("VIS",)],
        ("sdq_scores", "date", "score"): [(d(2025, 5, 1), 9.0)],
        (
            *("referrals", "date", "referral_id", "source_code", "no_further_action"),
            *("end", "close_reason", "primary_need"),
        ): [(d(2025, 1, 10), "R1", "6", "no", d(2026, 1, 10), "RC8", None)],
        ("involvements", "date", "worker_id", "role"): [(d(2025, 1, 11), "W1", "CW")],
        ("assessments", "date", "assessment_id", "referral_id", "end"): [
            (d(2025, 1, 12), "A1", "R1", d(2025, 2, 20))
        ],
        ("assessment_factors", "date", "code", "known_from"): [
            (d(2025, 1, 12), "1B", d(2025, 2, 23)),
            (d(2025, 1, 12), "4B", d(2025, 2, 23)),
        ],
        ("cin_plans", "date", "end"): [(d(2025, 2, 21), d(2025, 6, 1))],
        ("s47_enquiries", "date", "enquiry_id", "referral_id", "conference_decided"): [
            (d(2025, 6, 1), "S1", "R1", "yes"),
            (d(2025, 9, 1), None, "R1", "no"),
        ],
        ("icpcs", "date", "enquiry_id", "referral_id"): [(d(2025, 6, 15), "S1", "R1")],
        ("cp_plans", "date", "plan_id", "initial_category"): [
            (d(2025, 6, 15), "P1", None)
        ],
        ("placements", "date", "placement_type", "end", "change_reason"): [
            (d(2025, 7, 1), "U1", d(2025, 8, 1), "CHILD")
        ],
        ("cla_episodes", "date", "start_reason", "end", "end_reason"): [
            (d(2025, 7, 1), "S", d(2025, 8, 1), "E4A")
        ],
    }
    for (table, *columns), rows in expected.items():
        assert sorted(said(store, table, *columns), key=str) == rows, table
    held = set(store.coverage) - {"families"}
    assert held == {table for table, *_ in expected}
    assert "Not used: adoption, care_leavers." in report.warnings
    for file in store.path.rglob("*.*"):
        content = file.read_bytes()
        assert b"ForenameX" not in content and b"3DE" not in content
    assert store.coverage["referrals"].covered_from == date(2025, 1, 10)


@pytest.mark.parametrize("shape", ["array", "object", "lines", "pretty", "utf-16"])
def test_an_array_one_object_and_lines_say_the_same(take, tmp_path, shape):
    children = [child()] if shape in ("object", "pretty") else [child(), child("C2")]
    text = {
        "array": json.dumps(children),
        "object": json.dumps(children[0]),
        "lines": "\n".join(map(json.dumps, children)) + "\n\n",
        "pretty": "\ufeff" + json.dumps(children[0], indent=2),
        "utf-16": json.dumps(children),
    }[shape]
    if shape == "utf-16":
        file = tmp_path / "p.json"
        file.write_bytes(text.encode("utf-16"))
        assert recognise(file) == "dfe_json"
        ingest(file, tmp_path / "store", extract_date=DAY)
        store = open_store(tmp_path / "store")
    else:
        _, store = take(text, name="p.jsonl" if shape == "lines" else "p.json")
    assert store.table("persons").height == len(children)
    assert store.table("referrals").height == len(children)


def test_none_is_not_recorded_and_never_not_disabled(take):
    details = {"date_of_birth": "2015-05-17", "disabilities": ["NONE"]}
    none = child("C2", child_details=details)
    empty = child("C3", child_details={**details, "disabilities": []})
    absent = child("C4", child_details=None)
    report, store = take([child(), none, empty, absent])
    assert set(store.table("disabilities")["person_id"]) == {"C1"}
    assert ("disabilities", 1) in report.files[0].fillers
    assert store.table("persons").height == 4
    alone, other = take([none], store="alone")
    assert not other.has("disabilities")
    assert any("disabilities" in w and "not supplied" in w for w in alone.warnings)


PARTS = {
    "child": (lambda c: c, set()),
    "health": (lambda c: c["health_and_wellbeing"], {"sdq_scores"}),
    "score": (
        lambda c: c["health_and_wellbeing"]["sdq_assessments"][0],
        {"sdq_scores"},
    ),
    "plan": (
        lambda c: c["social_care_episodes"][0]["child_protection_plans"][0],
        {"cp_plans"},
    ),
    "enquiry": (
        lambda c: c["social_care_episodes"][0]["section_47_assessments"][0],
        {"icpcs"},
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_purge_deletes_an_object_and_what_is_in_it(take, part):
    find, empty = PARTS[part]
    purged = child()
    find(purged)["purge"] = True
    report, store = take([purged, child("C2")])
    mine = {
        t for t in store.coverage if "C1" in store.table(t)["person_id"].to_list()
    } - {"families"}
    everything = {
        t for t in store.coverage if "C2" in store.table(t)["person_id"].to_list()
    } - {"families"}
    assert mine == (set() if part == "child" else everything - empty)
    refusals = {r.says for f in report.files for r in f.refusals}
    assert "deleted by the source (purge)" in refusals


def test_a_purge_in_the_next_extract_ends_the_row(take):
    take([child()], day=date(2026, 3, 1))
    purged = child()
    purged["social_care_episodes"][0]["child_protection_plans"][0]["purge"] = True
    _, store = take([purged])
    (row,) = store.table("cp_plans").rows(named=True)
    assert row["known_until"] == DAY


def test_ids_made_anew_overnight_change_nothing(take):
    """Fault #89: the ids of forms change each night."""
    take([child()], day=date(2026, 3, 1))
    other = json.loads(
        json.dumps([child()]).replace('"A1"', '"A9"').replace('"R1"', '"R9"')
    )
    report, store = take(other)
    assert all(t.new == t.ended == 0 for t in report.tables if t.name != "families")
    assert store.table("assessments").height == 1


def test_the_same_object_twice_is_one_row(take):
    """Fault #81: objects that stand in the feed twice."""
    twice = child()
    inside = twice["social_care_episodes"][0]
    inside["child_protection_plans"] *= 2
    twice["social_care_episodes"] *= 2
    report, store = take([twice])
    counts = {t: store.table(t).height for t in ("referrals", "cp_plans", "icpcs")}
    assert counts == {"referrals": 1, "cp_plans": 1, "icpcs": 1}
    says = {r.says for f in report.files for r in f.refusals}
    assert says == {"the same row as an earlier one"}


def test_an_assessment_without_factors_is_an_assessment(take):
    """Fault #73."""
    bare = child()
    del bare["social_care_episodes"][0]["child_and_family_assessments"][0]["factors"]
    _, store = take([bare])
    assert store.table("assessments").height == 1
    assert not store.has("assessment_factors")


def test_an_unaccompanied_flag_without_an_end_changes_nothing(take):
    """Fault #96: the status has no case table, and no word of it is stored."""
    _, plain = take([child()])
    details = {**child()["child_details"], "uasc_flag": None, "uasc_end_date": None}
    _, other = take([child(child_details=details)], store="other")
    assert plain.facts["tables"] == other.facts["tables"]


def test_a_child_sent_again_counts_as_it_was_sent_last(take, tmp_path):
    folder = tmp_path / "daily"
    folder.mkdir()
    later = child(social_care_episodes=[])
    (folder / "1.json").write_text(json.dumps([child(), child("C2")]))
    (folder / "2.jsonl").write_text(json.dumps(later) + "\n")
    (folder / "extract.json").write_text(
        '{"extract_date": "2026-03-31", "name": "la_child_id"}'
    )
    assert recognise(folder) == "dfe_json"
    report = ingest(folder, tmp_path / "store")
    store = open_store(tmp_path / "store")
    assert store.table("persons")["person_id"].to_list() == ["C1", "C2"]
    assert store.table("referrals")["person_id"].to_list() == ["C2"]
    by_name = {f.name: f for f in report.files}
    assert (by_name["daily <child>"].rows, by_name["daily <child>"].refused) == (3, 1)


def test_a_staging_table_gives_the_payload_of_each_row(tmp_path):
    table = pl.DataFrame(
        {
            "person_id": ["C1", "C2", "C3"],
            "JSON_Payload": [json.dumps(child(w)) for w in ("C1", "C2")] + ["{cut off"],
            "row_state": ["New", "Deleted", "New"],
        }
    )
    folder = tmp_path / "staging"
    folder.mkdir()
    table.write_csv(folder / "ssd_api_data_staging.csv")
    assert recognise(folder) == "dfe_json"
    assert recognise(folder / "ssd_api_data_staging.csv") == "dfe_json"
    report = ingest(folder, tmp_path / "store", extract_date=DAY)
    store = open_store(tmp_path / "store")
    assert store.table("persons")["person_id"].to_list() == ["C1"]
    says = {r.says: r.first_rows for r in report.files[0].refusals}
    assert says == {"deleted by the source (purge)": (2,), "not a JSON object": (3,)}


def test_a_broken_line_is_a_row_refused_and_a_broken_array_a_file(take):
    lines = f"{json.dumps(child())}\n[1, 2]\n{{\n{json.dumps(child('C2'))}\n"
    report, store = take(lines, name="p.jsonl")
    assert store.table("persons").height == 2
    assert report.files[0].refused == 2
    whole = json.dumps([child()])
    for text in (whole[:-20], '{"la_child_id": ' + "[" * 100_000):
        with pytest.raises(ExtractError, match="broken or cut off"):
            take(text, store="other")


@pytest.mark.parametrize(
    "content",
    [
        [{"la_child_id": None, "social_care_episodes": []}],
        ["la_child_id", 5, None],
        [{"la_child_id": [], "child_details": 7}],
    ],
)
def test_a_file_without_a_child_is_refused(take, content):
    text = json.dumps(content).replace('"la_child_id", 5', '{"la_child_id": {}}, 5')
    with pytest.raises(ExtractError, match="no child was found"):
        take(text)


def test_values_of_a_wrong_kind_are_empty_and_counted(take):
    odd = child(
        child_details={
            "date_of_birth": ["2015-05-17"],
            "sex": {"x": 1},
            "ethnicity": 5,
        },
        health_and_wellbeing={"sdq_assessments": {"date": "2025-05-01", "score": 9}},
        social_care_episodes=[None, 5, episode(child_in_need_plans="x", factors=4)],
    )
    odd["social_care_episodes"][2]["child_and_family_assessments"][0]["factors"] = [
        ["1B"],
        {"a": 1},
        "4B",
        None,
    ]
    report, store = take([odd])
    assert store.table("sdq_scores").height == 1
    assert store.table("assessment_factors")["code"].to_list() == ["4B"]
    assert store.table("persons")["born"].to_list() == [None]
    says = {r.says for f in report.files for r in f.repairs}
    assert "'date_of_birth' is not a plain value; left empty" in says


def test_half_a_character_is_no_reason_to_stop(take):
    odd = child()
    odd["social_care_episodes"][0]["care_worker_details"][0]["worker_id"] = "W\ud800"
    _, store = take([odd])
    assert store.table("involvements")["worker_id"].to_list() == ["W?"]


def test_a_line_without_end_is_refused(take, monkeypatch):
    monkeypatch.setattr("riskaid.records.json_objects.LONGEST_LINE", 5_000)
    monkeypatch.setattr("riskaid.records.json_objects.LARGEST_WHOLE", 20_000)
    first = json.dumps({"la_child_id": "C0"})
    with pytest.raises(ExtractError, match="longer than 64 MB"):
        take(first + "\n" + " " * 6_000 + json.dumps(child()) + "\n", name="p.jsonl")
    with pytest.raises(ExtractError, match="one array of more than 256 MB"):
        take([child() for _ in range(30)])


def test_coverage_begins_where_the_flow_promises_everything(take):
    """Children are sent who were known since 1 April of the year 24 months back."""
    old = child(social_care_episodes=[episode(referral_date="2019-01-01")])
    _, store = take([old])
    assert store.coverage["referrals"].covered_from == date(2023, 4, 1)


def test_an_ssd_and_this_flow_never_count_one_referral_twice(take, ssd, tmp_path):
    ingest(ssd(), tmp_path / "store")
    report, store = take([child()])
    assert store.table("referrals").height == 2
    assert store.table("sdq_scores").height == 1
    assert any("counts twice" in w for w in report.warnings)
