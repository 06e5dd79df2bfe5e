"""The log keeps its chain, refuses changes, and shows every change made by force."""

import json
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from riskaid.advice import review_log
from riskaid.advice.review_log import (
    Head,
    append,
    erase,
    export,
    head,
    open_log,
    verify,
)
from riskaid.errors import ReviewLogError

AT = datetime(2026, 4, 1, 9, 30, 15, tzinfo=UTC)


@pytest.fixture
def log(tmp_path):
    engine = open_log(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    yield engine
    engine.dispose()


def fill(engine, n=6):
    for i in range(n):
        append(
            engine,
            "own_view",
            body={"reason": f"number {i}"},
            person_id=f"P{i % 2}",
            release="r" * 64,
            at=AT,
        )


def force(engine, *statements):
    """Change the database as its owner could, triggers or not."""
    with engine.begin() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_entry_holds_the_digest_of_the_one_before(log):
    fill(log, 3)
    lines = [json.loads(line) for line in export(log)]
    assert [line["position"] for line in lines] == [1, 2, 3]
    assert lines[0]["previous"] == "0" * 64
    assert lines[2]["previous"] == lines[1]["digest"]
    assert lines[0]["at"] == "2026-04-01T09:30:15Z"
    report = verify(log)
    assert (report.entries, report.payloads, report.erased) == (3, 3, 0)
    assert report.head == head(log) == Head(3, lines[2]["digest"])
    assert report.to_json()["kinds"]["own_view"] == 3


def test_an_empty_log_is_whole(log):
    assert verify(log).entries == 0
    assert head(log) == Head(0, "0" * 64)
    assert list(export(log)) == []


def test_the_export_without_payloads_names_nobody(log):
    fill(log)
    text = "\n".join(export(log))
    assert "P1" not in text and "number" not in text and "salt" not in text
    assert '"person_id": "P1"' in "\n".join(export(log, with_payloads=True))


def test_equal_payloads_have_different_digests(log):
    for _ in range(2):
        append(log, "viewed", body={"same": 1}, person_id="P", at=AT)
    first, second = (json.loads(line)["payload_digest"] for line in export(log))
    assert first != second


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_log SET kind = 'viewed'",
        "DELETE FROM review_log",
        "UPDATE review_payload SET body = '{}'",
        "INSERT OR REPLACE INTO review_log VALUES (1,'viewed','x',NULL,'x','x','x')",
        "INSERT OR REPLACE INTO review_payload VALUES (1,'x','x','x')",
    ],
)
def test_ordinary_sql_cannot_change_the_log(log, statement):
    fill(log)
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), log.begin() as c:
        c.exec_driver_sql(statement)
    assert verify(log).entries == 6


@pytest.mark.parametrize(
    ("statement", "position", "what"),
    [
        ("UPDATE review_log SET at = 'x' WHERE position = 4", 4, "changed"),
        ("UPDATE review_log SET kind = 'viewed' WHERE position = 2", 2, "changed"),
        ("UPDATE review_log SET release = NULL WHERE position = 5", 5, "changed"),
        ("UPDATE review_log SET digest = previous WHERE position = 3", 3, "changed"),
        ("DELETE FROM review_log WHERE position = 3", 3, "missing"),
        ("DELETE FROM review_log WHERE position = 1", 1, "missing"),
        ("DELETE FROM review_log WHERE position = 6", 6, "without an entry"),
        ("UPDATE review_payload SET body = '{}' WHERE position = 5", 5, "payload"),
        ("UPDATE review_payload SET person_id = 'Q' WHERE position = 2", 2, "payload"),
        ("UPDATE review_payload SET salt = 'x' WHERE position = 2", 2, "payload"),
        ("DELETE FROM review_payload WHERE position = 4", 4, "no erasure"),
        ("UPDATE review_log SET position = 9 WHERE position = 3", 3, "missing"),
    ],
)
def test_a_change_by_force_is_found_where_it_is(log, statement, position, what):
    fill(log)
    force(log, statement)
    with pytest.raises(ReviewLogError, match=f"position {position}: .*{what}"):
        verify(log)
    with pytest.raises(ReviewLogError):
        next(export(log))


