"""Reads the examples beside each declaration: tables of text, and the answer expected.

One example is a line that says what it shows, a line that says as of when and what is
expected, and one table of text for each case table it needs:

    the 90th day counts; the as-of day itself does not
    missing_episodes as of 2024-06-01 expect 2
    date       | known_from
    2024-03-02 |
    2024-03-03 |
    2024-05-31 |

    no enquiry was supplied
    missing_episodes as of 2024-06-01 expect unknown
    date
    2024-05-31
    s47_enquiries not supplied

An empty known_from is the record's own date; an empty group date is the day the
group's own date column names, or the record's known_from. A table that is not named is
supplied and empty. `TABLE from DATE`, `TABLE to DATE` say what it covers, `TABLE except
DATE to DATE` that nothing is known of some days in between, `TABLE without COLUMN,
COLUMN` which of its columns no source has. Adults are named in the person_id of their
table and the adult_id of the household; the only adult needs no name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from riskaid.errors import DefinitionError, nearest
from riskaid.indicators.cases import Between, Days, MemoryCases, Without
from riskaid.indicators.declared import Place
from riskaid.indicators.plan import tables_read
from riskaid.language import Table, nodes
from riskaid.records.schema import stored_columns
from riskaid.records.tables import TABLES

CHILD = "child"
ADULT = "adult"
LONG_AGO = date(1900, 1, 1)
FAR_AHEAD = date(2200, 1, 1)
HEADING = re.compile(
    r"(?P<table>\w+)(?P<cover>.*) as of (?P<as_of>\d{4}-\d\d-\d\d) "
    r"expect (?P<expect>\S+)"
)
COVER = re.compile(
    r"(?P<without> not supplied)?(?: from (?P<first>\S+))?(?: to (?P<last>\S+))?"
    r"(?: except (?P<gap_first>\S+) to (?P<gap_last>\S+))?"
    r"(?: without (?P<lacking>\w+(?:, \w+)*))?"
)
LIKE_A_HEADING = re.compile(r".* as of (?P<as_of>\S+) expect (?P<expect>.+)")
ANSWERS = {"yes": 1.0, "no": 0.0, "unknown": None}


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what it shows, what the record holds, and the answer expected.

    `line` is that of its heading, counted from the first line of the text as 0.
    """

    shows: str
    line: int
    as_of: date
    expected: float | None
    cases: MemoryCases


@dataclass(slots=True)
class _Block:
    """A table of an example while it is being read."""

    table: Table
    first: date = LONG_AGO
    last: date = FAR_AHEAD
    gaps: tuple[Between, ...] = ()
    supplied: bool = True
    absent: tuple[str, ...] = ()
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def read_examples(
    text: str, node: nodes.Node, *, place: Place | None = None
) -> list[Example]:
    """Read the text tables beside a declaration.

    Args:
        text: The examples.
        node: The expression that they are about.
        place: The file, and the line on which the text begins, for messages.

    Raises:
        DefinitionError: A line cannot be read, a table or column is not known, or there
            is no example at all; with file and line.
    """
    lines = _Lines(text)
    try:
        return _examples(lines, node)
    except DefinitionError as error:
        if place is None:
            raise
        raise DefinitionError(f"{place.below(lines.number)}: {error}") from None


def _examples(lines: "_Lines", node: nodes.Node) -> list[Example]:
    read = {one.table for one in tables_read(node)} | {"persons"}
    found: list[Example] = []
    shows = ""
    for line in lines:
        heading = HEADING.fullmatch(line)
        if heading is None and not shows:
            shows = line
            continue
        if heading is None:
            raise DefinitionError(_no_heading(line))
        if not shows:
            raise DefinitionError(
                f"example '{line}': the line above says nothing. Say there what it "
                "shows."
            )
        at = lines.number
        as_of = _date(heading["as_of"], line)
        expected = _expected(heading["expect"])
        blocks = _blocks(heading, lines, read)
        found.append(Example(shows, at, as_of, expected, _cases(blocks, read)))
        shows = ""
    if not found or shows:
        raise DefinitionError(
            "an example needs a line such as 'missing_episodes as of 2024-06-01 expect "
            f"2'{f', after: {shows!r}' if shows else ''}."
        )
    return found


def _no_heading(line: str) -> str:
    """What is wrong with the line that says as of when and what is expected."""
    parts = LIKE_A_HEADING.fullmatch(line)
    if parts is not None:
        _date(parts["as_of"], line)
        _expected(parts["expect"])
    return (
        f"example: '{line}' cannot be read. After the line that says what it "
        "shows write 'missing_episodes as of 2024-06-01 expect 2'."
    )


class _Lines:
    """The lines of an example's text, without blanks, one of them looked at ahead.

    `number` is that of the line read last, from 0.
    """

    def __init__(self, text: str) -> None:
        self.left = [line.strip() for line in text.splitlines()]
        self.number = -1

    def __iter__(self) -> Iterator[str]:
        while self.left:
            line = self._next()
            if line:
                yield line

    def rest_of_block(self) -> Iterator[str]:
        """The lines up to the next blank one."""
        while self.left and self.left[0]:
            yield self._next()

    def _next(self) -> str:
        self.number += 1
        return self.left.pop(0)


