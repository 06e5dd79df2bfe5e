"""Some rows at once: what each value of the language is for them, on arrays."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from riskaid.dates import day_number
from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.kernel_carried import carried
from riskaid.indicators.kernel_dates import Dated, Span, Until, edges
from riskaid.indicators.kernel_groups import Group, Swept
from riskaid.indicators.kernel_loaded import CHILD, Loaded
from riskaid.indicators.kernel_tables import (
    Bools,
    Floats,
    Held,
    Ints,
    both,
    either,
)
from riskaid.indicators.kernel_windows import (
    Pairs,
    ends,
    kept,
    visible,
    window_pairs,
)
from riskaid.language import nodes

Known: TypeAlias = tuple[Floats, Bools]
"""Values and where they are known, both of shape (rows,).

Where a value is not known it may be any number, and nobody looks at it.
"""


@dataclass(frozen=True)
class Chunk:
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
        return np.where(known, values, np.nan)

    def value(self, node: nodes.Node) -> Known:
        """A value for each row, and where it is known."""
        if node not in self.done:
            self.done[node] = self._compute(node)
        return self.done[node]

    def _compute(self, node: nodes.Node) -> Known:  # noqa: C901, PLR0911 - one short case a word; mypy refuses it when one is missing
        match node:
            case nodes.Number(number):
                return self._constant(number)
            case nodes.AgeYears():
                held = self.loaded.versions(node)
                values, known = folds.age(node, held, self.person, self.as_of)
                return values, known & self.carried(node)
            case nodes.Arithmetic(operator, left, right):
                return folds.reckon(operator, self.value(left), self.value(right))
            case nodes.Compare(operator, left, right):
                (a, a_known), (b, b_known) = self.value(left), self.value(right)
                true = folds.COMPARE[operator](a, b)
                return true.astype(float), a_known & b_known
            case nodes.And(left, right):
                return _floats(both(self._truth(left), self._truth(right)))
            case nodes.Or(left, right):
                return _floats(either(self._truth(left), self._truth(right)))
            case nodes.Not(inner):
                true, known = self._truth(inner)
                return (~true).astype(float), known
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
        for line, node in enumerate(group.nodes):
            values = sheet[line, which]
            values[~self.covered_by(node)] = np.nan
            self.swept[node] = values

    def _swept(self, node: Swept) -> Known:
        if node not in self.swept:
            return self._unknown()
        return self.swept[node], ~np.isnan(self.swept[node])

    def covered_by(self, node: Swept | folds.Folded | nodes.Sequence) -> Bools:
        """Where the child is held and the time a value looks at is covered."""
        span: Span = None
        if isinstance(node, nodes.OpenAt):
            span = Until(node.back)
        elif not isinstance(node, nodes.IsOpen):
            span = node.last
        covered = self._covered(node.rows, span) & self.carried(node)
        if isinstance(node, nodes.Sequence):
            covered = covered & self._covered(node.then, node.last)
        return covered

    def carried(self, node: nodes.Node) -> Bools:
        """Where no column that a value reads is lacking."""
        return carried(node, self.loaded.store, self.as_of)

    def _from_codes(self, node: folds.Folded) -> Known:
        covered = self.covered_by(node)
        if not covered.any():
            return self._unknown()
        pairs = self.counted(node.rows, *edges(self.as_of, node.last))
        return folds.fold(node, pairs, self.as_of), covered

    def _sequence(self, node: nodes.Sequence) -> Known:
        lower, upper = edges(self.as_of, node.last)
        covered = self.covered_by(node)
        if not covered.any():
            return self._unknown()
        firsts = self.counted(node.rows, lower, upper)
        thens = self.counted(node.then, lower, self.as_of)
        values = folds.followed(
            firsts,
            thens,
            soonest=0 if node.same_day else 1,
            latest=node.within.n,
            n=len(self.as_of),
        )
        return values, covered

    def counted(self, rows: nodes.Rows, lower: Ints | None, upper: Ints) -> Pairs:
        """The records that count: in the window, visible, and as `where` asks."""
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
        links, adult = self.links(reach)
        among = len(self.loaded.adults_of(reach))
        row, whose = once(links.row, adult, among)
        if reach.to == "siblings":
            links, child = self.links_back(reach, row, whose)
            among = len(self.loaded.siblings_of(reach))
            return once(links.row, child, among)
        return row, whose

    def links(self, reach: nodes.Reach) -> tuple[Pairs, Ints]:
        """The links of each row's child that count, and the adult each leads to."""
        links = self.counted(reach.links, *edges(self.as_of, reach.since))
        links = links.keep(ends(links, reach.end, self.as_of) >= self.as_of[links.row])
        adults = self.loaded.adults_of(reach)
        adult = self.loaded.codes(links.held, reach.adult.column, adults)[links.record]
        return links.keep(adult >= 0), adult[adult >= 0]

    def links_back(
        self, reach: nodes.Reach, row: Ints, adult: Ints
    ) -> tuple[Pairs, Ints]:
        """The links of adults to other children, and the child each leads to."""
        held = self.loaded.links_back(reach)
        day = self.as_of[row]
        links = kept(
            visible(window_pairs(held, adult, day, None), day), reach.links.where, day
        )
        links = links.keep(ends(links, reach.end, day) >= day[links.row])
        people = self.loaded.siblings_of(reach)
        child = self.loaded.codes(held, CHILD, people)[links.record]
        found = Pairs(held, row[links.row], links.record)
        other = child != self.person[found.row]
        return found.keep(other), child[other]

    def _covered(self, rows: nodes.Rows, span: Span) -> Bools:
        key = (rows.table, rows.reach, span)
        if key not in self.covers:
            covered = self._covers(rows.table, span)
            if rows.reach is not None:
                since = rows.reach.since
                covered = covered & self._covers(rows.reach.links.table, since)
            self.covers[key] = covered & self.loaded.held_children[self.person]
        return self.covers[key]

    def _covers(self, table: str, span: Span) -> Bools:
        store = self.loaded.store
        if not store.has(table) or table not in store.coverage:
            return np.zeros(len(self.as_of), dtype=np.bool_)
        lower, upper = edges(self.as_of, span)
        first = day_number(store.coverage[table].covered_from)
        begins = first < upper if lower is None else first <= lower
        covered = begins & (
            self.as_of <= day_number(store.coverage[table].covered_to) + 1
        )
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
        return np.full(n, np.nan), np.zeros(n, dtype=np.bool_)


def once(row: Ints, person: Ints, among: int) -> tuple[Ints, Ints]:
    """Each pair of row and person once, in order."""
    pairs = np.unique(row * among + person)
    return pairs // among, pairs % among


def _floats(truth: tuple[Bools, Bools]) -> Known:
    return truth[0].astype(float), truth[1]
