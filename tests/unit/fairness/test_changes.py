"""Sums of cells that have changed by a few since an earlier audit."""

import numpy as np
import pytest

from riskaid.fairness import changes
from riskaid.fairness.changes import small_change

NAN = float("nan")


def changed(
    cells, people, then, *, everyone=None, now=None, before=None, compared=None
):
    """The cells of which a sum has changed a little.

    Args:
        cells: Each as its patterns.
        people: Now, by pattern.
        then: Earlier, by cell.
        all: Everyone earlier; left away in both audits where it is not given.
    """
    letters = list(people)
    inside = np.array([[one in cell for one in letters] for cell in [*cells, letters]])
    counts = inside @ np.array([np.atleast_1d(c) for c in people.values()], float)
    held = np.array([np.atleast_1d(c) for c in then], dtype=float)
    held = np.vstack(
        [held, np.full(held.shape[1], NAN if everyone is None else everyone)]
    )
    every = range(len(cells) + (everyone is not None))
    mine = every if now is None else now
    theirs = every if before is None else before
    of = compared or [(0, 0)]
    return small_change(inside, (mine, counts), (theirs, held), of, 6)


@pytest.mark.parametrize(
    ("then", "near"),
    [(94, False), (95, True), (99, True), (100, False), (105, True), (106, False)],
)
def test_one_cell_that_changed_by_one_to_five(then, near):
    assert changed(["a"], {"a": 100, "b": 80}, [then]) == ([0] if near else [])


def test_what_is_not_shown_in_both_is_not_compared():
    people, then = {"a": 100, "b": 80}, [98, 60]
    assert changed(["a", "b"], people, then) == [0]
    assert changed(["a", "b"], people, then, now=[1]) == []
    assert changed(["a", "b"], people, then, before=[1]) == []
    assert changed(["a", "b"], people, [NAN, 60]) == []


def test_cells_together_or_one_without_the_other():
    people = {"a": 120, "b": 53, "c": 100}
    # b is ab less a, 50 before; neither a nor ab changed by a few
    assert changed(["a", "ab"], people, [100, 150]) == [0, 1]
    assert changed(["ab", "a"], people, [150, 100]) == [0, 1]
    # a and c together
    assert changed(["a", "c"], people, [150, 68]) == [0, 1]
    # the same, where it stands in one audit as a cell and in the other as a sum
    assert changed(["a", "c", "ac"], people, [150, 68, 0], before=[0, 1]) == [2]
    found = changed(["a", "c", "ac"], people, [0, 0, 218], now=[0, 1], before=[2])
    assert found == [0, 1]
    # two that overlap give no set of people
    assert changed(["ab", "bc"], people, [150, 100]) == []
    assert changed(["ab", "bc"], people, [163, 160]) == []


def test_sums_of_several_cells_and_of_everyone():
    people = dict(zip("abcd", (120, 90, 100, 200), strict=True))
    # d is everyone less the others, 197 before
    assert changed("abc", people, [100, 60, 50], everyone=407) == [0, 1, 2]
    assert changed("abc", people, [100, 60, 50], everyone=401) == []
    # everyone less a and b
    assert changed("abc", people, [100, 60, NAN], everyone=455) == [0, 1]
    # that everyone changed by a few gives no cell away, and hides no other change
    assert changed("abc", people, [100, 60, 50], everyone=508) == []
    assert changed("abc", people, [100, 108, 50], everyone=508) == [0, 1]


def test_two_cells_less_a_third_that_lies_within_them_together():
    people = {"a": 40, "b": 60, "c": 70, "d": 90}
    # a and d are ab and cd less bc: 130, and 127 before
    assert changed(["ab", "cd", "bc"], people, [90, 140, 103]) == [0, 1, 2]
    assert changed(["ab", "cd", "bc"], people, [90, 140, 120]) == []


def test_kinds_are_compared_as_they_are_asked_to_be():
    people = {"a": (100, 40), "b": (50, 20)}
    then = [(40, 98), (20, 30)]
    assert changed(["a", "b"], people, then, compared=[(0, 0)]) == []
    assert changed(["a", "b"], people, then, compared=[(0, 1)]) == [0]
    assert changed(["a", "b"], people, then, compared=[(0, 0), (0, 1)]) == [0]
    assert changed(["a", "b"], people, then, compared=[(1, 0), (0, 1)]) == [0]
    assert changed(["a", "b"], people, then, compared=[(1, 0)]) == []


def test_nobody_is_no_set_of_people():
    # a cell without anybody now; and two cells of the same people now, not before
    people = {"a": 100, "b": 200}
    assert changed(["_", "a"], people, [3, 50]) == []
    assert changed(["a", "a", "b"], people, [50, 53, 100]) == []


def test_sums_are_made_of_the_simple_first_and_not_without_end(monkeypatch):
    people = {"a": 100, "b": 200, "c": 300}
    cells = ["a", "b", "c"]
    together = [50, 247, 100], [50, 100, 447]
    assert changed(cells, people, together[0]) == [0, 1]
    assert changed(cells, people, together[1]) == [0, 1, 2]
    monkeypatch.setattr(changes, "SETS", 3)
    assert changed(cells, people, together[0]) == [0, 1]
    assert changed(cells, people, together[1]) == []


def test_the_cells_are_named_in_order():
    people = {one: 100 + 10 * i for i, one in enumerate("abcdefghijklm")}
    then = [50 + 30 * i for i in range(13)]
    now = sum(people[one] for one in "ckl")
    then[10] = now - then[2] - then[11] - 3
    found = changed(list(people), people, then, now=[11, 2, 10], before=[10, 11, 2])
    assert found == [2, 10, 11]
