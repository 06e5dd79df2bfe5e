"""Shares not recorded and rows by month, without a count that says who."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskaid.records.quality_counts import (
    answers,
    by_month,
    not_recorded,
    without_small,
)

START, END = date(2024, 1, 1), date(2024, 12, 31)


def people(count, first=0, **said):
    return [
        {"person_id": f"P{n}", "source": "council/p.csv", **said}
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 10, "b": 0}, {"a": 10, "b": 0}),
        ({"a": 10, "b": 6, "c": 5}, {"a": 10, "b": None, "c": None}),
        ({"a": 10, "b": 2, "c": 5}, {"a": 10, "b": None, "c": None}),
        ({"a": 3, "b": 0}, {"a": None, "b": 0}),
    ],
)
def test_a_small_count_and_one_that_would_give_it_back(counts, shown):
    assert dict(without_small("x", counts).counts) == shown


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1))
def test_no_small_count_can_be_worked_out(counts):
    found = without_small("x", counts)
    hidden = [n for n, shown in found.counts.items() if shown is None]
    assert all(n == 0 or n >= 6 for n in found.counts.values() if n is not None)
    if len(hidden) == 1:
        assert found.total is None


def test_refused_and_not_yet_obtained_are_not_the_same_as_nothing(a_store):
    store = a_store(
        persons=[
            *people(20, ethnicity="WBRI"),
            *people(8, 20, ethnicity="REFU"),
            *people(7, 28, ethnicity="NOBT"),
            *people(9, 35),
            {"person_id": "A1", "source": "council/p.csv"},
            {"person_id": "P50", "source": "council/ids"},
        ],
        referrals=[{"person_id": f"P{n}"} for n in range(60)],
        disabilities=[
            *[{"person_id": f"P{n}", "code": "LD"} for n in range(10)],
            {"person_id": "P0", "code": "AUT"},
            *[{"person_id": f"P{n}", "code": "NONE"} for n in range(10, 20)],
        ],
    )
    ethnicity, disability = not_recorded(store)
    assert ethnicity.counts == {
        "recorded": 20,
        "refused": 8,
        "not yet obtained": 7,
        "not recorded": 9,
    }
    assert disability.counts == {
        "a disability": 10,
        "none (NONE)": 10,
        "not recorded": 24,
    }
    assert "children with a referral" in ethnicity.what


def test_without_referrals_everybody_counts(a_store):
    (ethnicity,) = not_recorded(a_store(persons=people(7)))
    assert ethnicity.counts["not recorded"] == 7
    assert ethnicity.what == "ethnicity of people"


def test_each_column_of_yes_and_no(a_store):
    store = a_store(
        missing_episodes=[
            *people(7, rhi_offered="yes", rhi_accepted="no"),
            *people(8, 7),
        ]
    )
    found = {one.what: dict(one.counts) for one in answers(store)}
    assert found == {
        "missing_episodes.rhi_offered": {"yes": 7, "no": 0, "not recorded": 8},
        "missing_episodes.rhi_accepted": {"yes": 0, "no": 7, "not recorded": 8},
    }


def test_months_are_whole_covered_and_without_small_counts(a_store):
    store = a_store(
        date(2024, 1, 15),
        date(2024, 5, 30),
        contacts=[
            *people(60, date="2024-02-29"),
            *people(29, date="2024-03-01"),
            *people(3, date="2024-04-30"),
            *people(70, date="2024-05-01"),
            *people(70, date="2024-01-20"),
        ],
    )
    (one,) = by_month(store)
    assert one.counts == {
        date(2024, 2, 1): 60,
        date(2024, 3, 1): 29,
        date(2024, 4, 1): None,
    }
    assert one.usual == 29
    assert one.low == ()


def test_a_month_far_below_the_usual_is_named_unless_it_is_not_written_up(a_store):
    full = [people(50, date=f"2024-{m:02}-10") for m in (1, 2, 4, 5, 6)]
    thin = [people(20, date="2024-03-10"), people(20, date="2024-12-10")]
    more = [people(50, date=f"2024-{m:02}-10") for m in (7, 8, 9, 10, 11)]
    said = [r for month in (*full, *thin, *more) for r in month]
    (one,) = by_month(a_store(START, END, contacts=said))
    assert one.usual == 50
    assert one.low == (date(2024, 3, 1),)
    assert one.to_json()["low"] == ["2024-03"]
    (one,) = by_month(a_store(START, date(2025, 1, 10), contacts=said))
    assert one.low == (date(2024, 3, 1), date(2024, 12, 1))


def test_undated_tables_have_no_months(a_store):
    assert by_month(a_store(persons=people(7))) == ()
