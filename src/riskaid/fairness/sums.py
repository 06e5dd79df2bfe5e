"""Sums by group, and the same sums over again with families drawn anew.

Every rate of the audit is one sum over another. So a replicate of the bootstrap needs
no rows: a weight for each family, times what each family adds to each group, is a
matrix product, and a thousand replicates of every rate cost a few seconds.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
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
THREADS: Final = 2
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
    families that varies a little, which no rate notices. Blocks of families are drawn
    from streams of their own and added up by two threads; sums are exact, so neither
    their order nor the number of threads changes a byte.

    Returns:
        For each characteristic an array [quantities, groups, replicates].
    """
    table = _weights()
    turned = [_turned(d, place) for d, place in _places(all_drawn, families)]
    blocks = range(-(-families // FAMILIES_AT_ONCE))
    out = [np.zeros((d.groups, d.quantities.shape[1], replicates)) for d in all_drawn]
    done = iter(range(1, len(blocks) + 1))

    def add_up(some: range) -> list[Floats]:
        sums = [np.zeros_like(one) for one in out]
        shape = FAMILIES_AT_ONCE, replicates
        weights = np.empty(shape)
        for block in some:
            stream = np.random.Generator(np.random.PCG64([seed, block]))
            draws = stream.integers(0, 2**64, -(-shape[0] * shape[1] // 4), np.uint64)
            few = draws.astype("<u8", copy=False).view("<u2")[: shape[0] * shape[1]]
            np.take(table, few.reshape(shape), out=weights, mode="clip")
            for one, into in zip(turned, sums, strict=True):
                one.add(block, weights, into)
            at = min(next(done) * FAMILIES_AT_ONCE, families)
            progress("drawing families anew", at, families)
        return sums

    with ThreadPoolExecutor(THREADS) as pool:
        for sums in pool.map(add_up, [blocks[i::THREADS] for i in range(THREADS)]):
            for i, more in enumerate(sums):
                out[i] += more
    return [one.transpose(1, 0, 2) / GRID for one in out]


@dataclass(frozen=True)
class _Turned:
    """What families add, in the order in which groups lie together in each block.

    Attributes:
        start: First pair of each block, and one past the last. Shape [blocks + 1].
        family: Family of each pair within its block. Shape [pairs].
        group: Group of each pair. Shape [pairs].
        adds: What it adds, on the grid. Shape [quantities, pairs].
    """

    start: Ints
    family: Ints
    group: Ints
    adds: Floats

    def add(self, block: int, weights: Floats, into: Floats) -> None:
        """Add a block's weighted sums to those of each group."""
        lo, hi = int(self.start[block]), int(self.start[block + 1])
        edges = lo + np.flatnonzero(np.diff(self.group[lo:hi], prepend=-1))
        quantities, replicates = into.shape[1:]
        step = max(1, ONE_THREAD // (replicates * quantities))
        for first, last in pairwise([*edges.tolist(), hi]):
            g = self.group[first]
            for at in range(first, last, step):
                end = min(at + step, last)
                family = self.family[at:end]
                if family[-1] - family[0] == end - at - 1:
                    some = weights[family[0] : family[-1] + 1]
                else:
                    some = weights[family]
                into[g] += self.adds[:, at:end] @ some


def _places(all_drawn: list[Drawn], families: int) -> list[tuple[Drawn, Ints]]:
    """A new number for each family, so that groups of the finest lie together."""
    finest = max(all_drawn, key=lambda d: d.groups)
    first = np.zeros(families, dtype=np.int64)
    first[finest.family[::-1]] = finest.group[::-1]
    place = np.empty(families, dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(families)
    return [(d, place) for d in all_drawn]


def _turned(drawn: Drawn, place: Ints) -> _Turned:
    number = place[drawn.family]
    block = number // FAMILIES_AT_ONCE
    order = np.lexsort((number, drawn.group, block))
    blocks = -(-len(place) // FAMILIES_AT_ONCE)
    return _Turned(
        np.searchsorted(block[order], np.arange(blocks + 1)).astype(np.int64),
        (number - block * FAMILIES_AT_ONCE)[order],
        drawn.group[order],
        np.ascontiguousarray(np.round(drawn.quantities[order] * GRID).T),
    )
