"""Signs in a student's dated records; see README.md for what they are drawn from."""

from riskaid.indicators import Indicator, days
from riskaid.records.tables import local_events

SUBMISSIONS_60D = Indicator(
    name="submissions_60d",
    value=local_events.where(local_events.kind == "submission").count(last=days(60)),
    reads="How many pieces of work were handed in over the last 60 days",
    unit="pieces",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the as-of day does not count, nor does what was known late
        local_events as of 2014-12-01 expect 2
        date       | known_from | kind       | code
        2014-11-30 |            | submission | TMA
        2014-10-20 |            | submission | TMA
        2014-11-30 | 2014-12-01 | submission | TMA
        2014-12-01 |            | submission | TMA
    """,
)

SUBMISSIONS_21D = Indicator(
    name="submissions_21d",
    value=local_events.where(local_events.kind == "submission").count(last=days(21)),
    reads="How many pieces of work were handed in over the last 21 days",
    unit="pieces",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the as-of day does not count, nor does what was known late
        local_events as of 2014-12-01 expect 1
        date       | known_from | kind       | code
        2014-11-30 |            | submission | TMA
        2014-10-20 |            | submission | TMA
        2014-11-30 | 2014-12-01 | submission | TMA
        2014-12-01 |            | submission | TMA
    """,
)

TUTOR_MARKED_60D = Indicator(
    name="tutor_marked_60d",
    value=local_events.where(
        (local_events.kind == "submission") & (local_events.code == "TMA")
    ).count(last=days(60)),
    reads="How many tutor-marked assignments were handed in over 60 days",
    unit="assignments",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the as-of day does not count, nor does what was known late
        local_events as of 2014-12-01 expect 2
        date       | known_from | kind       | code
        2014-11-30 |            | submission | TMA
        2014-10-20 |            | submission | TMA
        2014-11-30 | 2014-12-01 | submission | TMA
        2014-12-01 |            | submission | TMA
    """,
)

POINTS_60D = Indicator(
    name="points_60d",
    value=local_events.where(
        (local_events.kind == "submission") & local_events.value.is_known()
    ).total(local_events.value, last=days(60)),
    reads="The sum of scores of work handed in over the last 60 days",
    unit="points",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        scores add up; the as-of day does not count
        local_events as of 2014-12-01 expect 130
        date       | kind       | value
        2014-11-30 | submission | 70
        2014-11-01 | submission | 60
        2014-12-01 | submission | 90
    """,
)

MEAN_SCORE_60D = Indicator(
    name="mean_score_60d",
    value=(
        local_events.where(
            (local_events.kind == "submission") & local_events.value.is_known()
        ).total(local_events.value, last=days(60))
        / local_events.where(
            (local_events.kind == "submission") & local_events.value.is_known()
        ).count(last=days(60))
    ),
    reads="The mean score of work handed in over 60 days; not known without any",
    unit="points out of 100",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the mean of two scores
        local_events as of 2014-12-01 expect 65
        date       | kind       | value
        2014-11-30 | submission | 70
        2014-11-01 | submission | 60
        2014-12-01 | submission | 90

        without work there is no mean
        local_events as of 2014-12-01 expect unknown
        date       | kind       | value
        2014-12-01 | submission | 90
    """,
)

LATEST_SCORE = Indicator(
    name="latest_score",
    value=local_events.where(
        (local_events.kind == "submission") & local_events.value.is_known()
    ).latest(local_events.value, last=days(60)),
    reads="The score of the latest work handed in over the last 60 days",
    unit="points out of 100",
    source="Open University learning analytics data",
    family="education",
    more_means_more=False,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the later of two
        local_events as of 2014-12-01 expect 70
        date       | kind       | value
        2014-11-30 | submission | 70
        2014-11-01 | submission | 60
        2014-12-01 | submission | 90
    """,
)

DAYS_SINCE_SUBMISSION = Indicator(
    name="days_since_submission",
    value=local_events.where(local_events.kind == "submission").days_since_last(
        last=days(60)
    ),
    reads="Days since work was last handed in, within 60 days; not known without any",
    unit="days",
    source="Open University learning analytics data",
    family="education",
    more_means_more=True,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        handed in the day before
        local_events as of 2014-12-01 expect 1
        date       | kind       | value
        2014-11-30 | submission | 70
        2014-11-01 | submission | 60
        2014-12-01 | submission | 90
    """,
)

CREDITS_STUDIED = Indicator(
    name="credits_studied",
    value=local_events.where(local_events.kind == "credits").latest(local_events.value),
    reads="How many credits are studied at the same time",
    unit="credits",
    source="Open University learning analytics data",
    family="education",
    more_means_more=True,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        the credits recorded at the start
        local_events as of 2014-12-01 expect 120
        date       | kind    | value
        2014-09-30 | credits | 120
    """,
)

