"""Every table and every group of columns has one declared lag, and a reason for it."""

import re

import pytest

from riskaid.errors import DefinitionError
from riskaid.records.lags import LAGS, read_lags
from riskaid.records.schema import groups
from riskaid.records.tables import TABLES


def test_every_table_and_group_has_exactly_one_lag_with_a_reason():
    declared = {name: sorted(lag.later) for name, lag in LAGS.items()}
    assert declared == {name: groups(table) for name, table in TABLES.items()}
    for lag in LAGS.values():
        for one in (lag, *lag.later.values()):
            assert len(one.because.split()) >= 5
            assert one.because.endswith(".")
            assert not one.later or one is lag


def test_the_tables_take_their_lags_from_there():
    for name, table in TABLES.items():
        assert table.lag_days == LAGS[name].days
        assert dict(table.group_lags) == LAGS[name].groups
    assert TABLES["missing_episodes"].group_lags["rhi"] == 14


def test_the_page_of_the_case_store_says_the_same_days(root):
    page = (root / "docs" / "case-store.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", page, re.MULTILINE))
    written = {
        name: ", ".join(
            [str(lag.days), *(f"{g} {one.days}" for g, one in lag.later.items())]
        )
        for name, lag in LAGS.items()
    }
    assert {name: said.get(name) for name in written} == written


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a", "not a TOML file"),
        ("[a]\ndays = 1\n[a]\ndays = 2", "not a TOML file"),
        ("[a]\nbecause = 'so'", "a: days is a whole number"),
        ("[a]\ndays = -1\nbecause = 'so'", "0 or more"),
        ("[a]\ndays = true\nbecause = 'so'", "0 or more"),
        ("[a]\ndays = 1", "needs a reason"),
        ("[a]\ndays = 1\nbecause = ' '", "needs a reason"),
        ("[a]\ndays = 1\nbecause = 'so'\nend = 3", "a.end: days"),
    ],
)
def test_a_lag_without_days_or_a_reason_is_refused(text, says):
    with pytest.raises(DefinitionError, match=says):
        read_lags(text)
