from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table

from riskaid.errors import ExtractError
from riskaid.indicators.reference import value
from riskaid.records.lacking import Lack
from riskaid.records.tables import referrals
from riskaid.training.asked_rows import Cohort, Exclusion
from riskaid.training.cohort import build_cohort

D = date


def cohort(**keys):
    return Cohort(says="Each referral in a test", table="referrals", **keys)


def store(**tables):
    return MadeStore({name: made_table(name, rows) for name, rows in tables.items()})


@dataclass(frozen=True)
class With:
    """A store whose tables are not all covered alike."""

    held: MadeStore
    coverage: dict[str, SimpleNamespace]

    def __getattr__(self, name: str) -> object:
        return getattr(self.held, name)


def replace_first(held: MadeStore, first: date) -> SimpleNamespace:
    whole = held.coverage["cp_plans"]
    return SimpleNamespace(**{**vars(whole), "covered_from": first})


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


@pytest.mark.parametrize(("first", "left"), [(D(2020, 6, 1), 1), (D(2020, 6, 2), 0)])
def test_rows_before_an_exclusion_is_covered_are_left_out_and_counted(first, left):
    """A row as of 2 June needs to know the day before it."""
    held = store(
        referrals=[{"person_id": p, "date": D(2020, 6, 1)} for p in "ab"]
        + [{"person_id": "c", "date": D(2021, 1, 1)}],
        cp_plans=[{"person_id": "z", "date": D(2020, 6, 1)}],
    )
    covered = {**held.coverage, "cp_plans": replace_first(held, first)}
    counts: dict[str, int] = {}
    found = build_cohort(
        cohort(exclude=exclusion(open=True)), With(held, covered), counts
    )
    assert found.height == 1 + 2 * left
    assert counts["excluded_not_known"] == 2 - 2 * left
    assert counts["excluded_1_cp_plans"] == 0


def test_rows_in_a_gap_of_an_exclusion_are_left_out():
    held = store(
        referrals=[
            {"person_id": "a", "date": D(2020, 6, n), "referral_id": str(n)}
            for n in range(1, 8)
        ],
        cp_plans=[{"person_id": "z", "date": D(2020, 1, 1)}],
    )
    gap = SimpleNamespace(first=D(2020, 6, 3), last=D(2020, 6, 4))
    found = build_cohort(
        cohort(exclude=exclusion(open=True)), replace(held, gaps=(gap,)), {}
    )
    # The days before these are not the 3rd and not the 4th.
    assert [d.day for _, d in as_of(found)] == [2, 3, 6, 7, 8]


def spell(person: str, start: date, **keys) -> dict[str, object]:
    return {"person_id": person, "date": start, **keys}


def test_a_row_a_month_while_the_case_is_open():
    held = store(
        referrals=[
            spell("a", D(2020, 1, 31), end=D(2020, 3, 1), end_known_from=D(2020, 3, 1)),
            # Known from 1 February: as of the first of March at the earliest.
            spell("b", D(2020, 1, 31), known_from=D(2020, 2, 1), end=D(2020, 3, 31)),
            # Its end was entered only in April.
            spell(
                "c", D(2020, 2, 10), end=D(2020, 2, 20), end_known_from=D(2020, 4, 1)
            ),
            spell("d", D(2020, 2, 3), end=D(2020, 2, 28)),
            # Two spells open at once make one row.
            spell("e", D(2020, 2, 3), end=D(2020, 3, 20)),
            spell("e", D(2020, 2, 4), end=D(2020, 3, 20)),
            spell("f", D(2020, 2, 3), known_until=D(2020, 3, 5)),
        ]
    )
    counts: dict[str, int] = {}
    found = build_cohort(cohort(each="month"), held, counts)
    assert as_of(found) == [
        ("a", D(2020, 2, 1)),
        ("a", D(2020, 3, 1)),
        ("b", D(2020, 3, 1)),
        ("c", D(2020, 3, 1)),
        ("c", D(2020, 4, 1)),
        ("e", D(2020, 3, 1)),
        ("f", D(2020, 3, 1)),
    ]
    assert (counts["records"], counts["rows"]) == (7, 7)


