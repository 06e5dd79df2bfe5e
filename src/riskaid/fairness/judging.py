"""One characteristic's groups judged: cells, their numbers, what each decides."""

from collections.abc import Callable
from math import nan
from typing import TypeAlias

import numpy as np

from riskaid.fairness.behind import Bools
from riskaid.fairness.calibration_slope import calibration_slope
from riskaid.fairness.cells import Cell, choose_cells
from riskaid.fairness.findings import Evidence, Finding
from riskaid.fairness.gate import Judged, Verdict, judge, spread, worst
from riskaid.fairness.metrics import Ranking, rank_quality
from riskaid.fairness.over_all_rows import find
from riskaid.fairness.policy import Policy
from riskaid.fairness.rows import Grouped, Rows

Scored: TypeAlias = tuple[Ranking | None, Finding | None]
"""How well a cell's estimates are ordered, and how much they differ, where known."""


def judge_groups(
    g: Grouped,
    evidence: Evidence,
    rows: Rows,
    policy: Policy,
    *,
    scored: Callable[[Cell], Scored] | None = None,
    limits_only: bool = False,
) -> tuple[list[Cell], list[list[Judged]]]:
    """Judge every group of one characteristic, but for what is shared in the audit.

    Args:
        g: Who is in which group.
        evidence: Sums and replicates of those groups.
        rows: The rows.
        policy: With its limits and merges.
        scored: Says what depends on the scores of a cell's rows, where that is known
            already.
        limits_only: Leave out the numbers that no limit is about.

    Returns:
        The cells, and for each its findings as judged.
    """
    cells = choose_cells(g.about, g.groups, evidence.sums[0], evidence.sums[1])
    findings: list[tuple[Cell, Finding]] = []
    spreads: dict[str, Finding] = {}
    outcomes: dict[str, float] = {}
    wanted = frozenset(policy.limits) if limits_only else None
    for cell in cells:
        ranking, differ = (
            scored(cell)
            if scored
            else score_facts(np.isin(g.of_row, cell.members), rows, policy)
        )
        if differ is not None:
            spreads[cell.name] = differ
        found = find(evidence, cell, ranking, policy, wanted=wanted)
        findings += [(cell, f) for f in found]
        outcomes[cell.name] = float(evidence.sums[1, list(cell.members)].sum())
    judged = judge(findings, policy, capacity=rows.gated, outcomes=outcomes)
    by_cell = [[j for j in judged if j.cell is cell] for cell in cells]
    for cell, decided in zip(cells, by_cell, strict=True):
        if cell.name in spreads:
            decided.append(spread(spreads[cell.name], cell, policy))
        if rows.scored and not limits_only:
            of = np.isin(g.of_row, cell.members)
            parts = rows.score[of], rows.outcome[of], rows.family[of]
            decided.append(Judged(calibration_slope(*parts, policy), cell))
    return cells, by_cell


def verdict_of(cell: Cell, judged: list[Judged]) -> Verdict | None:
    """What a cell's findings come to; None where it decides nothing."""
    deciding = [j.verdict for j in judged if j.verdict != "reported"]
    return worst(deciding) if cell.use == "gated" or deciding else None


def score_facts(inside: Bools, rows: Rows, policy: Policy) -> Scored:
    """What depends on the scores of some rows, and on no other row.

    Args:
        inside: Which rows.
        rows: All rows.
        policy: With the smallest denominator.
    """
    ranking = None
    if rows.ordered:
        ranking = rank_quality(
            rows.score[inside], rows.outcome[inside], rows.family[inside]
        )
    return ranking, _spread(inside, rows, policy) if rows.scored else None


def _spread(inside: Bools, rows: Rows, policy: Policy) -> Finding:
    score, smallest = rows.score[inside], policy.smallest_denominator
    few = len(score) < smallest
    return Finding(
        "spread",
        "spread",
        "value",
        None,
        nan if few else float(np.std(score)),
        float(len(score)),
        state="not_estimable" if few else "estimable",
        reason=f"fewer than {smallest} rows in the group" if few else "",
    )
