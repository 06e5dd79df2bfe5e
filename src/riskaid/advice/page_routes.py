"""The pages, in the order a practitioner meets them; none needs JavaScript."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from riskaid.advice import wording
from riskaid.advice.desk import Desk, OwnView, Review
from riskaid.advice.pages import render
from riskaid.advice.sessions import Session, Visit, same

SEE_OTHER = 303
NOT_HERE = 404
NOT_VALID = 422

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Text = Annotated[str, Form()]


def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk_of)]


def _token_of(request: Request) -> str:
    return request.cookies.get(_cookie(request), "")


def _signed_in(request: Request, desk: AtDesk) -> Session:
    session = desk.session(_token_of(request))
    if session is None:
        raise HTTPException(401)
    return session


SignedIn = Annotated[Session, Depends(_signed_in)]


def _checked(session: SignedIn, csrf: Text = "") -> Session:
    if not same(csrf, session.csrf):
        raise HTTPException(403)
    return session


Checked = Annotated[Session, Depends(_checked)]
"""A signed-in session whose form came from one of its own pages."""


@router.get("/")
def start(request: Request, desk: AtDesk) -> Response:
    """Lead to the cases, or to the sign-in."""
    known = desk.session(_token_of(request))
    return _to("/cases" if known else "/sign-in")


@router.get("/sign-in")
def sign_in_form(request: Request, desk: AtDesk) -> Response:
    """Ask who this is; says that it is a demonstration."""
    return _sign_in_page(request, desk)


@router.post("/sign-in")
def sign_in(
    request: Request, desk: AtDesk, csrf: Text = "", practitioner: Text = ""
) -> Response:
    """Begin a session under a new name, so that a planted one is worth nothing."""
    token = _token_of(request)
    before = desk.memory.session(token)
    if before is None or not same(csrf, before.csrf):
        raise HTTPException(403)
    desk.memory.end(token)
    session = desk.sign_in(practitioner)
    if session is None:
        message = wording.MESSAGES["practitioner"]
        return _sign_in_page(request, desk, errors={"practitioner": message})
    return _with_cookie(request, _to("/cases"), session)


@router.post("/sign-out")
def sign_out(request: Request, desk: AtDesk, session: Checked) -> Response:
    """End the session and everything opened in it."""
    desk.memory.end(session.token)
    answer = _to("/sign-in")
    answer.delete_cookie(
        _cookie(request), path="/", secure=_https(request), httponly=True
    )
    return answer


@router.get("/cases")
def cases(desk: AtDesk, session: SignedIn) -> Response:
    """List one's own cases by date; says nothing about worry."""
    lines = desk.case_lines(session)
    return _page(desk, "cases.html", session=session, cases=lines)


@router.post("/cases/{case}/open")
def offer(desk: AtDesk, session: Checked, case: str) -> Response:
    """Make a one-time link to a case and follow it."""
    opening = desk.offer(session, case)
    if opening is None:
        raise HTTPException(NOT_HERE)
    return _to(f"/open/{opening.handle}")


@router.get("/open/{handle}")
def open_case(desk: AtDesk, session: SignedIn, handle: str) -> Response:
    """Use up a one-time link."""
    visit = _found(desk.open(session, handle))
    return _to(f"/visits/{visit.handle}/own-view")


@router.get("/visits/{visit}/own-view")
def own_view_form(desk: AtDesk, session: SignedIn, visit: str) -> Response:
    """Ask for one's own view before any advice."""
    found = _found(desk.visit(session, visit))
    if found.own_view:
        return _to_advice(found)
    return _own_view_page(desk, session, found)


@router.post("/visits/{visit}/own-view")
def own_view(
    *,
    desk: AtDesk,
    session: Checked,
    visit: str,
    concern: Text = "",
    reason: Text = "",
    would_help: Annotated[str, Form(alias="help")] = "",
) -> Response:
    """Record one's own view, and lead to the advice."""
    found = _found(desk.visit(session, visit))
    view = OwnView(concern=concern, reason=reason, help=would_help)
    errors = view.problems()
    if errors and not found.own_view:
        return _own_view_page(
            desk, session, found, status=NOT_VALID, errors=errors, given=vars(view)
        )
    return _to_advice(_found(desk.own_view(session, visit, view)))


@router.get("/own-views/{own_view}/advice")
def advice(desk: AtDesk, session: SignedIn, own_view: str) -> Response:
    """Show the advice to the session that recorded this own view."""
    shown = desk.reveal(session, own_view)
    if shown is None:
        raise HTTPException(NOT_HERE)
    visit, content = shown
    review_at = None if visit.reviewed else f"/own-views/{own_view}/review"
    return _page(
        desk, "advice.html", session=session, advice=content, review_at=review_at
    )


@router.get("/own-views/{own_view}/review")
def review_form(desk: AtDesk, session: SignedIn, own_view: str) -> Response:
    """Ask what one thinks of the advice."""
    visit = _found(desk.reviewable(session, own_view))
    if visit.reviewed:
        return _to(f"/own-views/{own_view}/done")
    return _page(desk, "review.html", session=session, visit=visit)


@router.post("/own-views/{own_view}/review")
def review(
    *,
    desk: AtDesk,
    session: Checked,
    own_view: str,
    opinion: Text = "",
    why: Text = "",
    note: Text = "",
) -> Response:
    """Record the review; nothing else happens."""
    visit = _found(desk.reviewable(session, own_view))
    given = Review(opinion=opinion, why=why, note=note)
    errors = given.problems()
    if errors and not visit.reviewed:
        return _page(
            desk,
            "review.html",
            status=NOT_VALID,
            session=session,
            visit=visit,
            errors=errors,
            given=vars(given),
        )
    _found(desk.review(session, own_view, given))
    return _to(f"/own-views/{own_view}/done")


@router.get("/own-views/{own_view}/done")
def done(desk: AtDesk, session: SignedIn, own_view: str) -> Response:
    """Say thank you, and that nothing else happens."""
    if not _found(desk.reviewable(session, own_view)).reviewed:
        raise HTTPException(NOT_HERE)
    return _page(desk, "done.html", session=session)


def _page(
    desk: Desk, template: str, *, status: int = 200, **context: Any
) -> HTMLResponse:
    always = {"watermark": desk.watermark, "practitioners": desk.practitioners}
    return HTMLResponse(render(template, **(always | context)), status)


def _sign_in_page(request: Request, desk: Desk, **context: Any) -> Response:
    session = desk.memory.begin()
    status = NOT_VALID if context else 200
    page = _page(desk, "sign_in.html", status=status, csrf=session.csrf, **context)
    return _with_cookie(request, page, session)


def _own_view_page(
    desk: Desk, session: Session, visit: Visit, **context: Any
) -> Response:
    header = desk.header(visit)
    return _page(
        desk, "own_view.html", session=session, visit=visit, header=header, **context
    )


def _with_cookie(request: Request, answer: Response, session: Session) -> Response:
    answer.set_cookie(
        _cookie(request),
        session.token,
        httponly=True,
        samesite="strict",
        secure=_https(request),
        path="/",
    )
    return answer


def _cookie(request: Request) -> str:
    return "__Host-session" if _https(request) else "session"


def _https(request: Request) -> bool:
    return bool(request.app.state.https)


def _to(place: str) -> Response:
    return RedirectResponse(place, SEE_OTHER)


def _to_advice(visit: Visit) -> Response:
    return _to(f"/own-views/{visit.own_view}/advice")


def _found(visit: Visit | None) -> Visit:
    if visit is None:
        raise HTTPException(NOT_HERE)
    return visit
