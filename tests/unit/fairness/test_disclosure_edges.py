"""What is hidden in small made-up councils, worked out by hand.

A council is written as its patterns (people alike in every cell), by letter, and its
cells as the patterns in each: {"a": 100, "b": 3} and ["a", "b"].
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from riskaid.fairness import small_sets
from riskaid.fairness.behind import kinds_of, stand_behind
from riskaid.fairness.disclosure import (
    Shape,
    disclose,
    has_small,
    patterns_of,
    wholes_of,
)
from riskaid.fairness.earlier import Before, Earlier
from riskaid.fairness.sums import FIXED


def rows_of(people):
    """Each row's pattern, family and quantities.

    People of a pattern are a number of rows; or rows, outcomes, and for each capacity
    how many are selected and found; or the family of each row.
    """
    capacities = max(
        (len(p) - 2) // 2 if isinstance(p, tuple) else 0 for p in people.values()
    )
    pattern, family, rows = [], [], []
    for at, some in enumerate(people.values()):
        of = some if isinstance(some, str) else [None] * np.atleast_1d(some)[0]
        numbers = some if isinstance(some, tuple) else (len(of), 0)
        outcome = np.arange(len(of)) < numbers[1]
        row = np.zeros((len(of), FIXED + 2 * capacities))
        row[:, 0], row[:, 1] = 1, outcome
        for k in range(0, len(numbers) - 2, 2):
            chosen, found = numbers[2 + k : 4 + k]
            row[:, FIXED + k + 1] = np.arange(len(of)) < found
            wrong = np.arange(len(of)) - numbers[1]
            row[:, FIXED + k] = row[:, FIXED + k + 1]
            row[:, FIXED + k] += (wrong >= 0) & (wrong < chosen - found)
        pattern += [at] * len(of)
        family += [f"{at} {i}" if f is None else f for i, f in enumerate(of)]
        rows.append(row)
    _names, family = np.unique(family, return_inverse=True)
    return np.array(pattern), family, np.concatenate(rows), capacities


def levels_of(people, *characteristics, merged=(), gated=0, before=()):
    """The cells that are hidden at each level, "all" for everyone.

    Merged are cells of the first characteristic that are made up of its others.
    """
    pattern, family, quantities, capacities = rows_of(people)
    kinds = kinds_of(capacities, gated)
    behind = stand_behind(pattern, family, quantities, kinds, 6)
    names = [name for own in characteristics for name in own]
    inside = np.array([[p in name.strip("_") for p in people] for name in names])
    at, parts = 0, []
    for own in characteristics:
        single = [at + i for i, name in enumerate(own) if name not in merged]
        parts.append((None, tuple(single)))
        at += len(own)
    for name in merged:
        wide = names.index(name)
        own = tuple(i for i in parts[0][1] if not (inside[i] & ~inside[wide]).any())
        parts.append((wide, tuple(i for i in own if inside[i].any())))
    named = tuple(
        (f"about {k}", tuple(n for n in own if n not in merged and set(n) <= set(name)))
        for k, own in enumerate(characteristics)
        for name in own
    )
    held = Before(tuple(before), named, kinds, 6) if before else None
    hidden = disclose(behind, Shape(inside, tuple(parts), held))
    return [
        {name for name, one in zip([*names, "all"], level, strict=True) if one}
        for level in hidden
    ]


def hides(people, *characteristics, **more):
    """The cells hidden for counts of rows and outcomes."""
    return levels_of(people, *characteristics, **more)[0]


def test_everyone_is_hidden_where_there_are_few_and_so_is_each_cell():
    assert hides({"a": 5}, ["a"]) == {"a", "all"}
    assert hides({"a": 6}, ["a"]) == set()
    assert hides({"a": 3, "b": 2}, ["a", "b"]) == {"a", "b", "all"}


def test_outcomes_and_their_absence_are_counts_as_rows_are():
    assert hides({"a": (90, 40), "b": (50, 5), "c": (40, 20)}, "abc") == {"b", "c"}
    assert hides({"a": (90, 40), "b": (50, 45), "c": (40, 20)}, "abc") == {"b", "c"}
    # nobody with an outcome is no small count
    assert hides({"a": (90, 40), "b": (50, 0), "c": (40, 20)}, "abc") == set()


def test_the_fewest_rows_are_given_up_and_not_the_fewest_outcomes():
    council = {"a": (100, 10), "b": (30, 4), "c": (40, 30)}
    assert hides(council, "abc") == {"b", "c"}
    # of two with as many rows the first
    assert hides({"a": 40, "b": 3, "c": 40}, "abc") == {"a", "b"}


def test_a_cell_without_anybody_is_shown_and_hides_nothing():
    council = {"a": 100, "b": 3, "c": 40}
    assert hides(council, ["a", "b", "c", "_"]) == {"b", "c"}
    assert hides(council, ["_", "a", "b", "c"], ["__", "abc"]) == {"b", "c"}


def test_rows_of_few_families_or_mostly_of_one_are_few():
    many = {"a": 100, "c": 40, "d": 50}
    assert hides({**many, "b": "vwxyz" * 4}, "abcd") == {"b", "c"}
    assert hides({**many, "b": "uvwxyz" * 4}, "abcd") == set()
    assert hides({**many, "b": "uvwxyz" + 7 * "u"}, "abcd") == {"b", "c"}
    assert hides({**many, "b": "uvwxyz" + 4 * "u"}, "abcd") == set()


def test_what_is_left_of_everyone_may_not_be_of_few_families():
    # b and c are hidden, and are 7 rows of 3 families together
    council = {"a": 100, "b": "xyz", "c": "xyxz", "d": 50}
    assert hides(council, "abcd") == {"b", "c", "d"}
    # a cell without anybody is not given up for it
    assert hides(council, ["a", "_", "b", "c", "d"]) == {"b", "c", "d"}
    apart = {"a": 100, "b": "xyz", "c": "uvwx", "d": 50}
    assert hides(apart, "abcd") == {"b", "c"}


def test_what_is_left_of_a_merged_group_may_not_be_of_few_families():
    council = {"a": 100, "b": "xyz", "c": "xyxz", "d": 50, "e": 30}
    cells = ["a", "b", "c", "d", "e", "f", "g"]
    # the merged less d is b and c; so is the merged less d and e
    assert hides(council, [*cells, "bcd"], merged=["bcd"]) == {"b", "c", "d"}
    council |= {"f": 4, "g": 4}
    hidden = {"b", "c", "f", "g"}
    assert hides(council, [*cells, "bcde"], merged=["bcde"]) == {*hidden, "e"}
    # with nothing merged, those four are 15 rows of 11 families together
    assert hides(council, cells) == hidden


def test_everyone_else_beside_a_merged_group_may_not_be_mostly_of_one_family():
    # a and b are hidden, ab is not; c and d are 16 of 23 rows of one family together
    council = {"a": 3, "b": 40, "c": "uvwxy" + "z" * 5, "d": "st" + "z" * 11}
    cells = ["a", "b", "c", "d", "ab"]
    assert hides(council, cells, merged=["ab"]) == set(cells)
    council["c"] = "klmnopqrst"
    assert hides(council, cells, merged=["ab"]) == {"a", "b", "c", "d"}


def test_beside_a_hidden_merged_group_its_parts_may_be_shown():
    council = {"a": 10, "b": 3, "c": 50, "d": 60, "e": 3}
    cells = ["e", "a", "b", "c", "d", "ab"]
    # e is everyone less ab, c and d; b is less than a together with e only
    assert hides(council, cells, merged=["ab"]) == {"b", "e", "ab"}
    # and another merged group is still looked at
    council |= {"f": "xyz", "g": "xyxz"}
    hidden = hides(council, [*cells, "f", "g", "cdfg"], merged=["ab", "cdfg"])
    assert hidden == {"b", "e", "ab", "f", "g", "c"}


def test_what_a_wider_cell_holds_beyond_a_narrower_may_not_be_of_few_families():
    # 8 rows of 2 families: a wider cell of one characteristic less one of another
    council = {"a": 100, "b": 40, "c": "xyxyxyxy", "d": 60}
    # b is everyone less all others, so that they do not stand without it
    assert hides(council, ["a", "bc", "d"], ["b", "acd"]) == {"b", "acd"}
    council["c"] = "stuvwxyz"
    assert hides(council, ["a", "bc", "d"], ["b", "acd"]) == set()


def test_what_cannot_be_spared_is_hidden_before_what_another_cell_says_as_well():
    # b is everyone less a and c; c is said twice, so that a alone has to go
    council = {"a": 100, "b": 3, "c": 40}
    assert hides(council, ["a", "b", "c"], ["c_", "ab"]) == {"a", "b"}


def test_of_two_ways_to_a_small_group_both_are_closed():
    # b is everyone less a, c and d: by ethnicity, and by disability
    council = {"a": 100, "b": 3, "c": 40, "d": 90}
    assert hides(council, ["ac", "b", "d"], ["ad", "b", "c"]) == {"b", "c", "d"}


def test_what_is_hidden_for_rows_is_hidden_at_every_capacity():
    council = {
        "a": (100, 50, 20, 10),
        "b": (3, 3, 0, 0),
        "c": (40, 20, 14, 7),
        "d": (90, 45, 50, 42),
    }
    # at the capacity b and d hide each other; c is hidden beside b
    assert levels_of(council, "abcd") == [{"b", "c"}, {"b", "c", "d"}]


def test_where_few_of_everyone_are_found_nothing_is_said_at_that_capacity():
    council = {"a": (100, 50, 20, 0), "b": (90, 40, 30, 4)}
    assert levels_of(council, "ab") == [set(), {"a", "b", "all"}]
    # between two capacities: the one that gates is kept
    council = {"a": (100, 50, 20, 10, 32, 16), "b": (90, 40, 20, 10, 23, 12)}
    assert levels_of(council, "ab", gated=0) == [set(), set(), {"a", "b"}]
    assert levels_of(council, "ab", gated=1) == [set(), {"a", "b"}, set()]


def numbers(rows, outcomes=0):
    return {"rows": rows, "outcomes": outcomes, "without": rows - outcomes}


def earlier(everyone, *characteristics, capacities=0):
    """An audit published earlier; a group without a number was not shown."""
    return Earlier(
        digest="",
        everyone=numbers(*np.atleast_1d(everyone).tolist()),
        groups={
            (f"about {k}", name): {} if rows is None else numbers(*np.atleast_1d(rows))
            for k, groups in enumerate(characteristics)
            for name, rows in groups.items()
        },
        held={f"about {k}": tuple(one) for k, one in enumerate(characteristics)},
        merged={},
        capacities=capacities,
    )


def test_a_group_that_changed_by_a_few_is_hidden_and_one_that_changed_by_many_shown():
    before = [earlier(150, {"a": 100, "b": 50})]
    assert hides({"a": 100, "b": 50}, "ab", before=before) == set()
    assert hides({"a": 106, "b": 50}, "ab", before=before) == set()
    assert hides({"a": 105, "b": 50}, "ab", before=before) == {"a", "b", "all"}
    # three came and three went: everyone's number says nothing
    assert hides({"a": 103, "b": 47}, "ab", before=before) == {"a", "b"}
    # what is compared with two audits may be near to either
    before.append(earlier(163, {"a": 113, "b": 50}))
    assert hides({"a": 106, "b": 50}, "ab", before=before) == set()
    assert hides({"a": 108, "b": 50}, "ab", before=before) == {"a", "b", "all"}


def test_groups_do_not_add_up_to_everyone_where_everyone_changed_by_a_few():
    unknown = {"a": None, "b": None}
    before = [earlier(200, unknown)]
    assert hides({"a": 103, "b": 100}, "ab", before=before) == {"b", "all"}
    assert hides({"a": 110, "b": 100}, "ab", before=before) == set()
    # nor at a capacity, of which the earlier audit says nothing
    council = {"a": (103, 50, 20, 10), "b": (100, 40, 30, 15)}
    before = [earlier((200, 93), unknown)]
    assert levels_of(council, "ab", before=before) == [{"b", "all"}] * 2


def test_many_groups_do_not_add_up_to_everyone_either():
    council = {one: 20 + i for i, one in enumerate("abcdefghijklm")}
    unknown = dict.fromkeys(council)
    before = [earlier(sum(council.values()) - 3, unknown)]
    assert hides(council, list(council), before=before) == {"a", "all"}


def test_everyone_else_is_compared_where_everyone_changed_by_a_few():
    # d is of few families now, and c is hidden beside it
    before = [earlier(300, {"a": 100, "b": 100, "c": 40, "d": 60})]
    council = {"a": 100, "b": 120, "c": 40, "d": "vwxyz" * 8 + "xyz"}
    # all but a were 200 and are 203
    assert hides(council, "abcd", before=before) == {"a", "c", "d", "all"}
    # all but a are 223
    council["b"] = 140
    assert hides(council, "abcd", before=before) == {"c", "d"}


def test_all_groups_but_one_are_compared_however_many_there_are():
    # but for a all were shown, and together they are three more than they were
    then = {"a": None, "b": 30, "c": 50, **dict.fromkeys("defghijklm", 60)}
    before = [replace(earlier(0, then), everyone={})]
    council = {**then, "a": 20, "b": 40, "c": 43}
    assert hides(council, list(then), before=before) == {"a", "b"}
    council["c"] = 60
    assert hides(council, list(then), before=before) == set()


def test_what_is_left_together_is_compared_and_not_each_of_it():
    # b and c were 130 together and are 133; each of the larger has grown by 20
    larger = dict.fromkeys("defghijklm", 200)
    then = {"a": 80, "b": 60, "c": 70, **larger}
    council = {one: rows + 20 for one, rows in then.items()}
    council |= {"b": "vwxyz" * 8, "c": 93}
    before = [earlier(sum(then.values()), then)]
    assert hides(council, list(then), before=before) == {"a", "b", "c"}
    # where they are 138 it is b of five families, and c beside it
    council["c"] = 98
    assert hides(council, list(then), before=before) == {"b", "c"}


def test_one_characteristic_all_of_which_is_hidden_does_not_hide_another():
    # everyone, and so abcd, changed by three; b and c are of three families
    council = {"a": 100, "b": "xyz", "c": "xyxz", "d": 50}
    before = [earlier(160, {"abcd": None}, dict.fromkeys("abcd"))]
    hidden = hides(council, ["abcd"], "abcd", before=before)
    assert hidden == {"abcd", "all", "b", "c", "d"}
    # nor does everyone, which cells do not add up to, keep c from being looked at
    council = {"a": 100, "b": 40, "c": "xyxyxyxy", "d": 20}
    cells = ["abcd"], ["a", "bc", "d"], ["b", "acd"]
    before = [earlier(165, *(dict.fromkeys(own) for own in cells))]
    hidden = hides(council, *cells, before=before)
    assert hidden == {"abcd", "all", "b", "d", "bc"}


def test_what_sums_of_shown_cells_give_may_not_have_changed_by_a_few():
    # every cell changed by 20 or more, and b, which is ab less a, by 3
    first, second = {"a": 100, "bc": 130}, {"ab": 150, "c": 80}
    before = [earlier((230, 90), first, second)]
    now = {"a": (120, 60), "b": (53, 20), "c": (100, 40)}
    cells = ["a", "bc"], ["ab", "c"]
    assert hides(now, *cells, before=before) == {"a", "c", "bc"}
    assert hides({**now, "b": (60, 20)}, *cells, before=before) == set()
    # the earlier audit did not show it
    unknown = earlier((230, 90), dict.fromkeys(first), second)
    assert hides(now, *cells, before=[unknown]) == set()
    # of several audits the one that shows it
    assert hides(now, *cells, before=[unknown, *before]) == {"a", "c", "bc"}


def test_rows_are_compared_with_rows_and_outcomes_with_outcomes():
    before = [earlier((600, 300), {"a": (200, 100), "b": (400, 200)})]
    council = {"a": (103, 40), "b": (203, 97)}
    assert hides(council, "ab", before=before) == set()
    council = {"a": (103, 95), "b": (403, 97)}
    assert hides(council, "ab", before=before) == {"a", "b"}


def test_found_is_compared_with_found_and_hidden_at_the_capacity_alone():
    def shown(rows, outcomes, selected, found):
        return numbers(rows, outcomes) | {
            "selected at 1": selected,
            "not selected at 1": rows - selected,
            "found at 1": found,
            "missed at 1": outcomes - found,
        }

    groups = {
        ("about 0", "a"): shown(100, 60, 40, 30),
        ("about 0", "bc"): shown(500, 260, 90, 60),
        ("about 1", "ab"): shown(300, 160, 80, 50),
        ("about 1", "c"): shown(300, 160, 50, 40),
    }
    held = {"about 0": ("a", "bc"), "about 1": ("ab", "c")}
    known = Earlier("", shown(600, 320, 130, 90), groups, held, {}, 1)
    # of b, which is ab less a, 20 were found and 23 are; all else changed by more
    council = {"a": (200, 90, 60, 40), "b": (300, 150, 60, 23), "c": (400, 250, 70, 50)}
    cells = ["a", "bc"], ["ab", "c"]
    levels = levels_of(council, *cells, before=[known])
    assert levels == [set(), {"a", "ab", "c"}]
    # an audit before it that had no capacities
    none = earlier((9000, 5000), {"a": None, "bc": None}, {"ab": None, "c": None})
    assert levels_of(council, *cells, before=[none, known]) == levels
    council["b"] = (300, 150, 60, 27)
    assert levels_of(council, *cells, before=[known]) == [set(), set()]


def test_everyone_less_cells_that_lie_apart_where_others_are_hidden():
    # c is hidden and de beside it; everyone less ab and e would be c and d
    council = {"a": 6, "b": 15, "c": 1, "d": 2, "e": 12}
    assert hides(council, ["de", "c", "ab"], ["e", "bd", "ac"]) == {"de", "c", "ab"}


def test_sums_of_two_groups_less_a_third_within_them_are_looked_at():
    # d and e of one characteristic less ac of the other are five people, b
    council = {"a": 10, "b": 5, "c": 100, "d": 100, "e": 100, "f": 7}
    hidden = hides(council, ["ab", "c", "de", "f"], ["ac", "b", "d", "ef"])
    assert "b" in hidden
    assert not {"ab", "c", "ac"} <= {"ab", "c", "ac"} - hidden


def test_a_cell_is_hidden_until_few_enough_ways_are_left(monkeypatch):
    """As if there were more ways than can be looked at."""
    monkeypatch.setattr(small_sets, "LOOKED_AT", 4)
    assert hides({"a": 100, "b": 30}, ["a", "b", "_"]) == {"a", "b"}
    monkeypatch.setattr(small_sets, "LOOKED_AT", 6)
    assert hides({"a": 100, "b": 30}, ["a", "b", "_"]) == set()
    assert hides({"a": 100, "b": 30, "c": 40}, ["a", "b", "c", "_"]) == {"b", "c"}


@pytest.mark.parametrize("seed", range(40))
def test_no_sum_of_shown_cells_gives_one_to_five_people(seed):
    """Every sum of cells, each taken, left or taken away, in councils drawn at random."""
    draw = np.random.default_rng(seed)
    sizes = [(3, 2), (4, 2), (3, 3), (2, 2, 2), (3, 2, 2)][seed % 5]
    kinds = draw.integers(0, sizes, (draw.integers(3, 9), len(sizes)))
    people = draw.choice([1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 40, 100], len(kinds))
    of_row = np.repeat(kinds, people, axis=0)
    cells = [[(i,) for i in range(size)] for size in sizes]
    inside, pattern = patterns_of(of_row, cells)
    quantities = np.zeros((len(pattern), FIXED))
    quantities[:, 0] = 1
    family = np.arange(len(pattern))
    behind = stand_behind(pattern, family, quantities, kinds_of(0, 0), 6)
    shown = ~disclose(behind, Shape(inside, wholes_of(cells)))[0, :-1]
    known = np.vstack([inside[shown], np.ones(inside.shape[1])]).astype(int)
    ways = np.array(list(itertools.product((-1, 0, 1), repeat=len(known))))
    sets = ways @ known
    people = sets[((sets == 0) | (sets == 1)).all(axis=1)] @ behind.sums[0]
    assert not ((people > 0) & (people < 6)).any()


def test_a_count_is_small_in_a_group_where_one_kind_of_it_is():
    counts = np.array([[3, 100, 0, 6], [50, 100, 0, 5]])
    assert has_small(counts, 6).tolist() == [True, False, False, True]


def test_patterns_are_people_who_are_in_the_very_same_cells():
    of_row = np.array([[0, 1], [2, 0], [1, 1], [0, 0], [2, 1], [0, 1], [1, 0], [2, 0]])
    cells = [[(0,), (1,), (2,), (0, 2)], [(0, 1)]]
    inside, pattern = patterns_of(of_row, cells)
    plain = [np.isin(of_row[:, i], one) for i, own in enumerate(cells) for one in own]
    assert np.array_equal(inside[:, pattern], np.array(plain))
    assert inside.shape == (5, 3)  # nobody is told apart by the second characteristic
    assert inside.dtype == bool and pattern.shape == (8,)


def test_patterns_tell_apart_people_of_any_two_characteristics():
    of_row = np.array(list(itertools.product(range(3), range(4), range(2))))
    inside, pattern = patterns_of(of_row, [[(i,) for i in range(n)] for n in (3, 4, 2)])
    assert sorted(pattern) == list(range(24)) and inside.shape == (9, 24)
    assert inside.sum(axis=1).tolist() == [8, 8, 8, 6, 6, 6, 6, 12, 12]


def test_wholes_are_each_characteristic_and_each_merged_cell():
    cells = [[(0,), (1,), (3,), (0, 3)], [(2,), (1,)], [(0,), (1,), (2,), (2, 1, 0)]]
    assert wholes_of(cells) == (
        (None, (0, 1, 2)),
        (None, (4, 5)),
        (None, (6, 7, 8)),
        (3, (0, 2)),
        (9, (8, 7, 6)),
    )
