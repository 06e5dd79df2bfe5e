"""The ledger of looks: counted before a score is read, spent, and found when changed."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskaid.errors import ExtractError, GateRefused, UsageError
from riskaid.fairness.looks import NOT_COUNTED, check_look, read_looks, take_look
from riskaid.files import digest_file, write_json
from riskaid.pipeline import audit_scores
from riskaid.records.ingest import ingest
from riskaid.records.lock import only_writer
from riskaid.records.store import open_store

DAY = date(2026, 11, 22)
OUTCOME = {"name": "conference", "says": "a conference", "table": "icpcs"}


@pytest.fixture
def store(tmp_path):
    source = tmp_path / "ssd"
    source.mkdir()
    (source / "ssd_person.csv").write_text("pers_person_id,pers_sex\nC1,F\n")
    (source / "extract.json").write_text('{"extract_date": "2026-03-31"}')
    ingest(source, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def make_run(tmp_path, make_council):
    def make(folder, *, outcomes=150, **changed):
        run = tmp_path / folder
        write_json(run / "run.json", {"experiment": {"outcome": OUTCOME | changed}})
        make_council(outcomes).write_parquet(run / "estimates.parquet")
        return run

    return make


def test_each_look_at_an_outcome_counts_and_the_same_again_does_not(
    store, make_run, policy
):
    one, two = make_run("one"), make_run("two", outcomes=160)
    assert read_looks(store) == []
    first = take_look(store, one, policy, seed=0, today=DAY)
    assert (first.number, first.planned, first.outcome) == (1, 1, "conference")
    assert take_look(store, one, policy, seed=0, today=DAY) == first
    assert len(read_looks(store)) == 1
    second = take_look(store, two, policy, seed=0, today=DAY)
    assert second.number == 2
    assert second.is_spent
    assert not first.is_spent
    assert first.says() == "This is look 1 of 1 planned at this outcome."
    assert "the error that the policy allows is spent" in second.says()
    assert take_look(store, one, policy, seed=1, today=DAY).number == 3
    entries = read_looks(store)
    assert [e.previous for e in entries[1:]] == [e.digest for e in entries[:-1]]
    assert entries[0].policy == policy.digest
    assert entries[0].estimates == digest_file(one / "estimates.parquet")
    assert entries[0].store == open_store(store).digest


def test_an_outcome_by_another_name_is_the_same_question(store, make_run, policy):
    take_look(store, make_run("one"), policy, seed=0, today=DAY)
    renamed = make_run("two", outcomes=160, name="meeting", says="a meeting")
    assert take_look(store, renamed, policy, seed=0, today=DAY).number == 2
    other = make_run("three", outcomes=170, table="cp_plans")
    assert take_look(store, other, policy, seed=0, today=DAY).number == 1


def test_looks_count_from_the_day_on_which_the_board_agreed_anew(
    store, make_run, policy
):
    one, two = make_run("one"), make_run("two", outcomes=160)
    take_look(store, one, policy, seed=0, today=DAY - timedelta(days=400))
    assert take_look(store, two, policy, seed=0, today=DAY).number == 1
    agreed = replace(
        policy.looks.agreement, agreed_on=policy.looks.agreement.agreed_on - YEARS
    )
    longer = replace(policy, looks=replace(policy.looks, agreement=agreed))
    assert take_look(store, two, longer, seed=0, today=DAY).number == 2


YEARS = timedelta(days=800)


def test_the_ledger_outlives_the_next_ingest(store, make_run, policy, tmp_path):
    take_look(store, make_run("one"), policy, seed=0, today=DAY)
    before = read_looks(store)
    ingest(tmp_path / "ssd", store, extract_date=date(2026, 4, 30), name="later")
    assert read_looks(store) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f["looks"].pop(0),
        lambda f: f["looks"].reverse(),
        lambda f: f["looks"][0].update(seed=9),
        lambda f: f["looks"][1].update(previous="0" * 64),
        lambda f: f["looks"][0].pop("store"),
        lambda f: f.pop("looks"),
        lambda f: f.update(looks=[1]),
    ],
)
def test_a_ledger_that_was_changed_carries_nothing(store, make_run, policy, spoil):
    for i, name in enumerate(("one", "two", "three")):
        take_look(store, make_run(name, outcomes=150 + i), policy, seed=0, today=DAY)
    place = store / "looks.json"
    facts = json.loads(place.read_text())
    spoil(facts)
    place.write_text(json.dumps(facts))
    with pytest.raises(GateRefused, match="ledger of looks"):
        read_looks(store)
    with pytest.raises(GateRefused, match="ledger of looks"):
        take_look(store, make_run("four"), policy, seed=0, today=DAY)


def test_only_a_look_that_stands_in_the_ledger_is_one(store, make_run, policy):
    one, two = make_run("one"), make_run("two", outcomes=160)
    look = take_look(store, one, policy, seed=0, today=DAY)
    check_look(store, one, entry=look.entry, policy=policy.digest)
    for run, entry, digest in (
        (two, look.entry, policy.digest),
        (one, "0" * 64, policy.digest),
        (one, "", policy.digest),
        (one, look.entry, "0" * 64),
    ):
        with pytest.raises(GateRefused, match="does not stand in the ledger"):
            check_look(store, run, entry=entry, policy=digest)


def test_a_look_is_for_a_run_and_waits_for_an_ingest(store, make_run, policy):
    run = make_run("one")
    with pytest.raises(UsageError, match="not the folder of a training run"):
        take_look(store, store, policy, seed=0, today=DAY)
    with only_writer(store), pytest.raises(ExtractError, match="is running"):
        take_look(store, run, policy, seed=0, today=DAY)
    assert read_looks(store) == []


def test_the_look_is_written_before_a_score_is_read(store, make_run, policy_file):
    run = make_run("one")
    (run / "estimates.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ExtractError):
        audit_scores(run, policy=policy_file, out=None, today=DAY, store=store)
    assert len(read_looks(store)) == 1


def test_an_audit_says_whether_it_can_carry_a_release(store, make_run, policy_file):
    def asked(run, **more):
        return audit_scores(run, policy=policy_file, out=None, today=DAY, **more)

    one, two = make_run("one"), make_run("two", outcomes=160)
    free = asked(one).to_json()
    assert free["look"] is None
    assert free["usable_for_release"] is False
    assert NOT_COUNTED in free["notes"]
    counted = asked(one, store=store).to_json()
    assert counted["usable_for_release"] is True
    assert counted["look"]["entry"] == read_looks(store)[0].digest
    assert "look 1 of 1 planned" in counted["notes"][-1]
    late = asked(two, store=store).to_json()
    assert late["look"]["number"] == 2
    assert late["usable_for_release"] is False
    assert "carries no release" in late["notes"][-1]


def test_planned_looks_share_the_error_that_is_allowed(policy):
    twice = replace(policy, looks=replace(policy.looks, planned=2))
    assert (policy.inside_interval, policy.fail_level) == ("90%", 0.05)
    assert (twice.inside_interval, twice.fail_level) == ("95%", 0.025)
    strict = replace(twice, inside=0.95)
    assert strict.inside_interval == "97.5%"
    assert strict.inside_confidence == pytest.approx(0.975)
