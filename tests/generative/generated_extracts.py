"""Random extracts of every kind of source, as councils' files, night after night.

Few persons, few days and few codes, so that rows meet: the same row twice, two rows of
one person and day, rows that overlap, rows from before the first day covered, rows of
persons nobody else names, and rows that have to be refused or mended. From one night to
the next rows come, change, fill in and vanish.

Files are made from one drawn seed; how many rows and nights is drawn, so that a failing
case gets small.
"""

import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = max(4, int(os.environ.get("RISKAID_GENERATED", "400")) // 100)
generated = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
often = settings(generated, max_examples=3 * EXAMPLES)

COVERED = date(2025, 10, 1)
FIRST_NIGHT = date(2026, 1, 20)
PEOPLE = ["C1", "C2", "C3", "C4"]
ADULTS = ["A1", "A2"]
BORN = {
    "C1": "2015-05-17",
    "C2": "2018-02-03",
    "C3": "2010-11-30",
    "C4": "",
    "A1": "1985-01-01",
    "A2": "1979-06-06",
}
MAPPING = """
name = "partners"
covered_from = 2025-10-01
[[feed]]
file = "episodes*.csv"
table = "missing_episodes"
lag_days = 4
[feed.columns]
person_id = "child"
date = "began"
episode_type = "kind"
end = "ended"
known_from = "noted"
end_known_from = "end noted"
[[feed]]
file = "links*.csv"
table = "household"
[feed.columns]
person_id = "child"
adult_id = "adult"
role = "role"
date = "since"
end = "until"
known_from = "noted"
[feed.constants]
strength = "strong"
[[feed]]
file = "events*.csv"
table = "local_events"
[feed.columns]
person_id = "child"
date = "day"
kind = "kind"
code = "code"
value = "value"
[[feed]]
file = "events*.csv"
table = "suspensions"
when = { kind = ["suspension"] }
[feed.columns]
person_id = "child"
date = "day"
kind = "kind"
sessions = "value"
"""


@dataclass(frozen=True)
class Table:
    """A file: its columns, and how a cell of each is made."""

    columns: tuple[str, ...]
    kinds: tuple[str, ...]


SSD = {
    "person": Table(
        ("pers_person_id", "pers_dob", "pers_sex", "pers_ethnicity", "pers_death_date"),
        ("who", "born", "sex", "ethnicity", "rarely"),
    ),
    "disability": Table(
        ("disa_person_id", "disa_disability_code"), ("who", "disability")
    ),
    "mother": Table(("moth_childs_person_id", "moth_person_id"), ("who", "adult")),
    "family": Table(("fami_person_id", "fami_family_id"), ("anybody", "family")),
    "contacts": Table(
        ("cont_person_id", "cont_contact_date", "cont_contact_outcome_json"),
        ("who", "day", "outcome"),
    ),
    "referrals": Table(
        (
            "cine_referral_id",
            "cine_person_id",
            "cine_referral_date",
            "cine_cin_primary_need_code",
            "cine_referral_nfa",
            "cine_close_date",
            "cine_close_reason",
        ),
        ("id", "who", "day", "need", "flag", "end", "why"),
    ),
    "assessments": Table(
        (
            "cina_assessment_id",
            "cina_person_id",
            "cina_assessment_start_date",
            "cina_assessment_auth_date",
        ),
        ("id", "who", "day", "end"),
    ),
    "factors": Table(
        ("cinf_assessment_id", "cinf_assessment_factors_json"), ("id", "factors")
    ),
    "conferences": Table(
        (
            "icpc_icpc_id",
            "icpc_person_id",
            "icpc_icpc_date",
            "icpc_icpc_outcome_cp_flag",
        ),
        ("id", "who", "planned", "flag"),
    ),
    "plans": Table(
        (
            "cppl_cp_plan_id",
            "cppl_person_id",
            "cppl_cp_plan_start_date",
            "cppl_cp_plan_latest_category",
            "cppl_cp_plan_end_date",
        ),
        ("id", "who", "day", "category", "end"),
    ),
    "visits": Table(
        ("cppv_cp_plan_id", "cppv_cp_visit_date", "cppv_cp_visit_seen"),
        ("id", "day", "flag"),
    ),
    "missing": Table(
        (
            "miss_person_id",
            "miss_missing_episode_start_date",
            "miss_missing_episode_type",
            "miss_missing_episode_end_date",
            "miss_missing_rhi_offered",
        ),
        ("who", "day", "missing", "end", "flag"),
    ),
    "care": Table(
        (
            "clae_cla_id",
            "clae_person_id",
            "clae_cla_episode_start_date",
            "clae_cla_episode_ceased_date",
            "clae_cla_primary_need_code",
        ),
        ("id", "who", "day", "end", "need"),
    ),
    "sdq": Table(
        ("csdq_person_id", "csdq_sdq_completed_date", "csdq_sdq_score"),
        ("who", "day", "score"),
    ),
}
SSDA903 = {
    "header": Table(
        ("CHILD", "SEX", "DOB", "ETHNIC"), ("who", "sex", "born", "ethnicity")
    ),
    "episodes": Table(
        ("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "DEC", "REC"),
        ("who", "day", "rne", "legal", "need", "place", "end", "rec"),
    ),
    "missing": Table(
        ("CHILD", "MISSING", "MIS_START", "MIS_END"), ("who", "missing", "day", "end")
    ),
    "oc2": Table(("CHILD", "SDQ_SCORE"), ("who", "score")),
}
MAPPED = {
    "episodes": Table(
        ("child", "began", "kind", "ended", "noted", "end noted"),
        ("who", "day", "missing", "end", "noted", "noted"),
    ),
    "links": Table(
        ("child", "adult", "role", "since", "until", "noted"),
        ("who", "adult", "role", "day or none", "end", "noted"),
    ),
    "events": Table(
        ("child", "day", "kind", "code", "value"),
        ("who", "day", "kind", "code", "score"),
    ),
}
CENSUS = {
    "children": Table(
        ("LAchildID", "PersonBirthDate", "Sex", "Ethnicity"),
        ("who", "born", "sex", "ethnicity"),
    ),
    "disabilities": Table(("LAchildID", "Disability"), ("who", "disability")),
    "CINdetails": Table(
        (
            "LAchildID",
            "CINreferralDate",
            "PrimaryNeedCode",
            "ReferralNFA",
            "CINclosureDate",
        ),
        ("who", "day", "need", "flag", "end"),
    ),
    "Assessments": Table(
        (
            "LAchildID",
            "AssessmentActualStartDate",
            "AssessmentAuthorisationDate",
            "AssessmentFactors",
        ),
        ("who", "day", "end", "factor"),
    ),
    "Section47": Table(
        ("LAchildID", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC"),
        ("who", "day", "end", "end"),
    ),
    "CINPlanDates": Table(
        ("LAchildID", "CINPlanStartDate", "CINPlanEndDate"), ("who", "day", "end")
    ),
    "ChildProtectionPlans": Table(
        ("LAchildID", "CPPstartDate", "LatestCategoryOfAbuse", "CPPendDate"),
        ("who", "day", "category", "end"),
    ),
}
CHILD = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth")
CHILD_KINDS = ("who", "sex", "ethnicity", "born")
PLAN_MADE = (
    "Did the Initial Child Protection Conference Result in a Child Protection Plan"
)
DISABILITY = "Does the Child have a Disability"
ANNEX_A = {
    "List 1": Table(
        (*CHILD, "Date of Contact", "Contact Source"), (*CHILD_KINDS, "day", "role")
    ),
    "List 3": Table(
        (*CHILD, "Date of Referral", "Referral Source", "Referral NFA"),
        (*CHILD_KINDS, "day", "role", "flag"),
    ),
    "List 4": Table(
        (
            *CHILD,
            DISABILITY,
            "Continuous Assessment Start Date",
            "Child Seen During Continuous Assessment",
            "Continuous Assessment Date of Authorisation",
        ),
        (*CHILD_KINDS, "flag", "day", "flag", "end"),
    ),
    "List 5": Table(
        (
            *CHILD,
            DISABILITY,
            "Strategy discussion initiating Section 47 Enquiry Start Date",
            "Was an Initial Child Protection Conference deemed unnecessary?",
            "Date of Initial Child Protection Conference",
            PLAN_MADE,
        ),
        (*CHILD_KINDS, "flag", "day", "flag", "end", "flag"),
    ),
}
KINDS = {
    "annex_a": ANNEX_A,
    "ssd_csv": SSD,
    "ssda903_csv": SSDA903,
    "mapped": MAPPED,
    "cin_xml": CENSUS,
}
PERSONS = ("person", "header", "children")
KEPT_WHOLE = {"person", "mother", "family", "header", "children", "CINdetails"}
"""Tables every night has: without them others mean something else."""
WORDS = {
    "sex": ["M", "F", "", "7"],
    "ethnicity": ["WBRI", "BCRB", "REFU", "NOBT", "", "Martian"],
    "disability": ["NONE", "AUT", "LD", "", "XX"],
    "family": ["F1", "F2"],
    "outcome": ["", '{"NFA_FLAG": "Y"}', '{"NFA_FLAG": "N"', "NFA"],
    "need": ["N1", "N4", "", "N99"],
    "flag": ["Y", "N", "", "NA", "perhaps"],
    "why": ["RC1", "RC8", ""],
    "factors": ['["1A", "3B"]', '["3B"]', "", "1A: yes, 2B: no", '{"1A": "N"}'],
    "factor": ["1A", "3B", "", "ZZ"],
    "category": ["NEG", "EMO", ""],
    "missing": ["M", "A", ""],
    "score": ["12", "7", "", "99", "many"],
    "rne": ["S", "L", "P"],
    "legal": ["C2", "V2"],
    "place": ["U4", "K2"],
    "rec": ["X1", "E4A", ""],
    "role": ["mother", "father"],
    "kind": ["suspension", "visit"],
    "code": ["a", "b", ""],
}
LATE = {"end", "flag", "outcome", "need", "why", "category", "rarely", "noted"}
"""What is often empty at first and filled on a later night."""


@dataclass(frozen=True)
class Extract:
    """One night: which kind of source, its day, and the rows of each table."""

    kind: str
    day: date
    tables: dict[str, list[tuple[str, ...]]]


def cell(dice: Random, kind: str, day: date, *, bad: bool) -> str:
    """One cell as a council's file may hold it, on a night."""
    if kind in ("who", "anybody", "adult"):
        ids = {"who": PEOPLE, "adult": ADULTS, "anybody": PEOPLE + ADULTS}[kind]
        return dice.choice([*ids, *(["", "-1", "C9"] if bad else [])])
    if kind == "id":
        return str(dice.randint(1, 5))
    empty = {"born": 1, "day or none": 0.3, "noted": 0.2}.get(
        kind, 0.5 if kind in LATE else 0
    )
    if dice.random() < empty:
        return ""
    if kind in WORDS:
        return dice.choice(WORDS[kind])
    if bad and dice.random() < 0.3:
        return dice.choice(["", "13/25/2024", "1900-01-01", "2031-01-01", "soon"])
    last = day + timedelta(days=20) if kind == "planned" else day
    usual = 9 if kind == "noted" else 30
    spread = usual if dice.random() < 0.7 else 190
    return (last - timedelta(days=dice.randint(0, spread))).isoformat()


def a_row(dice: Random, table: Table, day: date) -> tuple[str, ...]:
    """One row, about one in eight of them with something wrong."""
    bad = dice.random() < 0.12
    cells = [cell(dice, kind, day, bad=bad) for kind in table.kinds]
    if "born" in table.kinds:
        cells[table.kinds.index("born")] = BORN.get(cells[0], "")
    return tuple(cells)


def changed(
    dice: Random, table: Table, row: tuple[str, ...], day: date
) -> tuple[str, ...]:
    """The row on the next night: something filled in, or something corrected."""
    may = [i for i, k in enumerate(table.kinds) if k in LATE]
    if not may or dice.random() < 0.3:
        fixed = ("who", "id", "born", "anybody", "adult")
        may = [i for i, k in enumerate(table.kinds) if k not in fixed]
    cells = list(row)
    if may:
        at = dice.choice(may)
        cells[at] = cell(dice, table.kinds[at], day, bad=False)
    for at, kind in enumerate(table.kinds):
        if kind == "noted" and dice.random() < 0.6:
            cells[at] = cell(dice, kind, day, bad=False)
    return tuple(cells)


def nights(kind: str, seed: int, size: int, count: int) -> list[Extract]:
    """Extracts of one source, each some days after the one before."""
    dice = Random(f"{kind} {seed} {size} {count}")
    tables = KINDS[kind]
    day, made = FIRST_NIGHT, []
    people = next((name for name in tables if name in PERSONS), "")
    adults = ADULTS if kind == "ssd_csv" else []
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in tables}
    for who in [*PEOPLE[:3], *adults] if people else []:
        row = [who, *a_row(dice, tables[people], day)[1:]]
        row[tables[people].kinds.index("born")] = BORN[who]
        rows[people].append(tuple(row))
    for night in range(count):
        for name, table in tables.items():
            kept = [
                changed(dice, table, row, day) if dice.random() < 0.35 else row
                for row in rows[name]
                if night == 0 or dice.random() > 0.08
            ]
            new = dice.randint(0, size if night == 0 else max(1, size // 2))
            kept += [a_row(dice, table, day) for _ in range(new)]
            kept += [dice.choice(kept)] if kept and dice.random() < 0.2 else []
            rows[name] = kept[:18]
        given = {
            name: list(held)
            for name, held in rows.items()
            if name in KEPT_WHOLE or dice.random() > 0.2
        }
        given = given or dict(rows)
        made.append(Extract(kind, day, given))
        day += timedelta(days=dice.randint(1, 12))
    return made


def written(
    folder: Path,
    extract: Extract,
    *,
    order: Random | None = None,
    parts: bool = False,
) -> Path:
    """Write one extract as a council would; give its folder.

    Args:
        folder: Where to make it.
        extract: What to write.
        order: Mixes rows, columns and the names of files.
        parts: Writes each file of a mapping in two.
    """
    folder.mkdir(parents=True)
    facts = {
        "name": "council",
        "extract_date": extract.day.isoformat(),
        "covered_from": COVERED.isoformat(),
    }
    (folder / "extract.json").write_text(json.dumps(facts))
    if extract.kind == "cin_xml":
        name = "return.xml" if order is None else f"r{order.randint(0, 99)}.xml"
        (folder / name).write_text(census(extract, order))
        return folder
    for name, held in extract.tables.items():
        table, rows = KINDS[extract.kind][name], list(held)
        file = name
        columns = list(range(len(table.columns)))
        if order is not None:
            order.shuffle(rows)
            order.shuffle(columns)
            file = f"{name}{order.randint(0, 99)}"
            if extract.kind != "mapped":
                file = f"{order.randint(0, 99):02}{file}"
        half = len(rows) // 2 if parts else len(rows)
        for part, some in enumerate([rows[:half], rows[half:]][: 1 + parts]):
            lines = [table.columns, *some]
            text = "".join(
                ",".join(quoted(r[i]) for i in columns) + "\n" for r in lines
            )
            (folder / f"{file}{'-b' * part}.csv").write_text(text)
    return folder


def quoted(text: str) -> str:
    """A field of a CSV file."""
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text


def census(extract: Extract, order: Random | None) -> str:
    """The return as XML, every block on lines of its own."""
    tables = {name: list(rows) for name, rows in extract.tables.items()}
    lines = ["<Message><Children>"]

    def mixed(items: list) -> list:
        if order is not None:
            order.shuffle(items)
        return items

    def fields(name: str, row: tuple[str, ...]) -> str:
        named = zip(CENSUS[name].columns[1:], row[1:], strict=True)
        return "".join(f"<{c}>{v}</{c}>" for c, v in named if v)

    for child in mixed(tables["children"]):
        who = child[0]
        lines += ["<Child>", f"<LAchildID>{who}</LAchildID>", fields("children", child)]
        found = [r for r in tables.get("disabilities", []) if r[0] == who]
        lines += [fields("disabilities", row) for row in mixed(found)]
        details = [r for r in tables["CINdetails"] if r[0] == who]
        modules = [
            (name, row)
            for name in list(CENSUS)[3:]
            for row in tables.get(name, [])
            if row[0] == who
        ]
        blocks = [
            (row, [m for i, m in enumerate(modules) if i % len(details) == n])
            for n, row in enumerate(details)
        ]
        for row, inside in mixed(blocks):
            lines += ["<CINdetails>", fields("CINdetails", row)]
            for name, module in mixed(inside):
                lines += [f"<{name}>", fields(name, module), f"</{name}>"]
            lines.append("</CINdetails>")
        lines.append("</Child>")
    return "\n".join([*lines, "</Children></Message>", ""])


def rows_in(extract: Extract) -> int:
    """How many rows, or blocks of a return, an extract holds."""
    return sum(len(rows) for rows in extract.tables.values())


kinds = st.sampled_from(sorted(KINDS))
seeds = st.integers(0, 2**32)
sizes = st.integers(1, 7)
counts = st.integers(2, 4)
