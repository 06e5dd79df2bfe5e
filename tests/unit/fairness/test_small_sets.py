"""Small sets of people among sums of cells: against trying every set."""

import itertools

import numpy as np
import pytest

from riskaid.fairness import small_sets
from riskaid.fairness.small_sets import small_set


def found(cells, counts, smallest=6):
    """The patterns of a small set, by letter; None where there is none."""
    letters = "abcdefghijklmnopqrstuvwxyz"[: len(counts)]
    inside = np.array([[one in cell for one in letters] for cell in cells])
    inside = inside.reshape(len(cells), len(letters))
    count = np.array(counts, dtype=float)
    some = small_set(inside, range(len(cells)), count, smallest)
    return None if some is None else {letters[i] for i in np.flatnonzero(some)}


def test_a_small_cell_or_what_is_left_of_everyone():
    assert found(["a"], [5, 100]) == {"a"}
    assert found(["a"], [100, 1]) == {"b"}
    assert found(["a"], [6, 100]) is None
    assert found(["a"], [100, 6]) is None
    assert found(["a"], [6, 100], smallest=7) == {"a"}
    assert found(["a", "b"], [40, 50, 3]) == {"c"}


def test_nobody_is_no_small_set_and_neither_is_everyone():
    assert found(["a"], [0, 100]) is None
    assert found([], [3, 2]) is None
    assert found(["ab"], [3, 2]) is None
    assert found([], [3, 200]) is None


def test_everyone_less_cells_of_two_characteristics_that_lie_apart():
    assert found(["a", "c"], [100, 3, 50, 0]) == {"b", "d"}
    # they do not lie apart, where nobody can tell the small ones from others
    assert found(["ab", "bc"], [100, 40, 50, 7]) is None
    assert found(["ab", "bc"], [100, 40, 50, 3]) is None


def test_two_cells_less_a_third_that_lies_within_them_together():
    assert found(["ab", "cd", "bc"], [4, 100, 100, 0, 90]) == {"a", "d"}
    assert found(["ab", "cd", "bc"], [4, 100, 100, 2, 90]) is None
    assert found(["ab", "cd", "bc"], [4, 100, 100, 1, 90]) == {"a", "d"}


def test_a_sum_that_counts_somebody_twice_is_taken_by_half():
    # a-b, b-c and a-c together are everyone twice; less one of them twice
    assert found(["ab", "bc", "ac"], [90, 3, 40]) == {"b"}


def test_people_without_the_count_have_to_be_apart_too():
    # b has none of the count, and is in both cells: everyone less both is no set
    assert found(["ab", "bc"], [100, 0, 90, 3]) is None
    # with a cell for b alone, everyone less both and with b again is
    assert found(["ab", "bc", "b"], [100, 0, 90, 3]) == {"d"}


def test_cells_in_which_nobody_has_the_count_are_no_ways_to_look_at():
    letters = "cdefghijklmnopqrst"
    assert found(["a", *letters], [100, 90, *[0] * len(letters)]) is None
    assert found(["a", *letters], [100, 3, *[0] * len(letters)]) == {"b"}


def test_only_what_is_shown_counts():
    inside = np.eye(3, dtype=bool)
    count = np.array([3.0, 50.0, 40.0])
    assert small_set(inside, [1], count, 6) is None
    assert small_set(inside, [1, 2], count, 6).tolist() == [True, False, False]


def test_where_too_many_ways_are_left_it_is_the_smallest_cell(monkeypatch):
    monkeypatch.setattr(small_sets, "LOOKED_AT", 2)
    assert found(["a", "b", "c"], [50, 40, 60, 30]) == {"b"}
    assert found(["a", "cd", "b"], [50, 50, 30, 20, 90]) == {"a"}
    # as many steps as are needed are not too few
    monkeypatch.setattr(small_sets, "LOOKED_AT", 4)
    assert found([], [50, 40]) is None


@pytest.mark.parametrize("seed", range(60))
def test_what_is_found_is_what_trying_every_set_finds(seed):
    draw = np.random.default_rng(seed)
    patterns = int(draw.integers(2, 8))
    inside = draw.random((int(draw.integers(1, 6)), patterns)) < 0.5
    count = draw.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 10, 100], patterns).astype(float)
    known = np.vstack([inside, np.ones(patterns)]).astype(float)
    sets = np.array(list(itertools.product((0.0, 1.0), repeat=patterns)))[:-1]
    beside = np.stack([np.vstack([known, one]) for one in sets])
    given = np.linalg.matrix_rank(beside) == np.linalg.matrix_rank(known)
    small = sets[given & (sets @ count > 0) & (sets @ count < 6)]
    before = inside.copy()
    some = small_set(inside, range(len(inside)), count, 6)
    assert np.array_equal(inside, before)
    assert (some is not None) == (len(small) > 0)
    if some is not None:
        assert (small == some).all(axis=1).any()
