"""A quick look at how often intervals of 95% hold the truth."""

import numpy as np
import pytest
from coverage_of_intervals import Two, of_two, rows_of, three_of


@pytest.mark.parametrize("rows", [50, 400])
@pytest.mark.parametrize("crossing", [False, True])
def test_rates_differences_and_ratios_hold_the_truth_as_often_as_they_say(
    rows, crossing
):
    draw = np.random.Generator(np.random.PCG64(rows))
    held = []
    for rate in (0.2, 0.5, 0.8):
        two = Two((rate, rate), (0.4, 0.4), 0.1, crossing)
        kinds = two.draw(rows, 1500, draw)
        held.append(of_two(two, kinds, tried=False, draw=draw)["as built"])
    assert np.all(np.abs(np.mean(held, axis=0) - 0.95) < 0.02)
    assert np.min(held) > 0.92


def test_a_group_whose_families_are_more_alike_has_its_own_interval():
    draw = np.random.Generator(np.random.PCG64(3))
    two = Two((0.4, 0.4), (0.6, 0.1), 0.1)
    kinds = two.draw(400, 1500, draw)
    held = of_two(two, kinds, tried=True, draw=draw)
    assert held["as built"][1] > 0.925
    assert held["likeness of all groups, families apart"][1] < 0.91


def test_calibration_order_and_lift_hold_the_truth_as_often_as_they_say():
    draw = np.random.Generator(np.random.PCG64(4))
    big = rows_of(400_000, -0.8, 0.4, 0.7, draw)
    cut = float(np.quantile(big[0], 0.8))
    right = three_of(*big, cut, bounds=False)
    held = np.zeros(3)
    for _ in range(400):
        found = three_of(*rows_of(300, -0.8, 0.4, 0.7, draw), cut)
        held += [b[0] <= r <= b[1] for b, r in zip(found, right, strict=True)]
    assert np.all(np.abs(held / 400 - 0.95) < 0.035)
