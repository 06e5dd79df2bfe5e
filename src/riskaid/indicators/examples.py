"""The examples beside each declaration: text tables with the answer they must give.

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
from riskaid.indicators import kernel, sql
from riskaid.indicators.cases import Between, Days, MemoryCases, Without
from riskaid.indicators.catalogue import Catalogue, expression_of
from riskaid.indicators.plan import tables_read
from riskaid.indicators.reference import value
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
ANSWERS = {"yes": 1.0, "no": 0.0, "unknown": None}


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what it shows, what the record holds, and the answer expected."""

    shows: str
    as_of: date
    expected: float | None
    cases: MemoryCases


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that an engine answers otherwise than its declaration expects."""

    name: str
    place: str
    shows: str
    engine: str
    expected: float | None
    found: float | None

    def __str__(self) -> str:
        """One line a person can act on."""
        return (
            f"{self.place}: {self.name}: '{self.shows}': expected "
            f"{_answer(self.expected)}, the {self.engine} finds {_answer(self.found)}."
        )


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


def check_examples(catalogue: Catalogue) -> list[Failure]:
    """Run every example of a catalogue on the reference, the kernel and DuckDB.

    Returns:
        The failures; empty when every example holds.

    Raises:
        DefinitionError: An example cannot be read, or a declaration has none.
    """
    failures = []
    for one in catalogue.declarations:
        node = expression_of(one).node
        place = catalogue.places[one.name]
        try:
            examples = read_examples(one.examples, node)
        except DefinitionError as error:
            raise DefinitionError(f"{place}: '{one.name}': {error}") from None
        for example in examples:
            for engine, found in run(example, node).items():
                if found != example.expected:
                    failures.append(
                        Failure(
                            one.name,
                            place,
                            example.shows,
                            engine,
                            example.expected,
                            found,
                        )
                    )
    return failures


def run(example: Example, node: nodes.Node) -> dict[str, float | None]:
    """Answer one example with each engine, by the engine's name."""
    rows = pl.DataFrame({"person_id": [CHILD], "as_of": [example.as_of]})
    return {
        "reference": value(node, example.cases, CHILD, example.as_of).value,
        "kernel": kernel.columns({"found": node}, example.cases, rows)["found"][0],
        "duckdb": sql.columns({"found": node}, example.cases, rows)["found"][0],
    }


def read_examples(text: str, node: nodes.Node) -> list[Example]:
    """Read the text tables beside a declaration.

    Raises:
        DefinitionError: A line cannot be read, a table or column is not known, or there
            is no example at all.
    """
    read = {one.table for one in tables_read(node)} | {"persons"}
    found: list[Example] = []
    shows = ""
    lines = _Lines(text)
    for line in lines:
        heading = HEADING.fullmatch(line)
        if heading is None and not shows:
            shows = line
            continue
        if heading is None:
            raise DefinitionError(
                f"example: '{line}' cannot be read. After the line that says what it "
                "shows write 'missing_episodes as of 2024-06-01 expect 2'."
            )
        if not shows:
            raise DefinitionError(
                f"example '{line}': the line above says nothing. Say there what it "
                "shows."
            )
        blocks = _blocks(heading, lines, read)
        as_of = _date(heading["as_of"], line)
        found.append(
            Example(shows, as_of, _expected(heading["expect"]), _cases(blocks, read))
        )
        shows = ""
    if not found or shows:
        raise DefinitionError(
            "an example needs a line such as 'missing_episodes as of 2024-06-01 expect "
            f"2'{f', after: {shows!r}' if shows else ''}."
        )
    return found


class _Lines:
    """The lines of an example's text, without blanks, one of them looked at ahead."""

    def __init__(self, text: str) -> None:
        self.left = [line.strip() for line in text.strip().splitlines()]

    def __iter__(self) -> Iterator[str]:
        while self.left:
            line = self.left.pop(0)
            if line:
                yield line

    def rest_of_block(self) -> Iterator[str]:
        """The lines up to the next blank one."""
        while self.left and self.left[0]:
            yield self.left.pop(0)


def _blocks(heading: re.Match[str], lines: _Lines, read: set[str]) -> dict[str, _Block]:
    block = _block(heading["table"], heading["cover"], read)
    blocks = {block.table.name: block}
    for line in lines.rest_of_block():
        word = re.match(r"\w*", line)
        name = word.group() if word else ""
        if name in read and "|" not in line:
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


def _answer(number: float | None) -> str:
    return "unknown" if number is None else f"{number:g}"
