"""What adds up: contacts, referrals, enquiries, plans and kinds of abuse.

How often a family is written about is also how often it is looked at.
"""

from riskaid.indicators import Indicator, days
from riskaid.records.tables import (
    assessment_factors,
    contacts,
    cp_plans,
    referrals,
    s47_enquiries,
    sdq_scores,
)

CONTACTS_365D = Indicator(
    name="contacts_365d",
    value=contacts.count(last=days(365)),
    reads="How many contacts about the child were recorded in the last year",
    unit="contacts",
    source="SSD ssd_contacts",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; some families are reported more",
    because="Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        the 365th day counts; the as-of day does not
        contacts as of 2024-06-01 expect 2
        date
        2023-06-01
        2023-06-02
        2024-05-31
        2024-06-01

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

CONTACT_SOURCES_365D = Indicator(
    name="contact_sources_365d",
    value=contacts.count_distinct(contacts.source_code, last=days(365)),
    reads="How many different kinds of source made contact about the child in the last "
    "year",
    unit="kinds of source",
    source="SSD ssd_contacts",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true",
    because="Panel annual report 2023-24: poor sharing between services in 81% of "
    "incidents.",
    examples="""
        two kinds inside the window, one outside it, one empty
        contacts as of 2024-06-01 expect 2
        date       | source_code
        2023-06-01 | 5A
        2023-06-02 | 2B
        2024-05-30 | 2B
        2024-05-31 | 1A
        2024-05-31 |

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | source_code | known_from
        2024-05-31 | 5A          | 2024-06-01
    """,
)

REFERRALS_365D = Indicator(
    name="referrals_365d",
    value=referrals.count(last=days(365)),
    reads="How many referrals of the child were recorded in the last year",
    unit="referrals",
    source="SSD ssd_cin_episodes",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; some families are reported more",
    because="DfE 2024: 22.4% of referrals within 12 months of another, from 7% to 45% "
    "between councils.",
    examples="""
        the 365th day counts; the as-of day does not
        referrals as of 2024-06-01 expect 1
        date
        2023-06-01
        2023-06-02
        2024-06-01

        the decision does not matter, nor does a closure
        referrals as of 2024-06-01 expect 2
        date       | no_further_action | end
        2023-12-01 | yes               |
        2024-01-01 | no                | 2024-02-01

        entered too late
        referrals as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

DAYS_SINCE_LAST_REFERRAL = Indicator(
    name="days_since_last_referral",
    value=referrals.days_since_last(),
    reads="How many days ago the last recorded referral was",
    unit="days",
    source="SSD ssd_cin_episodes",
    family="cumulative_harm",
    more_means_more=None,
    not_a_sign_of="anything by itself",
    role="display",
    because="A date helps a reader to place what is recorded.",
    examples="""
        the day before is one day
        referrals as of 2024-03-01 expect 1
        date
        2023-01-01
        2024-02-29

        known too late, so the one before it
        referrals as of 2024-03-01 expect 60
        date       | known_from
        2024-01-01 |
        2024-02-29 | 2024-03-01

        none is recorded
        referrals as of 2024-03-01 expect unknown
    """,
)

S47_ENQUIRIES_730D = Indicator(
    name="s47_enquiries_730d",
    value=s47_enquiries.count(last=days(730)),
    reads="How many section 47 enquiries about the child were recorded as begun in the "
    "last two years",
    unit="enquiries",
    source="SSD ssd_s47_enquiry",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="what any enquiry found",
    because="Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        the 730th day counts
        s47_enquiries as of 2024-06-01 expect 1
        date
        2022-06-01
        2022-06-02

        entered too late
        s47_enquiries as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

CP_PLANS_BEFORE = Indicator(
    name="cp_plans_before",
    value=cp_plans.count(),
    reads="How many child protection plans of the child are recorded, within the "
    "history held",
    unit="plans",
    source="SSD ssd_cp_plans",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="a plan that did not work",
    because="DfE 2024: 24.7% of plans are a second or later one.",
    examples="""
        however long ago; the as-of day does not count
        cp_plans as of 2024-06-01 expect 2
        date       | end
        2018-05-01 | 2019-01-01
        2024-05-31 |
        2024-06-01 |

        entered too late
        cp_plans as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

ABUSE_KINDS_RECORDED = Indicator(
    name="abuse_kinds_recorded",
    value=assessment_factors.where(
        assessment_factors.code.is_in("16A", "17A", "18B", "18C", "19B", "19C")
    ).count_distinct(assessment_factors.code),
    reads="How many kinds of abuse or neglect assessments recorded as a factor, within "
    "the history held",
    unit="codes",
    source="SSD cinf_assessment_factors_json, codes 16A to 19C",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="who did what",
    because="Panel review of sexual abuse in the family, 2024: another kind of harm in "
    "56% of cases; sexual abuse lost sight of behind it.",
    examples="""
        two kinds, one of them twice, and a code of another sort
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2015-01-01 | 16A
        2024-05-31 | 16A
        2024-05-31 | 18C
        2024-05-31 | 3B

        on the as-of day, and known too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2024-06-01 | 16A  | 2024-05-01
        2024-04-01 | 17A  | 2024-06-05
    """,
)

SDQ_LATEST = Indicator(
    name="sdq_latest",
    value=sdq_scores.latest(sdq_scores.score, last=days(730)),
    reads="The latest strengths and difficulties score of the child in the last two "
    "years",
    unit="points of 40",
    source="SSD ssd_sdq_scores",
    family="cumulative_harm",
    more_means_more=None,
    not_a_sign_of="a diagnosis",
    role="display",
    because="Panel annual report 2023-24: the child's own mental health in 22% of "
    "reviews.",
    examples="""
        the later of two inside the window
        sdq_scores as of 2024-06-01 expect 12
        date       | score
        2022-06-01 | 30
        2022-06-02 | 20
        2024-05-31 | 12
        2024-06-01 | 3

        known too late
        sdq_scores as of 2024-06-01 expect unknown
        date       | score | known_from
        2024-05-31 | 12    | 2024-06-01
    """,
)
