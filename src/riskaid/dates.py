"""Days and months, and the one rule for when a record counts (ADR-0001)."""

from calendar import monthrange
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
IN_REACH = "between 1900-01-01 and 2199-12-31"


def in_reach(day: date) -> bool:
    """Whether a day can be one of an extract or an as-of date.

    Windows and lags are counted from such days and must not leave the calendar.
    """
    return FIRST_DAY <= day <= LAST_DAY


def day_number(day: date) -> int:
    """Days since 1970-01-01; negative before it."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Turn days since 1970-01-01 back into a date."""
    return EPOCH + timedelta(days=number)


def months_before(day: date, months: int) -> date:
    """The same day of the month, `months` months earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def age_in_years(born: date, day: date) -> int:
    """Whole years of age on a day; negative before birth.

    Dates of birth are kept as the first of the month, so an age can be up to a month
    ahead of the true one.
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
