"""A database in place of a folder, as somebody types it."""

import sqlite3

import pytest

SECRET = "hush-Pass-4711"


def test_an_address_is_taken_in_the_place_of_a_folder(riskaid, tmp_path):
    with sqlite3.connect(tmp_path / "reporting.db") as held:
        held.execute("CREATE TABLE ssd_person (pers_person_id, pers_dob)")
        held.execute("INSERT INTO ssd_person VALUES ('C1', '2015-05-17')")
    held.close()
    address = f"sqlite:///{tmp_path}/reporting.db"
    asked = ["--store", "store", "--extract-date", "2026-03-31"]
    ended = riskaid(tmp_path, "ingest", address, *asked, "--schema", "main")
    assert ended.code == 0, ended.text
    assert "Ingested 'reporting' (ssd_database)" in ended.text
    assert (tmp_path / "store/tables/persons.parquet").is_file()


@pytest.mark.parametrize("more", [[], ["--json"], ["--schema", "x"]])
def test_a_database_that_cannot_be_reached_keeps_its_password(riskaid, tmp_path, more):
    pytest.importorskip("psycopg")
    address = f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/council"
    ended = riskaid(tmp_path, "ingest", address, "--store", "store", *more)
    assert ended.code == 11
    assert "The database 'council' could not be reached" in ended.text
    assert SECRET not in ended.text
