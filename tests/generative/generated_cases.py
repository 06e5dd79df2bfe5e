"""Random expressions, records and dates: what every engine must agree on.

Dates gather where engines go wrong: on the as-of day, on both edges of a window, on
leap days and month ends; records are late, known before their date, doubled on one day,
replaced by a later version, open, or not there at all.

Expressions and rows are drawn by Hypothesis, which makes a failing one small; records
come from one drawn seed, because drawing each cell took nine tenths of the time.
"""

import os
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from riskaid.dates import months_before
from riskaid.indicators.cases import Between, Days, MemoryCases
from riskaid.language import Condition, Value, days, months
from riskaid.records import tables as t
from riskaid.records.schema import stored_columns

EXAMPLES = int(os.environ.get("RISKAID_GENERATED", "60"))
generated = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

fewer = settings(generated, max_examples=max(EXAMPLES // 6, 10))
"""For an engine that takes a sixth of a second an ask, with a dozen asks in one."""

CHILDREN = ["C1", "C2", "C3"]
STRANGER = "C9"
ADULTS = ["A1", "A2"]
AS_OF = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2023, 12, 31)]
WIDE = Days(date(1900, 1, 1), date(2100, 1, 1))
LONG_AGO = date(1950, 1, 1)
TABLES = [
    "persons",
    "disabilities",
    "missing_episodes",
    "placements",
    "assessment_factors",
    "attendance",
    "domestic_abuse_incidents",
    "icpcs",
    "household",
    "adult_events",
]
DATED = [name for name in TABLES if t.TABLES[name].shape != "snapshot"]
CODES = {
    "episode_type": ["M", "A"],
    "placement_type": ["K1", "U1"],
    "change_reason": ["PLAN", "MOVE"],
    "kind": ["violence", "sexual_offence"],
    "code": ["1A", "3B", "NONE"],
    "adult_id": ADULTS,
    "role": ["mother", "father"],
    "strength": ["strong", "weak"],
    "ethnicity": ["WBRI", "REFU"],
    "sex": ["F", "M"],
}
NUMBERS = [0.0, 1.0, 2.0, 0.1, 0.2, 12.5, 1e6]

windows = st.one_of(
    st.none(),
    st.sampled_from([1, 2, 29, 30, 31, 90, 366]).map(days),
    st.sampled_from([1, 3, 12]).map(months),
    st.sampled_from([1, 30, 90]).map(lambda n: days(n).before(days(30))),
    st.sampled_from([1, 3]).map(lambda n: months(n).before(months(1))),
    st.just(days(1).before(days(1))),
)


def a_date(dice):
    """A day on or near an edge of some window of some as-of date."""
    as_of = dice.choice(AS_OF)
    if dice.random() < 0.7:
        edge = as_of - timedelta(days=dice.choice([0, 1, 2, 29, 30, 31, 90, 366]))
    else:
        edge = months_before(as_of, dice.choice([1, 3, 12]))
    return edge + timedelta(days=dice.choice([0, 0, -1, 1, 5, -40]))


def a_known_date(dice, day):
    """When a record was known: long ago, on its day, late, or before its date."""
    if day is None or dice.random() < 0.5:
        return dice.choice([LONG_AGO, a_date(dice)])
    return day + timedelta(days=dice.choice([0, 0, 1, 3, 40, -1, -30]))


def a_cell(dice, name, column):
    if dice.random() < 0.2:
        return None
    match column.type:
        case "code":
            return dice.choice(CODES.get(name, ["x", "y"]))
        case "flag":
            return dice.choice(["yes", "no"])
        case "number":
            return dice.choice(NUMBERS)
        case "date" if name in ("born", "expected"):
            return dice.choice([date(2008, 2, 29), date(2024, 3, 1)])
        case "date":
            return a_date(dice)


def a_record(dice, table_name, row_number):
    """One record of a table, as the store keeps it."""
    table = t.TABLES[table_name]
    day = a_date(dice)
    if table.shape == "snapshot" or (table.shape == "link" and dice.random() < 0.5):
        day = None
    known = a_known_date(dice, day)
    until = dice.choice([None, None, None, 0, 1, 30, 400])
    row = {
        "person_id": dice.choice(ADULTS if table_name == "adult_events" else CHILDREN),
        "date": day,
        **{name: a_cell(dice, name, c) for name, c in table.columns.items()},
        "known_from": known,
        "known_until": None if until is None else known + timedelta(days=until),
        "source": table_name,
        "source_row": row_number,
        "known_how": "recorded",
    }
    for group in table.group_lags:
        seen = dice.choice([None, 0, 0, 1, 20])
        row[f"{group}_known_from"] = (
            None if seen is None else known + timedelta(days=seen)
        )
    return row


