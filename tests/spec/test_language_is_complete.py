"""Every word stands in a chapter, and every word that reads records at every edge."""

import ast
import inspect
from datetime import date, timedelta
from itertools import pairwise

import language_chapters as chapters
import polars as pl
import pytest

from riskaid import language
from riskaid.dates import months_before
from riskaid.indicators.declared import IMPORTS, WORDS
from riskaid.indicators.plan import parts_of
from riskaid.language import Days, Earlier, Months, nodes
from riskaid.language.declare import Declaration

CHAPTERS = chapters.read_chapters()
EDGES = chapters.read_edges()
SECTIONS = [section for chapter in CHAPTERS for section in chapter.sections]
SHOWN = [one for section in SECTIONS for one in section.shown]
PARAGRAPHS = list(chapters.paragraphs(CHAPTERS))

SIGNS = {
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__"),
    *("__truediv__", "__rtruediv__", "__and__", "__or__", "__invert__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
}
SPEAKING = [
    language.CodeColumn,
    language.FlagColumn,
    language.NumberColumn,
    language.DateColumn,
    language.RecordCondition,
    language.Condition,
    language.Value,
    language.LatestCode,
    language.Selection,
    language.Table,
    language.Days,
    language.Months,
]
REFUSED = {("DateColumn", "__eq__")}  # a date is asked only whether it is known


def spoken(one):
    """The words and signs that something of the language answers to."""
    return {
        name: held
        for name, held in inspect.getmembers(one, inspect.isfunction)
        if (name in WORDS or (name in SIGNS and one not in (Days, Months)))
        and (one is not language.Table or name in vars(one))
        and (one.__name__, name) not in REFUSED
    }


def test_every_word_and_sign_stands_in_a_chapter(monkeypatch):
    used = set()

    def listening(word, plain):
        def heard(*given, **named):
            used.add(word)
            return plain(*given, **named)

        return heard

    wanted = set()
    for one in SPEAKING:
        for name, plain in spoken(one).items():
            wanted.add((one.__name__, name))
            monkeypatch.setattr(one, name, listening((one.__name__, name), plain))
    for shown in SHOWN:
        chapters.expression(shown.expression, "a chapter")
    assert wanted - used == set()
    assert {name for _, name in wanted} >= WORDS


def test_every_way_to_say_a_word_stands_in_a_chapter():
    said = {
        (call.func.attr, keyword.arg)
        for shown in SHOWN
        for call in ast.walk(ast.parse(shown.expression))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        for keyword in call.keywords
    }
    wanted = {
        (name, parameter.name)
        for one in SPEAKING
        for name, word in spoken(one).items()
        for parameter in inspect.signature(word).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert ("decayed", "half_life") in wanted
    assert wanted - said == set()


def test_every_name_that_a_file_may_import_stands_in_a_chapter():
    names = {
        name.id
        for shown in SHOWN
        for name in ast.walk(ast.parse(shown.expression))
        if isinstance(name, ast.Name)
    }
    offered = IMPORTS["riskaid.indicators"]
    declared = {one.__name__ for one in Declaration.__args__}
    assert set(offered) - declared - names == set()
    assert "siblings" in names


def test_every_node_stands_in_a_chapter():
    found = {type(part) for _, one in PARAGRAPHS for part in parts_of(one.node)}
    every = {*nodes.VALUE_NODES, *nodes.CONDITION_NODES, *nodes.RECORD_NODES}
    assert every - found == set()


def test_every_word_that_reads_records_has_its_edges():
    def read_by(words):
        return {
            type(part)
            for section, one in PARAGRAPHS
            if section.word in words
            for part in parts_of(one.node)
            if {"rows", "table"} & set(type(part).__slots__)
        }

    listed, everywhere = read_by(EDGES.words), read_by({s.word for s in SECTIONS})
    assert everywhere - listed == set()
    assert {section.word for section in SECTIONS} >= set(EDGES.words)


def test_every_word_is_shown_at_every_edge_or_it_is_said_why_not():
    shown = {(section.word, edge) for section, one in PARAGRAPHS for edge in one.edges}
    excused = [
        (word, edge)
        for reason in EDGES.reasons
        for word in reason.words
        for edge in reason.edges
    ]
    every = {(word, edge) for word in EDGES.words for edge in EDGES.edges}
    assert every - shown - set(excused) == set()
    assert shown - every == set()
    assert set(excused) - every == set()
    assert shown & set(excused) == set()
    assert len(excused) == len(set(excused))


def days_held(example, *, own=True):
    """Every date of the records, or every day on which something became known."""
    held = set()
    for frame in example.cases.frames.values():
        for name, kind in frame.schema.items():
            if kind == pl.Date and own != ("known" in name):
                held |= set(frame[name].drop_nulls())
    return held


def windows(node, as_of):
    """The first day of every window."""

    def back(day, window):
        if isinstance(window, Days):
            return day - timedelta(days=window.n)
        if isinstance(window, Months):
            return months_before(day, window.n)
        return back(back(as_of, window.before), window.window)

    asked = [p for p in parts_of(node) if isinstance(p, Days | Months | Earlier)]
    return {back(as_of, window) for window in asked}


def dated(example):
    """The records that have a date, of all tables."""
    frames = [frame for frame in example.cases.frames.values() if "date" in frame]
    rows = [row for frame in frames for row in frame.to_dicts()]
    return [row for row in rows if row["date"] is not None]


def same_day(example):
    return any(
        frame.filter(pl.col("date").is_not_null())["date"].is_duplicated().any()
        for frame in example.cases.frames.values()
    )


def known_early(example):
    planned = any(row["known_from"] < row["date"] for row in dated(example))
    births = example.cases.table("persons").to_dicts()
    return planned or any(
        row["expected"] is not None and row["known_from"] < row["expected"]
        for row in births
    )


def a_birthday(day, example):
    """Whether a date is this day, or its day and month: a birthday."""
    return (day.month, day.day) in {
        (one.month, one.day) for one in days_held(example)
    } and (day in days_held(example) or not dated(example))


YESTERDAY = timedelta(days=1)
HOLDS = {
    "as-of day": lambda one, _: a_birthday(one.as_of, one),
    "day before": lambda one, _: (
        one.as_of - YESTERDAY in days_held(one)
        or a_birthday(one.as_of + YESTERDAY, one)
    ),
    "first day": lambda one, node: any(
        {first, first - YESTERDAY} <= days_held(one)
        for first in windows(node, one.as_of)
    ),
    "known late": lambda one, _: any(
        day >= one.as_of for day in days_held(one, own=False)
    ),
    "known early": lambda one, _: known_early(one),
    "same day": lambda one, _: same_day(one),
    "no record": lambda one, _: (
        any(frame.is_empty() for frame in one.cases.frames.values())
        or "child" not in one.cases.table("persons")["person_id"]
    ),
    "empty column": lambda one, _: any(
        frame[name].null_count()
        for frame in one.cases.frames.values()
        for name in frame.columns
        if "known" not in name
    ),
    "open spell": lambda one, _: any(
        "end" in frame and frame["end"].null_count()
        for frame in one.cases.frames.values()
    ),
    "leap day": lambda one, _: any(
        (day.month, day.day) == (2, 29) for day in days_held(one)
    ),
    "months": lambda one, node: (
        any(isinstance(part, Months) for part in parts_of(node))
        and date(2024, 2, 29) in windows(node, one.as_of)
    ),
    "not supplied": lambda one, node: any(
        part.table not in one.cases.frames
        for part in parts_of(node)
        if isinstance(part, nodes.Rows | nodes.AgeYears)
    ),
    "lacking column": lambda one, _: any(
        held.absent for held in one.cases.coverage.values()
    ),
}


def test_every_edge_can_be_told():
    assert list(HOLDS) == list(EDGES.edges)


@pytest.mark.parametrize("edge", EDGES.edges)
def test_a_paragraph_holds_the_edge_it_says_it_shows(edge):
    saying = [one for _, one in PARAGRAPHS if edge in one.edges]
    assert len(saying) > 1
    for one in saying:
        assert HOLDS[edge](one.example, one.node), (one.place, one.example.shows)


def test_each_heading_is_there_once():
    anchors = sorted(section.anchor for section in SECTIONS)
    assert [a for a, b in pairwise(anchors) if a == b] == []


def test_each_word_is_explained_before_it_is_shown():
    silent = [one.word for one in SECTIONS if one.word and not one.shown[0].prose]
    assert silent == []
