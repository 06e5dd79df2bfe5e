"""Days, months and ages at their edges."""

from datetime import date

import pytest

from riskaid import dates


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(1970, 1, 1), 0),
        (date(1970, 1, 2), 1),
        (date(1969, 12, 31), -1),
        (date(2024, 2, 29), 19782),
    ],
)
def test_day_numbers_count_from_1970_and_back(day, number):
    assert dates.day_number(day) == number
    assert dates.day_of(number) == day


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2024, 3, 15), 1, date(2024, 2, 15)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2023, 3, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2023, 12, 31)),
        (date(2024, 1, 1), 12, date(2023, 1, 1)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2024, 12, 5), 12, date(2023, 12, 5)),
        (date(2024, 5, 31), 3, date(2024, 2, 29)),
        (date(2024, 6, 7), 0, date(2024, 6, 7)),
        (date(2024, 6, 7), 30, date(2021, 12, 7)),
    ],
)
def test_months_before_keeps_the_day_or_takes_the_last_of_the_month(
    day, months, before
):
    assert dates.months_before(day, months) == before


def test_the_first_of_the_month_stays_and_other_days_go_back_to_it():
    assert dates.month_start(date(2024, 2, 29)) == date(2024, 2, 1)
    assert dates.month_start(date(2024, 2, 1)) == date(2024, 2, 1)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 6, 1), date(2020, 5, 31), 9),
        (date(2010, 6, 1), date(2020, 6, 1), 10),
        (date(2010, 6, 1), date(2010, 6, 1), 0),
        (date(2010, 6, 1), date(2010, 5, 31), -1),
        (date(2012, 2, 29), date(2013, 2, 28), 0),
        (date(2012, 2, 29), date(2013, 3, 1), 1),
    ],
)
def test_an_age_turns_on_the_birthday(born, day, age):
    assert dates.age_in_years(born, day) == age


def test_windows_are_counted_from_days_of_three_centuries():
    assert dates.in_reach(date(1900, 1, 1))
    assert dates.in_reach(date(2199, 12, 31))
    assert not dates.in_reach(date(1899, 12, 31))
    assert not dates.in_reach(date(2200, 1, 1))
    assert str(dates.FIRST_DAY) in dates.IN_REACH
    assert str(dates.LAST_DAY) in dates.IN_REACH
