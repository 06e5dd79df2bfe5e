"""The tables an ask needs, read once and kept to the people it is about."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from riskaid.indicators import kernel_folds as folds
from riskaid.indicators.cases import Cases
from riskaid.indicators.kernel_tables import Bools, Held, Ints, hold, positions
from riskaid.indicators.kernel_windows import prefiltered
from riskaid.language import nodes

CHILD = "·child"


@dataclass(frozen=True)
class Loaded:
    """The tables read so far, kept to the people asked about."""

    store: Cases
    people: pl.DataFrame
    tables: dict[object, Held] = field(default_factory=dict)
    adults: dict[str, pl.DataFrame] = field(default_factory=dict)

    def own(self, table: str) -> Held:
        """The children's own records of a table."""
        if table not in self.tables:
            self.tables[table] = hold(self.store.table(table), self.people)
        return self.tables[table]

    def selected(self, rows: nodes.Rows) -> Held:
        """The records that `where` may let through, own or reached."""
        reach = rows.reach
        key = (rows.table, rows.where, reach and (reach.links.table, reach.to))
        if key not in self.tables:
            held = self.own(rows.table) if reach is None else self.reached(rows, reach)
            self.tables[key] = prefiltered(held, rows.where)
        return self.tables[key]

    def reached(self, rows: nodes.Rows, reach: nodes.Reach) -> Held:
        """The records of everybody the links may lead to."""
        key = (rows.table, reach.links.table, reach.to)
        if key not in self.tables:
            whose = self.adults_of(reach)
            if reach.to == "siblings":
                whose = self.siblings_of(reach)
            self.tables[key] = hold(self.store.table(rows.table), whose)
        return self.tables[key]

    def adults_of(self, reach: nodes.Reach) -> pl.DataFrame:
        """The adults any link of the children asked about leads to."""
        table = reach.links.table
        if table not in self.adults:
            self.adults[table] = positions(self.own(table).frame[reach.adult.column])
        return self.adults[table]

    def links_back(self, reach: nodes.Reach) -> Held:
        """The links of those adults, to any child, sorted by adult."""
        key = ("links back", reach.links)
        if key not in self.tables:
            links = self.store.table(reach.links.table).with_columns(
                pl.col("person_id").alias(CHILD),
                pl.col(reach.adult.column).alias("person_id"),
            )
            held = hold(links, self.adults_of(reach))
            self.tables[key] = prefiltered(held, reach.links.where)
        return self.tables[key]

    def siblings_of(self, reach: nodes.Reach) -> pl.DataFrame:
        """Everybody those adults' links lead to, the children asked about first."""
        key = f"siblings by {reach.links.table}"
        if key not in self.adults:
            whole = reach.links
            links = replace(
                reach, links=nodes.Rows(whole.table, whole.shape, None, None)
            )
            others = positions(self.links_back(links).frame[CHILD])
            others = others.join(self.people, on="person_id", how="anti")
            more = others.select("person_id").with_row_index("person")
            self.adults[key] = pl.concat(
                [
                    self.people,
                    more.select(
                        "person_id",
                        (pl.col("person") + len(self.people)).cast(
                            self.people.schema["person"]
                        ),
                    ),
                ]
            )
        return self.adults[key]

    def codes(self, held: Held, column: str, people: pl.DataFrame) -> Ints:
        """The people a column names, by their position; -1 where it is empty."""
        key = ("people", column)
        if key not in held.columns:
            held.columns[key] = (
                held.frame.select(person_id=column)
                .join(people, on="person_id", how="left", maintain_order="left")
                .get_column("person")
                .cast(pl.Int64)
                .fill_null(-1)
                .to_numpy()
            )
        return held.columns[key].astype(np.int64, copy=False)

    def versions(self, node: nodes.AgeYears) -> Held:
        """The persons, in the order in which an age is read from them."""
        if node not in self.tables:
            self.tables[node] = folds.by_version(self.own(node.table), node)
        return self.tables[node]

    @cached_property
    def held_children(self) -> Bools:
        """Which of the people asked about the store holds."""
        held = np.zeros(len(self.people), dtype=np.bool_)
        held[self.own("persons").person] = True
        return held
