"""What of an audit is withheld beside the small numbers themselves.

A number that may not be published is not all that speaks. That one hidden group passes
says that it is large, and so that another is small; a p-value corrected together with a
hidden one may be that p-value; a comparison with everyone else gives everyone away.
docs/explanation/disclosure.md says what a reader could work out from each.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING, Final

from riskaid.fairness.gate import Judged, Verdict, worst

if TYPE_CHECKING:
    from riskaid.fairness.results import Group

DECIDING: Final = ("pass", "fail", "insufficient_evidence")


def as_shown(
    groups: Sequence["Group"], everyone: "Group"
) -> list[tuple[list[tuple[Judged, bool]], Verdict | None]]:
    """The findings of one characteristic as they may be shown.

    * A comparison with everyone else is withheld where everyone's own numbers are.
    * Of the gated groups that are not shown, each measure has one verdict, the worst.
    * Corrected p-values are withheld for a measure if any p-value beside them is.

    Args:
        groups: Of the characteristic.
        everyone: All rows together.

    Returns:
        For each group its findings, each with whether its number is withheld, and the
        group's verdict.
    """
    found = [
        (group, [(j, _withheld(group, everyone, j)) for j in group.judged])
        for group in groups
    ]
    measures = {j.finding.measure for _, own in found for j, flag in own if flag}
    shared: dict[tuple[str, float | None], list[Judged]] = {}
    for group, own in found:
        for j, flag in own:
            if flag and _gates(group, j):
                shared.setdefault(_asked(j), []).append(j)
    out = []
    for group, own in found:
        findings = []
        for j, flag in own:
            said = j
            if flag and _gates(group, j):
                same = shared[_asked(j)]
                said = replace(
                    said,
                    verdict=worst(one.verdict for one in same),
                    decision_possible=all(one.decision_possible for one in same),
                )
            if j.finding.measure in measures:
                said = replace(said, p_holm=nan)
            findings.append((said, flag))
        verdict = group.verdict
        if group.cell.use == "gated":
            verdict = worst(j.verdict for j, _ in findings)
        out.append((findings, verdict))
    return out


def _gates(group: "Group", j: Judged) -> bool:
    return group.cell.use == "gated" and j.verdict in DECIDING


def _asked(j: Judged) -> tuple[str, float | None]:
    return j.finding.measure, j.finding.capacity


def _withheld(group: "Group", everyone: "Group", j: Judged) -> bool:
    compared = j.finding.compared != "value" and everyone.suppressed(j)
    return group.suppressed(j) or compared
