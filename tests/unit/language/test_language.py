import dataclasses
import math

import pytest
from mypy import api

from riskaid.errors import DefinitionError
from riskaid.language import (
    CodeColumn,
    DateColumn,
    FlagColumn,
    Indicator,
    NumberColumn,
    Prompt,
    Table,
    days,
    months,
    nodes,
)


class Stays(Table):
    """Spells for these tests."""

    kind = CodeColumn()
    miles = NumberColumn()
    seen = FlagColumn(group="late")
    end = DateColumn(group="end")


class Links(Table):
    """Links for these tests."""

    adult_id = CodeColumn()
    end = DateColumn(group="end")


class Things(Table):
    """Snapshots for these tests."""

    code = CodeColumn()


stays = Stays("stays", kind="spell", lag_days=1, group_lags={"end": 2, "late": 9})
links = Links("links", kind="link", lag_days=1, group_lags={"end": 2})
things = Things("things", kind="snapshot", lag_days=0)
events = Things("events", kind="event", lag_days=0)

a, b, c = stays.count(), events.count(), stays.total(stays.miles)


def test_a_table_says_its_columns_in_order_with_type_and_group():
    shown = [(c.name, c.type, c.group) for c in stays.columns.values()]
    assert shown == [
        ("kind", "code", None),
        ("miles", "number", None),
        ("seen", "flag", "late"),
        ("end", "date", "end"),
    ]
    assert (stays.name, stays.shape, stays.lag_days) == ("stays", "spell", 1)
    assert dict(stays.group_lags) == {"end": 2, "late": 9}


def test_a_count_is_a_node_that_needs_no_table():
    node = stays.where(stays.kind == "x").count(last=days(90)).node
    field = nodes.Field("stays", "kind", "code", None)
    where = nodes.RecordCompare("==", field, "x")
    assert node == nodes.Count(nodes.Rows("stays", "spell", where, None), days(90))
    with pytest.raises(dataclasses.FrozenInstanceError):
        node.last = None


def test_two_wheres_are_both_asked():
    twice = stays.where(stays.kind == "x").where(stays.miles > 2).count().node
    once = stays.where((stays.kind == "x") & (stays.miles > 2)).count().node
    assert twice == once


def test_codes_are_sorted_so_that_the_same_plan_has_the_same_digest():
    assert stays.where(stays.kind.is_in("b", "a", "b")).any().node.rows.where == (
        stays.where(stays.kind.is_in("a", "b")).any().node.rows.where
    )


def test_numbers_may_stand_on_either_side():
    one = nodes.Number(1.0)
    for made, sign in (
        (1 + a, "+"),
        (1 - a, "-"),
        (1 * a, "*"),
        (1 / a, "/"),
    ):
        assert made.node == nodes.Arithmetic(sign, one, a.node)
    assert (a - 1).node == nodes.Arithmetic("-", a.node, one)


