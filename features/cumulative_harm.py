"""What adds up: contacts, referrals, enquiries, plans and kinds of abuse.

How often a family is written about is also how often it is looked at.
"""

from riskaid.indicators import Indicator, codelist, days
from riskaid.records.tables import (
    assessment_factors,
    contacts,
    cp_plans,
    early_help,
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

CONTACTS_90D = Indicator(
    name="contacts_90d",
    value=contacts.count(last=days(90)),
    reads="How many contacts about the child were recorded in the last 90 days",
    unit="contacts",
    source="SSD ssd_contacts",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; some families are reported more",
    because="Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        the 90th day counts; the as-of day does not
        contacts as of 2024-06-01 expect 2
        date
        2024-03-02
        2024-03-03
        2024-05-31
        2024-06-01

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

CONTACTS_RATE_OF_CHANGE_90D = Indicator(
    name="contacts_rate_of_change_90d",
    value=contacts.rate_of_change(last=days(90)),
    reads="How many more contacts about the child the last 90 days hold than the 90 "
    "days before them; below zero when there were fewer",
    unit="contacts",
    source="SSD ssd_contacts",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; nor is a fall a sign of safety",
    because="National review of Arthur and Star, 2022: information was not put "
    "together while it came in.",
    examples="""
        two since the 90th day, one from the 180th to the 91st
        contacts as of 2024-06-01 expect 1
        date
        2023-12-03
        2024-03-02
        2024-03-03
        2024-05-31

        the latest was entered too late
        contacts as of 2024-06-01 expect -1
        date       | known_from
        2023-12-04 |
        2024-05-31 | 2024-06-01

        the earlier window is not covered
        contacts from 2023-12-05 as of 2024-06-01 expect unknown
    """,
)

CONTACT_SOURCES_90D = Indicator(
    name="contact_sources_90d",
    value=contacts.count_distinct(contacts.source_code, last=days(90)),
    reads="How many different kinds of source made contact about the child in the last "
    "90 days",
    unit="kinds of source",
    source="SSD ssd_contacts",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true",
    because="Panel annual report 2023-24: poor sharing between services in 81% of "
    "incidents. Several who see the same weigh more than one who says it again.",
    examples="""
        two kinds, one of them twice; the day before the window does not count
        contacts as of 2024-06-01 expect 2
        date       | source_code
        2024-03-02 | 5A
        2024-03-03 | 2A
        2024-05-30 | 2A
        2024-05-31 | 6

        entered too late, and an empty source
        contacts as of 2024-06-01 expect 0
        date       | source_code | known_from
        2024-05-31 | 6           | 2024-06-01
        2024-05-30 |             |
    """,
)

POLICE_CONTACTS_365D = Indicator(
    name="police_contacts_365d",
    value=contacts.where(contacts.source_code == "6").count(last=days(365)),
    reads="How many contacts from the police about the child were recorded in the last "
    "year",
    unit="contacts",
    source="SSD cont_contact_source_code 6",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="an offence by the child or a parent; some places are policed more",
    because="Panel annual report 2023-24: domestic abuse in 47% of reviews, poor "
    "sharing between services in 81% of incidents.",
    examples="""
        the 365th day counts; a school does not
        contacts as of 2024-06-01 expect 1
        date       | source_code
        2023-06-01 | 6
        2023-06-02 | 6
        2024-05-01 | 2A

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | source_code | known_from
        2024-05-01 | 6           | 2024-06-01
    """,
)

FAMILY_OR_PUBLIC_CONTACTS_365D = Indicator(
    name="family_or_public_contacts_365d",
    value=contacts.where(
        contacts.source_code.is_in(codelist("family_and_neighbour_sources"))
    ).count(last=days(365)),
    reads="How many contacts from relatives, neighbours or people who gave no name "
    "were recorded in the last year",
    unit="contacts",
    source="SSD cont_contact_source_code 1A, 1B, 1D and 9",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; and calling it untrue lowers nothing",
    because="National review of Arthur and Star, 2022: concerns of the wider family "
    "not listened to, and called malicious without being looked into.",
    examples="""
        a relative on the 365th day, and somebody who gave no name
        contacts as of 2024-06-01 expect 2
        date       | source_code
        2023-06-01 | 1A
        2023-06-02 | 1A
        2024-05-01 | 9
        2024-05-01 | 6

        the outcome does not matter
        contacts as of 2024-06-01 expect 1
        date       | source_code | no_further_action
        2024-05-01 | 1B          | yes

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | source_code | known_from
        2024-05-01 | 1A          | 2024-06-01
    """,
)

CHILD_MADE_CONTACT = Indicator(
    name="child_made_contact",
    value=contacts.where(contacts.source_code == "1C").any(),
    reads="Whether the child ever made contact, within the history held; taking it "
    "back does not lower it",
    unit="yes or no",
    source="SSD cont_contact_source_code 1C",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="anything but a child asking; most children tell nobody in words",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews.",
    examples="""
        however long ago
        contacts as of 2024-06-01 expect yes
        date       | source_code
        2019-01-01 | 1C

        on the as-of day, entered too late, and somebody else
        contacts as of 2024-06-01 expect no
        date       | source_code | known_from
        2024-06-01 | 1C          | 2024-05-01
        2024-05-01 | 1C          | 2024-06-01
        2024-05-01 | 1A          |
    """,
)

REFERRALS_EVER = Indicator(
    name="referrals_ever",
    value=referrals.count(),
    reads="How many referrals of the child were ever recorded, within the history held",
    unit="referrals",
    source="SSD ssd_cin_episodes",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; some families are reported more",
    because="Goldacre and others, 2025: after a closure 32% were referred again within "
    "12 months, 58% within six years.",
    examples="""
        however long ago; the as-of day does not count
        referrals as of 2024-06-01 expect 2
        date
        2018-05-01
        2024-05-31
        2024-06-01

        entered too late
        referrals as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

CONCERNS_FADING_180D = Indicator(
    name="concerns_fading_180d",
    value=contacts.decayed(half_life=days(180), last=days(730))
    + referrals.decayed(half_life=days(180), last=days(730))
    + s47_enquiries.decayed(half_life=days(180), last=days(730)),
    reads="Contacts, referrals and section 47 enquiries of the last two years added "
    "up, each worth half as much after every 180 days",
    unit="records, fading",
    source="SSD ssd_contacts, ssd_cin_episodes, ssd_s47_enquiry; each weighs 1",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="whether what was said is true; how often a family is written about "
    "is also how often it is looked at",
    because="Panel annual report 2023-24: cumulative harm not considered, each event "
    "looked at by itself. The weights are equal and stand here.",
    examples="""
        a referral of 180 days ago is worth a half, an enquiry of 360 a quarter
        contacts as of 2024-06-01 expect 0.75
        date
        2022-06-01
        referrals
        date
        2023-12-04
        s47_enquiries
        date
        2023-06-07

        entered too late
        contacts as of 2024-06-01 expect 0
        date       | known_from
        2023-12-04 | 2024-06-01

        enquiries were not supplied
        contacts as of 2024-06-01 expect unknown
        date
        2024-05-01
        s47_enquiries not supplied
    """,
)

EARLY_HELP_NOT_TAKEN_UP_730D = Indicator(
    name="early_help_not_taken_up_730d",
    value=early_help.where(
        early_help.end_reason.is_in(codelist("early_help_not_taken_up"))
    ).count(last=days(730)),
    reads="How many times early help that began in the last two years is recorded as "
    "ended because it was not taken up",
    unit="episodes",
    source="SSD earl_episode_end_reason, in the words of early_help_not_taken_up.csv",
    family="cumulative_harm",
    more_means_more=None,
    not_a_sign_of="a parent's will; early help is voluntary, and may not have fitted",
    role="display",
    because="Serious case review of Matthew: help was declined, and what that meant "
    "for the child was not asked. Shown, never weighed: nobody is scored for saying no "
    "to a voluntary offer.",
    examples="""
        begun on the 730th day; one that met its aim does not count
        early_help as of 2024-06-01 expect 1
        date       | end        | end_reason
        2022-06-01 | 2022-08-01 | No consent
        2022-06-02 | 2022-08-01 | No consent
        2024-01-01 | 2024-03-01 | Met

        the reason was entered too late
        early_help as of 2024-06-01 expect 0
        date       | end        | end_reason | end_known_from
        2024-01-01 | 2024-03-01 | No consent | 2024-06-01

        early help was not supplied
        early_help not supplied as of 2024-06-01 expect unknown
    """,
)
