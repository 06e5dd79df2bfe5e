"""SSD tables read from real databases, and what of their address is never shown."""

import json
import sqlite3
import traceback
from datetime import date

import polars as pl
import pytest
import sqlalchemy as sa

from riskaid.errors import ExtractError, UsageError
from riskaid.records.ingest import ingest, recognise
from riskaid.records.read_csv import read_table
from riskaid.records.store import open_store
from riskaid.records.synthetic import synth

DAY = date(2026, 3, 31)
SECRET = "hush-Pass-4711"


@pytest.fixture(scope="session")
def council(tmp_path_factory):
    """The SSD of a synthetic council as CSV, and its case tables."""
    place = tmp_path_factory.mktemp("council")
    synth(place / "made", children=60, seed=3)
    (place / "made/ssd/extract.json").unlink()
    ingest(place / "made/ssd", place / "store", extract_date=DAY)
    return place / "made/ssd", case_tables(place / "store")


def case_tables(store):
    held = open_store(store)
    named = sorted(p.stem for p in (store / "tables").iterdir())
    found = {}
    for name in named:
        frame = held.table(name).drop("source", "source_row")
        found[name] = frame.sort(frame.columns, nulls_last=True).to_dicts()
    return found


def typed(path):
    """A CSV's columns with the types a database would give them."""
    frame = read_table(path).rows.drop("#row")
    kinds = {}
    for name in frame.columns:
        said = frame[name].str.replace("^(NULL|)$", "").replace("", None)
        when = said.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False)
        frame = frame.with_columns(said)
        if when.is_not_null().any() and when.null_count() == said.null_count():
            frame = frame.with_columns(when.alias(name))
            kinds[name] = sa.DateTime()
        elif name.endswith("_json"):
            kinds[name] = sa.Text()
        else:
            kinds[name] = sa.String()
    return frame, kinds


def load(engine, folder, schema=None, prefix=""):
    """Put every CSV of a folder into a database."""
    meta = sa.MetaData(schema=schema)
    with engine.begin() as connection:
        for path in sorted(folder.glob("*.csv")):
            frame, kinds = typed(path)
            table = sa.Table(
                prefix + path.stem, meta, *(sa.Column(n, k) for n, k in kinds.items())
            )
            table.create(connection)
            if frame.height:
                connection.execute(table.insert(), frame.to_dicts())
    engine.dispose()


def database(path, *commands):
    with sqlite3.connect(path) as held:
        for command in commands:
            held.execute(command)
    held.close()
    return f"sqlite:///{path}"


PERSON = "CREATE TABLE ssd_person (pers_person_id, pers_dob, pers_surname)"
ONE = "INSERT INTO ssd_person VALUES ('C1', '2015-05-17', 'SurnameX')"
MISSING = "CREATE TABLE miss (miss_table_id, miss_person_id, miss_missing_episode_start_date, miss_note)"


def test_a_council_in_sqlite_gives_the_case_tables_of_its_csv(council, tmp_path):
    folder, tables = council
    path = tmp_path / "reporting.db"
    load(sa.create_engine(f"sqlite:///{path}"), folder, prefix="ssd_development.")
    before = path.read_bytes()
    assert recognise(f"sqlite:///{path}") == "ssd_database"
    report = ingest(f"sqlite:///{path}", tmp_path / "store", extract_date=DAY)
    assert case_tables(tmp_path / "store") == tables
    assert len(tables) > 15
    assert (report.name, report.kind) == ("reporting", "ssd_database")
    assert path.read_bytes() == before
    again = ingest(f"sqlite:///{path}", tmp_path / "store", extract_date=DAY)
    assert {(t.new, t.ended) for t in again.tables} == {(0, 0)}


