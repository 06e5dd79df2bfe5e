"""Who moves between two orders: counted plainly, and nothing small given back."""

import itertools

import numpy as np
import pytest

from riskaid.training.moved import Moved, moved

SIZES = (300, 90, 14)


def council(seed=3, *, families=1):
    """Three groups; the second order moves some rows of each."""
    draw = np.random.Generator(np.random.PCG64(seed))
    of_row = np.repeat(np.arange(3), SIZES)
    rows = len(of_row)
    first = draw.random(rows) < 0.3
    second = np.where(draw.random(rows) < 0.35, ~first, first)
    outcome = (draw.random(rows) < 0.4).astype(float)
    family = np.arange(rows) // families
    return first, second, outcome, of_row, family


def told(first, second, outcome, of_row, family, *, smallest=6, hidden=None):
    found, _ = both(
        first, second, outcome, of_row, family, smallest=smallest, hidden=hidden
    )
    return found


def both(first, second, outcome, of_row, family, *, smallest=6, hidden=None):
    cells = [(0,), (1,), (2,)]
    return moved(
        (first, second),
        outcome,
        of_row=of_row,
        cells=cells,
        family=family,
        smallest=smallest,
        hidden=np.zeros(4, dtype=bool) if hidden is None else hidden,
    )


def counted(first, second, outcome, inside):
    newly, gone = second & ~first & inside, first & ~second & inside
    with_it = outcome == 1
    return Moved(
        newly.sum(), gone.sum(), (newly & with_it).sum(), (gone & with_it).sum()
    )


def test_they_are_plain_counts_where_all_may_be_shown():
    first, second, outcome, of_row, family = council()
    found = told(first, second, outcome, of_row, family, smallest=1)
    wanted = [counted(first, second, outcome, of_row == g) for g in range(3)]
    wanted.append(counted(first, second, outcome, np.ones(len(outcome), dtype=bool)))
    assert found == wanted


def test_a_small_count_hides_the_group_and_one_more():
    """The smallest group moves few; with a total it would be what is left."""
    first, second, outcome, of_row, family = council()
    found = told(first, second, outcome, of_row, family)
    small = counted(first, second, outcome, of_row == 2)
    assert 0 < min(small.newly, small.no_longer) < 6
    assert found[2] == Moved("c", "c", "c", "c")
    assert isinstance(found[3].newly, int) and isinstance(found[3].no_longer, int)
    assert sum(one.newly == "c" for one in found[:3]) >= 2


@pytest.mark.parametrize("seed", range(12))
def test_no_part_of_what_is_shown_is_small(seed):
    """Rows, selected by either order and who moves give four parts away, or eight."""
    first, second, outcome, of_row, family = council(seed)
    groups = [of_row == g for g in range(3)] + [np.ones(len(outcome), dtype=bool)]
    parts = [second & ~first, first & ~second, first & second, ~first & ~second]
    for one, inside in zip(told(first, second, outcome, of_row, family), groups,
                           strict=True):  # fmt: skip
        if one.newly != "c":
            assert all(not 0 < (p & inside).sum() < 6 for p in parts)
        if one.newly_with_outcome != "c":
            assert one.newly != "c"
            for part, value in itertools.product(parts, (0, 1)):
                assert not 0 < (part & inside & (outcome == value)).sum() < 6


def test_rows_of_few_families_are_few():
    first, second, outcome, of_row, _ = council()
    shown = told(first, second, outcome, of_row, np.arange(len(of_row)))
    few = told(first, second, outcome, of_row, np.where(of_row == 0, 0, of_row))
    assert shown[0].newly != "c"
    assert few[0].newly == "c"


def test_what_an_audit_hides_stays_hidden():
    first, second, outcome, of_row, family = council()
    hidden = np.array([True, False, False, False])
    found = told(first, second, outcome, of_row, family, smallest=1, hidden=hidden)
    assert found[0] == Moved("c", "c", "c", "c")
    assert found[1].newly != "c"


def test_where_hardly_anybody_moves_the_orders_do_not_stand_side_by_side():
    """The difference between their columns would be about those few."""
    first, _, outcome, of_row, family = council()
    few = first.copy()
    few[:3] = ~few[:3]
    larger = (np.arange(len(first)) % 3 == 0) & (of_row < 2)
    many = np.where(larger, ~first, first)
    shut = [both(first, s, outcome, of_row, family)[1] for s in (few, many)]
    assert shut[0][0] and shut[0][-1]
    assert not shut[1].any()
    nobody = both(first, first, outcome, of_row, family)
    assert not nobody[1].any(), "nobody moved, and that may be said"


def test_few_who_move_are_not_what_is_left_of_two_columns():
    """One group moves by three rows: two of the groups are closed, not one."""
    first, second, outcome, of_row, family = council()
    moves = np.where(of_row == 2, first, second)
    moves[-3:] = ~first[-3:]
    shut = both(first, moves, outcome, of_row, family)[1]
    assert shut[2] and not shut[-1]
    assert shut[:3].sum() == 2
