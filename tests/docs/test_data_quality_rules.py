"""The page of validation rules is what the declaration says."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_make_docs_writes(generate):
    page = ROOT / "docs" / "reference" / "data-quality-rules.md"
    assert page.read_text(encoding="utf-8") == generate.rules_page()
