"""The review log on a real PostgreSQL: same chain, same refusals, many writers."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from riskaid.advice.review_log import append, erase, export, head, open_log, verify
from riskaid.errors import ReviewLogError

pytestmark = pytest.mark.requires("postgresql")
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def log(postgresql):
    engine = open_log(postgresql)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE review_log, review_payload CASCADE")
    engine.dispose()


def fill(engine, n=5):
    for i in range(n):
        body = {"reason": f"number {i} \x00 \ud800"}
        append(engine, "own_view", body=body, person_id=f"P{i % 2}", at=AT)


def force(engine, statement):
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("SET session_replication_role = origin")


def test_the_chain_verifies_and_erases(log):
    fill(log)
    before = head(log)
    assert verify(log).entries == 5
    assert erase(log, "P0", at=AT) == 3
    report = verify(log, before)
    assert (report.entries, report.erased) == (6, 3)
    assert len(list(export(log, with_payloads=True))) == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_log SET kind = 'viewed'",
        "DELETE FROM review_log",
        "TRUNCATE review_log",
        "UPDATE review_payload SET body = '{}'",
        "TRUNCATE review_payload",
    ],
)
def test_ordinary_sql_cannot_change_the_log(log, statement):
    fill(log)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), log.begin() as c:
        c.exec_driver_sql(statement)
    assert verify(log).entries == 5


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE review_log SET at = 'x' WHERE position = 4", 4),
        ("DELETE FROM review_log WHERE position = 2", 2),
        ("UPDATE review_payload SET body = '{}' WHERE position = 3", 3),
        ("DELETE FROM review_payload WHERE position = 5", 5),
    ],
)
def test_a_change_by_force_is_found_where_it_is(log, statement, position):
    fill(log)
    force(log, statement)
    with pytest.raises(ReviewLogError, match=f"position {position}:"):
        verify(log)


def test_several_connections_append_one_chain(postgresql, log):
    engines = [open_log(postgresql) for _ in range(4)]
    threads = [threading.Thread(target=fill, args=(e, 15)) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(log).entries == 60
    for engine in engines:
        engine.dispose()
