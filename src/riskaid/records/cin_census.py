"""Children in need census: one XML return a council and year, streamed.

Never required to be valid against a schema, because hardly any return is; what departs
from it is counted. Documents with a DTD are refused, and no entity is ever resolved.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from lxml import etree

from riskaid.errors import ExtractError
from riskaid.files import digest_file
from riskaid.progress import Progress, silent
from riskaid.records.given_file import given_name
from riskaid.records.quality import FileLedger
from riskaid.records.quality_upn import LOOKED_FOR, note_upns
from riskaid.records.source_facts import an_authority
from riskaid.records.supply import NO_GROUPS, Reading, Supply
from riskaid.records.tables import TABLES
from riskaid.records.xml_rows import GatheredRows, Row
from riskaid.records.xml_stream import begins_with, elements

BLOCKS = (
    "Child",
    "CINdetails",
    "Assessments",
    "CINPlanDates",
    "Section47",
    "ChildProtectionPlans",
)
NOT_USED = "PreProceedingsandFGDM"
WRITTEN_OUT = ("true", "false")


@dataclass
class _Return:
    """What one pass over the file collects: rows by table, lines by block."""

    rows: dict[str, GatheredRows] = field(default_factory=dict)
    lines: dict[str, "array[int]"] = field(default_factory=dict)
    notes: dict[tuple[str, str], "array[int]"] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    upns: GatheredRows = field(default_factory=lambda: GatheredRows([LOOKED_FOR], ()))
    not_used: int = 0

    def unit(self, block: str, element: etree._Element) -> int:
        """Number a block and keep its line."""
        lines = self.lines.setdefault(block, array("q"))
        lines.append(int(element.sourceline or 0))
        return len(lines)

    def numbered(self, name: str) -> str:
        """The name with how often it came: no id says where in the file a block is."""
        self.names[name] += 1
        return f"{name}{self.names[name]}"

    def add(self, table: str, row: Row) -> None:
        """One row for a case table."""
        if table not in self.rows:
            columns = TABLES[table.split(" ", maxsplit=1)[0]].columns
            names = ["person_id", "date", "known_after", *columns]
            repeated = [n for n in names if not n.endswith("_id")]
            self.rows[table] = GatheredRows(names, repeated=repeated)
        self.rows[table].add(row)

    def note(self, block: str, says: str, unit: int) -> None:
        """Something worth saying about a block."""
        self.notes.setdefault((block, says), array("q")).append(unit)


def looks_like_census(path: Path) -> bool:
    """Whether a file is XML that begins like a census return."""
    return begins_with(path, b"<Message", b"<CINdetails", b"<Children")


def read_census(path: Path, progress: Progress = silent) -> Reading:
    """Read one census return.

    Raises:
        ExtractError: It is not XML, is cut off, has a DTD, or holds no child.
    """
    found = _Return()
    wanted = ("Child", "Collection", "Year", "ReferenceDate", "LEA")
    for element in elements(path, wanted, "Child"):
        if element.tag == "Child":
            _child(element, found)
        else:
            found.facts.setdefault(str(element.tag), _said(element))
    if not found.lines.get("Child"):
        raise ExtractError(
            f"{given_name(path)}: no <Child> was found in it. "
            "Looked for a census return: "
            "<Message>, <Children>, <Child>, <CINdetails>."
        )
    progress("reading the census", len(found.lines["Child"]), 0)
    return _reading(path, found)


def _said(element: etree._Element) -> str:
    return (element.text or "").strip()


def _text(parent: etree._Element, *names: str) -> str | None:
    """The text of the first of these elements below a parent that has any."""
    for name in names:
        for element in parent.iter(name):
            said = _said(element)
            if said:
                return said
    return None


def _own(parent: etree._Element, name: str) -> str | None:
    """The text of a direct child element."""
    said = parent.findtext(name)
    return said.strip() or None if said else None


def _child(child: etree._Element, found: _Return) -> None:
    unit = found.unit("Child", child)
    who = _text(child, "LAchildID")
    line = int(child.sourceline or 0)
    person: Row = {
        "row": unit,
        "source_row": line,
        "person_id": who,
        "born": _text(child, "PersonBirthDate"),
        "expected": _text(child, "ExpectedPersonBirthDate"),
        "died": _text(child, "PersonDeathDate"),
        "sex": _text(child, "Sex", "GenderCurrent"),
        "ethnicity": _text(child, "Ethnicity"),
    }
    found.add("persons", person)
    found.upns.add({LOOKED_FOR: _text(child, "UPN")})
    if (person["born"] is None) == (person["expected"] is None):
        found.note("Child", "not exactly one of birth and expected birth (8525Q)", unit)
    for code in child.iter("Disability"):
        disability: Row = {"row": unit, "source_row": line, "person_id": who}
        found.add("disabilities", {**disability, "code": _said(code)})
    if child.find("CINdetails") is None:
        found.note("Child", "a child without an episode (8590)", unit)
    for details in child.iter("CINdetails"):
        _details(details, who, found)


def _details(details: etree._Element, who: str | None, found: _Return) -> None:
    unit = found.unit("CINdetails", details)
    began = _own(details, "CINreferralDate")
    episode = found.numbered(f"{who}-{began}-")
    closed, why = _own(details, "CINclosureDate"), _own(details, "ReasonForClosure")
    nfa = _own(details, "ReferralNFA")
    if nfa in WRITTEN_OUT:
        found.note("CINdetails", "ReferralNFA is true or false, not 1 or 0", unit)
    row = _row(details, unit, who)
    found.add(
        "referrals",
        {
            **row,
            "date": began,
            "referral_id": episode,
            "source_code": _own(details, "ReferralSource"),
            "primary_need": _own(details, "PrimaryNeedCode"),
            "no_further_action": nfa,
            "end": closed,
            "close_reason": why,
        },
    )
    held = _own(details, "DateOfInitialCPC")
    conferences: dict[str | None, Row] = {held: {**row, "referral_id": episode}}
    _assessments(details, who, episode, found)
    for plan in details.iter("CINPlanDates"):
        number = found.unit("CINPlanDates", plan)
        start = _own(plan, "CINPlanStartDate")
        if _before(start, began):
            found.note("CINPlanDates", "begins before its referral (4015)", number)
        found.add(
            "cin_plans",
            {
                **_row(plan, number, who),
                "date": start,
                "end": _own(plan, "CINPlanEndDate"),
            },
        )
    for count, enquiry in enumerate(details.iter("Section47"), 1):
        name = f"{episode}-S{count}"
        number = _enquiry(enquiry, who, (episode, name), found)
        held = _own(enquiry, "DateOfInitialCPC")
        target = _own(enquiry, "InitialCPCtarget")
        other = conferences.get(held, {})
        if "enquiry_id" in other and (not target or target >= str(other["target"])):
            continue
        conferences[held] = {
            **_row(enquiry, number, who),
            "referral_id": episode,
            "enquiry_id": name,
            "target": target,
        }
    for held, conference in conferences.items():
        if held is not None:
            of_enquiry = "enquiry_id" in conference
            table = "icpcs of enquiries" if of_enquiry else "icpcs"
            found.add(table, {**conference, "date": held})
    for count, plan in enumerate(details.iter("ChildProtectionPlans"), 1):
        number = found.unit("ChildProtectionPlans", plan)
        start = _own(plan, "CPPstartDate")
        if _before(start, began):
            says = "begins before its referral (1105)"
            found.note("ChildProtectionPlans", says, number)
        found.add(
            "cp_plans",
            {
                **_row(plan, number, who),
                "date": start,
                "plan_id": f"{episode}-P{count}",
                "end": _own(plan, "CPPendDate"),
                "initial_category": _own(plan, "InitialCategoryOfAbuse"),
                "latest_category": _own(plan, "LatestCategoryOfAbuse"),
                "previous_plans_stated": _own(plan, "NumberOfPreviousCPP"),
            },
        )
    found.not_used += sum(1 for _ in details.iter(NOT_USED))


def _assessments(
    details: etree._Element,
    who: str | None,
    episode: str,
    found: _Return,
) -> None:
    for count, assessment in enumerate(details.iter("Assessments"), 1):
        number = found.unit("Assessments", assessment)
        start = _own(assessment, "AssessmentActualStartDate")
        done = _own(assessment, "AssessmentAuthorisationDate")
        row = _row(assessment, number, who)
        found.add(
            "assessments",
            {
                **row,
                "date": start,
                "assessment_id": f"{episode}-A{count}",
                "referral_id": episode,
                "end": done,
            },
        )
        factors = [_said(f) for f in assessment.iter("AssessmentFactors") if _said(f)]
        for code in factors:
            factor: Row = {"date": start, "known_after": done, "code": code}
            found.add("assessment_factors", {**row, **factor})


def _enquiry(
    enquiry: etree._Element,
    who: str | None,
    ids: tuple[str, str],
    found: _Return,
) -> int:
    episode, name = ids
    number = found.unit("Section47", enquiry)
    start = _own(enquiry, "S47ActualStartDate")
    not_required = (_own(enquiry, "ICPCnotRequired") or "").lower()
    if not_required in WRITTEN_OUT:
        found.note("Section47", "ICPCnotRequired is true or false, not 1 or 0", number)
    decided = "no" if not_required in ("true", "1") else None
    if _own(enquiry, "DateOfInitialCPC") is not None:
        decided = "yes"
    found.add(
        "s47_enquiries",
        {
            **_row(enquiry, number, who),
            "date": start,
            "enquiry_id": name,
            "referral_id": episode,
            "conference_decided": decided,
        },
    )
    return number


def _row(element: etree._Element, unit: int, who: str | None) -> Row:
    line = int(element.sourceline or 0)
    return {"row": unit, "source_row": line, "person_id": who}


def _before(start: str | None, began: str | None) -> bool:
    """Whether something is dated before its referral; ISO text compares."""
    return bool(began and start and start < began)


FROM_BLOCK = {
    "persons": "Child",
    "disabilities": "Child",
    "referrals": "CINdetails",
    "icpcs": "CINdetails",
    "icpcs of enquiries": "Section47",
    "assessments": "Assessments",
    "assessment_factors": "Assessments",
    "cin_plans": "CINPlanDates",
    "s47_enquiries": "Section47",
    "cp_plans": "ChildProtectionPlans",
}


def _reading(path: Path, found: _Return) -> Reading:
    ledgers = {}
    for block in BLOCKS:
        lines = pl.Series("line", found.lines.get(block, array("q")), dtype=pl.Int64)
        numbers = pl.int_range(1, len(lines) + 1, eager=True, dtype=pl.Int64)
        ledgers[block] = FileLedger(f"{given_name(path)} <{block}>", numbers, lines)
    for (block, says), units in found.notes.items():
        ledgers[block].note(says, pl.Series("row", units, dtype=pl.Int64))
    upns = found.upns.table()[LOOKED_FOR]
    if upns.null_count() < len(upns):
        people = found.rows["persons"].table()
        note_upns(upns, people["person_id"], people["row"], ledgers["Child"])
    supplies, absent = [], []
    for name, block in FROM_BLOCK.items():
        if name not in found.rows:
            absent += [] if name.startswith("icpcs") else [name]
            continue
        table = name.split(" ", maxsplit=1)[0]
        rows = found.rows[name].table()
        lag = TABLES["assessments"].group_lags["end"]
        dated = TABLES[table].shape != "snapshot"
        supplies.append(
            Supply(
                table,
                given_name(path),
                ledgers[block],
                rows,
                known_after_lag=lag,
                dated=dated,
            )
        )
    warnings = []
    if absent:
        warnings.append(
            f"Nothing in the file for: {', '.join(absent)}. Taken as not supplied, "
            "because a return without any is more likely not filled than empty."
        )
    if found.not_used:
        warnings.append(f"{found.not_used} <{NOT_USED}> block(s) are not used yet.")
    return Reading(
        kind="cin_xml",
        name="cin census",
        supplies=tuple(supplies),
        ledgers=tuple(ledgers.values()),
        groups=NO_GROUPS,
        extract_date=_reference_date(found, warnings),
        authority=_authority(found),
        window="return year",
        warnings=tuple(warnings),
        digests={given_name(path): digest_file(path)},
    )


def _authority(found: _Return) -> str | None:
    """The council's code in the header, where it is one."""
    try:
        return an_authority(found.facts.get("LEA") or None, "LEA")
    except ExtractError:
        return None


def _reference_date(found: _Return, warnings: list[str]) -> date | None:
    said = found.facts.get("ReferenceDate", "")
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        warnings.append("The header has no ReferenceDate that can be read.")
        return None
