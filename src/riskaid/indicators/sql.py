"""The SQL engine: the same values from DuckDB, one query a table and reach.

A third reading of the language keeps the other two honest, and what it computes can be
computed again by anybody with a database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import duckdb
import polars as pl

from riskaid.indicators import sql_text as text
from riskaid.indicators.asked import checked_rows, wanted_values
from riskaid.indicators.cases import Cases, check_number
from riskaid.indicators.decay import weights
from riskaid.indicators.plan import Plan, parts_of, tables_read
from riskaid.indicators.reads import columns_read
from riskaid.language import nodes
from riskaid.progress import Progress, silent
from riskaid.records.store import CaseStore

ROWS_AT_ONCE = 200_000
ROWS_A_PART = 50_000
"""Rows of a part where parts are let go of as they are made."""
MACROS = (
    "CREATE MACRO finite(x) AS list_filter([x], lambda v: isfinite(v))[1]",
    (
        "CREATE MACRO changed(l) AS len(list_filter(range(1, len(l)), "
        "lambda i: l[i].c <> l[i + 1].c))"
    ),
)
HELD = (
    "(SELECT asked.*, EXISTS (SELECT p.person_id FROM persons p "
    "WHERE p.person_id = asked.person_id) AS held FROM asked)"
)
"""The rows that are asked about, and whether the store holds the child of each."""


def compute(
    plan: Plan,
    store: Cases,
    rows: pl.DataFrame,
    *,
    names: Sequence[str] | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute a plan's indicators for many children and dates in DuckDB.

    Takes and returns what the kernel does.

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
    return pl.concat(
        stream(expressions, store, rows, at_once=at_once, progress=progress)
    )


def stream(
    expressions: Mapping[str, nodes.Node],
    store: Cases,
    rows: pl.DataFrame,
    *,
    at_once: int = ROWS_A_PART,
    progress: Progress = silent,
) -> Iterator[pl.DataFrame]:
    """Compute named expressions part by part, so that memory does not grow with rows.

    DuckDB reads the tables from their files anew for each part.

    Yields:
        The same rows in the same order, one Float64 column an expression.
    """
    rows = checked_rows(rows)
    with duckdb.connect() as connection:
        asking = Asking(connection, store, tuple(expressions.values()))
        asking.prepare()
        for start in range(0, max(len(rows), 1), at_once):
            part = rows[start : start + at_once]
            found = asking.values(part)
            yield part.with_columns(
                found[:, place].alias(name) for place, name in enumerate(expressions)
            )
            progress("computing indicators", start + len(part), len(rows))


@dataclass(frozen=True)
class Asking:
    """Some expressions over a store, made known to a database."""

    connection: duckdb.DuckDBPyConnection
    store: Cases
    expressions: tuple[nodes.Node, ...]
    places: dict[nodes.Node, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the tables known, and one query for each table, reach and word."""
        for macro in MACROS:
            self.connection.execute(macro)
        for read in tables_read(*self.expressions):
            self._show(read.table)
        self._show("persons")
        self._check_numbers()
        leaves = [
            part
            for expression in self.expressions
            for part in parts_of(expression)
            if isinstance(part, text.LEAVES)
        ]
        groups: dict[tuple[str, nodes.Reach | None], list[text.Grouped]] = {}
        for leaf in dict.fromkeys(leaves):
            if isinstance(leaf, nodes.AgeYears | nodes.Sequence):
                self._alone(leaf)
            else:
                key = (leaf.rows.table, leaf.rows.reach)
                groups.setdefault(key, []).append(leaf)
        for group in groups.values():
            self._together(group)

    def values(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Answer for some rows: one Float64 column an expression, in their order."""
        self.ask(rows)
        joins = []
        for name, query in self.queries.items():
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
            joins.append(f"LEFT JOIN {name} ON {name}.row = a.row")
        shown = ", ".join(
            f"CAST({text.combined(one, self._leaf)} AS DOUBLE) AS x{position}"
            for position, one in enumerate(self.expressions)
        )
        found = self.connection.sql(
            f"SELECT {shown} FROM {HELD} a {' '.join(joins)} ORDER BY a.row"
        ).to_arrow_table()
        return pl.DataFrame(found)

    def ask(self, rows: pl.DataFrame) -> None:
        """Make the rows that are asked about known to the database."""
        self.connection.register("given", rows.with_row_index("row").to_arrow())
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE asked AS SELECT CAST(row AS BIGINT) AS row, "
            "CAST(person_id AS VARCHAR) AS person_id, as_of FROM given"
        )
        self.connection.unregister("given")

    def _show(self, table: str) -> None:
        if self.store.has(table) and isinstance(self.store, CaseStore):
            place = text.quoted(str(self.store.location(table)))
            self.connection.execute(
                f"CREATE OR REPLACE VIEW {text.named(table)} AS "
                f"SELECT * FROM read_parquet({place})"
            )
            return
        self.connection.register(table, self.store.table(table).to_arrow())

    def _check_numbers(self) -> None:
        fields = [
            part
            for expression in self.expressions
            for part in parts_of(expression)
            if isinstance(part, nodes.Field) and part.type == "number"
        ]
        for one in dict.fromkeys(fields):
            column = text.named(one.column)
            ((largest,),) = self.connection.execute(
                f"SELECT max(abs({column})) FROM {text.named(one.table)} "
                f"WHERE NOT isnan({column})"
            ).fetchall()
            if largest is not None:
                check_number(largest, one.table, one.column)

    def _alone(self, leaf: nodes.AgeYears | nodes.Sequence) -> None:
        name = f"leaf_{len(self.queries)}"
        if isinstance(leaf, nodes.AgeYears):
            self.queries[name] = text.age(leaf)
            self.places[leaf] = (
                f"(CASE WHEN {self.known(leaf)} THEN CAST({name}.v0 AS DOUBLE) END)"
            )
            return
        self.queries[name] = text.sequence(leaf)
        covered = self.known(leaf)
        value = f"CAST(coalesce({name}.v0, 0) AS DOUBLE)"
        self.places[leaf] = f"(CASE WHEN {covered} THEN {value} END)"

    def _together(self, group: list[text.Grouped]) -> None:
        name = f"leaf_{len(self.queries)}"
        shown = [f"{text.aggregate(leaf)} AS v{n}" for n, leaf in enumerate(group)]
        halves = [leaf.half_life.n for leaf in group if isinstance(leaf, nodes.Decayed)]
        joins = ""
        for half_life in dict.fromkeys(halves):
            table = text.weights_of(half_life)
            worth = pl.DataFrame({"worth": weights(half_life)}).with_row_index("age")
            self.connection.register(table, worth.to_arrow())
            joins += f" LEFT JOIN {table} ON {table}.age = {text.AS_OF} - e.date"
        self.queries[name] = (
            f"SELECT a.row, {', '.join(shown)} FROM {text.pairs(group[0].rows)}{joins} "
            "GROUP BY a.row"
        )
        for n, leaf in enumerate(group):
            value = (
                f"CASE WHEN {name}.row IS NULL THEN {text.empty_value(leaf)} "
                f"ELSE {name}.v{n} END"
            )
            if not isinstance(leaf, nodes.CONDITION_NODES):
                value = f"CAST({value} AS DOUBLE)"
            self.places[leaf] = f"(CASE WHEN {self.known(leaf)} THEN {value} END)"

    def known(self, leaf: text.Leaf) -> str:
        """Whether the time a word looks at is covered, with every column it reads."""
        return f"{self._looked(leaf)} AND {self._carried(leaf)}"

    def _looked(self, leaf: text.Leaf) -> str:
        if isinstance(leaf, nodes.AgeYears):
            return "true"
        if isinstance(leaf, nodes.Sequence):
            lower, upper = text.edges(leaf.last)
            firsts = self._covered(leaf.rows, lower, upper)
            return f"{firsts} AND {self._covered(leaf.then, lower, upper)}"
        return self._covered(leaf.rows, *text.window_of(leaf))

    def _covered(self, rows: nodes.Rows, lower: str | None, upper: str) -> str:
        parts = ["a.held", self._covers(rows.table, lower, upper)]
        if rows.reach is not None:
            began = text.edges(rows.reach.since)
            parts.append(self._covers(rows.reach.links.table, *began))
        return " AND ".join(parts)

    def _covers(self, table: str, lower: str | None, upper: str) -> str:
        """Whether a table is held from a window's first day; ever begins before it."""
        if not self.store.has(table) or table not in self.store.coverage:
            return "false"
        held = self.store.coverage[table]
        first, after = held.covered_from, held.covered_to + timedelta(days=1)
        begins = f"< {upper}" if lower is None else f"<= {lower}"
        since = f"DATE '{first}'" if lower is None else lower
        whole = [
            f"({text.AS_OF} <= DATE '{gap.first}' OR DATE '{gap.last}' < {since})"
            for gap in held.gaps
        ]
        ends = f"{text.AS_OF} <= DATE '{after}'"
        return " AND ".join([f"DATE '{first}' {begins}", ends, *whole])

    def _carried(self, leaf: text.Leaf) -> str:
        """Whether some source has every column that a word reads."""
        parts = ["true"]
        for column, last in columns_read(leaf):
            if column.table in self.store.coverage:
                parts += self._has(column, text.edges(last)[0])
        return " AND ".join(parts)

    def _has(self, column: nodes.Field, lower: str | None) -> list[str]:
        held = self.store.coverage[column.table]
        since = f"DATE '{held.covered_from}'" if lower is None else lower
        return [
            f"({text.AS_OF} < DATE '{one.since}' OR DATE '{one.until}' < "
            f"{text.AS_OF} OR DATE '{one.last}' < {since})"
            for one in held.absent
            if one.column == column.column
        ]

    def _leaf(self, node: text.Leaf) -> str:
        return self.places[node]
