"""The reference engine: one child, row by row, with the records behind each value.

Written to be obviously right, not fast. It is what advises; the kernel, which trains,
must agree with it exactly (ADR-0010).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from riskaid.dates import age_in_years
from riskaid.indicators.answers import Answer, Picture, Raised, Record
from riskaid.indicators.cases import SIX_PLACES, Cases, check_number
from riskaid.indicators.closing import closes_with
from riskaid.indicators.decay import weight_at
from riskaid.indicators.history import History, Hit, Row, back
from riskaid.indicators.plan import Plan, PlannedGap, PlannedPrompt, parts_of
from riskaid.indicators.reads import columns_read
from riskaid.indicators.truth import Truth, both, compare, either, opposite
from riskaid.language import Condition, Value, nodes

NOT_BORN = -1

Folded = (
    nodes.Count
    | nodes.Any
    | nodes.CountDistinct
    | nodes.DaysSinceLast
    | nodes.DaysSinceFirst
    | nodes.Total
    | nodes.Largest
    | nodes.Latest
    | nodes.LatestIs
    | nodes.Changes
    | nodes.Decayed
    | nodes.OverlapDays
)


def value(
    expression: nodes.Node | Value | Condition,
    cases: Cases,
    person_id: str,
    as_of: date,
) -> Answer:
    """Compute one expression for one child as of one date.

    Returns:
        The value (conditions: 1.0 or 0.0; None is not known) and the records behind it.
    """
    node = expression.node if isinstance(expression, Value | Condition) else expression
    return _Engine(History(cases, person_id, as_of)).answer(node)


def values_of(
    expressions: Mapping[str, nodes.Node], cases: Cases, person_id: str, as_of: date
) -> list[float | None]:
    """Compute several expressions for one child as of one date, in their order."""
    engine = _Engine(History(cases, person_id, as_of))
    return [engine.answer(node).value for node in expressions.values()]


def look(plan: Plan, cases: Cases, person_id: str, as_of: date) -> Picture:
    """Compute everything a plan declares for one child as of one date.

    A prompt whose condition is not known is not raised; it becomes an information gap.
    """
    engine = _Engine(History(cases, person_id, as_of))
    values = {i.name: engine.answer(i.value) for i in plan.indicators}
    declared: list[PlannedPrompt | PlannedGap] = [*plan.prompts, *plan.gaps]
    raised = [engine.raised(one) for one in declared]
    found = [one for one in raised if one is not None]
    return Picture(
        values,
        tuple(one for one in found if one.kind == "prompt"),
        tuple(one for one in found if one.kind != "prompt"),
    )


@dataclass(frozen=True)
class _Engine:
    history: History
    answers: dict[nodes.Node, Answer] = field(default_factory=dict)

    def answer(self, node: nodes.Node) -> Answer:
        if node not in self.answers:
            self.answers[node] = self._compute(node)
        return self.answers[node]

    def raised(self, one: PlannedPrompt | PlannedGap) -> Raised | None:
        answer = self.answer(one.when)
        if answer.value == 0:
            return None
        prompt = isinstance(one, PlannedPrompt)
        if answer.value is None:
            return Raised(
                name=one.name,
                kind="not_known",
                family=one.family,
                says=f"The records held cannot say whether this is so: {one.says}",
                asks="",
                closes_with=self._missing(one.when),
                because=one.because,
                records=answer.records,
            )
        return Raised(
            name=one.name,
            kind="prompt" if prompt else "gap",
            family=one.family,
            says=one.says,
            asks=one.asks if isinstance(one, PlannedPrompt) else "",
            closes_with="" if isinstance(one, PlannedPrompt) else one.closes_with,
            because=one.because,
            records=answer.records,
        )

    def _missing(self, node: nodes.Node) -> str:
        parts = [one for one in parts_of(node) if isinstance(one, nodes.Node)]
        lacking = [column for part in parts for column in self._lacking(part)]
        return closes_with(node, lacking)

    def _compute(self, node: nodes.Node) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one short case a word; mypy refuses it when one is missing
        match node:
            case nodes.Number(number):
                return Answer(number)
            case nodes.AgeYears():
                return self._age(node)
            case nodes.Arithmetic(operator, left, right):
                a, b = self.answer(left), self.answer(right)
                return Answer(_reckon(operator, a.value, b.value), _union(a, b))
            case nodes.Compare(operator, left, right):
                a, b = self.answer(left), self.answer(right)
                return _truth(compare(operator, a.value, b.value), _union(a, b))
            case nodes.And(left, right):
                a, b = self.answer(left), self.answer(right)
                return _truth(both(_is(a), _is(b)), _union(a, b))
            case nodes.Or(left, right):
                a, b = self.answer(left), self.answer(right)
                return _truth(either(_is(a), _is(b)), _union(a, b))
            case nodes.Not(inner):
                a = self.answer(inner)
                return _truth(opposite(_is(a)), a.records)
            case nodes.IsKnown(inner):
                a = self.answer(inner)
                return _truth(a.value is not None, a.records)
            case nodes.AsNumber(inner):
                return self.answer(inner)
            case nodes.IsOpen(rows, end):
                day = self.history.as_of
                return (
                    Answer(None) if self._lacking(node) else self._open(rows, end, day)
                )
            case nodes.OpenAt(rows, end, before):
                day = back(self.history.as_of, before)
                return (
                    Answer(None) if self._lacking(node) else self._open(rows, end, day)
                )
            case nodes.Sequence():
                return self._sequence(node)
            case _:
                return self._from_rows(node)

    def _from_rows(self, node: Folded) -> Answer:
        lower = self.history.lower_edge(node.last)
        upper = self.history.upper_edge(node.last)
        if not self._covered(node.rows, lower) or self._lacking(node):
            return Answer(None)
        if isinstance(node, nodes.OverlapDays):
            hits = self.history.counted(node.rows, None)
        else:
            hits = self.history.counted(node.rows, lower, upper)
        number, behind = self._fold(node, hits, lower, upper)
        return Answer(number, self.history.records(node.rows, behind))

    def _covered(self, rows: nodes.Rows, lower: date | None) -> bool:
        """Whether the child is held, and every table covers the time asked about."""
        if not self.history.is_held() or not self.history.is_covered(rows.table, lower):
            return False
        if rows.reach is None:
            return True
        began = self.history.lower_edge(rows.reach.since)
        return self.history.is_covered(rows.reach.links.table, began)

    def _lacking(self, node: nodes.Node) -> list[nodes.Field]:
        """The columns a word reads that no source has for the time asked about."""
        return [
            column
            for column, last in columns_read(node)
            if self.history.lacks(column, self.history.lower_edge(last))
        ]

    def _fold(  # noqa: C901, PLR0911 - one short case a word; mypy refuses it when one is missing
        self,
        node: Folded,
        hits: list[Hit],
        lower: date | None,
        upper: date,
    ) -> tuple[float | None, list[Hit]]:
        dated = [hit for hit in hits if hit.row["date"] is not None]
        match node:
            case nodes.Count():
                return float(len(hits)), hits
            case nodes.Any():
                return float(bool(hits)), hits
            case nodes.CountDistinct(_, column):
                known = [h for h in hits if self._cell(h.row, column) is not None]
                codes = {self._cell(hit.row, column) for hit in known}
                return float(len(codes)), known
            case nodes.DaysSinceLast():
                return self._since(dated, max)
            case nodes.DaysSinceFirst():
                return self._since(dated, min)
            case nodes.Total(_, column):
                return self._total(hits, column), hits
            case nodes.Largest(_, column):
                return self._largest(hits, column)
            case nodes.Latest(_, column):
                return self._largest(self._last_day(dated, column), column)
            case nodes.LatestIs(_, column, codes):
                same_day = self._last_day(dated, column)
                said = [self._cell(hit.row, column) in codes for hit in same_day]
                return (float(any(said)) if said else None), same_day
            case nodes.Changes(_, column):
                return self._changes(dated, column)
            case nodes.Decayed(_, half_life):
                ages = [(self.history.as_of - h.row["date"]).days for h in dated]
                total = sum(weight_at(age, half_life.n) for age in ages)
                return float(total) / SIX_PLACES, dated
            case nodes.OverlapDays(_, end):
                spans = [
                    (self._overlap(hit.row, end, lower, upper), hit) for hit in dated
                ]
                total = sum(length for length, _ in spans)
                return float(total), [hit for length, hit in spans if length > 0]

    def _cell(self, row: Row, column: nodes.Field) -> float | str | None:
        cell: float | str | None = self.history.cell(row, column)
        if isinstance(cell, float):
            check_number(cell, column.table, column.column)
        return cell

    def _since(
        self, hits: list[Hit], pick: Callable[[list[date]], date]
    ) -> tuple[float | None, list[Hit]]:
        if not hits:
            return None, []
        day = pick([hit.row["date"] for hit in hits])
        behind = [hit for hit in hits if hit.row["date"] == day]
        return float((self.history.as_of - day).days), behind

    def _total(self, hits: list[Hit], column: nodes.Field) -> float | None:
        millionths = 0
        for hit in hits:
            number = self._cell(hit.row, column)
            if number is None:
                return None
            millionths += round(float(number) * SIX_PLACES)
        return float(millionths) / SIX_PLACES

    def _largest(
        self, hits: list[Hit], column: nodes.Field
    ) -> tuple[float | None, list[Hit]]:
        numbers = [
            (float(number), hit)
            for hit in hits
            if (number := self._cell(hit.row, column)) is not None
        ]
        if not numbers:
            return None, []
        largest = max(number for number, _ in numbers)
        return largest, [hit for number, hit in numbers if number == largest]

    def _last_day(self, hits: list[Hit], column: nodes.Field) -> list[Hit]:
        """The records of the latest day on which one holds something."""
        known = [hit for hit in hits if self._cell(hit.row, column) is not None]
        last = max((hit.row["date"] for hit in known), default=None)
        return [hit for hit in known if hit.row["date"] == last]

    def _changes(
        self, hits: list[Hit], column: nodes.Field
    ) -> tuple[float | None, list[Hit]]:
        known = [hit for hit in hits if self._cell(hit.row, column) is not None]
        order = sorted((h.row["date"], str(self._cell(h.row, column))) for h in known)
        codes = [code for _, code in order]
        changed = [a != b for a, b in pairwise(codes)]
        return float(sum(changed)), known

    def _sequence(self, node: nodes.Sequence) -> Answer:
        lower = self.history.lower_edge(node.last)
        upper = self.history.upper_edge(node.last)
        if not self._covered(node.rows, lower) or not self._covered(node.then, lower):
            return Answer(None)
        if self._lacking(node):
            return Answer(None)
        firsts = self.history.counted(node.rows, lower, upper)
        thens = self.history.counted(node.then, lower)
        soonest = timedelta(days=0 if node.same_day else 1)
        latest = timedelta(days=node.within.n)
        answered, answers = [], []
        for first in firsts:
            day = first.row["date"]
            if day is None:
                continue
            following = [
                then
                for then in thens
                if then.row["date"] is not None
                and soonest <= then.row["date"] - day <= latest
            ]
            if following:
                answered.append(first)
                answers += [then for then in following if then not in answers]
        records = self.history.records(node.rows, answered)
        more = self.history.records(node.then, answers)
        both_ends = _union(Answer(None, records), Answer(None, more))
        return Answer(float(len(answered)), both_ends)

    def _overlap(
        self, row: Row, end: nodes.Field, lower: date | None, upper: date
    ) -> int:
        ended = self.history.cell(row, end)
        last = upper
        if ended is not None and ended < last:
            last = ended
        first: date = row["date"]
        if lower is not None and lower > first:
            first = lower
        return max(0, (last - first).days)

    def _open(self, rows: nodes.Rows, end: nodes.Field, day: date) -> Answer:
        if not self._covered(rows, None) or not self._covered_on(rows, day):
            return Answer(None)
        open_then = []
        for hit in self.history.counted(rows, None, day):
            ended = self.history.cell(hit.row, end)
            if ended is None or ended >= day:
                open_then.append(hit)
        return Answer(float(bool(open_then)), self.history.records(rows, open_then))

    def _covered_on(self, rows: nodes.Rows, day: date) -> bool:
        """Whether the table's history begins before a day."""
        held = self.history.cases.coverage[rows.table]
        return held.covered_from < day

    def _age(self, node: nodes.AgeYears) -> Answer:
        versions = sorted(
            self.history.rows(node.table, (self.history.person_id,)),
            key=lambda row: (
                row["known_from"],
                row[node.born.column] or date.min,
                (row[node.expected.column] if node.expected else None) or date.min,
            ),
        )
        if not versions or self._lacking(node):
            return Answer(None)
        visible = [row for row in versions if self.history.is_visible(row)]
        row = visible[-1] if visible else versions[0]
        born = row[node.born.column]
        if born is None and node.expected is not None:
            born = row[node.expected.column]
        record = self.history.record(row, node.table, "child", node)
        if born is None:
            return Answer(None, (record,))
        age = max(NOT_BORN, age_in_years(born, self.history.as_of))
        return Answer(float(age), (record,))


def _is(answer: Answer) -> Truth:
    return None if answer.value is None else answer.value != 0


def _truth(one: Truth, records: tuple[Record, ...]) -> Answer:
    return Answer(None if one is None else float(one), records)


def _union(left: Answer, right: Answer) -> tuple[Record, ...]:
    return (*left.records, *(one for one in right.records if one not in left.records))


def _reckon(
    operator: nodes.Operation, left: float | None, right: float | None
) -> float | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            if right == 0:
                return None
            result = left / right
    return result if math.isfinite(result) else None
