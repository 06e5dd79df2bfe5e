from datetime import date

import pytest

from riskaid.errors import ExtractError
from riskaid.records.coverage import Coverage, joint, later_extract, window_start
from riskaid.records.ingest import ingest, recognise
from riskaid.records.store import open_store


def cover(start, end):
    return Coverage(date.fromisoformat(start), date.fromisoformat(end))


def test_two_sources_cover_only_what_both_cover_and_links_take_nothing_away():
    wide, narrow = cover("2018-04-01", "2026-03-31"), cover("2020-01-01", "2026-03-15")
    assert joint([(wide, True), (narrow, True)]) == cover("2020-01-01", "2026-03-15")
    undated = cover("2026-03-31", "2026-03-31")
    assert joint([(wide, True), (undated, False)]) == wide
    assert joint([(undated, False)]) == undated


def test_a_later_extract_never_reaches_further_back_and_a_hole_starts_anew():
    before = cover("2020-01-01", "2020-12-31")
    assert later_extract(
        before, cover("2018-01-01", "2021-12-31"), dated=True
    ) == cover("2020-01-01", "2021-12-31")
    assert later_extract(
        before, cover("2021-01-01", "2021-12-31"), dated=True
    ) == cover("2020-01-01", "2021-12-31")
    assert later_extract(
        before, cover("2021-01-02", "2021-12-31"), dated=True
    ) == cover("2021-01-02", "2021-12-31")
    assert later_extract(
        before, cover("2022-01-01", "2022-01-01"), dated=False
    ) == cover("2020-01-01", "2022-01-01")


def test_how_far_back_can_be_seen_is_said_by_table(ssd, tmp_path):
    report = ingest(ssd(tables={"missing_episodes": "2026-03-31"}), tmp_path / "store")
    days = {t["table"]: t["history_days"] for t in report.to_json()["tables"]}
    assert days["missing_episodes"] == 1
    assert days["referrals"] == (date(2026, 3, 31) - date(2020, 4, 1)).days + 1


def test_windows_of_the_formats():
    assert window_start("six years", date(2026, 3, 31)) == date(2020, 3, 31)
    assert window_start("return year", date(2026, 3, 31)) == date(2025, 4, 1)
    assert window_start("return year", date(2018, 4, 1)) == date(2017, 4, 1)
    assert window_start("", date(2026, 3, 31)) is None
    assert window_start("dfe cohort", date(2026, 3, 31)) == date(2023, 4, 1)
    assert window_start("dfe cohort", date(2026, 4, 1)) == date(2024, 4, 1)


def test_an_undeclared_ssd_covers_six_years_at_most_and_says_the_day_was_assumed(
    ssd, tmp_path
):
    header = "miss_person_id,miss_missing_episode_start_date\n"
    people = "pers_person_id,pers_dob\nC1,2008-01-01\n"
    files = {"m.csv": header + "C1,2009-01-01\nC1,2026-03-31\n", "p.csv": people}
    files["c.csv"] = "cont_person_id,cont_contact_date\nC1,2024-02-01\nC1,2199-01-01\n"
    report = ingest(ssd(files, day=None), tmp_path / "store")
    store = open_store(tmp_path / "store")
    assert report.extract_date == date(2026, 3, 31)
    assert store.coverage["missing_episodes"].covered_from == date(2020, 3, 31)
    assert store.coverage["contacts"].covered_from == date(2024, 2, 1)
    assert store.coverage["persons"].covered_from == date(2020, 3, 31)
    assert any("extract is not given" in w for w in report.warnings)


def test_declared_coverage_by_table_comes_first(ssd, tmp_path):
    ingest(ssd(tables={"missing_episodes": "2024-01-01"}), tmp_path / "store")
    store = open_store(tmp_path / "store")
    assert store.coverage["missing_episodes"].covered_from == date(2024, 1, 1)
    assert store.coverage["referrals"].covered_from == date(2020, 4, 1)


def test_an_ssd_and_a_return_never_count_one_event_twice(ssd, tmp_path):
    store = tmp_path / "store"
    ingest(ssd(), store)
    folder = tmp_path / "903"
    folder.mkdir()
    (folder / "m.csv").write_text("CHILD,MISSING,MIS_START\nC1,M,10/12/2024\n")
    (folder / "o.csv").write_text("CHILD,SDQ_SCORE\nC1,12\n")
    (folder / "h.csv").write_text(
        "CHILD,SEX,DOB,ETHNIC\nC1,2,17/05/2015,BCRB\nC8,2,17/05/2015,BCRB\n"
    )
    report = ingest(folder, store, extract_date=date(2026, 3, 31))
    opened = open_store(store)
    assert opened.table("missing_episodes").height == 3
    assert opened.table("sdq_scores").height == 1
    assert any("counts twice: missing_episodes" in w for w in report.warnings)
    ethnicity = dict(opened.table("persons").select("person_id", "ethnicity").rows())
    assert (ethnicity["C1"], ethnicity["C8"]) == ("WBRI", "BCRB")


@pytest.mark.parametrize("name", ["empty", "nowhere", "odd"])
def test_nothing_known_says_what_was_looked_for(tmp_path, name):
    if name != "nowhere":
        (tmp_path / name).mkdir()
    if name == "odd":
        (tmp_path / "odd" / "letter.docx").write_bytes(b"PK")
        (tmp_path / "odd" / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ExtractError) as caught:
        ingest(tmp_path / name, tmp_path / "store")
    says = str(caught.value)
    assert ("Check the path" if name == "nowhere" else "pers_person_id") in says
    assert not (tmp_path / "store").exists()


def test_one_table_alone_or_a_strange_file_is_explained(tmp_path):
    (tmp_path / "t.csv").write_text("pers_person_id\n1\n")
    (tmp_path / "t.bin").write_bytes(b"\0")
    with pytest.raises(ExtractError, match="Name the folder"):
        recognise(tmp_path / "t.csv")
    with pytest.raises(ExtractError, match="no source"):
        recognise(tmp_path / "t.bin")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ('{"colour": 1}', "may hold only"),
        ('{"extract_date": "soon"}', "must be a date"),
    ],
)
def test_a_wrong_extract_json_is_refused(ssd, tmp_path, text, says):
    folder = ssd()
    (folder / "extract.json").write_text(text)
    with pytest.raises(ExtractError, match=says):
        ingest(folder, tmp_path / "store")


def test_a_source_without_any_date_asks_for_the_day(ssd, tmp_path):
    files = {"p.csv": "pers_person_id,pers_dob\nC1,2015-01-01\n"}
    with pytest.raises(ExtractError, match="--extract-date"):
        ingest(ssd(files, day=None), tmp_path / "store")
    report = ingest(
        ssd(files, day=None), tmp_path / "store", extract_date=date(2026, 1, 1)
    )
    assert report.extract_date == date(2026, 1, 1)


def test_many_refused_rows_are_a_warning(ssd, tmp_path):
    rows = "".join(f"C{n},{'2024-01-01' if n else 'x'}\n" for n in range(5))
    files = {"c.csv": f"cont_person_id,cont_contact_date\n{rows}"}
    report = ingest(ssd(files), tmp_path / "store")
    assert "c.csv: 1 of 5 rows were refused; see quality.json." in report.warnings


def test_no_message_and_no_summary_holds_an_id_or_a_name(ssd, tmp_path):
    report = ingest(ssd(), tmp_path / "store")
    for text in (report.summary(), (tmp_path / "store/quality.json").read_text()):
        assert "ForenameX" not in text
        assert "C9" not in text
