"""Who is looked at again by one order and not by another, as counts by group.

Counts of children who come newly for review, or no longer do, follow the audit's rule
for small counts. Beside who is selected by either order they give everything away that
can be counted of the two, so each of those parts must be large enough to be shown. And
where hardly anybody moves, what differs between the two orders is about those few, so
the orders are not shown beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from riskaid.fairness.behind import Bools, Kinds, stand_behind
from riskaid.fairness.disclosure import (
    SMALL,
    Shape,
    disclose,
    patterns_of,
    wholes_of,
)
from riskaid.fairness.sums import Floats, Ints

PARTS: Final = ("newly", "no_longer", "both", "neither")
"""By which of the two orders a row is selected: only the second, only the first."""


@dataclass(frozen=True)
class Moved:
    """Rows of one cell that the second order selects otherwise than the first.

    Attributes:
        newly: Selected by the second order only; "c" where it may not be shown.
        no_longer: Selected by the first only.
        newly_with_outcome: Of those newly selected, rows with the recorded outcome.
        no_longer_with_outcome: The same of those no longer selected.
    """

    newly: int | str
    no_longer: int | str
    newly_with_outcome: int | str
    no_longer_with_outcome: int | str


def moved(
    orders: tuple[Bools, Bools],
    outcome: Floats,
    *,
    of_row: Ints,
    cells: Sequence[tuple[int, ...]],
    family: Ints,
    smallest: int,
    hidden: Bools,
) -> tuple[list[Moved], Bools]:
    """Count who moves, and show what may be shown.

    Args:
        orders: Whom the first order selects, and whom the second. Each of shape [rows].
        outcome: 0 or 1.
        of_row: Group of each row.
        cells: The groups that make up each cell.
        family: Of each row.
        smallest: The smallest count that may be shown.
        hidden: Cells, and at the end everyone, of which who is selected is hidden by an
            audit of either order. Shape [cells + 1].

    Returns:
        One a cell, and at the end everyone; and for each whether what the second order
        gives may not stand beside what the first does.
    """
    inside, pattern = patterns_of(of_row[:, None], [cells])
    atoms = _atoms(*orders, outcome)
    behind = stand_behind(pattern, family, atoms, _kinds(), smallest)
    shut = disclose(behind, Shape(inside, wholes_of([cells])))
    shut = shut | hidden
    shut[2] |= shut[1]
    shut[3] |= shut[2]
    found = []
    members = [np.isin(of_row, one) for one in cells]
    for i, rows in enumerate([*members, np.ones(len(outcome), dtype=np.bool_)]):
        count = atoms[rows].sum(axis=0)
        newly, no_longer = count[0] + count[1], count[2] + count[3]
        found.append(
            Moved(
                newly=_shown(newly, hidden=shut[2, i]),
                no_longer=_shown(no_longer, hidden=shut[2, i]),
                newly_with_outcome=_shown(count[0], hidden=shut[3, i]),
                no_longer_with_outcome=_shown(count[2], hidden=shut[3, i]),
            )
        )
    return found, shut[1]


def _shown(count: float, *, hidden: bool) -> int | str:
    return SMALL if hidden else round(count)


def _atoms(first: Bools, second: Bools, outcome: Floats) -> Floats:
    """By which order selected, with and without the outcome. Shape [rows, 8]."""
    by = (second & ~first, first & ~second, first & second, ~first & ~second)
    return np.stack(
        [part * held for part in by for held in (outcome, 1 - outcome)], axis=1
    ).astype(np.float64)


def _kinds() -> Kinds:
    """What each level gives away, from 0; what is hidden at one is hidden above.

    Rows and outcomes; rows that move either way; the four parts; and each of them with
    and without the outcome.
    """
    each = np.eye(2 * len(PARTS))
    with_it, without = each[::2], each[1::2]
    made = [
        ("rows", 0, each.sum(axis=0)),
        ("outcomes", 0, with_it.sum(axis=0)),
        ("without", 0, without.sum(axis=0)),
        ("moved", 1, (with_it + without)[:2].sum(axis=0)),
        ("moved with", 1, with_it[:2].sum(axis=0)),
        ("moved without", 1, without[:2].sum(axis=0)),
    ]
    for i, part in enumerate(PARTS):
        made += [
            (part, 2, with_it[i] + without[i]),
            (f"{part} with", 3, with_it[i]),
            (f"{part} without", 3, without[i]),
        ]
    names, levels, weights = zip(*made, strict=True)
    return Kinds(names, np.array(levels), np.array(weights))
