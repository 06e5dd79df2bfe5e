"""The kernel: values for many rows at once, on arrays; what training runs.

It must agree exactly with the reference engine, which advises (ADR-0010).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import polars as pl

from riskaid.dates import day_number
from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.asked import checked_rows, wanted_values
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_carried import carried
from riskaid.indicators.kernel_dates import Dated, Until, dated, edges
from riskaid.indicators.kernel_groups import Group, Swept
from riskaid.indicators.kernel_loaded import CHILD, Loaded
from riskaid.indicators.kernel_sweep import said_when_slow
from riskaid.indicators.kernel_tables import (
    Bools,
    Floats,
    Held,
    Ints,
    both,
    either,
    numbered,
)
from riskaid.indicators.kernel_windows import Pairs, ends, kept, visible, window_pairs
from riskaid.indicators.plan import Plan
from riskaid.language import nodes
from riskaid.language.windows import Window
from riskaid.progress import Progress, silent

ROWS_AT_ONCE = 16_392
"""No power of two: columns would lie where each pushes the others out of the cache."""
CHUNKS_A_PART = 20
THREADS = 2

Known: TypeAlias = tuple[Floats, Bools]
"""Values and where they are known; both of shape (rows,)."""


def compute(
    plan: Plan,
    store: Cases,
    rows: pl.DataFrame,
    *,
    names: Sequence[str] | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute a plan's indicators for many children and dates.

    Args:
        plan: What to compute.
        store: The case store, or anything with the same methods.
        rows: Columns `person_id` and `as_of`; duplicates are allowed.
        names: Only these indicators, in this order; otherwise all of the plan's.
        progress: Told how many rows are done.

    Returns:
        The same rows in the same order: person_id, as_of, one Float64 column an
        indicator; yes and no are 1.0 and 0.0, null is not known.

    Raises:
        DefinitionError: A name is not in the plan, or the rows lack a column.
    """
    return columns(wanted_values(plan, names), store, rows, progress=progress)


