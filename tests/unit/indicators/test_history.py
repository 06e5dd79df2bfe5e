"""What the reference looks at of one child, and in which order."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from riskaid.indicators import days, reference
from riskaid.indicators.cases import Between, Days, MemoryCases, Without
from riskaid.indicators.history import History
from riskaid.indicators.plan import Plan, PlannedPrompt
from riskaid.records.schema import stored_columns
from riskaid.records.tables import (
    adult_events,
    household,
    icpcs,
    missing_episodes,
    persons,
    siblings,
)

AS_OF = date(2024, 6, 1)
ALWAYS = Days(date(1900, 1, 1), date(2100, 1, 1))
LONG_AGO = date(2000, 1, 1)


def frame(name, *rows):
    plain = dict.fromkeys(stored_columns(name))
    plain |= {"person_id": "C", "source": "a", "known_from": LONG_AGO, "source_row": 0}
    return pl.DataFrame(
        [plain | row for row in rows], schema=stored_columns(name), orient="row"
    )


def held(covered=None, **tables):
    frames = {"persons": frame("persons", {"source": "held"}), **tables}
    coverage = dict.fromkeys(frames, ALWAYS) if covered is None else covered
    return MemoryCases(frames, coverage)


def test_records_are_shown_by_day_then_source_then_row_then_version():
    two_days = [date(2024, 5, 2), date(2024, 5, 1)]
    rows = [
        {"date": day, "source": source, "source_row": row, "known_from": known}
        for day in [*two_days, None]
        for source in ("b", "a", None)
        for row in (2, None, 1)
        for known in (date(2020, 1, 2), date(2020, 1, 1))
    ]
    found = History(held(household=frame("household", *rows)), "C", AS_OF)
    shown = [
        (row["date"], row["source"], row["source_row"], row["known_from"].day)
        for row in found.rows("household", ("C",))
    ]
    assert shown == [
        (day, source, row, known)
        for day in (None, *reversed(two_days))
        for source in (None, "a", "b")
        for row in (None, 1, 2)
        for known in (1, 2)
    ]


class Watched(MemoryCases):
    """A store that remembers what it was asked for."""

    def persons_table(self, name, person_ids, **how):
        self.asked.append((name, *person_ids))
        return super().persons_table(name, person_ids, **how)


def test_a_table_is_read_once_for_a_child_and_never_for_nobody():
    frames = {name: frame(name) for name in ("adult_events", "household", "icpcs")}
    plain = held(**frames)
    cases = Watched(plain.frames, plain.coverage)
    object.__setattr__(cases, "asked", [])
    asked = {
        "some": icpcs.count().node,
        "more": icpcs.any(last=days(30)).node,
        "none": adult_events.of(household).any().node,
    }
    assert reference.values_of(asked, cases, "C", AS_OF) == [0, 0, 0]
    assert cases.asked == [("persons", "C"), ("icpcs", "C"), ("household", "C")]


def test_a_table_is_covered_where_it_is_both_held_and_its_days_are_said():
    there = {"icpcs": frame("icpcs")}
    asked = icpcs.count()
    for cases in (
        held({"persons": ALWAYS}, **there),
        held({"persons": ALWAYS, "icpcs": ALWAYS}),
    ):
        assert reference.value(asked, cases, "C", AS_OF).value is None
    assert reference.value(asked, held(**there), "C", AS_OF).value == 0


def test_of_a_table_that_is_not_held_no_column_is_said_to_be_lacking():
    asked = missing_episodes.where(missing_episodes.episode_type == "M").any()
    prompt = PlannedPrompt("asked", asked.node, "So.", "Why?", "-", "missing")
    (raised,) = reference.look(Plan((), (prompt,), ()), held(), "C", AS_OF).gaps
    assert raised.closes_with == (
        "Records of missing episodes that cover the time asked about."
    )


def test_an_age_is_read_from_persons_whose_days_are_not_said():
    born = frame("persons", {"born": date(2014, 5, 1)})
    cases = MemoryCases({"persons": born}, {})
    assert reference.value(persons.age_years(), cases, "C", AS_OF).value == 10


def near(day):
    return [day - timedelta(days=1), day, day + timedelta(days=1)]


FROM, TO = date(2024, 1, 10), date(2024, 4, 30)


def asked(lower, *, as_of=AS_OF, **said):
    """Whether icpcs is covered, and whether it lacks a column."""
    covered = {"persons": ALWAYS, "icpcs": Days(FROM, TO, **said)}
    history = History(held(covered, icpcs=frame("icpcs")), "C", as_of)
    column = icpcs.enquiry_id.field()
    return history.is_covered("icpcs", lower), history.lacks(column, lower)


def covered(lower, as_of, **said):
    return asked(lower, as_of=as_of, **said)[0]


def lacks(lower, as_of, **said):
    return asked(lower, as_of=as_of, absent=(Without("enquiry_id", **said),))[1]


def test_a_window_is_covered_from_its_first_day_to_the_day_before_the_as_of_day():
    assert [covered(day, date(2024, 3, 1)) for day in near(FROM)] == [False, True, True]
    assert [covered(None, day) for day in near(FROM)] == [False, False, True]
    assert [covered(FROM, TO + timedelta(days=n)) for n in (0, 1, 2)] == [
        True,
        True,
        False,
    ]


def test_a_gap_counts_from_its_first_day_to_its_last():
    gaps = (Between(date(2024, 2, 1), date(2024, 2, 9)),)
    first, last = gaps[0].first, gaps[0].last
    found = [covered(FROM, day, gaps=gaps) for day in near(first)]
    assert found == [True, True, False]
    found = [covered(day, date(2024, 3, 1), gaps=gaps) for day in near(last)]
    assert found == [False, False, True]
    assert covered(None, date(2024, 3, 1), gaps=gaps) is False
    before = (Between(date(2020, 1, 1), FROM - timedelta(days=1)),)
    assert covered(None, date(2024, 3, 1), gaps=before) is True


def test_a_column_is_lacking_for_days_of_records_and_for_as_of_dates():
    as_of, last = date(2024, 3, 1), date(2024, 2, 1)
    assert [lacks(day, as_of, last=last) for day in near(last)] == [True, True, False]
    found = [lacks(None, as_of, last=day) for day in near(FROM)]
    assert found == [False, True, True]
    assert [lacks(FROM, day, since=as_of) for day in near(as_of)] == [False, True, True]
    assert [lacks(FROM, day, until=as_of) for day in near(as_of)] == [True, True, False]
    other = (Without("s47_enquiry"),)
    assert asked(FROM, absent=other)[1] is False
    assert History(held(), "C", AS_OF).lacks(icpcs.enquiry_id.field(), FROM) is False
    assert History(held(), "C", AS_OF).is_covered("icpcs", FROM) is False


def test_a_siblings_record_is_shown_as_theirs_after_each_link_once():
    links = [
        {"person_id": "C", "adult_id": "m", "role": "mother", "source_row": 1},
        {"person_id": "S", "adult_id": "m", "role": "mother", "source_row": 2},
        {"person_id": "S", "adult_id": "m", "role": "father", "source_row": 3},
    ]
    went = {"person_id": "S", "date": date(2024, 5, 1), "source_row": 4}
    strong = [one | {"strength": "strong"} for one in links]
    cases = held(
        household=frame("household", *strong),
        missing_episodes=frame("missing_episodes", went),
    )
    answer = reference.value(missing_episodes.of(siblings).any(), cases, "C", AS_OF)
    assert [(one.source_row, one.person) for one in answer.records] == [
        (1, "child"),
        (2, "sibling"),
        (3, "sibling"),
        (4, "sibling"),
    ]


@pytest.mark.parametrize("at", range(7))
def test_an_age_is_read_from_the_latest_visible_version_else_the_first(at, versions):
    two = versions[at : at + 2]
    for rows in (two, two[::-1]):
        cases = held(persons=frame("persons", *rows))
        shown = [
            (one.source, one.source_row)
            for as_of in (date(1999, 1, 1), date(2005, 1, 1), AS_OF)
            for one in reference.value(persons.age_years(), cases, "C", as_of).records
        ]
        first, last = [(one["source"], one["source_row"]) for one in two]
        assert shown == [first, first, last]


def test_an_age_may_have_no_expected_date_to_stand_in():
    age = replace(persons.age_years().node, expected=None)
    said = {"expected": date(2014, 5, 1)}
    for born, years in ((None, None), (date(2014, 5, 1), 10)):
        cases = held(persons=frame("persons", said | {"born": born}))
        answer = reference.value(age, cases, "C", AS_OF)
        assert answer.value == years
        assert len(answer.records) == 1


def test_a_link_without_an_adult_leads_to_nobody():
    nobody = {"adult_id": None, "role": "mother", "strength": "strong"}
    cases = held(
        household=frame("household", nobody, nobody | {"person_id": "S"}),
        missing_episodes=frame(
            "missing_episodes", {"person_id": "S", "date": date(2024, 5, 1)}
        ),
    )
    answer = reference.value(missing_episodes.of(siblings).count(), cases, "C", AS_OF)
    assert (answer.value, answer.records) == (0, ())


def test_of_a_siblings_snapshot_only_what_was_asked_is_shown_in_order():
    same = {"adult_id": "m", "role": "mother", "strength": "strong"}
    day = {"born": date(2014, 5, 1), "expected": date(2014, 5, 1)}
    died = {"died": date(2024, 5, 1), "death_known_from": LONG_AGO}
    said = {"person_id": "S", "sex": "F", "ethnicity": "WBRI"}
    cases = held(
        household=frame("household", same, same | {"person_id": "S"}),
        persons=frame("persons", {}, said | day | died),
    )
    known = (persons.sex == "F") & persons.ethnicity.is_known()
    known &= persons.died.is_known() & persons.born.is_known()
    known &= persons.expected.is_known()
    word = persons.where(known).of(siblings).any()
    *_, shown = reference.value(word, cases, "C", AS_OF).records
    assert list(shown.fields) == ["born", "died", "ethnicity", "expected", "sex"]