PREVIOUS_ATTEMPTS = Indicator(
    name="previous_attempts",
    value=local_events.where(local_events.kind == "previous_attempts").latest(
        local_events.value
    ),
    reads="How many times the module was tried before",
    unit="attempts",
    source="Open University learning analytics data",
    family="education",
    more_means_more=True,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        one earlier attempt
        local_events as of 2014-12-01 expect 1
        date       | kind              | value
        2014-09-30 | previous_attempts | 1
    """,
)

REGISTERED_DAYS = Indicator(
    name="registered_days",
    value=local_events.where(local_events.kind == "registration").days_since_last(),
    reads="Days since the student registered",
    unit="days",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        registered two months before
        local_events as of 2014-12-01 expect 62
        date       | kind
        2014-09-30 | registration
    """,
)

MODULE_BBB = Indicator(
    name="module_bbb",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "BBB")
    ).any(),
    reads="Whether the module is BBB",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on BBB
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | BBB

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

MODULE_CCC = Indicator(
    name="module_ccc",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "CCC")
    ).any(),
    reads="Whether the module is CCC",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on CCC
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | CCC

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

MODULE_DDD = Indicator(
    name="module_ddd",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "DDD")
    ).any(),
    reads="Whether the module is DDD",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on DDD
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | DDD

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

MODULE_EEE = Indicator(
    name="module_eee",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "EEE")
    ).any(),
    reads="Whether the module is EEE",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on EEE
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | EEE

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

MODULE_FFF = Indicator(
    name="module_fff",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "FFF")
    ).any(),
    reads="Whether the module is FFF",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on FFF
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | FFF

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

MODULE_GGG = Indicator(
    name="module_ggg",
    value=local_events.where(
        (local_events.kind == "presentation_start") & (local_events.code == "GGG")
    ).any(),
    reads="Whether the module is GGG",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        enrolled on GGG
        local_events as of 2014-12-01 expect 1
        date       | kind               | code
        2014-09-30 | presentation_start | GGG

        enrolled on another module
        local_events as of 2014-12-01 expect 0
        date       | kind               | code
        2014-09-30 | presentation_start | AAA
    """,
)

EDUCATION_A_LEVEL = Indicator(
    name="education_a_level",
    value=local_events.where(
        (local_events.kind == "education")
        & (local_events.code == "A Level or Equivalent")
    ).any(),
    reads="Whether the highest education recorded is A levels or the like",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        recorded at the start
        local_events as of 2014-12-01 expect 1
        date       | kind      | code
        2014-09-30 | education | A Level or Equivalent

        something else is recorded
        local_events as of 2014-12-01 expect 0
        date       | kind      | code
        2014-09-30 | education | No Formal quals
    """,
)

EDUCATION_BELOW_A_LEVEL = Indicator(
    name="education_below_a_level",
    value=local_events.where(
        (local_events.kind == "education") & (local_events.code == "Lower Than A Level")
    ).any(),
    reads="Whether the highest education recorded is below A level",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        recorded at the start
        local_events as of 2014-12-01 expect 1
        date       | kind      | code
        2014-09-30 | education | Lower Than A Level

        something else is recorded
        local_events as of 2014-12-01 expect 0
        date       | kind      | code
        2014-09-30 | education | No Formal quals
    """,
)

EDUCATION_HIGHER = Indicator(
    name="education_higher",
    value=local_events.where(
        (local_events.kind == "education") & (local_events.code == "HE Qualification")
    ).any(),
    reads="Whether the highest education recorded is a higher education qualification",
    unit="yes or no",
    source="Open University learning analytics data",
    family="education",
    more_means_more=None,
    not_a_sign_of="ability or effort",
    because="Recorded in the public data set; no claim is made of cause",
    examples="""
        recorded at the start
        local_events as of 2014-12-01 expect 1
        date       | kind      | code
        2014-09-30 | education | HE Qualification

        something else is recorded
        local_events as of 2014-12-01 expect 0
        date       | kind      | code
        2014-09-30 | education | No Formal quals
    """,
)
