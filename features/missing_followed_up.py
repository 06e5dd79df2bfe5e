"""Going missing: what services did about it, and what nobody wrote down."""

from riskaid.indicators import Gap, Prompt, days, number, window
from riskaid.records.tables import local_events, missing_episodes, s47_enquiries

MISSING_MANY_TIMES = Prompt(
    name="missing_many_times",
    when=missing_episodes.count(last=window("missing_many_window"))
    >= number("missing_many_episodes"),
    says="Missing at least {missing_many_episodes} times in {missing_many_window}.",
    asks="Have the agencies looked together at when, from where and after what the "
    "child goes, and who could be behind it?",
    because="Panel annual report 2023-24: missing episodes not analysed for patterns, "
    "no plan between agencies. The number is common local practice.",
    family="missing",
    examples="""
        three, the first on the 90th day
        missing_episodes as of 2024-06-01 expect yes
        date
        2024-03-03
        2024-04-01
        2024-05-31

        the first a day earlier
        missing_episodes as of 2024-06-01 expect no
        date
        2024-03-02
        2024-04-01
        2024-05-31

        the third was heard of too late
        missing_episodes as of 2024-06-01 expect no
        date       | known_from
        2024-03-03 |
        2024-04-01 |
        2024-05-30 | 2024-06-01

        not supplied
        missing_episodes not supplied as of 2024-06-01 expect unknown
    """,
)

MISSING_NOW = Prompt(
    name="missing_now",
    when=missing_episodes.is_open(),
    says="A missing episode is recorded without a return.",
    asks="Is the child back? If not, who is looking, and has a strategy discussion "
    "been held?",
    because="Panel annual report 2023-24: whereabouts unknown, missing not seen as "
    "serious.",
    family="missing",
    examples="""
        away since the day before
        missing_episodes as of 2024-06-01 expect yes
        date       | end
        2024-05-31 |

        back the day before
        missing_episodes as of 2024-06-01 expect no
        date       | end
        2024-05-20 | 2024-05-31

        a return that was recorded too late
        missing_episodes as of 2024-06-01 expect yes
        date       | end        | end_known_from
        2024-05-20 | 2024-05-22 | 2024-06-01

        reported too late
        missing_episodes as of 2024-06-01 expect no
        date       | end | known_from
        2024-05-31 |     | 2024-06-01

        not supplied
        missing_episodes not supplied as of 2024-06-01 expect unknown
    """,
)

MISSING_MORE_OFTEN = Prompt(
    name="missing_more_often",
    when=(missing_episodes.rate_of_change(last=window("missing_compared_window")) >= 1)
    & (missing_episodes.count(last=window("missing_compared_window")) >= 2)
    & (s47_enquiries.count(last=window("missing_compared_window")) == 0),
    says="Missing more often in the last {missing_compared_window} than in the same "
    "time before; no section 47 enquiry is recorded in that time.",
    asks="What changed for the child around then, and has anybody the child trusts "
    "asked?",
    because="Panel annual report 2023-24: missing episodes not analysed for patterns "
    "and not escalated.",
    family="missing",
    examples="""
        two, the first on the 90th day, after one before
        missing_episodes as of 2024-06-01 expect yes
        date
        2024-03-02
        2024-03-03
        2024-05-01

        as often as before
        missing_episodes as of 2024-06-01 expect no
        date
        2024-03-01
        2024-03-02
        2024-03-03
        2024-05-01

        an enquiry was made
        missing_episodes as of 2024-06-01 expect no
        date
        2024-03-03
        2024-05-01
        s47_enquiries
        date
        2024-05-02

        the second was heard of too late
        missing_episodes as of 2024-06-01 expect no
        date       | known_from
        2024-03-03 |
        2024-05-01 | 2024-06-01

        enquiries were not supplied
        missing_episodes as of 2024-06-01 expect unknown
        date
        2024-03-03
        2024-05-01
        s47_enquiries not supplied
    """,
)

MISSING_EPISODES_NOT_SUPPLIED = Gap(
    name="missing_episodes_not_supplied",
    when=~missing_episodes.count(last=days(365)).is_known(),
    says="Whether the child went missing in the last year cannot be seen here.",
    closes_with="Ask the police for missing reports, from home and from care.",
    because="Panel annual report 2023-24: repeatedly missing is the most common factor "
    "in reviews of harm outside the family.",
    family="missing",
    examples="""
        not supplied
        missing_episodes not supplied as of 2024-06-01 expect yes

        covers the year from its first day
        missing_episodes from 2023-06-02 as of 2024-06-01 expect no

        begins a day too late
        missing_episodes from 2023-06-03 as of 2024-06-01 expect yes
    """,
)

WHEREABOUTS_WHILE_MISSING_NOT_KNOWN = Gap(
    name="whereabouts_while_missing_not_known",
    when=missing_episodes.where(missing_episodes.end.is_known()).any(
        last=window("missing_debrief_window")
    )
    & ~missing_episodes.where(missing_episodes.rhi_accepted == "yes").any(
        last=window("missing_debrief_window")
    )
    & (
        ~local_events.any(last=window("missing_debrief_window")).is_known()
        | (
            local_events.where(local_events.kind == "missing_debrief").count(
                last=window("missing_debrief_window")
            )
            == 0
        )
    ),
    says="The child came back from being missing in the last {missing_debrief_window}; "
    "no return interview that took place, and no talk with the police, is recorded.",
    closes_with="Ask whoever the child would talk to, and the police, where the child "
    "was and with whom; record that it is not known, if it is not.",
    because="Panel annual report 2023-24: whereabouts during missing episodes unknown.",
    family="missing",
    examples="""
        back on the 180th day, no interview and no such feed
        missing_episodes as of 2024-06-01 expect yes
        date       | end
        2023-12-04 | 2023-12-04
        local_events not supplied

        an interview took place
        missing_episodes as of 2024-06-01 expect no
        date       | end        | rhi_offered | rhi_accepted
        2024-05-01 | 2024-05-02 | yes         | yes

        the police talked with the child
        missing_episodes as of 2024-06-01 expect no
        date       | end
        2024-05-01 | 2024-05-02
        local_events
        date       | kind
        2024-05-03 | missing_debrief

        that talk was recorded too late
        missing_episodes as of 2024-06-01 expect yes
        date       | end
        2024-05-01 | 2024-05-02
        local_events
        date       | kind            | known_from
        2024-05-03 | missing_debrief | 2024-06-01

        not back yet is another matter
        missing_episodes as of 2024-06-01 expect no
        date       | end
        2024-05-31 |

        not supplied
        missing_episodes not supplied as of 2024-06-01 expect unknown
    """,
)
