"""The service's contract: own view first, one's own cases, nothing said that should not be."""

import logging
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from riskaid.advice import review_log
from riskaid.errors import ReviewLogError

PLACES = [
    "/cases",
    "/open/{h}",
    "/visits/{h}/own-view",
    "/own-views/{h}/advice",
    "/own-views/{h}/review",
    "/own-views/{h}/done",
]
FORMS = [
    "/sign-in",
    "/sign-out",
    "/cases/case-1/open",
    "/visits/{h}/own-view",
    "/own-views/{h}/review",
]


def to_advice(world):
    client = world.client()
    client.sign_in()
    return client, client.own_view(client.open("case-1"))


def test_the_whole_way_is_logged_in_its_order(world):
    client, advice = to_advice(world)
    page = client.see(advice)
    assert page.status_code == 200
    assert "about 23" in page.text and "Above usual" in page.text
    client.get(advice)
    review = advice.replace("/advice", "/review")
    assert "Do you agree" in client.see(review).text
    answer = client.send(review, opinion="disagree", why="old_news", note="a note")
    assert "Nothing else happens" in client.get(answer.headers["location"]).text
    kinds = [one["kind"] for one in world.bodies()]
    assert kinds == ["signed_in", "own_view", "reveal", "viewed", "review"]
    own_view, reveal, review = (world.bodies()[i]["payload"] for i in (1, 2, 4))
    assert own_view["person_id"] == reveal["person_id"] == "C7770001"
    assert own_view["body"]["concern"] == "worried"
    assert own_view["body"]["own_view"] == reveal["body"]["own_view"]
    assert review["body"]["note"] == "a note"
    assert review_log.verify(world.desk.log).entries == 5


def test_nothing_is_worked_out_before_the_own_view(world):
    client = world.client()
    client.sign_in()
    form = client.open("case-1")
    handle = form.split("/")[2]
    assert client.see(form).status_code == 200
    for place in PLACES[3:]:
        assert client.get(place.format(h=handle)).status_code == 404
    assert world.worked_out == []
    assert [one["kind"] for one in world.bodies()] == ["signed_in"]


@pytest.mark.parametrize("missing", ["concern", "reason", "help"])
def test_an_own_view_needs_every_part(world, missing):
    client = world.client()
    client.sign_in()
    form = client.open("case-1")
    view = {"concern": "worried", "reason": "Missing", "help": "A visit", missing: " "}
    answer = client.send(form, **view)
    assert answer.status_code == 422
    assert f'href="#{missing}"' in answer.text and f'id="{missing}"' in answer.text
    assert "Error:" in answer.text.split("</title>")[0]
    assert world.worked_out == []


def test_a_second_own_view_changes_nothing(world):
    client = world.client()
    client.sign_in()
    form = client.open("case-1")
    first = client.own_view(form)
    assert client.own_view(form, reason="Another") == first
    assert client.get(form).headers["location"] == first
    assert [one["kind"] for one in world.bodies()].count("own_view") == 1


def test_a_review_needs_the_advice_to_have_been_shown_and_is_kept_once(world):
    client, advice = to_advice(world)
    review = advice.replace("/advice", "/review")
    assert client.get(review).status_code == 404
    assert client.send(review, opinion="agree", why="fits").status_code == 404
    client.get(advice)
    assert client.get(review.replace("/review", "/done")).status_code == 404
    assert client.send(review, opinion="agree", why="never").status_code == 422
    for _ in range(2):
        assert client.send(review, opinion="agree", why="fits").status_code == 303
    assert [one["kind"] for one in world.bodies()].count("review") == 1
    assert client.get(review).status_code == 303
    assert "Review this advice" not in client.get(advice).text


def test_a_handle_opens_once_for_its_practitioner_within_minutes(world):
    client, other = world.client(), world.client()
    client.sign_in("one")
    other.sign_in("two")

    def link():
        return client.send("/cases/case-1/open").headers["location"]

    first = link()
    assert client.get(first).status_code == 303
    assert client.get(first).status_code == 404
    stolen = link()
    assert other.get(stolen).status_code == 404
    assert client.get(stolen).status_code == 404
    late = link()
    world.clock.now += minutes(6)
    assert client.get(late).status_code == 404


def minutes(n):
    return timedelta(minutes=n)


def test_nobody_reaches_another_practitioners_case_visit_or_advice(world):
    client, advice = to_advice(world)
    client.get(advice)
    other = world.client()
    other.sign_in("two")
    assert other.send("/cases/case-1/open").status_code == 404
    assert "case-1" not in other.get("/cases").text
    for place in (advice, advice.replace("/advice", "/review")):
        assert other.get(place).status_code == 404
    again = world.client()
    again.sign_in("one")
    assert again.get(advice).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_every_page_needs_a_sign_in(world, place):
    assert world.client().get(place.format(h="x")).status_code == 401


@pytest.mark.parametrize("place", FORMS)
@pytest.mark.parametrize("csrf", [None, "", "wrong", "é" * 9])
def test_every_form_needs_its_token(world, place, csrf):
    client = world.client()
    client.sign_in()
    handle = client.open("case-1").split("/")[2]
    fields = {"practitioner": "one"} | ({} if csrf is None else {"csrf": csrf})
    answer = client.post(place.format(h=handle), data=fields)
    assert answer.status_code == 403


