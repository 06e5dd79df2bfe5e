"""Sexual abuse: what was recorded, and what must not be lost again."""

from riskaid.indicators import Gap, Indicator, Prompt, codelist, days, number
from riskaid.records.tables import (
    assessment_factors,
    contacts,
    cp_plans,
    disabilities,
    local_events,
    persons,
    referrals,
    s47_enquiries,
    siblings,
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
    says="Sexual abuse was recorded as a factor before. A contact in the last 90 days "
    "was closed with no further action.",
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

SEXUAL_ABUSE_PLAN_EVER = Indicator(
    name="sexual_abuse_plan_ever",
    value=cp_plans.where(cp_plans.initial_category == "SAB").any(),
    reads="Whether there was ever a child protection plan for sexual abuse, as far "
    "back as the records go",
    unit="yes or no",
    source="SSD ssd_cp_plans, category SAB",
    family="sexual_abuse_signs",
    more_means_more=True,
    not_a_sign_of="who did what; most sexual abuse never leads to a plan for it",
    because="Panel review of sexual abuse in the family, 2024: concern about sexual "
    "abuse was lost behind other harm.",
    examples="""
        however long ago
        cp_plans as of 2024-06-01 expect yes
        date       | initial_category | end
        2016-01-01 | SAB              | 2016-09-01

        another category; and a plan that was entered too late
        cp_plans as of 2024-06-01 expect no
        date       | initial_category | known_from
        2023-01-01 | NEG              |
        2024-05-30 | SAB              | 2024-06-01

        on the as-of day
        cp_plans as of 2024-06-01 expect no
        date       | initial_category | known_from
        2024-06-01 | SAB              | 2024-05-30
    """,
)

SEXUAL_HARM_BY_CHILD_FACTOR_EVER = Indicator(
    name="sexual_harm_by_child_factor_ever",
    value=assessment_factors.where(assessment_factors.code == "19B").any(),
    reads="Whether sexual abuse by a child or young person was ever recorded as a "
    "factor, as far back as the records go",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 19B",
    family="sexual_abuse_signs",
    more_means_more=True,
    not_a_sign_of="which child did harm; a child who harms has often been harmed",
    because="Panel review of sexual abuse in the family, 2024: harm by brothers, "
    "sisters and cousins.",
    examples="""
        however long ago
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2017-01-01 | 19B

        by an adult is another code; known too late does not count
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-01-01 | 19C  |
        2024-03-28 | 19B  | 2024-06-01

        no assessments were supplied
        assessment_factors not supplied as of 2024-06-01 expect unknown
    """,
)

SEXUAL_ABUSE_FACTOR_OF_SIBLING_EVER = Indicator(
    name="sexual_abuse_factor_of_sibling_ever",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    )
    .of(siblings)
    .any(),
    reads="Whether sexual abuse was ever found as a factor for another child of the "
    "same mother or father",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 19B and 19C, through links of "
    "household",
    family="sexual_abuse_signs",
    more_means_more=True,
    not_a_sign_of="what happened to this child",
    because="Panel review of sexual abuse in the family, 2024: 193 children in 136 "
    "reviews; harm to one child did not lead to a look at the others.",
    examples="""
        the other child of the mother, however long ago
        assessment_factors as of 2024-06-01 expect yes
        person_id | date       | code
        sibling   | 2016-01-01 | 19C
        household
        person_id | date       | adult_id | role   | strength
        child     | 2018-01-01 | mother   | mother | strong
        sibling   | 2015-01-01 | mother   | mother | strong

        the child's own factor is not a sibling's
        assessment_factors as of 2024-06-01 expect no
        person_id | date       | code
        child     | 2023-01-01 | 19C
        household
        person_id | date       | adult_id | role   | strength
        child     | 2018-01-01 | mother   | mother | strong
        sibling   | 2015-01-01 | mother   | mother | strong

        known too late
        assessment_factors as of 2024-06-01 expect no
        person_id | date       | code | known_from
        sibling   | 2024-04-01 | 19C  | 2024-06-01
        household
        person_id | date       | adult_id | role   | strength
        child     | 2018-01-01 | mother   | mother | strong
        sibling   | 2015-01-01 | mother   | mother | strong
    """,
)