REFUSED = {
    "a bare number as a window": (lambda: stays.count(last=90), "days"),
    "text as a window": (lambda: stays.count(last="90d"), "last=days\\(90\\)"),
    "days of text": (lambda: days("90"), "days\\(3\\)"),
    "days of nothing": (lambda: days(0), "1 to"),
    "days of true": (lambda: days(True), "whole number"),
    "half a month": (lambda: months(1.5), "whole number"),
    "centuries": (lambda: months(1201), "1 to 1200"),
    "and": (lambda: (a > 1) and (b > 1), "Write '&', '\\|' and '~'"),
    "or": (lambda: (a > 1) or (b > 1), "Write '&'"),
    "not": (lambda: not (a > 1), "Write '&'"),
    "a chained comparison": (lambda: 1 < a < 3, "a < b < c"),
    "a value as truth": (lambda: bool(a), "Write '&'"),
    "a table as truth": (lambda: bool(stays), "Write '&'"),
    "a column as truth": (lambda: bool(stays.kind), "Write '&'"),
    "and inside where": (
        lambda: stays.where((stays.kind == "x") and (stays.miles > 1)),
        "Write '&'",
    ),
    "a misspelt column": (lambda: stays.mile, "Did you mean 'miles'"),
    "a column of another table in where": (
        lambda: stays.where(things.code == "x"),
        "column of 'things'",
    ),
    "columns of two tables in one where": (
        lambda: (stays.kind == "x") & (things.code == "x"),
        "'stays' and to 'things'",
    ),
    "a column of another table": (
        lambda: stays.count_distinct(things.code),
        "not of 'stays'",
    ),
    "a total of codes": (lambda: stays.total(stays.kind), "NumberColumn"),
    "codes of numbers": (lambda: stays.count_distinct(stays.miles), "CodeColumn"),
    "a column of the class": (lambda: Stays.kind == "x", "from the table"),
    "where without a question": (lambda: stays.where(True), "question to one record"),
    "a condition in where": (lambda: stays.where(stays.any()), "one record"),
    "a number for a code": (lambda: stays.kind == 3, "quotation marks"),
    "an empty code": (lambda: stays.kind == "", "is_known"),
    "no codes": (stays.kind.is_in, "names no code"),
    "a word for a flag": (lambda: stays.seen == "Y", "'yes', 'no'"),
    "true for a flag": (lambda: stays.seen == True, "'yes', 'no'"),  # noqa: E712
    "text for a number": (lambda: stays.miles > "3", "with a number"),
    "an endless number": (lambda: stays.miles > float("inf"), "million million"),
    "no number": (lambda: a > math.nan, "million million"),  # noqa: PLW0177 - refused
    "a number beyond floats": (lambda: a > 10**400, "million million"),
    "a date compared": (lambda: stays.end == "2024-01-01", "is_known"),
    "overlap of events": (events.overlap_days, "spells"),
    "an open event": (events.is_open, "spells"),
    "a window of a snapshot": (lambda: things.count(last=days(3)), "no window"),
    "days since a snapshot": (things.days_since_last, "no dates"),
    "reach through events": (lambda: events.of(stays), "table of links"),
    "reach twice": (lambda: events.of(links).of(links), "once"),
    "links of links": (lambda: links.of(links), "cannot be reached"),
    "age of a stay": (stays.age_years, "dates of birth"),
    "a condition as a number": (lambda: a + stays.any(), "not a number"),
    "a value as a condition": (lambda: stays.any() & a, "joins two conditions"),
    "text as a number": (lambda: a > "2", "with a number"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_misuse_says_what_to_write(what):
    wrong, remedy = REFUSED[what]
    with pytest.raises(DefinitionError, match=remedy):
        wrong()


def test_a_table_needs_a_lag_for_each_group():
    with pytest.raises(DefinitionError, match="one lag"):
        Links("links", kind="link", lag_days=1)


def test_a_declaration_holds_an_expression():
    with pytest.raises(DefinitionError, match="must be an expression"):
        Indicator(
            name="x", value=3, reads="", unit="", source="", family="",
            more_means_more=None, because="", examples="",
        )  # fmt: skip
    with pytest.raises(DefinitionError, match="must be a condition"):
        Prompt(name="x", when=a, says="", asks="", because="", family="", examples="")


TYPED = """
from riskaid.language import days
from riskaid.records.tables import attendance, missing_episodes, household

missing_episodes.count(last=days(90))
missing_episodes.count(last=90)
missing_episodes.episode_typ
attendance.total(attendance.sessions_missed)
attendance.total(missing_episodes.episode_type)
missing_episodes.where(missing_episodes.any())
(missing_episodes.count() > 1) & missing_episodes.count()
"""


def test_the_type_checker_finds_misuse_before_it_runs(tmp_path, root, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(root / "src"))
    file = tmp_path / "typed.py"
    file.write_text(TYPED)
    said, _, _ = api.run(
        ["--strict", "--config-file=", "--no-site-packages", "--follow-imports=silent",
         f"--cache-dir={tmp_path}", str(file)]
    )  # fmt: skip
    wrong = {int(line.split(":")[1]) for line in said.splitlines() if "error:" in line}
    assert wrong == {6, 7, 9, 10, 11}, said
