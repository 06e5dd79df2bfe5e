"""Recorded histories of the adults around a child, however old.

An adult's record counts for a child when the adult is linked to the child as of the
date. A history of sexual offending never fades, whatever its age.
"""

from riskaid.indicators import Indicator, Prompt, days, months
from riskaid.records.tables import (
    adult_events,
    assessment_factors,
    assessments,
    household,
)

ADULT_SEXUAL_OFFENCE_HISTORY = Indicator(
    name="adult_sexual_offence_history",
    value=adult_events.where(adult_events.kind == "sexual_offence").of(household).any(),
    reads="Whether an adult now linked to the child has a recorded sexual offence, "
    "however old",
    unit="yes or no",
    source="Adult events feed (police, probation) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="what any other adult in the family did or knew",
    because="Panel review of sexual abuse in the family, 2024: a family member with a "
    "history of sexual offending or known sexual risk in a third of cases; older "
    "offences and offences against adults overlooked.",
    examples="""
        an offence of thirty years ago by an adult now in the household
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1994-06-01 | sexual_offence
        household
        date
        2024-05-31

        linked only from the as-of day on
        adult_events as of 2024-06-01 expect no
        date       | kind
        1994-06-01 | sexual_offence
        household
        date       | known_from
        2024-06-01 | 2024-05-01

        the link had ended
        adult_events as of 2024-06-01 expect no
        date       | kind
        1994-06-01 | sexual_offence
        household
        date       | end
        2020-01-01 | 2024-05-31

        the end of the link was not known yet
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1994-06-01 | sexual_offence
        household
        date       | end        | end_known_from
        2020-01-01 | 2024-05-31 | 2024-06-01

        shared by the police too late
        adult_events as of 2024-06-01 expect no
        date       | kind           | known_from
        1994-06-01 | sexual_offence | 2024-06-01
        household
        date
        2020-01-01

        another kind of record
        adult_events as of 2024-06-01 expect no
        date       | kind
        2019-06-01 | violence
        household
        date
        2020-01-01

        another adult, not linked to the child
        adult_events as of 2024-06-01 expect no
        person_id | date       | kind
        other     | 1994-06-01 | sexual_offence
        household
        adult_id | date
        mother   | 2020-01-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2020-01-01
    """,
)

ADULT_VIOLENCE_EVENTS_5Y = Indicator(
    name="adult_violence_events_5y",
    value=adult_events.where(adult_events.kind.is_in("violence", "domestic_abuse"))
    .of(household)
    .count(last=months(60)),
    reads="How many records of violence or domestic abuse in the last five years the "
    "adults now linked to the child have",
    unit="records",
    source="Adult events feed (police) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="what happened in this household, or who was hurt by whom",
    because="Panel annual report 2023-24: men's histories, also towards earlier "
    "partners and their children, not known to those who assessed. The Myth of "
    "Invisible Men, 2021.",
    examples="""
        sixty months back by the calendar; the first day counts
        adult_events as of 2024-02-29 expect 2
        date       | kind
        2019-02-27 | violence
        2019-02-28 | violence
        2024-02-28 | domestic_abuse
        2024-02-29 | violence
        household
        date
        2018-01-01

        an adult linked twice is counted once
        adult_events as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | violence
        household
        date       | strength
        2018-01-01 | strong
        2019-01-01 | weak

        two adults, one of them known to be linked too late
        adult_events as of 2024-06-01 expect 1
        person_id | date       | kind
        mother    | 2023-06-01 | violence
        partner   | 2023-06-01 | violence
        household
        adult_id | date       | known_from
        mother   | 2018-01-01 |
        partner  | 2024-01-01 | 2024-06-01
    """,
)

PREVIOUS_CHILD_REMOVED_HISTORY = Indicator(
    name="previous_child_removed_history",
    value=adult_events.where(adult_events.kind == "previous_child_removed")
    .of(household)
    .any(),
    reads="Whether an earlier child of an adult now linked to the child was recorded "
    "as removed",
    unit="yes or no",
    source="Adult events feed (other councils, adult services) through the household",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="how this adult cares now",
    because="Panel annual report 2023-24: family history in other areas not sought.",
    examples="""
        recorded however long ago
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2006-01-01 | previous_child_removed
        household
        date
        2020-01-01

        shared too late
        adult_events as of 2024-06-01 expect no
        date       | kind                   | known_from
        2006-01-01 | previous_child_removed | 2024-06-01
        household
        date
        2020-01-01

        nobody said who lives with the child
        adult_events as of 2024-06-01 expect unknown
        date       | kind
        2006-01-01 | previous_child_removed
        household not supplied
    """,
)

