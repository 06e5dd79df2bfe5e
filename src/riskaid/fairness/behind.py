"""What stands behind a count: how many rows, of how many families, and how evenly.

Six rows of one child month by month are one child, and seven rows of which one family
has five say what that family went through. So a count is small when there are from 1 to
5 rows behind it, or as few families, or when one family makes up more than half.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from riskaid.fairness.sums import FIXED, Floats, Ints

Bools = npt.NDArray[np.bool_]
Near = Callable[[Floats], Bools]
"""Given every kind of count, whether each is near to one published earlier."""


@dataclass(frozen=True)
class Kinds:
    """The kinds of count an audit gives away, and the level at which it does.

    Level 0 is rows and outcomes, level k the k-th capacity. What lies between two
    capacities is given by their difference: it belongs to the one that can better be
    spared, which is not the one that gates.

    Attributes:
        names: Such as "found at 1" or "wrong from 1 to 2".
        levels: The level of each. Shape [kinds].
    """

    names: tuple[str, ...]
    levels: Ints
    weights: Floats

    @property
    def count(self) -> int:
        """How many levels there are."""
        return int(self.levels.max()) + 1


def kinds_of(capacities: int, gated: int) -> Kinds:
    """Every kind of count, each a sum of an audit's quantities.

    Args:
        capacities: How many there are, the smallest first.
        gated: Which of them gates, from 0.
    """
    size = FIXED + 2 * capacities

    def unit(at: int) -> Floats:
        out = np.zeros(size)
        out[at] = 1.0
        return out

    rows, outcomes = unit(0), unit(1)
    made = [
        ("rows", 0, rows),
        ("outcomes", 0, outcomes),
        ("without", 0, rows - outcomes),
    ]
    chosen, found = (
        [unit(FIXED + 2 * k + i) for k in range(capacities)] for i in (0, 1)
    )
    for k in range(capacities):
        wrong = chosen[k] - found[k]
        made += [
            (f"selected at {k + 1}", k + 1, chosen[k]),
            (f"not selected at {k + 1}", k + 1, rows - chosen[k]),
            (f"found at {k + 1}", k + 1, found[k]),
            (f"missed at {k + 1}", k + 1, outcomes - found[k]),
            (f"wrong at {k + 1}", k + 1, wrong),
            (f"left at {k + 1}", k + 1, rows - outcomes - wrong),
        ]
    for i, k in combinations(range(capacities), 2):
        spared = 1 + (k if i == gated else i)
        more, right = chosen[k] - chosen[i], found[k] - found[i]
        between = f"from {i + 1} to {k + 1}"
        made += [
            (f"selected {between}", spared, more),
            (f"found {between}", spared, right),
            (f"wrong {between}", spared, more - right),
        ]
    names, levels, weights = zip(*made, strict=True)
    return Kinds(names, np.array(levels), np.array(weights))


@dataclass(frozen=True)
class Behind:
    """Rows, families and counts by pattern: people who are alike in every cell.

    Attributes:
        kinds: The kinds of count.
        pattern: Pattern of each (pattern, family) pair. Shape [pairs].
        family: Family of each pair. Shape [pairs].
        quantities: What the pair adds. Shape [pairs, quantities].
        sums: Each kind of count in each pattern. Shape [kinds, patterns].
        largest: The most that one family adds to each kind. Shape [kinds].
        smallest: The smallest count that may be shown.
    """

    kinds: Kinds
    pattern: Ints
    family: Ints
    quantities: Floats
    sums: Floats
    largest: Floats
    smallest: int
    known: dict[bytes, Bools] = field(default_factory=dict)

    def small(self, inside: Bools, near: Near | None = None) -> Bools:
        """Whether a small count stands behind people of some patterns, at each level.

        Args:
            inside: The patterns. Shape [patterns].
            near: Whether a count is near to one published earlier.

        Returns:
            Shape [levels].
        """
        key = np.packbits(inside).tobytes()
        if key not in self.known:
            self.known[key] = self._small(inside)
        found = self.known[key]
        if near is not None:
            found = found | near(self.sums[:, inside].sum(axis=1))
        out = np.zeros(self.kinds.count, dtype=np.bool_)
        np.logical_or.at(out, self.kinds.levels, found)
        return out

    def _small(self, inside: Bools) -> Bools:
        counts = self.sums[:, inside].sum(axis=1)
        out = (counts > 0) & (counts < self.smallest)
        unsure = (counts >= self.smallest) & (counts < self.smallest * self.largest)
        if not unsure.any():
            return np.asarray(out)
        pairs = inside[self.pattern]
        _ids, family = np.unique(self.family[pairs], return_inverse=True)
        held = self.quantities[pairs]
        for i in np.flatnonzero(unsure):
            by_family = np.bincount(family, weights=held @ self.kinds.weights[i])
            few = (by_family > 0).sum() < self.smallest
            out[i] = few or by_family.max() > counts[i] / 2
        return np.asarray(out)


def stand_behind(
    pattern: Ints, family: Ints, quantities: Floats, kinds: Kinds, smallest: int
) -> Behind:
    """Add up rows by pattern and family.

    Args:
        pattern: Of each row. Shape [rows].
        family: Of each row. Shape [rows].
        quantities: As the audit's sums have them. Shape [rows, quantities].
        kinds: As kinds_of returns.
        smallest: The smallest count that may be shown.
    """
    patterns = int(pattern.max()) + 1
    pairs, which = np.unique(family * patterns + pattern, return_inverse=True)
    held = np.stack(
        [np.bincount(which, weights=q, minlength=len(pairs)) for q in quantities.T],
        axis=1,
    ).astype(np.float64)
    of_pattern, of_family = pairs % patterns, pairs // patterns
    each = held @ kinds.weights.T
    sums = np.stack(
        [np.bincount(of_pattern, weights=q, minlength=patterns) for q in each.T]
    )
    largest = np.array([np.bincount(of_family, weights=q).max() for q in each.T])
    return Behind(
        kinds=kinds,
        pattern=np.asarray(of_pattern, dtype=np.int64),
        family=np.asarray(of_family, dtype=np.int64),
        quantities=held,
        sums=np.asarray(np.round(sums), dtype=np.float64),
        largest=largest,
        smallest=smallest,
    )
