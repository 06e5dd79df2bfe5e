"""Writes the chapters of the language's specification as one page of Markdown."""

from collections.abc import Iterator

from language_chapters import (
    Block,
    Chapter,
    Edges,
    Paragraph,
    Shown,
    anchor,
    paragraphs,
    reason,
)

from riskaid.indicators.example_text import COVER, HEADING

FROM_CHAPTERS = "../../../docs/"
FROM_PAGE = "../"

OPENING = """\
# The language of indicators

What each word of the language means, in examples: the records held, the day on which
somebody asks, the answer. Nothing here is only said. Each example is run by the
reference engine, the kernel, DuckDB and Spark, and all of them must give the answer that
stands here; the answers were worked out by hand.

How to read an example: the expression stands above its examples. A table shows the
records that the store holds. A cell that is empty is an empty column; an empty
`known_from` means that the record was known on its own date. The column `behind` marks
the records that stand behind the answer, which are those that advice shows beside it. A
table without a `behind` column is there to be read, not to be marked. The child is called
`child` where a name is needed, and a table that is read but not shown was supplied and is
empty.

This page is made from `tests/spec/chapters/` by `make docs`; a test holds it current. To
write an indicator, begin with [features/README.md](../../features/README.md).
"""

EDGES_OPENING = """\
Every word that reads records is shown at every edge at which a record could be counted
wrongly; a number in brackets leads to the reason why an edge has no meaning there."""


def page(chapters: tuple[Chapter, ...], edges: Edges) -> str:
    """The chapters as one page of Markdown."""
    lines = [OPENING, *_index(chapters)]
    for number, chapter in enumerate(chapters, 1):
        lines += ["", f"## {number}. {chapter.title}"]
        lines += ["", chapter.prose] if chapter.prose else []
        for section in chapter.sections:
            lines += ["", f"### {section.heading}"]
            lines += [line for one in section.shown for line in _shown(one)]
    lines += ["", "## Where each edge is shown", "", EDGES_OPENING, ""]
    lines += [f"* **{name}**: {says}" for name, says in edges.edges.items()]
    lines += ["", *_matrix(chapters, edges)]
    return "\n".join(lines).replace(FROM_CHAPTERS, FROM_PAGE) + "\n"


def _index(chapters: tuple[Chapter, ...]) -> Iterator[str]:
    """The chapters with their rules, and the words with what each gives."""
    yield from ("## The chapters", "")
    for number, one in enumerate(chapters, 1):
        inside = [f"[{s.title}](#{s.anchor})" for s in one.sections if s.word is None]
        after = f": {', '.join(inside)}" if inside else ""
        yield f"{number}. [{one.title}](#{anchor(f'{number}. {one.title}')}){after}"
    yield from ("", "## The words", "", "| word | what it gives |", "|---|---|")
    for one in chapters:
        for section in one.sections:
            if section.word is not None:
                word = section.word.replace("|", "\\|")
                yield f"| [`{word}`](#{section.anchor}) | {section.title} |"


def _shown(one: Shown) -> Iterator[str]:
    if one.prose:
        yield from ("", one.prose)
    yield from ("", "```python", one.expression, "```")
    for paragraph in one.paragraphs:
        yield from _rendered(paragraph)


def _rendered(one: Paragraph) -> Iterator[str]:
    shows = one.example.shows
    yield from ("", f"**{shows[0].upper()}{shows[1:]}.**")
    for block in one.blocks:
        yield from ("", _supplied(block))
        if block.rows:
            yield from ("", f"| {' | '.join(block.heading)} |")
            yield f"|{'---|' * len(block.heading)}"
            yield from (f"| {' | '.join(row)} |" for row in block.rows)
    yield from ("", f"As of {one.example.as_of}: **{_answer(one)}**")


def _answer(one: Paragraph) -> str:
    """The answer as the chapter writes it."""
    said = HEADING.fullmatch(one.blocks[0].says)["expect"]
    return "not known" if said == "unknown" else said


def _supplied(block: Block) -> str:
    """What the store holds of a table, in words."""
    heading = HEADING.fullmatch(block.says)
    cover = heading["cover"] if heading else block.says.removeprefix(block.table)
    said = COVER.fullmatch(cover)
    words = [f"`{block.table}`"]
    if said["without"]:
        words.append("not supplied")
    if said["first"]:
        words.append(f"held from {said['first']}")
    if said["last"]:
        words.append(f"held to {said['last']}")
    if said["gap_first"]:
        words.append(f"not held from {said['gap_first']} to {said['gap_last']}")
    if said["lacking"]:
        named = ", ".join(f"`{one}`" for one in said["lacking"].split(", "))
        words.append(f"of which no source has {named}")
    if not said["without"] and not block.rows:
        words.append("without a record")
    return ", ".join(words) + (":" if block.rows else ".")


def _matrix(chapters: tuple[Chapter, ...], edges: Edges) -> Iterator[str]:
    shown = {
        (section.word, edge)
        for section, one in paragraphs(chapters)
        for edge in one.edges
    }
    anchors = {one.word: one.anchor for chapter in chapters for one in chapter.sections}
    numbers: dict[str, int] = {}
    yield f"| word | {' | '.join(edges.edges)} |"
    yield f"|---|{'---|' * len(edges.edges)}"
    for word in edges.words:
        cells = [f"[`{word}`](#{anchors[word]})"]
        for edge in edges.edges:
            if (word, edge) in shown:
                cells.append("shown")
            else:
                because = reason(edges, word, edge).because
                cells.append(f"({numbers.setdefault(because, len(numbers) + 1)})")
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield from (f"{number}. {because}" for because, number in numbers.items())
