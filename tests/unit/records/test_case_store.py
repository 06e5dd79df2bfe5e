import json
from datetime import date

import pytest

from riskaid.errors import DefinitionError, ExtractError
from riskaid.files import digest_folder
from riskaid.records.ingest import ingest
from riskaid.records.schema import stored_columns
from riskaid.records.store import check_shape, open_store, read_quality
from riskaid.records.tables import TABLES


@pytest.fixture
def store(ssd, tmp_path):
    ingest(ssd(mark="synthetic"), tmp_path / "store")
    return tmp_path / "store"


def test_a_store_says_what_it_holds(store):
    opened = open_store(store)
    assert opened.mark == "synthetic"
    assert opened.extract_date == date(2026, 3, 31)
    assert opened.has("persons")
    assert not opened.has("cp_plans")
    covered = opened.coverage["missing_episodes"]
    assert (covered.covered_from, covered.covered_to) == (
        date(2020, 4, 1),
        date(2026, 3, 31),
    )
    shares = opened.facts["tables"]["missing_episodes"]["known_from"]
    assert shares == {"recorded": 0.0, "first_seen": 0.0, "declared_lag": 1.0}
    assert read_quality(opened)[0]["name"] == "council"


def test_every_table_has_the_stored_columns_supplied_or_not(store):
    opened = open_store(store)
    for name in TABLES:
        table = opened.table(name)
        assert dict(table.schema) == stored_columns(name)
        check_shape(name, table)


def test_rows_of_some_persons_alone(store):
    opened = open_store(store)
    assert opened.persons_table("missing_episodes", ["C9", "C2"])[
        "person_id"
    ].to_list() == ["C9"]
    assert opened.persons_table("cp_plans", ["C1"]).is_empty()


def test_an_unknown_table_names_the_nearest(store):
    with pytest.raises(ExtractError, match="'referrals'"):
        open_store(store).table("referal")


def test_a_changed_file_is_noticed(store):
    file = store / "tables" / "persons.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ExtractError, match=r"persons\.parquet"):
        open_store(store)


def test_a_missing_file_is_noticed(store):
    (store / "tables" / "referrals.parquet").unlink()
    with pytest.raises(ExtractError, match=r"referrals\.parquet is missing"):
        open_store(store)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": 1}, "another version"),
        ({"format": "other"}, "not a case store"),
        ({"tables": None}, "another version"),
        ({"mark": ...}, "cannot be read"),
    ],
)
def test_another_version_or_format_is_refused(store, change, says):
    facts = json.loads((store / "store.json").read_text())
    for key, value in change.items():
        facts[key] = value
        if value is ...:
            del facts[key]
    (store / "store.json").write_text(json.dumps(facts))
    with pytest.raises(ExtractError, match=says):
        open_store(store)


def test_a_folder_that_is_no_store_is_never_replaced(ssd, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("keep me")
    with pytest.raises(ExtractError, match="not a case store"):
        ingest(ssd(), precious)
    assert (precious / "letter.txt").read_text() == "keep me"


def test_a_failed_ingest_leaves_the_store_as_it_was(ssd, store):
    before = digest_folder(store)
    bad = ssd({"a.csv": "pers_person_id,pers_dob\n\x00"}, name="bad")
    with pytest.raises(ExtractError):
        ingest(bad, store)
    with pytest.raises(DefinitionError):
        ingest(bad, store, mapping="no_such_mapping")
    assert digest_folder(store) == before
    assert [p.name for p in store.parent.iterdir() if p.name.startswith(".")] == []


def test_a_dry_run_writes_nothing_and_says_the_same(ssd, tmp_path):
    dry = ingest(ssd(), tmp_path / "store", dry_run=True)
    assert not (tmp_path / "store").exists()
    wet = ingest(ssd(), tmp_path / "store")
    assert dry.files == wet.files
    assert [t.rows for t in dry.tables] == [t.rows for t in wet.tables]
    assert dry.summary().startswith("Would ingest")


def test_the_digest_names_the_rows(ssd, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    ingest(ssd(), one)
    ingest(ssd(), two)
    assert open_store(one).digest == open_store(two).digest
    assert digest_folder(one) == digest_folder(two)


def test_a_store_is_marked_only_when_every_source_is(ssd, tmp_path):
    store = tmp_path / "store"
    ingest(ssd(mark="synthetic"), store)
    feed = tmp_path / "feeds"
    feed.mkdir()
    (feed / "housing.csv").write_text(
        "child_id,event_date,recorded_date,kind\nC1,2025-01-01,2025-01-02,eviction_notice\n"
    )
    ingest(feed, store, mapping="partner_feeds")
    assert open_store(store).mark is None


def test_a_mark_nobody_knows_is_refused(ssd, tmp_path):
    with pytest.raises(ExtractError, match="'synthetic' or 'public'"):
        ingest(ssd(mark="real"), tmp_path / "store")
