"""Moving home, moving between councils, losing a home."""

from riskaid.indicators import Gap, Indicator, Prompt, days, number, window
from riskaid.records.tables import (
    addresses,
    housing_events,
    icpcs,
    local_events,
    placements,
    referrals,
    s47_enquiries,
)

ADDRESS_CHANGES_365D = Indicator(
    name="address_changes_365d",
    value=addresses.count(last=days(365)),
    reads="How many times a new address of the child was recorded in the last year",
    unit="addresses",
    source="SSD ssd_address",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="evasion; families move for safety, work and rent",
    because="Review of Isabella Jonas-Wheildon, 2025: four moves over three councils "
    "in weeks.",
    examples="""
        the 365th day counts
        addresses as of 2024-06-01 expect 2
        date       | end
        2023-06-01 | 2023-06-02
        2023-06-02 | 2024-05-31
        2024-05-31 |

        told of too late
        addresses as of 2024-06-01 expect 0
        date       | known_from
        2024-05-01 | 2024-06-01
    """,
)

HOMELESSNESS_EVENTS_365D = Indicator(
    name="homelessness_events_365d",
    value=housing_events.count(last=days(365)),
    reads="How many times the family asked for a home, was refused one, got notice to "
    "leave or stayed somewhere for a time, in the last year",
    unit="events",
    source="Housing feed",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="how a parent cares",
    because="Review of Isabella Jonas-Wheildon, 2025: temporary accommodation refused "
    "twice before the family lived in a tent.",
    examples="""
        the 365th day counts
        housing_events as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | eviction_notice
        2023-06-02 | homelessness_application

        told of too late
        housing_events as of 2024-06-01 expect 0
        date       | known_from
        2024-05-01 | 2024-06-01

        no housing feed
        housing_events not supplied as of 2024-06-01 expect unknown
    """,
)

PLACEMENT_CHANGES_365D = Indicator(
    name="placement_changes_365d",
    value=placements.count(last=days(365)),
    reads="How many placements of the child were recorded as begun in the last year",
    unit="placements",
    source="SSD ssd_cla_placement",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="what the child did",
    because="Panel annual report 2023-24: moving children away did not last as a "
    "solution.",
    examples="""
        the 365th day counts
        placements as of 2024-06-01 expect 1
        date
        2023-06-01
        2023-06-02

        known too late
        placements as of 2024-06-01 expect 0
        date       | known_from
        2024-05-01 | 2024-06-01
    """,
)

ACCOMMODATION_REFUSED_AFTER_MOVE = Prompt(
    name="accommodation_refused_after_move",
    when=housing_events.where(housing_events.kind == "accommodation_refused").any(
        last=days(90)
    )
    & addresses.any(last=days(90)),
    says="Accommodation was refused and a new address recorded, both in the last 90 "
    "days.",
    asks="Where does the child sleep now, and who has seen it?",
    because="Review of Isabella Jonas-Wheildon, 2025: refused accommodation, moved, "
    "first contact attempted after five days.",
    family="mobility",
    examples="""
        both on the 90th day
        housing_events as of 2024-06-01 expect yes
        date       | kind
        2024-03-03 | accommodation_refused
        addresses
        date
        2024-03-03

        an application is no refusal
        housing_events as of 2024-06-01 expect no
        date       | kind
        2024-05-01 | homelessness_application
        addresses
        date
        2024-05-01

        the refusal was known too late
        housing_events as of 2024-06-01 expect no
        date       | kind                  | known_from
        2024-05-01 | accommodation_refused | 2024-06-01
        addresses
        date
        2024-05-01

        no housing feed
        housing_events not supplied as of 2024-06-01 expect unknown
        addresses
        date
        2024-05-01
    """,
)