def frame(name, rows):
    return pl.DataFrame(rows, schema=stored_columns(name), orient="row")


def held_persons(rows):
    """Every child of the tests is held, whatever else is drawn of them."""
    plain = dict.fromkeys(stored_columns("persons"))
    return [
        *rows,
        *(
            plain
            | {
                "person_id": child,
                "known_from": LONG_AGO,
                "source": "held",
                "source_row": number,
            }
            for number, child in enumerate(CHILDREN)
        ),
    ]


def some_gaps(dice):
    """One or two times of which nothing is known, near the edges of windows."""
    drawn = [
        sorted([a_date(dice), a_date(dice)]) for _ in range(dice.choice([1, 1, 2]))
    ]
    return tuple(Between(*days) for days in drawn)


def a_store(seed, most=5):
    """A store with some tables, some of them empty, short or not supplied."""
    dice = Random(seed)
    frames, coverage = {}, {}
    for name in TABLES:
        rows = [a_record(dice, name, n) for n in range(dice.randint(0, most))]
        if rows and dice.random() < 0.5:  # the same again on the same day
            rows.append(rows[0] | {"source_row": len(rows)})
        if name == "persons":
            rows = held_persons(rows)
        elif dice.random() < 0.1:
            continue
        frames[name] = frame(name, rows)
        coverage[name] = WIDE
        if dice.random() < 0.15:
            first, last = sorted([a_date(dice), a_date(dice)])
            coverage[name] = Days(first, last)
        if dice.random() < 0.15:
            coverage[name] = replace(coverage[name], gaps=some_gaps(dice))
    return MemoryCases(frames, coverage)


near_edges = st.integers(0, 999).map(lambda seed: a_date(Random(seed)))
seeds = st.integers(0, 2**32 - 1)
stores = seeds.map(a_store)


@st.composite
def record_conditions(draw, table, depth=2):  # noqa: PLR0911 - one a node
    column = draw(st.sampled_from(list(table.columns.values())))
    kind = draw(st.integers(0, 5)) if depth else 0
    if kind == 1:
        return ~draw(record_conditions(table, depth - 1))
    if kind == 2:
        return draw(record_conditions(table, depth - 1)) & draw(
            record_conditions(table, depth - 1)
        )
    if kind == 3:
        return draw(record_conditions(table, depth - 1)) | draw(
            record_conditions(table, depth - 1)
        )
    if column.type == "date" or kind == 4:
        return column.is_known()
    if column.type == "number":
        number = draw(st.sampled_from(NUMBERS))
        return draw(
            st.sampled_from(
                [
                    column == number,
                    column != number,
                    column < number,
                    column <= number,
                    column > number,
                    column >= number,
                ]
            )
        )
    values = ["yes", "no", "refused"]
    if column.type == "code":
        values = CODES.get(column.name, ["x", "y"])
        if draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
            return column.is_in(*chosen)
    value = draw(st.sampled_from(values))
    return column == value if draw(st.booleans()) else column != value


@st.composite
def selections(draw, names=tuple(TABLES)):
    table = t.TABLES[draw(st.sampled_from(list(names)))]
    chosen = table
    if draw(st.booleans()):
        chosen = chosen.where(draw(record_conditions(table)))
    if table.name == "adult_events":
        chosen = chosen.of(draw(some_links()), since=draw(windows))
    elif table.shape != "link" and draw(st.integers(0, 4)) == 0:
        chosen = chosen.of(draw(some_links()).siblings(), since=draw(windows))
    return table, chosen


@st.composite
def some_links(draw):
    if draw(st.booleans()):
        return t.household.where(draw(record_conditions(t.household)))
    return t.household


def _columns(table, kind):
    return [column for column in table.columns.values() if column.type == kind]