def columns(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute named expressions for many children and dates, some rows at a time.

    Returns:
        The same rows in the same order, one Float64 column an expression.
    """
    parts = stream(expressions, store, rows, at_once=at_once, progress=progress)
    return pl.concat(parts, rechunk=False)


def stream(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> Iterator[pl.DataFrame]:
    """Compute named expressions part by part, so that memory does not grow with rows.

    Of the case store only the records of a part's children are held at a time. Rows in
    the order of their children need the least reading.

    Args:
        expressions: What to compute, by the name of its column.
        store: The case store, or anything with the same methods.
        rows: Columns `person_id` and `as_of`; duplicates are allowed.
        at_once: Rows computed at once, by each of two threads.
        progress: Told how many rows are done, and when numba is missing.

    Yields:
        The same rows in the same order, one Float64 column an expression.
    """
    rows = checked_rows(rows)
    if slow := said_when_slow():
        progress(slow, 0, 0)
    part = at_once * CHUNKS_A_PART
    with ThreadPoolExecutor(THREADS, thread_name_prefix="riskaid") as pool:
        for start in range(0, max(len(rows), 1), part):
            asked = _laid_out(expressions, store, rows[start : start + part])
            for done in pool.map(asked.fill, asked.slices(at_once)):
                progress("computing indicators", start + done, len(rows))
            yield asked.frame()


@dataclass(frozen=True)
class _Part:
    """Some rows, and room for every value that is asked for each of them.

    A line is one value of all the rows in one piece of memory: the column to be. The
    sheet of a group holds a line for each of its values.
    """

    expressions: Mapping[str, nodes.Node]
    rows: pl.DataFrame
    loaded: Loaded
    person: Ints
    wanted: Dated
    sheets: dict[Group, Floats]
    lines: dict[nodes.Node, Floats]

    def slices(self, at_once: int) -> list[slice]:
        """The rows, so many at once; one slice even of none."""
        n = len(self.rows)
        return [slice(at, min(at + at_once, n)) for at in range(0, n or 1, at_once)]

    def fill(self, which: slice) -> int:
        """Compute some of the rows; up to which it is."""
        chunk = _Chunk(self.loaded, self.person[which], self.wanted.take(which))
        for group, sheet in self.sheets.items():
            chunk.sweep(group, sheet, which)
        for node, line in self.lines.items():
            if node not in chunk.swept:
                line[which] = chunk.filled(node)
        return int(which.stop)

    def frame(self) -> pl.DataFrame:
        """The rows with their values, null where one is not known."""
        return self.rows.hstack(
            [
                pl.Series(name, self.lines[node], nan_to_null=True)
                for name, node in self.expressions.items()
            ]
        )


def _laid_out(
    expressions: Mapping[str, nodes.Node], store: Cases, rows: pl.DataFrame
) -> _Part:
    people, person = numbered(rows["person_id"])
    days = rows["as_of"].to_physical().cast(pl.Int64)
    wanted = dated(days.to_numpy(writable=True))
    loaded = Loaded(store, people, list(expressions.values()), wanted.days)
    loaded.prepare()
    sheets = {
        group: np.empty((len(group.nodes), len(rows)))
        for group in loaded.groups.values()
    }
    lines = {node: np.empty(len(rows)) for node in expressions.values()}
    for group, sheet in sheets.items():
        lines |= dict(zip(group.nodes, sheet, strict=True))
    return _Part(expressions, rows, loaded, person, wanted, sheets, lines)


@dataclass(frozen=True)
class _Chunk:
    """Some rows, and the values computed for them so far."""

    loaded: Loaded
    person: Ints
    wanted: Dated
    swept: dict[nodes.Node, Floats] = field(default_factory=dict)
    done: dict[nodes.Node, Known] = field(default_factory=dict)
    covers: dict[object, Bools] = field(default_factory=dict)

    @property
    def as_of(self) -> Ints:
        """The as-of day of each row."""
        return self.wanted.as_of

    def filled(self, node: nodes.Node) -> Floats:
        """A value for each row, NaN where it is not known."""
        values, known = self.value(node)
        return values if known.all() else np.where(known, values, np.nan)

    def value(self, node: nodes.Node) -> Known:
        if node not in self.done:
            self.done[node] = self._compute(node)
        return self.done[node]

    def _compute(self, node: nodes.Node) -> Known:  # noqa: C901, PLR0911, PLR0912 - mypy holds that no node is missing
        match node:
            case nodes.Number(number):
                return self._constant(number)
            case nodes.AgeYears():
                if not self.loaded.store.has(node.table):
                    return self._unknown()
                held = self.loaded.versions(node)
                values, known = folds.age(node, held, self.person, self.as_of)
                return values, known & self._carried(node)
            case nodes.Arithmetic(operator, left, right):
                return folds.reckon(operator, self.value(left), self.value(right))
            case nodes.Compare(operator, left, right):
                (a, a_known), (b, b_known) = self.value(left), self.value(right)
                known = a_known & b_known
                return (folds.COMPARE[operator](a, b) & known).astype(float), known
            case nodes.And(left, right):
                return _floats(both(self._truth(left), self._truth(right)))
            case nodes.Or(left, right):
                return _floats(either(self._truth(left), self._truth(right)))
            case nodes.Not(inner):
                true, known = self._truth(inner)
                return (known & ~true).astype(float), known
            case nodes.IsKnown(inner):
                _, known = self.value(inner)
                return known.astype(float), np.ones_like(known)
            case nodes.AsNumber(inner):
                return self.value(inner)
            case nodes.Sequence():
                return self._sequence(node)
            case nodes.CountDistinct() | nodes.Changes():
                return self._from_codes(node)
            case _:
                return self._swept(node)

    def sweep(self, group: Group, sheet: Floats, which: slice) -> None:
        """Fill some rows of a group's sheet, NaN where a value is not known."""
        reach = group.nodes[0].rows.reach
        row, person = None, self.person
        if reach is not None:
            row, person = self._whose(reach)
        group.fill(self.wanted, row, person, sheet, which.start)
        for node, values in zip(group.nodes, sheet[:, which], strict=True):
            covered = self._covered_by(node)
            if not covered.all():
                values[~covered] = np.nan
            self.swept[node] = values

    def _swept(self, node: Swept) -> Known:
        if node not in self.swept:
            return self._unknown()
        return self.swept[node], ~np.isnan(self.swept[node])

    def _covered_by(self, node: Swept) -> Bools:
        if isinstance(node, nodes.IsOpen | nodes.OpenAt):
            back = Until(node.back) if isinstance(node, nodes.OpenAt) else None
            _, day = edges(self.as_of, back)
            begun = self._begins_before(node.rows.table, day)
            return self._covered(node.rows, None) & begun & self._carried(node)
        return self._covered(node.rows, node.last) & self._carried(node)

    def _from_codes(self, node: folds.Folded) -> Known:
        covered = self._covered(node.rows, node.last) & self._carried(node)
        if not covered.any():
            return self._unknown()
        pairs = self._counted(node.rows, *edges(self.as_of, node.last))
        return np.where(covered, folds.fold(node, pairs, self.as_of), 0.0), covered

    def _sequence(self, node: nodes.Sequence) -> Known:
        lower, upper = edges(self.as_of, node.last)
        covered = self._covered(node.rows, node.last)
        covered = covered & self._covered(node.then, node.last) & self._carried(node)
        if not covered.any():
            return self._unknown()
        firsts = self._counted(node.rows, lower, upper)
        thens = self._counted(node.then, lower, self.as_of)
        values = folds.followed(
            firsts,
            thens,
            soonest=0 if node.same_day else 1,
            latest=node.within.n,
            n=len(self.as_of),
        )
        return np.where(covered, values, 0.0), covered

    def _counted(self, rows: nodes.Rows, lower: Ints | None, upper: Ints) -> Pairs:
        held = self.loaded.selected(rows)
        if rows.reach is None:
            pairs = window_pairs(held, self.person, upper, lower)
        else:
            pairs = self._reached(rows.reach, held, lower, upper)
        return kept(visible(pairs, self.as_of), rows.where, self.as_of)

    def _reached(
        self, reach: nodes.Reach, events: Held, lower: Ints | None, upper: Ints
    ) -> Pairs:
        row, whose = self._whose(reach)
        pairs = window_pairs(
            events, whose, upper[row], None if lower is None else lower[row]
        )
        return Pairs(events, row[pairs.row], pairs.record)

    def _whose(self, reach: nodes.Reach) -> tuple[Ints, Ints]:
        """For each row the people its links lead to, each once, ordered by row."""
        links = self._counted(reach.links, *edges(self.as_of, reach.since))
        links = links.keep(ends(links, reach.end, self.as_of) >= self.as_of[links.row])
        adults = self.loaded.adults_of(reach)
        adult = self.loaded.codes(links.held, reach.adult.column, adults)[links.record]
        row, whose = _once(links.row, adult, len(adults))
        if reach.to == "siblings":
            return self._siblings(reach, row, whose)
        return row, whose

    def _siblings(
        self, reach: nodes.Reach, row: Ints, adult: Ints
    ) -> tuple[Ints, Ints]:
        """From rows and adults to rows and the adults' other children, each once."""
        held = self.loaded.links_back(reach)
        day = self.as_of[row]
        links = kept(
            visible(window_pairs(held, adult, day, None), day), reach.links.where, day
        )
        links = links.keep(ends(links, reach.end, day) >= day[links.row])
        people = self.loaded.siblings_of(reach)
        child = self.loaded.codes(held, CHILD, people)[links.record]
        row = row[links.row]
        other = child != self.person[row]
        return _once(row[other], child[other], len(people))

    def _covered(self, rows: nodes.Rows, last: Window | None) -> Bools:
        key = (rows.table, rows.reach, last)
        if key not in self.covers:
            covered = self._covers(rows.table, last)
            if rows.reach is not None:
                since = rows.reach.since
                covered = covered & self._covers(rows.reach.links.table, since)
            self.covers[key] = covered & self.loaded.held_children[self.person]
        return self.covers[key]

    def _begins_before(self, table: str, day: Ints) -> Bools:
        coverage = self.loaded.store.coverage
        if table not in coverage:
            return np.zeros(len(day), dtype=np.bool_)
        return day_number(coverage[table].covered_from) < day

    def _covers(self, table: str, last: Window | None) -> Bools:
        store = self.loaded.store
        lower, _ = edges(self.as_of, last)
        if not store.has(table) or table not in store.coverage:
            return np.zeros(len(self.as_of), dtype=np.bool_)
        first = day_number(store.coverage[table].covered_from)
        after = day_number(store.coverage[table].covered_to + timedelta(days=1))
        begins = first < self.as_of if lower is None else first <= lower
        covered = begins & (self.as_of <= after)
        for gap in store.coverage[table].gaps:
            since = first if lower is None else lower
            ahead = self.as_of <= day_number(gap.first)
            covered &= ahead | (day_number(gap.last) < since)
        return covered

    def _carried(self, node: nodes.Node) -> Bools:
        return carried(node, self.loaded.store, self.as_of)

    def _truth(self, node: nodes.Node) -> tuple[Bools, Bools]:
        values, known = self.value(node)
        return (values != 0) & known, known

    def _constant(self, number: float) -> Known:
        n = len(self.as_of)
        return np.full(n, number), np.ones(n, dtype=np.bool_)

    def _unknown(self) -> Known:
        n = len(self.as_of)
        return np.zeros(n), np.zeros(n, dtype=np.bool_)


def _once(row: Ints, person: Ints, among: int) -> tuple[Ints, Ints]:
    """Each pair of row and person once, in order; -1 is nobody."""
    known = person >= 0
    once = np.unique(row[known] * max(among, 1) + person[known])
    return once // max(among, 1), once % max(among, 1)


def _floats(truth: tuple[Bools, Bools]) -> Known:
    return truth[0].astype(float), truth[1]
