"""Harm outside the family: what services did, and when a child could be reached."""

from riskaid.indicators import Gap, Prompt, codelist, number, window
from riskaid.records.tables import (
    assessment_factors,
    involvements,
    local_events,
    missing_episodes,
    placements,
    suspensions,
)

REACHABLE_MOMENT = Prompt(
    name="reachable_moment",
    when=suspensions.any(last=window("reachable_window"))
    | missing_episodes.where(missing_episodes.end.is_known()).any(
        last=window("reachable_window")
    ),
    says="The child was suspended or excluded, or came back from being missing, in the "
    "last {reachable_window}.",
    asks="Who can meet the child now, while it may help, and with something to offer?",
    because="Panel webinar, 2020: exclusion, an arrest and an injury are moments when "
    "a child can be reached.",
    family="extrafamilial_harm",
    examples="""
        suspended on the 30th day
        suspensions as of 2024-06-01 expect yes
        date
        2024-05-02

        back from being missing
        suspensions as of 2024-06-01 expect yes
        missing_episodes
        date       | end
        2024-05-20 | 2024-05-21

        a day earlier, and still away
        suspensions as of 2024-06-01 expect no
        date
        2024-05-01
        missing_episodes
        date       | end
        2024-05-31 |

        reported too late
        suspensions as of 2024-06-01 expect no
        date       | known_from
        2024-05-20 | 2024-06-01

        schools supplied nothing, and the child did not go missing
        suspensions not supplied as of 2024-06-01 expect unknown

        schools supplied nothing, and the child came back
        suspensions not supplied as of 2024-06-01 expect yes
        missing_episodes
        date       | end
        2024-05-20 | 2024-05-21
    """,
)

REACHABLE_MOMENT_ARREST_OR_INJURY = Prompt(
    name="reachable_moment_arrest_or_injury",
    when=local_events.where(
        (local_events.kind == "arrest")
        | ((local_events.kind == "health_notice") & (local_events.code == "injury"))
    ).any(last=window("reachable_window")),
    says="The child was arrested, or treated for an injury, in the last "
    "{reachable_window}.",
    asks="Who can meet the child now, while it may help, and has anybody asked what "
    "lay behind it?",
    because="Panel webinar, 2020: an arrest and an injury are moments when a child can "
    "be reached.",
    family="extrafamilial_harm",
    examples="""
        arrested on the 30th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-02 | arrest

        treated for an injury
        local_events as of 2024-06-01 expect yes
        date       | kind          | code
        2024-05-31 | health_notice | injury

        a day earlier, and another notice
        local_events as of 2024-06-01 expect no
        date       | kind          | code
        2024-05-01 | health_notice | injury
        2024-05-20 | health_notice | sti

        recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind          | code   | known_from
        2024-05-20 | health_notice | injury | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

EXCLUSION_EXPLOITATION_NOT_CONSIDERED = Prompt(
    name="exclusion_exploitation_not_considered",
    when=assessment_factors.where(assessment_factors.code == "14A").any(
        last=window("exploitation_window")
    )
    & suspensions.any(last=window("exploitation_window"))
    & ~assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    ).any(last=window("exploitation_window")),
    says="Behaviour is recorded as the factor and the child was suspended or excluded; "
    "exploitation, trafficking or gangs are not recorded as a factor in the last "
    "{exploitation_window}.",
    asks="Could somebody be behind what the child does, and who will keep the child in "
    "school?",
    because="Panel annual report 2023-24: behaviour seen as choice, signs of "
    "exploitation missed. Panel webinar, 2020: exclusion makes exploitation worse.",
    family="extrafamilial_harm",
    examples="""
        behaviour, and suspended on the 365th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2024-01-01 | 14A
        suspensions
        date       | kind
        2023-06-02 | suspension

        exploitation was considered
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 14A
        2024-01-01 | 13A
        suspensions
        date       | kind
        2024-05-01 | permanent_exclusion

        suspended a day before the window
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 14A
        suspensions
        date       | kind
        2023-06-01 | suspension

        the suspension was reported too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 14A
        suspensions
        date       | known_from
        2024-05-01 | 2024-06-01

        schools supplied nothing
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2024-01-01 | 14A
        suspensions not supplied
    """,
)

VICTIM_AND_SUSPECT = Prompt(
    name="victim_and_suspect",
    when=local_events.where(local_events.kind == "police_victim").any(
        last=window("exploitation_window")
    )
    & local_events.where(local_events.kind == "police_suspect").any(
        last=window("exploitation_window")
    ),
    says="The police recorded the child as harmed by an offence and as suspected of "
    "one in the last {exploitation_window}.",
    asks="Is the child met as a child who was harmed in both, and do both officers "
    "know of each other?",
    because="Panel annual report 2023-24: offending seen as a choice, signs of "
    "exploitation missed; children treated as older than they are.",
    family="extrafamilial_harm",
    examples="""
        both, one on the 365th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-06-02 | police_victim
        2024-05-01 | police_suspect

        one of them a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind
        2023-06-01 | police_victim
        2024-05-01 | police_suspect

        one of them recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind           | known_from
        2024-01-01 | police_victim  | 2024-06-01
        2024-05-01 | police_suspect |

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

PLACED_FAR_AWAY_AFTER_EXPLOITATION = Prompt(
    name="placed_far_away_after_exploitation",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    ).any(last=window("exploitation_window"))
    & placements.where(placements.distance_miles > number("far_away_miles")).is_open(),
    says="Exploitation, trafficking or gangs were a factor in the last "
    "{exploitation_window}, and the child is placed more than {far_away_miles} miles "
    "from home.",
    asks="Who keeps school, health care and the people the child trusts going, and "
    "what is the way back?",
    because="Panel webinar, 2020: moving children away is not an effective long-term "
    "solution.",
    family="extrafamilial_harm",
    examples="""
        a factor on the 365th day, placed far away now
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 24A
        placements
        date       | distance_miles
        2024-05-31 | 21

        the placement has ended, another is near
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2023-06-02 | 24A
        placements
        date       | distance_miles | end
        2024-01-01 | 21             | 2024-03-01
        2024-03-01 | 20             |

        that end was recorded too late
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2023-06-02 | 24A
        placements
        date       | distance_miles | end        | end_known_from
        2024-01-01 | 21             | 2024-03-01 | 2024-06-01

        placements were not supplied
        assessment_factors as of 2024-06-01 expect unknown
        date       | code
        2023-06-02 | 24A
        placements not supplied
    """,
)

