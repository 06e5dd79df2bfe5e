"""The words in which every page says the published numbers."""

import pytest

from riskaid.fairness.published import (
    at_capacity,
    cell_words,
    count_words,
    edge_words,
    interval_words,
    is_nobody,
    names_of,
    outcomes_wanted,
    value_words,
)


def found(value=0.31, low=0.241, high=0.388, *, compared="value", state="estimable"):
    return {
        "value": value,
        "low95": low,
        "high95": high,
        "low_inside": 0.25,
        "high_inside": None,
        "rate": "recall",
        "compared": compared,
        "state": state,
    }


def phrased(*phrases):
    return [{"name": f"group {i}", "phrase": one} for i, one in enumerate(phrases)]


def test_groups_are_named_without_what_all_phrases_begin_with():
    phrases = (
        "children recorded as White",
        "children whose ethnicity was refused",
        "children of five to nine",
    )
    names = ["White", "Ethnicity was refused", "Of five to nine"]
    assert names_of(phrased(*phrases)) == names
    assert names_of([]) == []


def test_groups_that_would_be_named_alike_have_the_names_of_the_policy():
    alike = phrased("children recorded as not known", "children whose not known")
    assert names_of(alike) == ["group 0", "group 1"]


@pytest.mark.parametrize(
    ("rows", "use", "nobody"),
    [
        (0, "reported", True),
        (0, "gated", False),
        (1, "reported", False),
        ("c", "reported", False),
        (9, "gated", False),
    ],
)
def test_a_group_is_of_nobody_where_none_is_in_it_and_none_need_be(rows, use, nobody):
    assert is_nobody({"rows": rows, "use": use}) is nobody


def test_findings_at_a_capacity_and_those_of_none():
    metrics = [
        {"metric": "recall", "capacity": 0.05},
        {"metric": "recall", "capacity": 0.1},
        {"metric": "auc", "capacity": None},
        {"metric": "recall", "capacity": 0.2},
    ]
    assert at_capacity({"metrics": metrics}, 0.1) == {
        "recall": metrics[1],
        "auc": metrics[2],
    }


def test_a_number_stands_with_its_interval():
    assert cell_words(found()) == "31.0% (24.1 to 38.8)"
    assert value_words(found()) == "31.0%"
    assert interval_words(found(), "95") == "24.1 to 38.8"
    assert interval_words(found(), "_inside") == "25.0 to no bound"
    assert interval_words(found(low=None), "95") == "no bound to 38.8"
    assert cell_words(found(compared="difference")) == "31.0 (24.1 to 38.8)"
    assert cell_words(found(compared="ratio")) == "0.31 (0.24 to 0.39)"
    assert cell_words(found(value=0.0)) == "0.0% (24.1 to 38.8)"


def test_where_there_is_no_number_it_says_why():
    for words in (cell_words, value_words, lambda one: interval_words(one, "95")):
        assert words(None) == "not estimable"
        assert words(found(None, state="not_estimable")) == "not estimable"
        assert words(found(None, state="suppressed")) == "c"


@pytest.mark.parametrize(
    ("measure", "low", "high", "words"),
    [
        ("recall_ratio", 0.8, 1.25, "0.80 to 1.25"),
        ("recall_difference", -0.05, 0.05, "-5.0 to 5.0"),
        ("auc", 0.6, None, "at least 0.60"),
        ("selection_rate_difference", None, 0.1, "at most 10.0"),
        ("recall_ratio", None, 1.5, "at most 1.50"),
        ("recall_ratio", 0.0, 0.0, "0.00 to 0.00"),
        ("auc", None, None, "none"),
    ],
)
def test_the_edges_of_a_limit(measure, low, high, words):
    assert edge_words(measure, {"lowest": low, "highest": high}) == words


def test_counts_have_commas_and_small_ones_are_c():
    assert [count_words(one) for one in (0, 999, 12345, "c")] == [
        *("0", "999", "12,345", "c")
    ]


def test_the_outcomes_that_are_wanted_are_those_that_settle_every_finding():
    def of(*more):
        return {str(i): {"more_outcomes": one} for i, one in enumerate(more)}

    assert outcomes_wanted(of(None, 40, 1200, None)) == "1,200"
    assert outcomes_wanted(of(None)) == "" == outcomes_wanted({})