def test_a_form_from_another_site_is_refused(world):
    client = world.client()
    client.sign_in()
    answer = client.post(
        "/cases/case-1/open",
        data={"csrf": client.csrf},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


def test_the_session_changes_its_name_at_sign_in_and_ends(world):
    client = world.client()
    client.see("/sign-in")
    before = client.cookies["session"]
    client.send("/sign-in", practitioner="one")
    assert client.cookies["session"] != before
    assert world.desk.memory.session(before) is None
    header = client.see("/cases").headers.get("set-cookie")
    assert header is None
    kept = client.cookies["session"]
    client.send("/sign-out")
    assert (
        client.get("/cases", headers={"cookie": f"session={kept}"}).status_code == 401
    )


def test_the_cookie_is_kept_from_scripts_and_other_sites(world):
    cookie = world.client().get("/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie


def test_a_session_ends_when_nobody_uses_it_and_after_a_working_day(world):
    client = world.client()
    client.sign_in()
    world.clock.now += minutes(31)
    assert client.get("/cases").status_code == 401
    client.sign_in()
    for _ in range(17):
        world.clock.now += minutes(29)
        last = client.get("/cases").status_code
    assert last == 401


def test_a_refusal_and_a_fault_say_nothing_of_the_child(world, caplog):
    client, advice = to_advice(world)
    world.refuse = True
    refused = client.get(advice)
    assert refused.status_code == 422 and "cannot speak about the date" in refused.text
    world.refuse, world.broken = False, True
    with caplog.at_level(logging.DEBUG):
        fault = client.get(advice)
    assert fault.status_code == 500 and "reference" in fault.text
    assert "C7770001" not in fault.text and "C7770001" not in caplog.text
    assert "ValueError" in caplog.text
    kinds = [one["kind"] for one in world.bodies()]
    assert "reveal" not in kinds


def test_no_advice_after_the_release_expired(world):
    client = world.client()
    world.clock.now = datetime(2027, 1, 1, tzinfo=UTC)
    client.sign_in()
    place = client.own_view(client.open("case-1"))
    answer = client.get(place)
    assert answer.status_code == 422 and "expired" in answer.text


def test_no_advice_when_the_log_cannot_be_written(world):
    client, advice = to_advice(world)
    with sqlite3.connect(world.address.removeprefix("sqlite:///")) as broken:
        broken.execute("ALTER TABLE review_log RENAME TO elsewhere")
    broken.close()
    answer = client.get(advice)
    assert answer.status_code == 500
    assert "about 23" not in answer.text


def test_every_answer_carries_the_guarding_headers(world):
    client, advice = to_advice(world)
    answers = [
        client.get(p) for p in (advice, "/nowhere", "/sign-in", "/static/govuk.css")
    ]
    answers.append(client.get("/cases/x/open"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script" not in policy
        assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answers[0].headers["cache-control"] == "no-store"


def test_every_page_of_a_demonstration_says_so(world):
    client, advice = to_advice(world)
    client.get(advice)
    review = advice.replace("/advice", "/review")
    places = ["/sign-in", "/cases", client.open("case-2"), advice, review, "/nowhere"]
    for place in places:
        assert "DEMONSTRATION" in client.get(place).text, place


def test_pages_hold_no_script_no_inline_style_and_no_foreign_address(world):
    client, advice = to_advice(world)
    for place in ("/sign-in", "/cases", advice):
        text = client.get(place).text
        assert "<script" not in text and "style=" not in text and "<style" not in text
        assert "http://" not in text and "https://" not in text


def test_a_changed_log_stops_the_service_from_starting(world):
    client, advice = to_advice(world)
    client.get(advice)
    with sqlite3.connect(world.address.removeprefix("sqlite:///")) as broken:
        broken.execute("DROP TRIGGER review_log_no_update")
        broken.execute(
            "UPDATE review_log SET at = '2020-01-01T00:00:00Z' WHERE position = 2"
        )
    broken.close()
    with pytest.raises(ReviewLogError, match="position 2"):
        review_log.verify(world.desk.log)


def test_an_unknown_host_is_refused(world):
    assert (
        world.client().get("/sign-in", headers={"host": "evil.example"}).status_code
        == 400
    )


def test_a_body_that_is_too_long_is_refused(world):
    client = world.client()
    client.sign_in()
    place = client.open("case-1")
    assert client.send(place, reason="x" * 70_000).status_code == 413

    async def pieces():
        for _ in range(80):
            yield b"a" * 1024

    answer = client.post(
        place,
        content=pieces(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


def test_the_access_log_holds_patterns_and_no_handles(world, caplog):
    with caplog.at_level(logging.INFO, logger="riskaid.advice.access"):
        client, advice = to_advice(world)
        client.get(f"{advice}?q=C7770001")
    lines = [
        r.getMessage() for r in caplog.records if r.name == "riskaid.advice.access"
    ]
    assert any("GET /own-views/{own_view}/advice 200" in line for line in lines)
    assert advice.split("/")[2] not in caplog.text
    assert "C7770001" not in caplog.text and "case-1" not in " ".join(lines)
