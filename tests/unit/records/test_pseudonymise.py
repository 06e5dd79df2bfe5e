import base64
import hashlib
import hmac
import json
import re
from datetime import date

import polars as pl
import pytest

from riskaid.errors import ExtractError, UsageError
from riskaid.records.ingest import AS_WRITTEN, ingest
from riskaid.records.pseudonymise import (
    Key,
    find_pseudonyms,
    make_key_file,
    pseudonyms,
    read_key_file,
)
from riskaid.records.schema import PERSON
from riskaid.records.store import open_store

SECRET = bytes(range(32))
FAMILY = {
    "ssd_family.csv": "fami_person_id,fami_family_id\nC1,F77\nC2,F77\n",
    "ssd_mother.csv": "moth_childs_person_id,moth_person_id\nC1,C4\n",
    "ssd_cin_assessments.csv": (
        "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date\n"
        "A55, C1 ,R1,2024-01-05\n"
    ),
    "ssd_involvements.csv": (
        "invo_involvements_id,invo_person_id,invo_professional_id,"
        "invo_involvement_start_date\nI1,C1,W99,2024-01-05\n"
    ),
}
WRITTEN = re.compile(r"\b(C[1-9]|R[12]|A55|W99|F77|FC[1-9])\b")
MAPPING = """
name = "police"
extract_date = 2026-03-31
covered_from = 2020-01-01
[[feed]]
file = "police.csv"
table = "local_events"
[feed.columns]
person_id = "child"
date = "on"
code = "code"
"""


def pseudonym(key, kind, written):
    (made,) = pseudonyms(key, kind, [written])
    return made


def key_file(folder, secret=SECRET, name="k.key"):
    path = folder / name
    path.write_bytes(secret)
    path.chmod(0o600)
    return path


@pytest.fixture
def key(tmp_path):
    return key_file(tmp_path)


@pytest.fixture
def council(ssd):
    folder = ssd()
    for name, text in FAMILY.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def police(tmp_path):
    folder = tmp_path / "police"
    folder.mkdir()
    (folder / "police.csv").write_text("child,on,code\n C1,2025-01-01,x\n")
    mapping = tmp_path / "police.toml"
    mapping.write_text(MAPPING)
    return folder, mapping


def texts(store):
    """Every text in every file of a store."""
    for file in sorted(store.rglob("*.parquet")):
        frame = pl.read_parquet(file).select(pl.col(pl.String))
        for name in frame.columns:
            yield from ((f"{file.name}:{name}", v) for v in frame[name].drop_nulls())
    for file in sorted(store.rglob("*.json")):
        yield file.name, file.read_text()


def test_a_pseudonym_is_the_hmac_of_the_kind_and_the_id():
    digest = hmac.new(SECRET, b"person\0C1", hashlib.sha256).digest()
    made = pseudonym(Key(SECRET), PERSON, "C1")
    assert made == "P" + base64.b32encode(digest).decode()[:26]
    assert re.fullmatch("P[A-Z2-7]{26}", made)
    assert pseudonym(Key(SECRET), "referral_id", "C1")[1:] != made[1:]
    assert pseudonym(Key(SECRET[::-1]), PERSON, "C1") != made


def test_no_id_as_written_and_no_key_stands_in_the_store(tmp_path, council, key):
    ingest(council, tmp_path / "plain")
    plain = {where for where, v in texts(tmp_path / "plain") if WRITTEN.search(v)}
    columns = {where.split(":")[-1] for where in plain}
    assert columns >= {"person_id", "adult_id", "referral_id", "worker_id", "group"}
    ingest(council, tmp_path / "store", key_file=key)
    found = [w for w, v in texts(tmp_path / "store") if WRITTEN.search(v)]
    assert not found
    for file in (tmp_path / "store").rglob("*.*"):
        content = file.read_bytes()
        assert SECRET not in content
        assert SECRET.hex().encode() not in content


