"""An audit's rows once more, cut finely enough to be put together in another way.

A probe asks what the audit would have said of other records. Rows of groups that were
not recorded are cut by outcome and by whether they were selected. Sums of any way of
putting the pieces together are sums of their columns, and so are the replicates: each
family keeps the weights that it has in the audit itself.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Evidence, gather
from riskaid.fairness.gate import Judged, Verdict, share_error, worst
from riskaid.fairness.groups import (
    CODE_NOT_KNOWN,
    NOT_RECORDED,
    NOT_YET_OBTAINED,
    REFUSED,
)
from riskaid.fairness.judging import Scored, judge_groups, score_facts, verdict_of
from riskaid.fairness.policy import Policy
from riskaid.fairness.results import Audit
from riskaid.fairness.rows import Grouped, Rows, group_rows, take_rows
from riskaid.fairness.scores import ORDERING, check_scores
from riskaid.fairness.sums import Drawn, Floats, Ints, draw_together, replicate
from riskaid.progress import Progress, silent

UNRECORDED: Final = (NOT_RECORDED, REFUSED, NOT_YET_OBTAINED, CODE_NOT_KNOWN)
PARTS: Final = ("missed", "found", "selected_without", "neither")
"""How rows that were not recorded are cut: outcome and not selected, outcome and
selected, selected without an outcome, neither."""


@dataclass(frozen=True)
class Fine:
    """One characteristic in columns: groups, and pieces of those not recorded.

    Attributes:
        grouped: Who is in which group, as recorded.
        at: Where the characteristic stands in the audit.
        column: Column of each row. Shape [rows].
        group: Group of each column, as recorded. Shape [columns].
        part: Index into PARTS of each column, or -1 for a whole group.
        drawn: What families add to each column.
        replicates: Shape [quantities, columns, draws].
    """

    grouped: Grouped
    at: int
    column: Ints
    group: Ints
    part: Ints
    drawn: Drawn
    replicates: Floats

    @property
    def names(self) -> list[str]:
        """Groups, in the audit's order."""
        return [name for name, _ in self.grouped.groups]


@dataclass(frozen=True)
class Told:
    """What the gate says of one characteristic under other records.

    Attributes:
        verdict: Of the characteristic; None where none of its groups must pass.
        cells: Its cells.
        judged: The findings of each.
    """

    verdict: Verdict | None
    cells: list[Cell]
    judged: list[list[Judged]]

    def of(self, name: str) -> tuple[Verdict | None, list[Judged]]:
        """A cell's verdict and findings; nothing where there is no such cell."""
        for cell, judged in zip(self.cells, self.judged, strict=True):
            if cell.name == name:
                return verdict_of(cell, judged), judged
        return None, []


