"""Sheets of an Excel workbook as text, from a file that nobody vouches for.

An .xlsx is a zip of XML. What it declares and what it really unpacks to are measured
before anything is parsed, and the reader is given a copy that holds the parts it needs
and nothing else: no macros, no links, no drawings, nothing from outside the archive.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum
from python_calamine import load_workbook as _load

from riskaid.errors import ExtractError
from riskaid.records.workbook_parts import (
    SAVE_AGAIN,
    damaged,
    short_strings,
    too_large,
    within_limits,
)

MEGABYTE = 1024 * 1024
LARGEST_FILE = 100 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
"""All parts that are read, together. A council's Annex A takes some 20 MB."""
LARGEST_RATIO = 250
"""Of one part, unpacked to packed; a sheet of equal cells reaches about 100."""
SMALL_PART = 4 * MEGABYTE
"""Parts below this may be packed as well as they like."""
MOST_PARTS = 2000
LARGEST_DIRECTORY = MEGABYTE
MOST_SHEETS = 200

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
BOOK = "xl/workbook.xml"
SHARED = "xl/sharedstrings.xml"
PARTS = re.compile(
    r"(\[content_types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/styles\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/sharedstrings\.xml"
    r"|xl/(worksheets|chartsheets)/[^/]+\.xml)"
)
"""The parts of a workbook that are read, in small letters."""

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """One worksheet: every row from row 1, as the cells of one width.

    Attributes:
        name: As it is called in the workbook.
        hidden: Whether Excel does not show it.
        rows: Text as text, dates as dates, the results of formulas; None is empty.
    """

    name: str
    hidden: bool
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Workbook:
    """The worksheets of a file, in its own order.

    Attributes:
        sheets: Worksheets; charts are left out.
        macros: Whether it holds macros, which were neither read nor run.
        since_1904: Whether its dates as plain numbers count from 1904, not 1900.
    """

    sheets: tuple[Sheet, ...]
    macros: bool = False
    since_1904: bool = False


def is_workbook(path: Path) -> bool:
    """Whether a file is a spreadsheet of any kind, by its name or by what is in it."""
    if path.name.startswith((".", "~$")) or not path.is_file():
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    with path.open("rb") as file:
        if not file.read(4).startswith(ZIP):
            return False
    try:
        with _opened(path) as archive:
            return BOOK in {name.lower() for name in archive.namelist()}
    except ExtractError:
        return False


def read_workbook(path: Path) -> Workbook:
    """Read every worksheet of an .xlsx or .xlsm file.

    Raises:
        ExtractError: It is no such workbook, is protected by a password, is damaged, or
            departs from what a workbook can honestly be: too many or too large parts,
            names that lead out of the archive, a DTD.
    """
    name = _shown(path)
    with _opened(path) as archive:
        parts, macros = _parts(name, archive)
        book = _contents(name, archive, parts)
    sheets = [p for p in book if p.startswith("xl/worksheets/")]
    for part in sheets:
        book[part] = within_limits(name, book[part])
    if SHARED in book:
        book[SHARED] = short_strings(name, book[SHARED])
    copy = _copied(parts, book)
    since_1904 = re.search(rb'date1904\s*=\s*["\'](1|true)', book[BOOK]) is not None
    del book
    try:
        with _load(copy) as held:
            if len(held.sheets_metadata) > MOST_SHEETS:
                raise too_large(name, f"more than {MOST_SHEETS} sheets")
            found = tuple(
                Sheet(
                    one.name,
                    one.visible != SheetVisibleEnum.Visible,
                    [
                        [_cell(c) for c in row]
                        for row in held.get_sheet_by_name(one.name).to_python(
                            skip_empty_area=False
                        )
                    ],
                )
                for one in held.sheets_metadata
                if one.typ == SheetTypeEnum.WorkSheet
            )
    except (CalamineError, ValueError, OverflowError) as error:
        raise damaged(name) from error
    return Workbook(found, macros, since_1904)


def _cell(value: object) -> Cell:
    """A cell as it is; durations and times of day are no date and become text."""
    if value == "" or value is None:
        return None
    if isinstance(value, (str, bool, int, float, date)):
        return value
    return str(value)


def as_text(value: Cell) -> str | None:
    """A cell as a CSV would have it: 12.0 is 12, a date is ISO."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _shown(path: Path) -> str:
    return "".join(c if c.isprintable() else "-" for c in path.name)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive, after a look at what it is."""
    name = _shown(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(len(OLE))
            file.seek(max(0, size - 22 - 65_536 - 20))
            end = file.read()
    except OSError as error:
        raise ExtractError(f"{name}: the file cannot be read.") from error
    if size > LARGEST_FILE:
        raise too_large(name, "more than 100 MB")
    if start == OLE:
        raise _old_or_locked(path, name)
    if not start.startswith(ZIP):
        raise damaged(name)
    _check_directory(name, end)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OSError,
        UnicodeError,
        ValueError,
        OverflowError,
    ) as error:
        raise damaged(name) from error
    except RuntimeError as error:  # what zipfile says of a password
        raise _locked(name) from error


