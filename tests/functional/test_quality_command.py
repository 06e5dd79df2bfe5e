"""`riskaid quality`: a page anybody can read in a browser, and facts for programs."""

import json
import os
from pathlib import Path

import pytest

from riskaid.doctor import PARTS
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
def test_axe_finds_nothing_and_the_page_fits_and_asks_nobody(page_file):
    import axe_playwright_python
    from playwright.sync_api import sync_playwright

    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    pictures = os.environ.get("RISKAID_PICTURES")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PARTS["chromium"].found(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        for width in (1100, 320):
            page = browser.new_page(viewport={"width": width, "height": 800})
            asked, said = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto(page_file.as_uri())
            if pictures:
                page.screenshot(path=f"{pictures}/quality-{width}.png", full_page=True)
            assert [one for one in asked if not one.startswith("data:")] == [
                page_file.as_uri()
            ]
            assert said == [], "nothing breaks the page's own policy"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(axe.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            assert [one["id"] for one in found] == []
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.emulate_media(media="print")
        wide = page.evaluate(
            "[...document.querySelectorAll('.scroll')].map(e => getComputedStyle(e).overflowX)"
        )
        assert set(wide) == {"visible"}
        browser.close()
