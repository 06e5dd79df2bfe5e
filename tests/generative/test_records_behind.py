"""The records behind a value are the same from every engine, and reproduce it."""

import generated_cases as g
import polars as pl
from hypothesis import given

from riskaid.indicators import kernel_records, reference_records, sql_records
from riskaid.indicators.cases import MemoryCases


@g.generated
@given(g.dice)
def test_records_by_kernel_are_those_of_the_reference(dice):
    store, named, rows = g.a_case(dice, 3)
    for node in named.values():
        shown = kernel_records.records_behind(node, store, rows)
        assert shown.equals(reference_records.records_behind(node, store, rows))


@g.generated
@given(g.dice)
def test_records_by_sql_are_those_of_the_reference(dice):
    store, named, rows = g.a_case(dice, 3)
    for node in named.values():
        shown = sql_records.records_behind(node, store, rows)
        assert shown.equals(reference_records.records_behind(node, store, rows))


@g.generated
@given(g.dice)
def test_the_records_that_the_kernel_shows_reproduce_its_value(dice):
    """Of persons all stay: a child must be held to have a value at all."""
    store, named, _ = g.a_case(dice, 3)
    asked = pl.DataFrame(
        {"person_id": [dice.choice(g.CHILDREN)], "as_of": [dice.choice(g.AS_OF)]}
    )
    for node in named.values():
        shown = kernel_records.records_behind(node, store, asked)
        frames = {}
        for name, frame in store.frames.items():
            cited = shown.filter(table=name).select("source", "source_row")
            frames[name] = (
                frame
                if name == "persons"
                else frame.join(cited, on=["source", "source_row"], how="semi")
            )
        alone = MemoryCases(frames, store.coverage)
        expected = g.by_kernel({"x": node}, store, asked)
        assert g.by_kernel({"x": node}, alone, asked).equals(expected)
