"""A service on made-up advice, and real databases and browsers where there are any."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from riskaid.advice import review_log, wording
from riskaid.advice.application import app_for
from riskaid.advice.content import (
    Advice,
    DatedRecord,
    EstimateShown,
    FamilyShown,
    GapShown,
    LinkedAdult,
    PromptShown,
    ReasonShown,
)
from riskaid.advice.desk import Desk
from riskaid.advice.sessions import Case, Memory
from riskaid.errors import AdviceRefused

PEOPLE = {"one": "Practitioner one (made up)", "two": "Practitioner two (made up)"}
PERSONS = {"one": ("C7770001", "C7770002"), "two": ("C7770003",)}
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    """A clock a test turns by hand."""

    now: datetime = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, some: timedelta) -> None:
        self.now += some


class Client:
    """One browser or case system, with its own cookies; follows nothing by itself."""

    def __init__(self, app: object) -> None:
        self.app = app
        self.cookies = httpx.Cookies()
        self.csrf = ""

    def request(self, method: str, place: str, **more) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=self.cookies
            ) as client:
                answer = await client.request(method, place, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(once())

    def get(self, place: str, **more) -> httpx.Response:
        return self.request("GET", place, **more)

    def post(self, place: str, **more) -> httpx.Response:
        return self.request("POST", place, **more)

    def send(self, place: str, **fields: str) -> httpx.Response:
        """Send a form with the token of the last page seen."""
        return self.post(place, data={"csrf": self.csrf, **fields})

    def see(self, place: str) -> httpx.Response:
        """Open a page and remember its token."""
        answer = self.get(place)
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        if found:
            self.csrf = found[1]
        return answer

    def sign_in(self, practitioner: str = "one") -> None:
        self.see("/sign-in")
        assert self.send("/sign-in", practitioner=practitioner).status_code == 303
        self.see("/cases")

    def open(self, case: str) -> str:
        """Open a case; gives the place of its own-view form."""
        link = self.send(f"/cases/{case}/open").headers["location"]
        return self.get(link).headers["location"]

    def own_view(self, place: str, **fields: str) -> str:
        """Record an own view; gives the place of the advice."""
        view = {"concern": "worried", "reason": "Missing", "help": "A visit"}
        answer = self.send(place, **(view | fields))
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


@dataclass
class World:
    """The service, what it stands on, and what it was asked to work out."""

    app: object
    desk: Desk
    clock: Clock
    address: str
    refuse: bool = False
    broken: bool = False
    worked_out: list[Case] = field(default_factory=list)

    def client(self) -> "Client":
        return Client(self.app)

    def case_of(self, practitioner: str) -> Case:
        return next(
            c for c in self.desk.cases.values() if c.practitioner == practitioner
        )

    def bodies(self) -> list[dict[str, object]]:
        import json

        lines = review_log.export(self.desk.log, with_payloads=True)
        return [json.loads(line) for line in lines]


def example_advice(case: Case) -> Advice:
    missing = tuple(
        DatedRecord(
            day=day,
            what="Missing episode",
            details=(("episode type", "missing"), ("return interview offered", said)),
            whose="the child",
            source=f"ssd_missing.csv, row {row}",
        )
        for day, said, row in (
            (date(2026, 1, 14), "yes", 118),
            (date(2026, 2, 2), "no", 121),
            (date(2026, 3, 9), "no", 134),
        )
    )
    offence = DatedRecord(
        day=date(2009, 6, 30),
        what="History of an adult",
        details=(("kind", "violence"),),
        whose="an adult linked to the child",
        source="adult_events.csv, row 9",
    )
    return Advice(
        as_of=case.as_of,
        extract_date=date(2026, 3, 31),
        age="Child aged 14",
        outcome="an initial child protection conference, within 12 months",
        release="conference_12m 2026.1",
        release_digest="0f3a77c1d2e4",
        watermark="DEMONSTRATION - synthetic records - not for use about any child or person",
        families=(
            FamilyShown(
                family="missing",
                title="Going missing",
                reasons=(
                    ReasonShown(
                        indicator="missing_episodes_90d",
                        reads="How many times the child was reported missing in the last 90 days",
                        value="3 episodes",
                        adds=wording.ADDS["most"],
                        not_a_sign_of="choice or blame",
                        source="SSD ssd_missing",
                        records=missing,
                    ),
                    ReasonShown(
                        indicator="rhi_not_held_365d",
                        reads="Return interviews not offered in the last year",
                        value="2 interviews",
                        adds=wording.ADDS["some"],
                        not_a_sign_of="",
                        source="SSD ssd_missing",
                        records=missing[1:],
                    ),
                ),
            ),
            FamilyShown(
                family="adult_histories",
                title="Histories of adults around the child",
                reasons=(
                    ReasonShown(
                        indicator="adult_violence_ever",
                        reads="An adult linked to the child has a recorded history of violence",
                        value="yes",
                        adds=wording.ADDS["little"],
                        not_a_sign_of="what happens at home now",
                        source="adult events feed",
                        records=(offence,),
                    ),
                ),
            ),
        ),
        nothing_recorded=(
            "How many domestic abuse incidents were recorded in the last year",
            "How many times the child was suspended in the last year",
        ),
        gaps=(
            GapShown(
                name="father_not_recorded",
                says="No father or partner of the mother is recorded.",
                closes_with="Ask who the child lives with and who cares for them.",
            ),
            GapShown(
                name="health_not_supplied",
                says="No health records were supplied.",
                closes_with="Ask the health visitor or the GP.",
            ),
        ),
        unknown=("Share of school sessions missed in the last year",),
        prompts=(
            PromptShown(
                name="repeat_missing_no_enquiry",
                says="Missing at least twice in 30 days; no section 47 enquiry is recorded since.",
                asks="Has a strategy discussion been held?",
                because="Panel annual report 2023-24: missing episodes not escalated",
                records=missing[1:],
            ),
        ),
        household=(LinkedAdult(role="Mother", since=date(2012, 2, 1), sure=True),),
        estimate=EstimateShown(
            band="above usual",
            sentences=(
                wording.estimate_sentence(
                    rows="referrals",
                    count="about 23",
                    span="17 to 30",
                    outcome="an initial child protection conference, within 12 months",
                    of=100,
                ),
                wording.usual_sentence(rows="referrals", count="about 14", of=100),
                "11 of the 12 things the estimate looks at are known.",
                wording.NEVER_SAFE,
                wording.RECORDED_NOT_TRUE,
                wording.RANGE_SAYS,
            ),
            of=100,
            count="about 23",
            span="17 to 30",
            usual="about 14",
        ),
        limits=(
            wording.LIMIT_PAST_ONLY,
            wording.LIMIT_RECORDS,
            wording.LIMIT_NO_SIBLINGS,
        ),
    )


def make_world(address: str, clock: Clock) -> World:
    memory = Memory(clock)
    cases = [
        Case(
            handle=f"case-{person[-1]}",
            person_id=person,
            as_of=date(2026, 3, 20 + i),
            seen=date(2026, 3, 19 + i),
            practitioner=practitioner,
        )
        for practitioner, persons in PERSONS.items()
        for i, person in enumerate(persons)
    ]

    def advise(case: Case) -> Advice:
        world.worked_out.append(case)
        if world.refuse:
            raise AdviceRefused("The store cannot speak about the date. Ingest again.")
        if world.broken:
            raise ValueError(f"something about {case.person_id}")
        return example_advice(case)

    desk = Desk(
        practitioners=PEOPLE,
        cases={case.handle: case for case in cases},
        advise=advise,
        about=lambda _case: "Child aged 14",
        log=review_log.open_log(address),
        memory=memory,
        clock=clock,
        release_digest="0f3a77c1d2e4" + "0" * 52,
        expires=date(2026, 12, 31),
        extract_date=date(2026, 3, 31),
        watermark="DEMONSTRATION - synthetic records - not for use about any child or person",
    )
    world = World(
        app=app_for(desk, hosts=("localhost", "127.0.0.1"), https=False),
        desk=desk,
        clock=clock,
        address=address,
    )
    return world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path / 'review.sqlite3'}", Clock())
    yield made
    made.desk.log.dispose()


@contextmanager
def served(app) -> Iterator[str]:
    """Serve an application on a free port of this machine."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, access_log=False, log_level="warning"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def serve():
    return served