SEXUAL_ABUSE_POSSIBLE_SIGNS_365D = Indicator(
    name="sexual_abuse_possible_signs_365d",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_possible_signs"))
    ).count_distinct(assessment_factors.code, last=days(365)),
    reads="How many kinds of possible sign an assessment recorded in the last year: "
    "self-harm, distress, going missing, exploitation, harm by a child",
    unit="kinds",
    source="SSD cinf_assessment_factors_json, codes 4A, 10A, 11A, 15A and 19B",
    family="sexual_abuse_signs",
    more_means_more=None,
    role="display",
    not_a_sign_of="abuse by itself; each has many causes. It helps to look, and is "
    "never weighed",
    because="Centre of expertise on child sexual abuse, signs and indicators "
    "template: a help to look, not a tool to measure risk.",
    examples="""
        the 365th day counts; one kind twice is one
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2023-06-01 | 10A
        2023-06-02 | 15A
        2024-01-01 | 4A
        2024-02-01 | 4A

        known too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2024-03-01 | 15A  | 2024-06-01
    """,
)

SEXUAL_ABUSE_TOLD_EVER = Indicator(
    name="sexual_abuse_told_ever",
    value=local_events.where(
        local_events.kind == "sexual_abuse_told"
    ).days_since_first()
    >= 1,
    reads="Whether a record says that the child ever told or showed somebody of "
    "sexual abuse. Taking it back does not lower it. Not known where nothing is held",
    unit="yes or not known",
    source="Local records of kind sexual_abuse_told",
    family="sexual_abuse_signs",
    more_means_more=True,
    role="display",
    not_a_sign_of="who did what; and silence is no sign of safety",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews; taking it back was read as proof that it was untrue.",
    examples="""
        told once, long ago
        local_events as of 2024-06-01 expect yes
        date       | kind
        2014-05-01 | sexual_abuse_told

        nothing held is not known, never no
        local_events as of 2024-06-01 expect unknown
        date       | kind
        2024-05-01 | supervision

        written down too late
        local_events as of 2024-06-01 expect unknown
        date       | kind              | known_from
        2024-05-30 | sexual_abuse_told | 2024-06-01
    """,
)

SEXUAL_HEALTH_NOTICE_DAYS = Indicator(
    name="sexual_health_notice_days",
    value=local_events.where(
        (local_events.kind == "health_notice")
        & local_events.code.is_in(codelist("sexual_health_notices"))
    ).days_since_last(),
    reads="How many days ago a health service last told of a possible sign of sexual "
    "abuse. Not known where nothing is held",
    unit="days",
    source="Local records of kind health_notice",
    family="sexual_abuse_signs",
    more_means_more=None,
    role="display",
    not_a_sign_of="abuse by itself, or of blame",
    because="Panel review of sexual abuse in the family, 2024: signs seen by health "
    "services were not put together.",
    examples="""
        the day before is one day ago
        local_events as of 2024-06-01 expect 1
        date       | kind          | code
        2024-03-01 | health_notice | sti
        2024-05-31 | health_notice | pregnancy
        2024-06-01 | health_notice | sti

        told too late, and another notice
        local_events as of 2024-06-01 expect unknown
        date       | kind          | code   | known_from
        2024-05-20 | health_notice | sti    | 2024-06-01
        2024-05-20 | health_notice | injury |
    """,
)

SEXUAL_ABUSE_NOT_NAMED_IN_PLAN = Prompt(
    name="sexual_abuse_not_named_in_plan",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    ).sequence(
        cp_plans.where(cp_plans.initial_category.is_in("EMO", "NEG", "PHY")),
        within=days(90),
        same_day=True,
        last=days(365),
    )
    >= 1,
    says="An assessment in the last year recorded sexual abuse. A plan that began "
    "within 90 days names another kind of harm only.",
    asks="Does the plan say what is done about the sexual abuse?",
    because="Panel review of sexual abuse in the family, 2024: concern about sexual "
    "abuse was lost behind neglect and other harm.",
    family="sexual_abuse_signs",
    examples="""
        assessed on the 365th day, a plan for neglect the same day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 19C
        cp_plans
        date       | initial_category
        2023-06-02 | NEG

        a plan for sexual abuse
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-10 | 19C
        cp_plans
        date       | initial_category
        2024-02-10 | SAB

        the plan was entered too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-04-10 | 19C
        cp_plans
        date       | initial_category | known_from
        2024-05-28 | NEG              | 2024-06-01

        no plans were supplied
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2024-01-10 | 19C
        cp_plans not supplied
    """,
)

