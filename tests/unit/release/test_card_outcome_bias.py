"""The card's section on how far bias in the outcome could reach, from the run's file."""

import sys

import pytest

from riskaid.document import Paragraph, Table
from riskaid.errors import UsageError
from riskaid.files import digest_file, write_json
from riskaid.release import card_fairness, card_outcome_bias
from riskaid.release.bundle import build_release
from riskaid.release.card import make_card
from riskaid.release.card_inputs import CardInputs
from riskaid.release.inputs import Run

made_up = sys.modules["made_up"]
made_up_run = sys.modules["made_up_run"]


def measured(value, low, high):
    return {"value": value, "low95": low, "high95": high}


def metrics(auc):
    return {
        "auc": measured(auc, 0.5, 0.8),
        "recall_at_capacity": measured(0.4, 0.3, 0.5),
        "base_rate": measured(0.12, 0.1, 0.14),
        "calibration": measured(1.1, 0.9, 1.3),
    }


def group(name, rows=120, *, screened=None, assumed=0.0):
    return {
        "group": name,
        "state": "estimable",
        "rows": rows,
        "recorded": measured(0.15, 0.1, 0.2),
        "difference": measured(0.01, -0.05, 0.07),
        "screened_out": screened,
        "complete": 0.9,
        "days_until_known": {"median": 5.0, "ninetieth": 12.0},
        "later_than_lag": 0.0,
        "assumed": assumed,
    }


def ablation(name, *, change, gap_change, **more):
    return {
        "name": name,
        "says": f"what is {name}",
        "because": "Such signs come\nfrom somewhere.",
        "left_out": ["missing_90d", "moves_12m"],
        "state": "estimable",
        "rows": 700,
        "outcomes_left_out": 0.0,
        "auc": measured(0.7, 0.65, 0.75),
        "auc_without": measured(0.68, 0.6, 0.75),
        "change": change,
        "groups": [
            {
                "by": "ethnicity",
                "group": "gypsy roma traveller",
                "gap": measured(0.1, 0.0, 0.2),
                "gap_without": measured(0.02, -0.1, 0.1),
                "change": gap_change,
            }
        ],
        **more,
    }


def report():
    return {
        "rung": "scorecard",
        "screened_out": [{"says": "Referrals that ended early", "because": "x"}],
        "bounds": {
            "state": "estimable",
            "rows": 41,
            "share": 0.052,
            "cases": [
                {"case": case, "metrics": metrics(auc)}
                for case, auc in (
                    ("as_recorded", 0.71),
                    ("left_out", 0.72),
                    ("all_recorded", 0.66),
                )
            ],
            "bounds": {
                "auc": {
                    "worst": measured(0.61, 0.55, 0.67),
                    "best": measured(0.77, 0.72, 0.82),
                },
                "recall_at_capacity": {
                    "worst": measured(0.31, 0.25, 0.37),
                    "best": measured(0.47, 0.42, 0.52),
                },
            },
        },
        "recording": {
            "ethnicity": [
                group("white", screened=measured(0.06, 0.05, 0.07)),
                group("gypsy roma traveller", None),
                {"group": "refused", "state": "not_estimable"},
            ],
            "source": [group("the council's own services", assumed=1.0)],
        },
        "ablations": [
            ablation(
                "counted",
                change=measured(-0.02, -0.031, -0.009),
                gap_change=measured(-0.08, -0.15, -0.01),
                outcomes_left_out=0.25,
            ),
            ablation(
                "unmoved",
                change=measured(0.0, -0.01, 0.01),
                gap_change=measured(0.01, -0.02, 0.04),
            ),
            {
                "name": "none",
                "says": "what is nowhere",
                "because": "Because.",
                "left_out": [],
                "state": "nothing_to_leave_out",
            },
        ],
        "agreement": [
            {
                "name": "plan",
                "title": "A plan",
                "says": "a plan within 12 months",
                "state": "estimable",
                "rows": 690,
                "auc": measured(0.64, 0.6, 0.68),
                "own_auc": measured(0.7, 0.65, 0.75),
                "both": None,
            },
            {"name": "x", "title": "X", "says": "an x", "state": "too_few"},
        ],
        "placebo": {
            "auc": measured(0.51, 0.45, 0.57),
            "holds": True,
            "warning": None,
        },
        "warnings": [],
    }


def said(found) -> str:
    run = Run(
        folder=None,
        facts={},
        evaluation={},
        plan={"indicators": []},
        digests={},
        outcome_bias=found,
    )
    made = CardInputs(
        run=run,
        audit=None,
        scorecard={},
        chosen_model={},
        plots={},
        made_from={},
        name="x 1",
        purpose="demonstration",
    )
    lines = []
    for block in card_outcome_bias.outcome_bias(made).blocks:
        if isinstance(block, Paragraph):
            lines.append(("** " if block.strong else "") + block.text)
        elif isinstance(block, Table):
            assert all(len(row) == len(block.columns) for row in block.rows)
            lines += [block.caption, *(" | ".join(row) for row in block.rows)]
        else:
            lines += block.items
    return "\n".join(lines)


