"""Formats that nobody here wrote: stores, indicators and what was wrong with them."""

import json

import polars as pl
import pytest


@pytest.fixture(params=["sample_cin.xml", "fake_903"])
def taken_in(request, sector_files, riskaid, tmp_path):
    ended = riskaid(
        tmp_path, "ingest", sector_files / request.param, "--store", "store"
    )
    assert ended.code == 0, ended.text
    return request.param, ended.text, tmp_path


WRONG = {
    "sample_cin.xml": ("ReferralNFA is true or false", "8915", "after the extract"),
    "fake_903": (
        "REC X1 says another episode follows",
        "overlaps the next episode",
        "(501)",
    ),
}


def test_the_summary_says_what_was_wrong(taken_in):
    name, text, folder = taken_in
    assert "What was found in the files" in text
    for word in WRONG[name]:
        assert word.lower() in text.lower(), text
    quality = json.loads((folder / "store/quality.json").read_text("utf-8"))
    for one in quality["ingests"][-1]["files"]:
        assert one["accepted"] + one["repaired"] + one["refused"] == one["rows"]


def test_indicators_compute_on_it(taken_in, riskaid):
    _, _, folder = taken_in
    persons = pl.read_parquet(folder / "store/tables/persons.parquet")
    extract = json.loads((folder / "store/store.json").read_text())["extract_date"]
    rows = persons.select("person_id").unique().sort("person_id").head(200)
    rows.with_columns(as_of=pl.lit(extract)).write_csv(folder / "rows.csv")
    ended = riskaid(
        folder,
        *["features", "--store", "store", "--rows", "rows.csv"],
        *["--engine", "kernel,reference", "--out", "values.parquet"],
    )
    assert ended.code == 0, ended.text
    values = pl.read_parquet(folder / "values.parquet").drop("person_id", "as_of")
    known = [c for c in values.columns if values[c].is_not_null().any()]
    unknown = [c for c in values.columns if values[c].is_null().all()]
    assert known, "no indicator is known on this source"
    assert unknown, "a return holds no partner feeds: some must be not known"
