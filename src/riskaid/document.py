"""A card or report as parts, written out as one page of HTML or as Markdown.

The words and numbers are gathered once, in parts that know nothing of HTML, so that the
page, the Markdown and the facts can never say different things.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

NO_BREAK = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; `strong` ones stand out, such as a verdict."""

    text: str
    strong: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A short list."""

    items: tuple[str, ...]
    kind: str = "bullets"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption; its first column names each row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    kind: str = "table"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A plot; a table of the same numbers always follows it."""

    file: str
    alt: str
    svg: str = field(repr=False)
    kind: str = "picture"

    @property
    def data(self) -> str:
        """The picture as a data address, so that the page asks nothing of anybody."""
        coded = base64.b64encode(self.svg.encode()).decode()
        return f"data:image/svg+xml;base64,{coded}"


Block = Paragraph | Bullets | Table | Picture


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with what stands below it; `parts` are headings one level down."""

    heading: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()

    @property
    def anchor(self) -> str:
        """The heading as a name within the page."""
        return re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole card or report.

    Attributes:
        this: What it is, in one word: "card".
        kind: What it is and for whom, above its title.
        contents: What stands above its list of sections.
        closing: What stands at the end of the page after its name.
    """

    title: str
    name: str
    subtitle: str
    watermark: str | None
    verdict: tuple[str, ...]
    tone: str
    sections: tuple[Section, ...]
    this: str = "card"
    kind: str = "Model card for a governance board"
    contents: str = "On this card"
    closing: str = "Advice for human review, never a decision."


def to_html(document: Document) -> str:
    """Write one self-contained page: no script, no request to anywhere."""
    return _template().render(document=document)


def to_markdown(document: Document) -> str:
    """Write the card as Markdown; pictures stand beside it in `plots/`."""
    lines = [f"# {_plain(document.title)}", "", _plain(document.subtitle), ""]
    if document.watermark:
        lines += [f"> **{_plain(document.watermark)}**", ""]
    lines += [f"> {_plain(line)}" for line in document.verdict] + [""]
    for section in document.sections:
        lines += _section(section, level=2)
    return "\n".join(lines).rstrip("\n") + "\n"


def pictures_of(sections: Sequence[Section]) -> tuple[Picture, ...]:
    """Every picture of some sections, in order."""
    found: list[Picture] = []
    for section in sections:
        found += [one for one in section.blocks if isinstance(one, Picture)]
        found += pictures_of(section.parts)
    return tuple(found)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("riskaid"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["whole"] = whole
    return environment.get_template("page.html.j2")


def whole(text: str) -> str:
    """Text in which an interval in brackets is never broken over two lines."""
    return re.sub(r"\([^()]* to [^()]*\)", lambda m: m[0].replace(" ", NO_BREAK), text)


def _section(section: Section, *, level: int) -> list[str]:
    lines = ["#" * level + f" {_plain(section.heading)}", ""]
    for block in section.blocks:
        lines += [*_block(block), ""]
    for part in section.parts:
        lines += _section(part, level=level + 1)
    return lines


def _block(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        text = _plain(block.text)
        return [f"**{text}**" if block.strong else text]
    if isinstance(block, Bullets):
        return [f"- {_plain(item)}" for item in block.items]
    if isinstance(block, Picture):
        return [f"![{_plain(block.alt)}](plots/{block.file})"]
    rule = ["---:" if i in block.numbers else "---" for i in range(len(block.columns))]
    rows = [block.columns, tuple(rule), *block.rows]
    return [
        f"**Table: {_plain(block.caption)}**",
        "",
        *(
            "| "
            + " | ".join(cell if row is rows[1] else _cell(cell) for cell in row)
            + " |"
            for row in rows
        ),
    ]


def _plain(text: str) -> str:
    """Text on one line, with nothing that Markdown would read as markup."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return _plain(text) or " "