SERVICE_REFUSED_TO_CHILD = Prompt(
    name="service_refused_to_child",
    when=local_events.where(local_events.kind == "service_refused").any(
        last=window("service_refused_window")
    ),
    says="A service turned the child away in the last {service_refused_window} because "
    "of the danger around the child.",
    asks="Who will take it up with that service's managers, and what is offered until "
    "then?",
    because="Community Care on published reviews, 2024-25: mental health care refused "
    "because of danger from gangs.",
    family="extrafamilial_harm",
    examples="""
        on the 180th day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2023-12-04 | service_refused

        a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind
        2023-12-03 | service_refused

        recorded too late
        local_events as of 2024-06-01 expect no
        date       | kind            | known_from
        2024-05-01 | service_refused | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

EXPLOITED_WORKERS_CHANGE = Prompt(
    name="exploited_workers_change",
    when=assessment_factors.where(
        assessment_factors.code.is_in(codelist("exploitation_factors"))
    ).any(last=window("exploitation_window"))
    & (
        involvements.count_distinct(
            involvements.worker_id, last=window("exploitation_window")
        )
        >= number("exploitation_workers")
    ),
    says="Exploitation, trafficking or gangs were a factor, and at least "
    "{exploitation_workers} workers were allocated, in the last {exploitation_window}.",
    asks="Who is the one practitioner the child can count on, and will that person "
    "stay?",
    because="Panel annual report 2023-24: one lead practitioner; turnover of staff "
    "stands in the way of relationships.",
    family="extrafamilial_harm",
    examples="""
        three workers, the first on the 365th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2024-01-01 | 24A
        involvements
        date       | worker_id
        2023-06-02 | w1
        2024-01-01 | w2
        2024-05-01 | w3

        the first came a day earlier
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 24A
        involvements
        date       | worker_id
        2023-06-01 | w1
        2024-01-01 | w2
        2024-05-01 | w3

        the third was recorded too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2024-01-01 | 24A
        involvements
        date       | worker_id | known_from
        2023-06-02 | w1        |
        2024-01-01 | w2        |
        2024-05-01 | w3        | 2024-06-01

        no assessments were supplied
        assessment_factors not supplied as of 2024-06-01 expect unknown
        involvements
        date       | worker_id
        2023-06-02 | w1
        2024-01-01 | w2
        2024-05-01 | w3
    """,
)

HELP_NOT_REVIEWED = Prompt(
    name="help_not_reviewed",
    when=local_events.where(local_events.kind == "intervention_started").any(
        last=window("help_begun_window").before(window("help_review_window"))
    )
    & (
        local_events.where(local_events.kind == "intervention_reviewed").count(
            last=window("help_begun_window")
        )
        == 0
    ),
    says="Work with the child began more than {help_review_window} ago; no review of "
    "whether it helps is recorded in the last {help_begun_window}.",
    asks="Does it help, what does the child say, and what would be better?",
    because="Panel annual report 2023-24: whether help works should be looked at.",
    family="extrafamilial_harm",
    examples="""
        begun on the 91st day, not reviewed
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-03-02 | intervention_started

        begun on the 90th day: there is still time
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-03-03 | intervention_started

        reviewed
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-01-02 | intervention_started
        2024-04-02 | intervention_reviewed

        reviewed, but recorded too late
        local_events as of 2024-06-01 expect yes
        date       | kind                  | known_from
        2024-01-02 | intervention_started  |
        2024-04-02 | intervention_reviewed | 2024-06-01

        no such feed
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

POLICE_RECORDS_OF_CHILD_NOT_SUPPLIED = Gap(
    name="police_records_of_child_not_supplied",
    when=~local_events.any(last=window("exploitation_window")).is_known(),
    says="Arrests, injuries, offences against the child and work of youth justice "
    "cannot be seen here.",
    closes_with="Ask the police, the emergency department and youth justice.",
    because="Panel annual report 2023-24: 49% of children in reviews of harm outside "
    "the family were known to youth justice.",
    family="extrafamilial_harm",
    examples="""
        no such feed
        local_events not supplied as of 2024-06-01 expect yes

        it covers the year from its first day
        local_events from 2023-06-02 as of 2024-06-01 expect no

        it begins a day too late
        local_events from 2023-06-03 as of 2024-06-01 expect yes
    """,
)
