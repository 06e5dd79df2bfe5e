"""Parts of an Excel workbook made safe for the reader that takes them whole.

A few bytes of a sheet can ask for all of a machine's memory: two cells in opposite
corners, or one long text named by a million cells. Both are bounded here.
"""

import io
import re

from lxml import etree

from riskaid.errors import ExtractError

MOST_CELLS = 4_000_000
"""Of one sheet, from A1 to its last filled row and column."""
LONGEST_TEXT = 255
"""What a cell says beyond is cut: no code, date or id is as long."""
SAVE_AGAIN = "Open it in Excel and save it as an Excel workbook (.xlsx)."
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def damaged(name: str) -> ExtractError:
    """The refusal of a file that no program could have written so."""
    return ExtractError(
        f"{name}: the workbook is damaged or cut off, or is none. {SAVE_AGAIN}"
    )


def too_large(name: str, what: str) -> ExtractError:
    """The refusal of a file that asks for more than it can honestly need."""
    return ExtractError(
        f"{name}: the workbook holds {what}, more than any Annex A needs. Copy the "
        "lists into a new workbook without what is below and beside them."
    )


EMPTY_CELL = re.compile(rb'<(?:\w+:)?c(?:\s+[\w:]+="[^"<>]*")*\s*/>')
UNPLACED = re.compile(rb"<(?:\w+:)?c\b(?![^<>]*\br\s*=)")
PLACE = re.compile(rb'(?<!xmlns:)\br\s*=\s*["\']\s*([A-Za-z]{0,3})(\d{0,10})')
"""Where a row or a cell says it stands. `xmlns:r="http…"`, which every real sheet has,
is no such place: it would be column HTT."""


def within_limits(name: str, content: bytes) -> bytes:
    """A sheet of bounded size, without cells that are only coloured.

    The reader makes room for everything from the first row and column to the last,
    so that two filled cells in opposite corners would take all memory.
    """
    if _area(content) > MOST_CELLS:
        content = EMPTY_CELL.sub(b"", content)
        content = re.sub(rb"<(?:\w+:)?row\b[^<>]*/>", b"", content)
        content = re.sub(rb"<((?:\w+:)?row)\b[^<>]*>\s*</\1>", b"", content)
        if _area(content) > MOST_CELLS:
            raise too_large(name, f"a sheet of over {MOST_CELLS:,} cells")
    return content


def _area(content: bytes) -> int:
    """Rows times columns from A1 to the last cell or row that is named or counted."""
    places = set(PLACE.findall(content))
    rows = max((int(r or 0) for _, r in places), default=0)
    rows = max(rows, len(re.findall(rb"<(?:\w+:)?row\b", content)))
    letters = {c.upper() for c, _ in places}
    columns = max((_column(c) for c in letters), default=0)
    unnamed = max(
        len(UNPLACED.findall(row)) for row in re.split(rb"<(?:\w+:)?row\b", content)
    )
    return (rows + 1) * (columns + unnamed + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def short_strings(name: str, content: bytes) -> bytes:
    """The table of texts with each cut to what a code or date can need.

    A sheet names a text by its number, so that one long text named a million times
    would take all memory. Readings of Asian texts (rPh) are no part of a text.
    """
    texts = []
    try:
        for _, item in etree.iterparse(
            io.BytesIO(content),
            tag="{*}si",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=True,
        ):
            said = "".join(
                t.text or ""
                for t in item.iter("{*}t")
                if not t.getparent().tag.endswith("}rPh")
            )
            texts.append(said[:LONGEST_TEXT])
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise damaged(name) from error
    table = etree.Element("sst", nsmap={None: MAIN})
    for said in texts:
        text = etree.SubElement(etree.SubElement(table, "si"), "t")
        text.text = said
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    written: bytes = etree.tostring(table, encoding="UTF-8", xml_declaration=True)
    return written
