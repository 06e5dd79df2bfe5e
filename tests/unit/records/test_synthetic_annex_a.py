"""The Annex A of the synthetic council: its headings, its values, its bytes."""

import csv
from datetime import date

import pytest
from python_calamine import load_workbook

from riskaid.errors import UsageError
from riskaid.files import digest_folder
from riskaid.records.synthetic import annex_a, synth

CHOSEN = {
    "Gender": "Gender",
    "Ethnicity": "Ethnicity",
    "Contact Source": "Contact Source",
    "Referral Source": "Contact Source",
    "Referral NFA?": "Referral NFA?",
    "Does the Child have a Disability": "Does the Child have a Disability",
    "Case Status": "Case Status",
    "Was the Child Seen Alone?": "Was the Child Seen Alone?",
    "Initial Category of Abuse": "Initial Category of Abuse",
    "Latest Category of Abuse": "Initial Category of Abuse",
}
"""Columns whose values are all spelt as councils were seen to choose them."""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    out = tmp_path_factory.mktemp("annex") / "council"
    synth(out, children=5_200, seed=2, formats=["annex_a"])
    file = load_workbook(out / "annex_a/annex_a.xlsx")
    return {name: file.get_sheet_by_name(name).to_python() for name in file.sheet_names}


def columns(rows):
    return {h: [row[i] for row in rows[1:]] for i, h in enumerate(rows[0])}


def test_every_list_has_its_headings(book, sector_files):
    text = (sector_files / "annexa_columns.csv").read_text(encoding="utf-8")
    headings = {}
    for row in csv.DictReader(text.splitlines()):
        headings.setdefault(row["list"], []).append(row["column"])
    assert {name: rows[0] for name, rows in book.items()} == headings


def test_lists_1_to_8_hold_rows_and_the_others_none(book):
    for name, rows in book.items():
        assert (len(rows) > 2) == (int(name.split()[1]) <= 8), name


def test_values_are_spelt_as_they_are_chosen(book, sector_files):
    text = (sector_files / "value_aliases.csv").read_text(encoding="utf-8")
    seen = {}
    for row in csv.DictReader(text.splitlines()):
        seen.setdefault(row["annex_a_column"], set()).update(
            (row["spelling_seen"], row["canonical_in_liia"])
        )
    for name, rows in book.items():
        for heading, kind in CHOSEN.items():
            found = {v for v in columns(rows).get(heading, []) if v != ""}
            assert found <= seen[kind], (name, heading)


def test_dates_are_dates_of_the_six_months(book):
    contacts = columns(book["List 1"])["Date of Contact"]
    assert {type(day) for day in contacts} == {date}
    assert min(contacts) >= date(2025, 10, 1)
    assert max(contacts) <= date(2026, 3, 31)
    for heading in ("CIN Closure Date",):
        ends = [d for d in columns(book["List 6"])[heading] if d != ""]
        assert min(ends) >= date(2025, 10, 1)


def test_each_list_is_in_order_of_children_across_chunks(book):
    for rows in book.values():
        ids = [row[0] for row in rows[1:]]
        assert ids == sorted(ids)
    assert max(row[0] for row in book["List 1"][1:]) > "C0005000"


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        synth(tmp_path / name, children=300, seed=3, formats=["annex_a"])
    assert digest_folder(tmp_path / "a") == digest_folder(tmp_path / "b")


def test_more_rows_than_a_sheet_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(annex_a, "MOST_ROWS", 20)
    with pytest.raises(UsageError, match="more rows than a sheet"):
        synth(tmp_path / "a", children=500, seed=3, formats=["annex_a"])
    assert not (tmp_path / "a").exists()
