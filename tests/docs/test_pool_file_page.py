"""The pages about files for a pool, and about the pool, are made from their schemas."""

from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_the_pages_are_what_make_docs_writes(generate):
    sent, made = PAGES / "pool-file-json.md", PAGES / "pool-json.md"
    assert sent.read_text(encoding="utf-8") == generate.pool_file_page()
    assert made.read_text(encoding="utf-8") == generate.pool_page()
