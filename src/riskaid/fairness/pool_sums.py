"""Sums of several councils, as the same findings that an audit makes of rows.

A group has only the councils that could send it, in it and among everyone else, so a
comparison is always of the same councils. What families do is added up from what each
council estimated and rounded up: councils are strangers to each other, groups of one
council as alike as they could be. Intervals are near those of one audit of all rows,
mostly a little wider; some are narrower (docs/measured.md says by how much).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from riskaid.fairness.cells import Cell
from riskaid.fairness.families import Kinds
from riskaid.fairness.findings import (
    Evidence,
    Finding,
    find_rates,
)
from riskaid.fairness.intervals import Share
from riskaid.fairness.metrics import AT_CAPACITY, Counts, parts
from riskaid.fairness.policy import Policy
from riskaid.fairness.pool_file import At, PoolFile, Side, Sides, Sums
from riskaid.fairness.sums import FIXED, Drawn, Floats

EVERYONE: Final = ("", "everyone")
SIZE: Final = FIXED + 2


@dataclass(frozen=True)
class Held:
    """One council's sums of one cell at one level, and of everyone else there.

    Attributes:
        council: Which file, by number.
        sums: Rows, outcomes, two zeros, selected, found; the cell and everyone else.
            Shape [6, 2].
        sides: What families do to each rate: effect, freedom, families, for each side.
    """

    council: int
    sums: Floats
    sides: dict[str, tuple[Side, Side]]


@dataclass(frozen=True)
class Found:
    """A finding on sums, and the councils (by number) that it rests on."""

    finding: Finding
    councils: tuple[int, ...]


class Book:
    """A file's lists, by characteristic, group and capacity."""

    def __init__(self, file: PoolFile) -> None:
        """Look everything up once."""
        self.sums = {(s.characteristic, s.group): s for s in file.sums}
        self.base = {(b.characteristic, b.group): b.sides for b in file.base}
        self.at = {(a.characteristic, a.group, a.capacity): a for a in file.at}
        self.expected = {(e.characteristic, e.group): e for e in file.expected}
        self.order = {(o.characteristic, o.group): o for o in file.order}
        self.lift = file.lift[0] if file.lift else None
        self.members = {
            (g.characteristic, g.group): frozenset(g.members) for g in file.groups
        }

    def made_of(
        self, characteristic: str, cell: str, groups: Sequence[str]
    ) -> list[tuple[str, str]]:
        """The entries that make up a cell; none where one of them is not sent."""
        whole = (characteristic, cell)
        if self.members.get(whole) == frozenset(groups) and whole in self.sums:
            return [whole]
        each = [(characteristic, name) for name in groups]
        return each if all(one in self.sums for one in each) else []

    def held(
        self,
        council: int,
        made_of: Sequence[tuple[str, str]],
        capacity: float | None,
    ) -> Held | None:
        """Sums of a cell and of everyone else; None where they were not sent."""
        if not made_of or EVERYONE not in self.sums:
            return None
        wanted = [*made_of, EVERYONE]
        rows: list[Floats] = []
        sides: list[dict[str, Sides]] = []
        for one in wanted:
            at = None if capacity is None else self.at.get((*one, capacity))
            if capacity is not None and at is None:
                return None
            rows.append(quantities(self.sums[one], at))
            given = at.rates if at else [self.base[one]] if one in self.base else []
            sides.append({side.rate: side for side in given})
        own = np.sum(rows[:-1], axis=0)
        both = np.stack([own, rows[-1] - own], axis=1)
        return Held(council, both, _together(rows[:-1], sides[:-1]))


def quantities(sums: Sums, at: At | None) -> Floats:
    """Counts of one entry in the order of findings.Evidence; shape [6]."""
    chosen = (at.selected, at.found) if at else (0, 0)
    return np.array([sums.rows, sums.outcomes, 0, 0, *chosen], dtype=np.float64)


