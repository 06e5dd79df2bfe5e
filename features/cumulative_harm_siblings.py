"""What is recorded about brothers and sisters, and about the child's own health."""

from riskaid.indicators import Indicator, codelist, days
from riskaid.records.tables import (
    assessment_factors,
    cla_episodes,
    cp_plans,
    local_events,
    s47_enquiries,
    sdq_scores,
    siblings,
)

SIBLING_ON_PLAN_NOW = Indicator(
    name="sibling_on_plan_now",
    value=cp_plans.of(siblings).is_open(),
    reads="Whether a brother or sister has a child protection plan now",
    unit="yes or no",
    source="SSD ssd_cp_plans of other children of the same mother or father",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="what happens to this child",
    because="Chicago Tribune, 2017: a predictive system in Illinois failed to link "
    "siblings. Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        the brother's plan is open
        cp_plans as of 2024-06-01 expect yes
        person_id | date       | end
        brother   | 2024-05-31 |
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        it ended the day before, and the child's own does not count
        cp_plans as of 2024-06-01 expect no
        person_id | date       | end
        brother   | 2023-05-31 | 2024-05-31
        child     | 2024-01-01 |
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        brother   | mother   | mother | strong   | 2015-01-01

        entered too late
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

SIBLING_S47_ENQUIRIES_365D = Indicator(
    name="sibling_s47_enquiries_365d",
    value=s47_enquiries.of(siblings).count(last=days(365)),
    reads="How many section 47 enquiries about brothers and sisters began in the last "
    "year",
    unit="enquiries",
    source="SSD ssd_s47_enquiry of other children of the same mother or father",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="what any enquiry found, or what happens to this child",
    because="Chicago Tribune, 2017: a predictive system in Illinois failed to link "
    "siblings. Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        the brother's, from the 365th day on
        s47_enquiries as of 2024-06-01 expect 1
        person_id | date
        brother   | 2023-06-01
        brother   | 2023-06-02
        child     | 2024-01-01
        household
        person_id | adult_id | role   | strength | date
        child     | father   | father | strong   | 2015-01-01
        brother   | father   | father | strong   | 2015-01-01

        entered too late
        s47_enquiries as of 2024-06-01 expect 0
        person_id | date       | known_from
        brother   | 2024-05-02 | 2024-06-01
        household
        person_id | adult_id | role   | strength | date
        child     | father   | father | strong   | 2015-01-01
        brother   | father   | father | strong   | 2015-01-01
    """,
)

SIBLING_LOOKED_AFTER_EVER = Indicator(
    name="sibling_looked_after_ever",
    value=cla_episodes.of(siblings).any(),
    reads="Whether a brother or sister was ever looked after, within the history held",
    unit="yes or no",
    source="SSD ssd_cla_episodes of other children of the same mother or father",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="how a parent cares now",
    because="Panel annual report 2022-23: nearly a fifth of children in reviews were "
    "looked after, then or before. Chicago Tribune, 2017: siblings not linked.",
    examples="""
        however long ago
        cla_episodes as of 2024-06-01 expect yes
        person_id | date       | end
        sister    | 2016-05-31 | 2017-05-31
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2020-01-01
        sister    | mother   | mother | strong   | 2010-01-01

        on the as-of day, and entered too late
        cla_episodes as of 2024-06-01 expect no
        person_id | date       | known_from
        sister    | 2024-06-01 | 2024-05-01
        sister    | 2024-05-01 | 2024-06-01
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2020-01-01
        sister    | mother   | mother | strong   | 2010-01-01

        nobody said who belongs to whom
        cla_episodes as of 2024-06-01 expect unknown
        household not supplied
    """,
)

SIBLING_ABUSE_KINDS_730D = Indicator(
    name="sibling_abuse_kinds_730d",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("abuse_factors"))
    )
    .of(siblings)
    .count_distinct(assessment_factors.code, last=days(730)),
    reads="How many kinds of abuse or neglect of brothers and sisters were recorded as "
    "a factor in the last two years",
    unit="codes",
    source="SSD cinf_assessment_factors_json of other children of the same mother or "
    "father",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="who did what, or what happens to this child",
    because="Panel review of sexual abuse in the family, 2024: another kind of harm in "
    "56% of cases. Chicago Tribune, 2017: siblings not linked.",
    examples="""
        two kinds, the first on the 730th day
        assessment_factors as of 2024-06-01 expect 2
        person_id | date       | code
        sister    | 2022-06-01 | 17A
        sister    | 2022-06-02 | 16A
        sister    | 2024-05-31 | 18C
        child     | 2024-05-31 | 19C
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        sister    | mother   | mother | strong   | 2015-01-01

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect 0
        person_id | date       | code | known_from
        sister    | 2024-04-01 | 16A  | 2024-06-05
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2015-01-01
        sister    | mother   | mother | strong   | 2015-01-01
    """,
)

CHILD_MENTAL_HEALTH_365D = Indicator(
    name="child_mental_health_365d",
    value=assessment_factors.where(assessment_factors.code == "4A").any(last=days(365)),
    reads="Whether the child's own mental health was recorded as a factor in the last "
    "year",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 4A",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="a diagnosis, or something wrong with the child",
    because="Panel annual report 2023-24: a mental health condition of the child, "
    "diagnosed or not, in 22% of reviews.",
    examples="""
        the 365th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 4A

        the day before, and a parent's
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-06-01 | 4A
        2024-01-01 | 4B

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 4A   | 2024-06-05
    """,
)

CHILD_SELF_HARM_365D = Indicator(
    name="child_self_harm_365d",
    value=assessment_factors.where(assessment_factors.code == "15A").any(
        last=days(365)
    ),
    reads="Whether the child's self-harm was recorded as a factor in the last year",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, code 15A",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="wanting attention; it says that a child hurts",
    because="Panel review of sexual abuse in the family, 2024: concern about the "
    "child's mental health in nearly half of cases, 7 suicides.",
    examples="""
        the 365th day counts
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 15A

        the day before
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-06-01 | 15A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-04-01 | 15A  | 2024-06-05
    """,
)

SDQ_CHANGE_365D = Indicator(
    name="sdq_change_365d",
    value=sdq_scores.latest(sdq_scores.score, last=days(365))
    - sdq_scores.latest(sdq_scores.score, last=days(365).before(days(365))),
    reads="How far the latest strengths and difficulties score of the last year is "
    "above the latest of the year before; below zero when it fell",
    unit="points of 40",
    source="SSD ssd_sdq_scores",
    family="cumulative_harm",
    more_means_more=None,
    not_a_sign_of="a diagnosis",
    role="display",
    because="Panel annual report 2023-24: the child's own mental health in 22% of "
    "reviews.",
    examples="""
        one on the 365th day, one the day before it
        sdq_scores as of 2024-06-01 expect 6
        date       | score
        2023-06-01 | 12
        2023-06-02 | 18

        no score in the year before
        sdq_scores as of 2024-06-01 expect unknown
        date       | score
        2024-05-01 | 18

        the later one was known too late
        sdq_scores as of 2024-06-01 expect -2
        date       | score | known_from
        2022-06-03 | 16    |
        2024-04-01 | 14    |
        2024-05-01 | 20    | 2024-06-01
    """,
)

NOT_BROUGHT_TO_HEALTH_365D = Indicator(
    name="not_brought_to_health_365d",
    value=local_events.where(local_events.kind == "was_not_brought").count(
        last=days(365)
    ),
    reads="How many health appointments of the last year the child was recorded as not "
    "brought to",
    unit="appointments",
    source="Local events feed (health), kind was_not_brought",
    family="cumulative_harm",
    more_means_more=None,
    not_a_sign_of="neglect by itself; transport, work, letters and language stand in "
    "the way",
    role="display",
    because="Community Care on published reviews, 2024-25: a death linked with a "
    "health condition that went untreated. A child is not brought; it does not miss.",
    examples="""
        the 365th day counts
        local_events as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | was_not_brought
        2023-06-02 | was_not_brought
        2024-01-01 | marac_heard

        recorded too late
        local_events as of 2024-06-01 expect 0
        date       | kind            | known_from
        2024-05-01 | was_not_brought | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)
