"""How alike brothers and sisters are, and how many strangers their rows are worth.

Families that add the same to every group are counted together. Everything here is a sum
over such kinds, so a file of 200,000 rows takes milliseconds; and because counts may
have any number of leading axes, thousands of simulated audits take one call.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from riskaid.fairness.intervals import MOST_ALIKE, Share
from riskaid.fairness.metrics import Counts, parts
from riskaid.fairness.sums import FIXED, Drawn, Floats, Ints

SHRUNK: Final = 8.0
"""How many families of two or more rows a group's own likeness must have to weigh as
much as that of all groups together. Chosen by simulated coverage (ADR-0019)."""
FEWEST: Final = 5.0
"""Families of one size that a denominator must be worth before there is an interval:
one large family says nothing of how families differ."""
LEAST: Final = -0.5
CODES: Final = 2**40


@dataclass(frozen=True)
class Kinds:
    """Families that add the same whole numbers to every group, counted together.

    Attributes:
        adds: What one family of each kind adds. Shape [kinds, groups, quantities], the
            quantities those of findings.Evidence with zeros for sums of estimates.
        count: Families of each kind. Shape [..., kinds].
    """

    adds: Floats
    count: Floats

    def side(
        self, rate: str, capacity: int, members: list[int]
    ) -> tuple[Floats, Floats]:
        """Numerator and denominator of a rate in some groups. Shape [kinds] each."""
        return _parts(self.adds[:, members].sum(axis=1).T, rate, capacity)


def _parts(quantities: Floats, rate: str, capacity: int) -> tuple[Floats, Floats]:
    at, q = FIXED + 2 * capacity, quantities
    return parts(rate, Counts(q[0], q[1], q[2], q[at], q[at + 1]))


def _fold(columns: list[Ints]) -> Ints:
    """One number for each distinct row of some columns of whole numbers from 0."""
    code, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        wide = int(column.max(initial=0)) + 1
        if size * wide > CODES:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            size = int(code.max(initial=0)) + 1
        code, size = code * wide + column, size * wide
    return np.asarray(np.unique(code, return_inverse=True)[1], dtype=np.int64)


def kinds_of(drawn: Drawn) -> Kinds:
    """Count together the families that add the same to every group."""
    whole = drawn.quantities.copy()
    whole[:, 2:FIXED] = 0.0
    pair = _fold([drawn.group, *whole.T.astype(np.int64)])
    families, first, which, sizes = np.unique(
        drawn.family, return_index=True, return_inverse=True, return_counts=True
    )
    place = np.arange(len(pair)) - first[which]
    columns = []
    for j in range(int(sizes.max(initial=0))):
        column = np.zeros(len(families), dtype=np.int64)
        column[which[place == j]] = pair[place == j] + 1
        columns.append(column)
    _, example, count = np.unique(_fold(columns), return_index=True, return_counts=True)
    adds = np.zeros((len(example), drawn.groups, whole.shape[1]))
    for j in range(len(columns)):
        has = sizes[example] > j
        at = first[example[has]] + j
        adds[has, drawn.group[at]] = whole[at]
    return Kinds(adds, count.astype(np.float64))


def _over(numerator: Floats, denominator: Floats) -> Floats:
    """Numerator over denominator; 0 where the denominator is."""
    out = np.zeros(np.broadcast(numerator, denominator).shape)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) != 0)
    return out


def worth(rows: Floats, squares: Floats) -> Floats:
    """How many families of one size are worth so many of several sizes (Kish 1965).

    Args:
        rows: Sum of their rows.
        squares: Sum of their squared rows.
    """
    return _over(np.square(rows), squares)


@dataclass(frozen=True)
class _Side:
    """Sums over families of one side of a comparison; shapes [...]."""

    hits: Floats
    of: Floats
    squares: Floats
    apart: Floats
    spread: Floats
    several: Floats

    def effect(self, likeness: Floats) -> Floats:
        """Design effect, if rows of a family were so alike."""
        size = _over(self.squares, self.of)
        return np.asarray(1 + np.maximum(0.0, size - 1) * likeness)

    def likeness(self, supposed: Floats) -> tuple[Floats, Floats]:
        """Numerator and denominator of the correlation within families.

        Pairs of rows of one family, away from the share together, over what would be if
        they were one row; and what is lost because the share is the rows' own.
        """
        size = _over(self.squares, self.of)
        together = self.apart - self.of * self.spread
        own = self.effect(supposed) * size * self.spread
        return together + own, self.spread * (self.squares - self.of)


def _side(count: Floats, hits: Floats, of: Floats) -> _Side:
    columns = np.stack([hits, of, of * of, hits * hits, hits * of, of > 1], axis=-1)
    x, n, mm, xx, xm, several = np.moveaxis(count @ columns, -1, 0)
    share = _over(x, n)
    apart = xx - 2 * share * xm + share * share * mm
    return _Side(x, n, mm, apart, share * (1 - share), several)


def likeness_of_all(kinds: Kinds, rate: str, capacity: int) -> Floats:
    """How alike rows of one family are, within groups, over all groups together.

    Returns:
        The correlation of being in the numerator among rows of the denominator, from 0
        to 1. Shape [...].
    """
    above, below = _parts(np.moveaxis(kinds.adds, -1, 0), rate, capacity)
    sides = [_side(kinds.count, x, n) for x, n in zip(above.T, below.T, strict=True)]
    shape = np.shape(sides[0].of)
    supposed = np.zeros(shape)
    for _ in range(2):
        over, under = np.zeros(shape), np.zeros(shape)
        for side in sides:
            one, two = side.likeness(supposed)
            over, under = over + one, under + two
        supposed = np.clip(_over(over, under), 0.0, 1.0)
    return supposed


def compared(
    kinds: Kinds,
    rate: str,
    capacity: int,
    both: tuple[list[int], list[int]],
    of_all: Floats,
) -> tuple[Share, Share, Floats]:
    """A rate in some groups and among everyone else, with what families do to it.

    Args:
        kinds: The families.
        rate: As in metrics.parts.
        capacity: Which capacity, by number.
        both: Groups of the cell, and all others.
        of_all: As likeness_of_all returns.

    Returns:
        Both shares, and how alike the two are because families have rows in both. A
        side with nobody in its denominator has `of` 0 and no value.
    """
    (x1, n1), (x2, n2) = (kinds.side(rate, capacity, m) for m in both)
    one, two = _side(kinds.count, x1, n1), _side(kinds.count, x2, n2)
    share1, share2 = _share(one, of_all), _share(two, of_all)
    p1, p2 = (_over(s.hits, s.of) for s in (one, two))
    columns = np.stack([x1 * x2, x1 * n2, n1 * x2, n1 * n2], axis=-1)
    xx, xn, nx, nn = np.moveaxis(kinds.count @ columns, -1, 0)
    apart = xx - p2 * xn - p1 * nx + p1 * p2 * nn
    alike = _over(apart, nn * np.sqrt(one.spread * two.spread))
    alike = np.clip(alike, 0.0, 1.0)
    shared = _over(nn, np.sqrt(one.of * two.of))
    shared = shared / np.sqrt(share1.effect * share2.effect)
    return share1, share2, np.minimum(alike * shared, MOST_ALIKE)


def _share(side: _Side, of_all: Floats) -> Share:
    """The side's share; its own likeness weighs more the more families tell of it."""
    over, under = side.likeness(of_all)
    own = np.where(under > 0, np.clip(_over(over, under), LEAST, 1), of_all)
    families = side.several
    likeness = (families * own + SHRUNK * of_all) / (families + SHRUNK)
    freedom = np.full(np.shape(families), np.inf)
    np.divide((families + SHRUNK) ** 2, families, out=freedom, where=families > 0)
    effect = side.effect(np.clip(likeness, 0.0, 1.0))
    return Share(side.hits, side.of, effect, freedom, worth(side.of, side.squares))
