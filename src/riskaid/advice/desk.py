"""The one way to advice inside the service; pages and API both go through it.

sign in -> a case of one's own -> a one-time handle -> own view -> advice -> review

Each step needs the one before it, is checked here and nowhere else, and is in the
review log before its answer is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Engine

from riskaid.advice import review_log, wording
from riskaid.advice.content import Advice
from riskaid.advice.sessions import Case, Clock, Memory, Opening, Session, Visit
from riskaid.errors import AdviceRefused

LONGEST_TEXT = 2000


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case as a list shows it: enough to know it again, nothing about worry."""

    handle: str
    age: str
    seen: date


@dataclass(frozen=True, kw_only=True)
class OwnView:
    """What the practitioner thinks before seeing any advice."""

    concern: str
    reason: str
    help: str

    def problems(self) -> dict[str, str]:
        """What is missing or too long, by field; empty when all is there."""
        found = {}
        if self.concern not in wording.CONCERN_LEVELS:
            found["concern"] = wording.MESSAGES["concern"]
        for name, text in (("reason", self.reason), ("help", self.help)):
            if not text.strip():
                found[name] = wording.MESSAGES[name]
            elif len(text) > LONGEST_TEXT:
                found[name] = wording.MESSAGES["too_long"]
        return found


@dataclass(frozen=True, kw_only=True)
class Review:
    """What the practitioner thinks after seeing the advice."""

    opinion: str
    why: str
    note: str

    def problems(self) -> dict[str, str]:
        """What is missing or too long, by field; empty when all is there."""
        found = {}
        if self.opinion not in wording.OPINIONS:
            found["opinion"] = wording.MESSAGES["opinion"]
        if self.why not in wording.REVIEW_REASONS:
            found["why"] = wording.MESSAGES["why"]
        if len(self.note) > LONGEST_TEXT:
            found["note"] = wording.MESSAGES["note"]
        return found


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything the service needs to answer one practitioner.

    Attributes:
        practitioners: Who may sign in, by id, with the name to show.
        cases: Every allocated case by its handle.
        advise: Makes the advice for a case.
        about: Age in words, for a case.
        log: The review log.
        memory: Sessions, handles and visits.
        clock: The time, with a zone.
        release_digest: Of the release that advises.
        expires: The last day the release may advise.
        extract_date: The last day the records could know.
        watermark: Shown on every page of a demonstration.
    """

    practitioners: Mapping[str, str]
    cases: Mapping[str, Case]
    advise: Callable[[Case], Advice]
    about: Callable[[Case], str]
    log: Engine
    memory: Memory
    clock: Clock
    release_digest: str
    expires: date
    extract_date: date
    watermark: str | None

    def sign_in(self, practitioner: str) -> Session | None:
        """Start a session for a known practitioner; None for anybody else."""
        if practitioner not in self.practitioners:
            return None
        self._log("signed_in", {"practitioner": practitioner})
        return self.memory.begin(practitioner)

    def session(self, token: str) -> Session | None:
        """The signed-in session of that token, or None."""
        session = self.memory.session(token)
        return session if session and session.practitioner else None

    def case_lines(self, session: Session) -> tuple[CaseLine, ...]:
        """The practitioner's own cases by date of referral, then by handle."""
        mine = [
            c for c in self.cases.values() if c.practitioner == session.practitioner
        ]
        return tuple(
            CaseLine(handle=case.handle, age=self.about(case), seen=case.seen)
            for case in sorted(mine, key=lambda c: (c.seen, c.handle))
        )

    def offer(self, session: Session, handle: str) -> Opening | None:
        """A one-time handle for a case of one's own; None for any other case."""
        case = self.cases.get(handle)
        if case is None or case.practitioner != session.practitioner:
            return None
        return self.memory.offer(case)

    def open(self, session: Session, handle: str) -> Visit | None:
        """Open a case with a one-time handle; None when used up or not one's own."""
        return self.memory.open(handle, session)

    def visit(self, session: Session, handle: str) -> Visit | None:
        """A visit this session opened."""
        return self.memory.visit(handle, session)

    def header(self, visit: Visit) -> tuple[tuple[str, str], ...]:
        """What the page of the own view says: the case, and nothing of the advice."""
        case = visit.case
        return (
            ("Child", self.about(case)),
            ("Referral seen on", wording.date_words(case.seen)),
            ("Advice as of", wording.date_words(case.as_of)),
            ("Records held up to", wording.date_words(self.extract_date)),
        )

    def own_view(self, session: Session, visit: str, view: OwnView) -> Visit | None:
        """Record the own view; the visit then has the id every later step needs."""

        def keep(found: Visit) -> None:
            body = {"own_view": found.own_view, **vars(view)}
            self._log("own_view", body, session=session, case=found.case)

        return self.memory.record_own_view(visit, session, keep)

    def reveal(self, session: Session, own_view: str) -> tuple[Visit, Advice] | None:
        """The advice, for the session that recorded this own view.

        Raises:
            AdviceRefused: There can be no advice for this case, or the release has
                expired since the service started.
        """
        visit = self.memory.visit_of_own_view(own_view, session)
        if visit is None:
            return None
        if self.clock().date() > self.expires:
            raise AdviceRefused(
                "The release this service uses has expired, so it gives no advice. "
                "Ask the board to renew the release."
            )
        advice = self.advise(visit.case)
        body = {"own_view": own_view, "band": advice.estimate.band}
        kind = "viewed" if visit.revealed else "reveal"
        self._log(kind, body, session=session, case=visit.case)
        self.memory.mark_revealed(visit)
        return visit, advice

    def reviewable(self, session: Session, own_view: str) -> Visit | None:
        """The visit of an own view, once its advice was shown."""
        visit = self.memory.visit_of_own_view(own_view, session)
        return visit if visit and visit.revealed else None

    def review(self, session: Session, own_view: str, review: Review) -> Visit | None:
        """Record the review; None when the advice was not shown to this session."""

        def keep(visit: Visit) -> None:
            body = {"own_view": own_view, **vars(review)}
            self._log("review", body, session=session, case=visit.case)

        return self.memory.record_review(own_view, session, keep)

    def _log(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        session: Session | None = None,
        case: Case | None = None,
    ) -> None:
        if session:
            body["practitioner"] = session.practitioner
        if case:
            body["as_of"] = case.as_of.isoformat()
        review_log.append(
            self.log,
            kind,
            body=body,
            person_id=case.person_id if case else None,
            release=self.release_digest,
            at=self.clock(),
        )