NEW_ADULT_IN_HOUSEHOLD_90D = Indicator(
    name="new_adult_in_household_90d",
    value=household.where(
        household.role.is_in("mothers_partner", "fathers_partner", "other_adult")
    ).count(last=days(90)),
    reads="How many partners or other adults were recorded as joining the household in "
    "the last 90 days",
    unit="adults",
    source="Relationship feed",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="harm by a new partner",
    because="Review of Isabella Jonas-Wheildon, 2025: a new partner known to several "
    "services, whose records were not examined.",
    examples="""
        the 90th day counts; parents do not
        household as of 2024-06-01 expect 1
        role            | date       | adult_id
        mothers_partner | 2024-03-02 | a
        mothers_partner | 2024-03-03 | b
        mother          | 2024-05-01 | c

        recorded too late
        household as of 2024-06-01 expect 0
        role        | date       | known_from
        other_adult | 2024-05-01 | 2024-06-01

        nobody knows since when
        household as of 2024-06-01 expect 0
        role        | date
        other_adult |
    """,
)

PARENTAL_MENTAL_HEALTH_730D = Indicator(
    name="parental_mental_health_730d",
    value=assessment_factors.where(assessment_factors.code == "4B").any(last=days(730)),
    reads="Whether a parent's mental health was recorded as a factor in the last two "
    "years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 4B",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="being a worse parent, or a reason not to ask for help",
    because="Panel annual report 2023-24: a parent's mental health in 53% of reviews. "
    "DfE 2024: 32.7% of assessments.",
    examples="""
        the 730th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 4B

        the day before the window, and another code
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 4B
        2024-01-01 | 4A

        known when the assessment was authorised, too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 4B   | 2024-06-05
    """,
)

PARENTAL_SUBSTANCE_MISUSE_730D = Indicator(
    name="parental_substance_misuse_730d",
    value=assessment_factors.where(assessment_factors.code.is_in("1B", "2B")).any(
        last=days(730)
    ),
    reads="Whether a parent's alcohol or drug misuse was recorded as a factor in the "
    "last two years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 1B and 2B",
    family="adult_histories",
    more_means_more=True,
    not_a_sign_of="being a worse parent, or a reason not to ask for help",
    because="Panel annual report 2023-24: addiction or substance misuse of a parent in "
    "43% of reviews. DfE 2024: alcohol 14.3%, drugs 14.0% of assessments.",
    examples="""
        alcohol, on the 730th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 1B

        the child's own, and somebody else's
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 1A
        2024-01-01 | 2C

        known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 2B   | 2024-06-01
    """,
)

SEXUAL_OFFENCE_ADULT_NO_ASSESSMENT_SINCE = Prompt(
    name="sexual_offence_adult_no_assessment_since",
    when=adult_events.where(adult_events.kind == "sexual_offence").of(household).any()
    & (
        (assessments.count() == 0)
        | (assessments.days_since_last() > household.days_since_last())
    ),
    says="An adult now linked to the child has a recorded sexual offence; no "
    "assessment is recorded as begun since an adult was last linked.",
    asks="Has the contact this adult has with the child been assessed by more than one "
    "agency?",
    because="Panel review of sexual abuse in the family, 2024: no assessment when an "
    "adult with such a history moved in; any conviction or allegation, spent or "
    "unspent, should lead to a discussion between agencies.",
    family="adult_histories",
    examples="""
        the adult came after the last assessment
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1994-06-01 | sexual_offence
        household
        date
        2024-05-01
        assessments
        date
        2024-04-30

        an assessment began on the day the adult came
        adult_events as of 2024-06-01 expect no
        date       | kind
        1994-06-01 | sexual_offence
        household
        date
        2024-05-01
        assessments
        date
        2024-05-01

        that assessment was recorded too late
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1994-06-01 | sexual_offence
        household
        date
        2024-05-01
        assessments
        date       | known_from
        2024-05-01 | 2024-06-01

        no assessment at all; nobody knows since when the adult is linked
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1994-06-01 | sexual_offence
        household
        date | role
             | other_adult

        assessed once, but nobody knows since when the adult is linked
        adult_events as of 2024-06-01 expect unknown
        date       | kind
        1994-06-01 | sexual_offence
        household
        date | role
             | other_adult
        assessments
        date
        2024-05-01

        no adult histories were supplied: a question, never an accusation
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2024-05-01
    """,
)
