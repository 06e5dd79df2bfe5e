"""Adults around a child: whether anybody looked, asked and wrote it down."""

from riskaid.indicators import Gap, Prompt, codelist, window
from riskaid.records.tables import (
    adult_events,
    assessments,
    household,
    local_events,
    referrals,
    s47_enquiries,
)

SEXUAL_RISK_ADULT_JOINED = Prompt(
    name="sexual_risk_adult_joined",
    when=adult_events.where(adult_events.kind.is_in(codelist("adult_sexual_kinds")))
    .of(household, since=window("new_adult_window"))
    .any()
    & (s47_enquiries.count(last=window("new_adult_window")) == 0),
    says="An adult with a recorded sexual offence or known sexual risk was linked to "
    "the child in the last {new_adult_window}; no section 47 enquiry is recorded in "
    "that time.",
    asks="Have the agencies talked about this adult and the child, however old the "
    "record is and whatever was decided then?",
    because="Panel review of sexual abuse in the family, 2024: no assessment when such "
    "an adult moved in; any conviction or allegation, spent or unspent, should lead to "
    "a discussion between agencies.",
    family="adult_histories",
    examples="""
        linked on the 90th day, an allegation of long ago
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1999-06-01 | sexual_risk
        household
        date
        2024-03-03

        linked a day longer
        adult_events as of 2024-06-01 expect no
        date       | kind
        1999-06-01 | sexual_offence
        household
        date
        2024-03-02

        an enquiry was begun
        adult_events as of 2024-06-01 expect no
        date       | kind
        1999-06-01 | sexual_offence
        household
        date
        2024-05-01
        s47_enquiries
        date
        2024-05-10

        that enquiry was recorded too late
        adult_events as of 2024-06-01 expect yes
        date       | kind
        1999-06-01 | sexual_offence
        household
        date
        2024-05-01
        s47_enquiries
        date       | known_from
        2024-05-10 | 2024-06-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2024-05-01
    """,
)

NEW_ADULT_HISTORY_NOT_ASSESSED = Prompt(
    name="new_adult_history_not_assessed",
    when=adult_events.where(adult_events.kind.is_in("violence", "domestic_abuse"))
    .of(household, since=window("new_adult_window"))
    .any()
    & (assessments.count(last=window("new_adult_window")) == 0),
    says="An adult with a recorded history of violence or domestic abuse was linked to "
    "the child in the last {new_adult_window}; no assessment is recorded as begun in "
    "that time.",
    asks="Has what other services know of this adult been read, and has the adult been "
    "met?",
    because="Review of Isabella Jonas-Wheildon, 2025: a new partner known to several "
    "services, whose records were not examined.",
    family="adult_histories",
    examples="""
        linked on the 90th day, no assessment since
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2012-06-01 | domestic_abuse
        household
        date
        2024-03-03
        assessments
        date
        2024-03-02

        linked a day longer
        adult_events as of 2024-06-01 expect no
        date       | kind
        2012-06-01 | domestic_abuse
        household
        date
        2024-03-02

        an assessment began, but it was recorded too late
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2012-06-01 | violence
        household
        date
        2024-05-01
        assessments
        date       | known_from
        2024-05-10 | 2024-06-01

        an assessment began
        adult_events as of 2024-06-01 expect no
        date       | kind
        2012-06-01 | violence
        household
        date
        2024-05-01
        assessments
        date
        2024-05-10

        nobody said who lives with the child
        adult_events as of 2024-06-01 expect unknown
        household not supplied
    """,
)

MALE_CARER_NOT_IN_ASSESSMENT = Prompt(
    name="male_carer_not_in_assessment",
    when=household.where(household.role.is_in("father", "mothers_partner")).is_open()
    & local_events.where(local_events.kind == "assessment_participant").any(
        last=window("assessment_participants_window")
    )
    & ~local_events.where(
        (local_events.kind == "assessment_participant")
        & local_events.code.is_in("father", "mothers_partner")
    ).any(last=window("assessment_participants_window")),
    says="A father or a mother's partner is linked to the child; others are recorded "
    "as taking part in an assessment in the last {assessment_participants_window}, and "
    "he is not.",
    asks="Has he been met and listened to, and does the assessment say what part he "
    "plays?",
    because="The Myth of Invisible Men, 2021: fathers and male carers absent from "
    "assessments. Panel annual report 2023-24: assessments not about the adult of "
    "concern.",
    family="adult_histories",
    examples="""
        only the mother took part, on the 365th day
        household as of 2024-06-01 expect yes
        role   | date
        father | 2020-01-01
        local_events
        date       | kind                   | code
        2023-06-02 | assessment_participant | mother

        he took part
        household as of 2024-06-01 expect no
        role   | date
        father | 2020-01-01
        local_events
        date       | kind                   | code
        2024-05-02 | assessment_participant | mother
        2024-05-02 | assessment_participant | father

        that was recorded too late
        household as of 2024-06-01 expect yes
        role            | date
        mothers_partner | 2020-01-01
        local_events
        date       | kind                   | code            | known_from
        2024-05-02 | assessment_participant | mother          |
        2024-05-02 | assessment_participant | mothers_partner | 2024-06-01

        nobody recorded who took part
        household as of 2024-06-01 expect no
        role   | date
        father | 2020-01-01

        no such feed
        household as of 2024-06-01 expect unknown
        role   | date
        father | 2020-01-01
        local_events not supplied
    """,
)

