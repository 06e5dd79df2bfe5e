"""Which groups must pass, which are looked at together, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from riskaid.fairness.cells import choose_cells
from riskaid.fairness.policy_groups import Merge

GROUPS = [(name, f"children recorded as {name}") for name in "abcde"]


@pytest.fixture
def chosen(policy):
    """Cells of five groups, of which four are gated, by their rows and outcomes."""

    def choose(rows, outcomes, *, merges=(), absent=(), gated="abcd"):
        about = replace(
            policy.characteristics[0],
            gated=tuple(gated),
            may_be_absent=tuple(absent),
            merges=tuple(
                Merge(tuple(groups), together, f"children of {together}", fewer)
                for groups, together, fewer in merges
            ),
        )
        cells = choose_cells(
            about, GROUPS, np.array(rows, float), np.array(outcomes, float)
        )
        assert len({cell.name for cell in cells}) == len(cells)
        return {cell.name: cell for cell in cells}

    return choose


MANY = [100] * 5


def test_each_group_is_used_as_the_policy_says(chosen):
    cells = chosen(MANY, MANY)
    assert [cell.use for cell in cells.values()] == [*["gated"] * 4, "reported"]
    assert [cell.members for cell in cells.values()] == [(i,) for i in range(5)]
    assert [cell.phrase for cell in cells.values()] == [p for _, p in GROUPS]
    assert {(cell.within, cell.says) for cell in cells.values()} == {("", "")}


def test_nobody_in_a_group_is_allowed_only_where_the_policy_says_so(chosen):
    cells = chosen([0, 0, 1, 100, 0], [0] * 5, absent="bce")
    assert [cell.use for cell in cells.values()] == [
        *("gated", "reported", "gated", "gated", "reported"),
    ]
    assert cells["b"].says == "Nobody is in this group, and the policy allows it."
    assert {cells[name].says for name in "acde"} == {""}


TOGETHER = [("ab", "a or b", 20)]


def test_one_that_is_too_small_takes_the_others_of_its_merge_with_it(chosen):
    cells = chosen(MANY, [19, 90, 5, 5, 5], merges=TOGETHER)
    assert [cell.name for cell in cells.values()] == ["a", "b", "c", "d", "e", "a or b"]
    one = cells["a or b"]
    assert (one.use, one.members, one.within) == ("gated", (0, 1), "")
    assert one.phrase == "children of a or b"
    assert one.says == (
        "Looked at together, because at least one of them had fewer than 20 recorded "
        "outcomes. Each can still fail by itself."
    )
    for name in "ab":
        assert (cells[name].use, cells[name].within) == ("merged", "a or b")
    assert (cells["c"].use, cells["c"].within) == ("gated", "")


def test_no_group_is_named_as_the_small_one(chosen):
    cells = chosen(MANY, [19, 0, 5, 5, 5], merges=TOGETHER)
    assert "at least one of them had fewer than 20" in cells["a or b"].says


def test_large_enough_stay_apart(chosen):
    cells = chosen(MANY, [20, 20, 5, 5, 5], merges=TOGETHER)
    assert "a or b" not in cells
    assert cells["a"].use == cells["b"].use == "gated"


def test_a_group_with_nobody_in_it_is_merged_with_nobody(chosen):
    cells = chosen([0, 100, 100, 100, 100], [0, 5, 90, 90, 90], merges=TOGETHER)
    assert "a or b" not in cells
    assert cells["a"].use == "gated", "nothing is known of how it would be treated"
    assert cells["b"].use == "gated"
    three = [("abc", "first three", 20)]
    cells = chosen([0, 100, 100, 100, 100], [0, 5, 90, 90, 90], merges=three)
    assert cells["first three"].members == (1, 2)
    assert cells["a"].use == "gated"


def test_one_row_is_somebody(chosen):
    cells = chosen([1, 100, 100, 100, 100], [0, 90, 90, 90, 90], merges=TOGETHER)
    assert cells["a or b"].members == (0, 1)


def test_members_stand_in_order_however_many_groups_there_are(policy):
    names = [f"g{i}" for i in range(12)]
    about = replace(
        policy.characteristics[0],
        gated=tuple(names),
        may_be_absent=(),
        merges=(Merge(("g8", "g1", "g11"), "three", "three", 20),),
    )
    counts = np.full(12, 10.0)
    cells = choose_cells(about, [(n, n) for n in names], counts, counts)
    assert cells[-1].members == (1, 8, 11)


def test_a_group_that_only_is_shown_is_counted_in_and_asks_for_nothing(chosen):
    shown = [("de", "d or e", 20)]
    cells = chosen(MANY, [90, 90, 90, 90, 5], merges=shown)
    assert "d or e" not in cells, "only gated groups can be too small to pass"
    cells = chosen(MANY, [90, 90, 90, 5, 90], merges=shown)
    assert cells["d or e"].members == (3, 4)
    assert (cells["d"].use, cells["e"].use) == ("merged", "reported")
    assert cells["e"].within == "d or e"


def test_merges_go_on_in_the_policys_order(chosen):
    steps = [("ab", "a or b", 20), (["a or b", "c"], "a to c", 50)]
    cells = chosen(MANY, [10, 30, 90, 90, 90], merges=steps)
    assert cells["a to c"].members == (0, 1, 2)
    assert (cells["a or b"].use, cells["a or b"].within) == ("merged", "a to c")
    assert cells["a"].within == "a or b"
    assert "at least one of them had fewer than 50" in cells["a to c"].says
    enough = chosen(MANY, [10, 40, 90, 90, 90], merges=steps)
    assert "a to c" not in enough and enough["a or b"].use == "gated"
    # the first was not needed, so that its name is nobody's: what is left goes on
    apart = chosen(MANY, [30, 30, 10, 90, 90], merges=steps)
    assert "a or b" not in apart and "a to c" not in apart
    assert apart["c"].use == "gated"


def test_a_group_in_two_merges_is_counted_once(chosen):
    steps = [("ab", "a or b", 20), (["a or b", "b", "c"], "a to c", 500)]
    cells = chosen(MANY, [10, 30, 90, 90, 90], merges=steps)
    assert cells["a to c"].members == (0, 1, 2)


def test_a_merge_of_groups_that_are_not_there_is_none(chosen):
    cells = chosen(MANY, [1] * 5, merges=[("xy", "x or y", 20), ("ax", "a or x", 20)])
    assert set(cells) == set("abcde")
