"""Harm outside the family, signs of sexual abuse, and the youngest."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    assessment_factors,
    assessments,
    contacts,
    missing_episodes,
    persons,
    referrals,
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

SEXUAL_ABUSE_FACTOR_EVER = Indicator(
    name="sexual_abuse_factor_ever",
    value=assessment_factors.where(assessment_factors.code.is_in("19B", "19C")).any(),
    reads="Whether sexual abuse was ever recorded as a factor, within the history "
    "held; taking it back does not lower it",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 19B and 19C",
    family="sexual_abuse_signs",
    more_means_more=True,
    not_a_sign_of="who did what; and its absence is no sign of safety",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews; retraction treated as disproof.",
    examples="""
        however long ago
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2015-01-01 | 19C

        on the as-of day, and known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-06-01 | 19B  | 2024-05-01
        2024-04-01 | 19C  | 2024-06-01
    """,
)

SEXUAL_ABUSE_THEN_CONTACT_CLOSED = Prompt(
    name="sexual_abuse_then_contact_closed",
    when=assessment_factors.where(assessment_factors.code.is_in("19B", "19C")).any()
    & contacts.where(contacts.no_further_action == "yes").any(last=days(90)),
    says="Sexual abuse was recorded as a factor before, and a contact in the last 90 "
    "days is recorded as needing no further action.",
    asks="Was the earlier concern known to whoever closed the contact?",
    because="Panel review of sexual abuse in the family, 2024: later contacts rejected "
    "after an earlier concern; agencies stopped when the police did.",
    family="sexual_abuse_signs",
    examples="""
        closed on the 90th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action
        2024-03-03 | yes

        a day earlier, or taken further
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action
        2024-03-02 | yes
        2024-05-01 | no

        the outcome was filled in too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action | outcome_known_from
        2024-05-31 | yes               | 2024-06-01
    """,
)

AGE_YEARS = Indicator(
    name="age_years",
    value=persons.age_years(),
    reads="The child's age in whole years, from the month of birth",
    unit="years",
    source="SSD pers_dob, pers_expected_dob",
    family="under_ones",
    more_means_more=None,
    not_a_sign_of="how much a child can look after itself",
    because="Panel annual report 2022-23: under-ones 36% and 11 to 15 year olds 21% of "
    "reviews.",
    examples="""
        the day before the birthday and no day sooner
        persons as of 2024-05-31 expect 3
        born
        2020-06-01

        the birthday itself
        persons as of 2024-06-01 expect 4
        born
        2020-06-01

        born on a leap day
        persons as of 2025-02-28 expect 0
        born
        2024-02-29

        not yet born, by the expected month
        persons as of 2024-06-01 expect -1
        expected
        2024-08-01

        nobody recorded when
        persons as of 2024-06-01 expect unknown
        sex
        F

        a correction that came too late does not count
        persons as of 2024-06-01 expect 4
        born       | known_from | known_until
        2020-01-01 | 2020-02-01 | 2024-06-01
        2010-01-01 | 2024-06-01 |
    """,
)

UNBORN_REFERRED_NOT_ASSESSED = Prompt(
    name="unborn_referred_not_assessed",
    when=(persons.age_years() == -1) & referrals.any() & (assessments.count() == 0),
    says="A child not yet born has been referred; no assessment is recorded.",
    asks="Will the assessment be done before the birth?",
    because="Panel, 2020: 198 reviews of babies in two years; pregnancy is a moment "
    "when families can be reached.",
    family="under_ones",
    examples="""
        referred the day before, not assessed
        persons as of 2024-06-01 expect yes
        expected
        2024-08-01
        referrals
        date
        2024-05-31

        born by now
        persons as of 2024-06-01 expect no
        born
        2024-05-01
        referrals
        date
        2024-04-01

        the referral was known too late
        persons as of 2024-06-01 expect no
        expected
        2024-08-01
        referrals
        date       | known_from
        2024-05-30 | 2024-06-01
    """,
)
