"""Intervals and p-values against published examples and the formulas written out."""

from math import exp, inf, isnan, log, nan, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from riskaid.fairness.intervals import (
    MOST_ALIKE,
    Share,
    as_normal,
    difference_of,
    finite,
    holm,
    observed_to_expected,
    on_log_odds,
    percentiles,
    pooled_z,
    ratio_of,
    t_of,
    two_sided_p,
    wilson,
    z_of,
)

Z = 1.959963984540054


def near(value, to=1e-9):
    return pytest.approx(value, abs=to)


def share(hits, of, *, effect=1.0, freedom=inf):
    return Share(*(np.float64(x) for x in (hits, of, effect, freedom)), np.float64(of))


def test_quantiles_are_those_of_the_tables():
    assert z_of(0.95) == near(Z)
    assert z_of(0.90) == near(1.6448536269514722)
    for freedom, at in ((5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799)):
        assert float(t_of(0.95, freedom)) == near(at, 1e-3)
    for freedom, at in ((5, 2.0150), (10, 1.8125), (30, 1.6973)):
        assert float(t_of(0.90, freedom)) == near(at, 1e-3)
    assert float(t_of(0.99, 8)) == near(3.3554, 3e-3)
    assert float(t_of(0.95, inf)) == near(Z)
    assert t_of(0.95, np.array([5.0, inf])).shape == (2,)