def test_bounds_say_who_was_screened_out_and_what_it_could_do():
    text = said(report())
    assert "Screened out: referrals that ended early. They are 5.2%" in text
    assert "(41 rows)" in text
    assert "between 0.61 (0.55 to 0.67) and 0.77 (0.72 to 0.82)" in text
    assert "between 31.0% (25.0 to 37.0) and 47.0% (42.0 to 52.0)" in text
    assert "All of them had the outcome | 0.66 (0.50 to 0.80) | 40.0%" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not_known", "not declared, or not recorded"),
        ("too_few", "Fewer than ten rows"),
    ],
)
def test_where_there_are_no_bounds_it_says_why(state, words):
    text = said({**report(), "bounds": {"state": state}})
    assert words in text
    assert "three guesses" not in text


def test_recording_is_told_by_group_and_small_groups_show_nothing():
    text = said(report())
    assert (
        "White | 120 | 15.0% (10.0 to 20.0) | 6.0% (5.0 to 7.0) | 90.0% | 5, 12\n"
        in text
    )
    assert "Gypsy, Roma or Traveller | c | 15.0% (10.0 to 20.0) | not shown" in text
    assert "Ethnicity was refused | c | not estimable" in text
    assert "The council's own services | 120" in text
    assert "5, 12 (assumed)" in text


def test_a_model_without_some_signs_is_set_beside_the_model():
    text = said(report())
    assert "What is counted | 0.70 (0.65 to 0.75) | 0.68 (0.60 to 0.75)" in text
    assert "-0.020 (-0.031 to -0.009)" in text
    assert (
        "Without what is counted: Such signs come from somewhere. 2 indicators are left "
        "out, and 25.0% of the test fold's outcomes." in text
    )
    assert "Without what is nowhere: Because. The model reads nothing of it." in text
    # Only gaps that changed by more than chance are listed, of the two looked at.
    assert "was looked at for 2 pairs" in text
    assert "What is counted | Gypsy, Roma or Traveller | 10.0% (0.0 to 20.0)" in text
    assert "What is unmoved | Gypsy" not in text


def test_other_outcomes_and_the_placebo_are_told():
    text = said(report())
    assert "A plan within 12 months | 690 | 0.64 (0.60 to 0.68)" in text
    assert "| not shown" in text
    assert "An x" not in text
    assert "0.51 (0.45 to 0.57). The interval holds a half, as it must." in text
    none = said({**report(), "agreement": []})
    assert "No other outcome could be compared" in none


def test_a_warning_stands_out():
    found = report()
    found["warnings"] = ["The calendar orders it."]
    found["placebo"] = {"auc": measured(0.7, 0.6, 0.8), "holds": False, "warning": "x"}
    text = said(found)
    assert "** The calendar orders it." in text
    assert "The interval does not hold a half" in text


def test_a_run_of_an_earlier_version_still_has_a_card():
    assert "Train again" in said(None)


def test_the_report_is_in_the_card_and_in_the_bundle(tmp_path, monkeypatch):
    monkeypatch.setattr(card_fairness, "forest", lambda panels: made_up_run.SVG)
    run = made_up_run.make_full_run(tmp_path / "run", made_up.estimates(1200))
    policy = made_up.make_policy(tmp_path / "policy.toml")
    audit = made_up_run.make_real_audit(tmp_path / "audit", run, policy)
    common = {"name": "x 1", "purpose": "demonstration"}
    earlier = make_card(run, audit, policy, tmp_path / "earlier", **common)
    assert "outcome_bias.json" not in earlier.facts["made_from"]
    write_json(run / "outcome_bias.json", report())
    made = make_card(run, audit, policy, tmp_path / "card", **common)
    digest = digest_file(run / "outcome_bias.json")
    assert made.facts["made_from"]["outcome_bias.json"] == digest
    text = (tmp_path / "card" / "card.md").read_text()
    assert "## How far bias in the outcome could reach" in text
    assert "Screened out: referrals that ended early." in text
    card = tmp_path / "card"
    build_release(run, audit, policy, card, tmp_path / "release", **common)
    held = tmp_path / "release" / "bundle" / "outcome_bias.json"
    assert digest_file(held) == digest
    with pytest.raises(UsageError, match="made from another run"):
        build_release(
            run, audit, policy, tmp_path / "earlier", tmp_path / "other", **common
        )
