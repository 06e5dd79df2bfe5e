"""Student's t held to its tables, and families drawn anew as a check."""

import numpy as np
import pytest

from riskaid.fairness.findings import Finding, bounded
from riskaid.fairness.intervals import as_normal, on_log_odds, t_of, two_sided_p, z_of
from riskaid.fairness.sums import draw_together, replicate

TABLE = {5: (2.5706, 4.0321), 10: (2.2281, 3.1693), 30: (2.0423, 2.7500)}
"""Quantiles of 95% and 99% by degrees of freedom."""


@pytest.mark.parametrize("freedom", TABLE)
def test_quantiles_and_p_values_are_those_of_the_table(freedom):
    at95, at99 = TABLE[freedom]
    assert t_of(0.95, freedom) == pytest.approx(at95, abs=0.001)
    assert t_of(0.99, freedom) == pytest.approx(at99, abs=0.004)
    assert 0.05 <= two_sided_p(float(as_normal(at95, freedom))) < 0.05 + 0.05 / freedom
    assert 0.01 <= two_sided_p(float(as_normal(at99, freedom))) < 0.01 + 0.05 / freedom
    assert as_normal(-at95, freedom) == -as_normal(at95, freedom)


def test_an_error_that_is_known_is_normal():
    assert t_of(0.9, np.inf) == z_of(0.9)
    assert as_normal(2.5, np.inf) == 2.5
    assert t_of(0.9, np.array([np.inf, 8.0]))[1] > z_of(0.9)


def test_log_odds_stay_between_0_and_1_and_have_width_at_the_ends():
    low, high = on_log_odds(0.95, 0.05, 2.0)
    assert 0.6 < low < 0.95 < high < 1
    low, high = on_log_odds(1.0, 0.02, 2.0)
    assert (low, high) == (0.96, 1.0)


def shown(policy, redrawn):
    finding = Finding("recall", "recall", "value", 0.2, 0.5, 40.0)
    made = bounded(finding, policy, lambda _: (0.4, 0.6), redrawn)
    return made.low95, made.high95


def test_families_drawn_anew_widen_an_interval_only_where_they_vary_much_more(policy):
    spread = np.linspace(-1, 1, 401)
    assert shown(policy, 0.5 + 0.12 * spread) == (0.4, 0.6)
    low, high = shown(policy, 0.5 + 0.3 * spread)
    assert low == pytest.approx(0.2, abs=0.02)
    assert high == pytest.approx(0.8, abs=0.02)


def test_draws_without_a_denominator_say_nothing_of_the_width(policy):
    some = np.linspace(0.2, 0.8, 400)
    some[:100] = np.nan
    assert shown(policy, some) == (0.4, 0.6)


def test_every_characteristic_draws_the_same_families():
    draw = np.random.default_rng(4)
    family = np.sort(draw.integers(0, 1500, 3000))
    on_grid = np.round(draw.random(3000) * 2**24) / 2**24
    rows = np.stack([np.ones(3000), on_grid], axis=1)
    kinds = [
        draw_together(family, draw.integers(0, groups, 3000), groups, rows)
        for groups in (2, 7)
    ]
    few, many = replicate(kinds, families=1500, replicates=30, seed=2)
    assert few.shape == (2, 2, 30)
    assert many.shape == (2, 7, 30)
    assert np.array_equal(few.sum(axis=1), many.sum(axis=1))
    assert len(np.unique(few[0].sum(axis=0))) > 20
    (alone,) = replicate(kinds[1:], families=1500, replicates=30, seed=2)
    assert np.array_equal(alone, many)
