"""More of what is recorded about the adults around a child: who came, and with what.

An adult who came lately may bring a history that nobody in this household had. What the
police decided, what was withdrawn and what was called untrue lowers nothing here.
"""

from riskaid.indicators import Indicator, codelist, days
from riskaid.records.tables import (
    adult_events,
    assessment_factors,
    household,
    local_events,
)

ADULT_SEXUAL_RISK_HISTORY = Indicator(
    name="adult_sexual_risk_history",
    value=adult_events.where(adult_events.kind == "sexual_risk").of(household).any(),
    reads="Whether an adult now linked to the child is known as a sexual risk without "
    "an offence: by what somebody said, an order or a shared concern, however old",
    unit="yes or no",
    source="Adult events feed (police, probation), kind sexual_risk, through the "
    "household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="guilt, or what any other adult in the family did or knew",
    because="Panel review of sexual abuse in the family, 2024: a family member with a "
    "history of sexual offending or known sexual risk in a third of cases; agencies "
    "stopped when the police took no further action.",
    examples="""
        an allegation of twenty years ago about an adult now in the household
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2004-06-01 | sexual_risk
        household
        date
        2024-05-31

        linked only from the as-of day on
        adult_events as of 2024-06-01 expect no
        date       | kind
        2004-06-01 | sexual_risk
        household
        date       | known_from
        2024-06-01 | 2024-05-01

        shared too late
        adult_events as of 2024-06-01 expect no
        date       | kind        | known_from
        2004-06-01 | sexual_risk | 2024-06-01
        household
        date
        2020-01-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2020-01-01
    """,
)

DAYS_SINCE_ADULT_SEXUAL_OFFENCE = Indicator(
    name="days_since_adult_sexual_offence",
    value=adult_events.where(adult_events.kind == "sexual_offence")
    .of(household)
    .days_since_last(),
    reads="How many days ago the latest recorded sexual offence of an adult now linked "
    "to the child was",
    unit="days",
    source="Adult events feed (police, probation) through the household",
    family="adult_histories",
    more_means_more=None,
    not_a_sign_of="less to think about because it is long ago",
    role="display",
    because="Panel review of sexual abuse in the family, 2024: older offences "
    "overlooked. The date is shown for a reader; time never lowers anything.",
    examples="""
        the day before is one day
        adult_events as of 2024-06-01 expect 1
        date       | kind
        1994-06-01 | sexual_offence
        2024-05-31 | sexual_offence
        household
        date
        2020-01-01

        none is recorded
        adult_events as of 2024-06-01 expect unknown
        date       | kind
        2024-05-31 | violence
        household
        date
        2020-01-01

        the later one was shared too late
        adult_events as of 2024-06-01 expect 366
        date       | kind           | known_from
        2023-06-01 | sexual_offence |
        2024-05-31 | sexual_offence | 2024-06-01
        household
        date
        2020-01-01
    """,
)

ADULT_VIOLENCE_EVENTS_365D = Indicator(
    name="adult_violence_events_365d",
    value=adult_events.where(adult_events.kind.is_in("violence", "domestic_abuse"))
    .of(household)
    .count(last=days(365)),
    reads="How many records of violence or domestic abuse in the last year the adults "
    "now linked to the child have",
    unit="records",
    source="Adult events feed (police) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="what happened in this household, or who was hurt by whom",
    because="Panel annual report 2023-24: information of all agencies not used, other "
    "adults in the home overlooked; weak assessments in 62% of incidents.",
    examples="""
        the 365th day counts; another kind does not
        adult_events as of 2024-06-01 expect 2
        date       | kind
        2023-06-01 | violence
        2023-06-02 | violence
        2024-05-31 | domestic_abuse
        2024-05-31 | mental_health
        household
        date
        2018-01-01

        shared too late
        adult_events as of 2024-06-01 expect 0
        date       | kind     | known_from
        2024-01-01 | violence | 2024-06-01
        household
        date
        2018-01-01

        nobody said who lives with the child
        adult_events as of 2024-06-01 expect unknown
        household not supplied
    """,
)

