import math

import numpy as np
import pytest

from riskaid.models.reach import Reach, fit_reach

NAN = float("nan")
NAMES = ("count", "flag", "sessions")


def made(seed, rows=2000):
    rng = np.random.Generator(np.random.PCG64(seed))
    matrix = np.column_stack(
        [
            rng.poisson(0.6, rows),
            rng.random(rows) < 0.03,
            rng.normal(190, 20, rows),
        ]
    ).astype(float)
    return np.where(rng.random(matrix.shape) < 0.1, NAN, matrix)


@pytest.fixture(scope="module")
def reach():
    return fit_reach(made(1), made(2, rows=800), names=NAMES)


def test_distance_is_what_adding_up_spreads_gives(reach):
    held = made(1)
    row = [3.0, NAN, 250.0]
    squares = []
    for i in (0, 2):
        known = [v for v in held[:, i] if not math.isnan(v)]
        mean = sum(known) / len(known)
        variance = sum((v - mean) ** 2 for v in known) / len(known)
        squares.append((row[i] - mean) ** 2 / variance)
    expected = math.sqrt(sum(squares) / 2)
    assert reach.distance(np.array([row]))[0] == pytest.approx(expected, rel=1e-8)


def test_rows_like_the_training_table_are_within_and_wrong_units_beyond(reach):
    assert reach.beyond(made(3, rows=4000)).mean() < 0.002
    like = [1.0, 0.0, 190.0]
    for column, value in ((0, 40.0), (2, 1900.0), (2, 19000.0)):
        far = list(like)
        far[column] = value
        assert reach.beyond(np.array([like, far])).tolist() == [False, True]


def test_every_sign_at_once_is_not_too_far(reach):
    # The children of most concern must not be the ones who get no estimate.
    most = np.array([[4.0, 1.0, 130.0]])
    assert not reach.beyond(most)[0]


def test_a_row_of_which_nothing_is_known_is_nowhere(reach):
    assert reach.distance(np.full((1, 3), NAN)).tolist() == [0.0]


def test_a_column_alike_for_all_or_known_for_nobody_measures_in_ones():
    train = np.array([[2.0, NAN], [2.0, NAN], [2.0, 7.0]])
    found = fit_reach(train, train, names=("same", "unknown"))
    assert found.spread == (1.0, 1.0)
    assert found.centre == (2.0, 0.0)
    usual = np.quantile([0.0, 0.0, 7 / math.sqrt(2)], 0.99)
    assert found.limit == pytest.approx(2 * usual)
    empty = fit_reach(np.empty((3, 0)), np.empty((3, 0)), names=())
    assert not empty.beyond(np.empty((2, 0))).any()


def test_no_row_is_kept_and_it_reads_back(reach):
    facts = reach.to_json()
    assert set(facts) == {"names", "centre", "spread", "limit"}
    assert Reach.from_json(facts) == reach
    for change in (
        {"centre": facts["centre"][:-1]},
        {"spread": [0.0, 1.0, 1.0]},
        {"limit": 0.0},
        {"limit": float("nan")},
    ):
        with pytest.raises(ValueError, match="reach"):
            Reach.from_json(facts | change)
