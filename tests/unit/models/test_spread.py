import numpy as np
import pytest

from riskaid.models.spread import few_families, misfit


def normal(rows, seed=1):
    return np.random.Generator(np.random.PCG64(seed)).normal(size=rows)


def alone(errors):
    return few_families(errors, np.arange(len(errors)))


def test_few_families_widen_as_student_does():
    assert alone(normal(4000)) == pytest.approx(1.0, abs=0.002)
    # Student's 97.5% quantiles for 10 and 30 degrees of freedom: 2.228 and 2.042.
    for free, t in ((10, 2.228), (30, 2.042)):
        even = np.tile([1.0, -1.0], free)[: free + 1]
        factor = t / 1.959964 * np.sqrt((free + 1) / free)
        assert alone(even) == pytest.approx(factor, abs=0.002)


def test_it_is_families_that_count_and_how_unlike_they_are():
    assert alone(np.r_[np.full(300, 0.01), 5.0]) > 1.2
    errors = normal(600)
    assert few_families(errors, np.arange(600) // 100) > alone(errors) + 0.1
    assert alone(np.zeros(3)) == 1.0


def asked(score, errors, families=None, parameters=2):
    codes = np.arange(len(score)) if families is None else families
    return misfit(score, errors, codes, parameters=parameters)


def test_misfit_is_chi_square_over_its_degrees_of_freedom():
    score = np.repeat(np.arange(6.0), 50)
    errors = normal(300, seed=4) + np.repeat([0.5, -0.5, 0.5, -0.5, 0.5, -0.5], 50)
    families = np.arange(300) // 2
    square = 0.0
    for level in range(6):
        rows = [i for i in range(300) if score[i] == level]
        held: dict[int, float] = {}
        for i in rows:
            held[families[i]] = held.get(families[i], 0.0) + errors[i]
        square += sum(held.values()) ** 2 / sum(v**2 for v in held.values())
    found = asked(score, errors, families)
    assert found == pytest.approx(np.sqrt(square / 4))
    assert found > 1.5


def test_a_map_that_fits_is_left_alone_and_none_is_narrowed():
    score = np.arange(400.0)
    factors = []
    for seed in range(200):
        errors = normal(400, seed=seed)
        line = np.polyval(np.polyfit(score, errors, 1), score)
        factors.append(asked(score, errors - line))
    assert min(factors) == 1.0
    assert 1.0 < np.mean(factors) < 1.15
    assert asked(score, np.tile([1.0, -1.0], 200)) == 1.0


def test_too_few_groups_say_nothing():
    score = np.repeat([0.0, 1.0], 100)
    assert asked(score, np.r_[np.ones(100), -np.ones(100)]) == 1.0
    assert asked(score, np.zeros(200), parameters=1) == 1.0