def test_a_case_still_open_has_rows_to_the_extract_and_no_further():
    held = store(referrals=[spell("a", D(2023, 12, 5))])
    days = [d for _, d in as_of(build_cohort(cohort(each="month"), held, {}))]
    assert days == [D(2024, m, 1) for m in (1, 2, 3, 4)]
    bound = cohort(each="month", first_as_of=D(2024, 2, 1), last_as_of=D(2024, 3, 31))
    assert len(build_cohort(bound, held, {})) == 2


def test_months_that_nobody_knows_about_have_no_rows():
    held = store(referrals=[spell("a", D(2023, 10, 5))])
    gap = SimpleNamespace(first=D(2023, 11, 30), last=D(2023, 12, 30))
    lack = Lack("end", since=D(2024, 2, 1), until=D(2024, 2, 28))
    missing = replace(held, gaps=(gap,), absent=(lack,))
    days = [d for _, d in as_of(build_cohort(cohort(each="month"), missing, {}))]
    assert days == [D(2023, 11, 1), D(2024, 1, 1), D(2024, 3, 1), D(2024, 4, 1)]
    with pytest.raises(ExtractError, match="a column for end of 'referrals'"):
        build_cohort(cohort(each="month"), replace(held, absent=(Lack("end"),)), {})


def test_months_are_those_on_which_the_language_says_open():
    """The same answer as referrals.is_open(), for every first day there is."""
    rng = np.random.Generator(np.random.PCG64(7))
    spells = []
    for n in range(60):
        start = D(2020, 1, 1) + timedelta(days=int(rng.integers(700)))
        end = start + timedelta(days=int(rng.integers(200)))
        told = {
            "end": end,
            "end_known_from": end + timedelta(days=int(rng.integers(40))),
        }
        until = start + timedelta(days=int(rng.integers(30, 300)))
        spells.append(
            spell(
                f"p{n % 25}",
                start,
                known_from=start + timedelta(days=int(rng.integers(20))),
                **(told if n % 3 else {}),
                **({"known_until": until} if n % 4 == 0 else {}),
            )
        )
    people = [{"person_id": f"p{n}", "known_from": D(2018, 1, 1)} for n in range(25)]
    held = store(referrals=spells, persons=people)
    made = set(as_of(build_cohort(cohort(each="month"), held, {})))
    firsts = [D(y, m, 1) for y in (2020, 2021, 2022) for m in range(1, 13)]
    says = {
        (person["person_id"], day)
        for person in people
        for day in firsts
        if value(referrals.is_open(), held, person["person_id"], day).value
    }
    assert len(says) > 100
    assert {(p, d) for p, d in made if d.year < 2023} == says


@pytest.mark.parametrize(
    ("plan", "day"),
    [
        ({"end": D(2020, 5, 1), "end_known_from": D(2020, 5, 8)}, D(2020, 5, 9)),
        ({"end": D(2020, 5, 1), "end_known_from": D(2020, 4, 1)}, D(2020, 5, 2)),
        ({}, None),
        ({"end": D(2020, 5, 1), "known_until": D(2020, 5, 1)}, None),
    ],
)
def test_a_row_may_be_as_of_the_day_after_an_end_was_known(plan, day):
    sure = spell("z", D(2019, 1, 1), end=D(2019, 2, 1))
    held = store(cp_plans=[sure, spell("a", D(2020, 1, 1), **plan)])
    asked = Cohort(says="Each plan that ended", table="cp_plans", each="end")
    found = dict(as_of(build_cohort(asked, held, {})))
    assert found.pop("z") == D(2019, 2, 2)
    assert found == ({} if day is None else {"a": day})
    later = asked.model_copy(update={"offset_days": 10})
    found = dict(as_of(build_cohort(later, held, {})))
    assert found.get("a") == (None if day is None else day + timedelta(days=10))


def test_months_are_those_on_which_the_record_was_known_to_match():
    """What fills in later counts from the day after it was filled in."""
    told = {"no_further_action": "no", "decision_known_from": D(2020, 3, 1)}
    held = store(
        referrals=[
            spell("a", D(2020, 1, 10), end=D(2020, 5, 10), **told),
            spell("b", D(2020, 1, 10), end=D(2020, 5, 10), no_further_action="yes"),
        ]
    )
    asked = cohort(each="month", where={"no_further_action": "no"})
    assert as_of(build_cohort(asked, held, {})) == [
        ("a", D(2020, 4, 1)),
        ("a", D(2020, 5, 1)),
    ]
