"""SSDA903 as one XML file, read into the same modules as the set of CSV files."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from lxml import etree

from riskaid.errors import ExtractError
from riskaid.files import digest_file
from riskaid.progress import Progress, silent
from riskaid.records.given_file import given_name
from riskaid.records.read_csv import ROW, TextTable
from riskaid.records.ssda903 import reading_of
from riskaid.records.supply import Reading
from riskaid.records.xml_rows import GatheredRows, Row
from riskaid.records.xml_stream import begins_with, elements

BLOCKS: dict[str, tuple[str, ...]] = {
    "HEADER": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN"),
    "EPISODE": (
        "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
        "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN",
    ),
    "AMISSING": ("CHILD", "MISSING", "MIS_START", "MIS_END"),
    "OC2": ("CHILD", "SDQ_SCORE"),
}  # fmt: skip
"""The blocks that become case tables, and the columns of the CSV that they hold."""
MOST_NAMED = 12
OTHER_NAMES = {"PLACE": "PL"}
"""Columns that the XML calls by another name."""


def looks_like_ssda903_xml(path: Path) -> bool:
    """Whether a file is XML that begins like an SSDA903 return."""
    return begins_with(path, b"<EXPSSDA903", b"<CHILDID>")


def read_ssda903_xml(path: Path, progress: Progress = silent) -> Reading:
    """Read one return.

    The file is shown as one part for each block, and a row's number is that of the
    block in the file: the third <EPISODE> is row 3 of "return.xml <EPISODE>".

    Raises:
        ExtractError: It is not XML, is cut off, has a DTD, or holds no child.
    """
    rows = {block: GatheredRows(names, (ROW,)) for block, names in BLOCKS.items()}
    counted = Counter[str]()
    unused: set[str] = set()
    children = 0
    for child in elements(path, ("CHILD",), "CHILD"):
        header = child.find("HEADER")
        if header is None:
            continue
        children += 1
        unused |= {str(part.tag) for part in header if len(part)}
        who = _said(header, "CHILDID") or _said(header, "CHILD")
        for block, columns in BLOCKS.items():
            for part in [header] if block == "HEADER" else child.iter(block):
                counted[block] += 1
                row: Row = {ROW: counted[block]}
                row |= {c: _said(part, OTHER_NAMES.get(c, c), c) for c in columns}
                rows[block].add({**row, "CHILD": who})
    if not children:
        raise ExtractError(
            f"{given_name(path)}: no <CHILD> was found in it. "
            "Looked for an SSDA903 return: "
            "<EXPSSDA903>, <CHILD>, <HEADER>, <EPISODE>."
        )
    progress("reading SSDA903", children, 0)
    digest = digest_file(path)
    tables = [
        TextTable(
            f"{given_name(path)} <{block}>",
            rows[block].table(),
            digest,
        )
        for block in BLOCKS
        if counted[block]
    ]
    reading = reading_of(tables, kind="ssda903_xml")
    left = sorted(unused - set(BLOCKS))[:MOST_NAMED]
    if not left:
        return reading
    warning = f"{given_name(path)}: not used: {', '.join(left)}."
    return replace(reading, warnings=(warning, *reading.warnings))


def _said(parent: etree._Element, *names: str) -> str | None:
    """The text of the first of these direct children that has any."""
    for name in names:
        said = (parent.findtext(name) or "").strip()
        if said:
            return said
    return None
