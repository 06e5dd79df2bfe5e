from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from training_support import MadeStore, made_table

from riskaid.errors import ExtractError
from riskaid.records.lacking import Lack
from riskaid.training.cohort import build_cohort
from riskaid.training.experiment import Cohort, Exclusion

D = date


def cohort(**keys):
    return Cohort(says="Each referral in a test", table="referrals", **keys)


def store(**tables):
    return MadeStore({name: made_table(name, rows) for name, rows in tables.items()})


def as_of(rows: pl.DataFrame) -> list[tuple[str, date]]:
    return [(p, d) for p, d, _ in rows.rows()]


def test_a_row_is_as_of_the_day_after_the_record_was_known():
    held = store(
        referrals=[
            {"person_id": "a", "date": D(2020, 1, 1), "known_from": D(2020, 1, 4)},
            # Known before its date, as a planned meeting is: the day after it was dated.
            {"person_id": "b", "date": D(2020, 3, 10), "known_from": D(2020, 3, 1)},
        ]
    )
    assert as_of(build_cohort(cohort(), held, {})) == [
        ("a", D(2020, 1, 5)),
        ("b", D(2020, 3, 11)),
    ]
    later = build_cohort(cohort(offset_days=60), held, {})
    assert as_of(later)[0] == ("a", D(2020, 3, 5))


def test_several_rows_a_child_are_kept_with_the_family():
    held = store(
        referrals=[
            {"person_id": p, "date": D(2020, m, 1)} for p in "ab" for m in (1, 6)
        ],
        families=[{"person_id": p, "family_id": "f"} for p in "a"],
    )
    rows = build_cohort(cohort(), held, {})
    assert rows["family_id"].to_list() == ["f", "f", "b", "b"]


def test_a_corrected_record_makes_one_row_and_a_withdrawn_one_none():
    held = store(
        referrals=[
            {
                "person_id": "a",
                "date": D(2020, 1, 1),
                "known_from": D(2020, 1, 2),
                "known_until": D(2020, 5, 1),
            },
            {"person_id": "a", "date": D(2020, 1, 1), "known_from": D(2020, 5, 1)},
            {
                "person_id": "b",
                "date": D(2020, 1, 1),
                "known_from": D(2020, 1, 2),
                "known_until": D(2020, 1, 20),
            },
        ]
    )
    assert as_of(build_cohort(cohort(), held, {})) == [
        ("a", D(2020, 1, 3)),
        ("b", D(2020, 1, 3)),
    ]
    later = build_cohort(cohort(offset_days=30), held, {})
    assert [p for p, _ in as_of(later)] == ["a"]


def test_where_takes_values_and_reads_late_columns_only_once_filled():
    held = store(
        referrals=[
            {"person_id": "a", "date": D(2020, 1, 1), "source_code": "1A"},
            {"person_id": "b", "date": D(2020, 1, 1), "source_code": "2B"},
            {"person_id": "c", "date": D(2020, 1, 1)},
            {
                "person_id": "d",
                "date": D(2020, 1, 1),
                "no_further_action": "yes",
                "decision_known_from": D(2020, 1, 9),
            },
        ]
    )
    chosen = build_cohort(cohort(where={"source_code": ["1A", "3C"]}), held, {})
    assert [p for p, _ in as_of(chosen)] == ["a"]
    decided = {"no_further_action": "yes"}
    with pytest.raises(ExtractError, match="cohort is empty"):
        build_cohort(cohort(where=decided), held, {})
    assert build_cohort(cohort(where=decided, offset_days=9), held, {}).height == 1


def exclusion(**keys):
    return (Exclusion(says="On a plan in a test", table="cp_plans", **keys),)


