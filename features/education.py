"""School: being there, being kept out, and being seen."""

from riskaid.indicators import Gap, Indicator, Prompt, days, window
from riskaid.records.tables import (
    attendance,
    cp_plans,
    local_events,
    missing_episodes,
    persons,
    referrals,
    s47_enquiries,
    suspensions,
)

ABSENCE_RATE_365D = Indicator(
    name="absence_rate_365d",
    value=attendance.total(attendance.sessions_missed, last=days(365))
    / attendance.total(attendance.sessions_possible, last=days(365)),
    reads="The share of possible school sessions the child missed, over terms that "
    "ended in the last year",
    unit="share of sessions",
    source="Attendance feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="neglect; illness and unmet needs keep children from school",
    because="Panel annual report 2023-24: poor attendance in 59% of reviews with "
    "extrafamilial harm.",
    examples="""
        the term that ended on the 365th day counts
        attendance as of 2024-06-01 expect 0.25
        date       | sessions_possible | sessions_missed
        2023-06-01 | 100               | 100
        2023-06-02 | 100               | 40
        2024-03-28 | 100               | 10

        a term whose count is empty makes the share not known
        attendance as of 2024-06-01 expect unknown
        date       | sessions_possible | sessions_missed
        2023-12-20 | 100               | 40
        2024-03-28 | 100               |

        reported too late
        attendance as of 2024-06-01 expect 0.4
        date       | sessions_possible | sessions_missed | known_from
        2023-12-20 | 100               | 40              | 2024-01-10
        2024-05-24 | 100               | 100             | 2024-06-01

        no term at all is not full attendance
        attendance as of 2024-06-01 expect unknown
    """,
)

SUSPENSIONS_365D = Indicator(
    name="suspensions_365d",
    value=suspensions.count(last=days(365)),
    reads="How many times the child was suspended or excluded from school in the last "
    "year",
    unit="suspensions",
    source="Suspension feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="choice; exclusion leaves a child open to exploitation",
    because="Panel, 2020: permanent exclusion as a tipping point into exploitation.",
    examples="""
        the 365th day counts
        suspensions as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | suspension
        2023-06-02 | permanent_exclusion

        reported too late
        suspensions as of 2024-06-01 expect 0
        date       | kind       | known_from
        2024-05-24 | suspension | 2024-06-01
    """,
)

SUSPENDED_AND_MISSING = Prompt(
    name="suspended_and_missing",
    when=suspensions.any(last=days(30)) & missing_episodes.any(last=days(90)),
    says="Suspended or excluded in the last 30 days, and missing in the last 90.",
    asks="Who could reach the child now, while things are changing?",
    because="Panel, 2020: exclusion is a moment when a child can be reached.",
    family="education",
    examples="""
        suspended on the 30th day, missing on the 90th
        suspensions as of 2024-06-01 expect yes
        date
        2024-05-02
        missing_episodes
        date
        2024-03-03

        suspended too long ago
        suspensions as of 2024-06-01 expect no
        date
        2024-05-01
        missing_episodes
        date
        2024-05-20

        the suspension was reported too late
        suspensions as of 2024-06-01 expect no
        date       | known_from
        2024-05-20 | 2024-06-01
        missing_episodes
        date
        2024-05-20
    """,
)

SEVERE_ABSENCE_365D = Indicator(
    name="severe_absence_365d",
    value=attendance.total(attendance.sessions_missed, last=days(365))
    / attendance.total(attendance.sessions_possible, last=days(365))
    >= 0.5,
    reads="Whether the child missed half or more of the school sessions of the last "
    "year",
    unit="yes or no",
    source="Attendance feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="neglect; illness, fear and unmet needs keep children from school",
    because="Panel annual report 2023-24: poor attendance in 59% of reviews with "
    "extrafamilial harm. DfE calls half or more severe absence.",
    examples="""
        exactly half, over terms from the 365th day on
        attendance as of 2024-06-01 expect yes
        date       | sessions_possible | sessions_missed
        2023-06-01 | 100               | 0
        2023-06-02 | 100               | 30
        2024-03-28 | 100               | 70

        the bad term was reported too late
        attendance as of 2024-06-01 expect no
        date       | sessions_possible | sessions_missed | known_from
        2023-12-20 | 100               | 30              | 2024-01-10
        2024-05-24 | 100               | 100             | 2024-06-01

        no term at all
        attendance as of 2024-06-01 expect unknown
    """,
)

