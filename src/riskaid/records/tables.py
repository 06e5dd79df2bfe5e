"""The case tables: the nouns of the indicator language and the shape of a case store.

Every source becomes these tables. Each docstring says who records it and where it is
wrong. A table's lag is the number of days after the event when the council's system
could have shown it, used only where the source holds no better knowledge date; a group
of columns that fills in later has a lag of its own (ADR-0002). The lags stand with
their reasons in lags.toml.
"""

from riskaid.language import Table
from riskaid.records.tables_care import (
    cla_episodes,
    legal_statuses,
    missing_episodes,
    placements,
    sdq_scores,
)
from riskaid.records.tables_partners import (
    adult_events,
    attendance,
    domestic_abuse_incidents,
    housing_events,
    local_events,
    suspensions,
)
from riskaid.records.tables_people import (
    addresses,
    disabilities,
    families,
    household,
    persons,
)
from riskaid.records.tables_services import (
    assessment_factors,
    assessments,
    cin_plans,
    cin_visits,
    contacts,
    cp_plans,
    cp_visits,
    early_help,
    icpcs,
    involvements,
    referrals,
    s47_enquiries,
)

siblings = household.where(
    (household.strength == "strong") & household.role.is_in("mother", "father")
).siblings()
"""The other children of the child's mother or father, as links known as of the date.

Where it is wrong: a father who is not recorded hides his other children.
"""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        persons,
        disabilities,
        addresses,
        household,
        families,
        contacts,
        early_help,
        referrals,
        assessments,
        assessment_factors,
        cin_plans,
        cin_visits,
        s47_enquiries,
        icpcs,
        cp_plans,
        cp_visits,
        involvements,
        cla_episodes,
        placements,
        legal_statuses,
        missing_episodes,
        sdq_scores,
        adult_events,
        domestic_abuse_incidents,
        housing_events,
        attendance,
        suspensions,
        local_events,
    )
}

__all__ = [
    "TABLES",
    "addresses",
    "adult_events",
    "assessment_factors",
    "assessments",
    "attendance",
    "cin_plans",
    "cin_visits",
    "cla_episodes",
    "contacts",
    "cp_plans",
    "cp_visits",
    "disabilities",
    "domestic_abuse_incidents",
    "early_help",
    "families",
    "household",
    "housing_events",
    "icpcs",
    "involvements",
    "legal_statuses",
    "local_events",
    "missing_episodes",
    "persons",
    "placements",
    "referrals",
    "s47_enquiries",
    "sdq_scores",
    "siblings",
    "suspensions",
]
