"""An inspection's workbook, from the command line to values of indicators."""

import json

import polars as pl
import xlsxwriter

HEADER = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age"]
TOLD = [
    *HEADER,
    "Date of Referral",
    "Referral Source",
    "Referral NFA?",
    "Allocated Worker",
]
PLANS = [
    *HEADER,
    "Child Protection Plan Start Date",
    "Initial Category of Abuse",
    "Latest Category of Abuse",
    "Child Protection Plan End Date",
]
CHILD = ["=101", "b) Female", "a) WBRI", "17/05/2015", 9]
FURTHER = ["Date of Contact", "Contact Source"]


def made(path):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for name, table in {
            "Referrals": [
                TOLD,
                [*CHILD, "04/10/2024", "q) 6: Police", "b) No", "Name N"],
            ],
            "Plans": [PLANS, [*CHILD, "22/10/2024", "a) Neglect", "a) Neglect", None]],
            "Contacts": [[*HEADER, *FURTHER], [*CHILD, "03/10/2024", "q) 6: Police"]],
        }.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate([["Annex A"], [], *table]):
                sheet.write_row(at, 0, row)


def test_a_workbook_is_taken_in_and_indicators_compute_on_it(riskaid, tmp_path):
    made(tmp_path / "inspection.xlsx")
    words = ["--store", "store", "--extract-date", "2025-03-31"]
    ended = riskaid(tmp_path, "ingest", "inspection.xlsx", *words)
    assert ended.code == 0, ended.text
    assert "Not in the Annex A: list 2, list 4" in ended.text
    assert "Name N" not in ended.text
    again = riskaid(tmp_path, "ingest", "inspection.xlsx", *words)
    assert again.code == 0
    quality = json.loads((tmp_path / "store/quality.json").read_text("utf-8"))
    (one,) = quality["ingests"]
    assert one["kind"] == "annex_a"
    for file in one["files"]:
        assert file["accepted"] == file["rows"] == 1
    (tmp_path / "rows.csv").write_text("person_id,as_of\n=101,2025-03-31\n")
    ended = riskaid(
        tmp_path,
        *["features", "--store", "store", "--rows", "rows.csv"],
        *["--engine", "kernel,reference", "--out", "values.parquet"],
    )
    assert ended.code == 0, ended.text
    values = pl.read_parquet(tmp_path / "values.parquet").drop("person_id", "as_of")
    assert any(values[c].is_not_null().any() for c in values.columns)
    assert any(values[c].is_null().all() for c in values.columns)


def test_the_day_of_a_workbook_is_guessed_only_with_a_warning(riskaid, tmp_path):
    made(tmp_path / "inspection.xlsx")
    ended = riskaid(tmp_path, "ingest", "inspection.xlsx", "--store", "s", "--dry-run")
    assert ended.code == 0
    assert "The day of the extract is not given" in ended.text


def test_a_broken_workbook_ends_in_words_and_makes_no_store(riskaid, tmp_path):
    made(tmp_path / "inspection.xlsx")
    content = (tmp_path / "inspection.xlsx").read_bytes()
    (tmp_path / "inspection.xlsx").write_bytes(content[: len(content) // 2])
    ended = riskaid(tmp_path, "ingest", "inspection.xlsx", "--store", "store")
    assert ended.code == 11
    assert "RA11: inspection.xlsx: the workbook is damaged or cut off" in ended.text
    assert "Traceback" not in ended.text
    assert not (tmp_path / "store").exists()
