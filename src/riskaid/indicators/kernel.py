"""The kernel: values for many rows at once, on arrays; what training runs.

It must agree exactly with the reference engine, which advises (ADR-0010).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl

from riskaid.dates import day_number, day_of, months_before
from riskaid.errors import DefinitionError, nearest
from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_tables import (
    Bools,
    Floats,
    Held,
    Ints,
    both,
    either,
    hold,
    positions,
)
from riskaid.indicators.kernel_windows import (
    Pairs,
    ends,
    kept,
    prefiltered,
    visible,
    window_pairs,
)
from riskaid.indicators.plan import Plan
from riskaid.language import nodes
from riskaid.language.windows import Days, Window
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
    known = {i.name: i.value for i in plan.indicators}
    for name in names or ():
        if name not in known:
            raise DefinitionError(
                f"The plan has no indicator '{name}'.{nearest(name, list(known))} "
                "See the catalogue for the names."
            )
    wanted = known if names is None else {name: known[name] for name in names}
    return columns(wanted, store, rows, progress=progress)


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
    rows = _checked(rows)
    loaded = _Loaded(store, positions(rows["person_id"]))
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


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    if not {"person_id", "as_of"} <= set(rows.columns):
        raise DefinitionError(
            f"Rows need the columns person_id and as_of; they have {rows.columns}."
        )
    chosen = rows.select(
        pl.col("person_id").cast(pl.String), pl.col("as_of").cast(pl.Date)
    )
    empty = sum(chosen.null_count().row(0))
    if empty:
        raise DefinitionError(
            f"Rows have {empty} empty cells in person_id or as_of. Fill or drop them."
        )
    return chosen


@dataclass(frozen=True)
class _Loaded:
    """The tables read so far, kept to the people asked about."""

    store: Cases
    people: pl.DataFrame
    tables: dict[object, Held] = field(default_factory=dict)
    adults: dict[str, pl.DataFrame] = field(default_factory=dict)

    def own(self, table: str) -> Held:
        if table not in self.tables:
            self.tables[table] = hold(self.store.table(table), self.people)
        return self.tables[table]

    def selected(self, rows: nodes.Rows) -> Held:
        key = (rows.table, rows.where, rows.reach and rows.reach.links.table)
        if key not in self.tables:
            if rows.reach is None:
                held = self.own(rows.table)
            else:
                adults = self.adults_of(rows.reach)
                held = self.reached(rows.table, rows.reach.links.table, adults)
            self.tables[key] = prefiltered(held, rows.where)
        return self.tables[key]

    def reached(self, table: str, links: str, adults: pl.DataFrame) -> Held:
        key = (table, links)
        if key not in self.tables:
            self.tables[key] = hold(self.store.table(table), adults)
        return self.tables[key]

    def adults_of(self, reach: nodes.Reach) -> pl.DataFrame:
        table = reach.links.table
        if table not in self.adults:
            self.adults[table] = positions(self.own(table).frame[reach.adult.column])
        return self.adults[table]

    def adult_codes(self, held: Held, reach: nodes.Reach) -> Ints:
        key = ("adults", reach.adult.column)
        if key not in held.columns:
            held.columns[key] = (
                held.frame.select(person_id=reach.adult.column)
                .join(
                    self.adults_of(reach),
                    on="person_id",
                    how="left",
                    maintain_order="left",
                )
                .get_column("person")
                .cast(pl.Int64)
                .fill_null(-1)
                .to_numpy()
            )
        return held.columns[key].astype(np.int64, copy=False)

    def versions(self, node: nodes.AgeYears) -> Held:
        if node not in self.tables:
            self.tables[node] = folds.by_version(self.own(node.table), node)
        return self.tables[node]

    @cached_property
    def held_children(self) -> Bools:
        held = np.zeros(len(self.people), dtype=np.bool_)
        held[self.own("persons").person] = True
        return held


@dataclass(frozen=True)
class _Chunk:
    """Some rows, and the values computed for them so far."""

    loaded: _Loaded
    person: Ints
    as_of: Ints
    done: dict[nodes.Node, Known] = field(default_factory=dict)

    def value(self, node: nodes.Node) -> Known:
        if node not in self.done:
            self.done[node] = self._compute(node)
        return self.done[node]

    def _compute(self, node: nodes.Node) -> Known:  # noqa: PLR0911 - a flat match: one node, one return
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
            case _:
                return self._from_rows(node)

    def _from_rows(self, node: folds.Folded) -> Known:
        last = None if isinstance(node, nodes.IsOpen) else node.last
        lower = self._lower(last)
        covered = self._covered(node.rows, lower)
        if not covered.any():
            return self._unknown()
        whole = isinstance(node, nodes.OverlapDays)
        pairs = self._counted(node.rows, None if whole else lower)
        values, known = folds.fold(node, pairs, self.as_of, lower)
        return np.where(covered & known, values, 0.0), covered & known

    def _counted(self, rows: nodes.Rows, lower: Ints | None) -> Pairs:
        held = self.loaded.selected(rows)
        if rows.reach is None:
            pairs = window_pairs(held, self.person, self.as_of, lower)
        else:
            pairs = self._reached(rows.reach, held, lower)
        return kept(visible(pairs, self.as_of), rows.where, self.as_of)

    def _reached(self, reach: nodes.Reach, events: Held, lower: Ints | None) -> Pairs:
        links = self._counted(reach.links, None)
        links = links.keep(ends(links, reach.end, self.as_of) >= self.as_of[links.row])
        adult = self.loaded.adult_codes(links.held, reach)[links.record]
        among = max(len(self.loaded.adults_of(reach)), 1)
        known = adult >= 0
        once = np.unique(links.row[known] * among + adult[known])
        row, adult = once // among, once % among
        pairs = window_pairs(
            events, adult, self.as_of[row], None if lower is None else lower[row]
        )
        return Pairs(events, row[pairs.row], pairs.record)

    def _lower(self, last: Window | None) -> Ints | None:
        if last is None:
            return None
        if isinstance(last, Days):
            return self.as_of - last.n
        days, at = np.unique(self.as_of, return_inverse=True)
        edges = [day_number(months_before(day_of(int(day)), last.n)) for day in days]
        return np.array(edges, dtype=np.int64)[at]

    def _covered(self, rows: nodes.Rows, lower: Ints | None) -> Bools:
        covered = self._covers(rows.table, lower)
        if rows.reach is not None:
            covered = covered & self._covers(rows.reach.links.table, None)
        return covered & self.loaded.held_children[self.person]

    def _covers(self, table: str, lower: Ints | None) -> Bools:
        store = self.loaded.store
        if not store.has(table) or table not in store.coverage:
            return np.zeros(len(self.as_of), dtype=np.bool_)
        first = day_number(store.coverage[table].covered_from)
        after = day_number(store.coverage[table].covered_to + timedelta(days=1))
        begins = first < self.as_of if lower is None else first <= lower
        return begins & (self.as_of <= after)

    def _truth(self, node: nodes.Node) -> tuple[Bools, Bools]:
        values, known = self.value(node)
        return (values != 0) & known, known

    def _constant(self, number: float) -> Known:
        n = len(self.as_of)
        return np.full(n, number), np.ones(n, dtype=np.bool_)

    def _unknown(self) -> Known:
        n = len(self.as_of)
        return np.zeros(n), np.zeros(n, dtype=np.bool_)


def _floats(truth: tuple[Bools, Bools]) -> Known:
    return truth[0].astype(float), truth[1]