ABSENCE_RISE_180D = Indicator(
    name="absence_rise_180d",
    value=attendance.total(attendance.sessions_missed, last=days(180))
    / attendance.total(attendance.sessions_possible, last=days(180))
    - attendance.total(attendance.sessions_missed, last=days(180).before(days(180)))
    / attendance.total(attendance.sessions_possible, last=days(180).before(days(180))),
    reads="By how much the share of missed school sessions rose, from the half year "
    "before to the last one; below 0 where it fell",
    unit="share of sessions",
    source="Attendance feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="neglect; illness, fear and unmet needs keep children from school",
    because="National review of Arthur and Star, 2022: a sudden change in a child's "
    "daily life. Panel annual report 2023-24: poor attendance in 59% of reviews.",
    examples="""
        from a quarter to three quarters; the 180th day is of the last half year
        attendance as of 2024-06-01 expect 0.5
        date       | sessions_possible | sessions_missed
        2023-12-03 | 100               | 25
        2023-12-04 | 100               | 75

        the last term was reported too late
        attendance as of 2024-06-01 expect unknown
        date       | sessions_possible | sessions_missed | known_from
        2023-07-20 | 100               | 25              | 2023-08-01
        2024-05-24 | 100               | 75              | 2024-06-01
    """,
)

PERMANENT_EXCLUSION_EVER = Indicator(
    name="permanent_exclusion_ever",
    value=suspensions.where(suspensions.kind == "permanent_exclusion").any(),
    reads="Whether the child was ever excluded from a school for good, within the "
    "history held",
    unit="yes or no",
    source="Suspension feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="choice; exclusion leaves a child open to exploitation",
    because="Panel, 2020: permanent exclusion as a tipping point into exploitation.",
    examples="""
        however long ago
        suspensions as of 2024-06-01 expect yes
        date       | kind
        2019-05-01 | permanent_exclusion

        suspended only; and reported too late
        suspensions as of 2024-06-01 expect no
        date       | kind                | known_from
        2024-01-10 | suspension          |
        2024-05-20 | permanent_exclusion | 2024-06-01

        no feed
        suspensions not supplied as of 2024-06-01 expect unknown
    """,
)

SESSIONS_SUSPENDED_365D = Indicator(
    name="sessions_suspended_365d",
    value=suspensions.where(suspensions.kind == "suspension").total(
        suspensions.sessions, last=days(365)
    ),
    reads="How many school sessions the child lost to suspensions in the last year; "
    "two sessions are a day",
    unit="sessions",
    source="Suspension feed",
    family="education",
    more_means_more=True,
    not_a_sign_of="choice; exclusion leaves a child open to exploitation",
    because="Panel, 2020: being kept out of school as a step into exploitation.",
    examples="""
        the 365th day counts
        suspensions as of 2024-06-01 expect 7
        date       | kind       | sessions
        2023-06-01 | suspension | 10
        2023-06-02 | suspension | 3
        2024-05-31 | suspension | 4

        reported too late
        suspensions as of 2024-06-01 expect 0
        date       | kind       | sessions | known_from
        2024-05-20 | suspension | 4        | 2024-06-01

        nobody wrote how many
        suspensions as of 2024-06-01 expect unknown
        date       | kind       | sessions
        2024-05-20 | suspension |
    """,
)

HOME_EDUCATED_NOW = Indicator(
    name="home_educated_now",
    value=local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("home_educated"),
    reads="Whether the latest report of the last year says that the child is educated "
    "at home",
    unit="yes or no",
    source="Local records of kind education_status",
    family="education",
    more_means_more=None,
    role="display",
    not_a_sign_of="harm; most parents who teach at home do so with care",
    because="Community Care, 2025: 153,300 children educated at home in 2023-24, and "
    "about two staff a council to see them.",
    examples="""
        the latest report counts, on the 365th day too
        local_events as of 2024-06-01 expect yes
        date       | kind             | code
        2023-06-02 | education_status | home_educated

        back on a roll
        local_events as of 2024-06-01 expect no
        date       | kind             | code
        2023-09-02 | education_status | home_educated
        2024-01-08 | education_status | on_roll

        reported too late
        local_events as of 2024-06-01 expect unknown
        date       | kind             | code          | known_from
        2024-05-20 | education_status | home_educated | 2024-06-01
    """,
)

NOT_ON_ROLL_NOW = Indicator(
    name="not_on_roll_now",
    value=local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("not_on_roll"),
    reads="Whether the latest report of the last year says that the child is on no "
    "school's roll",
    unit="yes or no",
    source="Local records of kind education_status",
    family="education",
    more_means_more=True,
    role="display",
    not_a_sign_of="choice; a place may be missing, refused or far away",
    because="Panel annual report 2023-24: 26% not in school among reviews with "
    "extrafamilial harm.",
    examples="""
        the latest report, on the 365th day
        local_events as of 2024-06-01 expect yes
        date       | kind             | code
        2023-06-02 | education_status | not_on_roll

        found a place
        local_events as of 2024-06-01 expect no
        date       | kind             | code
        2023-09-02 | education_status | not_on_roll
        2024-01-08 | education_status | on_roll

        the place was reported too late
        local_events as of 2024-06-01 expect yes
        date       | kind             | code        | known_from
        2023-09-02 | education_status | not_on_roll |
        2024-05-20 | education_status | on_roll     | 2024-06-01
    """,
)

