"""The groups of a pool, and what the gate says of the sums of some of its councils."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskaid.fairness.cells import Cell, choose_cells
from riskaid.fairness.gate import Judged, judge, share_error, usefulness
from riskaid.fairness.gate import spread as judge_spread
from riskaid.fairness.policy import Policy
from riskaid.fairness.policy_groups import Characteristic
from riskaid.fairness.pool_estimates import (
    calibration,
    estimates,
    lift,
    order,
    spread,
)
from riskaid.fairness.pool_file import PoolFile
from riskaid.fairness.pool_sums import Book, Found, rates

About = tuple[str, str, str, float | None]
"""Characteristic, group, measure, capacity."""


@dataclass(frozen=True)
class One:
    """A finding on sums, as judged, and the councils (by number) it rests on."""

    characteristic: str
    judged: Judged
    councils: tuple[int, ...]

    @property
    def about(self) -> About:
        """What it is about."""
        f = self.judged.finding
        return self.characteristic, self.judged.cell.name, f.measure, f.capacity


Cells = list[tuple[Characteristic, list[tuple[str, str]], list[Cell]]]


def cells_of(
    files: Sequence[PoolFile], books: Sequence[tuple[int, Book]], policy: Policy
) -> Cells:
    """Which groups are judged, and which together, by what was sent of all.

    A group that some council could not send has somebody in it: it is never taken for
    a group that nobody is in.
    """
    out: Cells = []
    for about in policy.characteristics:
        wide = {merge.together for merge in about.merges}
        groups: dict[str, str] = {}
        for file in files:
            for g in file.groups:
                if g.characteristic == about.name and g.group not in wide:
                    groups.setdefault(g.group, g.phrase)
        for name in about.gated:
            groups.setdefault(name, name)
        names = sorted(groups, key=lambda n: (_place(about, n), n))
        rows, outcomes = np.zeros(len(names)), np.zeros(len(names))
        for i, name in enumerate(names):
            key = (about.name, name)
            sent = [b.sums[key] for _, b in books if key in b.sums]
            unsent = any(key in b.members and key not in b.sums for _, b in books)
            rows[i] = max(sum(s.rows for s in sent), float(unsent))
            outcomes[i] = sum(s.outcomes for s in sent)
        named = [(name, groups[name]) for name in names]
        out.append((about, named, choose_cells(about, named, rows, outcomes)))
    return out


def _place(about: Characteristic, name: str) -> int:
    return about.gated.index(name) if name in about.gated else len(about.gated)


def judge_sums(
    books: Sequence[tuple[int, Book]],
    cells: Cells,
    files: Sequence[PoolFile],
    policy: Policy,
) -> list[One]:
    """What the gate says of the sums of some councils, over the whole of them."""
    scored = files[0].kind == "score"
    ordered = files[0].kind != "selected"
    asked: list[tuple[str, list[Cell], list[list[Judged]]]] = []
    councils: dict[About, tuple[int, ...]] = {}
    gated = files[0].gated_capacity
    for about, named, chosen in cells:
        found: list[tuple[Cell, Found]] = []
        spreads: dict[str, Judged] = {}
        outcomes: dict[str, float] = {}
        for cell in chosen:
            groups = [named[i][0] for i in cell.members]
            made = [(i, b, b.made_of(about.name, cell.name, groups)) for i, b in books]
            for capacity in (None, *files[0].capacities):
                held = [b.held(i, m, capacity) for i, b, m in made]
                sent = [h for h in held if h is not None]
                found += [(cell, f) for f in rates(sent, capacity, policy)]
                if capacity is None:
                    outcomes[cell.name] = float(sum(h.sums[1, 0] for h in sent))
            given = [e for i, b, m in made if (e := estimates(b, i, m)) is not None]
            found.append((cell, calibration(given, policy)))
            if scored:
                apart = spread(given, policy)
                spreads[cell.name] = judge_spread(apart.finding, cell, policy)
                councils[about.name, cell.name, "spread", None] = apart.councils
            if ordered:
                found.append((cell, order(books, (about.name, cell.name), policy)))
        judged = judge(
            [(cell, f.finding) for cell, f in found],
            policy,
            capacity=gated,
            outcomes=outcomes,
        )
        for (cell, f), j in zip(found, judged, strict=True):
            key = (about.name, cell.name, j.finding.measure, j.finding.capacity)
            councils[key] = f.councils
        by_cell = [[j for j in judged if j.cell is cell] for cell in chosen]
        for cell, decided in zip(chosen, by_cell, strict=True):
            if cell.name in spreads:
                decided.append(spreads[cell.name])
        asked.append((about.name, chosen, by_cell))
    share_error([by_cell for _, _, by_cell in asked], policy)
    out = [
        One(name, j, councils[name, j.cell.name, j.finding.measure, j.finding.capacity])
        for name, _, by_cell in asked
        for decided in by_cell
        for j in decided
    ]
    useful = lift(books, gated, policy)
    whole = Cell("everyone", "everyone in the files", (), "gated")
    judged_lift = usefulness(useful.finding, whole, policy)
    return [*out, One("everyone", judged_lift, useful.councils)]
