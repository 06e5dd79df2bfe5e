"""A card says as of when rows are made, and what is true of every one."""

import pytest

from riskaid.release.card_rows import decision_points

READS = {
    "eligibility_1": "Whether the child is 10 or older",
    "open_now": "An open case",
}


def said(*eligible: str, **cohort) -> list[str | tuple[str, ...]]:
    facts = {"experiment": {"cohort": cohort}, "eligible": list(eligible)}
    blocks = decision_points(facts, READS)
    return [getattr(one, "text", None) or one.items for one in blocks]


@pytest.mark.parametrize(
    ("cohort", "words"),
    [
        ({}, "as of the day after its record was known and dated."),
        ({"each": "record", "offset_days": 30}, "known and dated, and 30 days later."),
        ({"each": "end", "offset_days": 0}, "after the end of its record was known."),
        ({"each": "month"}, "the first day of each month on which its record was open"),
    ],
)
def test_the_decision_point_in_words(cohort, words):
    (text,) = said(**cohort)
    assert words in text


def test_conditions_in_the_words_of_the_plan():
    text, conditions = said("eligibility_1", "open_now", "gone", each="month")
    assert text.endswith("the row is left out:")
    assert conditions == ("Whether the child is 10 or older.", "An open case.", "gone.")


def test_a_run_made_before_there_were_conditions_says_none():
    blocks = decision_points({"experiment": {"cohort": {"table": "referrals"}}}, {})
    assert len(blocks) == 1
