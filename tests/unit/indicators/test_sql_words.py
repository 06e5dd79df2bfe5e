"""What SQL says of a small council, word by word, and the records it shows."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from riskaid.indicators import days, months, reference, sql, sql_records
from riskaid.indicators.cases import Between, Days, MemoryCases, Without
from riskaid.records.schema import stored_columns
from riskaid.records.tables import (
    adult_events,
    attendance,
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
    """Rows of a case table, numbered, known for long with all their columns."""
    columns = stored_columns(name)
    plain = dict.fromkeys(columns) | {"person_id": "C", "source": name}
    plain |= {one: LONG_AGO for one in columns if one.endswith("known_from")}
    numbered = [plain | {"source_row": n} | row for n, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=columns, orient="row")


def held(**tables):
    return MemoryCases(tables, dict.fromkeys(tables, ALWAYS))


def asked(*days_):
    return pl.DataFrame(
        [(person, day) for person in ("C", "S") for day in days_],
        schema={"person_id": pl.String, "as_of": pl.Date},
        orient="row",
    )


def went(day, kind=None, end=None, child="C"):
    return {"person_id": child, "date": day, "episode_type": kind, "end": end}


def missed(day, number):
    return {"date": day, "sessions_missed": number}


def link(child, adult, role, day=None, strength="strong"):
    said = {"adult_id": adult, "role": role, "strength": strength}
    return {"person_id": child, "date": day} | said


MAY = [None, *(date(2024, 5, n) for n in range(1, 32))]
CASES = held(
    persons=frame(
        "persons",
        {"born": date(2014, 5, 11)},
        {"person_id": "S", "expected": MAY[12]},
    ),
    missing_episodes=frame(
        "missing_episodes",
        went(date(2024, 4, 1), "M", date(2024, 4, 2)),
        went(MAY[2], "A", MAY[2]),
        went(MAY[10], "M", MAY[12]),
        went(MAY[10]),
        went(MAY[31], "M", AS_OF),
        went(AS_OF, "M"),
        went(MAY[15], "A", MAY[15], child="S"),
    ),
    icpcs=frame(
        "icpcs",
        {"date": MAY[10], "enquiry_id": "a"},
        {"date": MAY[11], "enquiry_id": "b"},
        {"date": MAY[13], "enquiry_id": "a"},
        *({"date": MAY[n]} for n in (14, 31)),
    ),
    attendance=frame(
        "attendance",
        missed(MAY[1], 12),
        missed(MAY[3], 9),
        missed(MAY[20], None),
        missed(MAY[20], 9),
        missed(MAY[20], 4),
        missed(MAY[25], None),
    ),
    household=frame(
        "household",
        link("C", "m", "mother"),
        link("C", "f", "father", MAY[20]),
        link("C", "m", "other_adult", MAY[20], "weak"),
        link("S", "m", "mother"),
        link("S", "f", "father"),
        link("T", "x", "mother"),
        link("C", "z", "mother"),
    ),
    adult_events=frame(
        "adult_events",
        {"person_id": "m", "date": date(2020, 1, 1), "kind": "violence"},
        {"person_id": "f", "date": MAY[30], "kind": "violence"},
        {"person_id": "x", "date": MAY[30], "kind": "violence"},
    ),
)
MONTH = {"last": days(30)}
KIND, MISSED = missing_episodes.episode_type, attendance.sessions_missed
OF_CHILD = {
    "count": (missing_episodes.count(**MONTH), [1, 2, 3, 4]),
    "any": (missing_episodes.where(KIND == "M").any(), [0, 2, 4]),
    "count_distinct": (missing_episodes.count_distinct(KIND, **MONTH), [1, 2, 4]),
    "days_since_last": (missing_episodes.days_since_last(), [4]),
    "days_since_first": (missing_episodes.days_since_first(), [0]),
    "of one day": (icpcs.days_since_first(last=days(20)), [2]),
    "latest is": (missing_episodes.latest(KIND) == "M", [4]),
    "changes": (missing_episodes.changes(KIND), [0, 1, 2, 4]),
    "decayed": (missing_episodes.decayed(half_life=days(30)), [0, 1, 2, 3, 4]),
    "overlap_days": (missing_episodes.overlap_days(**MONTH), [2, 3, 4]),
    "is_open": (missing_episodes.is_open(), [3, 4]),
    "open_at before": (missing_episodes.open_at(days(22)), []),
    "open_at its end": (missing_episodes.open_at(days(20)), [2, 3]),
    "open_at after": (missing_episodes.open_at(days(19)), [3]),
    "total": (attendance.total(MISSED, **MONTH), [1, 2, 3, 4, 5]),
    "largest": (attendance.largest(MISSED, **MONTH), [1, 3]),
    "latest said": (icpcs.latest(icpcs.enquiry_id) == "a", [2]),
    "latest": (attendance.latest(MISSED), [3]),
    "undated counted": (household.count(), [0, 6, 1, 2]),
    "undated told apart": (household.count_distinct(household.role), [0, 6, 1, 2]),
    "undated last": (household.days_since_last(), [1, 2]),
    "undated first": (household.days_since_first(), [1, 2]),
    "undated decayed": (household.decayed(half_life=days(30)), [1, 2]),
    "undated changes": (household.changes(household.role), [1, 2]),
    "undated latest": (household.latest(household.role) == "father", [1, 2]),
    "undated days": (household.overlap_days(**MONTH), [1, 2]),
}


EPISODES, LINKED = missing_episodes.count(), adult_events.of(household)
WORDS = [
    *(word for word, _ in OF_CHILD.values()),
    missing_episodes.sequence(icpcs, within=days(3)),
    missing_episodes.sequence(icpcs, within=days(3), same_day=True, **MONTH),
    LINKED.count(),
    adult_events.of(household, since=days(30)).any(last=months(1)),
    adult_events.of(household.where(household.role == "father")).any(),
    missing_episodes.of(siblings).count(),
    missing_episodes.where(missing_episodes.rhi_offered.is_known()).any(),
    missing_episodes.where(~KIND.is_in("M", "A")).count(),
    missing_episodes.where((KIND == "M") | (KIND != "A")).count(),
    attendance.where((MISSED > 4) & (MISSED <= 9)).count(),
    attendance.total(MISSED, last=days(30).before(days(12))),
    attendance.total(attendance.sessions_possible),
    persons.age_years(),
    missing_episodes.count(last=months(1).before(months(1))),
    icpcs.count() / EPISODES + icpcs.count() * 2 - EPISODES,
    (icpcs.count() < EPISODES) & (EPISODES != 3) | ~icpcs.any(last=days(2)),
    (EPISODES > 2).as_number(),
    icpcs.days_since_last().is_known(),
]
TORN = MemoryCases(
    CASES.frames,
    {
        **CASES.coverage,
        "icpcs": replace(ALWAYS, gaps=(Between(MAY[5], MAY[6]),)),
        "attendance": Days(MAY[2], MAY[30]),
        "household": Days(MAY[11], MAY[31]),
        "missing_episodes": replace(
            ALWAYS, absent=(Without("end", MAY[3], MAY[10], MAY[31]),)
        ),
    },
)


@pytest.mark.parametrize("cases", [CASES, TORN], ids=["whole", "torn"])
def test_every_word_is_what_the_reference_says(cases):
    nodes = {f"x{n}": word.node for n, word in enumerate(WORDS)}
    dates = [date(2024, 4, 2), *(MAY[n] for n in (2, 7, 10, 11, 12, 31)), AS_OF]
    rows = [(person, day) for person in ("C", "S", "X") for day in dates]
    given = pl.DataFrame(rows, schema=["person_id", "as_of"], orient="row")
    found = sql.columns(nodes, cases, given).rows()
    assert found == [(*row, *reference.values_of(nodes, cases, *row)) for row in rows]


def shown(word, cases=CASES, *, at=(AS_OF,)):
    found = sql_records.records_behind(word.node, cases, asked(*at))
    return found.filter(person_id="C")


@pytest.mark.parametrize("word", OF_CHILD)
def test_behind_a_word_stand_the_records_it_read(word):
    node, rows = OF_CHILD[word]
    found = shown(node)
    assert found["source_row"].to_list() == rows
    assert set(found["whose"]) <= {"child"}
    assert set(found["table"]) == set(found["source"])


@pytest.mark.parametrize(
    ("same_day", "firsts", "answers"),
    [(False, [2, 3], [1, 2]), (True, [2, 3, 4], [0, 1, 2, 4])],
)
def test_behind_a_sequence_stand_both_ends(same_day, firsts, answers):
    word = missing_episodes.sequence(icpcs, within=days(3), same_day=same_day)
    found = shown(word).sort("source_row").rows_by_key("table", named=True)
    rows = {one: [row["source_row"] for row in found[one]] for one in found}
    assert rows == {"icpcs": answers, "missing_episodes": firsts}


@pytest.mark.parametrize(
    ("links", "since", "led", "events"),
    [
        (household, None, [0, 1, 2], [0, 1]),
        (household, days(30), [1, 2], [0, 1]),
        (household.where(household.role == "father"), None, [1], [1]),
    ],
)
def test_before_an_adults_records_stand_the_links_that_led_there(
    links, since, led, events
):
    found = shown(adult_events.of(links, since=since).any())
    assert found.select("table", "whose", "source_row").rows() == [
        *(("adult_events", "adult", one) for one in events),
        *(("household", "child", one) for one in led),
    ]


def test_before_a_siblings_records_stand_both_links():
    found = shown(missing_episodes.of(siblings).any())
    assert found.select("table", "whose", "source_row").rows() == [
        ("household", "child", 0),
        ("household", "child", 1),
        ("household", "sibling", 3),
        ("household", "sibling", 4),
        ("missing_episodes", "sibling", 6),
    ]


def test_behind_what_is_not_known_stands_nothing_and_behind_each_date_its_own():
    word = icpcs.count()
    dates = (MAY[10], MAY[11], MAY[12])
    found = shown(word, at=(*dates, AS_OF, AS_OF))
    counted = found.group_by("as_of", maintain_order=True).len().rows()
    assert counted == [(MAY[11], 1), (MAY[12], 2), (AS_OF, 5)]
    ended = {**CASES.coverage, "icpcs": replace(ALWAYS, covered_to=MAY[10])}
    assert shown(word, MemoryCases(CASES.frames, ended), at=dates).height == 1


@pytest.mark.parametrize("at", range(7))
def test_an_age_is_read_from_the_latest_visible_version_else_the_first(at, versions):
    two = versions[at : at + 2]
    for rows in (two, two[::-1]):
        cases = held(persons=frame("persons", *rows))
        dates = (date(1999, 1, 1), date(2005, 1, 1), AS_OF)
        found = shown(persons.age_years(), cases, at=dates)
        first, last = [(one["source"], one["source_row"]) for one in two]
        assert found.select("source", "source_row").rows() == [first, first, last]
