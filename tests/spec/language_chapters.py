"""Reads the chapters of the language's specification.

A chapter is a file of Markdown in chapters/. A section is a heading, some prose, an
expression in a fence marked `python` and paragraphs in a fence marked `text`. A section
about a word begins `## word: what it gives`. A paragraph is an example in the form of
features/README.md with two additions: a line `edges: …` after the first, which says
which rows of edges.toml it shows, and a column `behind`, which marks the records that
stand behind the answer.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskaid import shipped
from riskaid.indicators.cases import Days, MemoryCases
from riskaid.indicators.declared import IMPORTS, read
from riskaid.indicators.example_text import Example, read_examples
from riskaid.indicators.plan import tables_read
from riskaid.indicators.settings import read_settings
from riskaid.language import nodes
from riskaid.records.schema import stored_columns
from riskaid.records.tables import TABLES

CHAPTERS = Path(__file__).with_name("chapters")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a paragraph as it is written: its first line, heading and rows."""

    says: str
    table: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One example of a word: what it shows, the records held, and the answer."""

    place: str
    edges: tuple[str, ...]
    blocks: tuple[Block, ...]
    node: nodes.Node
    example: Example

    def called(self, at: int) -> str:
        """What a failure names it by."""
        return f"{at}, {self.place}: {self.example.shows}"

    def marked(self) -> dict[str, set[int]]:
        """The rows that are marked as standing behind the answer, by their table."""
        return {
            block.table: {
                at
                for at, row in enumerate(block.rows)
                if row[block.heading.index(BEHIND)]
            }
            for block in self.blocks
            if BEHIND in block.heading
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """An expression and the paragraphs that show what it gives."""

    prose: str
    expression: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a chapter; of a word, or of a rule that all words share."""

    word: str | None
    title: str
    shown: tuple[Shown, ...]

    @property
    def heading(self) -> str:
        """The heading as the page has it."""
        return self.title if self.word is None else f"`{self.word}`: {self.title}"

    @property
    def anchor(self) -> str:
        """Where a link to this heading leads."""
        return anchor(self.heading)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file: a topic of the language."""

    title: str
    prose: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some edges have no meaning at some words."""

    words: tuple[str, ...]
    edges: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges that each word which reads records must show, or say why not."""

    edges: dict[str, str]
    words: tuple[str, ...]
    reasons: tuple[Reason, ...]


def anchor(heading: str) -> str:
    """Where a link to a heading leads, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def read_edges() -> Edges:
    """Read edges.toml."""
    text = (CHAPTERS / "edges.toml").read_text(encoding="utf-8")
    held = tomllib.loads(text)
    reasons = tuple(
        Reason(tuple(one["words"]), tuple(one["edges"]), one["because"])
        for one in held["does_not_apply"]
    )
    return Edges(held["edges"], tuple(held["words"]), reasons)


def read_chapters() -> tuple[Chapter, ...]:
    """Read every chapter in the order of its number."""
    return tuple(
        _chapter(path.name, path.read_text(encoding="utf-8"))
        for path in sorted(CHAPTERS.glob("*.md"))
    )


def paragraphs(chapters: tuple[Chapter, ...]) -> Iterator[tuple[Section, Paragraph]]:
    """Every paragraph of the chapters, with the section it stands in."""
    for chapter in chapters:
        for section in chapter.sections:
            for shown in section.shown:
                for one in shown.paragraphs:
                    yield section, one


def expression(text: str, place: str) -> nodes.Node:
    """Read one expression as a features file would: nothing is run."""
    imports = "\n".join(
        f"from {module} import {', '.join(names)}" for module, names in IMPORTS.items()
    )
    fields = "name='-', reads='-', unit='-', source='-', family='-', because='-'"
    declared = (
        f"{imports}\nSPEC = Indicator({fields}, examples='-', more_means_more=None, "
        f"value=({text}))"
    )
    settings = read_settings(shipped.folder("features"))
    return read(declared, place, settings)[0].declaration.value.node


def _chapter(name: str, text: str) -> Chapter:
    first, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _, prose = first.removeprefix("# ").partition("\n")
    return Chapter(title, prose.strip(), tuple(_section(name, one) for one in sections))


