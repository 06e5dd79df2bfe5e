"""A return as XML, one element at a time, from a file that nobody vouches for.

Documents with a DTD are refused, no entity is ever resolved, and nothing is fetched.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from riskaid.errors import ExtractError
from riskaid.records.given_file import given_name, unchanged
from riskaid.records.read_csv import utf16

START_BYTES = 4096
MOST_PARTS = 2_000_000
"""Beginnings and ends of elements up to the next end of a child."""
HOW_TO = "Save the return again from the case system as XML."


def begins_with(path: Path, *tags: bytes) -> bool:
    """Whether a file is called XML and one of these tags stands in its beginning."""
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    wide = utf16(start)
    if wide is not None:
        start = start.decode(wide, errors="ignore").encode()
    return any(tag in start for tag in tags)


def elements(path: Path, wanted: tuple[str, ...], one: str) -> Iterator[etree._Element]:
    """Each wanted element when it has been read whole.

    Args:
        path: The file.
        wanted: Names of elements, without a namespace.
        one: Which of them is one child: it is forgotten as soon as it was looked at.

    Raises:
        ExtractError: The file is not XML, is cut off, has a DTD or cannot be read.
    """
    name = given_name(path)
    inside = since = 0
    try:
        with unchanged(path), path.open("rb") as file:
            stream = etree.iterparse(
                file,
                events=("start", "end"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            first = True
            for event, element in stream:
                if first:
                    _no_dtd(path, element)
                    first = False
                if isinstance(element.tag, str) and "}" in element.tag:
                    element.tag = element.tag.rsplit("}", 1)[1]
                since = 0 if element.tag == one else since + 1
                if event == "start":
                    inside += element.tag == one
                    _not_endless(since, name, one)
                    continue
                if element.tag in wanted:
                    yield element
                inside -= element.tag == one
                _forget(element, one, inside)
    except etree.XMLSyntaxError as error:
        line = f" at line {error.lineno}" if error.lineno else ""
        raise ExtractError(
            f"{name}: the XML is broken, cut off or not UTF-8{line}. {HOW_TO}"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ExtractError(f"{name}: the file cannot be read. {HOW_TO}") from error


def _not_endless(since: int, name: str, one: str) -> None:
    if since > MOST_PARTS:
        raise ExtractError(
            f"{name}: one <{one}>, or what is between two, has more than "
            f"{MOST_PARTS // 2:,} parts. {HOW_TO}"
        )


def _forget(element: etree._Element, one: str, inside: int) -> None:
    """Give back what an element took, unless the child around it is still read."""
    if inside:
        if element.tag == one and len(element):
            element.clear()
        return
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _no_dtd(path: Path, element: etree._Element) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise ExtractError(
            f"{given_name(path)}: the file has a DTD, which a return never needs. "
            f"{HOW_TO}"
        )
