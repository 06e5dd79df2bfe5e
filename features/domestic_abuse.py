"""Domestic abuse recorded in the child's home."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    assessment_factors,
    assessments,
    domestic_abuse_incidents,
)

DOMESTIC_ABUSE_INCIDENTS_365D = Indicator(
    name="domestic_abuse_incidents_365d",
    value=domestic_abuse_incidents.count(last=days(365)),
    reads="How many domestic abuse incidents the police recorded in the child's home "
    "in the last year",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="Panel annual report 2023-24: domestic abuse in 47% of reviews.",
    examples="""
        the 365th day counts; the as-of day does not
        domestic_abuse_incidents as of 2024-06-01 expect 2
        date
        2023-06-01
        2023-06-02
        2024-05-31
        2024-06-01

        notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | known_from
        2024-05-20 | 2024-06-01

        no police feed: not known, which is not none
        domestic_abuse_incidents not supplied as of 2024-06-01 expect unknown
    """,
)

DOMESTIC_ABUSE_HIGH_GRADE_365D = Indicator(
    name="domestic_abuse_high_grade_365d",
    value=domestic_abuse_incidents.where(domestic_abuse_incidents.grade == "high").any(
        last=days(365)
    ),
    reads="Whether the police graded a domestic abuse incident in the child's home as "
    "high in the last year",
    unit="yes or no",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="SafeLives MARAC criteria: judgement should not lower a high grade.",
    examples="""
        graded high on the 365th day
        domestic_abuse_incidents as of 2024-06-01 expect yes
        date       | grade
        2023-06-02 | high

        high before the window, medium inside it
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | grade
        2023-06-01 | high
        2024-05-01 | medium

        notified too late
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | grade | known_from
        2024-05-20 | high  | 2024-06-01
    """,
)

DOMESTIC_ABUSE_OF_PARENT_730D = Indicator(
    name="domestic_abuse_of_parent_730d",
    value=assessment_factors.where(assessment_factors.code == "3B").any(last=days(730)),
    reads="Whether domestic abuse of a parent was recorded as a factor in the last two "
    "years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 3B",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="DfE 2024: domestic abuse of a parent in 31.7% of assessments.",
    examples="""
        the 730th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 3B

        before the window, or of the child
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 3B
        2024-01-01 | 3A

        known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 3B   | 2024-06-01
    """,
)

THREE_DOMESTIC_ABUSE_INCIDENTS = Prompt(
    name="three_domestic_abuse_incidents",
    when=(domestic_abuse_incidents.count(last=days(365)) >= 3)
    & (assessments.count(last=days(90)) == 0),
    says="At least three domestic abuse incidents in the child's home in a year; no "
    "assessment is recorded as begun in the last 90 days.",
    asks="Has the pattern, not only the latest incident, been looked at with the "
    "police and a domestic abuse service?",
    because="SafeLives MARAC criteria: three or more events in 12 months are potential "
    "escalation. Panel annual report 2023-24: cumulative harm not considered.",
    family="domestic_abuse",
    examples="""
        three, one of them on the 365th day
        domestic_abuse_incidents as of 2024-06-01 expect yes
        date
        2023-06-02
        2024-05-01
        2024-05-01

        the third was notified too late
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | known_from
        2023-06-02 |
        2024-05-01 |
        2024-05-02 | 2024-06-01

        an assessment began
        domestic_abuse_incidents as of 2024-06-01 expect no
        date
        2024-03-01
        2024-04-01
        2024-05-01
        assessments
        date
        2024-05-02

        no police feed
        domestic_abuse_incidents not supplied as of 2024-06-01 expect unknown
    """,
)