def test_one_child_is_one_pseudonym_in_every_table_and_feed(
    tmp_path, council, police, key
):
    store = tmp_path / "store"
    ingest(council, store, key_file=key)
    ingest(police[0], store, mapping=police[1], key_file=key)
    held = open_store(store)
    child = pseudonym(Key(SECRET), PERSON, "C1")
    for table in ("persons", "referrals", "assessments", "local_events", "household"):
        assert child in held.table(table)["person_id"].to_list(), table
    adults = held.table("household")["adult_id"].to_list()
    assert adults == [pseudonym(Key(SECRET), PERSON, "C4")]
    assert adults[0] in held.table("persons")["person_id"].to_list()


def test_with_a_key_everything_but_the_names_of_ids_is_as_without(
    tmp_path, council, key
):
    plain_report = ingest(council, tmp_path / "plain")
    keyed_report = ingest(council, tmp_path / "store", key_file=key)
    assert keyed_report.files == plain_report.files
    assert keyed_report.people == plain_report.people
    plain, keyed = open_store(tmp_path / "plain"), open_store(tmp_path / "store")
    assert keyed.coverage == plain.coverage
    secret = Key(SECRET)
    for table in plain.coverage:
        rows = plain.table(table)
        if table == "families":
            sizes = [
                sorted(s.table(table).group_by("family_id").len()["len"])
                for s in (plain, keyed)
            ]
            assert sizes[0] == sizes[1]
            continue
        ids = [c for c in rows.columns if c.endswith("_id")]
        for c in ids:
            kind = PERSON if c in ("person_id", "adult_id") else c
            made = [v if v is None else pseudonym(secret, kind, v) for v in rows[c]]
            rows = rows.with_columns(pl.Series(c, made, dtype=pl.String))
        assert rows.sort(rows.columns).equals(
            keyed.table(table).sort(rows.columns), null_equal=True
        ), table


def test_links_between_tables_stay(tmp_path, council, key):
    ingest(council, tmp_path / "store", key_file=key)
    held = open_store(tmp_path / "store")
    (referral,) = held.table("assessments")["referral_id"]
    assert referral.startswith("X")
    assert referral in held.table("referrals")["referral_id"].to_list()


def test_the_same_extract_again_under_the_same_key_changes_no_byte(
    tmp_path, council, key
):
    store = tmp_path / "store"
    ingest(council, store, key_file=key)
    before = {f.name: f.read_bytes() for f in store.rglob("*.*")}
    ingest(council, store, key_file=key)
    assert {f.name: f.read_bytes() for f in store.rglob("*.*")} == before


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        ((SECRET, SECRET[::-1]), "another key"),
        ((SECRET, None), "made with a key"),
        ((None, SECRET), "without a key"),
    ],
)
def test_a_store_takes_one_key_or_none(tmp_path, council, police, secrets, says):
    keys = [
        None if secret is None else key_file(tmp_path, secret, f"{n}.key")
        for n, secret in enumerate(secrets)
    ]
    store = tmp_path / "store"
    ingest(council, store, key_file=keys[0])
    before = {f.name: f.read_bytes() for f in store.rglob("*.*")}
    for dry_run in (True, False):
        with pytest.raises(ExtractError, match=says) as refused:
            ingest(
                police[0], store, mapping=police[1], key_file=keys[1], dry_run=dry_run
            )
        assert "C1" not in str(refused.value)
    assert {f.name: f.read_bytes() for f in store.rglob("*.*")} == before


def test_the_store_remembers_a_fingerprint_and_not_the_key(tmp_path, council, key):
    ingest(council, tmp_path / "store", key_file=key)
    facts = json.loads((tmp_path / "store/store.json").read_text())["pseudonyms"]
    assert facts["method"] == "HMAC-SHA-256"
    assert facts["fingerprint"] == Key(SECRET).fingerprint
    assert facts["fingerprint"] != hashlib.sha256(SECRET).hexdigest()
    assert Key(SECRET[::-1]).fingerprint != Key(SECRET).fingerprint
    assert repr(SECRET)[2:10] not in repr(Key(SECRET))