ADULT_VIOLENCE_EVENTS_EVER = Indicator(
    name="adult_violence_events_ever",
    value=adult_events.where(adult_events.kind.is_in("violence", "domestic_abuse"))
    .of(household)
    .count(),
    reads="How many records of violence or domestic abuse the adults now linked to "
    "the child ever had, in other homes too",
    unit="records",
    source="Adult events feed (police, other councils) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="what happened in this household, or who was hurt by whom",
    because="The Myth of Invisible Men, 2021: men's histories with earlier partners "
    "and children not known to those who assessed.",
    examples="""
        however long ago; the as-of day does not count
        adult_events as of 2024-06-01 expect 2
        date       | kind
        1999-01-01 | violence
        2024-05-31 | domestic_abuse
        2024-06-01 | violence
        household
        date
        2018-01-01

        the adult came too late to be known
        adult_events as of 2024-06-01 expect 0
        date       | kind
        1999-01-01 | violence
        household
        date       | known_from
        2024-05-01 | 2024-06-01
    """,
)

NEW_ADULT_WITH_HISTORY_90D = Indicator(
    name="new_adult_with_history_90d",
    value=adult_events.where(adult_events.kind.is_in(codelist("adult_harm_kinds")))
    .of(household, since=days(90))
    .any(),
    reads="Whether an adult linked to the child in the last 90 days has any record "
    "of violence, abuse of a partner or a sexual offence",
    unit="yes or no",
    source="Adult events feed (police, probation) through links that began of late",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="harm in this household, or that a parent knew",
    because="Review of Isabella Jonas-Wheildon, 2025: a new partner known to several "
    "services, whose records were not examined.",
    examples="""
        linked on the 90th day, with an old record
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2009-01-01 | violence
        household
        date
        2024-03-03

        linked a day longer
        adult_events as of 2024-06-01 expect no
        date       | kind
        2009-01-01 | violence
        household
        date
        2024-03-02

        shared too late
        adult_events as of 2024-06-01 expect no
        date       | kind     | known_from
        2009-01-01 | violence | 2024-06-01
        household
        date
        2024-05-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2024-05-01
    """,
)

NEW_ADULTS_IN_HOUSEHOLD_365D = Indicator(
    name="new_adults_in_household_365d",
    value=household.where(
        household.role.is_in("mothers_partner", "fathers_partner", "other_adult")
    ).count(last=days(365)),
    reads="How many partners or other adults were recorded as joining the household in "
    "the last year",
    unit="adults",
    source="Relationship feed",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="harm by a new partner, or a parent's way of life",
    because="Panel annual report 2023-24: other adults in the home overlooked; role "
    "and history of partners not asked about.",
    examples="""
        the 365th day counts; a father does not
        household as of 2024-06-01 expect 2
        role            | date       | adult_id
        mothers_partner | 2023-06-01 | a
        mothers_partner | 2023-06-02 | b
        other_adult     | 2024-05-31 | c
        father          | 2024-05-01 | d

        recorded too late
        household as of 2024-06-01 expect 0
        role        | date       | known_from
        other_adult | 2024-05-01 | 2024-06-01
    """,
)

ADULT_MENTAL_HEALTH_EVENTS_730D = Indicator(
    name="adult_mental_health_events_730d",
    value=adult_events.where(adult_events.kind == "mental_health")
    .of(household)
    .count(last=days(730)),
    reads="How many records of mental health needs in the last two years adult "
    "services shared about adults now linked to the child",
    unit="records",
    source="Adult events feed (adult social care, health) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="being a worse parent, or a reason not to ask for help",
    because="Panel annual report 2023-24: a mental health condition of a parent or "
    "other adult in 53% of reviews.",
    examples="""
        the 730th day counts
        adult_events as of 2024-06-01 expect 1
        date       | kind
        2022-06-01 | mental_health
        2022-06-02 | mental_health
        household
        date
        2018-01-01

        shared too late
        adult_events as of 2024-06-01 expect 0
        date       | kind          | known_from
        2024-04-01 | mental_health | 2024-06-01
        household
        date
        2018-01-01
    """,
)

