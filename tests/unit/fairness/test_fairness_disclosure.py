import itertools
import json

import numpy as np
import polars as pl
import pytest

from riskaid.fairness.audit import audit
from riskaid.fairness.behind import kinds_of, stand_behind
from riskaid.fairness.disclosure import Shape, disclose, has_small, published_count
from riskaid.fairness.sums import FIXED


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, "c"), (5, "c"), (6, 6), (1000, 1000)]
)
def test_counts_from_one_to_five_are_c(count, shown):
    assert published_count(count, 6) == shown
    assert has_small(np.array([[count]]), 6)[0] == (shown == "c")


def hidden_of(sizes, membership=None, wholes=()):
    """Which groups are hidden, where each pattern has so many rows, all of one kind."""
    membership = np.eye(len(sizes)) if membership is None else np.array(membership)
    pattern = np.repeat(np.arange(len(sizes)), sizes)
    quantities = np.zeros((len(pattern), FIXED))
    quantities[:, 0] = 1
    behind = stand_behind(
        pattern, np.arange(len(pattern)), quantities, kinds_of(0, 0), 6
    )
    single = [i for i, one in enumerate(membership) if one.sum() == 1]
    shape = Shape(membership.astype(bool), ((None, tuple(single)), *wholes))
    return np.flatnonzero(disclose(behind, shape)[0, :-1]).tolist()


def test_one_small_group_takes_the_smallest_other_with_it():
    assert hidden_of([100, 3, 40]) == [1, 2]
    assert hidden_of([100, 30, 40]) == []
    assert hidden_of([100, 3, 2, 40]) == [1, 2, 3]
    assert hidden_of([100, 4, 2, 40]) == [1, 2]


def test_a_wider_group_does_not_give_a_hidden_one_back():
    # a, b, c and a-with-b: hiding b and c would leave b = (a-with-b) - a
    membership = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]]
    hidden = hidden_of([100, 3, 40], membership, [(3, (0, 1))])
    assert 1 in hidden
    assert 0 in hidden or 3 in hidden


def test_what_is_left_beside_a_group_counts_too():
    # two groups of 2 and 1: their sum, 3, is what is left beside the large one
    assert hidden_of([100, 2, 1]) == [0, 1, 2]


def test_cells_that_lie_apart_across_characteristics_leave_no_small_remainder():
    # a; b, c; and the pair (c, d) of another characteristic: a and (c, d) leave b
    membership = [[1, 0, 0, 0], [0, 1, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0]]
    hidden = hidden_of([50, 4, 30, 20], membership)
    shown = {0, 1, 2, 3} - set(hidden)
    assert not {0, 2} <= shown and not {0, 3} <= shown and not {1, 2} <= shown


def small_council(policy, sizes):
    """A council with chosen numbers of (rows, outcomes) for each ethnicity."""
    rows = [
        {"ethnicity": code, "outcome": int(i < outcomes)}
        for code, (number, outcomes) in sizes.items()
        for i in range(number)
    ]
    draw = np.random.default_rng(0)
    return pl.DataFrame(rows).with_columns(
        person_id=pl.int_range(pl.len()).cast(pl.String),
        score=pl.Series(draw.random(len(rows))) * 0.5 + pl.col("outcome") * 0.3,
        disability=pl.Series(draw.choice(["yes", "no"], len(rows))),
        sex=pl.Series(draw.choice(["F", "M"], len(rows))),
        age_band=pl.lit("5 to 9"),
    )


SIZES = {"WBRI": (900, 200), "BCRB": (60, 3), "AIND": (80, 30), "MWBC": (90, 40)}


def test_a_small_count_of_outcomes_is_nowhere_in_what_is_published(policy):
    published = audit(small_council(policy, SIZES), policy).to_json()
    ethnicity = published["characteristics"][0]["groups"]
    groups = {g["name"]: g for g in ethnicity}
    black = groups["black"]
    assert black["rows"] == black["outcomes"] == "c"
    assert {m["state"] for m in black["metrics"]} == {"suppressed"}
    for m in black["metrics"]:
        assert m["value"] is m["low90"] is m["high95"] is m["n"] is m["p"] is None
        assert m["more_outcomes"] is None
    # a second one is hidden, so that the total does not give the first back
    assert [g["outcomes"] for g in ethnicity].count("c") >= 2
    assert published["scores"]["outcomes"] == 273
    # the verdict stays, and does not pass
    assert black["verdict"] in ("fail", "insufficient_evidence")


def test_no_sum_of_what_is_published_gives_a_small_count_back(policy):
    """The attack: the total less every set of published groups, for rows and outcomes."""
    frame = small_council(policy, SIZES)
    result = audit(frame, policy)
    published = result.to_json()
    for characteristic, whole in zip(
        published["characteristics"], result.characteristics, strict=True
    ):
        shown = [
            (set(w.cell.members), g["outcomes"])
            for g, w in zip(characteristic["groups"], whole.groups, strict=True)
            if g["outcomes"] != "c"
        ]
        everyone = {m for w in whole.groups for m in w.cell.members}
        small = [set(w.cell.members) for w in whole.groups if 0 < w.outcomes < 6]
        for number in range(len(shown) + 1):
            for some in itertools.combinations(shown, number):
                members = [m for s, _ in some for m in s]
                if len(members) == len(set(members)):
                    assert everyone - set(members) not in small


def test_rates_at_a_capacity_hide_small_numbers_selected(policy, make_council):
    result = audit(make_council(250, seed=2), policy)
    published = result.to_json()
    checked = 0
    for characteristic, whole in zip(
        published["characteristics"], result.characteristics, strict=True
    ):
        for g, w in zip(characteristic["groups"], whole.groups, strict=True):
            true = {
                (j.finding.measure, j.finding.capacity): j.finding for j in w.judged
            }
            for m in g["metrics"]:
                if m["metric"] != "recall" or m["value"] is None:
                    continue
                f = true["recall", m["capacity"]]
                found = round(f.value * f.n)
                assert not 0 < found < 6
                assert not 0 < f.n - found < 6
                checked += 1
    assert checked > 5
    assert '"suppressed"' in json.dumps(published)