PART_TIME_OR_ELSEWHERE_NOW = Indicator(
    name="part_time_or_elsewhere_now",
    value=local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("alternative_provision", "part_time"),
    reads="Whether the latest report of the last year says that the child is at "
    "school for part of the week, or is taught outside school",
    unit="yes or no",
    source="Local records of kind education_status",
    family="education",
    more_means_more=True,
    role="display",
    not_a_sign_of="choice; it may be what the child needs for now",
    because="Panel, 2020: being out of full-time school as a step into exploitation.",
    examples="""
        part of the week
        local_events as of 2024-06-01 expect yes
        date       | kind             | code
        2024-05-31 | education_status | part_time

        full time
        local_events as of 2024-06-01 expect no
        date       | kind             | code
        2024-04-20 | education_status | on_roll

        reported too late; and before the window
        local_events as of 2024-06-01 expect unknown
        date       | kind             | code      | known_from
        2023-06-01 | education_status | part_time |
        2024-05-20 | education_status | part_time | 2024-06-01
    """,
)

NO_LONGER_SEEN_AT_SCHOOL_180D = Indicator(
    name="no_longer_seen_at_school_180d",
    value=(persons.age_years() >= 5)
    & (persons.age_years() <= 15)
    & attendance.any(last=days(365).before(days(180)))
    & ~attendance.any(last=days(180)),
    reads="Whether a child of school age, whose attendance was reported before, has "
    "none reported in the last 180 days",
    unit="yes or no",
    source="Attendance feed; month of birth",
    family="education",
    more_means_more=True,
    role="display",
    not_a_sign_of="harm; the report may be what is missing",
    because="National review of Arthur and Star, 2022: children out of the daily view "
    "of school and nursery.",
    examples="""
        last reported on the 181st day
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        attendance
        date       | sessions_possible
        2023-12-03 | 120

        reported on the 180th day
        persons as of 2024-06-01 expect no
        born
        2014-01-01
        attendance
        date       | sessions_possible
        2023-07-20 | 120
        2023-12-04 | 120

        the later report came too late
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        attendance
        date       | sessions_possible | known_from
        2023-07-20 | 120               |
        2024-05-24 | 120               | 2024-06-01

        sixteen by now
        persons as of 2024-06-01 expect no
        born
        2008-01-01
        attendance
        date       | sessions_possible
        2023-07-20 | 120

        no attendance feed
        persons as of 2024-06-01 expect unknown
        born
        2014-01-01
        attendance not supplied
    """,
)

HOME_EDUCATED_WITH_PLAN = Prompt(
    name="home_educated_with_plan",
    when=(cp_plans.is_open() | s47_enquiries.is_open())
    & local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("home_educated"),
    says="A child protection plan or a section 47 enquiry is open. The child is "
    "educated at home.",
    asks="Who sees the child each week, and has consent to home education been looked "
    "at?",
    because="Children's Wellbeing and Schools Act 2026: consent is needed while an "
    "enquiry or a plan runs, once that part is in force.",
    family="education",
    examples="""
        a plan, and home education reported on the 365th day
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2024-01-01 |
        local_events
        date       | kind             | code
        2023-06-02 | education_status | home_educated

        the plan has ended
        cp_plans as of 2024-06-01 expect no
        date       | end
        2023-01-01 | 2024-05-01
        local_events
        date       | kind             | code
        2024-01-02 | education_status | home_educated

        the plan was entered too late
        cp_plans as of 2024-06-01 expect no
        date       | end | known_from
        2024-05-20 |     | 2024-06-01
        local_events
        date       | kind             | code
        2024-01-02 | education_status | home_educated

        nobody reported how the child is educated
        cp_plans as of 2024-06-01 expect unknown
        date       | end
        2024-01-01 |
    """,
)

SCHOOL_LOST_SIGHT = Prompt(
    name="school_lost_sight",
    when=referrals.is_open()
    & (persons.age_years() >= 5)
    & (persons.age_years() <= 15)
    & attendance.any(last=days(365).before(window("school_silent_window")))
    & ~attendance.any(last=window("school_silent_window")),
    says="A case is open. School reported the child's attendance before, but not in "
    "the last {school_silent_window}.",
    asks="Who sees the child each day now?",
    because="National review of Arthur and Star, 2022: children out of the daily view "
    "of school and nursery.",
    family="education",
    examples="""
        last reported on the 181st day
        referrals as of 2024-06-01 expect yes
        date
        2024-03-01
        persons
        born
        2014-01-01
        attendance
        date       | sessions_possible
        2023-12-03 | 120

        reported on the 180th day
        referrals as of 2024-06-01 expect no
        date
        2024-03-01
        persons
        born
        2014-01-01
        attendance
        date       | sessions_possible
        2023-07-20 | 120
        2023-12-04 | 120

        the referral was entered too late
        referrals as of 2024-06-01 expect no
        date       | known_from
        2024-05-31 | 2024-06-01
        persons
        born
        2014-01-01
        attendance
        date       | sessions_possible
        2023-07-20 | 120
    """,
)

