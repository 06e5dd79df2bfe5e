"""Sexual abuse: what was recorded, and what must not be lost again."""

from riskaid.indicators import Indicator, Prompt, days
from riskaid.records.tables import (
    assessment_factors,
    contacts,
)

SEXUAL_ABUSE_FACTOR_EVER = Indicator(
    name="sexual_abuse_factor_ever",
    value=assessment_factors.where(assessment_factors.code.is_in("19B", "19C")).any(),
    reads="Whether sexual abuse was ever recorded as a factor, within the history "
    "held; taking it back does not lower it",
    unit="yes or no",
    source="SSD cinf_assessment_factors_json, codes 19B and 19C",
    family="sexual_abuse_signs",
    more_means_more=True,
    not_a_sign_of="who did what; and its absence is no sign of safety",
    because="Panel review of sexual abuse in the family, 2024: children had told "
    "somebody in 72% of reviews; retraction treated as disproof.",
    examples="""
        however long ago
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2015-01-01 | 19C

        on the as-of day, and known too late
        assessment_factors as of 2024-06-01 expect no
        date       | code | known_from
        2024-06-01 | 19B  | 2024-05-01
        2024-04-01 | 19C  | 2024-06-01
    """,
)

SEXUAL_ABUSE_THEN_CONTACT_CLOSED = Prompt(
    name="sexual_abuse_then_contact_closed",
    when=assessment_factors.where(assessment_factors.code.is_in("19B", "19C")).any()
    & contacts.where(contacts.no_further_action == "yes").any(last=days(90)),
    says="Sexual abuse was recorded as a factor before, and a contact in the last 90 "
    "days is recorded as needing no further action.",
    asks="Was the earlier concern known to whoever closed the contact?",
    because="Panel review of sexual abuse in the family, 2024: later contacts rejected "
    "after an earlier concern; agencies stopped when the police did.",
    family="sexual_abuse_signs",
    examples="""
        closed on the 90th day
        assessment_factors as of 2024-06-01 expect yes
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action
        2024-03-03 | yes

        a day earlier, or taken further
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action
        2024-03-02 | yes
        2024-05-01 | no

        the outcome was filled in too late
        assessment_factors as of 2024-06-01 expect no
        date       | code
        2015-01-01 | 19B
        contacts
        date       | no_further_action | outcome_known_from
        2024-05-31 | yes               | 2024-06-01
    """,
)