def _section(name: str, text: str) -> Section:
    heading, _, body = text.partition("\n")
    word, colon, title = heading.partition(": ")
    shown, prose, written, at = [], "", "", 0
    for fence in FENCE.finditer(body):
        if fence[1] == "python":
            prose, written = body[at : fence.start()].strip(), fence[2].strip()
        else:
            place = f"{name}, {heading}"
            node = expression(written, place)
            given = re.split(r"\n\s*\n", fence[2].strip())
            read_ = tuple(_paragraph(one, node, place) for one in given)
            shown.append(Shown(prose, written, read_))
        at = fence.end()
    if body[at:].strip():
        raise ValueError(f"{name}, {heading}: words after the last examples.")
    if not colon:
        return Section(None, heading, tuple(shown))
    return Section(word, title, tuple(shown))


def _paragraph(text: str, node: nodes.Node, place: str) -> Paragraph:
    lines = text.strip().splitlines()
    edges: tuple[str, ...] = ()
    if len(lines) > 1 and lines[1].startswith("edges: "):
        edges = tuple(lines.pop(1).removeprefix("edges: ").split(", "))
    blocks = _blocks(lines[1:])
    written = [lines[0]]
    for block in blocks:
        written.append(block.says)
        keep = [n for n, cell in enumerate(block.heading) if cell != BEHIND]
        table = (block.heading, *block.rows) if block.heading else ()
        written += [" | ".join(line[n] for n in keep) for line in table]
    (example,) = read_examples("\n".join(written), node)
    return Paragraph(place, edges, tuple(blocks), node, example)


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[tuple[str, str, list[tuple[str, ...]]]] = []
    for line in lines:
        name = re.match(r"\w*", line)[0]
        if name in TABLES and "|" not in line:
            blocks.append((line, name, []))
        else:
            blocks[-1][2].append(tuple(cell.strip() for cell in line.split("|")))
    return [
        Block(says, name, rows[0] if rows else (), tuple(rows[1:]))
        for says, name, rows in blocks
    ]


@dataclass(frozen=True)
class Together:
    """Paragraphs whose coverage does not differ, as children of one store."""

    asked: tuple[Paragraph, ...]
    cases: MemoryCases

    @property
    def expressions(self) -> dict[str, nodes.Node]:
        """Every expression, by the number of its paragraph."""
        return {f"x{at}": one.node for at, one in enumerate(self.asked)}

    @property
    def rows(self) -> pl.DataFrame:
        """The child of each paragraph and its as-of day."""
        return pl.DataFrame(
            {
                "person_id": [f"{at} child" for at in range(len(self.asked))],
                "as_of": [one.example.as_of for one in self.asked],
            }
        )

    @property
    def expected(self) -> dict[str, float | None]:
        """The answer of each paragraph."""
        return {
            one.called(at): one.example.expected for at, one in enumerate(self.asked)
        }

    def own(self, found: pl.DataFrame) -> dict[str, float | None]:
        """Of what was computed, each child's answer to its own expression."""
        return {
            one.called(at): found[f"x{at}"][at] for at, one in enumerate(self.asked)
        }


def together(chapters: tuple[Chapter, ...]) -> Iterator[Together]:
    """All paragraphs in as few stores as their coverage allows."""
    groups: list[tuple[dict[str, Days | None], list[Paragraph]]] = []
    for _, one in paragraphs(chapters):
        held = one.example.cases.coverage
        read = {part.table for part in tables_read(one.node)} | {"persons"}
        mine = {table: held.get(table) for table in read}
        for covered, members in groups:
            if all(covered.get(table, days) == days for table, days in mine.items()):
                covered.update(mine)
                members.append(one)
                break
        else:
            groups.append((mine, [one]))
    for covered, members in groups:
        days = {table: one for table, one in covered.items() if one is not None}
        frames = {table: _beside(table, members) for table in days}
        yield Together(tuple(members), MemoryCases(frames, days))


def _beside(table: str, members: list[Paragraph]) -> pl.DataFrame:
    """The records of one table of many paragraphs, each with persons of its own."""
    people = [c for c in ("person_id", "adult_id") if c in stored_columns(table)]
    return pl.concat(
        one.example.cases.table(table).with_columns(
            pl.format(f"{at} {{}}", column).alias(column) for column in people
        )
        for at, one in enumerate(members)
    )


def reason(edges: Edges, word: str, edge: str) -> Reason:
    """Why an edge has no meaning at a word."""
    return next(one for one in edges.reasons if word in one.words and edge in one.edges)
