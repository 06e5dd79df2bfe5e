"""Where a look stands is told by the ledger, each time it is asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskaid.errors import GateRefused
from riskaid.fairness.looks import FIRST, Entry, Look, look_of
from riskaid.files import write_json

DAY = date(2026, 11, 22)


def ledger(place, *entries):
    """A ledger of entries in order; each names the one before."""
    held, previous = [], FIRST
    for changes in entries:
        entry = Entry(
            **(
                {
                    "day": DAY,
                    "outcome": "conference",
                    "question": "q" * 64,
                    "policy": "p" * 64,
                    "run": "r" * 64,
                    "estimates": "e" * 64,
                    "seed": 0,
                    "store": "s" * 64,
                }
                | changes
            ),
            previous=previous,
        )
        previous = entry.digest
        held.append(entry)
    place.mkdir(exist_ok=True)
    said = [{**e.to_json(), "digest": e.digest} for e in held]
    write_json(place / "looks.json", {"looks": said})
    return held


def stands(place, policy, entry):
    return look_of(place, policy, entry=entry.digest, seed=entry.seed)


def test_looks_at_one_question_are_counted_in_order(tmp_path, policy):
    entries = ledger(
        tmp_path,
        {},
        {"question": "o" * 64, "estimates": "9" * 64},
        {"estimates": "2" * 64},
        {"seed": 5},
        {"estimates": "2" * 64, "run": "again"},
        {"policy": "3" * 64, "outcome": "renamed"},
    )
    numbers = [stands(tmp_path, policy, entry).number for entry in entries]
    assert numbers == [1, 1, 2, 3, 2, 4]
    last = stands(tmp_path, policy, entries[-1])
    assert last == Look(4, policy.looks.planned, entries[-1].digest, "renamed")
    assert last.is_spent and not stands(tmp_path, policy, entries[0]).is_spent


def test_only_looks_since_the_board_agreed_count(tmp_path, policy):
    agreed = policy.looks.agreement.agreed_on
    old, on_the_day, later = ledger(
        tmp_path,
        {"day": agreed - timedelta(days=1)},
        {"day": agreed, "estimates": "1" * 64},
        {"day": agreed + timedelta(days=1), "estimates": "2" * 64},
    )
    assert stands(tmp_path, policy, on_the_day).number == 1
    assert stands(tmp_path, policy, later).number == 2
    with pytest.raises(GateRefused, match="since the board agreed how often to look"):
        stands(tmp_path, policy, old)
    planned = replace(policy, looks=replace(policy.looks, planned=2))
    assert stands(tmp_path, planned, later).planned == 2
    assert not stands(tmp_path, planned, later).is_spent


@pytest.mark.parametrize(("entry", "seed"), [("0" * 64, 0), ("", 0), (None, 1)])
def test_a_look_that_is_not_there_or_has_another_seed_is_none(
    tmp_path, policy, entry, seed
):
    (held,) = ledger(tmp_path, {})
    with pytest.raises(GateRefused, match="does not stand in the ledger"):
        look_of(
            tmp_path,
            policy,
            entry=held.digest if entry is None else entry,
            seed=seed,
        )


def test_where_nobody_ever_looked_there_is_none(tmp_path, policy):
    with pytest.raises(GateRefused, match="does not stand in the ledger"):
        look_of(tmp_path, policy, entry="0" * 64, seed=0)
