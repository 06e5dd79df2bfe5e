"""The page about files for a pool is made from their schema."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "pool-file-json.md"


def test_the_page_is_what_make_docs_writes(generate):
    assert PAGE.read_text(encoding="utf-8") == generate.pool_file_page()
