"""What a record is worth after so many days: one table of weights for every engine."""

from functools import cache

from riskaid.indicators.cases import SIX_PLACES


@cache
def weights(half_life: int) -> tuple[int, ...]:
    """Millionths by age in days, up to the first age at which nothing is left.

    The weight of age d is 0.5 ** (d / half_life), taken to the millionth. Whole
    numbers add up to the same in any order, so engines agree exactly.

    Args:
        half_life: Days, 1 or more.
    """
    found = [SIX_PLACES]
    while found[-1]:
        found.append(round(SIX_PLACES * 0.5 ** (len(found) / half_life)))
    return tuple(found)


def weight_at(age: int, half_life: int) -> int:
    """The weight of one record, in millionths; 0 beyond the table."""
    table = weights(half_life)
    return table[age] if age < len(table) else 0
