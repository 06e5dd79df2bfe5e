import json
import sys
from dataclasses import replace

import pytest

from riskaid.errors import (
    GateRefused,
    InsufficientEvidence,
    NotRecommended,
    UsageError,
)
from riskaid.files import digest_file, digest_folder, write_json
from riskaid.release import bundle as bundle_module
from riskaid.release.manifest import MANIFEST, check_name, read_bundle

made_up = sys.modules["made_up"]


def test_a_bundle_built_twice_is_the_same_to_the_byte(tmp_path):
    parts = made_up.make_parts(tmp_path / "parts")
    first = parts.build(tmp_path / "one", purpose="demonstration")
    second = parts.build(tmp_path / "two", purpose="demonstration")
    assert first == second == digest_file(tmp_path / "one" / "bundle" / MANIFEST)
    assert digest_folder(tmp_path / "one") == digest_folder(tmp_path / "two")


def test_no_row_of_anybody_is_copied(tmp_path):
    parts = made_up.make_parts(tmp_path / "parts")
    (parts.run / "training_table.parquet").write_bytes(b"rows")
    (parts.run / "when.json").write_text("{}")
    parts.build(tmp_path / "out", purpose="demonstration")
    found = digest_folder(tmp_path / "out" / "bundle")
    assert not [path for path in found if path.endswith(".parquet")]
    assert "when.json" not in found
    assert "models/scorecard.json" not in found, "only the proposed rung"


def test_the_manifest_says_what_it_is(tmp_path):
    parts = made_up.make_parts(tmp_path / "parts", verdict="fail")
    digest = parts.build(tmp_path / "out", purpose="demonstration")
    held = read_bundle(tmp_path / "out" / "bundle", digest=digest)
    assert held.manifest.name == made_up.NAME
    assert held.manifest.purpose == "demonstration"
    assert held.manifest.verdict == "fail"
    assert held.manifest.rung == "checklist"
    assert held.content["run.json"] == (parts.run / "run.json").read_bytes()


@pytest.mark.parametrize(
    ("purpose", "verdict", "refusal"),
    [
        ("demonstration", "pass", None),
        ("demonstration", "fail", None),
        ("demonstration", "insufficient_evidence", None),
        ("shadow", "pass", None),
        ("shadow", "insufficient_evidence", None),
        ("shadow", "fail", GateRefused),
        ("live", "pass", None),
        ("live", "fail", GateRefused),
        ("live", "insufficient_evidence", InsufficientEvidence),
        ("anything", "pass", UsageError),
    ],
)
def test_the_gate(tmp_path, monkeypatch, purpose, verdict, refusal):
    for name in ("RISKAID_SKIP_GATE", "RISKAID_FORCE", "RISKAID_REQUIRE"):
        monkeypatch.setenv(name, "1")
    parts = made_up.make_parts(
        tmp_path / "parts", purpose=purpose, verdict=verdict, mark=None
    )
    if refusal is None:
        assert parts.build(tmp_path / "out", purpose=purpose)
        return
    with pytest.raises(refusal) as refused:
        parts.build(tmp_path / "out", purpose=purpose)
    assert type(refused.value) is refusal
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("purpose", ["shadow", "live"])
@pytest.mark.parametrize("mark", ["synthetic", "public"])
def test_trained_on_open_records_it_is_a_demonstration_only(tmp_path, purpose, mark):
    parts = made_up.make_parts(tmp_path / "parts", purpose=purpose, mark=mark)
    with pytest.raises(GateRefused, match="demonstration"):
        parts.build(tmp_path / "out", purpose=purpose)


@pytest.mark.parametrize("purpose", ["shadow", "live"])
def test_not_recommended_is_only_shown(tmp_path, purpose):
    parts = made_up.make_parts(
        tmp_path / "parts", purpose=purpose, mark=None, recommendation="not_recommended"
    )
    with pytest.raises(NotRecommended):
        parts.build(tmp_path / "out", purpose=purpose)


@pytest.mark.parametrize("purpose", ["shadow", "live"])
def test_an_audit_outside_the_ledger_is_only_shown(tmp_path, purpose):
    parts = made_up.make_parts(tmp_path / "parts", purpose=purpose, mark=None)
    change(parts.audit / "audit.json", lambda f: f.update(usable_for_release=False))
    parts = made_up.with_new_card(parts, tmp_path / "card2", purpose=purpose)
    with pytest.raises(GateRefused, match="ledger"):
        parts.build(tmp_path / "out", purpose=purpose)