def test_two_entries_that_change_places_are_found(log):
    fill(log)
    force(
        log,
        "UPDATE review_log SET position = 99 WHERE position = 2",
        "UPDATE review_log SET position = 2 WHERE position = 3",
        "UPDATE review_log SET position = 3 WHERE position = 99",
    )
    with pytest.raises(ReviewLogError, match="position 2"):
        verify(log)


def test_a_cut_tail_is_found_with_an_anchor_and_only_then(log):
    fill(log)
    anchor = head(log)
    fill(log, 1)
    assert verify(log, anchor).entries == 7
    force(
        log,
        "DELETE FROM review_log WHERE position > 4",
        "DELETE FROM review_payload WHERE position > 4",
    )
    assert verify(log).entries == 4
    with pytest.raises(ReviewLogError, match="position 5: the log ends"):
        verify(log, anchor)
    fill(log, 3)
    with pytest.raises(ReviewLogError, match="position 6: it is not the entry"):
        verify(log, anchor)


def test_a_payload_can_be_erased_and_the_chain_still_verifies(log):
    fill(log)
    before = head(log)
    assert erase(log, "P1", at=AT) == 3
    report = verify(log, before)
    assert (report.entries, report.payloads, report.erased) == (7, 4, 3)
    text = "\n".join(export(log, with_payloads=True))
    assert "P1" not in text and "number 1" not in text and "number 2" in text
    assert erase(log, "P1", at=AT) == 0
    assert verify(log).entries == 7


def test_an_erasure_does_not_cover_a_payload_it_does_not_name(log):
    fill(log)
    erase(log, "P1", at=AT)
    force(log, "DELETE FROM review_payload WHERE position = 3")
    with pytest.raises(ReviewLogError, match="position 3"):
        verify(log)


def test_an_unknown_kind_and_a_time_without_zone_are_refused(log):
    with pytest.raises(ReviewLogError, match="of kind 'decided'"):
        append(log, "decided", body={}, at=AT)
    with pytest.raises(ReviewLogError, match="time zone"):
        append(log, "viewed", body={}, at=AT.replace(tzinfo=None))
    assert verify(log).entries == 0


@pytest.mark.parametrize("address", ["mysql://x", "nonsense", "sqlite:////no/where/x"])
def test_a_log_that_cannot_be_opened_says_so_without_its_address(address):
    with pytest.raises(ReviewLogError) as problem:
        open_log(address)
    assert address not in str(problem.value)


def test_many_threads_append_one_chain(tmp_path):
    address = f"sqlite:///{tmp_path / 'log.sqlite3'}"
    engines = [open_log(address) for _ in range(4)]
    threads = [threading.Thread(target=fill, args=(e, 10)) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(engines[0]).entries == 40
    for engine in engines:
        engine.dispose()


def test_reading_does_not_hold_up_an_append(log):
    fill(log)
    lines = export(log)
    next(lines)
    fill(log, 1)
    assert len(list(lines)) == 5
    assert verify(log).entries == 7


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    body=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
    person=st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
)
def test_whatever_is_written_comes_back_and_verifies(tmp_path_factory, body, person):
    place = tmp_path_factory.mktemp("log") / "log.sqlite3"
    engine = open_log(f"sqlite:///{place}")
    append(engine, "review", body=body, person_id=person, at=AT)
    assert verify(engine).payloads == 1
    (line,) = export(engine, with_payloads=True)
    assert json.loads(line)["payload"]["body"] == body
    engine.dispose()


def test_the_kinds_are_the_ones_the_design_names():
    assert review_log.KINDS == (
        "signed_in",
        "own_view",
        "reveal",
        "viewed",
        "review",
        "erased",
    )