def _blocks(heading: re.Match[str], lines: _Lines, read: set[str]) -> dict[str, _Block]:
    block = _block(heading["table"], heading["cover"], read)
    blocks = {block.table.name: block}
    for line in lines.rest_of_block():
        word = re.match(r"\w*", line)
        name = word.group() if word else ""
        if "|" not in line and _means_a_table(name, read, block):
            block = _block(name, line[len(name) :], read)
            if name in blocks:
                raise DefinitionError(f"example: table '{name}' stands there twice.")
            blocks[name] = block
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if not block.header:
            block.header = cells
        elif len(cells) == len(block.header):
            block.rows.append(cells)
        else:
            raise DefinitionError(
                f"example: '{line}' has {len(cells)} cells, its heading "
                f"{len(block.header)}. Put one | between two columns."
            )
    return blocks


def _means_a_table(name: str, read: set[str], block: _Block) -> bool:
    """Whether a line begins another table, or where a row may stand a word like one."""
    like_one = "_" in name and bool(nearest(name, sorted(read)))
    return name in TABLES or (like_one and bool(block.header))


def _block(name: str, cover: str, read: set[str]) -> _Block:
    if name not in read:
        raise DefinitionError(
            f"example: the expression does not read '{name}'. It reads: "
            f"{', '.join(sorted(read))}.{nearest(name, sorted(read))}"
        )
    said = COVER.fullmatch(cover.rstrip())
    if said is None:
        raise DefinitionError(
            f"example: '{name}{cover}' cannot be read. Write '{name} not supplied', "
            f"'{name} from 2024-01-01 to 2024-12-31' or '{name} without COLUMN'."
        )
    absent = tuple(said["lacking"].split(", ")) if said["lacking"] else ()
    for column in absent:
        _own(TABLES[name], column, TABLES[name].columns)
    block = _Block(TABLES[name], supplied=said["without"] is None, absent=absent)
    block.first = _date(said["first"], cover) if said["first"] else block.first
    block.last = _date(said["last"], cover) if said["last"] else block.last
    if said["gap_first"]:
        first, last = (_date(said[one], cover) for one in ("gap_first", "gap_last"))
        block.gaps = (Between(first, last),)
    return block


def _cases(blocks: dict[str, _Block], read: set[str]) -> MemoryCases:
    for name in sorted(read - set(blocks)):
        blocks[name] = _Block(TABLES[name])
    if not blocks["persons"].rows and blocks["persons"].supplied:
        blocks["persons"].header = ["person_id"]
        blocks["persons"].rows = [[CHILD]]
    supplied = {name: block for name, block in blocks.items() if block.supplied}
    return MemoryCases(
        {
            name: pl.DataFrame(
                [_row(block, cells, at) for at, cells in enumerate(block.rows)],
                schema=stored_columns(name),
                orient="row",
            )
            for name, block in supplied.items()
        },
        {
            name: Days(
                block.first, block.last, block.gaps, tuple(map(Without, block.absent))
            )
            for name, block in supplied.items()
        },
    )


def _row(block: _Block, cells: list[str], at: int) -> dict[str, Any]:
    table = block.table
    types = stored_columns(table.name)
    row: dict[str, Any] = dict.fromkeys(types)
    row |= {"person_id": ADULT if table.name == "adult_events" else CHILD}
    row |= {"source": "example", "source_row": at, "known_how": "recorded"}
    if "adult_id" in types:
        row["adult_id"] = ADULT
    for name, cell in zip(block.header, cells, strict=True):
        _own(table, name, types)
        if cell and name in block.absent:
            raise DefinitionError(
                f"example: '{table.name}' is without '{name}', but a row fills it. "
                "Leave one of them out."
            )
        if cell:
            row[name] = _cell(cell, types[name], name)
    row["known_from"] = row["known_from"] or row["date"] or LONG_AGO
    for group in table.group_lags:
        if row[f"{group}_known_from"] is None:
            row[f"{group}_known_from"] = _group_known(table, group, row)
    return row


def _own(table: Table, column: str, there: Iterable[str]) -> None:
    """Refuse a column that a table has not."""
    names = list(there)
    if column not in names:
        raise DefinitionError(
            f"example: table '{table.name}' has no column '{column}'. It has: "
            f"{', '.join(names)}.{nearest(column, names)}"
        )


def _group_known(table: Table, group: str, row: dict[str, Any]) -> date | None:
    mine = [c for c in table.columns.values() if c.group == group]
    if all(row[column.name] is None for column in mine):
        return None
    days = [row[column.name] for column in mine if column.type == "date"]
    known: date = max([row["known_from"], *(day for day in days if day is not None)])
    return known


def _cell(cell: str, kind: pl.DataType, column: str) -> str | float | date:
    if kind == pl.Date:
        return _date(cell, column)
    if kind == pl.String:
        return cell
    try:
        return float(cell)
    except ValueError:
        raise DefinitionError(
            f"example: column '{column}' holds numbers, not '{cell}'."
        ) from None


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DefinitionError(
            f"example: '{text}' in '{where.strip()}' is no date. Write 2024-06-01."
        ) from None


def _expected(text: str) -> float | None:
    if text in ANSWERS:
        return ANSWERS[text]
    try:
        return float(text)
    except ValueError:
        raise DefinitionError(
            f"example: expect a number, yes, no or unknown, not '{text}'."
        ) from None