@pytest.mark.parametrize("purpose", ["shadow", "live"])
def test_the_look_must_stand_in_the_ledger_of_the_store(tmp_path, purpose):
    parts = made_up.make_parts(tmp_path / "parts", purpose=purpose, mark=None)
    ledger = tmp_path / "parts" / "store" / "looks.json"
    facts = json.loads(ledger.read_text())
    write_json(ledger, {**facts, "looks": []})
    with pytest.raises(GateRefused, match="does not stand in the ledger"):
        parts.build(tmp_path / "out", purpose=purpose)
    ledger.unlink()
    with pytest.raises(GateRefused, match="does not stand in the ledger"):
        parts.build(tmp_path / "out", purpose=purpose)
    with pytest.raises(UsageError, match="--store STORE"):
        bundle_module.build_release(
            parts.run,
            parts.audit,
            parts.policy,
            parts.card,
            tmp_path / "out",
            name=made_up.NAME,
            purpose=purpose,
        )
    assert not (tmp_path / "out").exists()


def change(path, how):
    facts = json.loads(path.read_text())
    how(facts)
    write_json(path, facts)


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda p: p.policy.write_text(p.policy.read_text() + "#"), "another policy"),
        (lambda p: p.policy.unlink(), "no policy file"),
        (
            lambda p: made_up.estimates(40, seed=2).write_parquet(
                p.run / "estimates.parquet"
            ),
            "other estimates",
        ),
        (lambda p: (p.run / "plan.json").write_text("{}\n"), "not the plan"),
        (lambda p: (p.run / "run.json").write_text("{"), "proper JSON"),
        (lambda p: (p.run / "run.json").write_text("[]"), "no facts"),
        (lambda p: (p.run / "run.json").unlink(), "finished run"),
        (
            lambda p: change(p.run / "run.json", lambda f: f.pop("chosen")),
            "no 'chosen'",
        ),
        (lambda p: change(p.run / "run.json", lambda f: f.update(seed=9)), "The card"),
        (lambda p: (p.run / "models" / "checklist.json").unlink(), "models/checklist"),
        (lambda p: (p.run / "calibration" / "checklist.json").unlink(), "calibration/"),
        (lambda p: (p.audit / "audit.json").unlink(), "no audit.json"),
        (
            lambda p: change(p.audit / "audit.json", lambda f: f.update(verdict="ok")),
            "no verdict",
        ),
        (lambda p: (p.card / "card.json").unlink(), "no card.json"),
        (lambda p: (p.card / "card.html").write_text("nicer"), "card's files"),
        (lambda p: (p.card / "note.md").write_text("more"), "card's files"),
        (lambda p: (p.card / "card.md").unlink(), "card's files"),
        (
            lambda p: change(p.card / "card.json", lambda f: f.update(purpose="live")),
            "another name or purpose",
        ),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(tmp_path, spoil, match):
    parts = made_up.make_parts(tmp_path / "parts")
    spoil(parts)
    with pytest.raises(UsageError, match=match):
        parts.build(tmp_path / "out", purpose="demonstration")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "proper"),
    [
        ("conference_12m 2026.1", True),
        ("conference_12m", True),
        ("", False),
        ("../up", False),
        (".hidden", False),
        ("two  spaces", False),
        ("a b c", False),
        ("line\nbreak", False),
        ("<b>", False),
        ("a" * 81, False),
    ],
)
def test_names(tmp_path, name, proper):
    assert check_name(name) is proper
    if not proper:
        parts = made_up.make_parts(tmp_path / "parts")
        with pytest.raises(UsageError, match="name"):
            parts.build(tmp_path / "out", purpose="demonstration", name=name)


def test_an_audit_may_be_named_by_its_file(tmp_path):
    parts = made_up.make_parts(tmp_path / "parts")
    one = parts.build(tmp_path / "one", purpose="demonstration")
    by_file = replace(parts, audit=parts.audit / "audit.json")
    assert by_file.build(tmp_path / "two", purpose="demonstration") == one


def test_a_release_is_whole_or_absent(tmp_path, monkeypatch):
    parts = made_up.make_parts(tmp_path / "parts")

    def full(*_given):
        raise OSError("no space left")

    monkeypatch.setattr(bundle_module, "write_json", full)
    with pytest.raises(OSError, match="no space"):
        parts.build(tmp_path / "out", purpose="demonstration")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]