def test_a_key_file_is_random_its_owners_and_never_overwritten(tmp_path):
    path = tmp_path / "a.key"
    make_key_file(path)
    made = path.read_bytes()
    assert len(made) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="never overwritten"):
        make_key_file(path)
    assert path.read_bytes() == made
    make_key_file(tmp_path / "b.key")
    assert (tmp_path / "b.key").read_bytes() != made
    assert read_key_file(path, tmp_path / "store").secret == made


@pytest.mark.parametrize(
    ("secret", "mode", "name", "says"),
    [
        (SECRET[:31], 0o600, "k.key", "is not a key"),
        (bytes(32), 0o600, "k.key", "is not a key"),
        (SECRET * 200, 0o600, "k.key", "is not a key"),
        (SECRET, 0o640, "k.key", "chmod 600"),
        (SECRET, 0o600, "store/k.key", "inside the store"),
    ],
)
def test_a_key_that_is_none_or_lies_open_is_refused(tmp_path, secret, mode, name, says):
    (tmp_path / "store").mkdir()
    path = key_file(tmp_path, secret, name)
    path.chmod(mode)
    with pytest.raises(UsageError, match=says):
        read_key_file(path, tmp_path / "store")


def test_a_key_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="riskaid keyfile"):
        read_key_file(tmp_path / "none.key", tmp_path / "store")


def test_without_a_key_real_records_come_with_a_warning(tmp_path, ssd, key):
    assert AS_WRITTEN in ingest(ssd(), tmp_path / "a").warnings
    assert "--key-file" in ingest(ssd(), tmp_path / "b").summary()
    marked = ssd(name="made-up", mark="synthetic")
    assert AS_WRITTEN not in ingest(marked, tmp_path / "c").warnings
    assert AS_WRITTEN not in ingest(ssd(), tmp_path / "d", key_file=key).warnings


def test_a_pseudonym_is_found_from_the_id_as_the_case_system_writes_it(
    council, tmp_path, key
):
    store = tmp_path / "store"
    ingest(council, store, key_file=key)
    written = [" C1 ", "C4", "C2.0"]
    found = find_pseudonyms(written[:2], key, store)
    assert found == [pseudonym(Key(SECRET), PERSON, one) for one in ("C1", "C4")]
    assert found == find_pseudonyms(written[:2], key)
    persons = open_store(store).table("persons")["person_id"]
    assert set(found) <= set(persons)
    assert find_pseudonyms(["123.0"], key) == find_pseudonyms(["123"], key)
    assert find_pseudonyms(["c1"], key) != find_pseudonyms(["C1"], key)


def test_an_adult_known_by_a_link_or_a_record_alone_is_found(tmp_path, key):
    store = tmp_path / "store"
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "relationships.csv").write_text(
        "child_id,adult_id,role,start_date,end_date,recorded_date\n"
        "C1,A1,mother,2024-01-01,,2024-01-02\n"
    )
    (folder / "adult_events.csv").write_text(
        "adult_id,event_date,recorded_date,kind,code\nA2,2020-01-01,2020-01-02,x,y\n"
    )
    day = date(2026, 3, 31)
    ingest(folder, store, mapping="partner_feeds", key_file=key, extract_date=day)
    assert len(find_pseudonyms(["A1", "A2"], key, store)) == 2


def test_a_wrong_key_an_unknown_person_and_a_filler_are_refused_without_the_id(
    ssd, tmp_path, key
):
    store = tmp_path / "store"
    ingest(ssd(), store, key_file=key)
    other = key_file(tmp_path, bytes(range(1, 33)), "other.key")
    with pytest.raises(ExtractError, match="another key"):
        find_pseudonyms(["C1"], other, store)
    with pytest.raises(ExtractError, match=r"1 of 2 person\(s\): id 2 of") as caught:
        find_pseudonyms(["C1", "C777"], key, store)
    assert "C777" not in str(caught.value).replace("C1 and c1", "")
    with pytest.raises(UsageError, match="Id 2 of 2 is empty or a filler"):
        find_pseudonyms(["C1", "-1"], key, store)
    plain = tmp_path / "plain"
    ingest(ssd(), plain)
    with pytest.raises(ExtractError, match="without a key"):
        find_pseudonyms(["C1"], key, plain)
