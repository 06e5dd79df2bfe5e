"""Declared gaps: what is read, what is refused, and how each is said."""

from datetime import date, datetime

import pytest

from riskaid.errors import ExtractError
from riskaid.records.holes import Hole, holes_of, read_holes

FIRST, LAST = date(2022, 12, 1), date(2023, 9, 30)
SAID = {"from": "2022-12-01", "to": "2023-09-30"}


def read(*found):
    return read_holes(list(found), "extract.json")


def test_gaps_are_read_in_the_order_of_their_days():
    early = {"from": date(2020, 1, 1), "to": date(2020, 1, 1)}
    whole = SAID | {"because": "an attack", "tables": ["referrals", "contacts"]}
    assert read(whole, early) == (
        Hole(date(2020, 1, 1), date(2020, 1, 1)),
        Hole(FIRST, LAST, "an attack", ("referrals", "contacts")),
    )
    assert read() == ()


def test_a_gap_comes_back_from_its_json_without_its_tables():
    one = Hole(FIRST, LAST, "an attack", ("referrals",))
    assert one.to_json() == {**SAID, "because": "an attack"}
    assert holes_of([one.to_json()]) == (Hole(FIRST, LAST, "an attack"),)


def test_a_gap_is_in_the_tables_it_names_else_in_events_and_spells():
    named = Hole(FIRST, LAST, tables=("disabilities",))
    assert named.is_in("disabilities")
    assert not named.is_in("referrals")
    shapes = ("referrals", "contacts", "household", "disabilities")
    assert [Hole(FIRST, LAST).is_in(one) for one in shapes] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("hole", "where"),
    [
        (Hole(FIRST, LAST), " in events and spells"),
        (Hole(FIRST, LAST, "an attack"), " (an attack) in events and spells"),
        (
            Hole(FIRST, LAST, "", ("contacts", "referrals")),
            " in contacts, referrals",
        ),
    ],
)
def test_a_gap_is_said_in_words(hole, where):
    assert hole.says() == (
        f"Declared gap from 2022-12-01 to 2023-09-30{where}: what is asked of a time "
        "that touches it is not known."
    )


@pytest.mark.parametrize(
    ("gaps", "why"),
    [
        ({}, r"^extract\.json: gaps is a list\. Write \[\{"),
        (["soon"], r"a gap may hold only: from, to, because, tables\."),
        ([["from", "to"]], "a gap may hold only"),
        ([SAID | {"why": "an attack"}], "a gap may hold only"),
        ([SAID | {"tables": "referrals"}], "tables of a gap is a list"),
        ([SAID | {"tables": ["referal"]}], r"'referal', which there is not\. .*referr"),
        ([SAID | {"from": "soon"}], "'from' of a gap must be a date"),
        ([SAID | {"from": datetime(2022, 12, 1)}], "'from' of a gap must be a date"),  # noqa: DTZ001 - as TOML writes a time of day
        ([{"from": "2022-12-01"}], "'to' of a gap must be a date"),
        ([SAID | {"to": "2022-11-30"}], "a gap ends before it begins"),
    ],
)
def test_what_is_no_gap_is_refused_with_what_to_write(gaps, why):
    with pytest.raises(ExtractError, match=why):
        read_holes(gaps, "extract.json")
