"""The same steps as the pages, as JSON, for a case system; same desk, same conditions.

There is no call for more than one child, and none that orders or counts children.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict

from riskaid.advice.desk import Desk, OwnView, Review
from riskaid.advice.sessions import Session, Visit

NOT_HERE = 404
REFUSED = 422


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignInBody(_Body):
    """Who signs in; a demonstration identity."""

    practitioner: str


class OwnViewBody(_Body):
    """The practitioner's own view, before any advice."""

    concern: str
    reason: str
    help: str


class ReviewBody(_Body):
    """The practitioner's review, after the advice."""

    opinion: str
    why: str
    note: str = ""


class Token(BaseModel):
    """A bearer token for one person's session."""

    token: str


class CaseItem(BaseModel):
    """A case by its opaque handle."""

    case: str
    child: str
    referral_seen_on: str


class OpeningItem(BaseModel):
    """A one-time handle: opens one case once, within five minutes."""

    opening: str


class VisitItem(BaseModel):
    """An opened case, ready for the own view."""

    visit: str
    child: str
    as_of: str


class OwnViewItem(BaseModel):
    """The id of a recorded own view; every later call needs it."""

    own_view: str


class Kept(BaseModel):
    """The review is kept, and nothing else happens."""

    kept: bool


router = APIRouter(prefix="/api", tags=["advice"])

_BEARER = HTTPBearer(auto_error=False, description="A person's session")


def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk_of)]
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def _signed_in(desk: AtDesk, given: Given) -> Session:
    session = desk.session(given.credentials) if given else None
    if session is None:
        raise _not_signed_in()
    return session


SignedIn = Annotated[Session, Depends(_signed_in)]


@router.post("/sign-in")
def sign_in(desk: AtDesk, body: SignInBody) -> Token:
    """Sign in with a demonstration identity."""
    session = desk.sign_in(body.practitioner)
    if session is None:
        raise _not_signed_in()
    return Token(token=session.token)


@router.get("/cases")
def cases(desk: AtDesk, session: SignedIn) -> list[CaseItem]:
    """List one's own cases by date of referral; says nothing about worry."""
    return [
        CaseItem(case=c.handle, child=c.age, referral_seen_on=c.seen.isoformat())
        for c in desk.case_lines(session)
    ]


@router.post("/cases/{case}/openings")
def offer(desk: AtDesk, session: SignedIn, case: str) -> OpeningItem:
    """Ask for a one-time handle for a case of one's own."""
    opening = desk.offer(session, case)
    if opening is None:
        raise HTTPException(NOT_HERE)
    return OpeningItem(opening=opening.handle)


@router.post("/openings/{opening}/visit")
def open_case(desk: AtDesk, session: SignedIn, opening: str) -> VisitItem:
    """Use up a one-time handle."""
    visit = _found(desk.open(session, opening))
    as_of = visit.case.as_of.isoformat()
    return VisitItem(visit=visit.handle, child=desk.about(visit.case), as_of=as_of)


@router.post("/visits/{visit}/own-view")
def own_view(
    desk: AtDesk, session: SignedIn, visit: str, body: OwnViewBody
) -> OwnViewItem:
    """Record one's own view first; a second one changes nothing."""
    view = OwnView(**body.model_dump())
    found = _found(desk.visit(session, visit))
    if view.problems() and not found.own_view:
        raise HTTPException(REFUSED)
    kept = _found(desk.own_view(session, visit, view))
    return OwnViewItem(own_view=kept.own_view)


@router.get("/own-views/{own_view}/advice")
def advice(desk: AtDesk, session: SignedIn, own_view: str) -> dict[str, Any]:
    """Give the advice to the session that recorded this own view."""
    shown = desk.reveal(session, own_view)
    if shown is None:
        raise HTTPException(NOT_HERE)
    return shown[1].to_json()


@router.post("/own-views/{own_view}/review")
def review(desk: AtDesk, session: SignedIn, own_view: str, body: ReviewBody) -> Kept:
    """Record the review; a second one changes nothing."""
    given = Review(**body.model_dump())
    visit = _found(desk.reviewable(session, own_view))
    if given.problems() and not visit.reviewed:
        raise HTTPException(REFUSED)
    _found(desk.review(session, own_view, given))
    return Kept(kept=True)


def _not_signed_in() -> HTTPException:
    return HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def _found(visit: Visit | None) -> Visit:
    if visit is None:
        raise HTTPException(NOT_HERE)
    return visit
