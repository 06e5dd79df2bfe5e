"""Small sets of people that sums and differences of shown cells give.

White children, and children of a minority ethnicity without a disability, lie apart
although they are groups of different characteristics. Everyone less the two is everyone
else, and that may be three children. Two groups less a third that lies within them
together do the same. So all such sets are looked for, whatever the sum:

* All sums are sums of a few independent ones, each with a pattern of its own that none
  of the others touches. Elimination finds them.
* A set holds that pattern or does not. Both are tried in turn, the patterns with most
  people first, while whoever is held is held once and few enough are.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from riskaid.fairness.behind import Bools
from riskaid.fairness.sums import Floats

LOOKED_AT: Final = 20_000
"""Steps for one kind of count. Where that does not suffice (it always has), a shown
cell is hidden, which leaves fewer ways."""
_NOTHING: Final = 1e-8


def small_set(
    inside: Bools, shown: Sequence[int], count: Floats, smallest: int
) -> Bools | None:
    """A set of people with a small count that shown cells give; None if there is none.

    Everyone together is no such set: that gives no cell away.

    Args:
        inside: Which patterns are in each cell. Shape [cells, patterns].
        shown: Cells that are shown; everyone always is.
        count: One kind of count in each pattern, none below 0. Shape [patterns].
        smallest: The smallest count that may be known.

    Returns:
        The patterns of the set; those of the smallest shown cell where there are too
        many ways to look at. Shape [patterns].
    """
    order = np.argsort(-count, kind="stable")
    people = count[order]
    sums = _eliminated(np.vstack([np.ones(len(order)), inside[shown][:, order]]))
    settled = [(np.abs(sums[i:]) < _NOTHING).all(axis=0) for i in range(len(sums) + 1)]
    waiting = [(0, np.zeros(len(order)))]
    for _ in range(LOOKED_AT):
        if not waiting:
            return None
        at, way = waiting.pop()
        known = way[settled[at]]
        whole = (np.abs(known * (1 - known)) < _NOTHING).all()
        held = round(float(known @ people[settled[at]]))
        more = people[~settled[at]].any()
        if not whole or held >= smallest or not (held or more):
            continue
        if at < len(sums):
            waiting += [(at + 1, way + sums[at]), (at + 1, way)]
            continue
        found = np.round(way) > 0
        if not found.all():
            return np.asarray(found[np.argsort(order)])
    return np.asarray(inside[min(shown, key=lambda i: (inside[i] @ count, i))])


def _eliminated(rows: Floats) -> Floats:
    """Independent sums of rows, each 1 in a column where all others have nothing.

    These columns ascend, and before its own a sum has nothing. Shape [sums, columns].
    """
    rows, at = rows.copy(), 0
    while (there := (np.abs(rows[at:]) > _NOTHING).any(axis=0)).any():
        column = int(there.argmax())
        best = at + int(np.abs(rows[at:, column]).argmax())
        rows[[at, best]] = rows[[best, at]]
        rows[at] /= rows[at, column]
        others = np.arange(len(rows)) != at
        rows[others] -= np.outer(rows[others, column], rows[at])
        at += 1
    return rows[:at]
