"""SSD tables straight from a council's reporting database, without an export.

Only what the case tables need is asked for, column by column, within one transaction
that only reads and is rolled back. A database keeps no order of rows, so a table is put
in order by what it says, and a row's number is its place in that order. Nothing of the
address but the database's name is ever kept or shown.
"""

import hashlib
import json
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from riskaid.errors import ExtractError, UsageError
from riskaid.progress import Progress, silent
from riskaid.records.read_csv import ROW, TextTable
from riskaid.records.ssd import DESCRIBED, plain_columns, reading_of, table_of
from riskaid.records.ssd_tables import SSD
from riskaid.records.supply import Reading
from riskaid.records.tables import TABLES

CHUNK = 50_000
HEADER, LOG_AT, WAL = 100, slice(18, 20), 2
"""Where the file of a SQLite database says that it keeps a log of changes."""
NAMELESS = "database"
NOT_READ = (SQLAlchemyError, sqlite3.Error, ValueError, OverflowError)
WRITE_SO = (
    "Write it as sqlite:///reporting.db or "
    "postgresql+psycopg://user:password@host/database, with signs such as @ : / in the "
    "password as %40 %3A %2F."
)

Found = tuple[str, list[str]]


def database_name(address: str) -> str:
    """What a database is called in the store and in messages: its name, nothing else.

    Raises:
        UsageError: The address cannot be read.
    """
    url = _url(address)
    name = url.database or NAMELESS
    if url.get_backend_name() == "sqlite":
        return Path(name).stem or NAMELESS
    if "@" in name:  # a password with / or @ in it was taken for the name
        raise UsageError(f"The database's address cannot be read. {WRITE_SO}")
    return name


def read_database(
    address: str, *, schema: str | None = None, progress: Progress = silent
) -> Reading:
    """Read every SSD table of a database that riskaid uses.

    Tables and views are found by their columns, and by their name where several hold
    the same. Tested with SQLite and PostgreSQL.

    Args:
        address: SQLAlchemy's address of the database.
        schema: Where the tables are; the database's own default otherwise.
        progress: Told how far it is.

    Raises:
        UsageError: The address cannot be read, or its driver is not installed.
        ExtractError: It cannot be reached or read, holds no SSD table, or holds one
            twice.
    """
    name = database_name(address)
    where = f"The database '{name}'"
    engine = _engine(address, where)
    with _transaction(engine, where) as connection:
        tables, left = _ssd_tables(connection, where, schema)

        def found() -> Iterator[TextTable]:
            for done, (table, columns) in enumerate(tables, start=1):
                progress("reading SSD tables", done, len(tables))
                yield _read(connection, table, columns, schema)

        reading = reading_of(found(), kind="ssd_database", name=name)
    if not left:
        return reading
    warning = f"In the database, but not used: {', '.join(left)}."
    return replace(reading, warnings=(warning, *reading.warnings))


def _url(address: str) -> sa.URL:
    try:
        return sa.make_url(address)
    except (SQLAlchemyError, ValueError):
        raise UsageError(f"The database's address cannot be read. {WRITE_SO}") from None


def _engine(address: str, where: str) -> Engine:
    url = _url(address)
    backend = url.get_backend_name()
    try:
        if backend == "sqlite":
            return _sqlite(url.database, where)
        return sa.create_engine(url, hide_parameters=True, poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{where}: its driver '{error.name}' is not installed. For PostgreSQL: "
            "pip install 'riskaid[postgres]'. Else install the driver that is named."
        ) from None
    except (SQLAlchemyError, ValueError):
        raise UsageError(
            f"{where}: no such kind of database is known. {WRITE_SO}"
        ) from None


def _sqlite(database: str | None, where: str) -> Engine:
    """SQLite opened for reading only, so that a wrong name makes no empty file."""
    if not database or not Path(database).is_file():
        raise ExtractError(f"{where} is no file. Check the path in the address.")
    uri = f"{Path(database).resolve().as_uri()}?mode=ro"
    if _would_leave_files(Path(database)):
        uri += "&immutable=1"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True)

    return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _would_leave_files(database: Path) -> bool:
    """Whether SQLite would put files beside a database that it only reads.

    It does so for one that keeps a log of changes (WAL) and has none at the moment;
    then nobody has it open, and it is read as it lies.
    """
    try:
        with database.open("rb") as file:
            keeps_log = WAL in file.read(HEADER)[LOG_AT]
    except OSError:
        return False
    return keeps_log and not database.with_name(f"{database.name}-wal").exists()


