"""What services did. Shown to the reader; never weighed as if the child had done it."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import cin_visits, cp_visits, involvements

WORKER_CHANGES_365D = Indicator(
    name="worker_changes_365d",
    value=involvements.count_distinct(involvements.worker_id, last=days(365)),
    reads="How many different workers were recorded as allocated in the last year",
    unit="workers",
    source="SSD ssd_involvements",
    family="service_response",
    more_means_more=None,
    not_a_sign_of="anything the family did",
    role="display",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships.",
    examples="""
        the 365th day counts; the same worker twice is one
        involvements as of 2024-06-01 expect 2
        date       | worker_id
        2023-06-01 | w0
        2023-06-02 | w1
        2024-01-01 | w2
        2024-05-01 | w1

        recorded too late
        involvements as of 2024-06-01 expect 0
        date       | worker_id | known_from
        2024-05-01 | w1        | 2024-06-01
    """,
)

VISITS_90D = Indicator(
    name="visits_90d",
    value=cin_visits.count(last=days(90)) + cp_visits.count(last=days(90)),
    reads="How many visits to the child were recorded in the last 90 days",
    unit="visits",
    source="SSD ssd_cin_visits, ssd_cp_visits",
    family="service_response",
    more_means_more=None,
    not_a_sign_of="anything the family did",
    role="display",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    examples="""
        visits of both kinds; the 90th day counts
        cin_visits as of 2024-06-01 expect 2
        date
        2024-03-02
        2024-03-03
        cp_visits
        date
        2024-05-31

        written up too late
        cin_visits as of 2024-06-01 expect 0
        date       | known_from
        2024-05-20 | 2024-06-01

        one of the two was not supplied
        cin_visits as of 2024-06-01 expect unknown
        date
        2024-05-20
        cp_visits not supplied
    """,
)

NOT_SEEN_ALONE_90D = Prompt(
    name="not_seen_alone_90d",
    when=(cin_visits.any(last=days(90)) | cp_visits.any(last=days(90)))
    & ~(
        cin_visits.where(cin_visits.seen_alone == "yes").any(last=days(90))
        | cp_visits.where(cp_visits.seen_alone == "yes").any(last=days(90))
    ),
    says="There were visits in the last 90 days, and none records that the child was "
    "seen alone.",
    asks="Who has heard or watched the child without the family there, in a way that "
    "suits the child's age?",
    because="National review of Arthur and Star, 2022: children not seen alone, their "
    "voice not heard.",
    family="service_response",
    examples="""
        visited on the 90th day, not seen alone
        cin_visits as of 2024-06-01 expect yes
        date       | child_seen | seen_alone
        2024-03-03 | yes        | no

        seen alone once
        cin_visits as of 2024-06-01 expect no
        date       | seen_alone
        2024-04-03 | no
        cp_visits
        date       | seen_alone
        2024-05-03 | yes

        written up too late
        cin_visits as of 2024-06-01 expect yes
        date       | seen_alone | known_from
        2024-04-03 | no         |
        2024-05-03 | yes        | 2024-06-01

        no visit at all is another matter
        cin_visits as of 2024-06-01 expect no
    """,
)