EARLIER_REMOVAL_NOT_CONSIDERED = Prompt(
    name="earlier_removal_not_considered",
    when=adult_events.where(adult_events.kind == "previous_child_removed")
    .of(household)
    .any()
    & referrals.any(last=window("earlier_removal_window"))
    & (assessments.count(last=window("earlier_removal_window")) == 0),
    says="An earlier child of an adult now linked to the child is recorded as removed; "
    "the child was referred in the last {earlier_removal_window}, and no assessment is "
    "recorded as begun in that time.",
    asks="Has the council that knew the earlier child been asked what happened, and "
    "the adult what is different now?",
    because="Panel annual report 2023-24: family history in other areas not sought.",
    family="adult_histories",
    examples="""
        referred on the 90th day, not assessed
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2006-01-01 | previous_child_removed
        household
        date
        2020-01-01
        referrals
        date
        2024-03-03

        referred a day earlier
        adult_events as of 2024-06-01 expect no
        date       | kind
        2006-01-01 | previous_child_removed
        household
        date
        2020-01-01
        referrals
        date
        2024-03-02

        assessed, but recorded too late
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2006-01-01 | previous_child_removed
        household
        date
        2020-01-01
        referrals
        date
        2024-05-01
        assessments
        date       | known_from
        2024-05-02 | 2024-06-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        referrals
        date
        2024-05-01
    """,
)

ADULT_CHECKS_NOT_RECORDED = Gap(
    name="adult_checks_not_recorded",
    when=household.where(
        household.role.is_in("mothers_partner", "fathers_partner", "other_adult")
    ).any(last=window("adult_checks_window"))
    & (
        ~local_events.any(last=window("adult_checks_window")).is_known()
        | (
            local_events.where(local_events.kind == "adult_check").count(
                last=window("adult_checks_window")
            )
            == 0
        )
        | (
            local_events.where(local_events.kind == "adult_check").days_since_last()
            > household.where(
                household.role.is_in(
                    "mothers_partner", "fathers_partner", "other_adult"
                )
            ).days_since_last()
        )
    ),
    says="A partner or other adult was linked to the child in the last "
    "{adult_checks_window}; no check with police, health or another council is "
    "recorded since.",
    closes_with="Ask the police, health and the councils where the adult lived before; "
    "record the day and the answer.",
    because="Panel annual report 2023-24: other adults in the home overlooked, not all "
    "agencies' information used; weak assessments in 62% of incidents.",
    family="adult_histories",
    examples="""
        linked on the 365th day, and no such feed
        household as of 2024-06-01 expect yes
        role            | date
        mothers_partner | 2023-06-02
        local_events not supplied

        linked a day longer
        household as of 2024-06-01 expect no
        role            | date
        mothers_partner | 2023-06-01

        checked on the day the adult came
        household as of 2024-06-01 expect no
        role            | date
        mothers_partner | 2024-05-01
        local_events
        date       | kind
        2024-05-01 | adult_check

        checked before this adult came
        household as of 2024-06-01 expect yes
        role            | date
        mothers_partner | 2024-05-01
        local_events
        date       | kind
        2024-04-30 | adult_check

        the check was recorded too late
        household as of 2024-06-01 expect yes
        role            | date
        mothers_partner | 2024-05-01
        local_events
        date       | kind        | known_from
        2024-05-02 | adult_check | 2024-06-01

        nobody supplied who lives with whom
        household not supplied as of 2024-06-01 expect unknown
    """,
)

WIDER_FAMILY_NOT_CONSULTED = Gap(
    name="wider_family_not_consulted",
    when=assessments.any(last=window("wider_family_window"))
    & (
        ~local_events.any(last=window("wider_family_window")).is_known()
        | (
            local_events.where(local_events.kind == "family_meeting").count(
                last=window("wider_family_window")
            )
            == 0
        )
    ),
    says="An assessment began in the last {wider_family_window}; no talk with the "
    "wider family, family group conference or family tree is recorded.",
    closes_with="Ask the child and the family who else matters, and talk with them; "
    "record what they say, and if they may not be asked, why.",
    because="National review of Arthur and Star, 2022: concerns of the wider family "
    "not listened to.",
    family="adult_histories",
    examples="""
        assessed on the 180th day, and no such feed
        assessments as of 2024-06-01 expect yes
        date
        2023-12-04
        local_events not supplied

        a family group conference
        assessments as of 2024-06-01 expect no
        date
        2024-05-01
        local_events
        date       | kind           | code
        2024-05-20 | family_meeting | conference

        that was recorded too late
        assessments as of 2024-06-01 expect yes
        date
        2024-05-01
        local_events
        date       | kind           | known_from
        2024-05-20 | family_meeting | 2024-06-01

        no assessment of late
        assessments as of 2024-06-01 expect no
        date
        2023-12-03

        assessments were not supplied
        assessments not supplied as of 2024-06-01 expect unknown
    """,
)
