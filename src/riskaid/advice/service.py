"""The service: one verified release, one case store, and the people signed in.

It starts only as a demonstration. Signing in with a council's own identities (OIDC) is
not built yet, so a release for real children is refused at the start and not served
with less.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from riskaid.advice import review_log
from riskaid.advice.advise import advise, age_of
from riskaid.advice.allocation import choose_cases
from riskaid.advice.application import app_for
from riskaid.advice.content import Advice
from riskaid.advice.desk import Desk
from riskaid.advice.sessions import Case, Memory
from riskaid.errors import ReleaseError
from riskaid.records.marks import OPEN_MARKS
from riskaid.records.store import CaseStore, open_store
from riskaid.release.verify import Release, open_release

PRACTITIONERS = {
    "demo-practitioner-1": "Practitioner one (made up)",
    "demo-practitioner-2": "Practitioner two (made up)",
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """Where everything is, and how the service is reached.

    Attributes:
        release: The release's folder.
        trust: The trust file.
        trust_digest: SHA-256 of the trust file, known from elsewhere.
        store: The case store's folder.
        review_log: The address of the review log's database, for SQLAlchemy.
        https: Whether people reach the service on https; the cookie then says so.
        hosts: The host names the service answers to.
        practitioners: The demonstration's people, by id, with the name to show.
        clock: The time; a test gives its own.
    """

    release: Path
    trust: Path
    trust_digest: str
    store: Path
    review_log: str
    https: bool = False
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    practitioners: Mapping[str, str] = field(
        default_factory=lambda: dict(PRACTITIONERS)
    )
    clock: Callable[[], datetime] = _now


def create_app(settings: ServiceSettings) -> FastAPI:
    """Verify the release, check the review log and build the service.

    Raises:
        ReleaseError: The release cannot be trusted, or is not a demonstration.
        ExtractError: The case store cannot be used.
        ReviewLogError: The review log's chain is broken.
    """
    store = open_store(settings.store)
    release = open_release(
        settings.release,
        trust=settings.trust,
        trust_digest=settings.trust_digest,
        store_mark=store.mark,
        today=settings.clock().date(),
    )
    return build_app(settings, release=release, store=store)


def build_app(
    settings: ServiceSettings, *, release: Release, store: CaseStore
) -> FastAPI:
    """Build the service from a release and a store that are open already.

    Raises:
        ReleaseError: The release is not a demonstration on open records.
        ReviewLogError: The review log's chain is broken.
    """
    only_a_demonstration(release, store)
    log = review_log.open_log(settings.review_log)
    review_log.verify(log)
    cases = choose_cases(store, tuple(settings.practitioners))

    def make(case: Case) -> Advice:
        return advise(release, store, case.person_id, case.as_of)

    desk = Desk(
        practitioners=settings.practitioners,
        cases={case.handle: case for case in cases},
        advise=make,
        about=lambda case: age_of(store, case.person_id, case.as_of),
        log=log,
        memory=Memory(settings.clock),
        clock=settings.clock,
        release_digest=release.digest,
        expires=release.expires,
        extract_date=store.extract_date,
        watermark=release.watermark,
    )
    return app_for(desk, hosts=settings.hosts, https=settings.https)


def only_a_demonstration(release: Release, store: CaseStore) -> None:
    """Refuse to start for anything but a demonstration on open records.

    Raises:
        ReleaseError: With what is missing: a sign-in that knows real people.
    """
    if release.state == "demonstration" and store.mark in OPEN_MARKS:
        return
    raise ReleaseError(
        "The service cannot start with this release and store: people sign in with "
        "demonstration identities only, and signing in through the council's own "
        "identity provider (OIDC) is not built yet. Serve a demonstration release on a "
        "store marked synthetic or public."
    )


def serve(
    settings: ServiceSettings, *, host: str = "127.0.0.1", port: int = 8000
) -> None:
    """Run the service until it is stopped; the server's own access log is off."""
    app = create_app(settings)
    logging.getLogger("riskaid.advice.access").setLevel(logging.INFO)
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
