"""Which records estimates may be made from outside the service: for evaluation only."""

from datetime import date, timedelta

OPEN_MARKS = ("synthetic", "public")
"""Marks of a case store that holds no council's own records."""


def window_is_over(as_of: date, *, days: int, extract_date: date) -> bool:
    """Whether everything an estimate is about has happened and been recorded.

    Args:
        as_of: The date of the estimate.
        days: The outcome's gap, its window and the lag of its recording together.
        extract_date: The last day that any source could know.
    """
    return as_of + timedelta(days=days) <= extract_date