def _old_or_locked(path: Path, name: str) -> ExtractError:
    """A workbook in Excel's old container: either .xls or one with a password."""
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return _locked(name)
    return ExtractError(
        f"{name}: this is an old Excel workbook (.xls), which is not read. {SAVE_AGAIN}"
    )


def _locked(name: str) -> ExtractError:
    return ExtractError(
        f"{name}: the workbook is protected by a password. Save a copy without one, in "
        "a place that only you may read."
    )


def _check_directory(name: str, end: bytes) -> None:
    """Look at the archive's own list of parts before it is read into memory."""
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise damaged(name)
    size = int.from_bytes(end[at + 12 : at + 16], "little")
    if b"PK\x06\x07" in end[:at][-20:] or size > LARGEST_DIRECTORY:
        raise too_large(name, f"more than {MOST_PARTS} parts, or parts over 4 GB")


def _parts(
    name: str, archive: zipfile.ZipFile
) -> tuple[dict[str, zipfile.ZipInfo], bool]:
    """Which parts will be read, by name in small letters; the others are only judged.

    Returns:
        The parts, and whether there are macros among the others.
    """
    infos = archive.infolist()
    if len(infos) > MOST_PARTS:
        raise too_large(name, f"more than {MOST_PARTS} parts")
    lower = [i.filename.replace("\\", "/").lower() for i in infos]
    if any(p.startswith("/") or ".." in p.split("/") or ":" in p for p in lower):
        raise ExtractError(
            f"{name}: the archive names parts outside itself, which Excel never does. "
            f"Do not use this file. {SAVE_AGAIN}"
        )
    if len(set(lower)) < len(lower):
        raise ExtractError(
            f"{name}: the archive holds two parts of one name, which Excel never does. "
            f"Do not use this file. {SAVE_AGAIN}"
        )
    if BOOK not in lower:
        raise _another_kind(name, lower)
    if any(i.flag_bits & 0x1 for i in infos):
        raise _locked(name)
    parts = {p: i for p, i in zip(lower, infos, strict=True) if PARTS.fullmatch(p)}
    declared = sum(i.file_size for i in parts.values())
    if declared > LARGEST_UNPACKED or any(_bomb(i) for i in parts.values()):
        raise _bomb_found(name)
    return parts, any(p.endswith("vbaproject.bin") for p in lower)


def _another_kind(name: str, lower: list[str]) -> ExtractError:
    if "xl/workbook.bin" in lower:
        kind = "a binary Excel workbook (.xlsb)"
    elif "mimetype" in lower and "content.xml" in lower:
        kind = "an OpenDocument file (.ods)"
    elif "word/document.xml" in lower:
        kind = "a Word document"
    else:
        return damaged(name)
    return ExtractError(f"{name}: this is {kind}, which is not read. {SAVE_AGAIN}")


def _bomb(info: zipfile.ZipInfo) -> bool:
    packed = max(info.compress_size, 1)
    return info.file_size > SMALL_PART and info.file_size > LARGEST_RATIO * packed


def _bomb_found(name: str) -> ExtractError:
    return too_large(
        name, f"parts that unpack to over {LARGEST_RATIO} times their size or to 400 MB"
    )


def _contents(
    name: str, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]
) -> dict[str, bytes]:
    """Unpack what is read, never further than the limits.

    A part that holds more than it declares is cut off at that, and its check sum, which
    covers the whole, is wrong: `zipfile` refuses it.
    """
    found = {}
    left = LARGEST_UNPACKED
    for part, info in parts.items():
        with archive.open(info) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _bomb_found(name)
        _no_dtd(name, content)
        found[part] = content
    return found


def _no_dtd(name: str, content: bytes) -> None:
    if b"\0" in content or re.search(rb"<!(?!\[CDATA\[|--)", content):
        raise ExtractError(
            f"{name}: a part of the workbook has a DTD or is not UTF-8, which Excel "
            f"never writes. {SAVE_AGAIN}"
        )


def _copied(parts: dict[str, zipfile.ZipInfo], book: dict[str, bytes]) -> io.BytesIO:
    """A clean archive of the parts that are read."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as archive:
        for part, content in book.items():
            archive.writestr(parts[part].filename, content)
    copy.seek(0)
    return copy
