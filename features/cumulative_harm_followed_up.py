"""What adds up: what services made of it, and what cannot be seen."""

from riskaid.indicators import Gap, Prompt, codelist, days, number, window
from riskaid.records.tables import (
    assessment_factors,
    assessments,
    contacts,
    cp_plans,
    early_help,
    local_events,
    siblings,
)

NEGLECT_RECURRING = Prompt(
    name="neglect_recurring",
    when=(
        assessment_factors.where(assessment_factors.code == "16A").count(
            last=window("neglect_window")
        )
        >= number("neglect_assessments")
    )
    & ~cp_plans.is_open(),
    says="At least {neglect_assessments} assessments in {neglect_window} recorded "
    "neglect as a factor; no child protection plan is open.",
    asks="Has what the child has lived with over these years been set down in one "
    "place, rather than the latest event alone?",
    because="Research in Practice on serious case reviews: neglect is complex and "
    "cumulative. Panel annual report 2023-24: cumulative harm not considered.",
    family="cumulative_harm",
    examples="""
        twice, the first on the 730th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 16A
        2024-01-01 | 16A

        the first a day earlier
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 16A
        2024-01-01 | 16A

        there is a plan
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-06-02 | 16A
        2024-01-01 | 16A
        cp_plans
        date       | end
        2024-02-01 |

        the second was authorised too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2023-06-02 | 16A  |
        2024-04-01 | 16A  | 2024-06-05

        plans were not supplied
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2023-06-02 | 16A
        2024-01-01 | 16A
        cp_plans not supplied
    """,
)

SEVERAL_SOURCES_NOT_ASSESSED = Prompt(
    name="several_sources_not_assessed",
    when=(
        contacts.count_distinct(contacts.source_code, last=window("sources_window"))
        >= number("sources_many")
    )
    & (assessments.count(last=window("sources_window")) == 0),
    says="At least {sources_many} kinds of source made contact in {sources_window}; no "
    "assessment is recorded as begun in that time.",
    asks="Has what each of them sees been put side by side, and have they been told "
    "what became of it?",
    because="Panel annual report 2023-24: poor sharing between services in 81% of "
    "incidents. National review of Arthur and Star, 2022: information not shared.",
    family="cumulative_harm",
    examples="""
        three kinds, the first on the 90th day
        contacts as of 2024-06-01 expect yes
        date       | source_code
        2024-03-03 | 2A
        2024-04-01 | 6
        2024-05-31 | 1A

        two of them are the same
        contacts as of 2024-06-01 expect no
        date       | source_code
        2024-03-03 | 2A
        2024-04-01 | 2A
        2024-05-31 | 1A

        an assessment began
        contacts as of 2024-06-01 expect no
        date       | source_code
        2024-03-03 | 2A
        2024-04-01 | 6
        2024-05-31 | 1A
        assessments
        date
        2024-04-03

        the third was entered too late
        contacts as of 2024-06-01 expect no
        date       | source_code | known_from
        2024-03-03 | 2A          |
        2024-04-01 | 6           |
        2024-05-31 | 1A          | 2024-06-01

        contacts were not supplied
        contacts not supplied as of 2024-06-01 expect unknown
    """,
)

CHILD_CONTACT_NOT_ASSESSED = Prompt(
    name="child_contact_not_assessed",
    when=contacts.where(contacts.source_code == "1C").any(
        last=window("child_contact_window")
    )
    & (assessments.count(last=window("child_contact_window")) == 0),
    says="The child made contact in the last {child_contact_window}; no assessment is "
    "recorded as begun in that time.",
    asks="Has somebody met the child alone, listened, and said what happens next?",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews, and were not believed.",
    family="cumulative_harm",
    examples="""
        on the 90th day, not assessed
        contacts as of 2024-06-01 expect yes
        date       | source_code
        2024-03-03 | 1C

        a day earlier, or somebody else
        contacts as of 2024-06-01 expect no
        date       | source_code
        2024-03-02 | 1C
        2024-05-01 | 1A

        assessed, but entered too late
        contacts as of 2024-06-01 expect yes
        date       | source_code
        2024-05-01 | 1C
        assessments
        date       | known_from
        2024-05-02 | 2024-06-01

        assessed
        contacts as of 2024-06-01 expect no
        date       | source_code
        2024-05-01 | 1C
        assessments
        date
        2024-05-02

        assessments were not supplied
        contacts as of 2024-06-01 expect unknown
        date       | source_code
        2024-05-01 | 1C
        assessments not supplied
    """,
)

