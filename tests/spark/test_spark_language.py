"""Spark gives every answer of the chapters of the language (tests/spec/chapters)."""

import language_chapters as chapters
import pytest

from riskaid.indicators import spark

pytestmark = pytest.mark.requires("java")


def test_every_answer_of_the_chapters(session):
    read = chapters.read_chapters()
    answers = 0
    for together in chapters.together(read):
        found = spark.columns(
            together.expressions, together.cases, together.rows, session=session
        )
        assert together.own(found) == together.expected
        answers += len(together.expected)
    assert answers == len(list(chapters.paragraphs(read)))
