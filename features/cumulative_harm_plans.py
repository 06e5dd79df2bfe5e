"""What adds up over years: neglect, kinds of abuse, conferences and plans."""

from riskaid.indicators import Indicator, codelist, days, months
from riskaid.records.tables import assessment_factors, cp_plans, icpcs

NEGLECT_ASSESSMENTS_730D = Indicator(
    name="neglect_assessments_730d",
    value=assessment_factors.where(assessment_factors.code == "16A").count(
        last=days(730)
    ),
    reads="How many assessments of the last two years recorded neglect as a factor",
    unit="assessments",
    source="SSD cinf_assessment_factors_json, code 16A",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="little money; neglect and poverty are not the same",
    because="Research in Practice on serious case reviews: neglect is complex and "
    "cumulative. Panel annual report 2023-24: neglect in 49% of reviews.",
    examples="""
        twice, the first on the 730th day
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2022-06-01 | 16A
        2022-06-02 | 16A
        2024-01-01 | 16A
        2024-01-01 | 17A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2024-04-01 | 16A  | 2024-06-05
    """,
)

NEGLECT_PLANS_EVER = Indicator(
    name="neglect_plans_ever",
    value=cp_plans.where(cp_plans.initial_category == "NEG").count(),
    reads="How many child protection plans because of neglect are recorded, within the "
    "history held",
    unit="plans",
    source="SSD cppl_cp_plan_initial_category NEG",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="little money; neglect and poverty are not the same",
    because="Research in Practice on serious case reviews: neglect is complex and "
    "cumulative. Panel annual report 2023-24: neglect in 49% of reviews.",
    examples="""
        however long ago; another category does not count
        cp_plans as of 2024-06-01 expect 2
        date       | initial_category
        2018-05-01 | NEG
        2021-05-01 | EMO
        2024-05-31 | NEG
        2024-06-01 | NEG

        entered too late
        cp_plans as of 2024-06-01 expect 0
        date       | initial_category | known_from
        2024-05-31 | NEG              | 2024-06-01
    """,
)

ABUSE_KINDS_730D = Indicator(
    name="abuse_kinds_730d",
    value=assessment_factors.where(
        assessment_factors.code.is_in(codelist("abuse_factors"))
    ).count_distinct(assessment_factors.code, last=days(730)),
    reads="How many kinds of abuse or neglect assessments of the last two years "
    "recorded as a factor",
    unit="codes",
    source="SSD cinf_assessment_factors_json, codes 16A to 19C",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="who did what",
    because="Panel review of sexual abuse in the family, 2024: another kind of harm in "
    "56% of cases.",
    examples="""
        two kinds inside the window, one before it
        assessment_factors as of 2024-06-01 expect 2
        date       | code
        2022-06-01 | 17A
        2022-06-02 | 16A
        2024-05-31 | 18C
        2024-05-31 | 16A

        known when authorised, too late
        assessment_factors as of 2024-06-01 expect 0
        date       | code | known_from
        2024-04-01 | 16A  | 2024-06-05
    """,
)

CP_PLANS_24M = Indicator(
    name="cp_plans_24m",
    value=cp_plans.count(last=months(24)),
    reads="How many child protection plans of the child began in the last 24 months",
    unit="plans",
    source="SSD ssd_cp_plans",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="a plan that did not work",
    because="DfE 2024: 24.7% of plans are a second or later one.",
    examples="""
        24 months back by the calendar; the first day counts
        cp_plans as of 2024-02-29 expect 1
        date
        2022-02-27
        2022-02-28

        entered too late
        cp_plans as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)

CP_PLAN_DAYS_730D = Indicator(
    name="cp_plan_days_730d",
    value=cp_plans.overlap_days(last=days(730)),
    reads="On how many days of the last two years a child protection plan was open",
    unit="days",
    source="SSD ssd_cp_plans",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="a plan that did not work",
    because="Panel annual report 2022-23: a third of children in reviews were on, or "
    "had been on, a child protection plan.",
    examples="""
        an ended plan, and one still open; days before the window are left out
        cp_plans as of 2024-06-01 expect 14
        date       | end
        2022-05-01 | 2022-06-06
        2024-05-22 |

        an end known too late reads as open
        cp_plans as of 2024-06-01 expect 31
        date       | end        | end_known_from
        2024-05-01 | 2024-05-03 | 2024-06-01

        no plans were supplied
        cp_plans not supplied as of 2024-06-01 expect unknown
    """,
)

CONFERENCES_EVER = Indicator(
    name="conferences_ever",
    value=icpcs.count(),
    reads="How many first child protection conferences were ever held about the child, "
    "as far back as the records go",
    unit="conferences",
    source="SSD ssd_initial_cp_conference",
    family="cumulative_harm",
    more_means_more=True,
    not_a_sign_of="what any conference decided",
    because="Panel annual report 2023-24: cumulative harm not considered.",
    examples="""
        however long ago; one planned for the as-of day does not count
        icpcs as of 2024-06-01 expect 1
        date       | known_from
        2018-05-01 |
        2024-06-01 | 2024-05-20

        entered too late
        icpcs as of 2024-06-01 expect 0
        date       | known_from
        2024-05-31 | 2024-06-01
    """,
)