ADULT_SUBSTANCE_EVENTS_730D = Indicator(
    name="adult_substance_events_730d",
    value=adult_events.where(adult_events.kind == "substance_misuse")
    .of(household)
    .count(last=days(730)),
    reads="How many records of alcohol or drug misuse in the last two years adult "
    "services shared about adults now linked to the child",
    unit="records",
    source="Adult events feed (adult social care, health) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="being a worse parent, or a reason not to ask for help",
    because="Panel annual report 2023-24: addiction or substance misuse of a parent or "
    "other adult in 43% of reviews.",
    examples="""
        the 730th day counts
        adult_events as of 2024-06-01 expect 1
        date       | kind
        2022-06-01 | substance_misuse
        2022-06-02 | substance_misuse
        household
        date
        2018-01-01

        the link had ended
        adult_events as of 2024-06-01 expect 0
        date       | kind
        2024-04-01 | substance_misuse
        household
        date       | end
        2018-01-01 | 2024-05-31

        that end was recorded too late
        adult_events as of 2024-06-01 expect 1
        date       | kind
        2024-04-01 | substance_misuse
        household
        date       | end        | end_known_from
        2018-01-01 | 2024-05-31 | 2024-06-01
    """,
)

PARENTAL_NEEDS_TOGETHER_730D = Indicator(
    name="parental_needs_together_730d",
    value=assessment_factors.where(assessment_factors.code == "3B")
    .any(last=days(730))
    .as_number()
    + assessment_factors.where(assessment_factors.code == "4B")
    .any(last=days(730))
    .as_number()
    + assessment_factors.where(assessment_factors.code.is_in("1B", "2B"))
    .any(last=days(730))
    .as_number(),
    reads="How many of three needs of a parent were found as factors in the last two "
    "years: domestic abuse, mental health, alcohol or drugs",
    unit="of three",
    source="SSD cinf_assessment_factors_json, codes 3B, 4B, 1B and 2B",
    family="adult_histories",
    more_means_more=None,
    not_a_sign_of="being a worse parent; each of the three stands by itself as well",
    role="display",
    because="Panel annual report 2023-24: domestic abuse in 47%, a parent's mental "
    "health in 53% and substance misuse in 43% of reviews. Shown as a sum; only the "
    "three by themselves are weighed.",
    examples="""
        drink and drugs are one; the 730th day counts
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2022-06-02 | 3B
        2024-01-01 | 1B
        2024-01-01 | 2B

        the day before the window, the child's own, and one known too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2022-06-01 | 3B   |
        2024-01-01 | 4A   |
        2024-04-01 | 4B   | 2024-06-01

        no assessments were supplied
        assessment_factors not supplied as of 2024-06-01 expect unknown
    """,
)

PARENT_KNOWN_AS_CHILD = Indicator(
    name="parent_known_as_child",
    value=adult_events.where(adult_events.kind == "known_as_child").of(household).any(),
    reads="Whether an adult now linked to the child was known to children's services "
    "as a child",
    unit="yes or no",
    source="Adult events feed (the council's own history), kind known_as_child",
    family="adult_histories",
    more_means_more=None,
    not_a_sign_of="how this adult cares; being helped as a child is no history of harm",
    role="audit_only",
    because="ACLU and HRDAG on the Allegheny tool, 2023: counting a parent's own "
    "contact with services watches families over generations. For the audit alone.",
    examples="""
        however long ago
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2001-01-01 | known_as_child
        household
        date
        2024-05-31

        found out too late
        adult_events as of 2024-06-01 expect no
        date       | kind           | known_from
        2001-01-01 | known_as_child | 2024-06-01
        household
        date
        2020-01-01
    """,
)

APPOINTMENTS_NOT_HELD_180D = Indicator(
    name="appointments_not_held_180d",
    value=local_events.where(local_events.kind == "appointment_not_held").count(
        last=days(180)
    ),
    reads="How many agreed visits or appointments in the last 180 days are recorded as "
    "not held, whoever called them off",
    unit="appointments",
    source="Local events feed, kind appointment_not_held",
    family="adult_histories",
    more_means_more=None,
    not_a_sign_of="a parent's will to work with anybody; services call off visits too",
    role="display",
    because="National review of Arthur and Star, 2022: reluctant or sporadic contact "
    "not followed up.",
    examples="""
        the 180th day counts
        local_events as of 2024-06-01 expect 1
        date       | kind
        2023-12-03 | appointment_not_held
        2023-12-04 | appointment_not_held
        2024-05-01 | missing_debrief

        recorded too late
        local_events as of 2024-06-01 expect 0
        date       | kind                 | known_from
        2024-05-01 | appointment_not_held | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)
