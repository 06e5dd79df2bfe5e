"""Domestic abuse: what services did, and what nobody asked or wrote down.

The questions are to services about whoever abuses. No parent who was harmed is asked
here why they did not leave or tell.
"""

from riskaid.indicators import Gap, Prompt, codelist, days, number, window
from riskaid.records.tables import (
    assessment_factors,
    assessments,
    domestic_abuse_incidents,
    household,
    local_events,
    s47_enquiries,
)

HIGH_GRADE_NO_ENQUIRY = Prompt(
    name="high_grade_no_enquiry",
    when=domestic_abuse_incidents.where(domestic_abuse_incidents.grade == "high").any(
        last=window("high_grade_window")
    )
    & (s47_enquiries.count(last=window("high_grade_window")) == 0),
    says="The police graded a domestic abuse incident as high in the last "
    "{high_grade_window}; no section 47 enquiry is recorded in that time.",
    asks="Has the case been taken to MARAC, and has a strategy discussion been held "
    "for the child?",
    because="SafeLives MARAC criteria: judgement should not lower a high grade. "
    "National review of Arthur and Star, 2022: a strategy discussion always where "
    "significant harm is suspected.",
    family="domestic_abuse",
    examples="""
        high on the 30th day, no enquiry
        domestic_abuse_incidents as of 2024-06-01 expect yes
        date       | grade
        2024-05-02 | high

        a day earlier, or medium
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | grade
        2024-05-01 | high
        2024-05-20 | medium

        an enquiry, but recorded too late
        domestic_abuse_incidents as of 2024-06-01 expect yes
        date       | grade
        2024-05-20 | high
        s47_enquiries
        date       | known_from
        2024-05-21 | 2024-06-01

        an enquiry
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | grade
        2024-05-20 | high
        s47_enquiries
        date
        2024-05-21

        no police feed
        domestic_abuse_incidents not supplied as of 2024-06-01 expect unknown
    """,
)

DOMESTIC_ABUSE_MORE_OFTEN = Prompt(
    name="domestic_abuse_more_often",
    when=(
        domestic_abuse_incidents.rate_of_change(
            last=window("domestic_abuse_compared_window")
        )
        >= number("domestic_abuse_more")
    ),
    says="At least {domestic_abuse_more} more domestic abuse incidents in the last "
    "{domestic_abuse_compared_window} than in the same time before.",
    asks="Has a domestic abuse service been asked what is changing, and is there a "
    "plan for the child's safety?",
    because="SafeLives MARAC criteria: three or more events in 12 months are potential "
    "escalation.",
    family="domestic_abuse",
    examples="""
        two in the last 180 days, the first on its first day, none before
        domestic_abuse_incidents as of 2024-06-01 expect yes
        date
        2023-12-04
        2024-05-01

        one of two was in the time before
        domestic_abuse_incidents as of 2024-06-01 expect no
        date
        2023-12-03
        2024-05-01

        the second was notified too late
        domestic_abuse_incidents as of 2024-06-01 expect no
        date       | known_from
        2023-12-04 |
        2024-05-01 | 2024-06-01

        the feed does not reach back to the time before
        domestic_abuse_incidents from 2023-12-01 as of 2024-06-01 expect unknown
    """,
)

PARTNER_LEFT_NOT_ASSESSED = Prompt(
    name="partner_left_not_assessed",
    when=household.where(
        household.role.is_in("father", "mothers_partner", "fathers_partner")
    ).open_at(window("separation_window"))
    & ~household.where(
        household.role.is_in("father", "mothers_partner", "fathers_partner")
    ).is_open()
    & domestic_abuse_incidents.any(last=window("abuse_before_separation_window"))
    & (assessments.count(last=window("separation_window")) == 0),
    says="A father or a parent's partner was linked to the child "
    "{separation_window} ago and is not now; there was domestic abuse in the last "
    "{abuse_before_separation_window}, and no assessment is recorded as begun since.",
    asks="Has contact after the separation been assessed, and has each adult been "
    "asked alone?",
    because="Panel annual report 2023-24: relied on the person who abused being gone; "
    "danger of contact ignored; one account of the separation accepted.",
    family="domestic_abuse",
    examples="""
        gone since, abuse on the 365th day, no assessment
        household as of 2024-06-01 expect yes
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-01
        domestic_abuse_incidents
        date
        2023-06-02

        the abuse is older
        household as of 2024-06-01 expect no
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-01
        domestic_abuse_incidents
        date
        2023-06-01

        an assessment, but recorded too late
        household as of 2024-06-01 expect yes
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-01
        domestic_abuse_incidents
        date
        2024-04-01
        assessments
        date       | known_from
        2024-05-02 | 2024-06-01

        an assessment
        household as of 2024-06-01 expect no
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-01
        domestic_abuse_incidents
        date
        2024-04-01
        assessments
        date
        2024-05-02

        no police feed
        household as of 2024-06-01 expect unknown
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-01
        domestic_abuse_incidents not supplied
    """,
)

