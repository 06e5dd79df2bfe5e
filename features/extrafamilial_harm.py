"""Harm outside the family. A child who is used by others is a child who is harmed."""

from riskaid.indicators import Indicator, Prompt, codelist, days
from riskaid.records.tables import (
    assessment_factors,
    local_events,
    missing_episodes,
    placements,
    siblings,
)

EXPLOITATION_FACTORS_365D = Indicator(
    name="exploitation_factors_365d",
    value=assessment_factors.where(
        assessment_factors.code.is_in("11A", "12A", "13A", "24A")
    ).count_distinct(assessment_factors.code, last=days(365)),
    reads="How many kinds of exploitation were found as a factor in the last year: "
    "sexual, trafficking, gangs, criminal",
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
    says="Behaviour is recorded as the factor, and the child went missing. "
    "Exploitation, trafficking or gangs are not recorded in the same year.",
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

EXPLOITATION_FACTOR_EVER = Indicator(
    name="exploitation_factor_ever",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    ).any(),
    reads="Whether exploitation, trafficking or gangs were ever found as a factor, as "
    "far back as the records go",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 11A, 12A, 13A and 24A",
    family="extrafamilial_harm",
    more_means_more=True,
    not_a_sign_of="choice or blame; a child who is exploited is a child who is harmed",
    because="Panel annual report 2023-24: harm outside the family in 78 of 330 "
    "reviews.",
    examples="""
        however long ago
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2018-01-01 | 12A

        on the as-of day, and known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-06-01 | 24A  | 2024-05-01
        2024-04-01 | 24A  | 2024-06-05
    """,
)

SEXUAL_EXPLOITATION_FACTOR_730D = Indicator(
    name="sexual_exploitation_factor_730d",
    value=assessment_factors.where(assessment_factors.code == "11A").any(
        last=days(730)
    ),
    reads="Whether sexual exploitation of the child was recorded as a factor in the "
    "last two years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 11A",
    family="extrafamilial_harm",
    more_means_more=True,
    not_a_sign_of="choice or blame; no child agrees to be exploited",
    because="Panel annual report 2023-24: sexual abuse or exploitation in 40% of "
    "reviews with harm outside the family. DfE 2024: 2.7% of assessments.",
    examples="""
        the 730th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 11A

        the day before, and another kind
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 11A
        2024-01-01 | 24A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 11A  | 2024-06-05
    """,
)

CRIMINAL_EXPLOITATION_FACTOR_730D = Indicator(
    name="criminal_exploitation_factor_730d",
    value=assessment_factors.where(assessment_factors.code.is_in("13A", "24A")).any(
        last=days(730)
    ),
    reads="Whether criminal exploitation of the child, or gangs, were recorded as a "
    "factor in the last two years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 13A and 24A",
    family="extrafamilial_harm",
    more_means_more=True,
    not_a_sign_of="choice or blame; a child who is made to carry is a child harmed",
    because="Panel annual report 2023-24: criminal exploitation in 55%, youth and gang "
    "violence in 56% of reviews with harm outside the family.",
    examples="""
        gangs, on the 730th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2022-06-02 | 13A

        the day before, and another kind
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2022-06-01 | 24A
        2024-01-01 | 11A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 24A  | 2024-06-05
    """,
)

SIBLING_EXPLOITATION_730D = Indicator(
    name="sibling_exploitation_730d",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    )
    .of(siblings)
    .any(last=days(730)),
    reads="Whether exploitation of a brother or sister was recorded as a factor in the "
    "last two years",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json of other children of the same mother or "
    "father",
    family="extrafamilial_harm",
    more_means_more=True,
    not_a_sign_of="what this child does or will do; nor blame of brother or sister",
    because="Panel annual report 2023-24: harm outside the family in 78 of 330 "
    "reviews. Chicago Tribune, 2017: a predictive system that failed to link siblings.",
    examples="""
        the brother, on the 730th day
        assessment_factors as of 2024-06-01 expect yes
        person_id | date       | code
        brother   | 2022-06-02 | 24A
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        the day before, and the child itself
        assessment_factors as of 2024-06-01 expect no
        person_id | date       | code
        brother   | 2022-06-01 | 24A
        child     | 2024-01-01 | 24A
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect no
        person_id | date       | code | known_from
        brother   | 2024-04-01 | 24A  | 2024-06-05
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01
    """,
)

