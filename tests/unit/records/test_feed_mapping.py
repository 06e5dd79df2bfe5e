import json
from datetime import date

import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.records.ingest import ingest
from riskaid.records.mapping_file import load_mapping
from riskaid.records.store import open_store

GOOD = """
name = "police"
extract_date = 2026-03-31
covered_from = 2020-01-01
[[feed]]
file = "inc*.csv"
table = "domestic_abuse_incidents"
[feed.columns]
person_id = "child"
date = "on"
known_from = "told"
grade = "grade"
[feed.values.grade]
MED = "medium"
HI = "high"
"""
ROWS = """child,on,told,grade,notes
C1,2025-01-01,2025-01-20,MED,free text NoteX
C2,2025-01-05,,hi,
C3,2025-01-05,2025-01-01,odd,
C4,2025-01-05,2027-01-01,,
,2025-01-05,2025-01-06,HI,
"""


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()

    def go(mapping=GOOD, rows=ROWS, name="incidents.csv", **kwargs):
        (folder / name).write_text(rows)
        file = tmp_path / "map.toml"
        file.write_text(mapping)
        report = ingest(folder, tmp_path / "store", mapping=file, **kwargs)
        return report, open_store(tmp_path / "store")

    go.folder = folder
    return go


def test_recorded_dates_count_and_are_kept_between_the_event_and_the_extract(run):
    _, store = run()
    columns = ("person_id", "grade", "known_from", "known_how")
    assert store.table("domestic_abuse_incidents").select(columns).rows() == [
        ("C1", "medium", date(2025, 1, 20), "recorded"),
        ("C2", "high", date(2025, 1, 8), "declared_lag"),
        ("C3", None, date(2025, 1, 5), "recorded"),
        ("C4", None, date(2026, 3, 31), "recorded"),
    ]


