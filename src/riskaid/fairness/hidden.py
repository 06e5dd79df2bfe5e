"""Which groups of an audit, or of a plan, may not be shown."""

from collections.abc import Sequence

import numpy as np

from riskaid.fairness.behind import Bools, kinds_of, stand_behind
from riskaid.fairness.disclosure import Shape, disclose, patterns_of, wholes_of
from riskaid.fairness.earlier import Before, Earlier
from riskaid.fairness.rows import Grouped, Rows
from riskaid.fairness.sums import FIXED, Floats, Ints


def hidden_cells(
    grouped: Sequence[Grouped],
    cells: Sequence[Sequence[tuple[int, ...]]],
    family: Ints,
    quantities: Floats,
    *,
    smallest: int,
    gated: int = 0,
    earlier: Sequence[Earlier] = (),
) -> Bools:
    """Decide which cells may not be shown, at each level.

    Args:
        grouped: The characteristics over the rows.
        cells: For each, the groups that make up each of its cells.
        family: Of each row, or a number of its own where none is known. [rows].
        quantities: What each row adds, as the audit's sums have it: FIXED, then
            selected and found for each capacity. [rows, quantities].
        smallest: The smallest count that may be shown.
        gated: Which capacity gates, from 0.
        earlier: Audits published before, of some of the same rows perhaps.

    Returns:
        Shape [1 + capacities, cells of all characteristics in order, then everyone].
    """
    inside, pattern = patterns_of(np.stack([g.of_row for g in grouped], axis=1), cells)
    kinds = kinds_of((quantities.shape[1] - FIXED) // 2, gated)
    behind = stand_behind(pattern, family, quantities, kinds, smallest)
    named = [
        (g.about.name, tuple(g.groups[i][0] for i in members))
        for g, own in zip(grouped, cells, strict=True)
        for members in own
    ]
    before = Before(tuple(earlier), tuple(named), kinds, smallest)
    return disclose(behind, Shape(inside, wholes_of(cells), before))


def counted(rows: Rows) -> Floats:
    """What each row adds to counts, without its estimate. [rows, quantities]."""
    outcome = rows.outcome.astype(np.float64)
    none = np.zeros(len(outcome))
    per_row = [np.ones(len(outcome)), outcome, none, none]
    for selected in rows.selected:
        per_row += [selected, selected * outcome]
    return np.stack(per_row, axis=1)
