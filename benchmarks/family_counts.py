"""Families drawn as counts of kinds, so that thousands of audits take one call.

A row is of one of four kinds: with the outcome or without, selected or not. A family
of one to five rows is a number of rows of each kind, all of one group. What one family
adds is written once for each kind of family; an audit is how many there are of each.
"""

from dataclasses import dataclass
from itertools import product
from math import comb, prod, sqrt

import numpy as np

from riskaid.fairness.families import Kinds
from riskaid.fairness.sums import Floats

SHARES = (0.72, 0.10, 0.08, 0.07, 0.03)
"""England's children in need by broad ethnic group, in round figures."""
STRANGERS = {1: 1.0}
FAMILIES = {1: 0.40, 2: 0.30, 3: 0.15, 4: 0.10, 5: 0.05}
"""Share of families by how many rows they have."""
KINDS = ((1, 1), (1, 0), (0, 1), (0, 0))
"""Outcome and selected."""


@dataclass(frozen=True)
class World:
    """A council whose truth is known.

    Attributes:
        chances: For each group, the chance of each of KINDS. Shape [groups, 4].
        shares: Of families in each group.
        estimates: Of a row that is selected, and of one that is not.
        sizes: Share of families by rows.
        likeness: Correlation of rows of one family.
    """

    chances: tuple[tuple[float, ...], ...]
    shares: tuple[float, ...] = SHARES
    estimates: tuple[float, float] = (0.45, 0.08)
    sizes: tuple[tuple[int, float], ...] = tuple(FAMILIES.items())
    likeness: float = 0.3

    @property
    def rows_a_family(self) -> float:
        return sum(size * share for size, share in self.sizes)

    def kinds(self) -> tuple[Floats, Floats]:
        """What a family of each kind adds, and the chance of the kind.

        Returns:
            Shapes [kinds, groups, 6] and [kinds].
        """
        adds, chance = [], []
        for group, share in enumerate(self.shares):
            for size, of_size in self.sizes:
                for rows in product(range(size + 1), repeat=4):
                    if sum(rows) != size:
                        continue
                    likely = _chance(rows, self.chances[group], self.likeness)
                    if likely > 0:
                        one = np.zeros((len(self.shares), 6))
                        one[group] = self._adds(rows)
                        adds.append(one)
                        chance.append(share * of_size * likely)
        return np.stack(adds), np.array(chance) / sum(chance)

    def _adds(self, rows: tuple[int, ...]) -> list[float]:
        found, missed, needless, passed = rows
        selected, others = found + needless, missed + passed
        high, low = self.estimates
        return [
            sum(rows),
            found + missed,
            selected * high + others * low,
            selected * high * (1 - high) + others * low * (1 - low),
            selected,
            found,
        ]

    def draw(self, rows: float, audits: int, draw: np.random.Generator) -> Kinds:
        """Audits of about so many rows, as counts of kinds of families."""
        adds, chance = self.kinds()
        families = max(2, round(rows / self.rows_a_family))
        return Kinds(adds, draw.multinomial(families, chance, audits).astype(float))


def _chance(rows: tuple[int, ...], each: tuple[float, ...], likeness: float) -> float:
    """Chance that a family has so many rows of each kind.

    Each row takes the family's own kind with chance sqrt(likeness), else a kind of its
    own; so two rows of a family are correlated by `likeness`.
    """
    takes, total = sqrt(likeness), 0.0
    size = sum(rows)
    for own, of_own in enumerate(each):
        if of_own <= 0:
            continue
        for taken in range(rows[own] + 1):
            left = [n - taken * (i == own) for i, n in enumerate(rows)]
            total += (
                of_own
                * comb(size, taken)
                * takes**taken
                * (1 - takes) ** (size - taken)
                * _ways(left)
                * prod(p**n for p, n in zip(each, left, strict=True))
            )
    return total


def _ways(counts: list[int]) -> int:
    ways, left = 1, sum(counts)
    for n in counts:
        ways *= comb(left, n)
        left -= n
    return ways