EARLY_HELP_NOT_TAKEN_UP_THEN_CONTACT = Prompt(
    name="early_help_not_taken_up_then_contact",
    when=early_help.where(
        early_help.end_reason.is_in(codelist("early_help_not_taken_up"))
    ).any(last=window("early_help_window"))
    & contacts.any(last=window("early_help_contact_window")),
    says="Early help begun in the last {early_help_window} ended without being taken "
    "up; a contact about the child came in the last {early_help_contact_window}.",
    asks="What made the offer hard to accept, what would fit better, and what does the "
    "child's day look like without it?",
    because="Serious case review of Matthew: help was declined, and what that meant "
    "for the child was not asked.",
    family="cumulative_harm",
    examples="""
        begun on the 365th day, a contact on the 90th
        early_help as of 2024-06-01 expect yes
        date       | end        | end_reason
        2023-06-02 | 2023-08-01 | Declined
        contacts
        date
        2024-03-03

        begun a day earlier
        early_help as of 2024-06-01 expect no
        date       | end        | end_reason
        2023-06-01 | 2023-08-01 | Declined
        contacts
        date
        2024-03-03

        it met its aim
        early_help as of 2024-06-01 expect no
        date       | end        | end_reason
        2023-06-02 | 2023-08-01 | Met
        contacts
        date
        2024-03-03

        the contact was entered too late
        early_help as of 2024-06-01 expect no
        date       | end        | end_reason
        2023-06-02 | 2023-08-01 | No consent
        contacts
        date       | known_from
        2024-05-31 | 2024-06-01

        early help was not supplied
        early_help not supplied as of 2024-06-01 expect unknown
        contacts
        date
        2024-05-31
    """,
)

