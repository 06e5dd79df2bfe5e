"""Every column that a word reads, and in which window, and none that it does not."""

import pytest

from riskaid.indicators import days
from riskaid.indicators.reads import columns_read
from riskaid.records.tables import (
    adult_events,
    attendance,
    contacts,
    household,
    missing_episodes,
    persons,
)

LAST, SINCE = days(90), days(30)
TYPED = missing_episodes.where(missing_episodes.episode_type == "M")
FATHERS = household.where(household.role == "father")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (missing_episodes.count(last=LAST), []),
        (TYPED.count(last=LAST), [("episode_type", LAST)]),
        (TYPED.days_since_last(), [("episode_type", None)]),
        (
            TYPED.where(missing_episodes.rhi_offered.is_known()).any(last=LAST),
            [("episode_type", LAST), ("rhi_offered", LAST)],
        ),
        (
            attendance.total(attendance.sessions_missed, last=LAST),
            [("sessions_missed", LAST)],
        ),
        (
            TYPED.overlap_days(last=LAST),
            [("end", None), ("episode_type", None)],
        ),
        (TYPED.is_open(), [("end", None), ("episode_type", None)]),
        (TYPED.open_at(LAST), [("end", None), ("episode_type", None)]),
        (
            contacts.sequence(TYPED, within=SINCE, last=LAST),
            [("episode_type", LAST)],
        ),
        (
            adult_events.of(FATHERS, since=SINCE).any(last=LAST),
            [("adult_id", SINCE), ("end", SINCE), ("role", SINCE)],
        ),
        (
            contacts.of(household.siblings(), since=SINCE).count(last=LAST),
            [("adult_id", None), ("end", None)],
        ),
        (persons.age_years(), [("born", None)]),
        (TYPED.count() + 1, []),
        (TYPED.count().is_known(), []),
    ],
)
def test_the_columns_a_word_reads(expression, expected):
    found = [(field.column, last) for field, last in columns_read(expression.node)]
    assert sorted(found, key=str) == sorted(expected, key=str)
