"""Harm outside the family."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    assessment_factors,
    missing_episodes,
)

EXPLOITATION_FACTORS_365D = Indicator(
    name="exploitation_factors_365d",
    value=assessment_factors.where(
        assessment_factors.code.is_in("11A", "12A", "13A", "24A")
    ).count_distinct(assessment_factors.code, last=days(365)),
    reads="How many kinds of exploitation (sexual, trafficking, gangs, criminal) were "
    "recorded as a factor in the last year",
    unit="codes",
    source="SSD cinf_assessment_factors_json, codes 11A, 12A, 13A and 24A",
    family="extrafamilial_harm",
    more_means_more=True,
    not_a_sign_of="choice or blame; a child who is exploited is a child who is harmed",
    because="Panel annual report 2023-24: harm outside the family in 78 of 330 "
    "reviews, 55% of them criminal exploitation.",
    examples="""
        the 365th day counts, one kind twice
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2023-06-01 | 12A
        2023-06-02 | 11A
        2024-05-31 | 24A
        2024-05-31 | 24A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2024-04-01 | 24A  | 2024-06-05

        no assessments were supplied
        assessment_factors not supplied as of 2024-06-01 expect unknown
    """,
)

BEHAVIOUR_EXPLOITATION_NOT_CONSIDERED = Prompt(
    name="behaviour_exploitation_not_considered",
    when=assessment_factors.where(assessment_factors.code == "14A").any(last=days(365))
    & (missing_episodes.count(last=days(365)) >= 1)
    & ~assessment_factors.where(
        assessment_factors.code.is_in("11A", "12A", "13A", "24A")
    ).any(last=days(365)),
    says="Behaviour is recorded as the factor, the child went missing, and "
    "exploitation, trafficking or gangs are not recorded as a factor in the same year.",
    asks="Could somebody be behind what the child does?",
    because="Panel annual report 2023-24: behaviour seen as choice, signs of "
    "exploitation missed.",
    family="extrafamilial_harm",
    examples="""
        behaviour, and missing on the 365th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2024-01-01 | 14A
        missing_episodes
        date
        2023-06-02

        exploitation was considered
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 14A
        2024-01-01 | 24A
        missing_episodes
        date
        2024-05-01

        the missing episode was known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 14A
        missing_episodes
        date       | known_from
        2024-05-01 | 2024-06-01

        not known whether the child went missing
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2024-01-01 | 14A
        missing_episodes not supplied
    """,
)