SEXUAL_ABUSE_NOT_IN_LATEST_ASSESSMENT = Prompt(
    name="sexual_abuse_not_in_latest_assessment",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    ).any()
    & ~assessment_factors.latest(assessment_factors.code).is_in(
        codelist("sexual_abuse_factors")
    ),
    says="An earlier assessment recorded sexual abuse. The latest one does not.",
    asks="Was it looked at again, and is it written down why it is no longer named?",
    because="Panel review of sexual abuse in the family, 2024: concern about sexual "
    "abuse was lost behind other harm.",
    family="sexual_abuse_signs",
    examples="""
        named before, and not now
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-01-10 | 19C
        2024-02-10 | 16A

        named at the latest, beside another
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-01-10 | 16A
        2024-02-10 | 16A
        2024-02-10 | 19C

        the latest assessment was known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2022-01-10 | 19C  |
        2024-04-01 | 16A  | 2024-06-01
    """,
)

SEXUAL_ABUSE_TOLD_NO_ENQUIRY = Prompt(
    name="sexual_abuse_told_no_enquiry",
    when=local_events.where(local_events.kind == "sexual_abuse_told").any(last=days(30))
    & (s47_enquiries.count(last=days(30)) == 0),
    says="The child told or showed somebody of sexual abuse in the last 30 days. No "
    "section 47 enquiry is recorded in that time.",
    asks="Has a strategy discussion been held with police and health?",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews, and were not believed.",
    family="sexual_abuse_signs",
    examples="""
        told on the 30th day, no enquiry
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-02 | sexual_abuse_told

        an enquiry began
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-05-20 | sexual_abuse_told
        s47_enquiries
        date
        2024-05-21

        the enquiry was entered too late
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-20 | sexual_abuse_told
        s47_enquiries
        date       | known_from
        2024-05-21 | 2024-06-01

        no enquiries were supplied
        local_events as of 2024-06-01 expect unknown
        date       | kind
        2024-05-20 | sexual_abuse_told
        s47_enquiries not supplied
    """,
)

SEXUAL_ABUSE_CLOSED_AFTER_POLICE = Prompt(
    name="sexual_abuse_closed_after_police",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    ).any(last=days(730))
    & local_events.where(
        (local_events.kind == "police_outcome")
        & (local_events.code == "no_further_action")
    ).any(last=days(90))
    & ~referrals.is_open(),
    says="Sexual abuse was recorded in the last two years. The police took no further "
    "action in the last 90 days. No referral is open now.",
    asks="Did the agencies meet after the police ended their part?",
    because="Panel review of sexual abuse in the family, 2024: when the police "
    "stopped, all agencies stopped. Proof for a court was taken as the measure.",
    family="sexual_abuse_signs",
    examples="""
        the police ended on the 90th day, and nothing is open
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-01-10 | 19C
        local_events
        date       | kind           | code
        2024-03-03 | police_outcome | no_further_action
        referrals
        date       | end
        2023-01-01 | 2024-04-01

        the case is open
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-01-10 | 19C
        local_events
        date       | kind           | code
        2024-03-10 | police_outcome | no_further_action
        referrals
        date       | end
        2023-01-01 |

        told of too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-01-10 | 19C
        local_events
        date       | kind           | code              | known_from
        2024-05-10 | police_outcome | no_further_action | 2024-06-01

        no police outcomes were supplied
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2023-01-10 | 19C
        local_events not supplied
    """,
)

