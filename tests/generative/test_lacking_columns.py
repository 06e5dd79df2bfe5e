"""What is asked of a column that no source has is not known.

By the reference and the kernel; `test_engines_agree.py` holds that DuckDB says the same.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import generated_cases as g
import polars as pl
from hypothesis import given

from riskaid.indicators.cases import MemoryCases, Without
from riskaid.indicators.plan import tables_read

ENGINES = (g.by_reference, g.by_kernel)
COUNTED = ("missing_episodes", "placements", "attendance", "icpcs", "household")


def lacking(store, name, *absent):
    coverage = {**store.coverage, name: replace(g.WIDE, absent=absent)}
    return MemoryCases(store.frames, coverage)


def values(named, store, rows):
    """The values of the kernel, which are those of the reference."""
    first, second = (engine(named, store, rows) for engine in ENGINES)
    assert first.equals(second)
    return first


@g.generated
@given(g.dice)
def test_what_stands_in_a_column_that_is_not_there_never_matters(dice):
    """But for an expected date of birth, which a date of birth to come may be."""
    store, named, rows = g.a_case(dice)
    name = dice.choice(list(store.frames))
    columns = g.t.TABLES[name].columns
    column = dice.choice([one for one in columns if one != "expected"])
    held = lacking(store, name, Without(column))
    random = Random(dice.seed())
    other = [
        row | {column: g.a_cell(random, column, columns[column])}
        for row in store.frames[name].to_dicts()
    ]
    changed = MemoryCases({**store.frames, name: g.frame(name, other)}, held.coverage)
    for engine in ENGINES:
        assert engine(named, changed, rows).equals(engine(named, held, rows))


@g.generated
@given(g.dice)
def test_what_reads_a_column_is_not_known_without_it_and_nothing_else_changes(dice):
    """For every child alike, whatever their records say."""
    store, _, rows = g.a_case(dice, 0)
    table, chosen = g.a_selection(dice, COUNTED)
    if table.name not in store.frames:
        return
    asked = g.named([chosen.count(last=dice.choice(g.WINDOWS))])
    column = dice.choice(list(table.columns))
    read = {one.table: one.columns for one in tables_read(*asked.values())}
    before = values(asked, lacking(store, table.name), rows)
    after = values(asked, lacking(store, table.name, Without(column)), rows)
    unknown = before.with_columns(pl.lit(None, dtype=pl.Float64).alias("x0"))
    assert after.equals(unknown if column in read[table.name] else before)


@g.generated
@given(g.dice)
def test_a_column_may_be_lacking_for_some_days_and_some_dates_alone(dice):
    """A value is withdrawn on those as-of dates where its window reaches those days."""
    store, _, rows = g.a_case(dice, 0)
    n, random = dice.choice([1, 30, 90]), Random(dice.seed())
    window = g.days(n)
    episodes, terms = g.t.missing_episodes, g.t.attendance
    asked, table, column, first = dice.choice(
        [
            (
                episodes.where(episodes.episode_type == "M").any(last=window),
                "missing_episodes",
                "episode_type",
                n,
            ),
            (episodes.is_open(), "missing_episodes", "end", None),
            (episodes.overlap_days(last=window), "missing_episodes", "end", None),
            (
                terms.total(terms.sessions_missed, last=window),
                "attendance",
                "sessions_missed",
                n,
            ),
        ]
    )
    if table not in store.frames:
        return
    last = dice.choice([date.max, g.a_date(random)])
    since = dice.choice([date.min, g.a_date(random)])
    until = dice.choice([date.max, g.a_date(random)])
    lack = Without(column, last=last, since=since, until=until)
    named = g.named([asked])
    before = values(named, lacking(store, table), rows)["x0"]
    after = values(named, lacking(store, table, lack), rows)["x0"]
    for value, now, as_of in zip(before, after, rows["as_of"], strict=True):
        reaches = g.WIDE.covered_from if first is None else as_of - timedelta(days=n)
        lacks = since <= as_of <= until and reaches <= last
        assert now == (None if lacks else value)


def test_a_column_that_is_there_and_empty_is_not_lacking():
    """That nobody was missing in that way is an answer; that nobody asked is none."""
    row = g.a_record(Random(1), "missing_episodes", 1)
    row |= {
        "person_id": "C1",
        "date": date(2024, 2, 1),
        "known_from": g.LONG_AGO,
        "known_until": None,
        "episode_type": None,
    }
    frames = {
        "persons": g.frame("persons", g.held_persons([])),
        "missing_episodes": g.frame("missing_episodes", [row]),
    }
    store = MemoryCases(frames, dict.fromkeys(frames, g.WIDE))
    rows = pl.DataFrame({"person_id": ["C1"], "as_of": [date(2024, 3, 1)]})
    episodes, last = g.t.missing_episodes, g.days(90)
    of_a_type = episodes.where(episodes.episode_type == "M").count(last=last)
    named = g.named([of_a_type, episodes.count(last=last)])
    without = lacking(store, episodes.name, Without("episode_type"))
    assert values(named, store, rows).row(0) == (0.0, 1.0)
    assert values(named, without, rows).row(0) == (None, 1.0)
