"""The months a synthetic council lives through."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from riskaid.dates import day_number, day_of, months_before
from riskaid.records.synthetic.arrays import Ints

YEARS = 8
BURN_MONTHS = 48
MONTHS = BURN_MONTHS + 12 * YEARS


@dataclass(frozen=True)
class Calendar:
    """Months from before the records begin to the extract date, as day numbers.

    Attributes:
        starts: First day of each month lived, and the day after the last.
        of_year: Calendar month (0 = January) of each month lived.
        burn_start: First day of life simulated; no record is that old.
        first: First day records are held for.
        end: The extract date, the last day that can be known.
    """

    starts: Ints
    of_year: Ints
    burn_start: int
    first: int
    end: int

    def month(self, days: Ints) -> Ints:
        """The month each day falls in, held inside the months lived."""
        place: Ints = np.searchsorted(self.starts, days, side="right") - 1
        inside: Ints = place.clip(0, MONTHS - 1)
        return inside


def make_calendar(extract_date: date) -> Calendar:
    """Lay out eight years of records up to an extract date, and a run-up before."""
    after = extract_date + timedelta(days=1)
    starts = [day_number(months_before(after, MONTHS - m)) for m in range(MONTHS)]
    starts.append(day_number(after))
    return Calendar(
        starts=np.array(starts),
        of_year=np.array([day_of(s).month - 1 for s in starts[:-1]]),
        burn_start=starts[0],
        first=starts[BURN_MONTHS],
        end=day_number(extract_date),
    )
