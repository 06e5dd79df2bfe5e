"""The API: the same steps as the pages under the same conditions, and nothing more."""

import json
from pathlib import Path

import pytest

CONTRACT = Path(__file__).parent / "openapi_contract.json"
VIEW = {"concern": "worried", "reason": "Missing", "help": "A visit"}


def signed_in(client, practitioner="one"):
    answer = client.post("/api/sign-in", json={"practitioner": practitioner})
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def visit(client, bearer, case="case-1"):
    opening = client.post(f"/api/cases/{case}/openings", headers=bearer).json()
    place = f"/api/openings/{opening['opening']}/visit"
    return client.post(place, headers=bearer), place


def advice_of(client, bearer):
    opened, _ = visit(client, bearer)
    place = f"/api/visits/{opened.json()['visit']}/own-view"
    own_view = client.post(place, json=VIEW, headers=bearer).json()["own_view"]
    return f"/api/own-views/{own_view}"


def test_the_whole_way(world):
    client = world.client()
    bearer = signed_in(client)
    cases = client.get("/api/cases", headers=bearer).json()
    assert [case["case"] for case in cases] == ["case-1", "case-2"]
    place = advice_of(client, bearer)
    advice = client.get(f"{place}/advice", headers=bearer).json()
    assert advice["estimate"]["count"] == "about 23"
    assert advice["families"][0]["reasons"][0]["records"][0]["day"] == "2026-01-14"
    kept = client.post(
        f"{place}/review", json={"opinion": "agree", "why": "fits"}, headers=bearer
    )
    assert kept.json() == {"kept": True}
    kinds = [one["kind"] for one in world.bodies()]
    assert kinds == ["signed_in", "own_view", "reveal", "review"]


def test_the_list_of_cases_says_nothing_that_could_rank(world):
    client = world.client()
    for case in client.get("/api/cases", headers=signed_in(client)).json():
        assert set(case) == {"case", "child", "referral_seen_on"}
    assert world.worked_out == []


def test_own_view_first_here_too(world):
    client = world.client()
    bearer = signed_in(client)
    opened, place = visit(client, bearer)
    handle = opened.json()["visit"]
    for guess in (handle, "x"):
        for end in ("advice", "review"):
            method = "GET" if end == "advice" else "POST"
            answer = client.request(
                method,
                f"/api/own-views/{guess}/{end}",
                headers=bearer,
                **(
                    {}
                    if method == "GET"
                    else {"json": {"opinion": "agree", "why": "fits"}}
                ),
            )
            assert answer.status_code == 404
    assert client.post(place, headers=bearer).status_code == 404
    own = f"/api/visits/{handle}/own-view"
    for bad in (
        {**VIEW, "concern": "?"},
        {**VIEW, "help": ""},
        {},
        {**VIEW, "x": "C1"},
    ):
        answer = client.post(own, json=bad, headers=bearer)
        assert answer.status_code == 422
        assert "C1" not in answer.text
    assert world.worked_out == []


def test_a_review_needs_the_advice_first(world):
    client = world.client()
    bearer = signed_in(client)
    place = advice_of(client, bearer)
    review = {"opinion": "agree", "why": "fits"}
    assert (
        client.post(f"{place}/review", json=review, headers=bearer).status_code == 404
    )


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic eDp5", "Bearer"])
def test_every_call_but_sign_in_needs_a_persons_session(world, header):
    client = world.client()
    headers = {} if header is None else {"Authorization": header}
    paths = client.get("/api/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method in methods:
            if path == "/api/sign-in":
                continue
            answer = client.request(
                method.upper(),
                path.replace("{", "").replace("}", ""),
                headers=headers,
                json={**VIEW, "opinion": "agree", "why": "fits"},
            )
            assert answer.status_code in (401, 422), path
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"] == "Bearer"
                assert set(answer.json()) == {"status", "problem", "what_to_do"}
    assert world.worked_out == []


def test_a_cookie_opens_no_api_and_an_unknown_person_no_session(world):
    client = world.client()
    client.sign_in()
    assert client.get("/api/cases").status_code == 401
    answer = client.post("/api/sign-in", json={"practitioner": "somebody"})
    assert answer.status_code == 401


def test_another_session_cannot_use_an_own_view(world):
    client = world.client()
    place = advice_of(client, signed_in(client))
    for who in ("one", "two"):
        answer = client.get(f"{place}/advice", headers=signed_in(client, who))
        assert answer.status_code == 404


def test_the_contract_is_the_one_agreed(world):
    """Paths, methods, fields: a change here is a change for case systems."""
    described = world.client().get("/api/openapi.json").json()
    schemas = described["components"]["schemas"]
    found = {
        f"{method.upper()} {path}": {
            "takes": fields(schemas, what.get("requestBody", {})),
            "gives": fields(schemas, what["responses"]["200"]),
        }
        for path, methods in described["paths"].items()
        for method, what in methods.items()
    }
    assert found == json.loads(CONTRACT.read_text())


def fields(schemas, part):
    schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", schema.get("items", {}).get("$ref", "")).split("/")[-1]
    return sorted(schemas[name]["properties"]) if name else []


def test_there_is_no_call_for_many_children(world):
    paths = world.client().get("/api/openapi.json").json()["paths"]
    for path in paths:
        if "advice" in path:
            assert path == "/api/own-views/{own_view}/advice"
