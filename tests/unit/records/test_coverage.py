"""What a source covers, counted by hand and day by day."""

from datetime import date, timedelta
from itertools import combinations_with_replacement

import polars as pl
import pytest

from riskaid.records.coverage import (
    Coverage,
    cover,
    joint,
    later_extract,
    window_start,
)
from riskaid.records.holes import Hole
from riskaid.records.lacking import Lack
from riskaid.records.supply import NO_GROUPS, Reading

DAY = timedelta(days=1)
TODAY = date(2026, 3, 31)


def on(n):
    return date(2024, 2, 26) + DAY * n


def hole(first, last, *tables, because="moved"):
    return Hole(on(first), on(last), because, tables)


SPANS = list(combinations_with_replacement(range(-2, 8), 2))


def test_the_days_that_can_be_seen_are_those_in_no_gap():
    for first, last in combinations_with_replacement(SPANS, 2):
        gaps = (hole(*first), hole(*last))
        seen = [n for n in range(6) if not any(a <= n <= b for a, b in (first, last))]
        assert Coverage(on(0), on(5), gaps).history_days == len(seen), gaps
    assert Coverage(on(0), on(5)).history_days == 6
    assert Coverage(on(0), on(0)).history_days == 1


def test_coverage_comes_back_from_its_json_the_same():
    plain, torn = Coverage(on(0), on(5)), Coverage(on(0), on(5), (hole(1, 2),))
    assert plain.to_json() == {"covered_from": "2024-02-26", "covered_to": "2024-03-02"}
    for one in (plain, torn):
        assert Coverage.from_json(one.to_json()) == one


@pytest.mark.parametrize(
    ("window", "day", "first"),
    [
        ("six years", date(2026, 3, 31), date(2020, 3, 31)),
        ("six years", date(2024, 2, 29), date(2018, 2, 28)),
        ("return year", date(2025, 7, 30), date(2025, 4, 1)),
        ("return year", date(2025, 7, 29), date(2024, 4, 1)),
        ("return year", date(2025, 12, 31), date(2025, 4, 1)),
        ("dfe cohort", date(2026, 3, 31), date(2023, 4, 1)),
        ("dfe cohort", date(2026, 4, 1), date(2024, 4, 1)),
        ("dfe cohort", date(2026, 12, 31), date(2024, 4, 1)),
        ("", date(2026, 3, 31), None),
    ],
)
def test_a_format_promises_its_window(window, day, first):
    assert window_start(window, day) == first


def rows(*days):
    return pl.DataFrame({"date": list(days)}, schema={"date": pl.Date})


def covered(tables, *, undated=(), **facts):
    reading = Reading("mapped", "one", (), (), NO_GROUPS, **facts)
    dated = {name: name not in undated for name in tables}
    found = cover(reading, tables, dated, TODAY, {})
    assert all(one.covered_to == TODAY for one in found.values())
    return {name: one.covered_from for name, one in found.items()}


EARLY, LATE, DECLARED = date(2015, 5, 1), date(2021, 6, 1), date(2019, 1, 1)
TWO = {"contacts": rows(LATE, TODAY), "referrals": rows(EARLY, LATE)}


def test_a_table_begins_with_its_own_first_row_or_the_sources():
    assert covered(TWO) == {"contacts": LATE, "referrals": EARLY}
    assert covered({**TWO, "icpcs": rows()})["icpcs"] == EARLY
    assert covered({"icpcs": rows()}) == {"icpcs": TODAY}
    undated = {"persons": rows(None), "disabilities": rows(date(2001, 1, 1))}
    found = covered({**TWO, **undated}, undated=undated)
    assert found["persons"] == EARLY
    assert found["disabilities"] == TODAY


def test_a_snapshot_that_is_dated_begins_with_the_sources_first_row():
    other = {"disabilities": rows(LATE)}
    assert covered({**TWO, **other})["disabilities"] == EARLY


def test_what_is_declared_comes_first_and_for_a_table_before_all():
    by_all = {"": DECLARED}
    assert covered(TWO, covered_from=by_all) == dict.fromkeys(TWO, DECLARED)
    by_table = {"": DECLARED, "contacts": EARLY}
    assert covered(TWO, covered_from=by_table)["contacts"] == EARLY
    shown = {"contacts": DECLARED}
    assert covered(TWO, found_from=shown) == {"contacts": DECLARED, "referrals": EARLY}
    both = covered(TWO, found_from=shown, covered_from={"": LATE})
    assert both == dict.fromkeys(TWO, LATE)
    undated = covered({"disabilities": rows()}, undated=["disabilities"], found_from={})
    assert undated == {"disabilities": TODAY}


def test_nothing_begins_after_the_extract():
    ahead = {"contacts": rows(TODAY + DAY)}
    assert covered(ahead) == {"contacts": TODAY}
    assert covered(TWO, covered_from={"": TODAY + DAY}) == dict.fromkeys(TWO, TODAY)


def test_a_window_cuts_an_ssd_and_fills_a_return():
    cut = covered(TWO, window="six years")
    assert cut == {"contacts": LATE, "referrals": date(2020, 3, 31)}
    summer = {**TWO, "contacts": rows(date(2025, 6, 1))}
    whole = covered(summer, window="return year")
    assert whole == dict.fromkeys(TWO, date(2025, 4, 1))
    declared = covered(TWO, window="six years", covered_from={"": EARLY})
    assert declared == dict.fromkeys(TWO, EARLY)


def test_a_gap_is_kept_by_the_tables_it_is_declared_for():
    reading = Reading(
        "mapped", "one", (), (), NO_GROUPS, gaps=(hole(4, 5), hole(1, 2, "contacts"))
    )
    tables = {**TWO, "disabilities": rows()}
    found = cover(reading, tables, dict.fromkeys(tables, True), TODAY, {})
    assert found["contacts"].gaps == (hole(1, 2), hole(4, 5))
    assert found["referrals"].gaps == (hole(4, 5),)
    assert found["disabilities"].gaps == ()


def test_gaps_of_two_extracts_and_of_two_sources_are_kept_once_and_in_order():
    one = Coverage(on(0), on(5), (hole(3, 4), hole(1, 2)))
    two = Coverage(on(2), on(7), (hole(1, 2), hole(0, 0)))
    gaps = (hole(0, 0), hole(1, 2), hole(3, 4))
    assert later_extract(one, two, dated=True) == Coverage(on(0), on(7), gaps)
    assert joint([(one, True), (two, True)]) == Coverage(on(2), on(5), gaps)
    assert joint([(one, True), (two, False)]).gaps == (hole(1, 2), hole(3, 4))
    assert joint([(one, False), (two, False)]) == Coverage(on(2), on(5), gaps)


@pytest.mark.parametrize(
    ("begins", "dated", "first"),
    [(6, True, 0), (7, True, 7), (7, False, 0), (-3, True, 0)],
)
def test_a_hole_between_two_extracts_begins_the_coverage_anew(begins, dated, first):
    before, now = Coverage(on(0), on(5)), Coverage(on(begins), on(9))
    assert later_extract(before, now, dated=dated) == Coverage(on(first), on(9))


@pytest.mark.parametrize("dated", [True, False])
def test_what_left_with_the_window_never_had_a_column_where_rows_are_dated(dated):
    before = Coverage(on(0), on(5), absent=(Lack("code"),))
    found = later_extract(before, Coverage(on(3), on(7)), dated=dated)
    left = (Lack("code", last=on(2), since=on(8)),) if dated else ()
    assert set(found.absent) == {Lack("code", until=on(7)), *left}
