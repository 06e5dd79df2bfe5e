import re

import pytest

from riskaid.training.worth_plots import draw_worth


def measured(value):
    return {"value": value, "low95": value - 0.02, "high95": value + 0.03}


RULES = ("estimate", "checklist", "oldest_first", "review_all", "gain")
FACTS = {
    "net_benefit": [
        {"cut": 0.02, "state": "not_estimable"},
        *(
            {
                "cut": cut,
                "state": "estimable",
                "reviewed": 0.3,
                "net_benefit": {r: measured(0.1 - cut / 3) for r in RULES},
            }
            for cut in (0.1, 0.2, 0.3)
        ),
    ],
    "age_bands": [
        {"age_band": "", "state": "estimable", "metrics": {"auc": measured(0.7)}},
        {"age_band": "under 1", "state": "not_estimable"},
    ],
    "apart": {
        "source": [
            {"group": "police", "state": "estimable", "metrics": {"auc": measured(0.6)}}
        ]
    },
    "learning_curve": [
        {
            "share": share,
            "rows": round(900 * share),
            "auc": {r: measured(0.6) for r in ("checklist", "scorecard", "booster")},
        }
        for share in (0.5, 1.0)
    ],
}


@pytest.fixture(scope="module")
def made():
    return draw_worth(FACTS, chosen="booster")


def test_each_plot_is_drawn_with_its_numbers_in_words(made):
    assert list(made) == ["net_benefit.svg", "apart.svg", "learning_curve.svg"]
    for svg, title, alt in made.values():
        assert "<text" in svg and "<dc:date>" not in svg
        assert alt.startswith(title)
    alt = made["net_benefit.svg"][2]
    assert "cut 20%: estimate 0.033, everybody 0.033" in alt and "cut 2%" not in alt
    assert made["apart.svg"][2].endswith("age not recorded 0.70; police 0.60.")
    assert "50% of families checklist 0.60" in made["learning_curve.svg"][2]


def test_groups_without_a_number_are_not_drawn(made):
    names = re.findall(r">([^<]*)</text>", made["apart.svg"][0])
    assert "police" in names and "age under 1" not in names


def test_made_twice_they_are_the_same_to_the_byte(made):
    assert draw_worth(FACTS, chosen="booster") == made


def test_what_was_not_measured_is_not_drawn():
    assert draw_worth({}, chosen="booster") == {}
    nothing = {"net_benefit": FACTS["net_benefit"][:1], "age_bands": []}
    assert draw_worth(nothing, chosen="checklist") == {}
