"""Ofsted's Annex A: which columns of its lists are read, and how a list is known.

The headings are those of the lists that councils are asked for (since 2026 "Sex" stands
where "Gender" stood). Case, spaces, line breaks, apostrophes and question marks do not
matter. A column that is not named here never enters: teams, workers, postcodes, URNs.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from riskaid.records.quality import FileLedger

WHO = {
    "person_id": "child unique id|unique child id|child id",
    "sex": "gender|sex",
    "ethnicity": "ethnicity",
    "born": "date of birth|dob",
}
DISABILITY = {"disability": "does the child have a disability|disability"}


class AnnexList(NamedTuple):
    """One list of an Annex A.

    Attributes:
        name: As Ofsted calls it.
        known_by: Columns that only this list has together.
        columns: Our name of a column and its headings, with a bar between them.
    """

    name: str
    known_by: tuple[str, ...]
    columns: dict[str, str]


LISTS = (
    AnnexList(
        "List 1",
        ("contact", "source"),
        {**WHO, "contact": "date of contact", "source": "contact source"},
    ),
    AnnexList(
        "List 2",
        ("start", "end"),
        {
            **WHO,
            "start": "assessment start date",
            "end": "assessment completion date",
        },
    ),
    AnnexList(
        "List 3",
        ("referral",),
        {
            **WHO,
            "referral": "date of referral",
            "source": "referral source",
            "nfa": "referral nfa",
        },
    ),
    AnnexList(
        "List 4",
        ("start",),
        {
            **WHO,
            **DISABILITY,
            "start": "continuous assessment start date",
            "seen": "child seen during continuous assessment",
            "end": "continuous assessment date of authorisation",
        },
    ),
    AnnexList(
        "List 5",
        ("start",),
        {
            **WHO,
            **DISABILITY,
            "start": "strategy discussion initiating section 47 enquiry start date",
            "unnecessary": "was an initial child protection conference deemed "
            "unnecessary",
            "conference": "date of initial child protection conference",
            "plan": "did the initial child protection conference result in a child "
            "protection plan",
        },
    ),
    AnnexList(
        "List 6",
        ("start",),
        {
            **WHO,
            **DISABILITY,
            "start": "cin start date",
            "need": "primary need code|primary need",
            "seen": "date child was last seen",
            "end": "cin closure date",
            "reason": "reason for closure",
            "status": "case status",
        },
    ),
    AnnexList(
        "List 7",
        ("start",),
        {
            **WHO,
            **DISABILITY,
            "start": "child protection plan start date",
            "initial": "initial category of abuse",
            "latest": "latest category of abuse",
            "visit": "date of the last statutory visit",
            "alone": "was the child seen alone",
            "end": "child protection plan end date",
        },
    ),
    AnnexList(
        "List 8",
        ("start",),
        {
            **WHO,
            **DISABILITY,
            "start": "date started to be looked after",
            "need": "child s category of need|category of need",
            "legal_start": "start date of current legal status",
            "legal": "child s legal status|legal status",
            "end": "date ceased to be looked after",
            "reason": "reason ceased to be looked after",
            "placed": "start date of most recent placement",
            "placement": "placement type",
        },
    ),
    AnnexList(
        "List 9",
        ("eligibility", "pathway"),
        {
            **WHO,
            **DISABILITY,
            "eligibility": "eligibility category",
            "pathway": "latest pathway plan review date",
        },
    ),
    AnnexList(
        "List 10",
        ("decision",),
        {
            **WHO,
            **DISABILITY,
            "decision": "date of decision that child should be placed for adoption",
        },
    ),
    AnnexList(
        "List 11",
        ("person_id", "enquiry"),
        {
            "person_id": "individual adopter identifier",
            "enquiry": "date enquiry received",
        },
    ),
)
BY_NAME = {one.name: one for one in LISTS}
DATES = frozenset(
    {
        "born", "contact", "start", "end", "referral", "conference", "seen", "visit",
        "legal_start", "placed",
    }
)  # fmt: skip
"""Our names of columns that hold dates; `seen` is one in list 6 only."""
SERVES_NO_TABLE = {
    "List 9": "it says how young people who left care live, which no case table holds",
    "List 10": "plans for adoption are in no case table; its children's periods of "
    "care stand in list 8",
    "List 11": "it is about adopters, and no case table is",
}
"""Lists of which nothing, or only who a child is, is taken, and why."""


def heading(written: str) -> str:
    """A heading without what councils write differently: lower words, one space."""
    words = re.sub(r"[^a-z0-9]+", " ", written.lower()).strip()
    return re.sub(r"( y n)$", "", words)


def places(annex_list: AnnexList, header: list[str]) -> dict[str, int]:
    """Where each column of a list stands in a header, by our name for it."""
    words = [heading(h) for h in header]
    found = {}
    for column, headings in annex_list.columns.items():
        for one in headings.split("|"):
            if one in words:
                found[column] = words.index(one)
                break
    return found


def list_of(header: list[str]) -> AnnexList | None:
    """Which list a header belongs to, in any order, extra columns or not."""
    for one in LISTS:
        found = places(one, header)
        if "person_id" in found and all(c in found for c in one.known_by):
            return one
    return None


def looks_like_annex_a(header: list[str]) -> bool:
    """Whether a header is that of a list of an Annex A."""
    return list_of(header) is not None


@dataclass(frozen=True)
class ListRows:
    """One list as it was read: our names of its columns as text, and its ledger.

    `source` is what the list is called in the store; `rows` has `row`, too.
    """

    name: str
    source: str
    rows: pl.DataFrame
    ledger: FileLedger
