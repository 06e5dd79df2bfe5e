"""The mappings that are ready to use, one by one, and the look before writing."""

import json
import re
from datetime import date

import polars as pl
import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.records.ingest import ingest
from riskaid.records.mapping_file import load_mapping, shipped_mappings
from riskaid.records.store import open_store
from riskaid.records.tables import TABLES

DAY = date(2026, 3, 31)
TOLD = "2025-06-20"
FEEDS = {
    "police_domestic_abuse": (
        (
            "Date_of_Incident,person_id,dash_grade,officer\n"
            "2025-06-01,C1,High risk,OfficerX\n2025-06-02,C1,unknown,OfficerX\n"
        ),
        {"domestic_abuse_incidents": [("C1", "high", None), ("C1", None, None)]},
        ("grade", "child_present"),
    ),
    "missing_from_home": (
        (
            "child_id,missing_from,returned_on,category,interview_offered,recorded_date\n"
            f"C1,2025-06-01,2025-06-02,No apparent risk,yes,{TOLD}\n"
            f"C2,2025-06-01,,Missing,,{TOLD}\n"
        ),
        {
            "missing_episodes": [
                ("C1", "A", date(2025, 6, 2), "yes"),
                ("C2", "M", None, None),
            ]
        },
        ("episode_type", "end", "rhi_offered"),
    ),
    "housing": (
        (
            "child_id,event_date,event_type,recorded_date\n"
            f"C1,2025-06-01,Section 21 notice,{TOLD}\nC1,2025-06-02,Repair,{TOLD}\n"
        ),
        {"housing_events": [("C1", "eviction_notice")]},
        ("kind",),
    ),
    "attendance": (
        (
            "child_id,term_end,possible_sessions,absence_sessions,upn\n"
            "C1,2025-07-20,120,12,A1\n"
        ),
        {"attendance": [("C1", 120.0, 12.0)]},
        ("sessions_possible", "sessions_missed"),
    ),
    "suspensions": (
        (
            "child_id,start_date,category,sessions\n"
            "C1,2025-06-01,SUSP,4\nC1,2025-06-11,PERM,\nC1,2025-06-12,MOVE,\n"
        ),
        {
            "suspensions": [
                ("C1", "suspension", 4.0),
                ("C1", "permanent_exclusion", None),
            ]
        },
        ("kind", "sessions"),
    ),
    "adult_histories": (
        (
            "adult_id,event_date,kind,code\n"
            "A1,1994-06-01,Sexual_offence,X1\nA1,1999-01-01,parking,\n"
        ),
        {"adult_events": [("A1", "sexual_offence", "X1")]},
        ("kind", "code"),
    ),
    "local_events": (
        (
            "child_id,event_date,kind,code,recorded_date\n"
            f"C1,2025-06-01,marac_heard,,{TOLD}\n"
            f"C1,2025-06-02,separation,one_account,{TOLD}\n"
        ),
        {
            "local_events": [
                ("C1", "marac_heard", None, None),
                ("C1", "separation", "one_account", None),
            ]
        },
        ("kind", "code", "value"),
    ),
    "relationships": (
        (
            "child_id,adult_id,relationship,start_date\n"
            "C1,A1,Grandmother,2025-06-01\nC1,A2,somebody,2025-06-01\n"
        ),
        {
            "household": [
                ("C1", "A1", "grandparent", "strong"),
                ("C1", "A2", None, "strong"),
            ]
        },
        ("adult_id", "role", "strength"),
    ),
}
ADULTS = (
    "adult_id,event_start_date,primary_support_reason,event_type,nhs_number\n"
    "A1,2025-06-01,Mental Health Support,Assessment,1\n"
    "A1,2025-06-02,Learning Disability Support,Assessment,1\n"
    "A2,2025-06-03,Social Support: Substance Misuse Support,Service,1\n"
)
HOMES = "child_id,adult_id,role,start_date\nC1,A1,Mother,2024-01-01\n"


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_of_any_file_name_comes_in_through_its_ready_mapping(tmp_path, name):
    text, tables, own = FEEDS[name]
    file = tmp_path / "export from another system.csv"
    file.write_text(text)
    report = ingest(file, tmp_path / "store", mapping=name, extract_date=DAY)
    store = open_store(tmp_path / "store")
    for table, rows in tables.items():
        held = store.table(table).sort("source_row")
        assert held.select("person_id", *own).rows() == rows
        told = TOLD in text
        assert set(held["known_how"]) == {"recorded" if told else "declared_lag"}
    (read,) = report.files
    assert read.accepted + read.repaired + read.refused == read.rows
    for stored in store.path.rglob("*.*"):
        assert b"OfficerX" not in stored.read_bytes()


