"""A return as XML, one element at a time, from a file that nobody vouches for.

Documents with a DTD are refused, no entity is ever resolved, and nothing is fetched.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from riskaid.errors import ExtractError

START_BYTES = 4096
HOW_TO = "Save the return again from the case system as XML."


def begins_with(path: Path, *tags: bytes) -> bool:
    """Whether a file is called XML and one of these tags stands in its beginning."""
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as file:
        start = file.read(START_BYTES)
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
    try:
        with path.open("rb") as file:
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
                if event == "start" or element.tag not in wanted:
                    continue
                yield element
                if element.tag == one:
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        line = f" at line {error.lineno}" if error.lineno else ""
        raise ExtractError(
            f"{path.name}: the XML is broken, cut off or not UTF-8{line}. {HOW_TO}"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ExtractError(f"{path.name}: the file cannot be read. {HOW_TO}") from error


def _no_dtd(path: Path, element: etree._Element) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise ExtractError(
            f"{path.name}: the file has a DTD, which a return never needs. {HOW_TO}"
        )
