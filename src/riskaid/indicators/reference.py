"""The reference engine: one child, row by row, with the records behind each value.

Written to be obviously right, not fast. It is what advises; the kernel, which trains,
must agree with it exactly (ADR-0010).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from riskaid.dates import age_in_years
from riskaid.indicators.answers import Answer, Picture, Raised, Record
from riskaid.indicators.cases import SIX_PLACES, Cases, check_number
from riskaid.indicators.history import History, Hit, Row
from riskaid.indicators.plan import Plan, PlannedGap, PlannedPrompt, tables_read
from riskaid.indicators.truth import Truth, both, compare, either, opposite
from riskaid.language import Condition, Value, nodes

NOT_BORN = -1


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
        names = [read.table.replace("_", " ") for read in tables_read(node)]
        return f"Records of {', '.join(names)} that cover the time asked about."

    def _compute(self, node: nodes.Node) -> Answer:  # noqa: PLR0911 - a flat match: one node, one return
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
            case nodes.IsOpen(rows, end):
                return self._from_rows(node, rows, None, lambda h: self._open(h, end))
            case _:
                lower = self.history.lower_edge(node.last)
                return self._from_rows(
                    node, node.rows, lower, lambda hits: self._fold(node, hits, lower)
                )

    def _from_rows(
        self,
        node: nodes.Node,
        rows: nodes.Rows,
        lower: date | None,
        fold: Callable[[list[Hit]], tuple[float | None, list[Hit]]],
    ) -> Answer:
        covered = (
            self.history.is_held()
            and self.history.is_covered(rows.table, lower)
            and (
                rows.reach is None
                or self.history.is_covered(rows.reach.links.table, None)
            )
        )
        if not covered:
            return Answer(None)
        began = None if isinstance(node, nodes.OverlapDays) else lower
        number, behind = fold(self.history.counted(rows, began))
        return Answer(number, self.history.records(rows, behind))

    def _fold(  # noqa: PLR0911 - a flat match: one node, one return
        self,
        node: nodes.Count
        | nodes.Any
        | nodes.CountDistinct
        | nodes.DaysSinceLast
        | nodes.DaysSinceFirst
        | nodes.Total
        | nodes.Largest
        | nodes.Latest
        | nodes.OverlapDays,
        hits: list[Hit],
        lower: date | None,
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
                known = [h for h in dated if self._cell(h.row, column) is not None]
                last = max((hit.row["date"] for hit in known), default=None)
                same_day = [hit for hit in known if hit.row["date"] == last]
                return self._largest(same_day, column)
            case nodes.OverlapDays(_, end):
                spans = [(self._overlap(hit.row, end, lower), hit) for hit in dated]
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

    def _overlap(self, row: Row, end: nodes.Field, lower: date | None) -> int:
        ended = self.history.cell(row, end)
        last = self.history.as_of
        if ended is not None and ended < last:
            last = ended
        first: date = row["date"]
        if lower is not None and lower > first:
            first = lower
        return max(0, (last - first).days)

    def _open(
        self, hits: list[Hit], end: nodes.Field
    ) -> tuple[float | None, list[Hit]]:
        open_now = []
        for hit in hits:
            ended = self.history.cell(hit.row, end)
            if ended is None or ended >= self.history.as_of:
                open_now.append(hit)
        return float(bool(open_now)), open_now

    def _age(self, node: nodes.AgeYears) -> Answer:
        versions = sorted(
            self.history.rows(node.table, (self.history.person_id,)),
            key=lambda row: (
                row["known_from"],
                row[node.born.column] or date.min,
                (row[node.expected.column] if node.expected else None) or date.min,
            ),
        )
        if not versions:
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
