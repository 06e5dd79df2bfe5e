"""The schema of audit.json: shipped, closed, and followed by every audit."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from riskaid.fairness.audit import audit
from riskaid.fairness.results import FORMAT, VERSION, audit_schema


@pytest.fixture(scope="module")
def published(make_council, policy):
    return audit(make_council(150), replace(policy, replicates=200)).to_json()


def every_object(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from every_object(inner)
    if isinstance(schema, list):
        for inner in schema:
            yield from every_object(inner)


def test_it_says_its_version_and_is_that_of_the_audit():
    schema = audit_schema()
    assert schema["$id"] == f"urn:riskaid:{FORMAT}:{VERSION}"
    assert schema["properties"]["format"] == {"const": FORMAT}
    assert schema["properties"]["version"] == {"const": VERSION}


def test_no_object_lets_another_entry_in_and_every_entry_must_be_there():
    found = list(every_object(audit_schema()))
    assert len(found) >= 10
    for schema in found:
        extra = schema.get("additionalProperties")
        assert extra is False or (isinstance(extra, dict) and "$ref" in extra)
        if extra is False:
            assert sorted(schema["required"]) == sorted(schema["properties"])


@pytest.mark.parametrize("left_out", ["family_id", "score", None])
def test_every_kind_of_audit_follows_it(
    make_council, policy, follows_audit_schema, left_out
):
    frame = make_council(150)
    frame = frame.with_columns(selected=(frame["score"] > 0.4).cast(int))
    frame = frame.drop(left_out) if left_out else frame
    result = audit(frame, replace(policy, replicates=200)).to_json()
    follows_audit_schema(result)
    follows_audit_schema(json.loads(json.dumps(result, allow_nan=False)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.update(verdict="nearly"), "audit.verdict"),
        (lambda f: f.update(version=2), "audit.version"),
        (lambda f: f.update(made_on="2026-11-22"), "made_on"),
        (lambda f: f.pop("notes"), "audit"),
        (lambda f: f["capacities"].append(1.5), "capacities"),
        (lambda f: f["scores"].update(rows="few"), "rows"),
        (lambda f: f["scores"].update(digest="abc"), "digest"),
        (lambda f: f["everyone"].update(use="other"), "use"),
        (lambda f: metric(f).update(state="fine"), "state"),
        (lambda f: metric(f).update(p=1.2), r"\.p"),
        (lambda f: metric(f).update(value="0.1"), "value"),
        (lambda f: metric(f).update(person_id="C1"), "person_id"),
    ],
)
def test_what_does_not_follow_it_is_found(
    published, follows_audit_schema, change, says
):
    facts = deepcopy(published)
    change(facts)
    with pytest.raises(AssertionError, match=says):
        follows_audit_schema(facts)


def metric(facts):
    return facts["characteristics"][0]["groups"][0]["metrics"][0]
