"""Small remainders: what is left of a whole when cells that lie apart are taken away.

White children, and children of a minority ethnicity without a disability, lie apart
although they are groups of different characteristics. Everyone less the two is everyone
else, and that may be three children. So every way of filling a whole with shown cells
that lie apart is looked at, as one looks for an exact cover: whoever is in a pattern
with more people than may be left has to be in one of the cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskaid.fairness.behind import Bools
from riskaid.fairness.sums import Floats

LOOKED_AT = 20_000
"""Steps for one whole and kind of count. Where that does not suffice (it always has),
the smallest shown cell is hidden, which leaves fewer ways."""


@dataclass
class _Search:
    """One kind of count; sets of patterns are the bits of whole numbers."""

    cells: list[int]
    holding: list[list[int]]
    order: list[int]
    count: list[int]
    steps: int = 0

    def rest(self, left: int, kept: int, room: int, chosen: list[int]) -> bool:
        """Whether what is left, with what was kept, can be made small.

        Args:
            left: Patterns neither covered nor kept.
            kept: How many people are in patterns that will stay uncovered.
            room: How many more may be.
            chosen: Cells that cover; those of the answer when one is found.
        """
        self.steps += 1
        if self.steps > LOOKED_AT:
            return True
        at = next((p for p in self.order if left >> p & 1), None)
        if at is None or self.count[at] == 0:
            return kept > 0
        if self._total(left) <= room:
            return True
        for i in self.holding[at]:
            if not self.cells[i] & ~left:
                chosen.append(i)
                if self.rest(left & ~self.cells[i], kept, room, chosen):
                    return True
                chosen.pop()
        one = self.count[at]
        without = left & ~(1 << at)
        return one <= room and self.rest(without, kept + one, room - one, chosen)

    def _total(self, left: int) -> int:
        return sum(self.count[p] for p in self.order if left >> p & 1)


def small_remainder(
    inside: Bools, shown: Sequence[int], count: Floats, smallest: int
) -> list[int]:
    """The shown cells that leave a small remainder of a whole; none where none do.

    Args:
        inside: Which patterns are in each cell. Shape [cells, patterns].
        shown: Cells that are shown; everyone always is.
        count: One kind of count in each pattern. Shape [patterns].
        smallest: The smallest count that may be known.
    """
    bits = [_bits(one) for one in inside]
    numbers = [int(c) for c in count]
    order = sorted(range(len(numbers)), key=lambda p: (-numbers[p], p))
    whole = (1 << inside.shape[1]) - 1
    for container in (None, *shown):
        left = whole if container is None else bits[container]
        cells = [i for i in shown if i != container and bits[i] and not bits[i] & ~left]
        if not cells:
            continue
        holding = [
            [j for j, i in enumerate(cells) if bits[i] >> p & 1]
            for p in range(len(numbers))
        ]
        search = _Search([bits[i] for i in cells], holding, order, numbers)
        chosen: list[int] = []
        if search.rest(left, 0, smallest - 1, chosen):
            used = [cells[j] for j in chosen]
            used += [] if container is None else [container]
            return used or cells
    return []


def _bits(one: Bools) -> int:
    return sum(1 << int(p) for p in np.flatnonzero(one))
