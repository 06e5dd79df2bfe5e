"""Going missing: from home, from care, and what followed."""

from riskaid.indicators import Indicator, Prompt, days, number, window
from riskaid.records.tables import assessment_factors, missing_episodes, s47_enquiries

MISSING_EPISODES_90D = Indicator(
    name="missing_episodes_90d",
    value=missing_episodes.count(last=days(90)),
    reads="How many times the child was recorded missing in the last 90 days",
    unit="episodes",
    source="SSD ssd_missing; police missing reports where supplied",
    family="missing",
    more_means_more=True,
    not_a_sign_of="choice or blame",
    because="Panel annual report 2023-24: repeatedly missing in 57% of reviews with "
    "extrafamilial harm, the most common factor.",
    examples="""
        the 90th day counts; the as-of day itself does not
        missing_episodes as of 2024-06-01 expect 2
        date       | known_from
        2024-03-02 |
        2024-03-03 |
        2024-05-31 |
        2024-06-01 |

        an episode the council heard of too late does not count
        missing_episodes as of 2024-06-01 expect 1
        date       | known_from
        2024-05-20 | 2024-06-01
        2024-05-21 | 2024-05-31

        two reports on one day are two episodes
        missing_episodes as of 2024-06-01 expect 2
        date       | episode_type
        2024-05-20 | M
        2024-05-20 | M

        nothing recorded, and the table covers the window
        missing_episodes as of 2024-06-01 expect 0

        no missing table was supplied
        missing_episodes not supplied as of 2024-06-01 expect unknown

        the table begins inside the window
        missing_episodes from 2024-03-04 as of 2024-06-01 expect unknown
    """,
)

MISSING_EPISODES_365D = Indicator(
    name="missing_episodes_365d",
    value=missing_episodes.count(last=days(365)),
    reads="How many times the child was recorded missing in the last year",
    unit="episodes",
    source="SSD ssd_missing; police missing reports where supplied",
    family="missing",
    more_means_more=True,
    not_a_sign_of="choice or blame",
    because="Panel annual report 2023-24: missing episodes not escalated and not "
    "analysed for patterns.",
    examples="""
        a year back over a leap day: the 365th day counts, the 366th does not
        missing_episodes as of 2024-06-01 expect 1
        date       | known_from
        2023-06-01 |
        2023-06-02 |

        heard of on the as-of day
        missing_episodes as of 2024-06-01 expect 0
        date       | known_from
        2023-12-01 | 2024-06-01
    """,
)

MISSING_DAYS_365D = Indicator(
    name="missing_days_365d",
    value=missing_episodes.overlap_days(last=days(365)),
    reads="How many days the child was recorded missing in the last year",
    unit="days",
    source="SSD ssd_missing; police missing reports where supplied",
    family="missing",
    more_means_more=True,
    not_a_sign_of="choice or blame",
    because="Panel annual report 2023-24: whereabouts unknown during missing episodes; "
    "nights away weigh otherwise than a late return.",
    examples="""
        an episode that began before the window counts for its days inside it
        missing_episodes as of 2024-06-01 expect 4
        date       | end
        2023-05-30 | 2023-06-05
        2024-05-30 | 2024-05-31

        an episode without an end runs up to the as-of date
        missing_episodes as of 2024-06-01 expect 3
        date       | end
        2024-05-29 |

        an end that was known too late reads as open
        missing_episodes as of 2024-06-01 expect 31
        date       | end        | end_known_from
        2024-05-01 | 2024-05-03 | 2024-06-01

        back the same day is no whole day
        missing_episodes as of 2024-06-01 expect 0
        date       | end
        2024-05-10 | 2024-05-10
    """,
)