@pytest.mark.requires("postgresql")
def test_a_council_in_postgresql_gives_the_case_tables_of_its_csv(
    council, postgresql, tmp_path
):
    folder, tables = council
    engine = sa.create_engine(postgresql)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA ssd_development")
    load(engine, folder, schema="ssd_development")
    with pytest.raises(ExtractError, match="--schema ssd_development"):
        ingest(postgresql, tmp_path / "store", extract_date=DAY)
    with pytest.raises(ExtractError, match="has no schema 'ssd_developmemt'"):
        ingest(postgresql, tmp_path / "store", schema="ssd_developmemt")
    ingest(postgresql, tmp_path / "store", extract_date=DAY, schema="ssd_development")
    assert case_tables(tmp_path / "store") == tables


@pytest.mark.requires("postgresql")
def test_typed_columns_of_postgresql_and_views_that_write(postgresql, tmp_path):
    engine = sa.create_engine(postgresql)
    with engine.begin() as connection:
        for command in (
            "CREATE SCHEMA typed",
            (
                'CREATE TABLE typed."People" (pers_person_id int, pers_sex numeric(3,1),'
                " pers_dob date, pers_upn text)"
            ),
            "INSERT INTO typed.\"People\" VALUES (7, 2.0, '2015-05-17', 'A123456789012')",
            (
                "CREATE VIEW typed.ssd_contacts AS SELECT 7::bigint AS cont_person_id,"
                " timestamptz '2025-01-02 03:04+00' AS cont_contact_date,"
                ' \'{"NFA_FLAG": "Y"}\'::jsonb AS cont_contact_outcome_json'
            ),
        ):
            connection.exec_driver_sql(command)
    ingest(postgresql, tmp_path / "store", extract_date=DAY, schema="typed")
    store = open_store(tmp_path / "store")
    assert store.table("persons").select("person_id", "sex", "born").rows() == [
        ("7", "F", date(2015, 5, 1))
    ]
    contacts = store.table("contacts").select("date", "no_further_action")
    assert contacts.rows() == [(date(2025, 1, 2), "yes")]
    with engine.begin() as connection:
        for command in (
            "CREATE TABLE typed.seen (n int)",
            (
                "CREATE FUNCTION typed.note() RETURNS text LANGUAGE sql VOLATILE AS"
                " 'INSERT INTO typed.seen VALUES (1) RETURNING ''C1'''"
            ),
            (
                "CREATE VIEW typed.ssd_missing AS SELECT typed.note() AS miss_person_id,"
                " date '2025-01-02' AS miss_missing_episode_start_date"
            ),
        ):
            connection.exec_driver_sql(command)
    with pytest.raises(ExtractError, match="'ssd_missing' could not be read"):
        ingest(postgresql, tmp_path / "store", extract_date=DAY, schema="typed")
    with engine.begin() as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM typed.seen").scalar() == 0
        )
        connection.exec_driver_sql("DROP SCHEMA typed CASCADE")
    engine.dispose()


@pytest.mark.requires("postgresql")
def test_the_password_is_in_no_store_report_or_error(postgresql, tmp_path):
    address = postgresql.replace("riskaid@", f"riskaid:{SECRET}@")
    engine = sa.create_engine(postgresql)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA secretive")
        connection.exec_driver_sql(
            PERSON.replace("ssd_p", "secretive.ssd_p")
            .replace(",", " text,")
            .replace(")", " text)")
        )
        connection.exec_driver_sql(ONE.replace("ssd_p", "secretive.ssd_p"))
    report = ingest(address, tmp_path / "store", schema="secretive", extract_date=DAY)
    assert report.name == "postgres"
    shown = report.summary() + json.dumps(report.to_json())
    for file in (tmp_path / "store").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert SECRET.encode() not in content
            assert b"SurnameX" not in content
    assert SECRET not in shown
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA secretive CASCADE")
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/council", ExtractError),
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:port/council", UsageError),
        (f"postgresql+psycopg://me:x@y/{SECRET}@127.0.0.1/council", UsageError),
        (f"nosuch://me:{SECRET}@127.0.0.1/council", UsageError),
        (f"postgresql+nosuch://me:{SECRET}@127.0.0.1/council", UsageError),
        (f"://me:{SECRET}@", UsageError),
        ("sqlite:///not/there.db", ExtractError),
        ("sqlite://", ExtractError),
    ],
)
def test_an_address_that_fails_is_refused_without_its_password(
    address, error, tmp_path
):
    with pytest.raises(error) as caught:
        ingest(address, tmp_path / "store")
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in str(caught.value)
    assert SECRET not in shown.split("Error: ")[-1]
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not (tmp_path / "store").exists()