NO_OTHER_WAY_TO_SPEAK = Prompt(
    name="no_other_way_to_speak",
    when=s47_enquiries.any(last=days(90))
    & (
        (persons.age_years() < number("speaks_for_itself_age"))
        | disabilities.where(
            disabilities.code.is_in(codelist("communication_needs"))
        ).any()
    )
    & ~local_events.where(
        (local_events.kind == "child_heard")
        & local_events.code.is_in("advocate", "communication_aid", "observation")
    ).any(last=days(90)),
    says="A section 47 enquiry began in the last 90 days. The child is under "
    "{speaks_for_itself_age} or may speak in another way. No observation, advocate or "
    "aid to talk is recorded.",
    asks="Who has watched or listened to the child in a way that suits the child?",
    because="Panel review of sexual abuse in the family, 2024: too much weight on "
    "spoken words; children who do not speak had no response.",
    family="sexual_abuse_signs",
    examples="""
        three years old, enquiry on the 90th day
        persons as of 2024-06-01 expect yes
        born
        2020-07-01
        s47_enquiries
        date
        2024-03-03
        disabilities
        local_events

        a child of ten with a need recorded
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        s47_enquiries
        date
        2024-04-03
        disabilities
        code
        COMM

        an advocate helped
        persons as of 2024-06-01 expect no
        born
        2020-07-01
        s47_enquiries
        date
        2024-04-03
        local_events
        date       | kind        | code
        2024-04-20 | child_heard | advocate

        recorded too late
        persons as of 2024-06-01 expect yes
        born
        2020-07-01
        s47_enquiries
        date
        2024-04-03
        local_events
        date       | kind        | code     | known_from
        2024-04-20 | child_heard | advocate | 2024-06-01

        no local records were supplied
        persons as of 2024-06-01 expect unknown
        born
        2020-07-01
        s47_enquiries
        date
        2024-04-03
        local_events not supplied
    """,
)

DISTRESS_PUT_DOWN_TO_CONDITION = Prompt(
    name="distress_put_down_to_condition",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    ).any()
    & disabilities.where(disabilities.code.is_in(codelist("communication_needs"))).any()
    & assessment_factors.where(assessment_factors.code.is_in("4A", "14A", "15A")).any(
        last=days(365)
    )
    & ~assessment_factors.where(
        assessment_factors.code.is_in(codelist("sexual_abuse_factors"))
    ).any(last=days(365)),
    says="Sexual abuse was recorded before, but not in the last year. Distress or "
    "behaviour was recorded in the last year. So is a condition that may seem to "
    "explain it.",
    asks="What might the child be telling us, apart from the condition?",
    because="Panel review of sexual abuse in the family, 2024: distress was put down "
    "to a diagnosis; 29% of the reviews had a disabled child.",
    family="sexual_abuse_signs",
    examples="""
        abuse before, self-harm on the 365th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2021-01-10 | 19C
        2023-06-02 | 15A
        disabilities
        code
        AUT

        abuse was looked at again
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2021-01-10 | 19C
        2024-01-10 | 15A
        2024-01-10 | 19C
        disabilities
        code
        AUT

        the distress was known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2021-01-10 | 19C  |
        2024-04-10 | 15A  | 2024-06-01
        disabilities
        code
        AUT
    """,
)

SEXUAL_ABUSE_SIGNS_NOT_SUPPLIED = Gap(
    name="sexual_abuse_signs_not_supplied",
    when=~(
        local_events.where(local_events.kind == "health_notice").days_since_last() >= 1
    ).is_known(),
    says="What health services know that may point to sexual abuse cannot be seen "
    "here.",
    closes_with="Ask the school nurse, the GP and sexual health services what they "
    "know of the child.",
    because="Panel review of sexual abuse in the family, 2024: information not put "
    "together. A third of the families held a known sexual risk.",
    family="sexual_abuse_signs",
    examples="""
        no local records were supplied
        local_events not supplied as of 2024-06-01 expect yes

        supplied, and none from health
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-01 | supervision

        told too late
        local_events as of 2024-06-01 expect yes
        date       | kind          | known_from
        2024-05-01 | health_notice | 2024-06-01

        health told of the child, the day before
        local_events as of 2024-06-01 expect no
        date       | kind          | code
        2024-05-31 | health_notice | none
    """,
)
