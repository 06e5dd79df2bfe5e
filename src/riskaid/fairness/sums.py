"""Sums by group, and the same sums over again with families drawn anew.

Every rate of the audit is one sum over another. So a replicate of the bootstrap needs
no rows: a weight for each family, times what each family adds to each group, is a
matrix product, and a thousand replicates of every rate cost a few seconds.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from riskaid.progress import Progress, silent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FIXED: Final = 4
"""Quantities before those of each capacity (selected, found): rows, outcomes, sum of
the estimates, variance of the number of outcomes if the estimates were right."""
FAMILIES_AT_ONCE: Final = 512
ONE_THREAD: Final = 2**18
"""Products up to this many multiplications are done by OpenBLAS on one thread. Larger
ones wake threads that, on a busy machine, wait for each other ten times as long as they
work."""
GRID: Final = float(2**24)
"""Scores are put on a grid of 2^-24 for the replicates only: sums of such numbers are
exact in any order, so that the same seed gives the same bytes on any machine."""


@dataclass(frozen=True)
class Drawn:
    """What families add to the groups of one characteristic.

    Attributes:
        family: Family number of each (family, group) pair, ascending. Shape [pairs].
        group: Group number of each pair. Shape [pairs].
        quantities: What the pair adds. Shape [pairs, quantities].
        groups: How many groups there are.
    """

    family: Ints
    group: Ints
    quantities: Floats
    groups: int

    @property
    def sums(self) -> Floats:
        """Sums over all families. Shape [quantities, groups]."""
        return np.stack(
            [
                np.bincount(self.group, weights=q, minlength=self.groups)
                for q in self.quantities.T
            ]
        )


def draw_together(family: Ints, group: Ints, groups: int, rows: Floats) -> Drawn:
    """Add up rows by family and group.

    Args:
        family: Family number of each row. Shape [rows].
        group: Group number of each row. Shape [rows].
        groups: How many groups there are; a group may be empty.
        rows: What each row adds. Shape [rows, quantities].
    """
    pairs, which = np.unique(family * groups + group, return_inverse=True)
    quantities = np.stack(
        [np.bincount(which, weights=q, minlength=len(pairs)) for q in rows.T], axis=1
    )
    return Drawn(
        np.asarray(pairs // groups, dtype=np.int64),
        np.asarray(pairs % groups, dtype=np.int64),
        np.asarray(quantities, dtype=np.float64),
        groups,
    )


def _weights() -> Floats:
    """Poisson(1) weights by the first 65,536th of the draw they end at."""
    chance, term, table = 0.0, float(np.exp(-1.0)), np.empty(65536)
    start = 0
    for weight in range(1, 20):
        chance += term
        end = min(round(chance * 65536), 65536)
        table[start:end] = weight - 1
        start, term = end, term / weight
    table[start:] = 9
    return table


def replicate(
    all_drawn: list[Drawn],
    *,
    families: int,
    replicates: int,
    seed: int,
    progress: Progress = silent,
) -> list[Floats]:
    """Draw the families anew, many times, the same draws for every characteristic.

    Each family gets a Poisson(1) weight: the bootstrap over clusters, with a number of
    families that varies a little, which no rate notices.

    Returns:
        For each characteristic an array [quantities, groups, replicates].
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    table = _weights()
    out = [np.zeros((d.quantities.shape[1], d.groups, replicates)) for d in all_drawn]
    widest = max(d.quantities.shape[1] for d in all_drawn)
    step = max(1, ONE_THREAD // (replicates * widest))
    whole = [np.round(d.quantities * GRID) for d in all_drawn]
    for start in range(0, families, FAMILIES_AT_ONCE):
        end = min(start + FAMILIES_AT_ONCE, families)
        drawn = generator.integers(
            0, 65536, size=(end - start, replicates), dtype=np.uint16
        )
        weights = table[drawn]
        for d, adds, sums in zip(all_drawn, whole, out, strict=True):
            lo, hi = np.searchsorted(d.family, [start, end])
            group = d.group[lo:hi]
            for g in np.unique(group):
                at = lo + np.flatnonzero(group == g)
                for few in np.array_split(at, -(-len(at) // step)):
                    sums[:, g, :] += adds[few].T @ weights[d.family[few] - start]
        progress("drawing families anew", end, families)
    return [sums / GRID for sums in out]