def test_only_what_is_needed_is_asked_for(tmp_path):
    address = database(
        tmp_path / "r.db",
        PERSON,
        ONE,
        MISSING,
        "INSERT INTO miss VALUES (1, 'C1', '2025-01-01', 'a note')",
        "INSERT INTO miss VALUES (2, 'C1', '2025-01-01', 'a note')",
        "INSERT INTO miss VALUES (2, 'C1', '2025-01-01', 'a note')",
        "CREATE TABLE payroll (id, name)",
    )
    asked = []

    def listen(_c, _cursor, statement, *_):
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        report = ingest(address, tmp_path / "store", extract_date=DAY)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert not [s for s in asked if "pers_surname" in s or "miss_note" in s]
    assert {s.split()[0] for s in asked} <= {"SELECT", "PRAGMA", "BEGIN"}
    assert not any("payroll" in f.name for f in report.files)
    assert open_store(tmp_path / "store").table("missing_episodes").height == 2


def test_of_two_tables_the_one_with_the_name_is_taken_else_neither(tmp_path):
    other = PERSON.replace("ssd_person", "ssd_person_old")
    address = database(tmp_path / "r.db", PERSON, ONE, other)
    report = ingest(address, tmp_path / "store", extract_date=DAY)
    assert "In the database, but not used: ssd_person_old." in report.warnings
    third = PERSON.replace("ssd_person", "people")
    address = database(tmp_path / "s.db", other, third)
    with pytest.raises(
        ExtractError, match="people, ssd_person_old all hold ssd_person"
    ):
        ingest(address, tmp_path / "other", extract_date=DAY)


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (["CREATE TABLE payroll (id)"], "holds no SSD table"),
        (
            [PERSON, "INSERT INTO ssd_person VALUES (cast(x'ff' AS text), 1, 1)"],
            "ssd_person",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(commands, says, tmp_path):
    with pytest.raises(ExtractError, match=says):
        ingest(database(tmp_path / "r.db", *commands), tmp_path / "store")


def test_a_file_that_is_no_database_and_options_that_do_not_go(ssd, tmp_path):
    (tmp_path / "r.db").write_bytes(b"no database at all, but long enough" * 99)
    address = f"sqlite:///{tmp_path / 'r.db'}"
    with pytest.raises(ExtractError, match="could not be read"):
        ingest(address, tmp_path / "store")
    with pytest.raises(UsageError, match="mapping describes files"):
        ingest(address, tmp_path / "store", mapping="partner_feeds")
    with pytest.raises(UsageError, match="--schema goes with"):
        ingest(ssd(), tmp_path / "store", schema="x")


def test_rows_are_read_alike_in_any_order_and_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("riskaid.records.database.CHUNK", 3)
    rows = [
        f"INSERT INTO ssd_person VALUES ('C{n}', '2015-05-17', '')" for n in range(10)
    ]
    digests = set()
    for name, order in (("a", rows), ("b", rows[::-1])):
        (tmp_path / name).mkdir()
        address = database(tmp_path / name / "r.db", PERSON, *order)
        ingest(address, tmp_path / name / "store", extract_date=DAY)
        facts = json.loads((tmp_path / name / "store/store.json").read_text())
        digests.add(json.dumps(facts, sort_keys=True))
    assert len(digests) == 1
    held = pl.read_parquet(tmp_path / "a/store/tables/persons.parquet")
    assert held["source_row"].sort().to_list() == list(range(1, 11))
