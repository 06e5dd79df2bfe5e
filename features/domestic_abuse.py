"""Domestic abuse recorded in the child's home."""

from riskaid.indicators import Indicator, Prompt, codelist, days
from riskaid.records.tables import (
    adult_events,
    assessment_factors,
    assessments,
    domestic_abuse_incidents,
    household,
    local_events,
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

DOMESTIC_ABUSE_INCIDENTS_90D = Indicator(
    name="domestic_abuse_incidents_90d",
    value=domestic_abuse_incidents.count(last=days(90)),
    reads="How many domestic abuse incidents the police recorded in the child's home "
    "in the last 90 days",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="Panel annual report 2023-24: domestic abuse in 47% of reviews; 50% the "
    "year before.",
    examples="""
        the 90th day counts; the as-of day does not
        domestic_abuse_incidents as of 2024-06-01 expect 2
        date
        2024-03-02
        2024-03-03
        2024-05-31
        2024-06-01

        notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | known_from
        2024-05-20 | 2024-06-01

        no police feed
        domestic_abuse_incidents not supplied as of 2024-06-01 expect unknown
    """,
)

DOMESTIC_ABUSE_RATE_OF_CHANGE_180D = Indicator(
    name="domestic_abuse_rate_of_change_180d",
    value=domestic_abuse_incidents.rate_of_change(last=days(180)),
    reads="How many more domestic abuse incidents the last 180 days hold than the 180 "
    "days before them; below zero when there were fewer",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed; nor is a fall a sign of "
    "safety, because less may be told",
    because="SafeLives MARAC criteria: three or more events in 12 months are potential "
    "escalation.",
    examples="""
        two since the 180th day, one from the 360th to the 181st
        domestic_abuse_incidents as of 2024-06-01 expect 1
        date
        2023-06-06
        2023-06-07
        2023-12-04
        2024-05-31

        one of them was notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | known_from
        2023-12-03 |
        2023-12-04 |
        2024-05-20 | 2024-06-01

        the feed begins inside the earlier window
        domestic_abuse_incidents from 2023-06-08 as of 2024-06-01 expect unknown
    """,
)

DOMESTIC_ABUSE_AGAIN_WITHIN_30D_365D = Indicator(
    name="domestic_abuse_again_within_30d_365d",
    value=domestic_abuse_incidents.sequence(
        domestic_abuse_incidents, within=days(30), last=days(365)
    ),
    reads="How many domestic abuse incidents of the last year were followed by another "
    "within 30 days",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="SafeLives MARAC criteria: three or more events in 12 months are potential "
    "escalation. Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        on the 30th day after, and not on the 31st
        domestic_abuse_incidents as of 2024-06-01 expect 1
        date
        2024-01-01
        2024-02-01
        2024-04-01
        2024-05-01

        the second was notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | known_from
        2024-04-01 |
        2024-05-01 | 2024-06-01
    """,
)

DOMESTIC_ABUSE_CHILD_PRESENT_365D = Indicator(
    name="domestic_abuse_child_present_365d",
    value=domestic_abuse_incidents.where(
        domestic_abuse_incidents.child_present == "yes"
    ).count(last=days(365)),
    reads="At how many domestic abuse incidents of the last year the police recorded "
    "the child as present",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed; a child who was not there "
    "lives with it too",
    because="Domestic Abuse Act 2021, section 3: a child who sees, hears or lives with "
    "the effects is a victim.",
    examples="""
        present, on the 365th day; no and not recorded do not count
        domestic_abuse_incidents as of 2024-06-01 expect 1
        date       | child_present
        2023-06-01 | yes
        2023-06-02 | yes
        2024-05-01 | no
        2024-05-02 |

        notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | child_present | known_from
        2024-05-20 | yes           | 2024-06-01
    """,
)

DOMESTIC_ABUSE_MEDIUM_OR_HIGH_365D = Indicator(
    name="domestic_abuse_medium_or_high_365d",
    value=domestic_abuse_incidents.where(
        domestic_abuse_incidents.grade.is_in("medium", "high")
    ).count(last=days(365)),
    reads="How many domestic abuse incidents of the last year the police graded medium "
    "or high",
    unit="incidents",
    source="Police domestic abuse feed",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="SafeLives MARAC criteria: judgement should not lower a grade.",
    examples="""
        the 365th day counts; standard does not
        domestic_abuse_incidents as of 2024-06-01 expect 2
        date       | grade
        2023-06-01 | high
        2023-06-02 | medium
        2024-05-01 | standard
        2024-05-02 | high

        notified too late
        domestic_abuse_incidents as of 2024-06-01 expect 0
        date       | grade  | known_from
        2024-05-20 | medium | 2024-06-01
    """,
)

DOMESTIC_ABUSE_OF_CHILD_730D = Indicator(
    name="domestic_abuse_of_child_730d",
    value=assessment_factors.where(assessment_factors.code == "3A").any(last=days(730)),
    reads="Whether domestic abuse of the child was recorded as a factor in the last "
    "two years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 3A",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who was harmed",
    because="DfE 2024: domestic abuse of the child in 10.9% of assessments. The child "
    "is a victim in their own right.",
    examples="""
        the 730th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 3A

        before the window, or of a parent
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 3A
        2024-01-01 | 3B

        known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 3A   | 2024-06-01
    """,
)

ADULT_DOMESTIC_ABUSE_HISTORY = Indicator(
    name="adult_domestic_abuse_history",
    value=adult_events.where(adult_events.kind == "domestic_abuse").of(household).any(),
    reads="Whether an adult now linked to the child was ever recorded as the one who "
    "abused a partner, in this household or another",
    unit="yes or no",
    source="Adult events feed (police, probation) through the household",
    family="domestic_abuse",
    more_means_more=True,
    not_a_sign_of="a failure of the parent who may be harmed now",
    because="Panel annual report 2023-24: abuse towards earlier partners not known to "
    "those who assessed. Review of Isabella Jonas-Wheildon, 2025.",
    examples="""
        twelve years ago, towards another partner
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2012-01-01 | domestic_abuse
        household
        date
        2024-05-31

        linked from the as-of day on
        adult_events as of 2024-06-01 expect no
        date       | kind
        2012-01-01 | domestic_abuse
        household
        date       | known_from
        2024-06-01 | 2024-05-01

        shared too late
        adult_events as of 2024-06-01 expect no
        date       | kind           | known_from
        2012-01-01 | domestic_abuse | 2024-06-01
        household
        date
        2020-01-01
    """,
)

PARTNER_LEFT_HOUSEHOLD_90D = Indicator(
    name="partner_left_household_90d",
    value=household.where(
        household.role.is_in("father", "mothers_partner", "fathers_partner")
    ).open_at(days(90))
    & ~household.where(
        household.role.is_in("father", "mothers_partner", "fathers_partner")
    ).is_open(),
    reads="Whether a father or a parent's partner was linked to the child 90 days ago, "
    "and none is now",
    unit="yes or no",
    source="Relationship feed",
    family="domestic_abuse",
    more_means_more=None,
    not_a_sign_of="danger, nor safety: abuse may go on after a separation",
    role="display",
    because="Panel annual report 2023-24: a mother's account of separation accepted, "
    "the danger of contact not looked at. Review of Isabella Jonas-Wheildon, 2025.",
    examples="""
        linked on the day before the 90th, ended since
        household as of 2024-06-01 expect yes
        role            | date       | end
        mothers_partner | 2024-03-02 | 2024-05-31

        still linked
        household as of 2024-06-01 expect no
        role            | date       | end
        mothers_partner | 2024-03-02 |

        came on the 90th day and left: not linked before it
        household as of 2024-06-01 expect no
        role            | date       | end
        mothers_partner | 2024-03-03 | 2024-05-31

        the end was recorded too late
        household as of 2024-06-01 expect no
        role   | date       | end        | end_known_from
        father | 2020-01-01 | 2024-05-01 | 2024-06-01

        nobody supplied who lives with whom
        household not supplied as of 2024-06-01 expect unknown
    """,
)

MARAC_HEARD_365D = Indicator(
    name="marac_heard_365d",
    value=local_events.where(local_events.kind == "marac_heard").count(last=days(365)),
    reads="How many times in the last year the family's case was heard at a "
    "multi-agency risk assessment conference (MARAC)",
    unit="hearings",
    source="Local events feed (MARAC), kind marac_heard",
    family="domestic_abuse",
    more_means_more=None,
    not_a_sign_of="a failure of the parent who was harmed",
    role="display",
    because="SafeLives MARAC criteria: high by the checklist or by judgement, or again "
    "within 12 months. Shown, not weighed, because whether the feed holds MARAC at all "
    "is not known to the store.",
    examples="""
        the 365th day counts
        local_events as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | marac_heard
        2023-06-02 | marac_heard

        recorded too late
        local_events as of 2024-06-01 expect 0
        date       | kind        | known_from
        2024-05-01 | marac_heard | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

STRANGULATION_OR_WEAPON_EVER = Indicator(
    name="strangulation_or_weapon_ever",
    value=local_events.where(
        local_events.kind.is_in(codelist("abuse_most_dangerous"))
    ).any(),
    reads="Whether somebody near the child was ever strangled, or met with a "
    "weapon, in domestic abuse",
    unit="yes or no",
    source="Local events feed (police, DASH checklist), kinds strangulation and weapon",
    family="domestic_abuse",
    more_means_more=None,
    not_a_sign_of="a failure of the parent who was harmed",
    role="display",
    because="SafeLives DASH checklist asks for both. Review of Isabella "
    "Jonas-Wheildon, 2025: violence towards an earlier partner not examined.",
    examples="""
        however long ago
        local_events as of 2024-06-01 expect yes
        date       | kind
        2015-01-01 | strangulation

        on the as-of day, recorded too late, and another kind
        local_events as of 2024-06-01 expect no
        date       | kind             | known_from
        2024-06-01 | weapon           | 2024-05-01
        2024-05-01 | weapon           | 2024-06-01
        2024-05-01 | coercive_control |

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

COERCIVE_CONTROL_365D = Indicator(
    name="coercive_control_365d",
    value=local_events.where(local_events.kind == "coercive_control").any(
        last=days(365)
    ),
    reads="Whether control by threat or isolation was recorded around the child in the "
    "last year, by any service",
    unit="yes or no",
    source="Local events feed (police, housing, health), kind coercive_control",
    family="domestic_abuse",
    more_means_more=None,
    not_a_sign_of="a failure of the parent who was harmed",
    role="display",
    because="Review of Isabella Jonas-Wheildon, 2025: what housing officers had seen "
    "was not put together with the rest.",
    examples="""
        seen by a housing officer on the 365th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | coercive_control

        a day earlier, and one recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind             | known_from
        2023-06-01 | coercive_control |
        2024-05-01 | coercive_control | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)
