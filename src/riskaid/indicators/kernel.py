"""The kernel: values for many rows at once, on arrays; what training runs.

It must agree exactly with the reference engine, which advises (ADR-0010).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import polars as pl

from riskaid.dates import day_number, day_of, months_before
from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.asked import checked_rows, wanted_values
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_loaded import CHILD, Loaded
from riskaid.indicators.kernel_tables import (
    Bools,
    Floats,
    Held,
    Ints,
    both,
    either,
    positions,
)
from riskaid.indicators.kernel_windows import (
    Pairs,
    ends,
    kept,
    visible,
    window_pairs,
)
from riskaid.indicators.plan import Plan
from riskaid.language import nodes
from riskaid.language.windows import Days, Earlier, Months, Window
from riskaid.progress import Progress, silent

ROWS_AT_ONCE = 16_384

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
    rows = checked_rows(rows)
    loaded = Loaded(store, positions(rows["person_id"]))
    person = (
        rows.select("person_id")
        .join(loaded.people, on="person_id", how="left", maintain_order="left")
        .get_column("person")
        .cast(pl.Int64)
        .to_numpy()
    )
    as_of = rows["as_of"].to_physical().cast(pl.Int64).to_numpy()
    parts: dict[str, list[pl.Series]] = {name: [] for name in expressions}
    for start in range(0, max(len(rows), 1), at_once):
        chunk = _Chunk(
            loaded, person[start : start + at_once], as_of[start : start + at_once]
        )
        for name, node in expressions.items():
            values, known = chunk.value(node)
            parts[name].append(
                pl.select(
                    pl.when(pl.Series(known)).then(pl.Series(values, dtype=pl.Float64))
                ).to_series()
            )
        progress("computing indicators", min(start + at_once, len(rows)), len(rows))
    return rows.with_columns(
        pl.concat(pieces).alias(name) for name, pieces in parts.items()
    )


@dataclass(frozen=True)
class _Chunk:
    """Some rows, and the values computed for them so far."""

    loaded: Loaded
    person: Ints
    as_of: Ints
    done: dict[nodes.Node, Known] = field(default_factory=dict)

    def value(self, node: nodes.Node) -> Known:
        if node not in self.done:
            self.done[node] = self._compute(node)
        return self.done[node]

    def _compute(self, node: nodes.Node) -> Known:  # noqa: C901, PLR0911, PLR0912 - a flat match: one node, one return
        match node:
            case nodes.Number(number):
                return self._constant(number)
            case nodes.AgeYears():
                if not self.loaded.store.has(node.table):
                    return self._unknown()
                held = self.loaded.versions(node)
                return folds.age(node, held, self.person, self.as_of)
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
            case nodes.IsOpen(rows, end):
                return self._open(rows, end, self.as_of)
            case nodes.OpenAt(rows, end, before):
                return self._open(rows, end, back(self.as_of, before))
            case nodes.Sequence():
                return self._sequence(node)
            case _:
                return self._from_rows(node)

    def _from_rows(self, node: folds.Folded) -> Known:
        lower, upper = self._edges(node.last)
        covered = self._covered(node.rows, lower)
        if not covered.any():
            return self._unknown()
        if isinstance(node, nodes.OverlapDays):
            pairs = self._counted(node.rows, None, self.as_of)
        else:
            pairs = self._counted(node.rows, lower, upper)
        values, known = folds.fold(node, pairs, self.as_of, lower, upper)
        return np.where(covered & known, values, 0.0), covered & known

    def _open(self, rows: nodes.Rows, end: nodes.Field, day: Ints) -> Known:
        covered = self._covered(rows, None) & self._begins_before(rows.table, day)
        if not covered.any():
            return self._unknown()
        pairs = self._counted(rows, None, day)
        open_then = ends(pairs, end, self.as_of) >= day[pairs.row]
        values, known = folds.is_any(pairs.keep(open_then), len(self.as_of))
        return np.where(covered, values, 0.0), covered & known

    def _sequence(self, node: nodes.Sequence) -> Known:
        lower, upper = self._edges(node.last)
        covered = self._covered(node.rows, lower) & self._covered(node.then, lower)
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
        links = self._counted(reach.links, *self._edges(reach.since))
        links = links.keep(ends(links, reach.end, self.as_of) >= self.as_of[links.row])
        adults = self.loaded.adults_of(reach)
        adult = self.loaded.codes(links.held, reach.adult.column, adults)[links.record]
        row, whose = _once(links.row, adult, len(adults))
        if reach.to == "siblings":
            row, whose = self._siblings(reach, row, whose)
        pairs = window_pairs(
            events, whose, upper[row], None if lower is None else lower[row]
        )
        return Pairs(events, row[pairs.row], pairs.record)

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

    def _edges(self, last: Window | None) -> tuple[Ints | None, Ints]:
        """The first day of a window and the first day after it, for each row."""
        if last is None:
            return None, self.as_of
        if isinstance(last, Earlier):
            upper = back(self.as_of, last.before)
            return back(upper, last.window), upper
        return back(self.as_of, last), self.as_of

    def _covered(self, rows: nodes.Rows, lower: Ints | None) -> Bools:
        covered = self._covers(rows.table, lower)
        if rows.reach is not None:
            began, _ = self._edges(rows.reach.since)
            covered = covered & self._covers(rows.reach.links.table, began)
        return covered & self.loaded.held_children[self.person]

    def _begins_before(self, table: str, day: Ints) -> Bools:
        coverage = self.loaded.store.coverage
        if table not in coverage:
            return np.zeros(len(day), dtype=np.bool_)
        return day_number(coverage[table].covered_from) < day

    def _covers(self, table: str, lower: Ints | None) -> Bools:
        store = self.loaded.store
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

    def _truth(self, node: nodes.Node) -> tuple[Bools, Bools]:
        values, known = self.value(node)
        return (values != 0) & known, known

    def _constant(self, number: float) -> Known:
        n = len(self.as_of)
        return np.full(n, number), np.ones(n, dtype=np.bool_)

    def _unknown(self) -> Known:
        n = len(self.as_of)
        return np.zeros(n), np.zeros(n, dtype=np.bool_)


def back(day: Ints, window: Days | Months) -> Ints:
    """For each day, the day a window before it begins on."""
    if isinstance(window, Days):
        return day - window.n
    days, at = np.unique(day, return_inverse=True)
    edges = [day_number(months_before(day_of(int(one)), window.n)) for one in days]
    return np.array(edges, dtype=np.int64)[at]


def _once(row: Ints, person: Ints, among: int) -> tuple[Ints, Ints]:
    """Each pair of row and person once, in order; -1 is nobody."""
    known = person >= 0
    once = np.unique(row[known] * max(among, 1) + person[known])
    return once // max(among, 1), once % max(among, 1)


def _floats(truth: tuple[Bools, Bools]) -> Known:
    return truth[0].astype(float), truth[1]
