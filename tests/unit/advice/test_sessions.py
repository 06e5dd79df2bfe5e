"""What the service remembers is random, short-lived and one session's own."""

from datetime import UTC, date, datetime, timedelta

import pytest

from riskaid.advice import sessions
from riskaid.advice.sessions import Case, Memory, same

CASE = Case(
    handle="h",
    person_id="P",
    as_of=date(2026, 1, 2),
    seen=date(2026, 1, 1),
    practitioner="one",
)


class NotKeptError(Exception):
    pass


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def memory(clock):
    return Memory(clock)


def visit_of(memory, session):
    return memory.open(memory.offer(CASE).handle, session)


def test_names_are_random_and_long(memory):
    names = {memory.begin("one").token for _ in range(50)}
    assert len(names) == 50 and all(len(name) == 32 for name in names)


def test_an_own_view_that_could_not_be_kept_gives_no_id(memory):
    session = memory.begin("one")
    visit = visit_of(memory, session)

    def fails(_visit):
        raise NotKeptError

    with pytest.raises(NotKeptError):
        memory.record_own_view(visit.handle, session, fails)
    assert memory.visit(visit.handle, session).own_view == ""
    kept = []
    memory.record_own_view(visit.handle, session, kept.append)
    assert len(kept) == 1


def test_a_review_that_could_not_be_kept_can_be_sent_again(memory):
    session = memory.begin("one")
    visit = visit_of(memory, session)
    visit = memory.record_own_view(visit.handle, session, lambda _v: None)
    memory.mark_revealed(visit)

    def fails(_visit):
        raise NotKeptError

    with pytest.raises(NotKeptError):
        memory.record_review(visit.own_view, session, fails)
    assert not memory.visit(visit.handle, session).reviewed
    assert memory.record_review(visit.own_view, session, lambda _v: None).reviewed


def test_ending_a_session_forgets_all_that_was_opened_in_it(memory):
    session, other = memory.begin("one"), memory.begin("one")
    visit = visit_of(memory, session)
    own_view = memory.record_own_view(visit.handle, session, lambda _v: None).own_view
    memory.end(session.token)
    assert memory.session(session.token) is None
    assert memory.visit(visit.handle, session) is None
    assert memory.visit_of_own_view(own_view, session) is None
    assert memory.session(other.token)


def test_the_oldest_sessions_make_room(memory, monkeypatch):
    monkeypatch.setattr(sessions, "MOST", 3)
    names = [memory.begin("one").token for _ in range(5)]
    alive = [memory.session(name) is not None for name in names]
    assert alive == [False, False, True, True, True]
    for _ in range(5):
        memory.begin()
    assert sum(memory.session(name) is not None for name in names) == 2


def test_old_sessions_and_handles_are_swept(memory, clock):
    session = memory.begin("one")
    opening = memory.offer(CASE)
    clock.now += timedelta(minutes=45)
    memory.begin("two")
    assert memory.session(session.token) is None
    assert memory.open(opening.handle, memory.begin("one")) is None


def test_secrets_are_compared_whatever_they_hold():
    assert same("abc", "abc")
    for other in ("", "ab", "abcd", "é", "\ud800"):
        assert not same(other, "abc")
