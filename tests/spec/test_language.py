"""Each word means what the chapters say, on every engine, at every edge.

The chapters stand in chapters/ and are read by language_chapters.py. They are also run
on Spark, all in one start of it: tests/spark/test_spark_language.py.
"""

from datetime import timedelta

import language_chapters as chapters
import polars as pl
import pytest

from riskaid.indicators import kernel, kernel_records, reference_records, sql
from riskaid.indicators.examples import run
from riskaid.indicators.reference import value

CHAPTERS = chapters.read_chapters()
EACH = [
    pytest.param(one, id=f"{one.place}: {one.example.shows}")
    for _, one in chapters.paragraphs(CHAPTERS)
]


@pytest.mark.parametrize("paragraph", EACH)
def test_every_engine_gives_the_answer(paragraph):
    found = run(paragraph.example, paragraph.node)
    assert found == dict.fromkeys(found, paragraph.example.expected)
    assert len(found) == 3


@pytest.mark.parametrize("paragraph", EACH)
def test_the_marked_records_stand_behind_the_answer(paragraph):
    example = paragraph.example
    answer = value(paragraph.node, example.cases, "child", example.as_of)
    assert answer.value == example.expected
    for table, rows in paragraph.marked().items():
        behind = {one.source_row for one in answer.records if one.table == table}
        assert behind == rows, table


def test_the_kernel_shows_the_records_that_the_reference_shows():
    """For the child of each paragraph, as of its day and days around it."""
    for _, one in chapters.paragraphs(CHAPTERS):
        cases, day = one.example.cases, one.example.as_of
        days = [day + timedelta(days=more) for more in (0, -40, 0, -9, 300)]
        people = ["child", "child", "sibling", "child", "child"]
        rows = pl.DataFrame({"person_id": people, "as_of": days})
        shown = kernel_records.records_behind(one.node, cases, rows)
        expected = reference_records.records_behind(one.node, cases, rows)
        assert shown.equals(expected), (one.place, one.example.shows)


@pytest.mark.parametrize("engine", [kernel, sql])
def test_many_children_beside_each_other_change_no_answer(engine):
    for together in chapters.together(CHAPTERS):
        found = engine.columns(together.expressions, together.cases, together.rows)
        assert together.own(found) == together.expected


def test_the_children_are_many():
    sizes = [len(one.expected) for one in chapters.together(CHAPTERS)]
    assert sum(sizes) == len(EACH)
    assert max(sizes) > len(EACH) / 2
    assert pl.DataFrame({"n": sizes})["n"].min() > 0
