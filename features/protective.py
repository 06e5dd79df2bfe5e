"""What holds: signs of steadiness, shown to the reader and weighed by no estimate."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    addresses,
    attendance,
    early_help,
    household,
    involvements,
    local_events,
    referrals,
)

SAME_WORKER_180D = Indicator(
    name="same_worker_180d",
    value=involvements.where(involvements.worker_id.is_known()).is_open()
    & (
        involvements.where(involvements.worker_id.is_known()).count(last=days(180)) == 0
    ),
    reads="Whether the child has kept the same worker for 180 days or longer",
    unit="yes or no",
    source="SSD ssd_involvements",
    family="service_response",
    more_means_more=False,
    role="display",
    not_a_sign_of="safety by itself",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships; one lead worker who stays.",
    examples="""
        since the 181st day
        involvements as of 2024-06-01 expect yes
        date       | worker_id | end
        2023-12-03 | w1        |

        another came on the 180th day
        involvements as of 2024-06-01 expect no
        date       | worker_id | end
        2023-01-01 | w1        | 2023-12-04
        2023-12-04 | w2        |

        the new one was entered too late
        involvements as of 2024-06-01 expect yes
        date       | worker_id | end | known_from
        2023-01-01 | w1        |     |
        2024-05-20 | w2        |     | 2024-06-01

        no involvements were supplied
        involvements not supplied as of 2024-06-01 expect unknown
    """,
)

SAME_HOME_365D = Indicator(
    name="same_home_365d",
    value=addresses.is_open() & (addresses.count(last=days(365)) == 0),
    reads="Whether the child has lived at the same address for a year or longer",
    unit="yes or no",
    source="SSD ssd_address",
    family="mobility",
    more_means_more=False,
    role="display",
    not_a_sign_of="safety by itself",
    because="Review of Isabella Jonas-Wheildon, 2025: each move meant that help "
    "began anew.",
    examples="""
        since the 366th day
        addresses as of 2024-06-01 expect yes
        date
        2023-06-01

        since the 365th day
        addresses as of 2024-06-01 expect no
        date
        2023-06-02

        a move that was told of too late
        addresses as of 2024-06-01 expect yes
        date       | end        | end_known_from | known_from
        2020-01-01 | 2024-05-20 | 2024-06-01     | 2020-01-08
        2024-05-20 |            |                | 2024-06-01
    """,
)

ATTENDS_STEADILY_365D = Indicator(
    name="attends_steadily_365d",
    value=attendance.total(attendance.sessions_missed, last=days(365))
    / attendance.total(attendance.sessions_possible, last=days(365))
    <= 0.05,
    reads="Whether the child missed one school session in twenty or fewer in the last "
    "year",
    unit="yes or no",
    source="Attendance feed",
    family="education",
    more_means_more=False,
    role="display",
    not_a_sign_of="safety by itself; school may be where the child feels safe",
    because="Community Care on Panel reviews, 2024-25, good practice: a steady school.",
    examples="""
        one in twenty, from the 365th day on
        attendance as of 2024-06-01 expect yes
        date       | sessions_possible | sessions_missed
        2023-06-01 | 100               | 100
        2023-06-02 | 100               | 2
        2024-03-28 | 100               | 8

        more than that
        attendance as of 2024-06-01 expect no
        date       | sessions_possible | sessions_missed
        2024-03-28 | 100               | 6

        reported too late
        attendance as of 2024-06-01 expect unknown
        date       | sessions_possible | sessions_missed | known_from
        2024-05-24 | 100               | 0               | 2024-06-01
    """,
)

EARLY_HELP_TAKEN_UP = Indicator(
    name="early_help_taken_up",
    value=early_help.is_open(),
    reads="Whether the family is taking part in early help now",
    unit="yes or no",
    source="SSD ssd_early_help_episodes",
    family="cumulative_harm",
    more_means_more=False,
    role="display",
    not_a_sign_of="harm; taking help is a strength",
    because="Community Care on Panel reviews, 2024-25, good practice: help "
    "taken early.",
    examples="""
        begun the day before
        early_help as of 2024-06-01 expect yes
        date       | end
        2024-05-31 |

        ended
        early_help as of 2024-06-01 expect no
        date       | end
        2024-01-01 | 2024-05-31

        an end that was known too late reads as open
        early_help as of 2024-06-01 expect yes
        date       | end        | end_known_from
        2024-01-01 | 2024-05-20 | 2024-06-01

        early help was not supplied
        early_help not supplied as of 2024-06-01 expect unknown
    """,
)

GRANDPARENT_LINKED = Indicator(
    name="grandparent_linked",
    value=household.where(household.role == "grandparent").is_open(),
    reads="Whether a grandparent is recorded as living with or caring for the child "
    "now",
    unit="yes or no",
    source="Links of household",
    family="adult_histories",
    more_means_more=False,
    role="display",
    not_a_sign_of="safety by itself; it names somebody to ask",
    because="National review of Arthur and Star, 2022: family members spoke up "
    "and were not heard.",
    examples="""
        linked since the day before
        household as of 2024-06-01 expect yes
        date       | role
        2024-05-31 | grandparent

        linked no longer
        household as of 2024-06-01 expect no
        date       | role        | end
        2020-01-01 | grandparent | 2024-05-01

        written down too late
        household as of 2024-06-01 expect no
        date       | role        | known_from
        2020-01-01 | grandparent | 2024-06-01
    """,
)

FAMILY_MEETING_DAYS = Indicator(
    name="family_meeting_days",
    value=local_events.where(local_events.kind == "family_meeting").days_since_last(),
    reads="How many days ago the wider family last met to plan with the services; not "
    "known where nothing is held",
    unit="days",
    source="Local records of kind family_meeting",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family lacks; services arrange such meetings",
    because="National review of Arthur and Star, 2022: the wider family's view was not "
    "sought.",
    examples="""
        the day before is one day ago
        local_events as of 2024-06-01 expect 1
        date       | kind
        2024-05-31 | family_meeting
        2024-06-01 | family_meeting

        written up too late
        local_events as of 2024-06-01 expect unknown
        date       | kind           | known_from
        2024-05-20 | family_meeting | 2024-06-01
    """,
)

DAYS_AT_THIS_SCHOOL = Indicator(
    name="days_at_this_school",
    value=local_events.where(local_events.kind == "school_joined").days_since_last(),
    reads="How many days ago the child last joined a school; not known where nothing "
    "is held",
    unit="days",
    source="Local records of kind school_joined",
    family="education",
    more_means_more=False,
    role="display",
    not_a_sign_of="safety by itself; a new school may be a good start",
    because="Community Care on Panel reviews, 2024-25, good practice: a steady school.",
    examples="""
        the last of two
        local_events as of 2024-06-01 expect 31
        date       | kind
        2020-09-01 | school_joined
        2024-05-01 | school_joined

        the later one was reported too late
        local_events as of 2024-06-01 expect 1369
        date       | kind          | known_from
        2020-09-01 | school_joined |
        2024-05-01 | school_joined | 2024-06-01

        nothing held
        local_events as of 2024-06-01 expect unknown
    """,
)

HEALTH_VISITOR_DAYS = Indicator(
    name="health_visitor_days",
    value=local_events.where(
        local_events.kind == "health_visitor_contact"
    ).days_since_last(),
    reads="How many days ago the health visitor last saw the child; not known where "
    "nothing is held",
    unit="days",
    source="Local records of kind health_visitor_contact",
    family="under_ones",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="National review of Arthur and Star, 2022: young children were out of the "
    "view of services.",
    examples="""
        the day before is one day ago
        local_events as of 2024-06-01 expect 1
        date       | kind
        2024-05-31 | health_visitor_contact

        written up too late
        local_events as of 2024-06-01 expect unknown
        date       | kind                   | known_from
        2024-05-20 | health_visitor_contact | 2024-06-01
    """,
)

SCHOOL_HOLDS_THE_CHILD = Prompt(
    name="school_holds_the_child",
    when=referrals.is_open()
    & (
        attendance.total(attendance.sessions_missed, last=days(365))
        / attendance.total(attendance.sessions_possible, last=days(365))
        <= 0.05
    ),
    says="A case is open, and the child is hardly ever away from school.",
    asks="What does school do that works, and whom does the child trust there?",
    because="Community Care on Panel reviews, 2024-25, good practice: a steady school."
    " Build on what already holds.",
    family="education",
    examples="""
        open since the day before, a term on the 365th day
        referrals as of 2024-06-01 expect yes
        date
        2024-05-31
        attendance
        date       | sessions_possible | sessions_missed
        2023-06-02 | 100               | 2

        away more often
        referrals as of 2024-06-01 expect no
        date
        2024-03-01
        attendance
        date       | sessions_possible | sessions_missed
        2024-03-28 | 100               | 20

        the referral was entered too late
        referrals as of 2024-06-01 expect no
        date       | known_from
        2024-05-31 | 2024-06-01
        attendance
        date       | sessions_possible | sessions_missed
        2024-03-28 | 100               | 2

        no attendance feed
        referrals as of 2024-06-01 expect unknown
        date
        2024-03-01
        attendance not supplied
    """,
)

WORKER_OF_LONG_STANDING_LEFT = Prompt(
    name="worker_of_long_standing_left",
    when=involvements.where(involvements.worker_id.is_known()).open_at(days(180))
    & (
        involvements.where(involvements.worker_id.is_known()).count(
            last=days(150).before(days(30))
        )
        == 0
    )
    & involvements.where(involvements.worker_id.is_known()).any(last=days(30)),
    says="A worker who knew the child for half a year or more has handed over, or "
    "shares the work, since the last 30 days.",
    asks="Could the two see the child together, and could the child say goodbye?",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships.",
    family="service_response",
    examples="""
        a new worker on the 30th day, the old one since long
        involvements as of 2024-06-01 expect yes
        date       | worker_id | end
        2023-06-01 | w1        | 2024-05-10
        2024-05-02 | w2        |

        the old one came in between
        involvements as of 2024-06-01 expect no
        date       | worker_id | end
        2023-06-01 | w0        | 2024-01-10
        2024-01-10 | w1        | 2024-05-10
        2024-05-02 | w2        |

        the new one was entered too late
        involvements as of 2024-06-01 expect no
        date       | worker_id | end | known_from
        2023-06-01 | w1        |     |
        2024-05-20 | w2        |     | 2024-06-01
    """,
)