ADDRESS_CHANGES_90D = Indicator(
    name="address_changes_90d",
    value=addresses.count(last=days(90)),
    reads="How many times a new address of the child was recorded in the last 90 days",
    unit="addresses",
    source="SSD ssd_address",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="evasion; families move for safety, work and rent",
    because="Review of Isabella Jonas-Wheildon, 2025: four moves over three councils "
    "in weeks.",
    examples="""
        the 90th day counts
        addresses as of 2024-06-01 expect 1
        date
        2024-03-02
        2024-03-03

        told of too late
        addresses as of 2024-06-01 expect 0
        date       | known_from
        2024-05-20 | 2024-06-01

        no addresses were supplied
        addresses not supplied as of 2024-06-01 expect unknown
    """,
)

ADDRESS_CHANGES_RISE_180D = Indicator(
    name="address_changes_rise_180d",
    value=addresses.rate_of_change(last=days(180)),
    reads="How many more moves were recorded in the last 180 days than in the 180 days "
    "before; below 0 where there were fewer",
    unit="addresses",
    source="SSD ssd_address",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="evasion; families move for safety, work and rent",
    because="Review of Isabella Jonas-Wheildon, 2025: moves within days of each other.",
    examples="""
        two of late, one on the 181st day
        addresses as of 2024-06-01 expect 1
        date
        2023-12-03
        2023-12-04
        2024-05-31

        fewer than before, as one was told of too late
        addresses as of 2024-06-01 expect -1
        date       | known_from
        2023-11-03 |
        2024-05-20 | 2024-06-01
    """,
)

AREAS_LIVED_IN_365D = Indicator(
    name="areas_lived_in_365d",
    value=addresses.count_distinct(addresses.outcode, last=days(365)),
    reads="In how many different postal areas a new address was recorded in the last "
    "year; only how many, not which",
    unit="areas",
    source="SSD ssd_address",
    family="mobility",
    more_means_more=None,
    role="display",
    not_a_sign_of="evasion; which area it is says nothing",
    because="Review of Isabella Jonas-Wheildon, 2025: each area saw one part of the "
    "story.",
    examples="""
        the 365th day counts; back in the same area is one
        addresses as of 2024-06-01 expect 2
        date       | outcode
        2023-06-01 | AA1
        2023-06-02 | AA2
        2024-01-01 | AA3
        2024-05-31 | AA2

        told of too late
        addresses as of 2024-06-01 expect 0
        date       | outcode | known_from
        2024-05-01 | AA1     | 2024-06-01
    """,
)

OTHER_COUNCIL_REFERRALS_365D = Indicator(
    name="other_council_referrals_365d",
    value=referrals.where(referrals.source_code == "5C").count(last=days(365)),
    reads="How many referrals came from another council in the last year",
    unit="referrals",
    source="SSD ssd_cin_episodes, source 5C",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="evasion; families move for safety, work and rent",
    because="Review of Isabella Jonas-Wheildon, 2025: three councils in weeks, and "
    "none held the whole story.",
    examples="""
        the 365th day counts; another source does not
        referrals as of 2024-06-01 expect 1
        date       | source_code
        2023-06-01 | 5C
        2023-06-02 | 5C
        2024-01-01 | 6

        entered too late
        referrals as of 2024-06-01 expect 0
        date       | source_code | known_from
        2024-05-30 | 5C          | 2024-06-01
    """,
)

TRANSFER_IN_CONFERENCES_730D = Indicator(
    name="transfer_in_conferences_730d",
    value=icpcs.where(icpcs.transfer_in == "yes").count(last=days(730)),
    reads="How many conferences were held in the last two years because the child "
    "moved here on another council's plan",
    unit="conferences",
    source="SSD ssd_initial_cp_conference",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="evasion; families move for safety, work and rent",
    because="Review of Isabella Jonas-Wheildon, 2025: what one council knew did not "
    "move with the child.",
    examples="""
        the 730th day counts; an ordinary one does not
        icpcs as of 2024-06-01 expect 1
        date       | transfer_in
        2022-06-01 | yes
        2022-06-02 | yes
        2024-01-01 | no

        entered too late
        icpcs as of 2024-06-01 expect 0
        date       | transfer_in | known_from
        2024-05-20 | yes         | 2024-06-01

        planned for the as-of day
        icpcs as of 2024-06-01 expect 0
        date       | transfer_in | known_from
        2024-06-01 | yes         | 2024-05-01
    """,
)

