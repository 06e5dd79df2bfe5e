"""Declared breaks stand on the card, and small counts of them do not."""

import json
import sys

import pytest

from riskaid.document import Table
from riskaid.files import write_json
from riskaid.release import card_fairness
from riskaid.release.card import make_card
from riskaid.release.card_breaks import declared_breaks

made_up, made_up_run = sys.modules["made_up"], sys.modules["made_up_run"]


def broke(rows: int, with_outcome: int, rows_are: str = "left_out", **keys) -> dict:
    return {
        "says": "A lockdown, in which\nschools were closed",
        "first": "2020-03-23",
        "last": "2020-06-30",
        "touches": "either",
        "rows_are": rows_are,
        "rows": rows,
        "with_outcome": with_outcome,
        "base_rate": with_outcome / rows if rows else None,
        "base_rate_elsewhere": 0.2,
        **keys,
    }


def told(*breaks: dict, step: str = "120") -> list[tuple[str, ...]]:
    blocks = declared_breaks({"breaks": list(breaks)}, {"declared_break": step})
    (table,) = [one for one in blocks if isinstance(one, Table)]
    return [row[4:] for row in table.rows]


def test_what_broke_whom_it_touches_and_both_sides_of_it():
    assert told(broke(120, 30)) == [("120", "Left out", "25.0%", "20.0%")]
    assert told(broke(120, 30, "marked"), step="0") == [
        ("120", "Kept, and marked", "25.0%", "20.0%")
    ]
    assert declared_breaks({"breaks": []}, {}) == ()
    assert declared_breaks({}, {}) == ()


@pytest.mark.parametrize("with_outcome", [3, 117])
def test_a_share_that_would_give_a_small_count_back_is_not_shown(with_outcome):
    assert told(broke(120, with_outcome))[0][2:] == ("not shown", "not shown")


def test_a_small_count_is_not_given_back_by_the_step_it_is_part_of():
    hidden = ("c", "Left out", "not shown", "not shown")
    assert told(broke(3, 0), step="c") == [hidden]
    assert told(broke(3, 0), broke(117, 20), step="120") == [hidden, hidden]
    assert told(broke(117, 20), broke(400, 90, "marked"), step="c") == [
        hidden,
        ("400", "Kept, and marked", "22.5%", "20.0%"),
    ]
    assert told(broke(0, 0), step="0")[0] == ("0", "Left out", "not shown", "not shown")


def test_the_card_shows_breaks_and_both_ways_to_split(tmp_path, monkeypatch):
    monkeypatch.setattr(card_fairness, "forest", lambda panels: made_up_run.SVG)
    run = made_up_run.make_full_run(tmp_path / "run", made_up.estimates(1200))
    facts = json.loads((run / "run.json").read_text())
    facts["breaks"] = [broke(120, 30)]
    facts["cohort"]["declared_break"] = 120
    write_json(run / "run.json", facts)
    policy = made_up.make_policy(tmp_path / "policy.toml")
    audit = made_up_run.make_real_audit(tmp_path / "audit", run, policy)
    make_card(
        run, audit, policy, tmp_path / "card", name="m 1", purpose="demonstration"
    )
    card = (tmp_path / "card" / "card.md").read_text()
    assert "Left out: touched by a declared break | 120" in card
    row = next(line for line in card.splitlines() if "schools were closed" in line)
    assert "March 2020 | June 2020" in row
    assert "120 | Left out | 25.0% | 20.0%" in row
    split = card.split("## Honest split and random split")[1].split("## ")[0]
    measured = facts["metrics"]["scorecard"]
    honest, careless = measured["auc"]["value"], measured["random_split_auc"]
    assert f"| Scorecard | {honest:.2f} | {careless:.2f} | " in split
