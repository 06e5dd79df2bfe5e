"""The application around one desk: pages, API, errors and the guard, nothing else."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response

from riskaid import __version__
from riskaid.advice import api_routes, page_routes, wording
from riskaid.advice.desk import Desk
from riskaid.advice.guard import Guard
from riskaid.advice.pages import STATIC, render
from riskaid.errors import AdviceRefused

REFUSED = 422


def app_for(desk: Desk, *, hosts: tuple[str, ...], https: bool) -> FastAPI:
    """Put the pages, the API and the guard around one desk."""
    app = FastAPI(
        title="riskaid advice",
        version=__version__,
        summary="Advice on one child, for one person, after their own view.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.https = https

    def problem(request: Request, status: int, said: str = "") -> Response:
        return _problem(desk, request, status, said)

    def refused(request: Request, error: Exception) -> Response:
        return problem(request, REFUSED, str(error))

    def http_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = problem(request, error.status_code)
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    def not_valid(request: Request, _error: Exception) -> Response:
        # The framework's own words would repeat what was sent.
        return problem(request, REFUSED, "What was sent cannot be used.")

    app.add_exception_handler(AdviceRefused, refused)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.include_router(api_routes.router)
    app.include_router(page_routes.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(Guard, problem=problem, https=https)
    return app


def _problem(desk: Desk, request: Request, status: int, said: str) -> Response:
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    nearest = HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.NOT_FOUND
    known = status if status in wording.ERRORS else int(nearest)
    heading, text = wording.ERRORS[known]
    if status == REFUSED and said:
        text, said = said, ""
    if request.url.path.startswith("/api/"):
        body = {"status": status, "problem": heading, "what_to_do": text}
        return JSONResponse(body | ({"reference": said} if said else {}), status)
    page = render(
        "error.html",
        heading=heading,
        text=text,
        reference=said,
        watermark=desk.watermark,
    )
    return HTMLResponse(page, status)
