"""One child's records as of one date, read row by row: the reference's eyes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from riskaid.dates import months_before
from riskaid.indicators.answers import Record, Whose
from riskaid.indicators.cases import Cases
from riskaid.indicators.plan import parts_of
from riskaid.indicators.truth import Truth, both, compare, either, opposite
from riskaid.language import nodes
from riskaid.language.windows import Days, Earlier, Months, Window
from riskaid.records.tables import TABLES

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that counts, and the links by which it was reached."""

    row: Row
    links: tuple[Row, ...] = ()


@dataclass(frozen=True)
class History:
    """What the store could show of one child before the as-of date."""

    cases: Cases
    person_id: str
    as_of: date
    read: dict[tuple[str, tuple[str, ...], str], list[Row]] = field(
        default_factory=dict
    )

    def is_held(self) -> bool:
        """Whether the store holds this child at all."""
        return bool(self.rows("persons", (self.person_id,)))

    def rows(
        self, table: str, person_ids: tuple[str, ...], by: str = "person_id"
    ) -> list[Row]:
        """Every version of every record that names some persons, in a fixed order."""
        key = (table, person_ids, by)
        if key not in self.read:
            found = (
                self.cases.persons_table(table, list(person_ids), by=by).to_dicts()
                if person_ids
                else []
            )
            self.read[key] = sorted(found, key=_order)
        return self.read[key]

    def lower_edge(self, last: Window | None) -> date | None:
        """The first day of a window; None is ever."""
        if last is None:
            return None
        if isinstance(last, Earlier):
            return back(self.upper_edge(last), last.window)
        return back(self.as_of, last)

    def upper_edge(self, last: Window | None) -> date:
        """The first day after a window: the as-of date, or earlier."""
        return (
            back(self.as_of, last.before) if isinstance(last, Earlier) else self.as_of
        )

    def is_covered(self, table: str, lower: date | None) -> bool:
        """Whether the table covers the window up to the day before the as-of date.

        A window that touches a gap is not covered; ever is all of the time covered.
        """
        if not self.cases.has(table) or table not in self.cases.coverage:
            return False
        held = self.cases.coverage[table]
        begins = (
            held.covered_from < self.as_of
            if lower is None
            else held.covered_from <= lower
        )
        since = held.covered_from if lower is None else lower
        broken = any(gap.first < self.as_of and since <= gap.last for gap in held.gaps)
        return (
            begins and not broken and self.as_of <= held.covered_to + timedelta(days=1)
        )

    def lacks(self, column: nodes.Field, lower: date | None) -> bool:
        """Whether no source has a column, for some day of a window or for the date."""
        held = self.cases.coverage.get(column.table)
        if held is None:
            return False
        since = held.covered_from if lower is None else lower
        return any(
            one.column == column.column
            and since <= one.last
            and one.since <= self.as_of <= one.until
            for one in held.absent
        )

    def is_visible(self, row: Row) -> bool:
        """Whether this version of the record was the one known before the date."""
        until = row["known_until"]
        return bool(row["known_from"] < self.as_of) and (
            until is None or bool(self.as_of <= until)
        )

    def is_within(
        self, row: Row, lower: date | None, upper: date | None = None
    ) -> bool:
        """Whether as_of - n <= date < as_of; undated records only without a window."""
        day = row["date"]
        if day is None:
            return lower is None
        before = self.as_of if upper is None else upper
        return bool(day < before) and (lower is None or bool(lower <= day))

    def cell(self, row: Row, column: nodes.Field) -> Any:
        """What a column showed before the as-of date; None is not known."""
        if column.group is not None:
            known = row[f"{column.group}_known_from"]
            if known is None or known >= self.as_of:
                return None
        value = row[column.column]
        if isinstance(value, float) and math.isnan(value):
            return None
        return value

    def reached(self, rows: nodes.Rows) -> Iterator[Hit]:
        """The versions a selection looks at, whenever they are dated."""
        if rows.reach is None:
            for row in self.rows(rows.table, (self.person_id,)):
                yield Hit(row)
            return
        reach = rows.reach
        since = self.lower_edge(reach.since)
        upper = self.upper_edge(reach.since)
        links: dict[str, list[Row]] = {}
        for row in self.rows(reach.links.table, (self.person_id,)):
            adult = self.cell(row, reach.adult)
            if adult is not None and self._links(row, reach, since, upper):
                links.setdefault(adult, []).append(row)
        if reach.to == "siblings":
            links = self._siblings(reach, links)
        for row in self.rows(rows.table, tuple(links)):
            yield Hit(row, tuple(links[row["person_id"]]))

    def _siblings(
        self, reach: nodes.Reach, links: dict[str, list[Row]]
    ) -> dict[str, list[Row]]:
        """The other children of some adults, with the links that lead to each."""
        column = reach.adult.column
        found: dict[str, list[Row]] = {}
        for row in self.rows(reach.links.table, tuple(links), by=column):
            if row["person_id"] != self.person_id and self._links(row, reach, None):
                mine = found.setdefault(row["person_id"], [])
                mine += [one for one in links[row[column]] if one not in mine]
                mine.append(row)
        return found

    def counted(
        self, rows: nodes.Rows, lower: date | None, upper: date | None = None
    ) -> list[Hit]:
        """The records that count: in the window, visible, and as `where` asks."""
        return [
            hit
            for hit in self.reached(rows)
            if self.is_visible(hit.row)
            and self.is_within(hit.row, lower, upper)
            and (rows.where is None or self.holds(rows.where, hit.row) is True)
        ]

    def holds(self, node: nodes.RecordNode, row: Row) -> Truth:
        """Answer a question to one record: true, false or None for not known."""
        match node:
            case nodes.RecordIsKnown(column):
                return self.cell(row, column) is not None
            case nodes.RecordIsIn(column, values):
                cell = self.cell(row, column)
                return None if cell is None else cell in values
            case nodes.RecordCompare(operator, column, value):
                return compare(operator, self.cell(row, column), value)
            case nodes.RecordAnd(left, right):
                return both(self.holds(left, row), self.holds(right, row))
            case nodes.RecordOr(left, right):
                return either(self.holds(left, row), self.holds(right, row))
            case nodes.RecordNot(inner):
                return opposite(self.holds(inner, row))

    def records(self, rows: nodes.Rows, hits: list[Hit]) -> tuple[Record, ...]:
        """Show the records that counted, each after the links that reached it."""
        reach = rows.reach
        if reach is None:
            return tuple(self.record(h.row, rows.table, "child", rows) for h in hits)
        person: Whose = "adult" if reach.to == "adults" else "sibling"
        shown: list[Record] = []
        for hit in hits:
            shown += [
                self.record(
                    link,
                    reach.links.table,
                    "child" if link["person_id"] == self.person_id else "sibling",
                    rows,
                )
                for link in hit.links
            ]
            shown.append(self.record(hit.row, rows.table, person, rows))
        return tuple(shown)

    def record(self, row: Row, table: str, person: Whose, node: object) -> Record:
        """Show one record as it was visible; of a snapshot only what was asked."""
        declared = TABLES[table]
        if declared.shape == "snapshot":
            asked = {
                part
                for part in parts_of(node)
                if isinstance(part, nodes.Field) and part.table == table
            }
            columns = sorted(asked, key=lambda one: one.column)
        else:
            columns = [column.field() for column in declared.columns.values()]
        cells = {one.column: self.cell(row, one) for one in columns}
        return Record(
            table=table,
            source=row["source"],
            source_row=row["source_row"],
            date=row["date"],
            person=person,
            fields={k: _as_text(v) for k, v in cells.items() if v is not None},
        )

    def _links(
        self,
        row: Row,
        reach: nodes.Reach,
        since: date | None,
        upper: date | None = None,
    ) -> bool:
        end = self.cell(row, reach.end)
        where = reach.links.where
        return (
            self.is_visible(row)
            and self.is_within(row, since, upper)
            and (end is None or end >= self.as_of)
            and (where is None or self.holds(where, row) is True)
        )


def back(day: date, window: Days | Months) -> date:
    """The day a window before another day begins on."""
    if isinstance(window, Days):
        return day - timedelta(days=window.n)
    return months_before(day, window.n)


def _order(row: Row) -> tuple[date, str, int, date]:
    return (
        row["date"] or date.min,
        row["source"] or "",
        row["source_row"] or 0,
        row["known_from"],
    )


def _as_text(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
