"""Sums by family and group, and families drawn anew, against plain counting."""

from itertools import pairwise
from math import exp, factorial

import numpy as np
import pytest

from riskaid.fairness import sums
from riskaid.fairness.sums import FAMILIES_AT_ONCE, draw_together, replicate


def some_rows(seed, families, groups, rows=None):
    """Families (each with a row), groups and quantities of rows drawn at random."""
    draw = np.random.default_rng(seed)
    count = rows or 2 * families
    family = np.concatenate(
        [np.arange(families), draw.integers(0, families, count - families)]
    )
    group = draw.integers(0, groups, count)
    estimate = np.round(draw.random(count) * 2**24) / 2**24
    return family, group, np.stack([np.ones(count), estimate], axis=1)


def test_rows_are_added_up_by_family_and_group():
    family = np.array([3, 0, 3, 3, 0, 1])
    group = np.array([1, 0, 1, 0, 2, 2])
    rows = np.array([[1, 0.5], [1, 0.25], [1, 1], [1, 2], [1, 4], [1, 8]])
    drawn = draw_together(family, group, 4, rows)
    pairs = list(zip(drawn.family.tolist(), drawn.group.tolist(), strict=True))
    assert pairs == [(0, 0), (0, 2), (1, 2), (3, 0), (3, 1)]
    assert drawn.quantities.tolist() == [[1, 0.25], [1, 4], [1, 8], [1, 2], [2, 1.5]]
    # the last group is empty
    assert drawn.sums.tolist() == [[2, 2, 2, 0], [2.25, 1.5, 12, 0]]
    assert drawn.family.dtype == drawn.group.dtype == np.int64


def weights_of(number):
    """Poisson(1) weights by where a draw of 65,536 falls."""
    chances = np.cumsum([exp(-1) / factorial(k) for k in range(9)])
    return np.searchsorted(np.round(chances * 65536), number, side="right")


def plain(family, group, rows, groups, *, families, replicates, seed, block_of):
    """The sums of each replicate, drawn block by block, row by row."""
    out = np.zeros((rows.shape[1], groups, replicates))
    blocks = -(-families // FAMILIES_AT_ONCE)
    weights = {}
    for block in range(blocks):
        stream = np.random.Generator(np.random.PCG64([seed, block]))
        asked = FAMILIES_AT_ONCE * replicates
        draws = stream.integers(0, 2**64, -(-asked // 4), np.uint64)
        bits = [
            (int(one) >> shift) % 65536 for one in draws for shift in (0, 16, 32, 48)
        ]
        for place, some in enumerate(np.array(bits[:asked]).reshape(-1, replicates)):
            weights[block * FAMILIES_AT_ONCE + place] = weights_of(some)
    for f, g, row in zip(family, group, rows, strict=True):
        out[:, g] += np.outer(row, weights[block_of[f]])
    return out


def in_order(family, group, families):
    """Families one after another by the first group each has a row of."""
    first = [min(group[family == f]) for f in range(families)]
    order = sorted(range(families), key=lambda f: (first[f], f))
    return {f: place for place, f in enumerate(order)}


@pytest.mark.parametrize(
    ("families", "replicates", "seed"), [(40, 7, 0), (512, 3, 1), (1100, 5, 2)]
)
def test_families_are_drawn_anew_as_they_would_be_one_by_one(
    families, replicates, seed
):
    family, group, rows = some_rows(seed, families, 5)
    few = draw_together(family, group % 2, 2, rows)
    many = draw_together(family, group, 5, rows)
    asked = {"families": families, "replicates": replicates, "seed": seed}
    two, five = replicate([few, many], **asked)
    block_of = in_order(family, group, families)
    assert np.array_equal(
        five, plain(family, group, rows, 5, block_of=block_of, **asked)
    )
    assert np.array_equal(
        two, plain(family, group % 2, rows, 2, block_of=block_of, **asked)
    )


def test_a_group_without_families_and_a_family_without_rows_of_one_are_nothing():
    family = np.array([0, 1, 2])
    drawn = draw_together(family, np.array([2, 2, 0]), 4, np.ones((3, 1)))
    (found,) = replicate([drawn], families=3, replicates=50, seed=0)
    assert found.shape == (1, 4, 50)
    assert not found[:, [1, 3]].any()
    assert found[0, 2].max() > 1


@pytest.mark.parametrize("at_once", [8, 2**10])
def test_how_many_are_multiplied_at_once_changes_nothing(monkeypatch, at_once):
    family, group, rows = some_rows(5, 900, 3)
    drawn = draw_together(family, group, 3, rows)
    (before,) = replicate([drawn], families=900, replicates=11, seed=3)
    monkeypatch.setattr(sums, "ONE_THREAD", at_once)
    (after,) = replicate([drawn], families=900, replicates=11, seed=3)
    assert np.array_equal(before, after)


def test_it_says_how_far_it_is():
    family, group, rows = some_rows(6, 1100, 2)
    drawn = draw_together(family, group, 2, rows)
    said = []
    replicate(
        [drawn],
        families=1100,
        replicates=2,
        seed=0,
        progress=lambda *what: said.append(what),
    )
    assert sorted(said) == [
        ("drawing families anew", done, 1100) for done in (512, 1024, 1100)
    ]


def test_weights_are_those_of_poisson_to_the_last_of_65536_draws():
    table = sums._weights()
    assert np.array_equal(table, weights_of(np.arange(65536)))
    ends = [np.flatnonzero(table == k) for k in range(int(table.max()) + 1)]
    assert all(a[-1] + 1 == b[0] for a, b in pairwise(ends))
    assert abs(table.mean() - 1) < 1e-4