@pytest.mark.parametrize(
    ("plan", "left"),
    [
        ({"date": D(2020, 1, 1)}, 0),
        # The row is as of 2 June; a plan of that day or known that day is not seen.
        ({"date": D(2020, 6, 2)}, 1),
        ({"date": D(2020, 1, 1), "known_from": D(2020, 6, 2)}, 1),
        ({"date": D(2020, 1, 1), "end": D(2020, 6, 1)}, 1),
        ({"date": D(2020, 1, 1), "end": D(2020, 6, 2)}, 0),
        # An end planned for the as-of day itself, and known: still open.
        (
            {
                "date": D(2020, 1, 1),
                "end": D(2020, 6, 2),
                "end_known_from": D(2020, 5, 1),
            },
            0,
        ),
        # Ended, but nobody could know it yet: it reads as open.
        (
            {
                "date": D(2020, 1, 1),
                "end": D(2020, 5, 1),
                "end_known_from": D(2020, 6, 2),
            },
            0,
        ),
        ({"date": D(2020, 1, 1), "known_until": D(2020, 3, 1)}, 1),
    ],
)
def test_open_spells_leave_rows_out_as_they_were_known_then(plan, left):
    held = store(
        referrals=[
            {"person_id": "a", "date": D(2020, 6, 1)},
            {"person_id": "b", "date": D(2020, 6, 1)},
        ],
        cp_plans=[{"person_id": "a", **plan}],
    )
    counts: dict[str, int] = {}
    rows = build_cohort(cohort(exclude=exclusion(open=True)), held, counts)
    assert rows.height == 1 + left
    assert counts["excluded_1_cp_plans"] == 1 - left
    assert (counts["records"], counts["rows"]) == (2, 1 + left)


def test_dates_bound_the_cohort_and_missing_tables_are_named():
    held = store(
        referrals=[{"person_id": "a", "date": D(y, 1, 1)} for y in (2018, 2019, 2020)]
    )
    counts: dict[str, int] = {}
    rows = build_cohort(
        cohort(first_as_of=D(2019, 1, 1), last_as_of=D(2019, 12, 31)), held, counts
    )
    assert (rows.height, counts["outside_dates"]) == (1, 2)
    with pytest.raises(ExtractError, match="'cp_plans' is not in the store"):
        build_cohort(cohort(exclude=exclusion()), held, {})
    with pytest.raises(ExtractError, match="'referrals' is not in the store"):
        build_cohort(cohort(), MadeStore(), {})


def test_a_cohort_or_exclusion_by_a_column_that_no_source_has_is_refused():
    days = [{"person_id": p, "date": D(2020, 6, 1)} for p in "ab"]
    held = replace(
        store(referrals=days, cp_plans=[{"person_id": "a", "date": D(2019, 1, 1)}]),
        absent=(Lack("end"), Lack("source_code")),
    )
    with pytest.raises(ExtractError, match="a column for source_code of 'referrals'"):
        build_cohort(cohort(where={"source_code": "6"}), held, {})
    with pytest.raises(ExtractError, match="a column for end of 'cp_plans'"):
        build_cohort(cohort(exclude=exclusion(open=True)), held, {})
    assert build_cohort(cohort(exclude=exclusion()), held, {}).height == 1


@pytest.mark.parametrize(("until", "left"), [(D(2020, 6, 1), 2), (D(2020, 6, 2), 0)])
def test_nobody_is_left_in_who_might_have_been_left_out(until, left):
    """Rows are as of 2 June: whether a plan was open then is known, or it is not."""
    days = [{"person_id": p, "date": D(2020, 6, 1)} for p in "ab"]
    held = replace(
        store(referrals=days, cp_plans=[{"person_id": "c", "date": D(2019, 1, 1)}]),
        absent=(Lack("end", until=until),),
    )
    asked = cohort(exclude=exclusion(open=True), first_as_of=D(2020, 1, 1))
    if left:
        assert build_cohort(asked, held, {}).height == left
    else:
        with pytest.raises(ExtractError, match="The cohort is empty"):
            build_cohort(asked, held, {})
