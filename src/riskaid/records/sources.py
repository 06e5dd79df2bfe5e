"""Which kind of source a path holds, and what it says of itself."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from riskaid.errors import DefinitionError, ExtractError, UsageError
from riskaid.progress import Progress, silent
from riskaid.records.cin_census import looks_like_census, read_census
from riskaid.records.feed import load_mapping, read_feeds
from riskaid.records.read_csv import header_of, is_table
from riskaid.records.ssd import looks_like_ssd, read_ssd
from riskaid.records.ssda903 import looks_like_ssda903, read_ssda903
from riskaid.records.ssda903_xml import looks_like_ssda903_xml, read_ssda903_xml
from riskaid.records.supply import Reading

FACTS = "extract.json"
MARKS = ("synthetic", "public")
FACT_KEYS = frozenset({"extract_date", "covered_from", "mark", "name", "tables"})
LOOKED_FOR = (
    "Looked for SSD tables (CSV or Parquet with columns such as pers_person_id), a "
    "CIN census (XML with <Message> and <CINdetails>) and SSDA903 files (CSV with "
    "CHILD and DECOM, or XML with <EXPSSDA903>). A database is "
    "named by its address: sqlite:///reporting.db. For other files, give a mapping: "
    "--mapping FILE.toml"
)


def recognise(source: Path | str) -> str:
    """Say what kind of source a file, a folder or an address is.

    Returns:
        "ssd_csv", "ssd_database" (an address), "cin_xml", "ssda903_csv" or
        "ssda903_xml". ("mapped" is never guessed: it takes a mapping.)

    Raises:
        ExtractError: There is nothing there, or nothing that is known.
    """
    if is_address(source):
        return "ssd_database"
    source = Path(source)
    if not source.exists():
        raise ExtractError(
            f"There is no file or folder '{source.name}'. Check the path."
        )
    if source.is_file():
        if (kind := _kind_of_return(source)) is not None:
            return kind
        if is_table(source):
            raise ExtractError(
                f"'{source.name}' is one table. Name the folder it is in, with nothing "
                "else there; or, for a feed, give a mapping: --mapping FILE.toml"
            )
        raise ExtractError(f"'{source.name}' is no source riskaid knows. {LOOKED_FOR}")
    files = sorted(p for p in source.iterdir() if p.is_file())
    returns = [kind for p in files if (kind := _kind_of_return(p)) is not None]
    if len(returns) > 1:
        raise ExtractError(
            f"The folder holds {len(returns)} returns. "
            "Ingest them one at a time, the oldest first."
        )
    if returns:
        return returns[0]
    headers = [(header_of(p), p.name) for p in files if is_table(p)]
    if any(looks_like_ssd(header, name) for header, name in headers):
        return "ssd_csv"
    if any(looks_like_ssda903(header) for header, _ in headers):
        return "ssda903_csv"
    what = f"holds {len(files)} file(s), but" if files else "is empty;"
    raise ExtractError(
        f"The folder '{source.name}' {what} nothing riskaid knows. {LOOKED_FOR}"
    )


def read_source(
    source: Path | str,
    mapping: Path | str | None,
    progress: Progress = silent,
    *,
    schema: str | None = None,
) -> Reading:
    """Read a source by its kind, then let its extract.json say the rest.

    Raises:
        ExtractError: The source cannot be read.
        DefinitionError: The mapping is wrong.
        UsageError: A mapping is given for a database, or a schema for files.
    """
    if isinstance(source, str) and is_address(source):
        return _from_database(source, mapping, schema, progress)
    if schema is not None:
        raise UsageError("--schema goes with a database's address. Leave it out.")
    source = Path(source)
    if mapping is not None:
        reading = read_feeds(source, load_mapping(mapping), progress)
    else:
        kind = recognise(source)
        if kind == "cin_xml":
            reading = read_census(_return_in(source), progress)
        elif kind == "ssda903_xml":
            reading = read_ssda903_xml(_return_in(source), progress)
        elif kind == "ssda903_csv":
            reading = read_ssda903(source, progress)
        else:
            reading = read_ssd(source, progress)
    folder = source if source.is_dir() else source.parent
    reading = _with_facts(reading, folder / FACTS) if source.is_dir() else reading
    return replace(reading, name=plain_name(reading.name))


def _from_database(
    address: str, mapping: Path | str | None, schema: str | None, progress: Progress
) -> Reading:
    from riskaid.records.database import read_database  # noqa: PLC0415 - rarely used

    if mapping is not None:
        raise UsageError("A mapping describes files, not a database. Leave it out.")
    reading = read_database(address, schema=schema, progress=progress)
    return replace(reading, name=plain_name(reading.name))


def is_address(source: Path | str) -> bool:
    """Whether a source is a database's address and not a file or folder."""
    return isinstance(source, str) and "://" in source


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
        ExtractError: It is not one.
    """
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ExtractError(f"{where} must be a date such as 2026-03-31.") from error


def _kind_of_return(path: Path) -> str | None:
    """Which return an XML file is, if it is one."""
    if looks_like_census(path):
        return "cin_xml"
    return "ssda903_xml" if looks_like_ssda903_xml(path) else None


def _return_in(source: Path) -> Path:
    if source.is_file():
        return source
    return next(p for p in sorted(source.iterdir()) if _kind_of_return(p))


def _with_facts(reading: Reading, file: Path) -> Reading:
    if not file.is_file():
        return reading
    try:
        facts: Any = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise ExtractError(f"{FACTS} is not JSON. Mend or remove it.") from error
    if not isinstance(facts, dict) or set(facts) - FACT_KEYS:
        raise ExtractError(
            f"{FACTS} may hold only: {', '.join(sorted(FACT_KEYS))}. Remove the rest."
        )
    covered = dict(reading.covered_from)
    if "covered_from" in facts:
        covered[""] = a_date(facts["covered_from"], f"{FACTS}: covered_from")
    tables = facts.get("tables", {})
    if not isinstance(tables, dict):
        raise ExtractError(
            f'{FACTS}: tables says a first day by table: {{"referrals": "2022-01-01"}}.'
        )
    for table, day in tables.items():
        covered[table] = a_date(day, f"{FACTS}: tables.{table}")
    extract = reading.extract_date
    if "extract_date" in facts:
        extract = a_date(facts["extract_date"], f"{FACTS}: extract_date")
    return replace(
        reading,
        name=str(facts.get("name", reading.name)),
        extract_date=extract,
        covered_from=covered,
        mark=check_mark(facts.get("mark", reading.mark), FACTS),
    )
