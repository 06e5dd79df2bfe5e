"""The page of the language is what its chapters say."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "language.md"


def test_the_page_is_what_make_docs_writes(generate):
    assert PAGE.read_text(encoding="utf-8") == generate.language_page()


def test_the_page_holds_every_answer_of_the_chapters(generate):
    chapters = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests" / "spec" / "chapters").glob("*.md")
    )
    answers = re.findall(r" as of (\S+) expect (\S+)$", chapters, re.MULTILINE)
    page = generate.language_page()
    written = re.findall(r"^As of (\S+): \*\*(.+)\*\*$", page, re.MULTILINE)
    assert len(answers) > 300
    assert sorted(written) == sorted(
        (day, answer.replace("unknown", "not known")) for day, answer in answers
    )
