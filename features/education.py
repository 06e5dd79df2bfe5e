"""School: being there, being kept out, and being seen."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    attendance,
    missing_episodes,
    suspensions,
)

ABSENCE_RATE_365D = Indicator(
    name="absence_rate_365d",
    value=attendance.total(attendance.sessions_missed, last=days(365))
    / attendance.total(attendance.sessions_possible, last=days(365)),
    reads="The share of possible school sessions the child missed, over terms that "
    "ended in the last year",
    unit="share of sessions",
    source="Attendance feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="neglect; illness and unmet needs keep children from school",
    because="Panel annual report 2023-24: poor attendance in 59% of reviews with "
    "extrafamilial harm.",
    examples="""
        the term that ended on the 365th day counts
        attendance as of 2024-06-01 expect 0.25
        date       | sessions_possible | sessions_missed
        2023-06-01 | 100               | 100
        2023-06-02 | 100               | 40
        2024-03-28 | 100               | 10

        a term whose count is empty makes the share not known
        attendance as of 2024-06-01 expect unknown
        date       | sessions_possible | sessions_missed
        2023-12-20 | 100               | 40
        2024-03-28 | 100               |

        reported too late
        attendance as of 2024-06-01 expect 0.4
        date       | sessions_possible | sessions_missed | known_from
        2023-12-20 | 100               | 40              | 2024-01-10
        2024-05-24 | 100               | 100             | 2024-06-01

        no term at all is not full attendance
        attendance as of 2024-06-01 expect unknown
    """,
)

SUSPENSIONS_365D = Indicator(
    name="suspensions_365d",
    value=suspensions.count(last=days(365)),
    reads="How many suspensions and permanent exclusions were recorded in the last "
    "year",
    unit="suspensions",
    source="Suspension feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="choice; exclusion leaves a child open to exploitation",
    because="Panel, 2020: permanent exclusion as a tipping point into exploitation.",
    examples="""
        the 365th day counts
        suspensions as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | suspension
        2023-06-02 | permanent_exclusion

        reported too late
        suspensions as of 2024-06-01 expect 0
        date       | kind       | known_from
        2024-05-24 | suspension | 2024-06-01
    """,
)

SUSPENDED_AND_MISSING = Prompt(
    name="suspended_and_missing",
    when=suspensions.any(last=days(30)) & missing_episodes.any(last=days(90)),
    says="Suspended or excluded in the last 30 days, and missing in the last 90.",
    asks="Who could reach the child now, while things are changing?",
    because="Panel, 2020: exclusion is a moment when a child can be reached.",
    family="education",
    examples="""
        suspended on the 30th day, missing on the 90th
        suspensions as of 2024-06-01 expect yes
        date
        2024-05-02
        missing_episodes
        date
        2024-03-03

        suspended too long ago
        suspensions as of 2024-06-01 expect no
        date
        2024-05-01
        missing_episodes
        date
        2024-05-20

        the suspension was reported too late
        suspensions as of 2024-06-01 expect no
        date       | known_from
        2024-05-20 | 2024-06-01
        missing_episodes
        date
        2024-05-20
    """,
)