def test_adult_social_care_tells_of_adults_and_of_whom_they_live_with(tmp_path):
    folder = tmp_path / "adults"
    folder.mkdir()
    (folder / "adult_social_care_events_2026.csv").write_text(ADULTS)
    (folder / "adult_social_care_household.csv").write_text(HOMES)
    report = ingest(
        folder, tmp_path / "store", mapping="adult_social_care", extract_date=DAY
    )
    store = open_store(tmp_path / "store")
    events = store.table("adult_events").select("person_id", "kind", "code").rows()
    assert events == [
        ("A1", "mental_health", "Assessment"),
        ("A2", "substance_misuse", "Service"),
    ]
    link = store.table("household").row(0, named=True)
    assert (link["role"], link["strength"], link["date"]) == (
        "mother",
        "strong",
        date(2024, 1, 1),
    )
    (refusal,) = report.files[0].refusals
    assert refusal.says == "'kind' says what the mapping does not take"
    odd = tmp_path / "odd.csv"
    odd.write_text(ADULTS)
    with pytest.raises(ExtractError, match="Rename the file"):
        ingest(odd, tmp_path / "other", mapping="adult_social_care")


def test_the_ready_mappings_read_what_partner_feeds_reads(synthetic_feeds, tmp_path):
    """The feeds of a synthetic council: one mapping for all, or one for each."""
    ingest(synthetic_feeds, tmp_path / "all", mapping="partner_feeds")
    whole = open_store(tmp_path / "all")
    for name in set(FEEDS) - {"local_events"}:  # a synthetic council sends none
        ingest(synthetic_feeds, tmp_path / name, mapping=name)
        alone = open_store(tmp_path / name)
        (table,) = (t for t in alone.coverage if t in FEEDS[name][1])
        assert alone.table(table).equals(whole.table(table)), name
        assert alone.table(table).height


def test_every_ready_mapping_says_what_it_is_and_names_no_table_twice():
    assert {"partner_feeds", "adult_social_care", *FEEDS} == set(shipped_mappings())
    for name in shipped_mappings():
        mapping = load_mapping(name)
        assert mapping.says.endswith(".")
        assert mapping.mark is None
        tables = [feed.table for feed in mapping.feeds]
        assert len(tables) == len(set(tables))


def test_a_wrong_name_says_the_nearest_and_all(tmp_path):
    with pytest.raises(DefinitionError, match="Did you mean 'housing'") as caught:
        load_mapping("hosing")
    assert all(name in str(caught.value) for name in shipped_mappings())


@pytest.mark.parametrize("table", sorted(set(TABLES)))
def test_a_mapping_reaches_every_case_table(tmp_path, table):
    own = list(TABLES[table].columns)
    lines = [f'{c} = "{c}"' for c in ("person_id", "date", *own)]
    (tmp_path / "m.toml").write_text(
        f'[[feed]]\nfile = "f.csv"\ntable = "{table}"\n[feed.columns]\n'
        + "\n".join(lines)
    )
    sample = {"code": "1A", "number": "5", "date": "2025-02-01", "flag": "Y"}
    values = ["2025-01-01", *(sample[TABLES[table].columns[c].type] for c in own)]
    text = ",".join(["person_id", "date", *own])
    (tmp_path / "f.csv").write_text(text + "\nC1," + ",".join(values) + "\n")
    mapping = tmp_path / "m.toml"
    report = ingest(
        tmp_path / "f.csv", tmp_path / "store", mapping=mapping, extract_date=DAY
    )
    assert report.files[0].refused == 0
    store = open_store(tmp_path / "store")
    assert "C1" in store.table(table)["person_id"].to_list()


