"""A council's way with a key: make it, keep it, take sources in under it."""

import json

import polars as pl


def test_ids_are_pseudonyms_under_a_key_that_stays_outside(riskaid, tmp_path):
    assert riskaid(tmp_path, "synth", "council", "--children", "60").code == 0
    made = riskaid(tmp_path, "keyfile", "k.key")
    assert made.code == 0, made.text
    secret = (tmp_path / "k.key").read_bytes()
    assert len(secret) == 32
    assert (tmp_path / "k.key").stat().st_mode & 0o777 == 0o600
    again = riskaid(tmp_path, "keyfile", "k.key")
    assert again.code == 2 and "never overwritten" in again.text
    keyed = ["--store", "store", "--key-file", "k.key"]
    feeds = ["ingest", "council/feeds", "--mapping", "partner_feeds"]
    for words in (["ingest", "council/ssd", *keyed], [*feeds, *keyed]):
        ended = riskaid(tmp_path, *words)
        assert ended.code == 0, ended.text
    refused = riskaid(tmp_path, *feeds, "--store", "store")
    assert refused.code == 11 and "--key-file" in refused.text
    tables = tmp_path / "store/tables"
    persons = pl.read_parquet(tables / "persons.parquet")["person_id"]
    assert persons.str.contains("^P[A-Z2-7]{26}$").all()
    for name in ("attendance", "household", "domestic_abuse_incidents"):
        mine = pl.read_parquet(tables / f"{name}.parquet")["person_id"]
        assert len(mine) and mine.is_in(persons.implode()).all(), name
    for file in (tmp_path / "store").rglob("*.*"):
        assert secret not in file.read_bytes()
    assert json.loads((tmp_path / "store/store.json").read_text())["pseudonyms"]
