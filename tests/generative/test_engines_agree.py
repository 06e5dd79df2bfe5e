"""Every engine gives the same number, and every word of the language is tried."""

import dataclasses
import os
from types import NoneType
from typing import Literal, get_args, get_origin, get_type_hints

import generated_cases as g
import polars as pl
from hypothesis import given

from riskaid.indicators import sql
from riskaid.indicators.plan import NODES, parts_of
from riskaid.language import nodes
from riskaid.language.windows import Days, Window

ENGINES = os.environ.get("RISKAID_ENGINES", "kernel duckdb").split()
"""Which engines every word is tried on; one of them where the other is not in question."""


@g.generated
@given(g.dice)
def test_the_reference_and_the_kernel_agree_exactly(dice):
    """What advises one child and what trains on many give every value to the bit."""
    store, named, rows = g.a_case(dice, 8)
    assert g.by_reference(named, store, rows).equals(g.by_kernel(named, store, rows))


@g.generated
@given(g.dice)
def test_duckdb_agrees_with_the_reference_exactly(dice):
    """A third reading of the language, in SQL, gives every value to the bit too."""
    store, named, rows = g.a_case(dice)
    found = sql.columns(named, store, rows)
    assert found.select("person_id", "as_of").equals(rows)
    expected = g.by_reference(named, store, rows)
    assert found.drop("person_id", "as_of").equals(expected)


@g.settings(g.generated, max_examples=max(g.EXAMPLES // 4, 20))
@given(g.dice)
def test_each_word_alone_agrees_on_full_tables(dice):
    """Every word by itself, where nothing that is not known can hide a fault.

    A case is all words on tables that are whole and hold up to a dozen records: a
    quarter of the cases, because each is as much as four.
    """
    store = g.a_store(dice.seed(), 12, full=True)
    named = g.named(g.each_word(dice))
    asked = [("C1", as_of) for as_of in g.AS_OF]
    asked += [(person, dice.choice(g.AS_OF)) for person in ("C2", "C3", "C9")]
    rows = pl.DataFrame(asked, schema=["person_id", "as_of"], orient="row")
    expected = g.by_reference(named, store, rows)
    if "kernel" in ENGINES:
        assert g.by_kernel(named, store, rows).equals(expected)
    if "duckdb" in ENGINES:
        found = sql.columns(named, store, rows).drop("person_id", "as_of")
        assert found.equals(expected)


@g.generated
@given(g.dice)
def test_the_whole_equals_its_chunks_and_its_partitions(dice):
    """How rows are cut up to be computed never shows in a value.

    The kernel in chunks of one to three rows, and the children in two parts (as Spark
    spreads them), against all rows at once.
    """
    store, named, rows = g.a_case(dice, 3)
    whole = g.by_kernel(named, store, rows)
    at_once = 1 + dice.below(3)
    assert g.by_kernel(named, store, rows, at_once=at_once).equals(whole)
    some = dice.choice([["C1"], ["C2", "C9"], ["C1", "C3"]])
    numbered = rows.with_row_index("at")
    here = pl.col("person_id").is_in(some)
    parts = [
        g.by_kernel(named, store, part).with_columns(part["at"])
        for part in (numbered.filter(here), numbered.filter(~here))
    ]
    assert pl.concat(parts).sort("at").drop("at").equals(whole)


@g.settings(g.generated, max_examples=max(g.EXAMPLES // 6, 10))
@given(g.dice)
def test_duckdb_in_chunks_equals_duckdb_at_once(dice):
    """DuckDB's engine too: for a sixth of the cases, as it takes longest."""
    store, named, rows = g.a_case(dice, 3)
    whole = sql.columns(named, store, rows)
    at_once = 1 + len(rows) // 2
    assert sql.columns(named, store, rows, at_once=at_once).equals(whole)


def declared():
    """Every part an expression can be made of, read out of the language itself."""
    found = {
        name: kind
        for name, kind in vars(nodes).items()
        if dataclasses.is_dataclass(kind)
    }
    return found | {kind.__name__: kind for kind in get_args(Window)}


NODES_BY_NAME = declared()
WINDOWS = [kind.__name__ for kind in get_args(Window)]
QUESTIONS = [kind.__name__ for kind in get_args(nodes.RecordNode)]
OPTIONS = {
    ("Field", "type"): get_args(nodes.ColumnType),
    ("Field", "group"): [True, None],
    ("Rows", "shape"): get_args(nodes.Shape),
    ("Rows", "where"): [*QUESTIONS, None],
    ("Rows", "reach"): ["Reach", None],
    ("Reach", "to"): get_args(nodes.ReachTo),
    ("Reach", "since"): [*WINDOWS, None],
    ("Compare", "operator"): get_args(nodes.Comparison),
    ("RecordCompare", "operator"): get_args(nodes.Comparison),
    ("Arithmetic", "operator"): get_args(nodes.Operation),
    ("Sequence", "same_day"): [True, False],
    ("OpenAt", "back"): ["Days", "Months"],
    ("Earlier", "window"): ["Days", "Months"],
    ("Earlier", "before"): ["Days", "Months"],
    **{
        (name, "last"): [*WINDOWS, None]
        for name, kind in NODES_BY_NAME.items()
        if "last" in kind.__dataclass_fields__
    },
}
"""Of each part of a node, what it can be, where that changes what is computed."""


def said(name, field, value):
    if (name, field) == ("Field", "group"):
        return value is not None or None
    return type(value).__name__ if dataclasses.is_dataclass(value) else value


def test_every_word_of_the_language_is_generated():
    """Whoever adds a node, a window, a column type or an operator adds it here too.

    Each optional part is seen both left out and given, such as a window, a `where`, a
    reach, its `since` and a column's group; and each kind of window inside another.
    """
    seen, options = set(), set()

    @g.settings(g.generated, max_examples=300)
    @given(g.dice)
    def collect(dice):
        for expression in g.several(dice, 8):
            for part in parts_of(g.node_of(expression)):
                name = type(part).__name__
                seen.add(name)
                options.update(
                    (
                        name,
                        field.name,
                        said(name, field.name, getattr(part, field.name)),
                    )
                    for field in dataclasses.fields(part)
                    if (name, field.name) in OPTIONS
                )

    collect()
    unseen = set(NODES_BY_NAME) - seen
    assert not unseen, f"nodes that no generated test reaches: {sorted(unseen)}"
    every = {(*key, one) for key, some in OPTIONS.items() for one in some}
    assert not every - options, "nor these: " + ", ".join(map(str, every - options))
    assert set(NODES) == set(NODES_BY_NAME), "the plan reads other nodes than there are"


def test_every_part_of_a_node_that_changes_what_is_computed_has_its_options():
    """A new choice of a known node (a Literal or a window) is not forgotten either."""
    for name, kind in NODES_BY_NAME.items():
        for field, hint in get_type_hints(kind).items():
            some = [one for one in (hint, *get_args(hint)) if one is not NoneType]
            chosen = any(get_origin(one) is Literal for one in some)
            windowed = Days in some or hint is bool
            if (chosen or windowed) and hint is not Days:
                assert (name, field) in OPTIONS
