"""What is asked of a column that no source has is not known, on every engine."""

from datetime import date, timedelta
from random import Random

import generated_cases as g
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from riskaid.indicators import kernel, reference, sql
from riskaid.indicators.cases import MemoryCases, Without
from riskaid.indicators.plan import tables_read
from riskaid.language import days

TABLES = ("missing_episodes", "placements", "attendance", "icpcs", "household")


def values(expression, store, rows):
    """The values of the kernel, with which the reference and DuckDB agree."""
    node = g.node_of(expression)
    found = kernel.columns({"x": node}, store, rows)["x"].to_list()
    assert sql.columns({"x": node}, store, rows)["x"].to_list() == found
    assert found == [
        reference.value(node, store, person, as_of).value
        for person, as_of in rows.select("person_id", "as_of").iter_rows()
    ]
    return found


def lacking(store, name, *absent):
    coverage = {**store.coverage, name: g.replace(g.WIDE, absent=absent)}
    return MemoryCases(store.frames, coverage)


@g.fewer
@given(g.stores, g.expressions, g.rows(), g.seeds, st.sampled_from(g.TABLES))
def test_what_stands_in_a_column_that_is_not_there_never_matters(
    store, expression, rows, seed, name
):
    """But for an expected date of birth, which a date of birth to come may be."""
    dice = Random(seed)
    columns = [c for c in g.t.TABLES[name].columns if c != "expected"]
    column = dice.choice(columns)
    if name not in store.frames:
        return
    held = lacking(store, name, Without(column))
    other = [
        {**row, column: g.a_cell(dice, column, g.t.TABLES[name].columns[column])}
        for row in store.frames[name].to_dicts()
    ]
    frames = {**store.frames, name: g.frame(name, other)}
    changed = MemoryCases(frames, held.coverage)
    assert values(expression, changed, rows) == values(expression, held, rows)


@g.fewer
@given(g.stores, g.selections(TABLES), st.data(), g.rows(), g.seeds)
def test_what_reads_a_column_is_not_known_without_it_and_nothing_else_changes(
    store, chosen, data, rows, seed
):
    table, selection = chosen
    if table.name not in store.frames:
        return
    last = data.draw(st.one_of(st.none(), st.integers(1, 400)))
    asked = selection.count(last=None if last is None else days(last))
    dice = Random(seed)
    column = dice.choice(list(table.columns))
    where = {one.table: one.columns for one in tables_read(g.node_of(asked))}
    before = values(asked, lacking(store, table.name), rows)
    after = values(asked, lacking(store, table.name, Without(column)), rows)
    assert after == ([None] * len(rows) if column in where[table.name] else before)


@g.fewer
@given(g.stores, st.sampled_from(["any", "is_open", "total"]), g.rows(), g.seeds)
def test_a_column_may_be_lacking_for_some_days_and_some_dates_alone(
    store, word, rows, seed
):
    dice = Random(seed)
    table = g.t.attendance if word == "total" else g.t.missing_episodes
    if table.name not in store.frames:
        return
    n = dice.choice([1, 30, 90])
    asked, column = {
        "any": lambda: (
            table.where(table.episode_type == "M").any(last=days(n)),
            "episode_type",
        ),
        "is_open": lambda: (table.is_open(), "end"),
        "total": lambda: (
            table.total(table.sessions_missed, last=days(n)),
            "sessions_missed",
        ),
    }[word]()
    limits = {
        "last": dice.choice([date.max, g.a_date(dice)]),
        "since": dice.choice([date.min, g.a_date(dice)]),
        "until": dice.choice([date.max, g.a_date(dice)]),
    }
    before = values(asked, lacking(store, table.name), rows)
    held = lacking(store, table.name, Without(column, **limits))
    for value, now, as_of in zip(
        before, values(asked, held, rows), rows["as_of"], strict=True
    ):
        first = g.WIDE.covered_from if word == "is_open" else as_of - timedelta(days=n)
        lacks = limits["since"] <= as_of <= limits["until"]
        assert now == (None if lacks and first <= limits["last"] else value)


def test_a_column_that_is_there_and_empty_is_not_lacking():
    """Nobody was missing by that name is an answer; that nobody asked is none."""
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
    episodes = g.t.missing_episodes
    asked = episodes.where(episodes.episode_type == "M").count(last=days(90))
    assert values(asked, store, rows) == [0.0]
    without = lacking(store, episodes.name, Without("episode_type"))
    assert values(asked, without, rows) == [None]
    assert values(episodes.count(last=days(90)), without, rows) == [1.0]