STRANGULATION_OR_WEAPON_RECORDED = Prompt(
    name="strangulation_or_weapon_recorded",
    when=local_events.where(
        local_events.kind.is_in(codelist("abuse_most_dangerous"))
    ).any(last=window("strangulation_window")),
    says="Strangulation or a weapon was recorded in domestic abuse around the child in "
    "the last {strangulation_window}.",
    asks="Do police, health and the domestic abuse service know? Has the parent who "
    "was harmed been offered a doctor and a safety plan?",
    because="SafeLives DASH checklist and MARAC criteria ask for both.",
    family="domestic_abuse",
    examples="""
        on the 365th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | weapon

        a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind
        2023-06-01 | strangulation

        recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind          | known_from
        2024-05-01 | strangulation | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

DOMESTIC_ABUSE_AFTER_MARAC = Prompt(
    name="domestic_abuse_after_marac",
    when=local_events.where(local_events.kind == "marac_heard").sequence(
        domestic_abuse_incidents, within=days(365), last=days(365)
    )
    >= 1,
    says="The case was heard at MARAC in the last 365 days, and another incident "
    "followed.",
    asks="Has it been taken back to MARAC as a repeat?",
    because="SafeLives MARAC criteria: a further incident within 12 months is a repeat "
    "and goes back to MARAC.",
    family="domestic_abuse",
    examples="""
        heard on the 365th day, an incident after it
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | marac_heard
        domestic_abuse_incidents
        date
        2024-05-31

        heard a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind
        2023-06-01 | marac_heard
        domestic_abuse_incidents
        date
        2024-05-31

        the incident came first
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-03-01 | marac_heard
        domestic_abuse_incidents
        date
        2024-02-28

        it was notified too late
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-03-01 | marac_heard
        domestic_abuse_incidents
        date       | known_from
        2024-05-01 | 2024-06-01

        no police feed
        local_events as of 2024-06-01 expect unknown
        date       | kind
        2024-03-01 | marac_heard
        domestic_abuse_incidents not supplied
    """,
)

MARAC_NOT_SUPPLIED = Gap(
    name="marac_not_supplied",
    when=~local_events.any(last=window("strangulation_window")).is_known(),
    says="Whether the case was heard at MARAC, and whether strangulation, a weapon or "
    "control was recorded, cannot be seen here.",
    closes_with="Ask the MARAC coordinator and the domestic abuse service.",
    because="Panel annual report 2023-24: domestic abuse in 47% of reviews, poor "
    "sharing between services in 81% of incidents.",
    family="domestic_abuse",
    examples="""
        no such feed
        local_events not supplied as of 2024-06-01 expect yes

        it covers the year from its first day
        local_events from 2023-06-02 as of 2024-06-01 expect no

        it begins a day too late
        local_events from 2023-06-03 as of 2024-06-01 expect yes
    """,
)

SEPARATION_TOLD_BY_ONE = Gap(
    name="separation_told_by_one",
    when=local_events.where(
        (local_events.kind == "separation") & (local_events.code == "one_account")
    ).any(last=window("separation_window"))
    & ~local_events.where(
        (local_events.kind == "separation") & (local_events.code == "confirmed")
    ).any(last=window("separation_window")),
    says="A separation in the last {separation_window} is recorded on one account "
    "alone.",
    closes_with="Ask the other adult, the child and whoever visits; do so safely, and "
    "record what each says.",
    because="Panel annual report 2023-24: one account of a separation accepted.",
    family="domestic_abuse",
    examples="""
        told by one, on the 90th day
        local_events as of 2024-06-01 expect yes
        date       | kind       | code
        2024-03-03 | separation | one_account

        confirmed since
        local_events as of 2024-06-01 expect no
        date       | kind       | code
        2024-05-01 | separation | one_account
        2024-05-10 | separation | confirmed

        confirmed, but recorded too late
        local_events as of 2024-06-01 expect yes
        date       | kind       | code        | known_from
        2024-05-01 | separation | one_account |
        2024-05-10 | separation | confirmed   | 2024-06-01

        a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind       | code
        2024-03-02 | separation | one_account

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

PROTECTIVE_PARENT_NOT_ASSESSED = Gap(
    name="protective_parent_not_assessed",
    when=assessment_factors.where(assessment_factors.code.is_in("3A", "3B")).any(
        last=window("protective_parent_window")
    )
    & (
        ~local_events.any(last=window("protective_parent_window")).is_known()
        | (
            local_events.where(local_events.kind == "protective_adult_assessed").count(
                last=window("protective_parent_window")
            )
            == 0
        )
    ),
    says="Domestic abuse is recorded as a factor in the last "
    "{protective_parent_window}; the part of the parent who does not abuse is not "
    "recorded.",
    closes_with="Ask what this parent does for the child's safety and what help they "
    "want; record it.",
    because="Panel annual report 2023-24: the protecting part of a father not looked "
    "at.",
    family="domestic_abuse",
    examples="""
        a factor on the 365th day, and no such feed
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 3B
        local_events not supplied

        recorded
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-02 | 3A
        local_events
        date       | kind
        2024-01-20 | protective_adult_assessed

        recorded too late
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2024-01-02 | 3A
        local_events
        date       | kind                      | known_from
        2024-01-20 | protective_adult_assessed | 2024-06-01

        another factor
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-02 | 4B

        assessments were not supplied
        assessment_factors not supplied as of 2024-06-01 expect unknown
    """,
)
