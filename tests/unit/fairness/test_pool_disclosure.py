"""What a small council sends to a pool gives no count from 1 to 5 back."""

from dataclasses import replace

import disclosure_attack as attack
import polars as pl
import pytest

from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.earlier import read_earlier
from riskaid.fairness.pool_out import pool_facts

HARVEST = attack.harvest


def counts_in(sent):
    """Every count of the file, under the names that the attack knows."""
    out = {}
    for one in sent["sums"]:
        key = one["characteristic"] or "everyone", one["group"]
        held = {"rows": one["rows"], "outcomes": one["outcomes"]}
        out[key] = held
    for one in sent["at"]:
        key = one["characteristic"] or "everyone", one["group"]
        at = f"@{one['capacity']:g}"
        out[key] |= {f"selected{at}": one["selected"], f"found{at}": one["found"]}
    for held in out.values():
        for _ in range(4):
            attack._complete(held)
    return out


@pytest.fixture
def attacked(monkeypatch):
    """Attack an audit and its file for a pool together."""

    def do(frame, policy):
        gathered = []
        result = audit(frame, policy, gathered=gathered)
        sent = pool_facts(result, gathered, frame, council="A", outcome="need_12m")
        more = counts_in(sent)
        monkeypatch.setattr(
            attack,
            "harvest",
            lambda published: {
                key: {**known, **more.get(key, {})}
                for key, known in HARVEST(published).items()
            },
        )
        truth = attack.Truth.of(frame, policy, result)
        for key, held in more.items():
            for kind, count in held.items():
                rows = truth.inside[key].astype(bool)
                assert truth.counts[kind][rows].sum() == count, (key, kind)
        return attack.attack_one(result.to_json(), truth), sent

    return do


@pytest.mark.parametrize(("outcomes", "seed"), [(20, 0), (60, 1)])
def test_the_file_of_a_small_council_gives_no_small_count(
    make_council, fewer_draws, attacked, outcomes, seed
):
    found, sent = attacked(make_council(outcomes, seed=seed), fewer_draws)
    assert found == []
    small = range(1, 6)
    counts = [c for held in counts_in(sent).values() for c in held.values()]
    assert counts and not any(c in small for c in counts)


def test_the_attack_gets_through_where_nothing_is_withheld(
    make_council, fewer_draws, attacked
):
    """Planted: every count is sent."""
    bare = replace(fewer_draws, smallest_published_count=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("riskaid.fairness.pool_out._check_names", lambda _: None)
        found, _ = attacked(make_council(40, seed=0), bare)
    assert len(found) > 20


@pytest.fixture
def sent_beside(monkeypatch):
    """Audits whose files for a pool the attack holds too."""
    held = []

    def harvest(published):
        more = next(counts for one, counts in held if one is published)
        return {
            key: {**known, **more.get(key, {})}
            for key, known in HARVEST(published).items()
        }

    monkeypatch.setattr(attack, "harvest", harvest)

    def do(frame, policy, earlier=()):
        gathered = []
        result = audit(frame, policy, earlier=earlier, gathered=gathered)
        sent = pool_facts(result, gathered, frame, council="A", outcome="need_12m")
        published = result.to_json()
        held.append((published, counts_in(sent)))
        return published, attack.Truth.of(frame, policy, result)

    return do


def test_two_files_of_one_council(make_council, fewer_draws, sent_beside, tmp_path):
    """What an earlier file showed is given with --previous, as for an audit."""
    frame = make_council(60, seed=1)
    new = make_council(30, seed=99).with_columns(
        person_id="N" + pl.col("person_id"), family_id="N" + pl.col("family_id")
    )
    now = pl.concat([frame[3:], new.head(4)])
    before = sent_beside(frame, fewer_draws)
    assert attack.attack_two(before, sent_beside(now, fewer_draws)), "planted"
    write_audit(audit(frame, fewer_draws), tmp_path / "before")
    earlier = [read_earlier(tmp_path / "before")]
    after = sent_beside(now, fewer_draws, earlier)
    assert attack.attack_two(before, after) == []
