"""How a record of the store is said in words: its table, its columns, its codes.

Codes are the Department for Education's, in their own short wording; a code that is not
listed is shown as it stands. Ids are never shown.
"""

from datetime import date

from riskaid.advice.content import DatedRecord
from riskaid.advice.wording import date_words
from riskaid.indicators.answers import Record

TABLES = {
    "addresses": "Address",
    "adult_events": "History of an adult",
    "assessment_factors": "Factor found in an assessment",
    "assessments": "Assessment",
    "attendance": "School attendance for a term",
    "cin_plans": "Child in need plan",
    "cin_visits": "Child in need visit",
    "cla_episodes": "Looked-after episode",
    "contacts": "Contact",
    "cp_plans": "Child protection plan",
    "cp_visits": "Child protection visit",
    "disabilities": "Recorded disability",
    "domestic_abuse_incidents": "Domestic abuse incident",
    "early_help": "Early help",
    "household": "Link to an adult",
    "housing_events": "Housing",
    "icpcs": "Initial child protection conference",
    "involvements": "Allocated worker",
    "legal_statuses": "Legal status",
    "local_events": "Local record",
    "missing_episodes": "Missing episode",
    "persons": "Person record",
    "placements": "Placement",
    "referrals": "Referral",
    "s47_enquiries": "Section 47 enquiry",
    "sdq_scores": "Strengths and difficulties score",
    "suspensions": "Suspension or exclusion",
}

COLUMNS = {
    "rhi_offered": "return interview offered",
    "rhi_accepted": "return interview accepted",
    "end": "ended",
    "source_code": "from",
    "code": "code",
}

_CATEGORIES = {
    "NEG": "neglect",
    "PHY": "physical abuse",
    "SAB": "sexual abuse",
    "EMO": "emotional abuse",
    "MUL": "more than one category",
}

_SOURCES = {
    "1A": "family member",
    "1B": "acquaintance",
    "1C": "the child",
    "1D": "another person",
    "2A": "school",
    "2B": "education services",
    "3A": "GP",
    "3B": "health visitor",
    "3C": "school nurse",
    "3D": "other primary health service",
    "3E": "emergency department",
    "3F": "other health service",
    "4": "housing",
    "5A": "social care",
    "5B": "another part of the council",
    "5C": "another council",
    "6": "police",
    "7": "other legal agency",
    "8": "other",
    "9": "anonymous",
    "10": "not known",
}

_NEEDS = {
    "N0": "not stated",
    "N1": "abuse or neglect",
    "N2": "child's disability or illness",
    "N3": "parent's disability or illness",
    "N4": "family in acute stress",
    "N5": "family dysfunction",
    "N6": "socially unacceptable behaviour",
    "N7": "little money",
    "N8": "absent parenting",
    "N9": "cases other than child in need",
}

_CLOSED = {
    "RC1": "adopted",
    "RC2": "died",
    "RC3": "child arrangements order",
    "RC4": "special guardianship order",
    "RC5": "moved to another council",
    "RC6": "moved to adult services",
    "RC7": "services ended for another reason",
    "RC8": "closed after assessment, no further action",
    "RC9": "closed after assessment, early help",
}

CODES = {
    ("missing_episodes", "episode_type"): {
        "M": "missing",
        "A": "away, whereabouts known",
    },
    ("cin_plans", "initial_category"): _CATEGORIES,
    ("contacts", "source_code"): _SOURCES,
    ("cp_plans", "initial_category"): _CATEGORIES,
    ("cp_plans", "latest_category"): _CATEGORIES,
    ("involvements", "role"): {"CW": "case worker"},
    ("referrals", "close_reason"): _CLOSED,
    ("referrals", "primary_need"): _NEEDS,
    ("referrals", "source_code"): _SOURCES,
    ("assessment_factors", "code"): {
        "1A": "alcohol misuse, child",
        "1B": "alcohol misuse, parent or carer",
        "1C": "alcohol misuse, another person",
        "2A": "drug misuse, child",
        "2B": "drug misuse, parent or carer",
        "2C": "drug misuse, another person",
        "3A": "domestic abuse, child the subject",
        "3B": "domestic abuse, parent or carer the subject",
        "3C": "domestic abuse, another person the subject",
        "4A": "mental health, child",
        "4B": "mental health, parent or carer",
        "4C": "mental health, another person",
        "7A": "young carer",
        "8A": "privately fostered",
        "9A": "unaccompanied, seeking asylum",
        "10A": "going missing",
        "11A": "child sexual exploitation",
        "12A": "trafficking",
        "13A": "gangs",
        "15A": "self-harm",
        "16A": "neglect",
        "17A": "emotional abuse",
        "18B": "physical abuse by a child",
        "18C": "physical abuse by an adult",
        "19B": "sexual abuse by a child",
        "19C": "sexual abuse by an adult",
        "20": "other",
        "21": "none found",
        "22A": "female genital mutilation",
        "23A": "abuse linked to faith or belief",
        "24A": "child criminal exploitation",
    },
}

SIBLING = "a brother or sister"
NOT_SHOWN = DatedRecord(
    day=None,
    what="a record that counts",
    details=(),
    whose=SIBLING,
    source="",
)
_MONTH_ONLY = ("born", "expected")


def said(record: Record) -> DatedRecord:
    """One record in words, without any id in it.

    Of a brother's or sister's record only that there is one (ADR-0006).
    """
    if record.person == "sibling":
        return NOT_SHOWN
    details = tuple(
        (COLUMNS.get(name, _plain(name)), _cell(record.table, name, value))
        for name, value in record.fields.items()
        if value and not name.endswith("_id")
    )
    row = "" if record.source_row is None else f", row {record.source_row:,}"
    return DatedRecord(
        day=record.date,
        what=TABLES.get(record.table, _plain(record.table).capitalize()),
        details=details,
        whose="the child" if record.person == "child" else "an adult linked to them",
        source=f"{record.source}{row}",
    )


def role_words(role: str) -> str:
    """An adult's role in words: "Mother's partner"."""
    return (
        _plain(role)
        .replace("mothers", "mother's")
        .replace("fathers", "father's")
        .capitalize()
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _cell(table: str, column: str, value: str) -> str:
    known = CODES.get((table, column), {}).get(value)
    if known:
        return known
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _plain(value)
    if column in _MONTH_ONLY:
        return f"{day:%B %Y}"
    return date_words(day)
