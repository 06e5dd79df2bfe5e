"""What the service remembers while somebody is signed in: nothing of it is on disk.

Sessions, one-time handles, visits and own views live in the memory of one process, each
under a random name, each with an end. Asking for one that is not there, is used up, is
too old or is somebody else's always gives the same answer: none.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock

Clock = Callable[[], datetime]

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
HANDLE_LASTS = timedelta(minutes=5)
MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """A child allocated to a practitioner, under an opaque handle.

    `seen` is the day the referral was known to the council's system.
    """

    handle: str
    person_id: str
    as_of: date
    seen: date
    practitioner: str


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody's time with the service; before sign-in there is no practitioner."""

    token: str
    csrf: str
    practitioner: str | None
    began: datetime
    seen: datetime


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A one-time handle: opens one case, for one practitioner, once, within minutes."""

    handle: str
    case: Case
    made: datetime


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One opening of a case, from own view to review.

    `own_view` is empty until the own view is recorded; without it nothing of the
    advice is computed for anybody.
    """

    handle: str
    case: Case
    session: str
    own_view: str = ""
    revealed: bool = False
    reviewed: bool = False


def new_handle() -> str:
    """A random name nobody can guess: 32 characters, 192 bits."""
    return secrets.token_urlsafe(24)


def same(given: str, kept: str) -> bool:
    """Compare two secrets without telling by time how much of them agrees."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode())


class Memory:
    """The service's memory; every method is safe to call from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Start empty; the clock is the service's."""
        self._clock = clock
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}
        self._openings: dict[str, Opening] = {}
        self._visits: dict[str, Visit] = {}
        self._own_views: dict[str, str] = {}

    def begin(self, practitioner: str | None = None) -> Session:
        """Start a session under new random names."""
        now = self._clock()
        session = Session(
            token=new_handle(),
            csrf=new_handle(),
            practitioner=practitioner,
            began=now,
            seen=now,
        )
        with self._lock:
            self._forget_old(now)
            self._sessions[session.token] = session
        return session

    def session(self, token: str) -> Session | None:
        """The session of that name, if it is still good; using it keeps it alive."""
        now = self._clock()
        with self._lock:
            session = self._sessions.get(token)
            if session is None:
                return None
            if now - session.seen > IDLE or now - session.began > LONGEST:
                self._end(token)
                return None
            session = replace(session, seen=now)
            self._sessions[token] = session
            return session

    def end(self, token: str) -> None:
        """Forget a session and everything that was opened in it."""
        with self._lock:
            self._end(token)

    def offer(self, case: Case) -> Opening:
        """Make a one-time handle for a case."""
        now = self._clock()
        opening = Opening(handle=new_handle(), case=case, made=now)
        with self._lock:
            self._forget_old(now)
            self._openings[opening.handle] = opening
        return opening

    def open(self, handle: str, session: Session) -> Visit | None:
        """Use up a one-time handle; the same handle never opens anything again.

        A handle tried by somebody else is used up too.
        """
        now = self._clock()
        with self._lock:
            opening = self._openings.pop(handle, None)
            if opening is None or now - opening.made > HANDLE_LASTS:
                return None
            if opening.case.practitioner != session.practitioner:
                return None
            visit = Visit(handle=new_handle(), case=opening.case, session=session.token)
            self._visits[visit.handle] = visit
            return visit

    def visit(self, handle: str, session: Session) -> Visit | None:
        """The visit of that name, if this session opened it."""
        with self._lock:
            return self._mine(handle, session)

    def visit_of_own_view(self, own_view: str, session: Session) -> Visit | None:
        """The visit an own view was recorded in, if this session recorded it."""
        with self._lock:
            return self._mine(self._own_views.get(own_view, ""), session)

    def record_own_view(
        self, handle: str, session: Session, keep: Callable[[Visit], None]
    ) -> Visit | None:
        """Give a visit the id of its own view, after `keep` has put it in the log.

        The first own view of a visit stays: a second one is not kept and changes
        nothing. None when this session has no such visit.
        """
        with self._lock:
            visit = self._mine(handle, session)
            if visit is None or visit.own_view:
                return visit
            visit = replace(visit, own_view=new_handle())
            keep(visit)
            self._own_views[visit.own_view] = handle
            return self._put(visit)

    def record_review(
        self, own_view: str, session: Session, keep: Callable[[Visit], None]
    ) -> Visit | None:
        """Note that the advice was reviewed, after `keep` has put it in the log.

        None when this session has no such own view, or has not seen the advice yet. A
        second review is not kept and changes nothing.
        """
        with self._lock:
            visit = self._mine(self._own_views.get(own_view, ""), session)
            if visit is None or not visit.revealed:
                return None
            if visit.reviewed:
                return visit
            keep(visit)
            return self._put(replace(visit, reviewed=True))

    def mark_revealed(self, visit: Visit) -> None:
        """Note that the advice of a visit was shown."""
        with self._lock:
            if visit.handle in self._visits:
                self._put(replace(self._visits[visit.handle], revealed=True))

    def _put(self, visit: Visit) -> Visit:
        self._visits[visit.handle] = visit
        return visit

    def _mine(self, handle: str, session: Session) -> Visit | None:
        visit = self._visits.get(handle)
        if visit is None or visit.session != session.token:
            return None
        return visit

    def _end(self, token: str) -> None:
        self._sessions.pop(token, None)
        for handle in [h for h, v in self._visits.items() if v.session == token]:
            self._own_views.pop(self._visits.pop(handle).own_view, None)

    def _forget_old(self, now: datetime) -> None:
        for handle in [
            h for h, o in self._openings.items() if now - o.made > HANDLE_LASTS
        ]:
            del self._openings[handle]
        for token in [
            t
            for t, s in self._sessions.items()
            if now - s.seen > IDLE or now - s.began > LONGEST
        ]:
            self._end(token)
        # Beyond any use by people: the oldest make room, so memory has an end. Nobody
        # who only asks for the sign-in page puts out somebody who is signed in.
        while len(self._sessions) >= MOST:
            waiting = (t for t, s in self._sessions.items() if not s.practitioner)
            self._end(next(waiting, None) or next(iter(self._sessions)))