@dataclass(frozen=True)
class Scene:
    """The rows of an audit, ready for other records."""

    audit: Audit
    policy: Policy
    rows: Rows
    fine: tuple[Fine, ...]

    @cached_property
    def _known(self) -> dict[tuple[int, bytes], Scored]:
        return {}

    def scored(self, fine: Fine, columns: Ints) -> Scored:
        """What depends on the scores of some columns' rows; worked out once."""
        key = (fine.at, np.sort(columns).tobytes())
        if key not in self._known:
            inside = np.isin(fine.column, columns)
            self._known[key] = score_facts(inside, self.rows, self.policy)
        return self._known[key]

    def evidence(self, fine: Fine, to: Ints) -> Evidence:
        """What a characteristic offers with each column put into a group.

        Args:
            fine: The characteristic.
            to: The group of each column. Shape [columns].
        """
        groups = len(fine.names)
        pairs, which = np.unique(
            fine.drawn.family * groups + to[fine.drawn.group], return_inverse=True
        )
        adds: Floats = np.stack(
            [np.bincount(which, weights=q) for q in fine.drawn.quantities.T], axis=1
        ).astype(np.float64)
        drawn = Drawn(pairs // groups, pairs % groups, adds, groups)
        shape = (fine.replicates.shape[0], groups, fine.replicates.shape[2])
        together = np.zeros(shape)
        for column, group in enumerate(to):
            together[:, group] += fine.replicates[:, column]
        return gather(drawn, together, self.rows.capacities, scored=self.rows.scored)

    def tell(self, fine: Fine, to: Ints, evidence: Evidence | None = None) -> Told:
        """Let the gate judge one characteristic under other records.

        Other characteristics stay as they were in the audit; the error that all share
        is shared once more.

        Args:
            fine: The characteristic.
            to: The group of each column.
            evidence: What it offers then; from `to` by default.
        """
        moved = replace(fine.grouped, of_row=to[fine.column])

        def scored(cell: Cell) -> Scored:
            return self.scored(fine, np.flatnonzero(np.isin(to, cell.members)))

        cells, judged = judge_groups(
            moved,
            evidence or self.evidence(fine, to),
            self.rows,
            self.policy,
            scored=scored,
            limits_only=True,
        )
        others = [
            [list(group.judged) for group in one.groups]
            for i, one in enumerate(self.audit.characteristics)
            if i != fine.at
        ]
        share_error([judged, *others], self.policy)
        gates = [
            verdict
            for cell, found in zip(cells, judged, strict=True)
            if (verdict := verdict_of(cell, found))
        ]
        return Told(worst(gates) if gates else None, cells, judged)

    def suppressed(self, fine: Fine, name: str) -> bool:
        """Whether the audit does not publish what this group's probe rests on."""
        for group in self.audit.characteristics[fine.at].groups:
            if group.cell.name == name:
                return group.hidden or self.rows.gated in group.hidden_at
        return False


def set_scene(
    scores: pl.DataFrame, policy: Policy, audit: Audit, progress: Progress = silent
) -> Scene:
    """Take an audit's rows again, at the capacity that gates.

    Args:
        scores: What was audited.
        policy: Under which policy.
        audit: What came of it.
        progress: Told how far the replicates are.
    """
    ranks = ORDERING in scores.columns and "score" not in scores.columns
    frame = check_scores(scores, policy, ranks=ranks)
    taken, _ = take_rows(frame, policy, audit.seed)
    selected = taken.selected[taken.capacities.index(taken.gated)]
    rows = replace(taken, selected=[selected], capacities=(taken.gated,))
    quantities = np.stack(
        [
            np.ones(len(selected)),
            rows.outcome,
            rows.score,
            rows.score * (1 - rows.score),
            selected,
            selected * rows.outcome,
        ],
        axis=1,
    ).astype(np.float64)
    part = _parts(rows.outcome, selected)
    cut = [_cut(g, part) for g in group_rows(frame, policy)]
    drawn = [
        draw_together(rows.family, column, len(group), quantities)
        for _, column, group, _ in cut
    ]
    replicates = replicate(
        drawn,
        families=rows.families,
        replicates=policy.replicates,
        seed=audit.seed,
        progress=progress,
    )
    fine = tuple(
        Fine(grouped, at, column, group, piece, d, r)
        for at, ((grouped, column, group, piece), d, r) in enumerate(
            zip(cut, drawn, replicates, strict=True)
        )
    )
    return Scene(audit, policy, rows, fine)


def _parts(outcome: Ints, selected: Floats) -> Ints:
    """Index into PARTS of each row."""
    return np.where(outcome == 1, selected, 3 - selected).astype(np.int64)


def _cut(g: Grouped, part: Ints) -> tuple[Grouped, Ints, Ints, Ints]:
    """Columns of the rows; group and part of the columns."""
    group: list[int] = []
    piece: list[int] = []
    column = np.empty(len(g.of_row), dtype=np.int64)
    for i, (name, _) in enumerate(g.groups):
        here = g.of_row == i
        if name in UNRECORDED and not g.about.of:
            column[here] = len(group) + part[here]
            group += [i] * len(PARTS)
            piece += range(len(PARTS))
        else:
            column[here] = len(group)
            group.append(i)
            piece.append(-1)
    return g, column, np.array(group, dtype=np.int64), np.array(piece, dtype=np.int64)
