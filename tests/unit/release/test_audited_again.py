"""A release rests on what the estimates give, and not on what a file says they gave."""

import json
import shutil
import sys
from dataclasses import replace

import pytest

from riskaid.errors import GateRefused
from riskaid.fairness.audit import audit as examine
from riskaid.fairness.audit import write_audit
from riskaid.fairness.looks import Look, look_of
from riskaid.fairness.scores import read_scores
from riskaid.files import digest_file, write_json
from riskaid.release import bundle
from riskaid.release.inputs import policy_as_agreed

made_up = sys.modules["made_up"]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Parts of a shadow release whose audit is really that of its estimates."""
    folder = tmp_path_factory.mktemp("real")
    parts = made_up.make_parts(folder, purpose="shadow", mark=None)
    rules = policy_as_agreed(parts.policy)
    scores = read_scores(parts.run / "estimates.parquet", rules)
    look = look_of(folder / "store", rules, entry=entry_of(parts), seed=0)
    found = replace(examine(scores, rules), look=look)
    assert found.verdict != "pass"
    shutil.rmtree(parts.audit)
    write_audit(found, parts.audit)
    return parts


def entry_of(parts):
    ledger = json.loads((parts.run.parent / "store" / "looks.json").read_text())
    return ledger["looks"][0]["digest"]


@pytest.fixture
def parts(real, tmp_path):
    """The same in a folder of its own, to be spoilt."""
    shutil.copytree(real.run.parent, tmp_path / "parts")
    place = tmp_path / "parts"
    return made_up.Parts(
        run=place / "run",
        audit=place / "audit",
        policy=place / "policy.toml",
        card=place / "card",
    )


def build(parts, out, *, purpose="shadow"):
    """As the command does it: nothing of the gate is left out."""
    return bundle.build_release(
        parts.run,
        parts.audit,
        parts.policy,
        made_up.with_new_card(parts, out.parent / "new-card", purpose=purpose).card,
        out,
        name=made_up.NAME,
        purpose=purpose,
        store=parts.run.parent / "store",
        today=made_up.TODAY,
    )


def test_an_audit_that_says_what_its_estimates_give_is_built_on(parts, tmp_path):
    assert build(parts, tmp_path / "out")
    assert (tmp_path / "out" / "bundle" / "audit.json").is_file()


def a_metric(facts):
    return facts["characteristics"][0]["groups"][0]["metrics"][0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f.update(verdict="pass"),
        lambda f: f.update(sentence="All is well."),
        lambda f: f.update(seed="0"),
        lambda f: f.update(seed=-1),
        lambda f: f.update(seed=None),
        lambda f: f.pop("seed"),
        lambda f: f["characteristics"].pop(),
        lambda f: f["characteristics"][0].update(verdict="pass"),
        lambda f: a_metric(f).update(verdict="pass"),
        lambda f: a_metric(f).update(decision_possible=False),
        lambda f: a_metric(f).update(n=1_000_000),
        lambda f: f["notes"].pop(),
        lambda f: f["look"].update(number=2),
        lambda f: f["look"].update(planned=9),
        lambda f: f["look"].update(outcome="another"),
        lambda f: f.update(more=1),
    ],
)
def test_an_audit_that_was_edited_is_refused(parts, tmp_path, spoil):
    place = parts.audit / "audit.json"
    facts = json.loads(place.read_text())
    spoil(facts)
    write_json(place, facts)
    with pytest.raises(GateRefused, match="does not say what the run's estimates"):
        build(parts, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_edited_pass_does_not_go_live(parts, tmp_path):
    place = parts.audit / "audit.json"
    write_json(place, json.loads(place.read_text()) | {"verdict": "pass"})
    with pytest.raises(GateRefused, match="was edited, or made by another version"):
        build(parts, tmp_path / "out", purpose="live")


def test_an_audit_with_another_seed_is_another_look(parts, tmp_path):
    place = parts.audit / "audit.json"
    write_json(place, json.loads(place.read_text()) | {"seed": 1})
    with pytest.raises(GateRefused, match="with its seed"):
        build(parts, tmp_path / "out")


def spent(parts):
    """The ledger with another look before this one."""
    first = made_up.looks.Entry(
        day=made_up.date(2026, 11, 22),
        outcome="made_up",
        question="0" * 64,
        policy="1" * 64,
        run="1" * 64,
        estimates="1" * 64,
        seed=0,
        store="0" * 64,
        previous=made_up.looks.FIRST,
    )
    place = parts.run.parent / "store" / "looks.json"
    (old,) = json.loads(place.read_text())["looks"]
    mine = made_up.looks.Entry(
        **{k: v for k, v in old.items() if k not in {"digest", "day", "previous"}},
        day=made_up.date(2026, 11, 22),
        previous=first.digest,
    )
    said = [{**e.to_json(), "digest": e.digest} for e in (first, mine)]
    write_json(place, {"looks": said})
    return mine


def test_a_look_beyond_the_plan_is_told_by_the_ledger_and_not_by_the_file(
    parts, tmp_path
):
    mine = spent(parts)
    place = parts.audit / "audit.json"
    facts = json.loads(place.read_text())
    facts["look"]["entry"] = mine.digest
    write_json(place, facts)
    with pytest.raises(GateRefused, match="does not say what"):
        build(parts, tmp_path / "out")


def test_where_a_look_stands_is_read_from_the_ledger(parts):
    rules = policy_as_agreed(parts.policy)
    store = parts.run.parent / "store"
    first = look_of(store, rules, entry=entry_of(parts), seed=0)
    assert first == Look(1, 1, entry_of(parts), "made_up")
    mine = spent(parts)
    look = look_of(store, rules, entry=mine.digest, seed=0)
    assert (look.number, look.planned, look.is_spent) == (2, 1, True)
    agreed = replace(rules.looks.agreement, agreed_on=made_up.date(2026, 11, 23))
    anew = replace(rules, looks=replace(rules.looks, agreement=agreed))
    for policy, entry, seed in (
        (rules, "0" * 64, 0),
        (anew, mine.digest, 0),
        (rules, mine.digest, 1),
    ):
        with pytest.raises(GateRefused, match="does not stand in the ledger"):
            look_of(store, policy, entry=entry, seed=seed)


def test_other_estimates_are_found_by_their_digest(parts, tmp_path):
    before = digest_file(parts.run / "estimates.parquet")
    made_up.estimates(40, seed=5).write_parquet(parts.run / "estimates.parquet")
    assert digest_file(parts.run / "estimates.parquet") != before
    with pytest.raises(Exception, match="other estimates than this run's"):
        build(parts, tmp_path / "out")
