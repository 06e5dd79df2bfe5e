"""What stands behind a count: rows, families, and one family's part."""

import numpy as np
import pytest

from riskaid.fairness.behind import kinds_of, stand_behind
from riskaid.fairness.sums import FIXED


def behind(patterns, smallest=6):
    """Families of each pattern, written in letters; a capital has the outcome."""
    pattern = np.array([at for at, some in enumerate(patterns) for _ in some])
    letters = "".join(patterns)
    family = np.array([ord(one.lower()) for one in letters])
    quantities = np.zeros((len(letters), FIXED))
    quantities[:, 0] = 1
    quantities[:, 1] = [one.isupper() for one in letters]
    return stand_behind(pattern, family, quantities, kinds_of(0, 0), smallest)


def is_small(*patterns, of=None, smallest=6):
    found = behind(patterns, smallest)
    inside = np.ones(len(patterns), bool) if of is None else np.array(of, bool)
    (small,) = found.small(inside)
    return bool(small)


def test_from_one_to_five_rows_are_few():
    assert not is_small("abcdef")
    assert is_small("abcde") and is_small("a")
    assert not is_small("abcde", smallest=5)
    assert not is_small("abc", "def", of=[0, 0])
    assert is_small("abc", "defghijk", of=[1, 0])


def test_rows_of_five_families_are_few_however_many_there_are():
    assert is_small("abcde" * 5)
    assert not is_small("abcdef" * 5)
    assert is_small("abcdea")
    # a family is one in however many patterns
    assert is_small("abcde", "abcde") and not is_small("abcde", "bcdef")


def test_one_family_with_more_than_half_of_the_rows():
    assert not is_small("abcdef" + "aaaa")
    assert is_small("abcdef" + "aaaaa")
    assert not is_small("abcdefgh" + "a" * 6)
    # what the family has elsewhere does not count
    assert not is_small("abcdefgh", "a" * 6, of=[1, 0])


def test_what_holds_of_rows_holds_of_outcomes_and_of_their_absence():
    many = "abcdefghijkl"
    assert not is_small(many) and not is_small(many.upper())
    assert is_small(many + "MNOPQ") and not is_small(many + "MNOPQR")
    assert is_small(many.upper() + "mnopq")
    # seven outcomes of five families, who are not the only ones without
    assert is_small(many + "ABCDEAB") and not is_small(many + "ABCDEFA")
    # one family has six outcomes of eleven; five of ten
    assert is_small(many + "AAAAAABCDEF")
    assert not is_small(many + "AAAAABCDEF")


def test_what_is_near_to_something_earlier_is_small_and_not_remembered():
    found = behind(["abcdefgh", "ABCDEFGHIJklmnop"])
    asked = []

    def near(counts):
        asked.append(counts.tolist())
        return counts == 8

    inside = np.array([True, False])
    assert found.small(inside).tolist() == [False]
    assert found.small(inside, near).tolist() == [True]
    assert found.small(np.array([False, True]), near).tolist() == [False]
    assert asked == [[8, 0, 8], [16, 10, 6]]
    assert found.small(inside).tolist() == [False]


def test_each_kind_of_count_is_of_the_level_that_gives_it_away():
    kinds = kinds_of(3, 1)
    levels = dict(zip(kinds.names, kinds.levels.tolist(), strict=True))
    assert kinds.count == 4
    at = ("selected", "not selected", "found", "missed", "wrong", "left")
    between = {"1 to 2": 1, "1 to 3": 1, "2 to 3": 3}
    assert levels == {
        **dict.fromkeys(("rows", "outcomes", "without"), 0),
        **{f"{stem} at {k}": k for k in (1, 2, 3) for stem in at},
        **{
            f"{stem} from {which}": level
            for which, level in between.items()
            for stem in ("selected", "found", "wrong")
        },
    }
    gating_last = dict(zip(kinds.names, kinds_of(3, 2).levels.tolist(), strict=True))
    assert gating_last["found from 1 to 2"] == 1
    assert gating_last["found from 2 to 3"] == 2
    assert kinds_of(0, 0).names == ("rows", "outcomes", "without")


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_plain_counting(seed):
    draw = np.random.default_rng(seed)
    rows = 200
    pattern = np.concatenate([np.arange(7), draw.integers(0, 7, rows - 7)])
    family = draw.integers(0, 60, rows)
    outcome = draw.random(rows) < 0.4
    first = draw.random(rows) < 0.2
    chosen = [first, first | (draw.random(rows) < 0.2)]
    quantities = np.zeros((rows, FIXED + 4))
    quantities[:, 0], quantities[:, 1], quantities[:, 2] = 1, outcome, 0.3
    plain = {
        "rows": np.ones(rows, bool),
        "outcomes": outcome,
        "without": ~outcome,
        "selected from 1 to 2": chosen[1] & ~chosen[0],
        "found from 1 to 2": chosen[1] & ~chosen[0] & outcome,
        "wrong from 1 to 2": chosen[1] & ~chosen[0] & ~outcome,
    }
    for k, one in enumerate(chosen, start=1):
        quantities[:, FIXED + 2 * k - 2] = one
        quantities[:, FIXED + 2 * k - 1] = one & outcome
        plain |= {
            f"selected at {k}": one,
            f"not selected at {k}": ~one,
            f"found at {k}": one & outcome,
            f"missed at {k}": ~one & outcome,
            f"wrong at {k}": one & ~outcome,
            f"left at {k}": ~one & ~outcome,
        }
    kinds = kinds_of(2, 1)
    found = stand_behind(pattern, family, quantities, kinds, 6)
    assert set(kinds.names) == set(plain)
    for i, name in enumerate(kinds.names):
        assert (
            found.sums[i].tolist()
            == np.bincount(pattern[plain[name]], minlength=7).tolist()
        )
        assert found.largest[i] == np.bincount(family[plain[name]]).max()
    for some in draw.random((10, 7)) < 0.3:
        expected = np.zeros(3, bool)
        for i, name in enumerate(kinds.names):
            of = np.bincount(family[plain[name] & some[pattern]])
            few = 0 < (of > 0).sum() < 6
            most = of.max(initial=0) > of.sum() / 2
            expected[kinds.levels[i]] |= few or most
        assert found.small(some).tolist() == expected.tolist()