ACCOMMODATION_REFUSED_365D = Indicator(
    name="accommodation_refused_365d",
    value=housing_events.where(housing_events.kind == "accommodation_refused").count(
        last=days(365)
    ),
    reads="How many times an offer of a home was refused or withheld in the last year",
    unit="events",
    source="Housing feed",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="how a parent cares; offers may leave out somebody of the family",
    because="Review of Isabella Jonas-Wheildon, 2025: temporary accommodation refused "
    "twice, the partner being left out.",
    examples="""
        the 365th day counts; another event does not
        housing_events as of 2024-06-01 expect 1
        date       | kind
        2023-06-01 | accommodation_refused
        2023-06-02 | accommodation_refused
        2024-01-01 | eviction_notice

        told of too late
        housing_events as of 2024-06-01 expect 0
        date       | kind                  | known_from
        2024-05-20 | accommodation_refused | 2024-06-01

        no housing feed
        housing_events not supplied as of 2024-06-01 expect unknown
    """,
)

TEMPORARY_ACCOMMODATION_90D = Indicator(
    name="temporary_accommodation_90d",
    value=housing_events.where(housing_events.kind == "temporary_accommodation").any(
        last=days(90)
    ),
    reads="Whether the family moved to a temporary home in the last 90 days",
    unit="yes or no",
    source="Housing feed",
    family="mobility",
    more_means_more=True,
    not_a_sign_of="how a parent cares",
    because="Review of Isabella Jonas-Wheildon, 2025: a family with nowhere to stay "
    "was lost from view.",
    examples="""
        on the 90th day
        housing_events as of 2024-06-01 expect yes
        date       | kind
        2024-03-03 | temporary_accommodation

        a day earlier, and told of too late
        housing_events as of 2024-06-01 expect no
        date       | kind                    | known_from
        2024-03-02 | temporary_accommodation |
        2024-05-20 | temporary_accommodation | 2024-06-01
    """,
)

PLACEMENT_DISTANCE_LATEST = Indicator(
    name="placement_distance_latest",
    value=placements.latest(placements.distance_miles, last=days(365)),
    reads="How many miles from home the child's latest placement of the last year is; "
    "not known for a child not looked after",
    unit="miles",
    source="SSD ssd_cla_placement",
    family="mobility",
    more_means_more=None,
    role="display",
    not_a_sign_of="what the child did; some children are safer away",
    because="Panel annual report 2023-24: moving children away did not last as a "
    "solution.",
    examples="""
        the latest of two
        placements as of 2024-06-01 expect 42
        date       | distance_miles
        2023-06-02 | 3
        2024-05-31 | 42

        the later one was entered too late
        placements as of 2024-06-01 expect 3
        date       | distance_miles | known_from
        2023-06-02 | 3              |
        2024-05-20 | 42             | 2024-06-01

        begun before the window
        placements as of 2024-06-01 expect unknown
        date       | distance_miles
        2023-06-01 | 3
    """,
)

MOVED_TWICE = Prompt(
    name="moved_twice",
    when=addresses.count(last=window("moves_window")) >= number("moves_many"),
    says="At least {moves_many} new addresses were recorded in {moves_window}.",
    asks="Who knows where the child lives now, and has each council been told?",
    because="Review of Isabella Jonas-Wheildon, 2025: four moves over three councils "
    "in weeks.",
    family="mobility",
    examples="""
        twice, the first on the 60th day
        addresses as of 2024-06-01 expect yes
        date
        2024-04-02
        2024-05-31

        the first a day too early
        addresses as of 2024-06-01 expect no
        date
        2024-04-01
        2024-05-31

        the second was told of too late
        addresses as of 2024-06-01 expect no
        date       | known_from
        2024-04-20 |
        2024-05-20 | 2024-06-01
    """,
)

