"""The data-quality report: whole, the same each time, plain, and about nobody."""

import json
import re
import sys

import pytest

from riskaid.errors import ExtractError, UsageError
from riskaid.files import digest_folder
from riskaid.records import quality_plots
from riskaid.records.ingest import ingest
from riskaid.records.quality_report import quality_report
from riskaid.records.synthetic import synth


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("council")
    synth(folder / "council", children=600, seed=7)
    ingest(folder / "council" / "ssd", folder / "store")
    ingest(folder / "council" / "feeds", folder / "store", mapping="partner_feeds")
    return folder / "store"


@pytest.fixture(scope="module")
def report(store):
    out = store.parent / "report"
    written = quality_report(store, out, child_population=4000)
    return (
        written,
        (out / "report.html").read_text(),
        json.loads((out / "report.json").read_text()),
    )


def test_the_page_says_what_the_facts_say(report):
    written, page, facts = report
    rows = sum(
        f["rows"]
        for i in facts["ingests"]
        for f in i["files"]
        if f["read_as"] != "not used"
    )
    assert f"{rows:,} rows came in" in page
    checked = [r for r in facts["rules"] if r["checked"]]
    found = [r for r in checked if r["rows"]]
    assert f"{len(checked)} rules were checked and {len(found)} found something" in page
    plain = page.replace("&#39;", "'")
    for one in facts["profile"]:
        assert one["says"] in plain
    assert "Department for Education, Children in need 2024" in page
    assert "Open Government Licence v3.0" in page
    assert all(one in plain for one in written.first)


def test_a_rule_that_was_not_checked_has_no_number(report):
    _, page, facts = report
    left = [r for r in facts["rules"] if not r["checked"]]
    assert left and all(r["rows"] is None and r["why_not"] for r in left)
    assert "could not be checked, which is not nothing found" in page


def test_the_page_is_one_file_without_scripts_and_says_it_is_made_up(report):
    _, page, _ = report
    assert "MADE-UP RECORDS" in page
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:image/svg)[^"]*"', page) == []
    assert page.count("<img") == 5


def test_each_plot_has_words_and_a_table_after_it(report):
    _, page, _ = report
    pictures = list(re.finditer(r'<img src="[^"]*" alt="([^"]*)"', page))
    assert all("table below has" in one[1].lower() for one in pictures)
    for one in pictures:
        assert "<table>" in page[one.end() : one.end() + 900_000].split("<section")[0]


def test_the_same_store_gives_the_same_bytes(store, report, tmp_path):
    quality_report(store, tmp_path / "again", child_population=4000)
    assert digest_folder(tmp_path / "again") == digest_folder(store.parent / "report")


def test_nobody_is_in_it(store, report):
    _, page, facts = report
    text = page + json.dumps(facts)
    assert not re.search(r"\b[CA]\d{7}\b", re.sub(r'src="data:[^"]*"', "", text))


def test_without_matplotlib_it_comes_as_tables(store, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    written = quality_report(store, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert written.plots == 0
    assert "<img" not in page
    assert "matplotlib is not installed" in page
    assert "Coverage by case table" in page


def test_a_name_from_a_source_cannot_become_markup(tmp_path):
    folder = tmp_path / "ssd"
    folder.mkdir()
    (folder / "<b>x&y.csv").write_text(
        "cine_referral_id,cine_person_id,cine_referral_date\nR1,C1,2024-01-01\n"
    )
    ingest(folder, tmp_path / "store")
    quality_report(tmp_path / "store", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<b>x" not in page
    assert "&lt;b&gt;x&amp;y.csv" in page


def test_a_store_with_next_to_nothing_has_a_report(tmp_path):
    folder = tmp_path / "ssd"
    folder.mkdir()
    (folder / "ssd_disability.csv").write_text(
        "disa_person_id,disa_disability_code\nC1,LD\n"
    )
    (folder / "extract.json").write_text('{"extract_date": "2024-03-31"}')
    ingest(folder, tmp_path / "store")
    written = quality_report(tmp_path / "store", tmp_path / "out")
    assert all(m.value is None for m in written.gathered.measures)
    assert "No dated table covers" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize("children", [0, -3])
def test_a_population_is_above_nought(store, tmp_path, children):
    with pytest.raises(UsageError, match="--child-population is the number"):
        quality_report(store, tmp_path / "out", child_population=children)
    assert not (tmp_path / "out").exists()


def test_a_place_that_is_taken_is_left_as_it_is(store, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        quality_report(store, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_is_no_store_is_refused(tmp_path):
    with pytest.raises(ExtractError, match="is not a case store"):
        quality_report(tmp_path, tmp_path / "out")


def test_a_plot_is_the_same_to_the_byte(report):
    months = list(report[0].gathered.months)
    names = [m.table for m in months]
    drawn = quality_plots.rows_by_month(months, names)
    assert drawn == quality_plots.rows_by_month(months, names)
    assert drawn.startswith("<?xml") and "<dc:date>" not in drawn
