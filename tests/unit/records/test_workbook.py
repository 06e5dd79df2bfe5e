"""Workbooks that nobody vouches for: read rightly, or refused in words, in bounds."""

import contextlib
import random
import time
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from riskaid.errors import ExtractError
from riskaid.records import workbook
from riskaid.records.workbook import as_text, is_workbook, read_workbook

SHEET = "xl/worksheets/sheet1.xml"
CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
SECONDS = 20
MEGABYTES = 200


def made(path, cells=(("A1", "x"),)):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("one")
        for place, value in cells:
            sheet.write(place, value)
    return path


def changed(path, change, *, extra=()):
    """Write a workbook again with parts changed: name -> bytes, None drops a part."""
    with zipfile.ZipFile(path) as old:
        parts = {i.filename: old.read(i) for i in old.infolist()}
    parts.update(change)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in [*parts.items(), *extra]:
            if content is not None:
                new.writestr(name, content)
    return path


def sheet_xml(inside, dimension="A1:A1"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.'
        'openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{inside}</sheetData></worksheet>'
    ).encode()


def read(path):
    """Read within bounds of time and memory, whatever comes of it."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        return [s.rows for s in read_workbook(path).sheets]
    finally:
        assert time.perf_counter() - began < SECONDS
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES * 1024**2
        tracemalloc.stop()


@pytest.fixture
def book(tmp_path):
    return made(tmp_path / "book.xlsx")


def test_cells_are_text_numbers_dates_and_results(tmp_path):
    path = tmp_path / "cells.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as held:
        sheet = held.add_worksheet()
        day = held.add_format({"num_format": "dd/mm/yyyy"})
        sheet.merge_range("A1:D1", "A title")
        sheet.write_number("A3", 45_292, day)
        sheet.write_number("B3", 12)
        sheet.write_number("C3", 1.5)
        sheet.write_boolean("D3", True)
        sheet.write_formula("A4", "=1+1", None, 2)
        sheet.write_formula("B4", '="a"&"b"', None, "ab")
        sheet.write_string("C4", "=1+1")
        sheet.write_string("D4", "@SUM(1)")
        sheet.write_formula("A5", "=1/0", None, "#DIV/0!")
        hidden = held.add_worksheet("below")
        hidden.hide()
    book = read_workbook(path)
    assert [[as_text(c) for c in row] for row in book.sheets[0].rows] == [
        ["A title", None, None, None],
        [None, None, None, None],
        ["2024-01-01", "12", "1.5", "true"],
        ["2", "ab", "=1+1", "@SUM(1)"],
        [None, None, None, None],
    ][: len(book.sheets[0].rows)]
    assert [s.hidden for s in book.sheets] == [False, True]
    assert not book.macros


def test_text_written_in_the_sheet_itself_and_rich_text_are_read(tmp_path):
    path = tmp_path / "rich.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as held:
        sheet = held.add_worksheet()
        sheet.write("A1", "in line")
        bold = held.add_format({"bold": True})
        sheet.write_rich_string("B1", "plain ", bold, "and bold")
    assert read(path) == [[["in line", "plain and bold"]]]


def test_a_declared_size_of_everything_is_no_size(book):
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    changed(book, {SHEET: sheet_xml(cell, "A1:XFD1048576")})
    assert read(book) == [[["x"]]]
    changed(book, {SHEET: sheet_xml("", "A1:XFD1048576")})
    assert read(book) == [[]]


def test_coloured_cells_to_the_last_row_are_no_size_either(book):
    coloured = "".join(
        f'<row r="{r}" spans="1:9"><c r="A{r}" s="1"/><c r="XFD{r}" s="1"/></row>'
        for r in range(2, 3000)
    )
    cell = '<row r="1"><c r="A1"><v>7</v></c></row>'
    last = '<row r="1048576"><c r="C1048576" s="1"/></row>'
    changed(book, {SHEET: sheet_xml(cell + coloured + last)})
    assert read(book) == [[[7.0]]]


@pytest.mark.parametrize(
    "inside",
    [
        f'{CELL}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        f"{CELL}<row r='9'><c x='>'\n r = 'xfd1048576'><v>1</v></c></row>",
        f'{CELL}<row r="1048576">{"<c><v>1</v></c>" * 9}</row>',
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
    ],
)
def test_cells_in_opposite_corners_are_refused(book, inside):
    changed(book, {SHEET: sheet_xml(inside)})
    with pytest.raises(ExtractError, match="cells"):
        read(book)


def test_a_row_of_all_the_columns_there_are_is_read(tmp_path):
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path) as held:
        sheet = held.add_worksheet()
        for column in range(16_384):
            sheet.write_number(0, column, column)
    (rows,) = read(path)
    assert len(rows[0]) == 16_384


def test_a_list_of_some_thousand_children_is_read(tmp_path):
    """The namespace xmlns:r="http…" of every real sheet is no column HTT."""
    with xlsxwriter.Workbook(tmp_path / "long.xlsx") as book:
        sheet = book.add_worksheet("one")
        for row in range(3000):
            sheet.write_row(row, 0, [f"C{row}", row])
    (rows,) = read(tmp_path / "long.xlsx")
    assert len(rows) == 3000


def test_one_long_text_named_often_is_cut_to_what_a_code_can_need(book):
    cells = "".join(
        f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 20_001)
    )
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<si><t>{'x' * 10_000_000}</t></si></sst>"
    )
    with zipfile.ZipFile(book) as held:
        content = {i.filename: held.read(i) for i in held.infolist()}
    content[SHEET] = sheet_xml(cells)
    content["xl/sharedStrings.xml"] = strings.encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_STORED) as new:
        for name, part in content.items():
            new.writestr(name, part)
    (rows,) = read(book)
    assert rows[0] == ["x" * 255]
    assert len(rows) == 20_000


def bomb(path):
    changed(path, {SHEET: sheet_xml(" " * 60_000_000)})


def lying_bomb(path):
    """A part that declares one byte and unpacks to 60 million."""
    bomb(path)
    raw = bytearray(path.read_bytes())
    name = SHEET.encode()
    for mark, at_size, at_name in ((b"PK\3\4", 22, 30), (b"PK\1\2", 24, 46)):
        at = -1
        while (at := raw.find(mark, at + 1)) >= 0:
            if raw[at + at_name : at + at_name + len(name)] == name:
                raw[at + at_size : at + at_size + 4] = (1).to_bytes(4, "little")
    path.write_bytes(raw)


def many_parts(path):
    changed(path, {}, extra=[(f"xl/media/{n}", b"") for n in range(2500)])


def traversal(path):
    changed(path, {}, extra=[("../../etc/passwd", b"x")])


def backslash_traversal(path):
    changed(path, {}, extra=[("xl\\..\\..\\x", b"x")])


def absolute(path):
    changed(path, {}, extra=[("/etc/passwd", b"x")])


def drive(path):
    changed(path, {}, extra=[("C:/windows/x", b"x")])


def twins(path):
    changed(path, {}, extra=[("XL/WORKBOOK.XML", b"x")])


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-300])


def broken(path):
    raw = bytearray(path.read_bytes())
    for at in range(40, len(raw) // 2):
        raw[at] ^= 0x55
    path.write_bytes(raw)


def no_zip(path):
    path.write_bytes(b"Child Unique ID,Gender\n")


def empty(path):
    path.write_bytes(b"")


def flagged(path):
    """Every part says that it needs a password."""
    raw = bytearray(path.read_bytes())
    for mark, at_flag in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := raw.find(mark, at + 1)) >= 0:
            raw[at + at_flag] |= 1
    path.write_bytes(raw)


def password(path):
    path.write_bytes(
        workbook.OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(99)
    )


def old_excel(path):
    path.write_bytes(workbook.OLE + bytes(600) + b"W\0o\0r\0k\0b\0o\0o\0k\0")


def binary(path):
    changed(path, {"xl/workbook.xml": None, "xl/workbook.bin": b"x"})


def open_document(path):
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        new.writestr("content.xml", "<x/>")


def word(path):
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("word/document.xml", "<x/>")


def dtd(path):
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    changed(path, {SHEET: sheet_xml("").replace(b"<worksheet", entity)})


def entity_in_strings(path):
    changed(
        path,
        {
            "xl/sharedStrings.xml": b'<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/'
            b'passwd">]><sst><si><t>&a;</t></si></sst>'
        },
    )


def other_encoding(path):
    changed(path, {SHEET: sheet_xml("").decode().encode("utf-16")})


def sheet_of_nonsense(path):
    changed(path, {SHEET: b"<worksheet><sheetData><row r='1'><c r='A1'><v>1</row>"})


def shared_strings_broken(path):
    changed(path, {"xl/sharedStrings.xml": b"<sst><si><t>x</si></sst>"})


def spread_thin(path):
    """Bytes of every part changed at random places, in an archive that holds."""
    rng = random.Random(path.stat().st_size)
    with zipfile.ZipFile(path) as held:
        parts = {i.filename: bytearray(held.read(i)) for i in held.infolist()}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            content[rng.randrange(len(content))] = rng.choice(b'<>/"=01Az&;')
    changed(path, {name: bytes(content) for name, content in parts.items()})


def no_sheet_part(path):
    changed(path, {SHEET: None})


HOSTILE = {
    bomb: "unpack to",
    lying_bomb: "unpack to|damaged",
    many_parts: "parts",
    traversal: "outside itself",
    backslash_traversal: "outside itself",
    absolute: "outside itself",
    drive: "outside itself",
    twins: "two parts of one name",
    cut_off: "damaged",
    broken: "damaged",
    no_zip: "damaged",
    empty: "damaged",
    flagged: "password",
    password: "password",
    old_excel: r"\.xls\)",
    binary: r"\.xlsb\)",
    open_document: r"\.ods\)",
    word: "Word",
    dtd: "DTD",
    entity_in_strings: "DTD",
    other_encoding: "UTF-8",
    sheet_of_nonsense: "damaged",
    shared_strings_broken: "damaged",
    no_sheet_part: "damaged",
}


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda f: f.__name__)
def test_what_no_program_writes_is_refused_in_words(book, spoil):
    spoil(book)
    assert is_workbook(book)
    with pytest.raises(ExtractError, match=HOSTILE[spoil]) as caught:
        read(book)
    assert str(caught.value).startswith("book.xlsx: ")


def test_a_text_that_is_not_there_is_refused_or_empty(book):
    cell = '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>'
    changed(book, {SHEET: sheet_xml(cell)})
    with pytest.raises(ExtractError, match="damaged"):
        read(book)


@pytest.mark.parametrize("size", range(60))
def test_bytes_changed_at_random_end_in_words_or_in_rows(tmp_path, size):
    path = made(tmp_path / "book.xlsx", [(f"A{n + 1}", "x" * n) for n in range(size)])
    spread_thin(path)
    with contextlib.suppress(ExtractError):
        assert isinstance(read(path), list)
