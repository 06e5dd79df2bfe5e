"""Every known problem is on the page, has a test, and stands with the tables it is of."""

import re
from pathlib import Path

from riskaid.records.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "known-problems.md"
TESTS = ROOT / "tests" / "unit" / "records" / "known_problems"
PROBLEMS = [*(f"{n}" for n in range(1, 29)), "11b", "11c", "11d"]
FILES = {"22", "23", "28"}
"""Problems of files and headers, which no table has more than another."""
OF_NO_TABLE = {"11d"}


def wrong(table):
    """What a table's docstring says after "Where it is wrong:"."""
    doc = " ".join((type(table).__doc__ or "").split())
    return doc.partition("Where it is wrong: ")[2]


def test_the_page_lists_every_problem_once_and_in_order():
    listed = re.findall(r"^\| (\d+[b-d]?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    order = sorted(PROBLEMS, key=lambda p: (int(p.rstrip("bcd")), p))
    assert listed == order


def test_every_problem_has_a_test_named_after_it():
    named = {
        number.lstrip("0")
        for path in TESTS.glob("test_*.py")
        for number in re.findall(
            r"^def test_problem_(\d\d[b-d]?)_", path.read_text(), re.MULTILINE
        )
    }
    assert named == set(PROBLEMS)


def test_every_problem_of_the_sector_is_on_the_page(sector_files):
    text = (sector_files / "systems_and_data_quality.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+[b-d]?) \|", text, re.MULTILINE)
    assert sorted(set(rows)) == sorted(PROBLEMS)


def test_every_table_says_where_it_is_wrong():
    assert [name for name, table in TABLES.items() if len(wrong(table)) < 80] == []


def test_every_problem_stands_with_a_table():
    said = {
        number
        for table in TABLES.values()
        for held in re.findall(r"\(((?:\d+[b-d]?(?:, )?)+)\)", wrong(table))
        for number in held.split(", ")
    }
    assert said == set(PROBLEMS) - FILES - OF_NO_TABLE | (said & FILES)