@contextmanager
def _transaction(engine: Engine, where: str) -> Iterator[Connection]:
    """A transaction that sees one moment, may only read, and is rolled back."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        connection = engine.connect().execution_options(**options)
    except NOT_READ:
        raise ExtractError(
            f"{where} could not be reached, or refused the user or password. Check "
            "the address, and that the database takes connections from here."
        ) from None
    try:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
    except (SQLAlchemyError, sqlite3.Error, UnicodeError, OverflowError):
        raise ExtractError(
            f"{where} could not be read: it is damaged or locked, the connection "
            "ended, or the user may not read what is in it. Ask its administrator."
        ) from None
    finally:
        with suppress(*NOT_READ):
            connection.rollback()
        with suppress(*NOT_READ):
            connection.close()
        engine.dispose()


def _ssd_tables(
    connection: Connection, where: str, schema: str | None
) -> tuple[list[Found], list[str]]:
    """SSD tables and views with the columns wanted of each; and what is not used."""
    inspector = sa.inspect(connection)
    if schema is not None and schema not in inspector.get_schema_names():
        raise ExtractError(
            f"{where} has no schema '{schema}'. Check --schema; without it the "
            "database's own default is searched."
        )
    with warnings.catch_warnings():  # of types of columns that we never read
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        held = inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY)
    candidates: dict[str, list[Found]] = {}
    for (_, name), columns in sorted(held.items(), key=lambda item: item[0][1]):
        names = [str(column["name"]) for column in columns]
        plain = plain_columns(names)
        ssd = table_of(list(plain.values()), _short(name))
        if ssd is not None:
            wanted = _wanted(ssd, names, plain) if ssd in SSD else []
            candidates.setdefault(ssd, []).append((name, wanted))
    chosen, left = [], [name for name in candidates if name not in SSD]
    for ssd in sorted(set(candidates) & set(SSD)):
        one = _one_of(candidates[ssd], ssd, where)
        left += [name for name, _ in candidates[ssd] if name != one[0]]
        if one[1]:
            chosen.append(one)
        else:
            left.append(one[0])
    if not chosen:
        raise ExtractError(
            f"{where} holds no SSD table that riskaid uses. Looked for tables and "
            "views with columns such as pers_person_id or cine_referral_date. "
            "Name their schema: --schema ssd_development"
        )
    return chosen, sorted(left)


def _short(table: str) -> str:
    return table.rsplit(".", 1)[-1].lower()


def _one_of(found: list[Found], ssd: str, where: str) -> Found:
    """The table that bears the SSD's name, where several hold the same columns."""
    named = [one for one in found if _short(one[0]) == ssd]
    if len(named) == 1 or len(found) == 1:
        return (named or found)[0]
    names = ", ".join(name for name, _ in found[:4])
    raise ExtractError(
        f"{where}: {names} all hold {ssd}. Name the schema with --schema, or give the "
        f"one that belongs to this extract the name {ssd}."
    )


def _wanted(ssd: str, names: list[str], plain: dict[str, str]) -> list[str]:
    """The columns a case table is made of, and ids that tell equal events apart."""
    table = SSD[ssd]
    wanted = {n for either in table.columns.values() for n in either.split("|")}
    wanted |= set(DESCRIBED.split("|"))
    for other in SSD.values():
        if other.through is not None and other is table:
            wanted.add(other.through[0])
        if other.through is not None and other.through[1] == ssd:
            wanted |= {*other.through[2].split("|"), other.through[3]}
    events = table.becomes and TABLES[table.becomes].shape in ("event", "spell")
    return sorted(
        name
        for name in names
        if plain[name] in wanted or (events and plain[name].endswith("_id"))
    )


def _read(
    connection: Connection, table: str, columns: list[str], schema: str | None
) -> TextTable:
    """One table as text, in order of what it says, so that it is read alike each time.

    Raises:
        ExtractError: The table cannot be read.
    """
    asked: Any = sa.select(*(sa.column(c) for c in columns)).select_from(
        sa.table(table, schema=schema)
    )
    kinds = dict.fromkeys(columns, pl.String())
    parts = [pl.DataFrame(schema=kinds)]
    try:
        result = connection.execution_options(
            stream_results=True, yield_per=CHUNK
        ).execute(asked)
        for rows in result.partitions():
            texts = ([_text(v) for v in held] for held in zip(*rows, strict=True))
            parts.append(
                pl.DataFrame(
                    [
                        pl.Series(c, held, dtype=pl.String)
                        for c, held in zip(columns, texts, strict=True)
                    ]
                )
            )
    except NOT_READ:
        raise ExtractError(
            f"The table '{table}' could not be read: the user may not read it, a view "
            "in it fails, or it holds a date outside the years 1 to 9999 or damaged "
            "text. Ask the database's administrator."
        ) from None
    frame = pl.concat(parts).sort(columns, nulls_last=True)
    digest = hashlib.sha256()
    for part in frame.iter_slices(CHUNK):
        digest.update(part.write_csv().encode())
    numbered = frame.with_columns(pl.int_range(1, 1 + pl.len()).alias(ROW))
    return TextTable(table.rsplit(".", 1)[-1], numbered, digest.hexdigest())


def _text(value: Any) -> str | None:
    """A value of the database as a CSV would have it; bytes are no text."""
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, date):
        return value.isoformat()
    written = str(value)
    whole, point, rest = written.partition(".")
    return whole if point and not rest.strip("0") else written
