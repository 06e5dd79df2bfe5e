"""Moving home, moving between councils, losing a home."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    addresses,
    housing_events,
    placements,
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
    reads="How many homelessness applications, stays in temporary accommodation, "
    "eviction notices and refusals of accommodation were recorded in the last year",
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
