"""Lays out what is asked of one table's records for the sweep that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from riskaid.indicators import kernel_sweep as sweeps
from riskaid.indicators.cases import LARGEST_NUMBER, SIX_PLACES, check_number
from riskaid.indicators.decay import weights
from riskaid.indicators.kernel_dates import Dated, Span, Until, edges
from riskaid.indicators.kernel_tables import (
    UNDATED,
    Bools,
    Floats,
    Held,
    Int32s,
    Ints,
    Places,
    record_truth,
)
from riskaid.indicators.plan import parts_of
from riskaid.language import nodes
from riskaid.language.windows import Days

Swept: TypeAlias = (
    nodes.Count
    | nodes.Any
    | nodes.DaysSinceLast
    | nodes.DaysSinceFirst
    | nodes.Total
    | nodes.Largest
    | nodes.Latest
    | nodes.LatestIs
    | nodes.Decayed
    | nodes.OverlapDays
    | nodes.IsOpen
    | nodes.OpenAt
)
SWEPT = (
    nodes.Count,
    nodes.Any,
    nodes.DaysSinceLast,
    nodes.DaysSinceFirst,
    nodes.Total,
    nodes.Largest,
    nodes.Latest,
    nodes.LatestIs,
    nodes.Decayed,
    nodes.OverlapDays,
    nodes.IsOpen,
    nodes.OpenAt,
)
NUMBERS = (sweeps.TOTAL, sweeps.LARGEST, sweeps.LATEST)
UNKNOWN = (sweeps.SINCE_LAST, sweeps.SINCE_FIRST, sweeps.MOST, sweeps.NEWEST)
"""How values are read that are not known where no record counts."""

AT_ONCE = 8
"""How many questions to a record are answered together; a number of bits."""


Source: TypeAlias = nodes.Field | tuple[nodes.Field, tuple[str, ...]] | Days
"""What a slot adds up: a column, whether it is one of some codes, or a half-life."""


@dataclass(frozen=True, eq=False)
class Group:
    """Values read in one pass over the same people's records of one table."""

    nodes: tuple[Swept, ...]
    held: Held
    records: sweeps.Records
    asked: sweeps.Asked
    dates: sweeps.Dates

    def fill(
        self, wanted: Dated, row: Ints | None, person: Ints, sheet: Floats, at: int
    ) -> None:
        """Fill every value of every row; NaN is not known.

        Args:
            wanted: The as-of days of the rows.
            row: For each of `person` the row, in order; None where there is one each.
            person: Whose records are read.
            sheet: Where to; a line a value.
            at: Where in each line the rows begin.
        """
        n = len(wanted.as_of)
        first = np.arange(n + 1)
        if row is not None:
            first = np.searchsorted(row, first, side="left")
        starts = self.held.starts.astype(np.uint32)
        sought = sweeps.Wanted(
            wanted.as_of,
            wanted.at,
            first.astype(np.uint32),
            starts[person],
            starts[person + 1],
            at,
        )
        sweeps.compiled()(self.records, self.asked, self.dates, sought, sheet)


@dataclass(frozen=True)
class _Slot:
    where: nodes.RecordNode | None
    kind: int
    source: Source
    span: Span


def gather(asked: Sequence[Swept], held: Held, days: Ints) -> Group:
    """Lay out some values of the same records for one sweep.

    Args:
        asked: The values.
        held: The records.
        days: The distinct as-of days of all rows.

    Raises:
        ExtractError: A number that would be added up or compared is too large.
    """
    wheres = list(dict.fromkeys(node.rows.where for node in asked))
    asked = sorted(asked, key=lambda node: wheres.index(node.rows.where))
    laid = [_laid_out(node) for node in asked]
    slots = list(dict.fromkeys(slot for slot, _, _ in laid if slot is not None))
    slots_of = [sum(slot.where == where for slot in slots) for where in wheres]
    values_of = [sum(node.rows.where == where for node in asked) for where in wheres]
    spans = list(
        dict.fromkeys([None, *(s.span for s in slots), *(w for _, w, _ in laid)])
    )
    groups = list(
        dict.fromkeys(f.group for node in asked for f in _fields(node) if f.group)
    )
    classes, sets = _classes(held, wheres, groups)
    columns = _Columns(held, classes)
    places = [
        columns.place(slot, [wheres.index(slot.where) in one for one in sets])
        for slot in slots
    ]
    return Group(
        nodes=tuple(asked),
        held=held,
        records=sweeps.Records(
            held.day,
            held.known_from,
            held.known_until,
            _stacked([held.days(f"{g}_known_from") for g in groups], held, np.int32),
            classes,
            _stacked(columns.millionths, held, np.int64),
            _stacked(columns.numbers, held, np.float64),
            _stacked(columns.ends, held, np.int32),
        ),
        asked=sweeps.Asked(
            starts=_places([0, *np.cumsum([len(one) for one in sets])]),
            wheres=_places([where for one in sets for where in one]),
            slot_starts=_places([0, *np.cumsum(slots_of)]),
            kind=_places([slot.kind for slot in slots]),
            column=_places(places),
            group=_ints([_group_of(slot.source, groups) for slot in slots]),
            span=_places([spans.index(slot.span) for slot in slots]),
            weights=columns.weights(),
            value_starts=_places([0, *np.cumsum(values_of)]),
            slot=_places(
                [0 if slot is None else slots.index(slot) for slot, _, _ in laid]
            ),
            window=_places([spans.index(window) for _, window, _ in laid]),
            how=_places([how for _, _, how in laid]),
            empty=np.array([np.nan if how in UNKNOWN else 0.0 for _, _, how in laid]),
        ),
        dates=_dates(days, spans),
    )