MOVED_BETWEEN_COUNCILS = Prompt(
    name="moved_between_councils",
    when=(
        referrals.where(referrals.source_code == "5C").any(last=days(90))
        | icpcs.where(icpcs.transfer_in == "yes").any(last=days(90))
    )
    & ~local_events.where(
        (local_events.kind == "other_council_records")
        & (local_events.code == "received")
    ).any(last=days(90)),
    says="Another council passed this child on in the last 90 days. Its records are "
    "not noted as received.",
    asks="Has somebody talked with the worker there, and read what they hold?",
    because="Review of Isabella Jonas-Wheildon, 2025: what one council knew did not "
    "move with the child.",
    family="mobility",
    examples="""
        referred on the 90th day
        referrals as of 2024-06-01 expect yes
        date       | source_code
        2024-03-03 | 5C

        the records came
        referrals as of 2024-06-01 expect no
        date       | source_code
        2024-03-03 | 5C
        local_events
        date       | kind                  | code
        2024-04-03 | other_council_records | received

        the records were noted too late
        referrals as of 2024-06-01 expect yes
        date       | source_code
        2024-03-03 | 5C
        local_events
        date       | kind                  | code     | known_from
        2024-04-03 | other_council_records | received | 2024-06-01

        not known: no local records
        referrals as of 2024-06-01 expect unknown
        date       | source_code
        2024-03-03 | 5C
        local_events not supplied
    """,
)

NOWHERE_SETTLED_TO_SLEEP = Prompt(
    name="nowhere_settled_to_sleep",
    when=local_events.where(
        (local_events.kind == "sleeping_place")
        & local_events.code.is_in("none", "street", "tent", "vehicle")
    ).any(last=days(30)),
    says="In the last 30 days the child is recorded as sleeping in a tent, a vehicle "
    "or nowhere fixed.",
    asks="What can be done today so that the family has a safe place together?",
    because="Review of Isabella Jonas-Wheildon, 2025: the family lived in a tent "
    "after accommodation was refused.",
    family="mobility",
    examples="""
        on the 30th day
        local_events as of 2024-06-01 expect yes
        date       | kind           | code
        2024-05-02 | sleeping_place | tent

        a day earlier; settled since
        local_events as of 2024-06-01 expect no
        date       | kind           | code
        2024-05-01 | sleeping_place | tent
        2024-05-10 | sleeping_place | settled

        written down too late
        local_events as of 2024-06-01 expect no
        date       | kind           | code | known_from
        2024-05-20 | sleeping_place | tent | 2024-06-01
    """,
)

OTHER_COUNCIL_ADVISED_ENQUIRY = Prompt(
    name="other_council_advised_enquiry",
    when=referrals.any(last=days(365))
    & local_events.where(
        (local_events.kind == "other_council_advice") & (local_events.code == "enquiry")
    ).any(last=days(30))
    & (s47_enquiries.count(last=days(30)) == 0),
    says="The child was referred in the last year. "
    "Another council advised a section 47 enquiry in the last 30 days. None is "
    "recorded here in that time.",
    asks="Have the two councils talked about why they see it differently?",
    because="Review of Isabella Jonas-Wheildon, 2025: the first council advised an "
    "enquiry, the next began with less.",
    family="mobility",
    examples="""
        advised on the 30th day
        local_events as of 2024-06-01 expect yes
        date       | kind                 | code
        2024-05-02 | other_council_advice | enquiry
        referrals
        date
        2024-01-01

        an enquiry began
        local_events as of 2024-06-01 expect no
        date       | kind                 | code
        2024-05-02 | other_council_advice | enquiry
        s47_enquiries
        date
        2024-05-03
        referrals
        date
        2024-01-01

        the advice came too late
        local_events as of 2024-06-01 expect no
        date       | kind                 | code    | known_from
        2024-05-20 | other_council_advice | enquiry | 2024-06-01
        referrals
        date
        2024-01-01
    """,
)

