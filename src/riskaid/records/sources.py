"""Which kind of source a path holds, and what it says of itself."""

from dataclasses import replace
from pathlib import Path

from riskaid.errors import ExtractError, UsageError
from riskaid.progress import Progress, silent
from riskaid.records.annex_a import read_annex_a
from riskaid.records.annex_a_lists import looks_like_annex_a
from riskaid.records.carried import CARRIED
from riskaid.records.cin_census import looks_like_census, read_census
from riskaid.records.dfe_json import looks_like_dfe_json, read_dfe_json
from riskaid.records.feed import read_feeds
from riskaid.records.given_file import check_file, files_in, given_name
from riskaid.records.mapping_file import load_mapping
from riskaid.records.read_csv import header_of, is_table
from riskaid.records.source_facts import (
    FACTS,
    Asked,
    read_facts,
    with_asked,
    with_facts,
)
from riskaid.records.ssd import looks_like_ssd, read_ssd
from riskaid.records.ssda903 import looks_like_ssda903, read_ssda903
from riskaid.records.ssda903_xml import looks_like_ssda903_xml, read_ssda903_xml
from riskaid.records.supply import Reading
from riskaid.records.workbook import is_workbook

LOOKED_FOR = (
    "Looked for SSD tables (CSV or Parquet with columns such as pers_person_id), a "
    "CIN census (XML with <Message> and <CINdetails>), SSDA903 files (CSV with "
    "CHILD and DECOM, or XML with <EXPSSDA903>), an Annex A (a workbook with lists "
    "1 to 8) and DfE's daily data (JSON with la_child_id). A database is "
    "named by its address: sqlite:///reporting.db. For other files, give a mapping: "
    "--mapping FILE.toml"
)


def recognise(source: Path | str) -> str:
    """Say what kind of source a file, a folder or an address is.

    Returns:
        "ssd_csv", "ssd_database" (an address), "cin_xml", "ssda903_csv",
        "ssda903_xml", "annex_a" or "dfe_json". ("mapped" is never guessed: it takes a
        mapping.)

    Raises:
        ExtractError: There is nothing there, or nothing that is known.
    """
    if is_address(source):
        return "ssd_database"
    source = Path(source)
    if not source.exists():
        raise ExtractError(
            f"There is no file or folder '{given_name(source)}'. Check the path."
        )
    return _kind_of_folder(source) if source.is_dir() else _kind_of_file(source)


def _kind_of_file(source: Path) -> str:
    check_file(source)
    if (kind := _kind_of_return(source)) is not None:
        return kind
    if is_workbook(source):
        return "annex_a"
    if looks_like_dfe_json(source):
        return "dfe_json"
    name = given_name(source)
    if is_table(source):
        raise ExtractError(
            f"'{name}' is one table. Name the folder it is in, with nothing else "
            "there; or, for a feed, give a mapping: --mapping FILE.toml"
        )
    raise ExtractError(f"'{name}' is no source riskaid knows. {LOOKED_FOR}")


def _kind_of_folder(source: Path) -> str:
    files = files_in(source)
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
    lists = any(looks_like_annex_a(header) for header, _ in headers)
    if lists or any(is_workbook(p) for p in files):
        return "annex_a"
    if any(looks_like_dfe_json(p) for p in files):
        return "dfe_json"
    count = sum(1 for _ in source.iterdir())
    what = f"holds {count} file(s), but" if count else "is empty;"
    raise ExtractError(
        f"The folder '{given_name(source)}' {what} nothing riskaid knows. {LOOKED_FOR}"
    )


def read_source(
    source: Path | str,
    mapping: Path | str | None,
    progress: Progress = silent,
    *,
    schema: str | None = None,
    asked: Asked | None = None,
) -> Reading:
    """Read a source by its kind, then let its extract.json say the rest.

    Raises:
        ExtractError: The source cannot be read.
        DefinitionError: The mapping is wrong.
        UsageError: A mapping is given for a database, a schema for files, or
            something else is asked than the source says of itself.
    """
    said = Asked() if asked is None else asked
    if isinstance(source, str) and is_address(source):
        reading = _from_database(source, mapping, schema, progress)
        return with_asked(reading, said, {})
    if schema is not None:
        raise UsageError("--schema goes with a database's address. Leave it out.")
    source = Path(source)
    if mapping is not None:
        reading = read_feeds(source, load_mapping(mapping), progress)
    else:
        kind = recognise(source)
        if kind == "cin_xml":
            reading = _as_declared(read_census(_return_in(source), progress))
        elif kind == "ssda903_xml":
            reading = read_ssda903_xml(_return_in(source), progress)
        elif kind == "ssda903_csv":
            reading = read_ssda903(source, progress)
        elif kind == "annex_a":
            reading = read_annex_a(source, progress)
        elif kind == "dfe_json":
            reading = read_dfe_json(source, progress)
        else:
            reading = read_ssd(source, progress)
    facts = read_facts(source / FACTS) if source.is_dir() else {}
    return with_asked(with_facts(reading, facts), said, facts)


def _as_declared(reading: Reading) -> Reading:
    """A census with the columns it has no place for, which its elements do not show.

    An element that is empty is left out, so that one which is nowhere in a return may
    be one that was never needed.
    """
    carried = CARRIED.formats["cin_census"]
    supplies = (replace(s, lacks=carried[s.table].lost) for s in reading.supplies)
    return replace(reading, supplies=tuple(supplies))


def _from_database(
    address: str, mapping: Path | str | None, schema: str | None, progress: Progress
) -> Reading:
    from riskaid.records.database import read_database  # noqa: PLC0415 - rarely used

    if mapping is not None:
        raise UsageError("A mapping describes files, not a database. Leave it out.")
    return read_database(address, schema=schema, progress=progress)


def is_address(source: Path | str) -> bool:
    """Whether a source is a database's address and not a file or folder."""
    return isinstance(source, str) and "://" in source


def _kind_of_return(path: Path) -> str | None:
    """Which return an XML file is, if it is one."""
    if looks_like_census(path):
        return "cin_xml"
    return "ssda903_xml" if looks_like_ssda903_xml(path) else None


def _return_in(source: Path) -> Path:
    if source.is_file():
        return source
    return next(p for p in files_in(source) if _kind_of_return(p))
