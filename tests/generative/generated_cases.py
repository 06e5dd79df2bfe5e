"""Random expressions, records and dates: what every engine must agree on.

Dates gather where engines go wrong: on the as-of day, on both edges of a window, on
leap days and month ends; records are late, known before their date, doubled on one day,
replaced by a later version, open, or not there at all.

Hypothesis draws one string of bytes a case, and every choice is read from it as if a die
were thrown: zeros choose what is simplest, so it can still make a failing case small.
Drawn choice by choice, five of six cases were repetitions, because Hypothesis tries cases
anew with parts of them doubled; of 300 drawn so, 47 had a store of their own. Records
come from one seed among the bytes.

A *case* of a law is one store of ten tables with up to 60 records of three children and
two adults, up to seven rows of child and date, and several expressions.
"""

import operator
import os
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import polars as pl
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st

from riskaid.dates import months_before
from riskaid.indicators import kernel
from riskaid.indicators.cases import Between, Days, MemoryCases, Without
from riskaid.indicators.plan import Plan, PlannedIndicator
from riskaid.indicators.reference import look
from riskaid.language import Condition, Value, days, months
from riskaid.records import tables as t
from riskaid.records.schema import stored_columns

EXAMPLES = int(os.environ.get("RISKAID_GENERATED", "300"))
PHASES = [Phase.explicit, Phase.generate, Phase.shrink]
generated = settings(
    max_examples=EXAMPLES,
    phases=PHASES[:2] if os.environ.get("RISKAID_SHRINK") == "no" else PHASES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

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

WINDOWS = [
    *[None] * 5,
    days(366),
    *map(days, [1, 2, 29, 30, 31, 90, 366]),
    *map(months, [1, 3, 12]),
    *(days(n).before(days(30)) for n in [1, 30, 90]),
    *(months(n).before(months(1)) for n in [1, 3]),
    days(1).before(days(1)),
    days(30).before(months(1)),
    months(1).before(days(30)),
]


def a_date(dice):
    """A day on or near an edge of some window of some as-of date."""
    as_of = dice.choice(AS_OF)
    if dice.random() < 0.7:
        edge = as_of - timedelta(days=dice.choice([0, 1, 2, 29, 30, 31, 90, 366]))
    else:
        edge = months_before(as_of, dice.choice([1, 3, 12]))
    return edge + timedelta(days=dice.choice([0, 0, -1, 1, 5, -40]))


def a_border(dice):
    """An as-of day, or the day before or after it."""
    return dice.choice(AS_OF) + timedelta(days=dice.choice([0, 0, -1, 1]))


def a_known_date(dice, day):
    """When a record was known: long ago, on its day, late, or before its date."""
    if dice.random() < 0.15:
        return a_border(dice)
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
            return dice.choice([*NUMBERS, float("nan")])
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
    until = dice.choice([None, None, None, 0, 1, 30, 400, -1])
    until = None if until is None else known + timedelta(days=until)
    if until is not None and until < known:
        until = max(known, a_border(dice))
    row = {
        "person_id": dice.choice(ADULTS if table_name == "adult_events" else CHILDREN),
        "date": day,
        **{name: a_cell(dice, name, c) for name, c in table.columns.items()},
        "known_from": known,
        "known_until": until,
        "source": table_name + dice.choice(["/a", "/b"]),
        "source_row": row_number,
        "known_how": "recorded",
    }
    for group in table.group_lags:
        seen = dice.choice([None, 0, 0, 1, 20, -1])
        filled = None if seen is None else known + timedelta(days=seen)
        if filled is not None and filled < known:
            filled = max(known, a_border(dice))
        row[f"{group}_known_from"] = filled
    return row


def known_long_ago(row, dice):
    """Most of one child's records known all the time, so that many count at once."""
    if dice.random() < 0.3:
        return row
    known = {at: LONG_AGO for at in row if at.endswith("known_from")}
    person = ADULTS[0] if row["person_id"] in ADULTS else CHILDREN[0]
    return row | known | {"known_until": None, "person_id": person}


def some_records(dice, name, most=5, *, full=False):
    """Records of a table, half of the time the first again on the same day."""
    rows = [a_record(dice, name, n) for n in range(dice.randint(0, most))]
    if full:
        rows = [known_long_ago(row, dice) for row in rows]
    if rows and dice.random() < 0.5:
        rows.append(rows[0] | {"source_row": len(rows)})
    return rows


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


def some_absent(dice, name):
    """One or two columns that no source has: at all, of some days or for some dates."""
    return tuple(
        Without(
            dice.choice(list(t.TABLES[name].columns)),
            last=dice.choice([date.max, date.max, a_date(dice)]),
            since=dice.choice([date.min, date.min, a_date(dice)]),
            until=dice.choice([date.max, date.max, a_date(dice)]),
        )
        for _ in range(dice.choice([1, 1, 2]))
    )


def a_store(seed, most=5, *, full=False):
    """A store with tables that are empty, short, torn, not supplied, or lack columns.

    Two of five stores are whole: a value that is not known can hide a fault.
    """
    dice = Random(seed)
    frames, coverage = {}, {}
    whole = full or dice.random() < 0.4
    for name in TABLES:
        rows = some_records(dice, name, most, full=full)
        if name == "persons":
            rows = held_persons(rows)
        elif dice.random() < 0.1 and not whole:
            continue
        frames[name] = frame(name, rows)
        coverage[name] = WIDE
        if whole:
            continue
        if dice.random() < 0.15:
            first, last = sorted([a_date(dice), a_date(dice)])
            coverage[name] = Days(first, last)
        if dice.random() < 0.15:
            coverage[name] = replace(coverage[name], gaps=some_gaps(dice))
        if dice.random() < 0.1:
            coverage[name] = replace(coverage[name], absent=some_absent(dice, name))
    return MemoryCases(frames, coverage)


class Die:
    """Throws that are read from bytes; when they are used up, every throw is 0."""

    def __init__(self, given):
        self.given = given
        self.at = 0

    def below(self, n):
        part = self.given[self.at : self.at + 4]
        self.at += 4
        return int.from_bytes(part, "little") % n

    def chance(self, n):
        """True one time in n; where a case is made small, false."""
        return self.below(n) == n - 1

    def choice(self, options):
        return options[self.below(len(options))]

    def seed(self):
        return self.below(2**32)

    def __repr__(self):
        return f"Die(bytes.fromhex({self.given.rstrip(bytes(1)).hex()!r}))"


COMPARED = [
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]
RECKONED = [operator.add, operator.sub, operator.mul, operator.truediv]
FLAGS = ["yes", "no", "refused"]


def a_record_condition(dice, table, depth=2):
    """A question to one record of a table."""
    kind = dice.below(6) if depth else 0
    if kind == 1:
        return ~a_record_condition(dice, table, depth - 1)
    if kind in (2, 3):
        left = a_record_condition(dice, table, depth - 1)
        right = a_record_condition(dice, table, depth - 1)
        return left & right if kind == 2 else left | right
    column = dice.choice(list(table.columns.values()))
    if column.type == "date" or kind == 4:
        return column.is_known()
    if column.type == "number":
        return dice.choice(COMPARED)(column, dice.choice(NUMBERS))
    codes = FLAGS if column.type == "flag" else CODES.get(column.name, ["x", "y"])
    if column.type == "code" and dice.chance(2):
        return column.is_in(*(dice.choice(codes) for _ in range(1 + dice.below(2))))
    return dice.choice(COMPARED[:2])(column, dice.choice(codes))


def some_links(dice):
    if dice.chance(2):
        return t.household.where(a_record_condition(dice, t.household))
    return t.household


def a_selection(dice, names=(*TABLES, "adult_events")):
    """Some records of a table, the child's own or reached by links."""
    table = t.TABLES[dice.choice(names)]
    chosen = table
    if dice.chance(2):
        chosen = chosen.where(a_record_condition(dice, table))
    if table.name == "adult_events":
        chosen = chosen.of(some_links(dice), since=dice.choice(WINDOWS))
    elif table.shape != "link" and dice.chance(5):
        chosen = chosen.of(some_links(dice).siblings(), since=dice.choice(WINDOWS))
    return table, chosen


def columns_of(table, *types):
    return [column for column in table.columns.values() if column.type in types]


WITH_NUMBERS = ("attendance", "placements")
SPELLS = ("missing_episodes", "placements", "household")
WITH_CODES = ("placements", "missing_episodes", "icpcs", "household")


def a_number_word(word):
    def draw(dice):
        table, chosen = a_selection(dice, WITH_NUMBERS)
        column = dice.choice(columns_of(table, "number"))
        return getattr(chosen, word)(column, last=dice.choice(WINDOWS))

    return draw


def a_code_word(word):
    def draw(dice):
        table, chosen = a_selection(dice, TABLES if word == "count_distinct" else DATED)
        columns = columns_of(table, "code")
        column = dice.choice([*columns, *columns, table.source])
        return getattr(chosen, word)(column, last=a_window(dice, table))

    return draw


def a_dated_word(word):
    def draw(dice):
        _, chosen = a_selection(dice, DATED)
        return getattr(chosen, word)(last=dice.choice(WINDOWS))

    return draw


def a_count(dice):
    table, chosen = a_selection(dice)
    return chosen.count(last=a_window(dice, table))


def a_window(dice, table):
    return None if table.shape == "snapshot" else dice.choice(WINDOWS)


def a_decayed_count(dice):
    _, chosen = a_selection(dice, DATED)
    half_life = days(dice.choice([1, 30, 180]))
    return chosen.decayed(half_life=half_life, last=dice.choice(WINDOWS))


def a_rate_of_change(dice):
    _, chosen = a_selection(dice, DATED)
    return chosen.rate_of_change(last=dice.choice([days(30), months(1)]))


def a_sequence(dice):
    table, first = a_selection(dice, DATED)
    other, then = a_selection(dice, DATED)
    return first.sequence(
        then,
        within=days(dice.choice([1, 3, 30, 366])),
        same_day=other.name != table.name and dice.chance(2),
        last=dice.choice(WINDOWS),
    )


def an_overlap(dice):
    _, chosen = a_selection(dice, SPELLS)
    return chosen.overlap_days(last=dice.choice(WINDOWS))


WORDS = [
    a_count,
    a_code_word("count_distinct"),
    a_code_word("changes"),
    a_dated_word("days_since_last"),
    a_dated_word("days_since_first"),
    a_number_word("total"),
    a_number_word("largest"),
    a_number_word("latest"),
    a_decayed_count,
    a_rate_of_change,
    a_sequence,
    an_overlap,
    lambda _: t.persons.age_years(),
    lambda dice: a_condition(dice, 0).as_number(),
]


def a_value(dice, depth=2):
    """A number as of a date."""
    if depth and dice.chance(3):
        left = a_value(dice, depth - 1)
        right = dice.choice([None, None, 0, 1, 2.5, -3])
        right = a_value(dice, depth - 1) if right is None else right
        return dice.choice(RECKONED)(left, right)
    return dice.choice(WORDS)(dice)


def whether_any(dice):
    table, chosen = a_selection(dice)
    return chosen.any(last=a_window(dice, table))


def whether_open(dice):
    return a_selection(dice, SPELLS)[1].is_open()


def whether_open_then(dice):
    _, chosen = a_selection(dice, SPELLS)
    return chosen.open_at(dice.choice([days(1), days(30), months(1)]))


def the_latest_is(dice):
    table, chosen = a_selection(dice, WITH_CODES)
    column = dice.choice(columns_of(table, "code", "flag"))
    codes = ["yes", "no"] if column.type == "flag" else CODES.get(column.name, ["x"])
    latest = chosen.latest(column, last=dice.choice(WINDOWS))
    return dice.choice(COMPARED[:2])(latest, dice.choice(codes))


def a_comparison(dice):
    left = a_value(dice, 1)
    right = dice.choice([None, None, 0, 1, 2])
    right = a_value(dice, 0) if right is None else right
    return dice.choice(COMPARED)(left, right)


QUESTIONS = [whether_any, whether_open, whether_open_then, the_latest_is, a_comparison]


def a_condition(dice, depth=2):
    """Yes, no or not known as of a date."""
    kind = dice.below(len(QUESTIONS) + 4) if depth else dice.below(len(QUESTIONS))
    if kind < len(QUESTIONS):
        return QUESTIONS[kind](dice)
    if kind == len(QUESTIONS):
        return ~a_condition(dice, depth - 1)
    if kind == len(QUESTIONS) + 1:
        inner = a_value(dice, 1) if dice.chance(2) else a_condition(dice, depth - 1)
        return inner.is_known()
    left, right = a_condition(dice, depth - 1), a_condition(dice, depth - 1)
    return left & right if dice.chance(2) else left | right


def an_expression(dice):
    """Half of them one word alone, in which no other can hide a fault."""
    if dice.chance(2):
        return dice.choice([*WORDS, *QUESTIONS])(dice)
    return a_condition(dice) if dice.chance(2) else a_value(dice)


def each_word(dice):
    """Every word of the language, alone."""
    return [word(dice) for word in [*WORDS, *QUESTIONS]]


def several(dice, n, make=an_expression):
    """Some expressions of one case; the more, the less a store costs each of them."""
    return [make(dice) for _ in range(n)]


def some_rows(dice):
    """Children and dates, some twice, one child whom the store does not hold."""
    chosen = [
        (
            dice.choice([*CHILDREN, *CHILDREN, STRANGER]),
            a_date(Random(dice.below(1000))) if dice.chance(2) else dice.choice(AS_OF),
        )
        for _ in range(1 + dice.below(7))
    ]
    return pl.DataFrame(
        chosen, schema={"person_id": pl.String, "as_of": pl.Date}, orient="row"
    )


dice = st.binary(min_size=4_000, max_size=4_000).map(Die)
seeds = dice.map(Die.seed)
stores = seeds.map(a_store)
expressions = dice.map(an_expression)


def node_of(expression):
    assert isinstance(expression, Value | Condition)
    return expression.node


def named(expressions):
    """Expressions as an engine takes them, each with a name."""
    return {f"x{n}": node_of(one) for n, one in enumerate(expressions)}


def by_kernel(named, store, rows, **how):
    return kernel.columns(named, store, rows, **how).drop("person_id", "as_of")


def plan_of(named):
    """A plan of nothing but some expressions."""
    made = [
        PlannedIndicator(name, node, "", "", "", "", None, "", "", "")
        for name, node in named.items()
    ]
    return Plan(tuple(made), (), ())


def by_reference(named, store, rows):
    """Every value as the engine that advises gives it, in columns like the kernel's."""
    plan = plan_of(named)
    asked = rows.select("person_id", "as_of").iter_rows()
    found = [look(plan, store, person, as_of).values for person, as_of in asked]
    return pl.DataFrame(
        {name: [one[name].value for one in found] for name in named},
        schema=dict.fromkeys(named, pl.Float64),
    )


def a_case(dice, n=6, make=an_expression):
    """A store, expressions by name, and rows; told where a law does not hold."""
    seed = dice.seed()
    store, found, rows = a_store(seed), named(several(dice, n, make)), some_rows(dice)
    note(f"a_store({seed})\n{rows.rows()}")
    for name, node in found.items():
        note(f"{name} = {node}")
    return store, found, rows