NOT_BROUGHT_REPEATEDLY = Prompt(
    name="not_brought_repeatedly",
    when=local_events.where(local_events.kind == "was_not_brought").count(
        last=window("not_brought_window")
    )
    >= number("not_brought_appointments"),
    says="The child was not brought to at least {not_brought_appointments} health "
    "appointments in {not_brought_window}.",
    asks="Has somebody asked what stood in the way, and whether the child needs "
    "treatment now?",
    because="Community Care on published reviews, 2024-25: a death linked with a "
    "health condition that went untreated.",
    family="cumulative_harm",
    examples="""
        three, the first on the 365th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | was_not_brought
        2024-01-01 | was_not_brought
        2024-05-01 | was_not_brought

        the first a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind
        2023-06-01 | was_not_brought
        2024-01-01 | was_not_brought
        2024-05-01 | was_not_brought

        the third was recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind            | known_from
        2023-06-02 | was_not_brought |
        2024-01-01 | was_not_brought |
        2024-05-01 | was_not_brought | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

SIBLING_ON_PLAN_CHILD_NOT_ASSESSED = Prompt(
    name="sibling_on_plan_child_not_assessed",
    when=cp_plans.of(siblings).is_open()
    & ~cp_plans.is_open()
    & (assessments.count(last=window("sibling_assessment_window")) == 0),
    says="A brother or sister has a child protection plan, this child has none, and no "
    "assessment of this child is recorded as begun in the last "
    "{sibling_assessment_window}.",
    asks="Has this child's own daily life been looked at?",
    because="Panel annual report 2023-24: cumulative harm not considered. Chicago "
    "Tribune, 2017: a system that did not link siblings.",
    family="cumulative_harm",
    examples="""
        the brother's plan is open, the child was last assessed on the 181st day
        cp_plans as of 2024-06-01 expect yes
        person_id | date
        brother   | 2024-05-01
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01
        assessments
        date
        2023-12-03

        assessed on the 180th day
        cp_plans as of 2024-06-01 expect no
        person_id | date
        brother   | 2024-05-01
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01
        assessments
        date
        2023-12-04

        the child has a plan too
        cp_plans as of 2024-06-01 expect no
        person_id | date
        brother   | 2024-05-01
        child     | 2024-05-01
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        the brother's plan was entered too late
        cp_plans as of 2024-06-01 expect no
        person_id | date       | known_from
        brother   | 2024-05-01 | 2024-06-01
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        nobody said who belongs to whom
        cp_plans as of 2024-06-01 expect unknown
        household not supplied
    """,
)

CHILD_PROTECTION_PLAN_AGAIN = Prompt(
    name="child_protection_plan_again",
    when=cp_plans.is_open() & (cp_plans.count() >= 2),
    says="The child has a child protection plan now, and had one before.",
    asks="What did the earlier plan change and what not, and what is different in this "
    "one?",
    because="DfE 2024: 24.7% of plans are a second or later one. Panel annual report "
    "2023-24: cumulative harm not considered.",
    family="cumulative_harm",
    examples="""
        one ended, one open since the day before
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2019-01-01 | 2019-09-01
        2024-05-31 |

        none is open
        cp_plans as of 2024-06-01 expect no
        date       | end
        2019-01-01 | 2019-09-01
        2023-01-01 | 2024-05-31

        the first
        cp_plans as of 2024-06-01 expect no
        date       | end
        2024-01-01 |

        the second was entered too late
        cp_plans as of 2024-06-01 expect no
        date       | end        | known_from
        2019-01-01 | 2019-09-01 |
        2024-05-01 |            | 2024-06-01

        plans were not supplied
        cp_plans not supplied as of 2024-06-01 expect unknown
    """,
)

EARLY_HELP_NOT_SUPPLIED = Gap(
    name="early_help_not_supplied",
    when=~early_help.count(last=days(730)).is_known(),
    says="Whether the family was offered early help cannot be seen here.",
    closes_with="Ask the early help service what was offered, what fitted and what did "
    "not.",
    because="Serious case review of Matthew: help was declined, and what that meant "
    "for the child was not asked.",
    family="cumulative_harm",
    examples="""
        not supplied
        early_help not supplied as of 2024-06-01 expect yes

        it covers two years from their first day
        early_help from 2022-06-02 as of 2024-06-01 expect no

        it begins a day too late
        early_help from 2022-06-03 as of 2024-06-01 expect yes
    """,
)

SIBLING_RECORDS_NOT_KNOWN = Gap(
    name="sibling_records_not_known",
    when=~cp_plans.of(siblings).any().is_known(),
    says="What is recorded about brothers and sisters cannot be seen here.",
    closes_with="Ask who the child's brothers and sisters are, also those who live "
    "elsewhere, and look at their records.",
    because="Chicago Tribune, 2017: a system that did not link siblings. Panel annual "
    "report 2023-24: extended family overlooked.",
    family="cumulative_harm",
    examples="""
        nobody said who belongs to whom
        cp_plans as of 2024-06-01 expect yes
        household not supplied

        supplied, and there is none
        cp_plans as of 2024-06-01 expect no
        household

        the links ended before the day before
        cp_plans as of 2024-06-01 expect yes
        household to 2024-05-30
    """,
)

HEALTH_APPOINTMENTS_NOT_SUPPLIED = Gap(
    name="health_appointments_not_supplied",
    when=~local_events.count(last=days(365)).is_known(),
    says="Whether the child was brought to health appointments cannot be seen here.",
    closes_with="Ask the GP, the health visitor or school nurse and the dentist.",
    because="Community Care on published reviews, 2024-25: a death linked with a "
    "health condition that went untreated.",
    family="cumulative_harm",
    examples="""
        no such feed
        local_events not supplied as of 2024-06-01 expect yes

        it covers the year from its first day
        local_events from 2023-06-02 as of 2024-06-01 expect no

        it begins a day too late
        local_events from 2023-06-03 as of 2024-06-01 expect yes
    """,
)
