"""The records behind a value, on demand, by queries that select and do not add up."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

import duckdb
import polars as pl

from riskaid.indicators import sql_text as text
from riskaid.indicators.asked import behind, checked_rows
from riskaid.indicators.cases import Cases
from riskaid.indicators.plan import parts_of
from riskaid.indicators.sql import HELD, Asking
from riskaid.language import nodes

Shown: TypeAlias = tuple[str, str, str]
"""A query of row, date, source, source_row; the table; and whose records they are."""


def records_behind(node: nodes.Node, store: Cases, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the records behind a value of some children and dates in DuckDB.

    Takes and returns what the kernel's does.
    """
    rows = checked_rows(rows)
    leaves = [p for p in dict.fromkeys(parts_of(node)) if isinstance(p, text.LEAVES)]
    with duckdb.connect() as connection:
        asking = Asking(connection, store, (node,))
        asking.prepare()
        asking.ask(rows)
        return behind(
            pl.DataFrame(
                connection.sql(
                    f"SELECT a.person_id, a.as_of, {text.quoted(table)} AS table, "
                    f"{text.quoted(whose)} AS whose, e.date, e.source, e.source_row "
                    f"FROM ({query}) e JOIN {HELD} a ON a.row = e.row "
                    f"WHERE {asking.known(leaf)}"
                ).to_arrow_table()
            )
            for leaf in leaves
            for query, table, whose in _shown(leaf)
        )


def _shown(leaf: text.Leaf) -> Iterator[Shown]:
    match leaf:
        case nodes.AgeYears():
            version = text.version_read(leaf)
            shown = f"SELECT a.row, e.date, e.source, e.source_row {version}"
            yield shown, leaf.table, "child"
        case nodes.Sequence(rows, then):
            lower, upper = text.edges(leaf.last)
            firsts, thens = _dated(rows, lower, upper), _dated(then, lower, text.AS_OF)
            soonest, latest = 0 if leaf.same_day else 1, leaf.within.n
            near = f"t.row = f.row AND t.date - f.date BETWEEN {soonest} AND {latest}"
            answered = (
                f"SELECT f.* FROM ({firsts}) f WHERE EXISTS "
                f"(SELECT t.row FROM ({thens}) t WHERE {near})"
            )
            answers = (
                f"SELECT t.* FROM ({thens}) t WHERE EXISTS "
                f"(SELECT f.row FROM ({firsts}) f WHERE {near})"
            )
            yield from _reached(rows, answered)
            yield from _reached(then, answers)
        case _:
            yield from _reached(leaf.rows, _selected(leaf))


def _selected(leaf: text.Grouped) -> str:  # noqa: C901, PLR0912 - one short case a word; mypy refuses it when one is missing
    """The records a value was read from: not all that its window lets through."""
    lower, upper = text.window_of(leaf)
    kept, first = "true", ""
    dated = "e.date IS NOT NULL"
    match leaf:
        case nodes.Count() | nodes.Any() | nodes.Total():
            pass
        case nodes.CountDistinct(_, field):
            kept = f"{text.cell(field)} IS NOT NULL"
        case nodes.Changes(_, field):
            kept = f"{text.cell(field)} IS NOT NULL AND {dated}"
        case nodes.Decayed():
            kept = dated
        case nodes.DaysSinceLast():
            kept, first = dated, "e.date DESC"
        case nodes.DaysSinceFirst():
            kept, first = dated, "e.date"
        case nodes.Largest(_, field):
            cell = text.cell(field)
            kept, first = f"{cell} IS NOT NULL", f"{cell} DESC"
        case nodes.Latest(_, field):
            cell = text.cell(field)
            kept, first = f"{cell} IS NOT NULL AND {dated}", f"e.date DESC, {cell} DESC"
        case nodes.LatestIs(_, field):
            kept, first = f"{text.cell(field)} IS NOT NULL AND {dated}", "e.date DESC"
        case nodes.OverlapDays(_, end):
            kept = f"{dated} AND {text.overlap(leaf)} > 0"
            lower, upper = None, text.AS_OF
        case nodes.IsOpen(_, end) | nodes.OpenAt(_, end):
            cell = text.cell(end)
            kept = f"({cell} IS NULL OR {cell} >= {upper})"
        case _:
            assert_never(leaf)
    query = _found(leaf.rows, lower, upper, kept)
    if not first:
        return query
    return f"{query} QUALIFY rank() OVER (PARTITION BY a.row ORDER BY {first}) = 1"


def _dated(rows: nodes.Rows, lower: str | None, upper: str) -> str:
    return _found(rows, lower, upper, "e.date IS NOT NULL")


def _found(rows: nodes.Rows, lower: str | None, upper: str, kept: str) -> str:
    return (
        "SELECT a.row, e.person_id AS who, e.date, e.source, e.source_row "
        f"FROM {text.pairs(rows)} WHERE {text.within(lower, upper)} "
        f"AND {text.holds(rows.where)} AND {kept}"
    )


def _reached(rows: nodes.Rows, query: str) -> Iterator[Shown]:
    """The records, and the links by which each was reached."""
    reach = rows.reach
    if reach is None:
        yield query, rows.table, "child"
        return
    table = reach.links.table
    yield query, rows.table, "adult" if reach.to == "adults" else "sibling"
    links = text.adult_links(reach)
    led = f"SELECT row, who FROM ({query})"
    if reach.to == "siblings":
        back = (
            f"SELECT * FROM ({text.sibling_links(reach, f'({links})')}) "
            f"WHERE (row, who) IN ({led})"
        )
        yield back, table, "sibling"
        led = f"SELECT row, adult FROM ({back})"
    yield f"SELECT * FROM ({links}) WHERE (row, who) IN ({led})", table, "child"
