"""The tables an ask needs, read once and kept to the people it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_groups import SWEPT, Group, Swept, gather
from riskaid.indicators.kernel_tables import (
    Bools,
    Held,
    Ints,
    hold,
    places,
    positions,
)
from riskaid.indicators.kernel_windows import prefiltered
from riskaid.indicators.plan import parts_of, tables_read
from riskaid.language import nodes

CHILD = "·child"
FOLDED = (nodes.CountDistinct, nodes.Changes, nodes.Sequence)
ALWAYS = ("person_id", "date", "known_from", "known_until")


@dataclass(frozen=True)
class Loaded:
    """The tables read so far, kept to the people asked about.

    Of each table only the columns that some expressions read are taken; `days` are the
    distinct as-of days, `also` more columns to take of every table.
    """

    store: Cases
    people: pl.DataFrame
    expressions: Sequence[nodes.Node]
    days: Ints
    also: tuple[str, ...] = ()
    tables: dict[object, Held] = field(default_factory=dict)
    adults: dict[str, pl.DataFrame] = field(default_factory=dict)

    def prepare(self) -> None:
        """Read and lay out all that is needed, before threads ask for it."""
        assert self.groups is not None
        assert self.held_children is not None
        for expression in self.expressions:
            for part in parts_of(expression):
                if isinstance(part, nodes.AgeYears):
                    self.versions(part)
                elif isinstance(part, FOLDED):
                    for rows in {part.rows, getattr(part, "then", part.rows)}:
                        if self._is_there(rows):
                            self.selected(rows)
                elif isinstance(part, nodes.Reach) and self.store.has(part.links.table):
                    self.selected(part.links)
                    if part.to == "siblings":
                        self.links_back(part)

    def own(self, table: str) -> Held:
        """The children's own records of a table."""
        if table not in self.tables:
            self.tables[table] = hold(self._read(table, self.people), self.people)
        return self.tables[table]

    def selected(self, rows: nodes.Rows) -> Held:
        """The records that `where` may let through, own or reached."""
        key = (rows.table, rows.where, rows.reach)
        if key not in self.tables:
            self.tables[key] = prefiltered(self.every(rows), rows.where)
        return self.tables[key]

    def every(self, rows: nodes.Rows) -> Held:
        """The records, own or reached, whatever `where` asks."""
        if rows.reach is None:
            return self.own(rows.table)
        return self.reached(rows, rows.reach)

    def reached(self, rows: nodes.Rows, reach: nodes.Reach) -> Held:
        """The records of everybody the links may lead to."""
        key = (rows.table, reach.links.table, reach.to)
        if key not in self.tables:
            whose = self.adults_of(reach)
            if reach.to == "siblings":
                whose = self.siblings_of(reach)
            self.tables[key] = hold(self._read(rows.table, whose), whose)
        return self.tables[key]

    def adults_of(self, reach: nodes.Reach) -> pl.DataFrame:
        """The adults any link of the children asked about leads to."""
        table = reach.links.table
        if table not in self.adults:
            self.adults[table] = positions(self.own(table).frame[reach.adult.column])
        return self.adults[table]

    def links_back(self, reach: nodes.Reach) -> Held:
        """The links of those adults that `where` may let through, to any child."""
        key = ("links back", reach.links)
        if key not in self.tables:
            held = self.all_back(reach)
            self.tables[key] = prefiltered(held, reach.links.where)
        return self.tables[key]

    def all_back(self, reach: nodes.Reach) -> Held:
        """The links of those adults, to any child, sorted by adult."""
        table = reach.links.table
        key = ("all links back", table)
        if key not in self.tables:
            column, adults = reach.adult.column, self.adults_of(reach)
            links = self._read(table, adults, by=column).with_columns(
                pl.col("person_id").alias(CHILD), pl.col(column).alias("person_id")
            )
            self.tables[key] = hold(links, adults)
        return self.tables[key]

    def siblings_of(self, reach: nodes.Reach) -> pl.DataFrame:
        """Everybody those adults' links lead to, the children asked about first."""
        key = f"siblings by {reach.links.table}"
        if key not in self.adults:
            others = positions(self.all_back(reach).frame[CHILD]).select("person_id")
            others = others.join(self.people, on="person_id", how="anti")
            more = others.with_row_index("person", offset=len(self.people))
            self.adults[key] = pl.concat(
                [self.people, more.select("person_id", "person")]
            )
        return self.adults[key]

    def codes(self, held: Held, column: str, people: pl.DataFrame) -> Ints:
        """The people a column names, by their position; -1 where it is empty."""
        key = ("people", column)
        if key not in held.columns:
            found = places(held.frame[column], people)
            held.columns[key] = found.astype(np.int64)
        return np.asarray(held.columns[key], dtype=np.int64)

    def versions(self, node: nodes.AgeYears) -> Held:
        """The persons, in the order in which an age is read from them."""
        if node not in self.tables:
            self.tables[node] = folds.by_version(self.own(node.table), node)
        return self.tables[node]

    @cached_property
    def groups(self) -> dict[nodes.Node, Group]:
        """The values that are read by sweeps, each with the group it is read in."""
        alike: dict[object, dict[Swept, None]] = {}
        for expression in self.expressions:
            for part in parts_of(expression):
                if isinstance(part, SWEPT) and self._is_there(part.rows):
                    key = (part.rows.table, part.rows.reach)
                    alike.setdefault(key, {})[part] = None
        found: dict[nodes.Node, Group] = {}
        for asked in alike.values():
            rows = next(iter(asked)).rows
            group = gather(tuple(asked), self.every(rows), self.days)
            found.update(dict.fromkeys(asked, group))
        return found

    @cached_property
    def reads(self) -> dict[str, list[str]]:
        """The columns of each table that the expressions read."""
        return {
            read.table: [
                *read.columns,
                *(f"{group}_known_from" for group in read.groups),
            ]
            for read in tables_read(*self.expressions)
        }

    @cached_property
    def held_children(self) -> Bools:
        """Which of the people asked about the store holds."""
        held = np.zeros(len(self.people), dtype=np.bool_)
        held[self.own("persons").person] = True
        return held

    def _is_there(self, rows: nodes.Rows) -> bool:
        reach = rows.reach
        return self.store.has(rows.table) and (
            reach is None or self.store.has(reach.links.table)
        )

    def _read(
        self, table: str, people: pl.DataFrame, *, by: str = "person_id"
    ) -> pl.DataFrame:
        columns = dict.fromkeys([*ALWAYS, *self.also, *self.reads.get(table, ())])
        ids = people["person_id"].to_list()
        return self.store.persons_table(table, ids, by=by, columns=list(columns))
