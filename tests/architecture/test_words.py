"""The words that people must not read, as fairness/LANGUAGE.md lists them, are not there.

The list binds what people read: pages, cards, the catalogue, templates, and the texts
of the program. Identifiers are free, so a text without a space, and code in backticks
without one, is not looked at.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = ROOT / "fairness" / "LANGUAGE.md"

# Where a listed word may stand, with the reason. Every entry must be needed.
ALLOWED: dict[tuple[str, str], str] = {
    ("docs/glossary.md", "risk score"): "says of the word that we do not write it",
}


def forbidden(page: str) -> list[str]:
    """The words of the page's fence marked `forbidden`, one a line; # begins a note."""
    (block,) = re.findall(r"^```forbidden\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    words = [line.split("#")[0].strip() for line in block.splitlines()]
    return [word for word in words if word]


def pattern(word: str) -> re.Pattern[str]:
    """Find a word or phrase whole, whatever its case, spaces and hyphens."""
    whole = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", word))
    return re.compile(rf"(?<![\w-]){whole}(?!\w)", re.IGNORECASE)


def in_markdown(page: str) -> Iterator[tuple[int, str]]:
    """The prose of a page, with its line; fences and code in backticks are left out."""
    prose = re.sub(
        r"^```.*?^```[^\n]*$",
        lambda fence: "\n" * fence[0].count("\n"),
        page,
        flags=re.MULTILINE | re.DOTALL,
    )
    prose = re.sub(r"`[^`\s]*`", "", prose)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    yield 1, prose


def in_template(text: str) -> Iterator[tuple[int, str]]:
    """The words a template shows: no tags, no template code; titles and labels stay."""
    keep = re.findall(r"(?:alt|title|aria-label|content)=\"([^\"]*)\"", text)
    blank = lambda part: "\n" * part[0].count("\n")  # noqa: E731 - said three times
    words = re.sub(r"\{[%{#].*?[%}#]\}", blank, text, flags=re.DOTALL)
    words = re.sub(r"<(script|style)\b.*?</\1>", blank, words, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", blank, words, flags=re.DOTALL)
    yield 1, words
    for one in keep:
        yield 1, one


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """The texts and docstrings of a module; a text without a space is an identifier."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(r"\s", node.value.strip()):
                yield node.lineno, re.sub(r"`[^`\s]*`", "", node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [
                part.value if isinstance(part, ast.Constant) else "x"
                for part in node.values
            ]
            yield node.lineno, "".join(parts)


def in_toml(source: str) -> Iterator[tuple[int, str]]:
    """Every text with a space in a TOML file."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from texts(one)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one)

    for text in texts(tomllib.loads(source)):
        if " " in text:
            yield 1, text


READERS = {
    ".md": in_markdown,
    ".html": in_template,
    ".jinja": in_template,
    ".j2": in_template,
    ".py": in_python,
    ".toml": in_toml,
}


def found_in(name: str, text: str, words: list[str]) -> list[tuple[str, int, str]]:
    """Say which forbidden words a file shows to people: (file, line, word)."""
    found = {
        (name, line + shown.count("\n", 0, match.start()), word)
        for line, shown in READERS[Path(name).suffix](text)
        for word in words
        for match in pattern(word).finditer(shown)
    }
    return sorted(found)


def read_by_people() -> dict[str, str]:
    places = [
        *ROOT.glob("*.md"),
        *(
            path
            for folder in (
                "src",
                "features",
                "experiments",
                "fairness",
                "model_cards",
                "docs",
                "examples",
            )
            for path in (ROOT / folder).rglob("*")
        ),
    ]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(places)
        if path.is_file() and path.suffix in READERS and path != LANGUAGE
    }


@pytest.fixture(scope="module")
def words() -> list[str]:
    return forbidden(LANGUAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(words) -> list[tuple[str, int, str]]:
    return [
        one
        for name, text in read_by_people().items()
        for one in found_in(name, text, words)
    ]


BAD = ["sinister word", "gloomy"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "# T\n\nA sinister word here.\n"),
        ("a.md", "A Sinister-Word here.\n"),
        ("a.md", "A `sinister word` is no identifier.\n"),
        ("a.md", "A sinister\nword over two lines.\n"),
        ("a.html", "<p>Very gloomy <b>x</b></p>"),
        ("a.html", '<img alt="gloomy weather">'),
        ("a.py", '"""A gloomy module."""'),
        ("a.py", "x = f'{y} is gloomy'"),
        ("a.py", "say('so gloomy')"),
        ("a.toml", 'says = "a gloomy one"'),
    ],
)
def test_a_forbidden_word_is_found(name, text):
    assert len(found_in(name, text, BAD)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "The column `gloomy` is an identifier.\n"),
        ("a.md", "```python\ngloomy = 1\n```\n"),
        ("a.md", "Words like gloomyish are other words.\n"),
        ("a.html", '<label for="gloomy">{{ gloomy }}</label>'),
        ("a.py", "gloomy = row['gloomy']"),
        ("a.py", "# gloomy is a note to developers\n"),
        ("a.toml", 'gloomy = "gloomy"'),
    ],
)
def test_identifiers_are_free(name, text):
    assert found_in(name, text, BAD) == []


def test_the_line_is_right():
    assert found_in("a.md", "one\n\n```sh\nx\n```\ngloomy\n", BAD) == [
        ("a.md", 6, "gloomy")
    ]


def test_the_list_is_read_from_its_fence():
    page = (
        "text\n\n```forbidden\nrisk score   # a note\n\n# a line of notes\nx y\n```\n"
    )
    assert forbidden(page) == ["risk score", "x y"]


def test_the_list_is_there(words):
    assert len(words) >= 10


def test_people_never_read_a_forbidden_word(found):
    assert not [one for one in found if (one[0], one[2]) not in ALLOWED]


def test_the_list_of_exceptions_is_small_reasoned_and_needed(found):
    assert len(ALLOWED) <= 12
    assert all(len(reason) > 20 for reason in ALLOWED.values())
    used = {(name, word) for name, _, word in found}
    assert set(ALLOWED) <= used
