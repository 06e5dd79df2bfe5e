"""What a source says of itself beside its rows, and what a person may say for it."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from riskaid.dates import IN_REACH, in_reach
from riskaid.errors import DefinitionError, ExtractError, UsageError, nearest
from riskaid.records.given_file import settings_text
from riskaid.records.holes import read_holes
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES

FACTS = "extract.json"
MARKS = ("synthetic", "public")
FACT_KEYS = frozenset(
    {"extract_date", "covered_from", "mark", "name", "tables", "authority", "gaps"}
)
Said = TypeVar("Said")
CODE = re.compile("[A-Z0-9]{3,9}")


@dataclass(frozen=True)
class Asked:
    """What a person says of a source that says nothing of itself; None: not said.

    Attributes:
        name: What the source is called; the next extract of it has the same name.
        covered_from: First day from which it holds everything.
        mark: "synthetic" or "public".
        authority: The council's code.
    """

    name: str | None = None
    covered_from: date | None = None
    mark: str | None = None
    authority: str | None = None


def read_facts(file: Path) -> dict[str, Any]:
    """Read an extract.json; nothing where there is none.

    Raises:
        ExtractError: It is not JSON, or holds a key that is not known.
    """
    if not file.is_file():
        return {}
    try:
        facts: Any = json.loads(settings_text(file))
    except (ValueError, OSError, RecursionError) as error:
        raise ExtractError(f"{FACTS} is not JSON. Mend or remove it.") from error
    if not isinstance(facts, dict) or set(facts) - FACT_KEYS:
        raise ExtractError(
            f"{FACTS} may hold only: {', '.join(sorted(FACT_KEYS))}. Remove the rest."
        )
    return facts


def with_facts(reading: Reading, facts: dict[str, Any]) -> Reading:
    """Let an extract.json say what the files cannot.

    Raises:
        ExtractError: A date, a table or a mark in it is wrong, or the source says
            another authority of itself.
    """
    covered = dict(reading.covered_from)
    if "covered_from" in facts:
        covered[""] = a_date(facts["covered_from"], f"{FACTS}: covered_from")
    tables = facts.get("tables", {})
    if not isinstance(tables, dict):
        raise ExtractError(
            f'{FACTS}: tables says a first day by table: {{"referrals": "2022-01-01"}}.'
        )
    for table, day in tables.items():
        if table not in TABLES:
            raise ExtractError(
                f"{FACTS}: tables names no case table: {table!r}."
                f"{nearest(table, list(TABLES))}"
            )
        covered[table] = a_date(day, f"{FACTS}: tables.{table}")
    extract = reading.extract_date
    if "extract_date" in facts:
        extract = a_date(facts["extract_date"], f"{FACTS}: extract_date")
    authority = an_authority(facts.get("authority"), f"{FACTS}: authority")
    if authority is not None and reading.authority not in (None, authority):
        raise ExtractError(
            f"{FACTS}: authority is not the one the source says of itself. "
            "Check that the extract.json belongs to it."
        )
    return replace(
        reading,
        name=str(facts.get("name", reading.name)),
        extract_date=extract,
        covered_from=covered,
        gaps=(*reading.gaps, *read_holes(facts.get("gaps", []), FACTS)),
        mark=check_mark(facts.get("mark", reading.mark), FACTS),
        authority=authority or reading.authority,
    )


def with_asked(reading: Reading, asked: Asked, facts: dict[str, Any]) -> Reading:
    """Let a person say what the source does not say of itself.

    Args:
        reading: The source, with its extract.json heeded.
        asked: What was asked for.
        facts: Its extract.json, which alone makes a name a fixed one.

    Raises:
        UsageError: The source or its extract.json says something else.
        ExtractError: The mark or the authority cannot be one.
    """
    covered = dict(reading.covered_from)
    first = _agreed(asked.covered_from, covered.get(""), "--covered-from")
    if first is not None:
        covered[""] = first
    name = _agreed(asked.name, facts.get("name"), "--name")
    mark = _agreed(check_mark(asked.mark, "--mark"), reading.mark, "--mark")
    authority = an_authority(asked.authority, "--authority")
    return replace(
        reading,
        name=plain_name(reading.name if name is None else str(name)),
        covered_from=covered,
        mark=mark,
        authority=_agreed(authority, reading.authority, "--authority"),
    )


def _agreed(asked: Said | None, told: Said | None, option: str) -> Said | None:
    if asked is not None and told is not None and asked != told:
        raise UsageError(
            f"{option} says something else than the source, its {FACTS} or its "
            "mapping. Leave it out, or correct it there."
        )
    return told if asked is None else asked


def an_authority(value: object, where: str) -> str | None:
    """Accept a council's code: letters and digits, as DfE's 202 or ONS's E09000007.

    Raises:
        ExtractError: It is something else.
    """
    if value is None:
        return None
    code = str(value).strip().upper()
    if not CODE.fullmatch(code):
        raise ExtractError(
            f"{where}: a council's code is 3 to 9 letters and digits, such as 202."
        )
    return code


def plain_name(name: str) -> str:
    """A source's name without what would confuse a path or a terminal."""
    plain = re.sub(r"[^\w .,()-]", "-", name, flags=re.ASCII).strip()
    if not plain:
        raise DefinitionError("A source needs a name. Write name = 'police feeds'.")
    return plain[:80]


def check_mark(mark: object, where: str) -> str | None:
    """Accept "synthetic", "public" or nothing.

    Raises:
        ExtractError: It is something else.
    """
    if mark is None or mark in MARKS:
        return None if mark is None else str(mark)
    raise ExtractError(
        f"{where}: a mark is 'synthetic' or 'public', or left out for real records."
    )


def a_date(value: object, where: str) -> date:
    """Read an ISO date out of a settings file.

    Raises:
        ExtractError: It is not one, or out of reach of any record.
    """
    try:
        day = date.fromisoformat(str(value))
    except ValueError as error:
        raise ExtractError(f"{where} must be a date such as 2026-03-31.") from error
    if not in_reach(day):
        raise ExtractError(f"{where} must be {IN_REACH}. Correct the year.")
    return day
