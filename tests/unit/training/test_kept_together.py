from itertools import pairwise

import numpy as np
import pytest

from riskaid.training.kept_together import split, together


def children(person, rows):
    return len(set(person[rows].tolist()))


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_in_one_part_with_enough_children_in_order_of_key(seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    key = rng.poisson(rng.choice([0.5, 3.0]), 200).astype(float) ** 2
    person = rng.integers(0, 120, 200)
    parts = together(key, person, wanted=int(rng.choice([10, 25])))
    assert sorted(np.concatenate(parts).tolist()) == list(range(200))
    assert min(children(person, rows) for rows in parts) >= 10
    for before, after in pairwise(parts):
        # Rows with the same key are never parted.
        assert key[before].max() < key[after].min()


def test_a_child_with_many_rows_counts_once():
    key = np.arange(30.0)
    person = np.repeat(np.arange(3), 10)
    assert together(key, person) == []
    person = np.r_[np.arange(10), np.full(20, 99)]
    assert [len(rows) for rows in together(key, person)] == [30]


def test_a_key_that_enough_share_stands_by_itself():
    key = np.array([0.0] * 40 + [1.0] * 12 + [2.0] * 3 + [5.0] * 11)
    parts = together(key, np.arange(len(key)), wanted=30)
    assert [sorted(set(key[rows])) for rows in parts] == [[0.0], [1.0], [2.0, 5.0]]


def test_too_few_at_the_end_are_put_with_those_before():
    key = np.array([0.0] * 40 + [7.0] * 9)
    parts = together(key, np.arange(len(key)))
    assert [len(rows) for rows in parts] == [49]


def test_nobody_gives_nothing():
    assert together(np.array([]), np.array([])) == []


def test_a_large_part_is_cut_in_order_and_keeps_enough_children():
    person, by = np.arange(35), np.r_[np.arange(34.0, 0.0, -1.0), np.nan]
    parts = split(np.arange(35), by, person, wanted=10)
    assert [len(rows) for rows in parts] == [10, 10, 15]
    assert parts[0].tolist() == list(range(33, 23, -1))
    assert parts[-1][-1] == 34
    assert len(split(np.arange(9), by, person, wanted=10)) == 1