def test_columns_that_are_not_mapped_never_enter_and_are_said(run):
    report, store = run()
    assert any("notes" in w and "left out" in w for w in report.warnings)
    for file in store.path.rglob("*.*"):
        assert b"NoteX" not in file.read_bytes()
    assert report.files[0].refused == 1
    says = {f.says for f in report.files[0].repairs}
    assert says == {"'grade' says something the mapping has no value for; left empty"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '"domestic_abuse_incidents"',
            '"domestic_abuse_incident"',
            "'domestic_abuse_incidents'",
        ),
        ('grade = "grade"', 'gade = "grade"', "'grade'"),
        ('person_id = "child"', 'person_id = "chld"', "'child'"),
        ('date = "on"\n', "", "which column of the file is 'date'"),
        ('file = "inc*.csv"', 'fle = "inc*.csv"', "'file'"),
        ('file = "inc*.csv"\n', "", "'file' is missing"),
        ('file = "inc*.csv"', 'file = "../x.csv"', "not a path"),
        ("covered_from = 2020-01-01", 'covered_from = "soon"', "must be a date"),
        ("[[feed]]", "[[feed]]\nlag_days = -1", "0 or more"),
        (
            "[feed.columns]",
            '[feed.constants]\ngrade = "x"\n[feed.columns]',
            "both a column",
        ),
        ("name =", "name", "not a TOML"),
        ("[feed.values.grade]", "[feed.values.garde]", "'grade'"),
        ('known_from = "told"', 'source = "told"', "no column 'source'"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_nearest_name(
    run, tmp_path, old, new, says
):
    assert old in GOOD
    with pytest.raises(DefinitionError, match=says):
        run(GOOD.replace(old, new))
    assert not (tmp_path / "store").exists()


def test_a_mapping_without_a_feed_or_without_its_files_says_so(run, tmp_path):
    with pytest.raises(DefinitionError, match="at least one"):
        run('name = "x"')
    with pytest.raises(ExtractError, match=r"zz\*.csv"):
        run(GOOD.replace("inc*.csv", "zz*.csv"))
    with pytest.raises(DefinitionError, match="partner_feeds"):
        load_mapping("partner_feed")
    with pytest.raises(ExtractError, match="no file or folder"):
        ingest(tmp_path / "nowhere", tmp_path / "store", mapping="partner_feeds")


def test_one_file_can_feed_several_tables_and_rows_can_be_chosen(run):
    mapping = """
name = "both"
extract_date = 2026-03-31
[[feed]]
file = "x.csv"
table = "local_events"
when = { sort = ["visit", "call"] }
lag_days = 5
date_formats = ["%d.%m.%y"]
[feed.columns]
person_id = "id"
date = "day"
value = "n"
[feed.constants]
kind = "seen"
[[feed]]
file = "x.csv"
table = "local_events"
when_filled = "left"
[feed.columns]
person_id = "id"
date = "left"
[feed.constants]
kind = "left"
"""
    rows = "id,day,sort,n,left\n1,01.02.25,visit,2,\n2,01.02.25,other,3,2025-03-01\n3,01.02.25,other,4,\n"
    report, store = run(mapping, rows, "x.csv")
    found = store.table("local_events").select(
        "person_id", "kind", "date", "value", "known_from"
    )
    assert found.rows() == [
        ("1", "seen", date(2025, 2, 1), 2.0, date(2025, 2, 6)),
        ("2", "left", date(2025, 3, 1), None, date(2025, 3, 2)),
    ]
    file = report.files[0]
    assert (file.rows, file.accepted, file.repaired, file.refused) == (3, 2, 0, 1)
    assert file.refusals[0].says == "left out by the mapping"


def test_the_shipped_mapping_takes_every_partner_feed(tmp_path):
    feeds = {
        "police_domestic_abuse.csv": "incident_id,child_id,incident_date,recorded_date,grade,child_present\n1,C1,2025-01-01,2025-01-02,high,Y\n",
        "police_missing.csv": "report_id,child_id,missing_from,returned_on,recorded_date,category\n1,C1,2025-01-01,2025-01-02,2025-01-01,absent\n",
        "relationships.csv": "child_id,adult_id,role,start_date,end_date,recorded_date\nC1,A1,mothers_partner,2024-01-01,,2024-02-01\n",
        "adult_events.csv": "adult_id,event_date,recorded_date,kind,code\nA1,1999-01-01,2024-03-01,sexual_offence,x\n",
        "housing.csv": "child_id,event_date,recorded_date,kind\nC1,2025-01-01,2025-01-02,eviction_notice\n",
        "attendance.csv": "child_id,term_end,recorded_date,sessions_possible,sessions_missed\nC1,2024-12-20,2025-01-10,120,30\n",
        "suspensions.csv": "child_id,start_date,recorded_date,kind,sessions\nC1,2025-01-01,2025-01-02,suspension,4\n",
    }
    folder = tmp_path / "feeds"
    folder.mkdir()
    for name, text in feeds.items():
        (folder / name).write_text(text)
    (folder / "extract.json").write_text(
        json.dumps({"extract_date": "2026-03-31", "covered_from": "2018-04-01"})
    )
    ingest(folder, tmp_path / "store", mapping="partner_feeds")
    store = open_store(tmp_path / "store")
    for name in (
        "domestic_abuse_incidents",
        "missing_episodes",
        "household",
        "adult_events",
        "housing_events",
        "attendance",
        "suspensions",
    ):
        rows = store.table(name)
        assert rows["known_how"].to_list() == ["recorded"], name
        assert store.coverage[name].covered_from == date(2018, 4, 1)
    assert store.table("missing_episodes")["episode_type"].to_list() == ["A"]
    assert store.table("household")["strength"].to_list() == ["strong"]
    assert store.table("domestic_abuse_incidents")["child_present"].to_list() == ["yes"]


def test_a_late_correction_never_counts_beside_what_it_corrects(run):
    run()
    changed = ROWS.replace(
        "C1,2025-01-01,2025-01-20,MED", "C1,2025-01-01,2025-01-20,HI"
    )
    later = GOOD.replace("2026-03-31", "2026-04-30")
    _, store = run(later, changed)
    first = store.table("domestic_abuse_incidents").filter(person_id="C1")
    assert first.select("grade", "known_from", "known_until", "known_how").rows() == [
        ("high", date(2026, 4, 30), None, "first_seen"),
        ("medium", date(2025, 1, 20), date(2026, 4, 30), "recorded"),
    ]
