"""What stands around every answer of the service: headers, limits and a quiet log.

The access log holds the method, the route's pattern, the status and the time taken. It
never holds an address with a handle in it, a query, a header or a body.
"""

import logging
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("riskaid.advice.access")
LARGEST_BODY = 64 * 1024

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FORBIDDEN, TOO_LARGE = 403, 413
OWN_SITE = ("same-origin", "none")

Problem = Callable[[Request, int, str], Response]


class Guard:
    """Wraps the application; the outermost thing that sees a request."""

    def __init__(self, app: ASGIApp, *, problem: Problem, https: bool) -> None:
        """Take the application, the page for problems, and whether it is on https."""
        self._app = app
        self._problem = problem
        self._headers = dict(HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an unexpected error becomes a plain page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(scope, message)
            await send(message)

        try:
            await self._inside(scope, receive, send_guarded)
        except Exception as problem:  # noqa: BLE001 - whatever it is must not reach a page
            # The error's own words and its traceback may hold something of a record:
            # its kind is kept, beside a reference the person can give.
            reference = secrets.token_hex(4)
            kind = type(problem).__name__
            LOG.error("unexpected %s, %s", kind, reference)  # noqa: TRY400 - a traceback may hold a record
            if status == 0:
                answer = self._problem(Request(scope), 500, reference)
                await answer(scope, receive, send_guarded)
        finally:
            taken = (time.perf_counter() - started) * 1000
            LOG.info("%s %s %d %.0fms", *_what(scope), status, taken)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        foreign = headers.get("sec-fetch-site", "none") not in OWN_SITE
        status = 0
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            status = TOO_LARGE
        elif scope["method"] not in ("GET", "HEAD") and foreign:
            status = FORBIDDEN
        if status:
            await self._problem(Request(scope), status, "")(scope, receive, send)
            return
        read = 0

        async def receive_limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise HTTPException(TOO_LARGE)
            return message

        await self._app(scope, receive_limited, send)

    def _add_headers(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers[name] = value
        static = scope["path"].startswith("/static/") and message["status"] in (
            200,
            304,
        )
        headers["Cache-Control"] = "public, max-age=3600" if static else "no-store"


def _what(scope: Scope) -> tuple[str, str]:
    method = scope["method"]
    known = method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    route = getattr(scope.get("route"), "path", "(no route)")
    return (method if known else "(other)", route)
