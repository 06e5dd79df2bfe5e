"""The two tables of the review log, and the triggers that keep them append-only.

The triggers stop accidents and ordinary SQL. Somebody who owns the database can drop
them; the chain is what shows that.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

CHAINED = ("position", "kind", "at", "release", "payload_digest", "previous")

READING = "riskaid_reading"

METADATA = sa.MetaData()

entries = sa.Table(
    "review_log",
    METADATA,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("release", sa.Text),
    sa.Column("payload_digest", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)

payloads = sa.Table(
    "review_payload",
    METADATA,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("person_id", sa.Text, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

_REFUSED = "the review log is append-only"

# INSERT OR REPLACE removes the old row without firing a delete trigger, so a position
# that is taken is refused on the way in.
_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {event} ON {table}
    BEGIN SELECT RAISE(ABORT, '{_REFUSED}') {when}; END"""
    for table, name, event, when in (
        ("review_log", "update", "UPDATE", ""),
        ("review_log", "delete", "DELETE", ""),
        ("review_payload", "update", "UPDATE", ""),
        (
            "review_log",
            "replace",
            "INSERT",
            "WHERE NEW.position IN (SELECT position FROM review_log)",
        ),
        (
            "review_payload",
            "replace",
            "INSERT",
            "WHERE NEW.position IN (SELECT position FROM review_payload)",
        ),
    )
]

_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION review_log_refuse() RETURNS trigger AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$ LANGUAGE plpgsql""",
    *(
        f"""CREATE OR REPLACE TRIGGER {table}_no_{event.lower()} BEFORE {event}
        ON {table} FOR EACH {each} EXECUTE FUNCTION review_log_refuse()"""
        for table, event, each in (
            ("review_log", "UPDATE", "ROW"),
            ("review_log", "DELETE", "ROW"),
            ("review_log", "TRUNCATE", "STATEMENT"),
            ("review_payload", "UPDATE", "ROW"),
            ("review_payload", "TRUNCATE", "STATEMENT"),
        )
    ),
]

_CREATE_LOCK = 7203641145011230


def engine_for(address: str) -> Engine:
    """Make an engine whose transactions take the write lock when they begin."""
    url = sa.make_url(address)
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise sa.exc.ArgumentError("only sqlite and postgresql")
    engine = sa.create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """See the log as it stands at one moment, without holding up anybody's append."""
    options: dict[str, Any] = {READING: True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect() as connection:
        seeing = connection.execution_options(**options)
        with seeing.begin():
            yield seeing


def create(engine: Engine) -> None:
    """Make what is missing of the tables and triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATE_LOCK)))
        METADATA.create_all(connection)
        sqlite = engine.dialect.name == "sqlite"
        for statement in _SQLITE if sqlite else _POSTGRESQL:
            connection.exec_driver_sql(statement)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would begin by itself, and late: we say BEGIN IMMEDIATE ourselves.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
