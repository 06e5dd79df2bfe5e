"""`riskaid quality`: a page anybody can read in a browser, and facts for programs."""

import json
from pathlib import Path

import pytest

from riskaid.records.ingest import ingest
from riskaid.records.synthetic import synth


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    synth(folder / "council", children=2500, seed=3)
    ingest(folder / "council" / "ssd", folder / "store")
    ingest(folder / "council" / "feeds", folder / "store", mapping="partner_feeds")
    return folder


@pytest.fixture(scope="module")
def page_file(folder, riskaid) -> Path:
    words = ["--store", "store", "--out", "report", "--child-population", "9000"]
    done = riskaid(folder, "quality", *words)
    assert done.code == 0, done.text
    assert "open report.html" in done.text
    assert "Look at this first" in done.text
    return folder / "report" / "report.html"


def test_the_report_stands_in_its_folder(page_file):
    assert sorted(p.name for p in page_file.parent.iterdir()) == [
        "report.html",
        "report.json",
    ]


def test_facts_for_programs(folder, page_file, riskaid):
    done = riskaid(folder, "quality", "--store", "store", "--out", "again", "--json")
    assert done.code == 0
    facts = json.loads(done.text[done.text.index("{") :])
    rates = [m for m in facts["profile"] if m["unit"] == "per 10,000"]
    assert {m["why_not"] for m in rates} == {"needs --child-population"}
    written = json.loads((folder / "again" / "report.json").read_text())
    assert written == facts


def test_a_second_report_needs_another_place(folder, page_file, riskaid):
    done = riskaid(folder, "quality", "--store", "store", "--out", "report")
    assert done.code == 2
    assert "is there already and is not empty" in done.text


@pytest.mark.requires("chromium")
def test_axe_finds_nothing_and_the_page_fits_and_asks_nobody(
    page_file, check_page_in_one_file
):
    check_page_in_one_file(page_file)


@pytest.mark.requires("chromium")
def test_what_scrolls_is_whole_in_print(page_file, browser):
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].map(e => getComputedStyle(e).overflowX)"
    )
    assert set(wide) == {"visible"}
    page.close()