REPEAT_MISSING_NO_ENQUIRY = Prompt(
    name="repeat_missing_no_enquiry",
    when=(
        missing_episodes.count(last=window("repeat_missing_window"))
        >= number("repeat_missing_episodes")
    )
    & (s47_enquiries.count(last=window("repeat_missing_window")) == 0),
    says="Missing at least {repeat_missing_episodes} times in {repeat_missing_window}; "
    "no section 47 enquiry is recorded in that time.",
    asks="Has a strategy discussion been held?",
    because="Panel annual report 2023-24: missing episodes not escalated.",
    family="missing",
    examples="""
        twice missing, the first on the 30th day, and no enquiry
        missing_episodes as of 2024-06-01 expect yes
        date
        2024-05-02
        2024-05-31
        s47_enquiries

        an enquiry in that time
        missing_episodes as of 2024-06-01 expect no
        date
        2024-05-20
        2024-05-21
        s47_enquiries
        date
        2024-05-22

        an enquiry that was recorded too late does not answer the prompt
        missing_episodes as of 2024-06-01 expect yes
        date
        2024-05-20
        2024-05-21
        s47_enquiries
        date       | known_from
        2024-05-22 | 2024-06-01

        missing once: enquiries need not be known
        missing_episodes as of 2024-06-01 expect no
        date
        2024-05-20
        s47_enquiries not supplied

        not known whether there was an enquiry
        missing_episodes as of 2024-06-01 expect unknown
        date
        2024-05-20
        2024-05-21
        s47_enquiries not supplied
    """,
)

RETURN_INTERVIEW_NOT_OFFERED = Prompt(
    name="return_interview_not_offered",
    when=missing_episodes.where(missing_episodes.rhi_offered == "no").any(
        last=days(90)
    ),
    says="After a missing episode in the last 90 days, a return interview is recorded "
    "as not offered.",
    asks="Can one still be offered, by somebody the child would talk to?",
    because="Statutory guidance on children who run away: an independent return "
    "interview within 72 hours. Panel annual report 2023-24: episodes not analysed.",
    family="missing",
    examples="""
        recorded as not offered
        missing_episodes as of 2024-06-01 expect yes
        date       | rhi_offered
        2024-03-03 | no

        not recorded either way is not "not offered"
        missing_episodes as of 2024-06-01 expect no
        date       | rhi_offered
        2024-05-20 |

        the answer was filled in too late
        missing_episodes as of 2024-06-01 expect no
        date       | rhi_offered | rhi_known_from
        2024-05-20 | no          | 2024-06-01

        before the window
        missing_episodes as of 2024-06-01 expect no
        date       | rhi_offered
        2024-03-02 | no
    """,
)

REPEAT_MISSING_EXPLOITATION_NOT_CONSIDERED = Prompt(
    name="repeat_missing_exploitation_not_considered",
    when=(missing_episodes.count(last=days(365)) >= 2)
    & ~assessment_factors.where(
        assessment_factors.code.is_in("11A", "12A", "13A", "24A")
    ).any(last=days(365)),
    says="Missing at least twice in a year; no assessment in that time records "
    "exploitation, trafficking or gangs as a factor.",
    asks="Has exploitation been considered, and written down either way?",
    because="Panel annual report 2023-24: going missing not seen as a sign of "
    "exploitation.",
    family="missing",
    examples="""
        twice missing, no such factor
        missing_episodes as of 2024-06-01 expect yes
        date
        2023-06-02
        2024-05-20
        assessment_factors
        date       | code
        2024-01-10 | 16A

        criminal exploitation was a factor
        missing_episodes as of 2024-06-01 expect no
        date
        2024-04-20
        2024-05-20
        assessment_factors
        date       | code
        2024-01-10 | 24A

        the factor was known too late
        missing_episodes as of 2024-06-01 expect yes
        date
        2024-04-20
        2024-05-20
        assessment_factors
        date       | code | known_from
        2024-05-10 | 24A  | 2024-06-01

        no assessments were supplied
        missing_episodes as of 2024-06-01 expect unknown
        date
        2024-04-20
        2024-05-20
        assessment_factors not supplied
    """,
)