NOT_ON_ROLL_WITH_OPEN_CASE = Prompt(
    name="not_on_roll_with_open_case",
    when=referrals.is_open()
    & local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("not_on_roll", "part_time"),
    says="A case is open. The latest report says that the child is on no roll, or at "
    "school for part of the week.",
    asks="What would get the child back to school, and who is to do it?",
    because="Panel annual report 2023-24: 26% not in school among reviews with "
    "extrafamilial harm.",
    family="education",
    examples="""
        on no roll, reported on the 365th day
        referrals as of 2024-06-01 expect yes
        date
        2024-03-01
        local_events
        date       | kind             | code
        2023-06-02 | education_status | not_on_roll

        on a roll
        referrals as of 2024-06-01 expect no
        date
        2024-03-01
        local_events
        date       | kind             | code
        2024-01-02 | education_status | on_roll

        reported too late
        referrals as of 2024-06-01 expect unknown
        date
        2024-03-01
        local_events
        date       | kind             | code        | known_from
        2024-05-20 | education_status | not_on_roll | 2024-06-01
    """,
)

EDUCATION_NEEDS_REQUEST_REFUSED = Prompt(
    name="education_needs_request_refused",
    when=local_events.where(
        (local_events.kind == "ehc_request")
        & local_events.code.is_in("pending", "refused")
    ).any(last=days(365))
    & (
        suspensions.any(last=days(365))
        | (
            attendance.total(attendance.sessions_missed, last=days(365))
            / attendance.total(attendance.sessions_possible, last=days(365))
            >= 0.5
        )
    ),
    says="A request for an education, health and care plan was refused or waits. The "
    "child was suspended or missed half of school in the same year.",
    asks="What help can start now, without the plan?",
    because="Panel, 2020: exclusion as a step into exploitation; help that waits comes "
    "too late.",
    family="education",
    examples="""
        refused on the 365th day, suspended since
        local_events as of 2024-06-01 expect yes
        date       | kind        | code
        2023-06-02 | ehc_request | refused
        suspensions
        date
        2024-05-01

        agreed
        local_events as of 2024-06-01 expect no
        date       | kind        | code
        2024-01-02 | ehc_request | agreed
        suspensions
        date
        2024-05-01

        told of too late
        local_events as of 2024-06-01 expect no
        date       | kind        | code    | known_from
        2024-05-02 | ehc_request | refused | 2024-06-01
        suspensions
        date
        2024-05-01
    """,
)

SUSPENSIONS_NOT_SUPPLIED = Gap(
    name="suspensions_not_supplied",
    when=(persons.age_years() >= 5)
    & (persons.age_years() <= 17)
    & ~suspensions.count(last=days(365)).is_known(),
    says="Suspensions and exclusions of the last year cannot be seen here.",
    closes_with="Ask the school or the education service whether the child was kept "
    "out of school.",
    because="Panel, 2020: exclusion is a moment when a child can be reached.",
    family="education",
    examples="""
        of school age, no feed
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        suspensions not supplied

        the feed covers the year from its first day
        persons as of 2024-06-01 expect no
        born
        2014-01-01
        suspensions from 2023-06-02

        too young for school
        persons as of 2024-06-01 expect no
        born
        2021-01-01
        suspensions not supplied
    """,
)

EDUCATION_STATUS_NOT_KNOWN = Gap(
    name="education_status_not_known",
    when=(persons.age_years() >= 5)
    & (persons.age_years() <= 15)
    & ~local_events.where(local_events.kind == "education_status")
    .latest(local_events.code, last=days(365))
    .is_in("on_roll")
    .is_known(),
    says="Nobody reported in the last year whether the child is on a roll, taught at "
    "home or without a school.",
    closes_with="Ask the education service which school holds the child, or who "
    "teaches the child.",
    because="Panel annual report 2022-23: 11% of school-age children not in school.",
    family="education",
    examples="""
        no local records
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        local_events not supplied

        reported on the 365th day
        persons as of 2024-06-01 expect no
        born
        2014-01-01
        local_events
        date       | kind             | code
        2023-06-02 | education_status | home_educated

        reported too late
        persons as of 2024-06-01 expect yes
        born
        2014-01-01
        local_events
        date       | kind             | code    | known_from
        2024-05-02 | education_status | on_roll | 2024-06-01
    """,
)
