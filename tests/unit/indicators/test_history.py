"""What the reference looks at of one child, and in which order."""

from datetime import date

import polars as pl

from riskaid.indicators import days, reference
from riskaid.indicators.cases import Days, MemoryCases
from riskaid.indicators.history import History
from riskaid.indicators.plan import Plan, PlannedPrompt
from riskaid.records.schema import stored_columns
from riskaid.records.tables import (
    adult_events,
    household,
    icpcs,
    missing_episodes,
    persons,
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
