"""What a model uses as plots, as a page and as numbers for MLflow."""

import re

import pytest

from riskaid.training.explanation_page import (
    explanation_lines,
    explanation_metrics,
    interaction_words,
    monotone_words,
)
from riskaid.training.explanation_plots import LEVELS, draw_explanation

READS = {"missing_90d": "How often missing", "age": "The age in years"}
DOTS = [
    {"indicator": name, "contribution": at, "level": level, "children": 12}
    for name, at, level in (
        ("missing_90d", -0.2, 0.0),
        ("missing_90d", -0.2, 0.0),
        ("missing_90d", 0.9, 1.0),
        ("missing_90d", 0.1, None),
        ("age", 0.4, 0.5),
    )
]


def point(at, part):
    quarters = {"low_quarter": part - 0.1, "high_quarter": part + 0.1}
    return {"value": at, "contribution": part, "children": 12, **quarters}


FACTS = {
    "importance": [
        {"family": "missing", "share": 0.7, "low95": 0.6, "high95": 0.8},
        {"family": "under_ones", "share": 0.3, "low95": 0.2, "high95": 0.4},
    ],
    "explanation": {
        "rung": "booster",
        "unit": "log-odds",
        "rows": 400,
        "children": 300,
        "fewest_children": 10,
        "indicators": [
            {"indicator": "missing_90d", "lowest": -0.2, "highest": 0.9},
            {"indicator": "age", "lowest": 0.4, "highest": 0.4},
        ],
        "dependence": [
            {
                "indicator": "missing_90d",
                "points": [point(0.0, -0.2), point(2.5, 0.9)],
                "not_known": point(None, 0.1),
            },
            {"indicator": "age", "points": [], "not_known": None},
        ],
        "monotone": {
            "checklist": {"rows": 100, "checked": 1, "breaks": []},
            "booster": {
                "rows": 100,
                "checked": 2,
                "breaks": [{"indicator": "missing_90d", "rows_share": 0.2}],
            },
        },
        "interactions": {
            "rows": 300,
            "share": 0.2,
            "pairs": [{"indicators": ["missing_90d", "age"], "share": 0.15}],
        },
    },
}


@pytest.fixture(scope="module")
def drawn():
    return draw_explanation(FACTS, chosen="booster", reads=READS, dots=DOTS)


def test_each_plot_is_drawn_with_its_numbers_in_words(drawn):
    files = ["importance.svg", "beeswarm.svg", "dependence.svg", "interactions.svg"]
    assert list(drawn) == files
    for svg, title, alt in drawn.values():
        assert "<text" in svg and "<dc:date>" not in svg
        assert alt.startswith(title)
    assert "missing 70% (60% to 80%); under ones 30%" in drawn["importance.svg"][2]
    alt = drawn["beeswarm.svg"][2]
    assert "How often missing: from -0.20 to +0.90; The age in years" in alt
    alt = drawn["dependence.svg"][2]
    assert "0 gives -0.20, 2.5 gives +0.90, not known gives +0.10" in alt
    assert "The age" not in alt
    assert (
        "How often missing with The age in years 15.0%" in drawn["interactions.svg"][2]
    )


def test_a_dot_is_drawn_for_each_in_the_colour_of_its_level(drawn):
    svg = drawn["beeswarm.svg"][0]
    used = [
        len(re.findall(rf'<use [^>]*style="fill: {colour}', svg))
        for colour in (LEVELS[0], LEVELS[2], LEVELS[4], "#ffffff")
    ]
    # One more of each in the legend, which names low, middle, high and not known.
    assert used == [3, 2, 2, 2]
    assert "10 children or more" in svg and "mostly not known" in svg


def test_drawn_twice_they_are_the_same_to_the_byte(drawn):
    again = draw_explanation(FACTS, chosen="booster", reads=READS, dots=DOTS)
    assert again == drawn


def test_what_was_not_measured_is_not_drawn():
    older = {"importance": [{"family": "missing", "share": 1.0}]}
    made = draw_explanation(older, chosen="checklist", reads={}, dots=[])
    assert list(made) == ["importance.svg"]
    assert made["importance.svg"][2].endswith("missing 100%.")


def test_the_page_says_it_in_order_and_names_a_finding():
    text = "\n".join(explanation_lines(FACTS, reads=READS))
    for said in (
        "### What the model uses",
        "about the model, and not about what causes harm",
        "| missing | 70% (60% to 80%) |",
        "- How often missing\n- The age in years",
        "each of the 1 indicators with a declared direction",
        "**Finding: in the booster, 1 of 2 indicators count against their declared",
        "direction: How often missing.**",
        "bring about 20.0% of all movement",
        "of 300 rows; the most (15.0%) by: How often missing; and: The age in years.",
        "fewer than 10 children",
    ):
        assert said in text


def test_an_older_run_has_a_shorter_page():
    older = {"importance": [{"family": "missing", "share": 1.0}]}
    lines = list(explanation_lines(older, reads={}))
    assert lines[-1] == "| missing | 100% |"
    assert explanation_metrics(older) == {
        "importance/missing": 1.0,
        "importance/missing.low95": None,
        "importance/missing.high95": None,
    }


def test_a_page_says_when_families_were_looked_at_by_a_sample():
    sampled = FACTS | {"importance_of": {"rows": 20_000, "of_rows": 200_000}}
    whole = FACTS | {"importance_of": {"rows": 900, "of_rows": 900}}
    said = "looked at by 20,000 of the test fold's 200,000 rows: whole households"
    assert said in "\n".join(explanation_lines(sampled, reads={}))
    assert "looked at by" not in "\n".join(explanation_lines(whole, reads={}))


def test_points_that_are_added_up_are_said_to_be():
    held = {"rung": "scorecard", "interactions": {"rows": 0, "share": 0.0, "pairs": []}}
    assert "adds up its points" in interaction_words(held, reads={})
    nothing = {"rung": "booster", "interactions": {"rows": 9, "share": 0, "pairs": []}}
    assert interaction_words(nothing, reads={}).endswith("of 9 rows.")


def test_numbers_for_mlflow():
    found = explanation_metrics(FACTS)
    assert found["importance/under_ones.high95"] == 0.4
    assert found["explanation/interactions"] == 0.2
    assert found["explanation/against_declared.booster"] == 1.0
    assert found["explanation/against_declared.checklist"] == 0.0


def test_no_finding_no_strong_words():
    checks = {"booster": {"rows": 50, "checked": 7, "breaks": []}}
    (said,) = monotone_words(checks, reads={})
    assert "7 indicators" in said and "Finding" not in said
