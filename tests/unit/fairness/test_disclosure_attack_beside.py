"""Beside an audit stand its probes and a card: they give no small count away either."""

from dataclasses import replace

import disclosure_attack as attack
import numpy as np
import polars as pl
import pytest

from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.earlier import read_earlier
from riskaid.fairness.probes import assignment
from riskaid.fairness.probes.probes import probe
from riskaid.fairness.scores import check_scores

TOGETHER = "those not recorded"
WHOLE = ("rows", "outcomes", "without")
PARTS = ("selected", "not selected", "found", "missed", "wrong", "left")


@pytest.fixture(scope="module")
def fewer(policy):
    return replace(policy, replicates=200)


def beside(frame, policy, earlier=()):
    """An audit and its probes; the attacker is even given more than they say.

    Of each group that probes do not suppress, and of those not recorded where their
    bounds are published, every count at the capacity that gates.
    """
    result = audit(frame, policy, earlier=earlier)
    truth = attack.Truth.of(frame, policy, result)
    known = attack.harvest(result.to_json())
    probes = probe(frame, policy, result)
    held = probes.to_json()
    shown = [
        (one["characteristic"], one["group"])
        for one in held["recording"]
        if one["state"] != "suppressed"
    ]
    for one in probes.unrecorded:
        if one.suppressed:
            continue
        fine = one.fine
        names = [n in assignment.UNRECORDED for n in fine.names]
        key = fine.grouped.about.name, TOGETHER
        truth.inside[key] = np.array(names)[fine.group[fine.column]]
        known[key] = {}
        shown.append(key)
    at = f"@{policy.capacity_gated:g}"
    for key in shown:
        for kind in (*WHOLE, *(part + at for part in PARTS)):
            known[key][kind] = int(truth.counts[kind][truth.inside[key]].sum())
    return known, truth, held


def small_counts(known, truth, kinds=()):
    """Kinds of which a sum or difference of known counts is from 1 to 5."""
    (cells,), (which,) = attack.patterns(truth)
    found = []
    for kind in kinds or truth.counts:
        each = truth.counts[kind]
        span = attack._span(cells, truth, known, kind)
        count = np.bincount(which, weights=each, minlength=cells.shape[1])
        if attack.small_set([span], count) is not None:
            found.append(kind)
    return found


def between(one, two):
    """Kinds of which two audits with their probes give a small difference."""
    cells, which = attack.patterns(one[1], two[1])
    width, found = cells[0].shape[1], []
    for kind in one[1].counts:
        spans = [
            attack._span(c, side[1], side[0], kind)
            for c, side in zip(cells, (one, two), strict=True)
        ]
        count = [
            np.bincount(w, weights=side[1].counts[kind], minlength=width)
            for w, side in zip(which, (one, two), strict=True)
        ]
        if attack.small_set(spans, count[1] - count[0]) is not None:
            found.append(kind)
    return found


@pytest.mark.parametrize(("outcomes", "seed"), [(60, 1), (150, 2), (400, 3)])
def test_probes_beside_their_audit_give_no_small_count_away(
    make_council, fewer, outcomes, seed
):
    known, truth, _ = beside(make_council(outcomes, seed=seed), fewer)
    assert small_counts(known, truth) == []


def test_the_attack_gets_through_where_those_not_recorded_are_always_shown(
    make_council, fewer, monkeypatch
):
    """Planted: their counts are published without asking."""
    monkeypatch.setattr(assignment, "is_publishable", lambda *_: True)
    found = [
        small_counts(*beside(make_council(60, seed=seed), fewer)[:2], ("outcomes",))
        for seed in (1, 2)
    ]
    assert any(found)


def test_probes_of_last_year_and_of_this_give_none_either(
    make_council, fewer, tmp_path
):
    frame = make_council(400, seed=3)
    now = frame[3:]
    before = beside(frame, fewer)
    assert between(before, beside(now, fewer))
    write_audit(audit(frame, fewer), tmp_path / "before")
    after = beside(now, fewer, [read_earlier(tmp_path / "before")])
    assert between(before, after) == []
    assert small_counts(after[0], after[1]) == []


def test_an_earlier_audit_that_is_not_named_is_not_held_against(
    make_council, fewer, tmp_path
):
    """Three audits: this one is safe beside those that --previous names, and no other."""
    frame = make_council(150, seed=1)
    rows = [frame, frame[40:], frame[43:]]
    results = [audit(one, fewer) for one in rows[:2]]
    for i, one in enumerate(results):
        write_audit(one, tmp_path / str(i))
    before = [
        (one.to_json(), attack.Truth.of(part, fewer, one))
        for part, one in zip(rows, results, strict=False)
    ]

    def now(*named):
        earlier = [read_earlier(tmp_path / str(i)) for i in named]
        result = audit(rows[2], fewer, earlier=earlier)
        return result.to_json(), attack.Truth.of(rows[2], fewer, result)

    assert attack.attack_two(before[1], now(0))
    after = now(0, 1)
    assert attack.attack_two(before[0], after) == []
    assert attack.attack_two(before[1], after) == []


def with_anchor(frame):
    draw = np.random.Generator(np.random.PCG64(5))
    outcome = frame["outcome"].to_numpy()
    anchor = np.where(draw.random(len(outcome)) < 0.7, outcome, 0)
    return frame.with_columns(anchor_outcome=pl.Series(anchor))


@pytest.mark.parametrize(("outcomes", "seed"), [(150, 2), (400, 3), (600, 4)])
def test_anchor_outcomes_of_groups_shown_give_none_of_the_others(
    make_council, fewer, outcomes, seed
):
    frame = with_anchor(make_council(outcomes, seed=seed))
    known, truth, held = beside(frame, fewer)
    anchor = check_scores(frame, fewer)["anchor_outcome"].to_numpy().astype(float)
    kinds = {"anchor": anchor, "no anchor": 1 - anchor}
    truth.counts |= kinds
    shown = [("everyone", "everyone")] + [
        (one["characteristic"], one["group"])
        for one in held["anchor"]
        if one["state"] == "estimable"
    ]
    assert len(shown) > 1
    known = {key: dict.fromkeys(kinds, 0) for key in shown}
    assert small_counts(known, truth, kinds) == []
    planted = {key: dict.fromkeys(kinds, 0) for key in truth.inside}
    assert small_counts(planted, truth, kinds), "every group shown gives some away"