GOOD = """
[[feed]]
file = "f.csv"
table = "housing_events"
optional = ["known_from"]
only_known = ["kind"]
date_formats = ["%d.%m.%y"]
[feed.columns]
person_id = "child_id|person"
date = "on"
known_from = "told"
kind = "kind"
[feed.values.kind]
x = "eviction_notice"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('optional = ["known_from"]', 'optional = ["known_form"]', "'known_from'"),
        ('optional = ["known_from"]', 'optional = ["date"]', "cannot be optional"),
        ('optional = ["known_from"]', 'optional = "told"', "list of texts"),
        ('only_known = ["kind"]', 'only_known = ["knd"]', "Did you mean 'kind'"),
        ("%d.%m.%y", "%d.%m", "no format of whole dates"),
        ("%d.%m.%y", "%Q", "no format of whole dates"),
        ("child_id|person", "child|persn", "Did you mean 'person'"),
        ("[[feed]]\nfile", 'mark = "synthtic"\n[[feed]]\nfile', "'synthetic'"),
        ('"housing_events"', '"household"', "'adult_id'"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said_with_the_nearest_name(
    tmp_path, old, new, says
):
    assert old in GOOD
    (tmp_path / "f.csv").write_text("person,on,kind\nC1,01.02.25,x\n")
    mapping = tmp_path / "m.toml"
    mapping.write_text(GOOD)
    ingest(tmp_path / "f.csv", tmp_path / "store", mapping=mapping)
    mapping.write_text(GOOD.replace(old, new))
    if "household" in new:
        mapping.write_text(
            mapping.read_text().split("optional")[0]
            + '[feed.columns]\nperson_id = "person"\n'
        )
    with pytest.raises(DefinitionError, match=re.escape(says)):
        ingest(tmp_path / "f.csv", tmp_path / "other", mapping=mapping)


def test_a_dry_run_shows_typed_first_rows_without_any_id(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "relationships.csv").write_text(
        "child_id,adult_id,role,start_date,end_date\n"
        "K7,Q8,Mother,01/02/2025,\nK9,Q8,,02/02/2025,03/02/2025\n"
    )
    arguments = {"mapping": "relationships", "extract_date": DAY, "dry_run": True}
    report = ingest(folder, tmp_path / "store", **arguments)
    shown = {one["table"]: one["rows"] for one in report.to_json()["first_rows"]}
    assert [row["adult_id"] for row in shown["household"]] == ["person 2", "person 2"]
    assert [row["person_id"] for row in shown["household"]] == ["person 1", "person 3"]
    assert shown["household"][1] == {
        "person_id": "person 3",
        "date": "2025-02-02",
        "adult_id": "person 2",
        "role": None,
        "strength": "strong",
        "end": "2025-02-03",
        "known_from": "2025-02-16",
        "known_how": "declared_lag",
        "source_row": "3",
    }
    text = report.summary()
    assert "First rows as they would be stored" in text
    assert re.search(r"person 3 +2025-02-02 +person 2 +- +strong +2025-02-03", text)
    for said in (text, json.dumps(report.to_json())):
        assert not re.search("K7|K9|Q8", said)
    assert not (tmp_path / "store").exists()
    written = ingest(folder, tmp_path / "store", **{**arguments, "dry_run": False})
    assert "First rows" not in written.summary()
    assert "first_rows" not in (tmp_path / "store/quality.json").read_text()


def test_no_more_than_three_rows_of_a_table_are_shown(tmp_path):
    rows = "".join(f"C{n},2025-07-20,100,{n}\n" for n in range(9))
    (tmp_path / "attendance.csv").write_text(
        "child_id,term_end,sessions_possible,sessions_missed\n" + rows
    )
    report = ingest(
        tmp_path / "attendance.csv",
        tmp_path / "store",
        mapping="attendance",
        extract_date=DAY,
        dry_run=True,
    )
    shown = {one.table: one for one in report.first_rows}["attendance"]
    assert [
        dict(zip(shown.columns, r, strict=True))["source_row"] for r in shown.rows
    ] == ["2", "3", "4"]


@pytest.fixture(scope="module")
def synthetic_feeds(tmp_path_factory):
    from riskaid.records.synthetic import synth

    council = tmp_path_factory.mktemp("made") / "council"
    synth(council, children=300, seed=3)
    feeds = council / "feeds"
    assert pl.read_csv(feeds / "housing.csv").height
    return feeds


def test_the_page_says_every_file_and_column_of_every_ready_mapping(root):
    page = (root / "docs/mappings.md").read_text("utf-8")
    for name in shipped_mappings():
        section = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
        if name == "partner_feeds":
            continue
        files, columns = (
            [line for line in section.splitlines() if line.startswith(f"| {word} |")]
            for word in ("file", "columns")
        )
        mapping = load_mapping(name)
        assert len(files) == len(columns) == len(mapping.feeds)
        for feed, file, held in zip(mapping.feeds, files, columns, strict=True):
            assert re.findall("`([^`]+)`", file) == feed.file.split("|")
            said = [w.replace("\\|", "|") for w in re.findall("`([^`]+)`", held)]
            assert sorted(said) == sorted(feed.columns.values())
            missing = re.findall(r"\[`([^`]+)`\]", held)
            optional = [feed.columns[c] for c in feed.optional]
            assert sorted(w.replace("\\|", "|") for w in missing) == sorted(optional)
            assert f"`{feed.table}`" in section
        assert "| never send |" in section
