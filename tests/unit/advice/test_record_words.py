"""Records are said in words; ids never are."""

from datetime import date

import pytest

from riskaid.advice.record_words import TABLES as WORDS
from riskaid.advice.record_words import role_words, said
from riskaid.indicators.answers import Record
from riskaid.records.tables import TABLES


def record(table="referrals", person="child", row=7, **fields):
    return Record(table, "file.csv", row, date(2024, 1, 2), person, fields)


def test_every_table_that_can_be_behind_a_reason_has_its_words():
    assert set(TABLES) - set(WORDS) == {"families"}
    assert set(WORDS) <= set(TABLES)


def test_ids_and_empty_cells_are_left_out():
    shown = said(record(referral_id="R1", adult_id="A1", source_code="6", x=""))
    assert shown.details == (("from", "police"),)


def test_nothing_of_a_brothers_or_sisters_record_is_shown():
    shown = said(record("missing_episodes", person="sibling", episode_type="M"))
    assert shown == said(record("referrals", person="sibling", row=8))
    assert (shown.day, shown.details, shown.source) == (None, (), "")


@pytest.mark.parametrize(
    ("table", "fields", "says"),
    [
        ("cp_plans", {"initial_category": "NEG"}, ("initial category", "neglect")),
        ("assessment_factors", {"code": "16A"}, ("code", "neglect")),
        ("assessment_factors", {"code": "99Z"}, ("code", "99Z")),
        ("missing_episodes", {"end": "2024-03-04"}, ("ended", "4 March 2024")),
        ("persons", {"born": "2012-02-01"}, ("born", "February 2012")),
        ("adult_events", {"kind": "sexual_offence"}, ("kind", "sexual offence")),
    ],
)
def test_columns_and_codes_are_said_in_words(table, fields, says):
    assert said(record(table, **fields)).details == (says,)


def test_the_source_and_whose_record_it_is():
    assert said(record(row=1204)).source == "file.csv, row 1,204"
    assert said(record(row=None)).source == "file.csv"
    assert said(record()).whose == "the child"
    assert said(record(person="adult")).whose == "an adult linked to them"


def test_roles_are_said_in_words():
    assert role_words("mothers_partner") == "Mother's partner"
    assert role_words("other_adult") == "Other adult"