@st.composite
def values(draw, depth=2):  # noqa: C901, PLR0911 - one a word
    """A number as of a date."""
    if depth and draw(st.integers(0, 2)) == 0:
        left = draw(values(depth - 1))
        right = draw(st.one_of(values(depth - 1), st.sampled_from([0, 1, 2.5, -3])))
        sign = draw(st.sampled_from("+-*/"))
        return {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
        }[sign]()
    word = draw(
        st.sampled_from(
            [
                "count",
                "count_distinct",
                "days_since_last",
                "days_since_first",
                "total",
                "largest",
                "latest",
                "changes",
                "decayed",
                "rate_of_change",
                "sequence",
                "as_number",
                "overlap_days",
                "age_years",
            ]
        )
    )
    if word == "age_years":
        return t.persons.age_years()
    if word == "as_number":
        return draw(conditions(0)).as_number()
    if word in ("total", "largest", "latest"):
        table, chosen = draw(selections(("attendance", "placements")))
        column = draw(st.sampled_from(_columns(table, "number")))
        return getattr(chosen, word)(column, last=draw(windows))
    if word == "overlap_days":
        _, chosen = draw(selections(("missing_episodes", "placements", "household")))
        return chosen.overlap_days(last=draw(windows))
    table, chosen = draw(selections())
    last = None if table.shape == "snapshot" else draw(windows)
    if word == "count_distinct" or (word == "changes" and table.shape != "snapshot"):
        column = draw(st.sampled_from([*_columns(table, "code"), table.source]))
        return getattr(chosen, word)(column, last=last)
    if word == "decayed" and table.shape != "snapshot":
        half_life = days(draw(st.sampled_from([1, 30, 180])))
        return chosen.decayed(half_life=half_life, last=last)
    if word == "rate_of_change" and table.shape != "snapshot":
        return chosen.rate_of_change(last=draw(st.sampled_from([days(30), months(1)])))
    if word == "sequence" and table.shape != "snapshot":
        other, then = draw(selections(DATED))
        return chosen.sequence(
            then,
            within=days(draw(st.sampled_from([1, 3, 30]))),
            same_day=other.name != table.name and draw(st.booleans()),
            last=last,
        )
    if word.startswith("days_since") and table.shape != "snapshot":
        return getattr(chosen, word)(last=last)
    return chosen.count(last=last)


@st.composite
def conditions(draw, depth=2):  # noqa: PLR0911 - one a word
    """Yes, no or not known as of a date."""
    kind = draw(st.integers(-2, 6 if depth else 2))
    if kind == -2:
        table, chosen = draw(selections(("placements", "missing_episodes", "icpcs")))
        names = [*_columns(table, "code"), *_columns(table, "flag")]
        column = draw(st.sampled_from(names))
        code = "yes" if column.type == "flag" else CODES.get(column.name, ["x"])[0]
        latest = chosen.latest(column, last=draw(windows))
        return latest == code if draw(st.booleans()) else latest != code
    if kind == -1:
        _, chosen = draw(selections(("missing_episodes", "placements", "household")))
        return chosen.open_at(draw(st.sampled_from([days(1), days(30), months(1)])))
    if kind == 0:
        table, chosen = draw(selections())
        return chosen.any(last=None if table.shape == "snapshot" else draw(windows))
    if kind == 1:
        _, chosen = draw(selections(("missing_episodes", "placements", "household")))
        return chosen.is_open()
    if kind == 2:
        left = draw(values(1))
        right = draw(st.one_of(values(0), st.sampled_from([0, 1, 2])))
        return draw(
            st.sampled_from(
                [
                    left == right,
                    left != right,
                    left < right,
                    left <= right,
                    left > right,
                    left >= right,
                ]
            )
        )
    if kind == 3:
        return ~draw(conditions(depth - 1))
    if kind == 4:
        return draw(st.one_of(conditions(depth - 1), values(1))).is_known()
    left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    return left & right if kind == 5 else left | right


expressions = st.one_of(values(), conditions())


@st.composite
def rows(draw):
    """Children and dates, some twice, one child whom the store does not hold."""
    chosen = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*CHILDREN, *CHILDREN, STRANGER]),
                st.one_of(st.sampled_from(AS_OF), near_edges),
            ),
            min_size=1,
            max_size=7,
        )
    )
    return pl.DataFrame(
        chosen, schema={"person_id": pl.String, "as_of": pl.Date}, orient="row"
    )


def node_of(expression):
    assert isinstance(expression, Value | Condition)
    return expression.node
