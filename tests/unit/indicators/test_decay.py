"""What a record is worth, day by day, until nothing is left."""

import pytest

from riskaid.indicators.decay import weight_at, weights
from riskaid.language.windows import LONGEST_DAYS

HALVED = (
    *(1_000_000, 500_000, 250_000, 125_000, 62_500, 31_250, 15_625, 7_812, 3_906),
    *(1_953, 977, 488, 244, 122, 61, 31, 15, 8, 4, 2, 1, 0),
)


def test_every_half_life_halves_the_weight_until_half_a_millionth_is_left():
    assert weights(1) == HALVED


@pytest.mark.parametrize("age", [0, 1, 20, 21, 22, 1_000])
def test_beyond_its_table_a_record_is_worth_nothing(age):
    assert weight_at(age, 1) == (HALVED[age] if age < 22 else 0)


def test_the_longest_half_life_comes_to_an_end_too():
    longest = weights(LONGEST_DAYS)
    assert longest[::LONGEST_DAYS] == HALVED[:-1]
    assert longest[-2:] == (1, 0)
