"""The review log: who looked at what, when, and what they said, in a chain.

Each entry holds the digest of the one before it, so that a changed, moved or removed
entry is found. What a person wrote, and about whom, stands in a second table; the
chain holds only a salted digest of it. So a payload can be erased and the chain still
verifies, and without the salt the digest says nothing. Cutting off the tail can only
be seen with an anchor kept elsewhere: `head` gives one, `verify` takes it.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from riskaid.advice import review_log_schema as schema
from riskaid.errors import ReviewLogError
from riskaid.files import digest_bytes

KINDS = ("signed_in", "own_view", "reveal", "viewed", "review", "erased")
FIRST_PREVIOUS = "0" * 64
_LOCK = 7203641145011229


@dataclass(frozen=True)
class Head:
    """The last entry of a log: a position and its digest, to keep somewhere else."""

    position: int
    digest: str


@dataclass(frozen=True)
class LogReport:
    """What a verified log holds; counts only."""

    entries: int
    payloads: int
    erased: int
    head: Head
    kinds: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """The report as plain facts."""
        return {
            "entries": self.entries,
            "payloads": self.payloads,
            "erased": self.erased,
            "head": {"position": self.head.position, "digest": self.head.digest},
            "kinds": dict(self.kinds),
        }


def open_log(address: str) -> Engine:
    """Open a review log, and make its tables and triggers where they are missing.

    Args:
        address: A database address SQLAlchemy understands: `sqlite:///review.sqlite3`
            (the default of the service) or `postgresql+psycopg://...`.

    Raises:
        ReviewLogError: The database cannot be opened, or is of another kind.
    """
    try:
        engine = schema.engine_for(address)
        schema.create(engine)
    except (sa.exc.ArgumentError, DBAPIError, ImportError) as cause:
        raise ReviewLogError(
            f"The review log cannot be opened ({type(cause).__name__}). "
            "Check the address of its database, and that the database is running."
        ) from None
    return engine


def append(
    engine: Engine,
    kind: str,
    *,
    body: Mapping[str, Any],
    person_id: str | None = None,
    release: str | None = None,
    at: datetime,
) -> Head:
    """Add one entry at the end of the log; the only way anything gets in.

    Safe when several processes append at once: SQLite takes the write lock before it
    reads the end of the chain, PostgreSQL takes an advisory lock.

    Args:
        engine: From `open_log`.
        kind: One of KINDS.
        body: What happened, as JSON; stands in the payload and can be erased.
        person_id: The pseudonymous id of the child, in the payload only.
        release: Digest of the release that gave the advice.
        at: When, with a time zone; kept as UTC to the second.

    Raises:
        ReviewLogError: The kind is not known, or the time has no zone.
    """
    if kind not in KINDS:
        raise ReviewLogError(
            f"The review log has no entries of kind '{kind}'. "
            f"It has: {', '.join(KINDS)}."
        )
    if at.tzinfo is None:
        raise ReviewLogError("A time in the review log needs a time zone. Give UTC.")
    with engine.begin() as connection:
        return _append(
            connection, kind, body=body, person_id=person_id, release=release, at=at
        )


def erase(engine: Engine, person_id: str, *, at: datetime) -> int:
    """Erase everything the log holds about one child; the chain stays whole.

    An entry of kind `erased` says which positions lost their payload, so that a
    payload that somebody else removed is still found.

    Returns:
        How many payloads were erased. With none, nothing is added to the log.
    """
    payloads = schema.payloads
    with engine.begin() as connection:
        _lock(connection)
        mine = sa.select(payloads.c.position).where(payloads.c.person_id == person_id)
        positions = sorted(connection.scalars(mine))
        if positions:
            connection.execute(
                sa.delete(payloads).where(payloads.c.position.in_(positions))
            )
            _append(connection, "erased", body={"positions": positions}, at=at)
    return len(positions)


def head(engine: Engine) -> Head:
    """The end of the log; position 0 when it is empty."""
    with schema.reading(engine) as connection:
        return _head(connection)


def verify(engine: Engine, anchor: Head | None = None) -> LogReport:
    """Walk the whole chain and check every entry and every payload still there.

    Args:
        engine: From `open_log`.
        anchor: A head seen earlier and kept elsewhere. Without one, a log whose last
            entries were cut off looks whole.

    Raises:
        ReviewLogError: With the first broken position, and what is broken there.
    """
    with schema.reading(engine) as connection:
        return _verify(connection, anchor)


def export(engine: Engine, *, with_payloads: bool = False) -> Iterator[str]:
    """Give the log as lines of JSON, oldest first, after checking the chain.

    Without payloads a line names no child and no practitioner, and the chain can still
    be checked by its reader. With payloads it is a confidential record of cases.

    Raises:
        ReviewLogError: The chain is broken.
    """
    with schema.reading(engine) as connection:
        _verify(connection, None)
        for row in _rows(connection):
            line = {name: row[name] for name in schema.CHAINED}
            line["digest"] = row["digest"]
            if with_payloads and row["salt"] is not None:
                line["payload"] = {
                    "salt": row["salt"],
                    "person_id": row["person_id"],
                    "body": json.loads(row["body"]),
                }
            yield json.dumps(line, sort_keys=True)


def _append(
    connection: Connection,
    kind: str,
    *,
    body: Mapping[str, Any],
    at: datetime,
    person_id: str | None = None,
    release: str | None = None,
) -> Head:
    _lock(connection)
    last = _head(connection)
    salt = secrets.token_hex(32)
    text = json.dumps(body, sort_keys=True, allow_nan=False)
    entry = {
        "position": last.position + 1,
        "kind": kind,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "release": release,
        "payload_digest": _payload_digest(salt, person_id, text),
        "previous": last.digest,
    }
    digest = _entry_digest(entry)
    connection.execute(sa.insert(schema.entries).values(**entry, digest=digest))
    connection.execute(
        sa.insert(schema.payloads).values(
            position=entry["position"], salt=salt, person_id=person_id, body=text
        )
    )
    return Head(last.position + 1, digest)


def _head(connection: Connection) -> Head:
    entries = schema.entries
    newest = sa.select(entries.c.position, entries.c.digest)
    row = connection.execute(
        newest.order_by(entries.c.position.desc()).limit(1)
    ).first()
    return Head(row.position, row.digest) if row else Head(0, FIRST_PREVIOUS)


def _lock(connection: Connection) -> None:
    # SQLite has taken its write lock at BEGIN IMMEDIATE already.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _verify(connection: Connection, anchor: Head | None) -> LogReport:
    previous, position = FIRST_PREVIOUS, 0
    kinds = dict.fromkeys(KINDS, 0)
    missing: set[int] = set()
    erased: set[int] = set()
    for row in _rows(connection):
        position += 1
        _check_entry(row, position, previous)
        if row["salt"] is None:
            missing.add(position)
        elif row["kind"] == "erased":
            erased.update(json.loads(row["body"])["positions"])
        kinds[row["kind"]] += 1
        previous = row["digest"]
        if anchor and position == anchor.position and previous != anchor.digest:
            raise _broken(position, "it is not the entry the anchor names")
    if anchor and position < anchor.position:
        raise _broken(position + 1, "the log ends before the entry the anchor names")
    for lost in sorted(missing - erased):
        raise _broken(lost, "its payload is gone and no erasure is recorded")
    for stray in _stray_payloads(connection, position):
        raise _broken(stray, "there is a payload without an entry")
    return LogReport(
        entries=position,
        payloads=position - len(missing),
        erased=len(missing),
        head=Head(position, previous),
        kinds=kinds,
    )


def _rows(connection: Connection) -> Iterator[dict[str, Any]]:
    entries, payloads = schema.entries, schema.payloads
    both = sa.select(entries, payloads.c.salt, payloads.c.person_id, payloads.c.body)
    both = both.select_from(
        entries.outerjoin(payloads, entries.c.position == payloads.c.position)
    ).order_by(entries.c.position)
    for row in connection.execute(both).mappings():
        yield dict(row)


def _stray_payloads(connection: Connection, last: int) -> list[int]:
    payloads = schema.payloads
    beyond = sa.select(payloads.c.position).where(
        sa.or_(payloads.c.position > last, payloads.c.position < 1)
    )
    return sorted(connection.scalars(beyond))


def _check_entry(row: Mapping[str, Any], position: int, previous: str) -> None:
    if row["position"] != position:
        raise _broken(position, "the entry is missing")
    if row["previous"] != previous:
        raise _broken(position, "it does not follow the entry before it")
    if row["digest"] != _entry_digest(row):
        raise _broken(position, "the entry was changed")
    if row["kind"] not in KINDS:
        raise _broken(position, "its kind is not known")
    if row["salt"] is not None and row["payload_digest"] != _payload_digest(
        row["salt"], row["person_id"], row["body"]
    ):
        raise _broken(position, "its payload was changed")


def _broken(position: int, what: str) -> ReviewLogError:
    return ReviewLogError(
        f"The review log is broken at position {position}: {what}. "
        "Keep the database as it is, restore a copy beside it, and tell the board."
    )


def _entry_digest(entry: Mapping[str, Any]) -> str:
    return _digest([entry[name] for name in schema.CHAINED])


def _payload_digest(salt: str, person_id: str | None, body: str) -> str:
    return _digest([salt, person_id, body])


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, separators=(",", ":"))
    return digest_bytes(text.encode())