@pytest.mark.parametrize("freedom", [5.0, 7.0, 12.0])
@pytest.mark.parametrize("confidence", [0.90, 0.95, 0.975])
def test_each_term_of_the_quantile_counts(freedom, confidence):
    """The series written out once more, term by term."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    one = z + (z**3 + z) / (4 * freedom)
    two = one + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    three = two + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    four = three + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (
        92160 * freedom**4
    )
    assert float(t_of(confidence, freedom)) == near(four, 1e-12)


def test_p_values_are_two_sided_and_one_where_nothing_is_known():
    assert two_sided_p(0.0) == 1.0
    assert two_sided_p(Z) == near(0.05)
    assert two_sided_p(-Z) == near(0.05)
    assert two_sided_p(nan) == 1.0
    assert two_sided_p(inf) == 0.0


def test_wilson_is_the_published_example_and_never_leaves_the_share_out():
    low, high = wilson(81 / 263, 263, Z)  # Newcombe 1998, table I
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)
    low, high = wilson(15 / 148, 148, Z)
    assert (round(float(low), 4), round(float(high), 4)) == (0.0624, 0.1605)
    low, high = wilson(0.0, 20, Z)
    assert (float(low), round(float(high), 4)) == (0.0, 0.1611)
    low, high = wilson(1.0, 29, Z)
    assert (round(float(low), 4), float(high)) == (0.8830, 1.0)
    many = wilson(np.array([0.0, 0.5, 1.0]), np.array([3.0, 7.5, 1e6]), Z)
    assert np.all(many[0] >= 0) and np.all(many[1] <= 1)
    assert np.all(many[0] <= [0.0, 0.5, 1.0]) and np.all(many[1] >= [0.0, 0.5, 1.0])


def test_rounding_takes_no_share_beyond_none_or_all():
    """Written out, the first comes to 1.0000000000000002 and the second to -1e-17."""
    assert float(wilson(1.0, 12.0, z_of(0.90))[1]) == 1.0
    assert float(wilson(1.0, 9.0, z_of(0.95))[1]) == 1.0
    assert float(wilson(0.0, 18.5, Z)[0]) == 0.0


def test_families_that_share_everything_leave_a_difference_some_width():
    assert 0.9 < MOST_ALIKE < 1


def test_a_share_knows_what_its_families_leave():
    one = share(30, 120, effect=1.5, freedom=12.0)
    assert float(one.value) == 0.25
    assert float(one.rows) == 80.0
    low, high = one.bounds(0.95)
    expected = wilson(0.25, 80.0, float(t_of(0.95, 12.0)))
    assert (float(low), float(high)) == (near(expected[0]), near(expected[1]))
    wider = share(30, 120, effect=1.5, freedom=5.0).bounds(0.95)
    assert wider[0] < low and wider[1] > high


def both(one, two):
    return tuple(wilson(a / b, b, Z) for a, b in (one, two))


def test_newcombes_difference_is_the_published_example():
    low, high = difference_of(56 / 70, 48 / 80, both((56, 70), (48, 80)))
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)
    low, high = difference_of(9 / 10, 3 / 10, both((9, 10), (3, 10)))
    assert (round(float(low), 4), round(float(high), 4)) == (0.1705, 0.8090)


@pytest.mark.parametrize("alike", [0.0, 0.3, -0.2, 0.9])
def test_shares_that_go_together_have_a_nearer_difference(alike):
    one, two = 0.7, 0.4
    (l1, h1), (l2, h2) = (0.55, 0.81), (0.31, 0.5)
    low, high = difference_of(one, two, ((l1, h1), (l2, h2)), alike)
    a, b = one - l1, h2 - two
    assert float(low) == near(0.3 - sqrt(a * a - 2 * alike * a * b + b * b))
    a, b = h1 - one, two - l2
    assert float(high) == near(0.3 + sqrt(a * a - 2 * alike * a * b + b * b))


def mover(shares, near1, near2, sign, alike):
    """Donner and Zou 2012, with the correlation, written out."""
    one, two = shares
    together = one * two + alike * (near1 - one) * (near2 - two)
    first, second = near1 * (2 * one - near1), near2 * (2 * two - near2)
    root = sqrt(max(0.0, together**2 - first * second))
    return (together + sign * root) / second


@pytest.mark.parametrize("alike", [0.0, 0.4, -0.3])
def test_a_ratio_is_that_of_mover_r(alike):
    one, two = 0.6, 0.5
    (l1, h1), (l2, h2) = (0.5, 0.69), (0.42, 0.58)
    low, high = ratio_of(one, two, ((l1, h1), (l2, h2)), alike)
    if not alike:
        apart = ratio_of(one, two, ((l1, h1), (l2, h2)))
        assert (float(low), float(high)) == (float(apart[0]), float(apart[1]))
    assert float(low) == near(mover((one, two), l1, h2, -1, alike))
    assert float(high) == near(mover((one, two), h1, l2, 1, alike))
    assert float(low) < 1.2 < float(high)


def test_a_ratio_has_no_end_where_the_second_may_be_nothing():
    low, high = ratio_of(0.5, 0.1, ((0.4, 0.6), (0.0, 0.19)))
    assert float(high) == inf
    assert 0 < float(low) < 5
    # where the second reaches twice itself, nothing keeps the ratio from nothing
    low, high = ratio_of(0.5, 0.1, ((0.4, 0.6), (0.01, 0.2)))
    assert float(low) == 0.0
    assert np.isfinite(float(high))
    low, _ = ratio_of(0.5, 0.1, ((0.4, 0.6), (0.01, 0.25)))
    assert float(low) == 0.0
    low, _ = ratio_of(0.0, 0.4, ((0.0, 0.1), (0.3, 0.5)))
    assert float(low) == 0.0


def test_observed_over_expected_solves_its_score_equation():
    observed, expected, variance = 30.0, 25.0, 20.0
    low, high = observed_to_expected(observed, expected, variance, Z)
    for end in (float(low), float(high)):
        away = observed - end * expected
        assert away**2 == near(Z**2 * variance * end, 1e-6)
    assert float(low) < 30 / 25 < float(high)
    low, high = observed_to_expected(0.0, 25.0, 20.0, Z)
    assert float(low) == 0.0
    assert float(high) == near(Z**2 * 20 / 625)
    low, high = observed_to_expected(30.0, 25.0, 0.0, Z)
    assert (float(low), float(high)) == (near(1.2), near(1.2))
    wider = observed_to_expected(30.0, 25.0, 20.0, np.array([Z, 2.5]))
    assert wider[1][1] > wider[1][0]


def test_log_odds_keep_a_share_inside_and_its_ends_are_taken_as_they_are():
    low, high = on_log_odds(0.8, 0.05, Z)
    middle, reach = log(4), Z * 0.05 / 0.16
    assert float(low) == near(1 / (1 + exp(-(middle - reach))))
    assert float(high) == near(1 / (1 + exp(-(middle + reach))))
    assert [float(x) for x in on_log_odds(1.0, 0.1, 2.0)] == [near(0.8), 1.0]
    assert [float(x) for x in on_log_odds(0.0, 0.1, 2.0)] == [0.0, near(0.2)]
    assert [float(x) for x in on_log_odds(1.0, 0.6, 2.0)] == [0.0, 1.0]
    assert [float(x) for x in on_log_odds(0.0, 0.6, 2.0)] == [0.0, 1.0]


def test_percentiles_leave_as_many_out_on_each_side_and_take_nothing_for_the_worst():
    values = np.arange(105.0)[::-1]
    assert percentiles(values, 0.90) == (5.0, 99.0)
    assert percentiles(values, 0.95) == (2.0, 102.0)
    assert percentiles(np.arange(100.0), 0.90) == (4.0, 95.0)
    assert percentiles(np.arange(41.0), 0.95) == (1.0, 39.0)
    holed = np.concatenate([values, [nan] * 5])
    # of 110, five are left out on each side, and the five that say nothing are worst
    assert percentiles(holed, 0.90) == (0.0, 104.0)
    assert percentiles(np.concatenate([values, [nan] * 6]), 0.90) == (-inf, inf)


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
        ([0.4, 0.01], [0.4, 0.02]),
    ],
)
def test_holm(given, corrected):
    assert holm(given) == pytest.approx(corrected)


def test_equal_shares_are_no_distance_apart_and_all_or_nothing_says_nothing():
    assert float(pooled_z(share(30, 100), share(60, 200))) == 0.0
    assert float(pooled_z(share(0, 10), share(0, 50))) == 0.0
    assert float(pooled_z(share(10, 10), share(50, 50))) == 0.0


def test_the_distance_is_the_root_of_chi_squared():
    one, two = share(40, 100), share(90, 300)
    pooled = 130 / 400
    chi = (0.4 - 0.3) ** 2 / (pooled * (1 - pooled) * (1 / 100 + 1 / 300))
    assert float(pooled_z(one, two)) == near(sqrt(chi))
    assert float(pooled_z(two, one)) == near(-sqrt(chi))


def test_families_and_shares_that_go_together_change_the_distance():
    one, two = share(40, 100, effect=2.0), share(90, 300, effect=1.5)
    pooled, e1, e2 = 130 / 400, 2 / 100, 1.5 / 300
    for alike in (0.0, 0.25):
        spread = e1 + e2 - 2 * alike * sqrt(e1 * e2)
        expected = 0.1 / sqrt(pooled * (1 - pooled) * spread)
        assert float(pooled_z(one, two, alike)) == near(expected)


def drawn_in(t, freedom):
    return t * (1 - 1 / (4 * freedom)) / sqrt(1 + t * t / (2 * freedom))


def test_few_families_draw_the_distance_in():
    one, two = share(40, 100, freedom=9.0), share(90, 300, freedom=30.0)
    plain = float(pooled_z(share(40, 100), share(90, 300)))
    e1, e2 = 1 / 100, 1 / 300
    welch = (e1 + e2) ** 2 / (e1**2 / 9 + e2**2 / 30)
    found = float(pooled_z(one, two))
    assert found == near(drawn_in(plain, welch))
    assert found < plain
    only = float(pooled_z(share(40, 100, freedom=9.0), share(90, 300)))
    assert only == near(drawn_in(plain, (e1 + e2) ** 2 / (e1**2 / 9)))
    assert float(as_normal(2.0, inf)) == near(2.0)
    assert float(as_normal(2.0, 10.0)) == near(drawn_in(2.0, 10.0))


def test_what_has_no_end_is_not_a_number():
    assert finite(1.5) == 1.5
    assert isnan(finite(inf)) and isnan(finite(-inf)) and isnan(finite(nan))
