"""Which groups are hidden, asked of rows and groups as an audit has them."""

from types import SimpleNamespace

import numpy as np
import pytest

from riskaid.fairness.earlier import Earlier
from riskaid.fairness.hidden import counted, hidden_cells
from riskaid.fairness.rows import Grouped


def grouped(name, *of_row):
    """A characteristic whose groups are letters, one letter for each row."""
    letters = sorted(set("".join(of_row)))
    rows = np.array([letters.index(one) for one in "".join(of_row)])
    about = SimpleNamespace(name=name)
    return Grouped(about, [(one, f"those of {one}") for one in letters], rows, 0)


def rows_of(size, outcomes=0, *selected):
    outcome = np.arange(size) < outcomes
    return SimpleNamespace(
        outcome=outcome,
        selected=[np.arange(size) < one for one in selected],
    )


def hides(characteristics, rows, **more):
    cells = [[(i,) for i in range(len(one.groups))] for one in characteristics]
    family = np.arange(len(rows.outcome))
    found = hidden_cells(
        characteristics, cells, family, counted(rows), smallest=6, **more
    )
    return found.astype(int).tolist()


def test_what_each_row_adds():
    rows = rows_of(4, 2, 1, 3)
    assert counted(rows).tolist() == [
        [1, 1, 0, 0, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 0, 1, 1],
        [1, 0, 0, 0, 0, 0, 1, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
    ]
    assert counted(rows).dtype == np.float64


def test_cells_of_all_characteristics_in_order_and_then_everyone():
    one = grouped("one", "a" * 40, "b" * 3, "c" * 57)
    other = grouped("other", "d" * 50, "e" * 50)
    assert hides([one, other], rows_of(100)) == [[1, 1, 0, 0, 0, 0]]
    assert hides([other, one], rows_of(100)) == [[0, 0, 1, 1, 0, 0]]


def test_each_capacity_is_a_level_and_the_one_that_gates_is_kept():
    # of the groups' 100 rows one and two capacities select 40 and 43, 20 and 32
    one = grouped("one", "a" * 100, "b" * 100)
    rows = rows_of(200)
    place = np.arange(200) % 100
    rows.outcome = place % 2 == 0
    rows.selected = [
        place < 40,
        np.where(np.arange(200) < 100, place < 43, place < 64),
    ]
    assert hides([one], rows, gated=0) == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]
    assert hides([one], rows, gated=1) == [[0, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert hides([one], rows) == hides([one], rows, gated=0)


def test_an_earlier_audit_is_found_by_the_names_of_groups():
    one = grouped("one", "a" * 40, "b" * 60)

    def numbers(rows):
        return {"rows": rows, "outcomes": 0, "without": rows}

    earlier = Earlier(
        digest="",
        everyone=numbers(100),
        groups={("one", "a"): numbers(43), ("one", "b"): numbers(57)},
        held={"one": ("a", "b")},
        merged={},
        capacities=0,
    )
    assert hides([one], rows_of(100), earlier=[earlier]) == [[1, 1, 0]]
    assert hides([one], rows_of(100)) == [[0, 0, 0]]


def test_each_characteristic_has_its_cells():
    one, other = grouped("one", "ab" * 40), grouped("other", "cd" * 40)
    with pytest.raises(ValueError, match="zip"):
        hidden_cells(
            [one, other],
            [[(0,), (1,)]],
            np.arange(80),
            counted(rows_of(80)),
            smallest=6,
        )