def _of(rate: str, sums: Floats) -> tuple[float, float]:
    """Numerator and denominator of a rate, from quantities of one side."""
    hits, of = parts(rate, Counts(sums[0], sums[1], sums[2], sums[4], sums[5]))
    return float(hits), float(of)


def _together(
    rows: list[Floats], sides: list[dict[str, Sides]]
) -> dict[str, tuple[Side, Side]]:
    """What families do to groups of one council together, at the most.

    Standard errors of parts add up at most, when every family is in all of them; and
    whoever is not in the cell is not in any part.
    """
    out = {}
    for rate in sides[0]:
        if not all(rate in one for one in sides):
            continue
        own = [one[rate].own for one in sides]
        others = [one[rate].others for one in sides]
        of = np.array([_of(rate, r)[1] for r in rows])
        effect = max(one.effect for one in own)
        if of.sum() > 0:
            roots = np.sqrt(of * np.array([one.effect for one in own]))
            effect = max(1.0, float(roots.sum() ** 2 / of.sum()))
        out[rate] = (
            _weakest(own).model_copy(update={"effect": effect}),
            _weakest(others),
        )
    return out


def _weakest(sides: Sequence[Side]) -> Side:
    if len(sides) == 1:
        return sides[0]
    return Side(
        effect=max(s.effect for s in sides),
        freedom=min(s.freedom for s in sides),
        families=min(s.families for s in sides),
    )


def rates(held: Sequence[Held], capacity: float | None, policy: Policy) -> list[Found]:
    """Every rate of one cell at one level, from the councils that sent it.

    Intervals and p-values are those of the audit (findings.find_rates), on sums. That
    families may be in a group and outside is left out: it would make them narrower.

    Args:
        held: Of the same cell and level, a council each.
        capacity: The level; None for the share with an outcome.
        policy: With its intervals and smallest denominator.
    """
    names = ("base_rate",) if capacity is None else AT_CAPACITY
    sums = np.sum([one.sums for one in held], axis=0)
    if not held:
        sums = np.zeros((SIZE, 2))
    evidence = Evidence(
        sums=sums,
        replicates=sums[:, :, np.newaxis],
        drawn=Drawn(_NONE, _NONE, np.zeros((0, SIZE)), 2),
        kinds=Kinds(np.zeros((0, 2, SIZE)), np.zeros(0)),
        likeness={},
        capacities=(0.0 if capacity is None else capacity,),
        scored=False,
        sides={
            (rate, 0, (0,)): (
                _share(held, rate, 0),
                _share(held, rate, 1),
                np.zeros(()),
            )
            for rate in (*AT_CAPACITY, "base_rate")
        },
    )
    found = find_rates(evidence, Cell("", "", (0,), "gated"), policy)
    councils = tuple(one.council for one in held)
    return [Found(one, councils) for one in found if one.rate in names]


_NONE: Final = np.zeros(0, dtype=np.int64)


def _share(held: Sequence[Held], rate: str, side: int) -> Share:
    """One side's share over councils, whose families are strangers to each other."""
    given = [
        (*_of(rate, one.sums[:, side]), one.sides[rate][side])
        for one in held
        if rate in one.sides
    ]
    hits = sum(x for x, _, _ in given)
    of = sum(n for _, n, _ in given)
    there = [(n, s) for _, n, s in given if n > 0]
    if not there:
        return Share(*(np.asarray(float(x)) for x in (hits, of, 1.0, np.inf, 0.0)))
    variance = [n * s.effect for n, s in there]
    known = sum(v * v / s.freedom for v, (_, s) in zip(variance, there, strict=True))
    squares = sum(n * n / s.families for n, s in there if s.families > 0)
    if any(s.families <= 0 for _, s in there):
        squares = np.inf
    made = (hits, of, sum(variance) / of, sum(variance) ** 2 / known, of * of / squares)
    return Share(*(np.asarray(float(x)) for x in made))
