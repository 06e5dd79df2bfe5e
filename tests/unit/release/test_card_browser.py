"""The card in a real browser: readable by everybody, at 320 pixels, asking nobody."""

import sys
from pathlib import Path

import pytest

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


def test_axe_finds_nothing_and_nothing_leaves_the_page(
    page_file, check_page_in_one_file
):
    check_page_in_one_file(page_file)
