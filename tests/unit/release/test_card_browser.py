"""The card in a real browser: readable by everybody, at 320 pixels, asking nobody."""

import sys
from pathlib import Path

import pytest

from riskaid.doctor import PARTS
from riskaid.release import card_fairness
from riskaid.release.card import make_card

made_up = sys.modules["made_up"]
made_up_run = sys.modules["made_up_run"]
pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
def page_file(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(card_fairness, "forest", lambda panels: made_up_run.SVG)
    run = made_up_run.make_full_run(tmp_path / "run", made_up.estimates(400))
    policy = made_up.make_policy(tmp_path / "policy.toml")
    audit = made_up_run.make_real_audit(tmp_path / "audit", run, policy)
    make_card(
        run, audit, policy, tmp_path / "card", name="x 1", purpose="demonstration"
    )
    return tmp_path / "card" / "card.html"


def test_axe_finds_nothing_and_nothing_leaves_the_page(page_file):
    import axe_playwright_python
    from playwright.sync_api import sync_playwright

    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
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
            assert [one for one in asked if not one.startswith("data:")] == [
                page_file.as_uri()
            ]
            assert said == [], "nothing breaks the page's own policy"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(axe.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            assert [one["id"] for one in found] == []
        browser.close()
