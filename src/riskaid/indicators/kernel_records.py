"""The records behind a value, on demand, from the kernel's own arrays."""

from collections.abc import Iterator
from typing import TypeAlias, get_args

import numpy as np
import polars as pl

from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.asked import behind, checked_rows
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_chunk import Chunk, once
from riskaid.indicators.kernel_dates import Span, Until, dated, edges
from riskaid.indicators.kernel_groups import Swept
from riskaid.indicators.kernel_loaded import Loaded
from riskaid.indicators.kernel_tables import Bools, Floats, Int32s, Ints, numbered
from riskaid.indicators.kernel_windows import Pairs, ends, filled
from riskaid.indicators.plan import parts_of
from riskaid.language import nodes

WHERE = ("source", "source_row")
PERSON_BITS = 31
Selected: TypeAlias = Swept | folds.Folded
Shown: TypeAlias = tuple[Pairs, str, str]
"""Records with the row each is shown for, their table, and whose they are."""


def records_behind(node: nodes.Node, store: Cases, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the records behind a value of some children and dates.

    Args:
        node: The value.
        store: The case store.
        rows: Columns `person_id` and `as_of`.

    Returns:
        Each record once for each child and date: person_id, as_of, table, whose
        ("child", "adult" or "sibling"), date, source, source_row.
    """
    rows = checked_rows(rows)
    people, person = numbered(rows["person_id"])
    days = rows["as_of"].to_physical().cast(pl.Int64)
    wanted = dated(days.to_numpy())
    loaded = Loaded(store, people, [node], wanted.days, also=WHERE)
    chunk = Chunk(loaded, person, wanted)
    leaves = dict.fromkeys(parts_of(node))
    return behind(
        _framed(shown, rows) for leaf in leaves for shown in _shown(chunk, leaf)
    )


def _shown(chunk: Chunk, leaf: object) -> Iterator[Shown]:
    if isinstance(leaf, nodes.AgeYears):
        pairs = _version(chunk, leaf)
        yield pairs.keep(chunk.carried(leaf)[pairs.row]), leaf.table, "child"
    elif isinstance(leaf, nodes.Sequence):
        covered = chunk.covered_by(leaf)
        if covered.any():
            yield from _sequence(chunk, leaf, covered)
    elif isinstance(leaf, get_args(Selected)):
        covered = chunk.covered_by(leaf)
        if covered.any():
            pairs = _selected(chunk, leaf)
            yield from _reached(chunk, leaf.rows, pairs.keep(covered[pairs.row]))


def _framed(shown: Shown, rows: pl.DataFrame) -> pl.DataFrame:
    pairs, table, whose = shown
    found = pairs.held.frame.select("date", *WHERE)[pairs.record]
    return (
        rows[pairs.row]
        .hstack(found)
        .with_columns(table=pl.lit(table), whose=pl.lit(whose))
    )


def _selected(chunk: Chunk, leaf: Selected) -> Pairs:  # noqa: C901, PLR0911, PLR0912 - one short case a word; mypy refuses it when one is missing
    """The records a value was read from: not all that its window lets through."""
    as_of = chunk.as_of
    span: Span = None
    if isinstance(leaf, nodes.OpenAt):
        span = Until(leaf.back)
    elif not isinstance(leaf, nodes.IsOpen | nodes.OverlapDays):
        span = leaf.last
    lower, upper = edges(as_of, span)
    pairs = chunk.counted(leaf.rows, lower, upper)
    match leaf:
        case nodes.Count() | nodes.Any() | nodes.Total():
            return pairs
        case nodes.CountDistinct(_, column):
            return pairs.keep(filled(pairs, column, as_of))
        case nodes.Changes(_, column):
            return folds.with_date(pairs.keep(filled(pairs, column, as_of)))
        case nodes.Decayed():
            return folds.with_date(pairs)
        case nodes.DaysSinceLast():
            return _last_day(pairs)
        case nodes.DaysSinceFirst():
            pairs = folds.with_date(pairs)
            return _greatest(pairs, -pairs.held.day[pairs.record].astype(np.float64))
        case nodes.Largest(_, column):
            return _largest(pairs.keep(filled(pairs, column, as_of)), column)
        case nodes.Latest(_, column):
            last = _last_day(pairs.keep(filled(pairs, column, as_of)))
            return _largest(last, column)
        case nodes.LatestIs(_, column):
            return _last_day(pairs.keep(filled(pairs, column, as_of)))
        case nodes.OverlapDays(_, end):
            pairs = folds.with_date(pairs)
            return pairs.keep(_overlaps(chunk, leaf, pairs, end))
        case nodes.IsOpen(_, end) | nodes.OpenAt(_, end):
            return pairs.keep(ends(pairs, end, as_of) >= upper[pairs.row])


def _greatest(pairs: Pairs, values: Floats) -> Pairs:
    """The pairs that have the greatest value of their row."""
    if not len(values):
        return pairs
    best = np.full(int(pairs.row.max()) + 1, -np.inf)
    np.maximum.at(best, pairs.row, values)
    return pairs.keep(values == best[pairs.row])


def _last_day(pairs: Pairs) -> Pairs:
    pairs = folds.with_date(pairs)
    return _greatest(pairs, pairs.held.day[pairs.record].astype(np.float64))


def _largest(pairs: Pairs, column: nodes.Field) -> Pairs:
    return _greatest(pairs, pairs.held.numbers(column.column)[pairs.record])


def _overlaps(
    chunk: Chunk, leaf: nodes.OverlapDays, pairs: Pairs, end: nodes.Field
) -> Bools:
    lower, upper = edges(chunk.as_of, leaf.last)
    first = pairs.held.day[pairs.record].astype(np.int64)
    if lower is not None:
        first = np.maximum(first, lower[pairs.row])
    last = np.minimum(ends(pairs, end, chunk.as_of), upper[pairs.row])
    return last > first


def _version(chunk: Chunk, leaf: nodes.AgeYears) -> Pairs:
    """The version an age is read from; of twins the one the reference reads."""
    held = chunk.loaded.own(leaf.table)
    order = held.frame.select(pl.arg_sort_by("date", *WHERE)).to_series()
    held = folds.by_version(held.take(order.cast(pl.Int64).to_numpy()), leaf)
    chosen, known = folds.version(held, chunk.person, chunk.as_of)
    row = np.flatnonzero(known)
    return Pairs(held, row, chosen[row])


def _sequence(chunk: Chunk, leaf: nodes.Sequence, covered: Bools) -> Iterator[Shown]:
    lower, upper = edges(chunk.as_of, leaf.last)
    soonest, latest = 0 if leaf.same_day else 1, leaf.within.n
    firsts = folds.with_date(chunk.counted(leaf.rows, lower, upper))
    thens = folds.with_date(chunk.counted(leaf.then, lower, chunk.as_of))
    firsts = firsts.keep(covered[firsts.row])
    thens = thens.keep(covered[thens.row])
    answered = folds.some_between(firsts, thens, soonest, latest)
    answers = folds.some_between(thens, firsts, -latest, -soonest)
    yield from _reached(chunk, leaf.rows, firsts.keep(answered))
    yield from _reached(chunk, leaf.then, thens.keep(answers))


def _reached(chunk: Chunk, rows: nodes.Rows, pairs: Pairs) -> Iterator[Shown]:
    """The records, and the links by which each was reached."""
    reach = rows.reach
    if reach is None:
        yield pairs, rows.table, "child"
        return
    yield pairs, rows.table, "adult" if reach.to == "adults" else "sibling"
    table = reach.links.table
    links, adult = chunk.links(reach)
    led = _key(pairs.row, pairs.held.person[pairs.record])
    if reach.to == "siblings":
        among = len(chunk.loaded.adults_of(reach))
        back, child = chunk.links_back(reach, *once(links.row, adult, among))
        back = back.keep(np.isin(_key(back.row, child), led))
        yield back, table, "sibling"
        led = _key(back.row, back.held.person[back.record])
    yield links.keep(np.isin(_key(links.row, adult), led)), table, "child"


def _key(row: Ints, person: Ints | Int32s) -> Ints:
    return (row.astype(np.int64) << PERSON_BITS) | person.astype(np.int64)