def _dates(days: Ints, spans: Sequence[Span]) -> sweeps.Dates:
    """The windows as of each distinct day, and the buckets between their edges."""
    dated = np.full_like(days, UNDATED + 1)
    found = [edges(days, span) for span in spans]
    lower = np.stack(
        [dated if low is None else np.maximum(low, dated) for low, _ in found]
    )
    upper = np.stack([high for _, high in found])
    cuts = np.sort(np.concatenate((lower, upper)), axis=0)
    kept = np.concatenate(([True], (cuts[1:] != cuts[:-1]).any(axis=1)))
    cuts = cuts[kept]
    low = (cuts[:, None, :] <= lower[None, :, :]).sum(axis=0)
    low[[one is None for one, _ in found]] = 0
    high = (cuts[:, None, :] <= upper[None, :, :]).sum(axis=0)
    return sweeps.Dates(
        np.ascontiguousarray(cuts.T.astype(np.int32)),
        *(np.ascontiguousarray(one.T.astype(np.uint32)) for one in (low, high)),
        *(np.ascontiguousarray(one.T.astype(np.int64)) for one in (lower, upper)),
    )


def _laid_out(  # noqa: C901, PLR0911 - one short case a word; mypy refuses it when one is missing
    node: Swept,
) -> tuple[_Slot | None, Span, int]:
    """The slot a value is read from, if any, its window, and how it is read."""
    where = node.rows.where
    match node:
        case nodes.Count(_, last):
            return None, last, sweeps.HOW_MANY
        case nodes.Any(_, last):
            return None, last, sweeps.WHETHER
        case nodes.DaysSinceLast(_, last):
            return None, last, sweeps.SINCE_LAST
        case nodes.DaysSinceFirst(_, last):
            return None, last, sweeps.SINCE_FIRST
        case nodes.Total(_, column, last):
            return _Slot(where, sweeps.TOTAL, column, None), last, sweeps.SUM
        case nodes.Largest(_, column, last):
            return _Slot(where, sweeps.LARGEST, column, None), last, sweeps.MOST
        case nodes.Latest(_, column, last):
            return _Slot(where, sweeps.LATEST, column, None), last, sweeps.NEWEST
        case nodes.LatestIs(_, column, codes, last):
            slot = _Slot(where, sweeps.LATEST, (column, codes), None)
            return slot, last, sweeps.NEWEST
        case nodes.Decayed(_, half_life, last):
            return _Slot(where, sweeps.DECAYED, half_life, None), last, sweeps.SUM
        case nodes.OverlapDays(_, end, last):
            return _Slot(where, sweeps.OVERLAP, end, last), None, sweeps.PLAIN
        case nodes.IsOpen(_, end):
            return _Slot(where, sweeps.OPEN, end, None), None, sweeps.PLAIN
        case nodes.OpenAt(_, end, before):
            return _Slot(where, sweeps.OPEN, end, Until(before)), None, sweeps.PLAIN


def _fields(node: Swept) -> list[nodes.Field]:
    """The columns of the records themselves that a value reads."""
    parts = [] if node.rows.where is None else list(parts_of(node.rows.where))
    found = [part for part in parts if isinstance(part, nodes.Field)]
    slot, _, _ = _laid_out(node)
    source = slot.source if slot else None
    field = source[0] if isinstance(source, tuple) else source
    return [*found, field] if isinstance(field, nodes.Field) else found


def _group_of(source: Source, groups: Sequence[str]) -> int:
    field = source[0] if isinstance(source, tuple) else source
    if not isinstance(field, nodes.Field) or field.group is None:
        return -1
    return groups.index(field.group)