OUT_OF_HOURS_THEN_MOVED = Prompt(
    name="out_of_hours_then_moved",
    when=addresses.any(last=days(30))
    & (
        local_events.where(local_events.kind == "out_of_hours_contact").sequence(
            addresses, within=days(14), same_day=True, last=days(30)
        )
        >= 1
    ),
    says="Somebody turned to the out-of-hours team in the last 30 days. A move was "
    "recorded within two weeks.",
    asks="Did what the out-of-hours team heard reach the council where the child is?",
    because="Review of Isabella Jonas-Wheildon, 2025: a referral to the out-of-hours "
    "team, and a move the same day.",
    family="mobility",
    examples="""
        on the 30th day, and moved the same day
        local_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-02 | out_of_hours_contact
        addresses
        date
        2024-05-02

        moved the day before
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-05-20 | out_of_hours_contact
        addresses
        date
        2024-05-19

        the move was told of too late
        local_events as of 2024-06-01 expect no
        date       | kind
        2024-05-10 | out_of_hours_contact
        addresses
        date       | known_from
        2024-05-12 | 2024-06-01
    """,
)

HOUSING_NOT_SUPPLIED = Gap(
    name="housing_not_supplied",
    when=~housing_events.count(last=days(365)).is_known(),
    says="What the housing service knows of the last year cannot be seen here.",
    closes_with="Ask housing whether the family has a home, has applied for one, or "
    "was refused.",
    because="Review of Isabella Jonas-Wheildon, 2025: housing knew what social care "
    "did not.",
    family="mobility",
    examples="""
        not supplied
        housing_events not supplied as of 2024-06-01 expect yes

        the feed covers the year from its first day
        housing_events from 2023-06-02 as of 2024-06-01 expect no

        the feed begins a day too late
        housing_events from 2023-06-03 as of 2024-06-01 expect yes
    """,
)

OTHER_COUNCIL_HISTORY_OUTSTANDING = Gap(
    name="other_council_history_outstanding",
    when=(
        referrals.where(referrals.source_code == "5C").any()
        | icpcs.where(icpcs.transfer_in == "yes").any()
    )
    & ~(
        local_events.where(
            (local_events.kind == "other_council_records")
            & (local_events.code == "received")
        ).days_since_last()
        >= 1
    ).is_known(),
    says="Another council knew this child. Nothing says that its records came.",
    closes_with="Ask the other council for its chronology; note when it came.",
    because="Review of Isabella Jonas-Wheildon, 2025: what one council knew did not "
    "move with the child.",
    family="mobility",
    examples="""
        referred by another council, no local records
        referrals as of 2024-06-01 expect yes
        date       | source_code
        2021-01-01 | 5C
        local_events not supplied

        the records came
        referrals as of 2024-06-01 expect no
        date       | source_code
        2021-01-01 | 5C
        local_events
        date       | kind                  | code
        2024-05-31 | other_council_records | received

        noted too late
        referrals as of 2024-06-01 expect yes
        date       | source_code
        2021-01-01 | 5C
        local_events
        date       | kind                  | code     | known_from
        2024-05-01 | other_council_records | received | 2024-06-01

        no other council known
        referrals as of 2024-06-01 expect no
        date       | source_code
        2021-01-01 | 6
    """,
)

ADDRESS_NOT_RECORDED = Gap(
    name="address_not_recorded",
    when=~addresses.is_open(),
    says="No address of the child is recorded as the present one.",
    closes_with="Ask where the child sleeps, and record it with the day it began.",
    because="Review of Isabella Jonas-Wheildon, 2025: where the family stayed was not "
    "known.",
    family="mobility",
    examples="""
        the last address ended
        addresses as of 2024-06-01 expect yes
        date       | end
        2020-01-01 | 2024-05-31

        it ends on the as-of day
        addresses as of 2024-06-01 expect no
        date       | end
        2020-01-01 | 2024-06-01

        the new one was told of too late
        addresses as of 2024-06-01 expect yes
        date       | end        | known_from
        2020-01-01 | 2024-05-20 | 2020-01-08
        2024-05-20 |            | 2024-06-01
    """,
)