FAR_PLACEMENT_AFTER_EXPLOITATION_365D = Indicator(
    name="far_placement_after_exploitation_365d",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    ).sequence(
        placements.where(placements.distance_miles > 20),
        within=days(180),
        same_day=True,
        last=days(365),
    )
    >= 1,
    reads="Whether a factor of exploitation in the last year was followed within 180 "
    "days by a placement more than 20 miles from home",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json and clap_cla_placement_distance",
    family="extrafamilial_harm",
    more_means_more=None,
    not_a_sign_of="the child being the trouble; a move may cut a child off",
    role="display",
    because="Panel webinar, 2020: moving children away is not an effective long-term "
    "solution. Shown, not weighed: placing is what services do.",
    examples="""
        far away on the 180th day after it
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-11-01 | 24A
        placements
        date       | distance_miles
        2024-04-29 | 21

        a day later, or no farther than 20 miles
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-11-01 | 24A
        placements
        date       | distance_miles
        2024-04-30 | 60
        2024-01-30 | 20

        known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 24A
        placements
        date       | distance_miles | known_from
        2024-05-30 | 60             | 2024-06-01

        placements were not supplied
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2024-01-01 | 24A
        placements not supplied
    """,
)

MODERN_SLAVERY_REFERRAL_EVER = Indicator(
    name="modern_slavery_referral_ever",
    value=local_events.where(local_events.kind == "modern_slavery_referral").any(),
    reads="Whether the child was ever referred as one who may be held in modern "
    "slavery, whatever came of it",
    unit="yes or no",
    source="Local events feed (National Referral Mechanism), kind "
    "modern_slavery_referral",
    family="extrafamilial_harm",
    more_means_more=None,
    not_a_sign_of="where a child comes from, or blame of the child",
    role="display",
    because="Panel annual report 2023-24: criminal exploitation in 55% of reviews with "
    "harm outside the family. Shown, not weighed, because whether the feed holds such "
    "referrals is not known to the store.",
    examples="""
        however long ago
        local_events as of 2024-06-01 expect yes
        date       | kind
        2019-01-01 | modern_slavery_referral

        on the as-of day, and recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind                    | known_from
        2024-06-01 | modern_slavery_referral | 2024-05-01
        2024-05-01 | modern_slavery_referral | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

YOUTH_JUSTICE_CONTACT_365D = Indicator(
    name="youth_justice_contact_365d",
    value=local_events.where(local_events.kind == "youth_justice_contact").any(
        last=days(365)
    ),
    reads="Whether the youth justice service worked with the child in the last year",
    unit="yes or no",
    source="Local events feed (youth justice), kind youth_justice_contact",
    family="extrafamilial_harm",
    more_means_more=None,
    not_a_sign_of="being older than they are; a child who is accused is a child",
    role="display",
    because="Panel annual report 2023-24: 49% of children in reviews of harm outside "
    "the family were known to youth justice; children treated as older than they are. "
    "Shown, not weighed: it depends on whom the police stop.",
    examples="""
        the 365th day counts
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | youth_justice_contact

        the day before, and one recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind                  | known_from
        2023-06-01 | youth_justice_contact |
        2024-05-01 | youth_justice_contact | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

WITNESS_TO_VIOLENCE_365D = Indicator(
    name="witness_to_violence_365d",
    value=local_events.where(
        local_events.kind.is_in("violence_witnessed", "bereaved_by_violence")
    ).count(last=days(365)),
    reads="How many times in the last year the child was recorded as seeing serious "
    "violence outside the home, or losing somebody to it",
    unit="events",
    source="Local events feed (police, school), kinds violence_witnessed and "
    "bereaved_by_violence",
    family="extrafamilial_harm",
    more_means_more=None,
    not_a_sign_of="taking part in it",
    role="display",
    because="Panel annual report 2023-24: youth and gang violence in 56% of reviews "
    "with harm outside the family.",
    examples="""
        the 365th day counts
        local_events as of 2024-06-01 expect 2
        date       | kind
        2023-06-01 | violence_witnessed
        2023-06-02 | violence_witnessed
        2024-05-31 | bereaved_by_violence

        recorded too late
        local_events as of 2024-06-01 expect 0
        date       | kind               | known_from
        2024-05-01 | violence_witnessed | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)