def _classes(
    held: Held, wheres: Sequence[nodes.RecordNode | None], groups: Sequence[str]
) -> tuple[Places, list[frozenset[int]]]:
    """Part the records by the answers they give to every question.

    Returns:
        The class of each record under each combination of visible groups, of shape
        (2 ** groups, records), and for each class the questions it answers yes.
    """
    combinations = 2 ** len(groups)
    classes = np.zeros((combinations, len(held.day)), dtype=np.uint32)
    sets: list[frozenset[int]] = [frozenset()]
    for start in range(0, len(wheres), AT_ONCE):
        asked = wheres[start : start + AT_ONCE]
        there = np.zeros(len(sets) << AT_ONCE, dtype=np.bool_)
        for shown in range(combinations):
            seen = [group for n, group in enumerate(groups) if shown >> n & 1]
            bits = np.zeros(len(held.day), dtype=np.uint8)
            for bit, where in enumerate(asked):
                bits |= _answers(where, held, seen).view(np.uint8) << np.uint8(bit)
            classes[shown] = (classes[shown] << AT_ONCE) | bits
            there[classes[shown]] = True
        number = (np.cumsum(there) - 1).astype(np.uint32)
        classes = number[classes]
        sets = [
            sets[one >> AT_ONCE]
            | {start + bit for bit in range(len(asked)) if one >> bit & 1}
            for one in np.flatnonzero(there).tolist()
        ]
    return classes, sets


def _answers(where: nodes.RecordNode | None, held: Held, shown: Sequence[str]) -> Bools:
    if where is None:
        return np.ones(len(held.day), dtype=np.bool_)
    return record_truth(where, held, shown)[0]


class _Columns:
    """The columns the slots read, each laid out once."""

    def __init__(self, held: Held, classes: Places) -> None:
        self.held = held
        self.classes = classes
        self.millionths: list[Ints] = []
        self.numbers: list[Floats] = []
        self.ends: list[Int32s] = []
        self.half_lives: list[int] = []
        self.known: dict[tuple[int, Source], int] = {}

    def place(self, slot: _Slot, inside: Sequence[bool]) -> int:
        """The line a slot's source has.

        Args:
            slot: Whose source.
            inside: Which classes of records the slot adds up.
        """
        source = slot.source
        if isinstance(source, nodes.Field) and slot.kind in NUMBERS:
            self._check(source, np.array(inside))
        key = (slot.kind, source)
        if key not in self.known:
            self.known[key] = self._lay(slot.kind, source)
        return self.known[key]

    def weights(self) -> Ints:
        """Millionths by age, one line a half-life, each as long as the longest."""
        lines = [weights(one) for one in self.half_lives]
        table = np.zeros((len(lines), max(map(len, lines), default=0)), dtype=np.int64)
        for at, line in enumerate(lines):
            table[at, : len(line)] = line
        return table

    def _lay(self, kind: int, source: Source) -> int:
        if isinstance(source, Days):
            self.half_lives.append(source.n)
            return len(self.half_lives) - 1
        if isinstance(source, tuple):
            self.numbers.append(self._is_one(*source))
            return len(self.numbers) - 1
        if kind == sweeps.TOTAL:
            self.millionths.append(self._millionths(source))
            return len(self.millionths) - 1
        if kind in (sweeps.LARGEST, sweeps.LATEST):
            self.numbers.append(self.held.numbers(source.column))
            return len(self.numbers) - 1
        self.ends.append(self.held.days(source.column))
        return len(self.ends) - 1

    def _millionths(self, column: nodes.Field) -> Ints:
        values = self.held.numbers(column.column) * SIX_PLACES
        values[self.held.beyond(column.column, LARGEST_NUMBER)] = np.nan
        whole = np.rint(np.nan_to_num(values)).astype(np.int64)
        whole[np.isnan(values)] = sweeps.NO_NUMBER
        return whole

    def _is_one(self, column: nodes.Field, codes: tuple[str, ...]) -> Floats:
        said = self.held.frame[column.column].is_in(list(codes))
        filled = self.held.is_filled(column.column)
        return np.where(filled, said.eq_missing(other=True).to_numpy(), np.nan)

    def _check(self, column: nodes.Field, inside: Bools) -> None:
        beyond = self.held.beyond(column.column, LARGEST_NUMBER)
        counted = inside[self.classes[:, beyond]].any(axis=0)
        for number in self.held.numbers(column.column)[beyond[counted]]:
            check_number(float(number), column.table, column.column)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _places(values: Sequence[int]) -> Places:
    return np.array(values, dtype=np.uint32)


def _stacked(lines: Sequence[NDArray[np.generic]], held: Held, kind: type[Any]) -> Any:
    if not lines:
        return np.empty((0, len(held.day)), dtype=kind)
    return np.require(np.stack(lines), dtype=kind, requirements=["C", "W"])
