"""The gate: pass, fail, or not enough evidence, for every group and for the release.

It fails closed. A pass needs the whole interval inside the limit in every gated group;
what cannot be estimated, is missing or is not finite is never a pass. No switch skips
it: no argument, no file, no environment variable (ADR-0005).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite, isnan, log, log10, nan
from typing import Final, Literal

from riskaid.errors import GateRefused, InsufficientEvidence
from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Finding
from riskaid.fairness.intervals import holm, z_of
from riskaid.fairness.policy import Policy

Verdict = Literal["pass", "fail", "insufficient_evidence"]
RowVerdict = Literal["pass", "fail", "insufficient_evidence", "reported"]
POWER: Final = z_of(0.8)
"""Standard errors between an interval's edge and a limit for four passes in five,
because either side may be crossed."""
Z_FAIL: Final = 3.3
"""Standard errors for four fails in five after Holm's correction over a few groups."""
NEVER: Final = 1_000.0


@dataclass(frozen=True)
class Judged:
    """A finding with its limit and what the gate says of it.

    Attributes:
        finding: The number.
        cell: The group it is about.
        role: "primary", "guardrail", "fail_only", "usefulness" or "shown".
        lowest: The limit's lower edge; None where there is none.
        highest: The upper edge.
        p_holm: p-value corrected within measure and characteristic; NaN if none.
        verdict: "reported" decides nothing.
        decision_possible: Whether a board may decide in spite of it: only on too little
            evidence, and not where the number is beyond the limit with an uncorrected
            p-value under 0.05.
        more_outcomes: About how many more recorded outcomes in the group would settle
            it, to two figures; None where not insufficient, or not to be had.
        sentence: In the words of fairness/LANGUAGE.md.
    """

    finding: Finding
    cell: Cell
    role: str = "shown"
    lowest: float | None = None
    highest: float | None = None
    p_holm: float = nan
    verdict: RowVerdict = "reported"
    decision_possible: bool = True
    more_outcomes: int | None = None
    sentence: str = ""


def worst(verdicts: Iterable[RowVerdict]) -> Verdict:
    """The worst of some verdicts; where none decides, there is too little evidence."""
    deciding = [v for v in verdicts if v != "reported"]
    if "fail" in deciding:
        return "fail"
    if not deciding or "insufficient_evidence" in deciding:
        return "insufficient_evidence"
    return "pass"


def judge(
    findings: list[tuple[Cell, Finding]],
    policy: Policy,
    *,
    capacity: float,
    outcomes: dict[str, float],
) -> list[Judged]:
    """Judge all findings of one characteristic.

    Args:
        findings: In order of show.
        policy: With its limits.
        capacity: The capacity that gates.
        outcomes: Recorded outcomes of each cell, by name.
    """
    judged = []
    for cell, finding in findings:
        limit = policy.limits.get(finding.measure)
        if limit is None or finding.capacity not in (None, capacity):
            judged.append(Judged(finding, cell))
        else:
            judged.append(
                Judged(
                    finding,
                    cell,
                    role=limit.role,
                    lowest=limit.lowest,
                    highest=limit.highest,
                )
            )
    for measure in policy.limits:
        tested = [
            i
            for i, j in enumerate(judged)
            if j.role != "shown"
            and j.finding.measure == measure
            and j.cell.use != "reported"
            and not isnan(j.finding.p)
        ]
        corrected = holm([judged[i].finding.p for i in tested])
        for i, p in zip(tested, corrected, strict=True):
            judged[i] = replace(judged[i], p_holm=p)
    return [
        _decide(j, policy, outcomes[j.cell.name]) if j.role != "shown" else j
        for j in judged
    ]


def share_error(audited: list[list[list[Judged]]], policy: Policy) -> None:
    """Let a fail stand only where it would be rare in the whole audit (ADR-0012).

    An audit asks many questions; with the error of each held at 5%, one audit in three
    of small equal groups would fail. What fails by its own measure and characteristic
    but not by Holm's correction over all of them becomes too little evidence: it does
    not pass, and no board may decide it.

    Args:
        audited: Characteristics, their cells, their findings; changed in place.
        policy: With the p-value below which a difference fails.
    """
    asked = [
        (cell, i)
        for cells in audited
        for cell in cells
        for i, j in enumerate(cell)
        if not isnan(j.p_holm)
    ]
    corrected = holm([cell[i].finding.p for cell, i in asked])
    for (cell, i), p in zip(asked, corrected, strict=True):
        if cell[i].verdict == "fail" and not p < policy.fail_level:
            cell[i] = replace(
                cell[i], verdict="insufficient_evidence", decision_possible=False
            )


def beyond(finding: Finding, lowest: float | None, highest: float | None) -> bool:
    """Whether the number itself, not its interval, is outside the limit."""
    return (lowest is not None and finding.value < lowest) or (
        highest is not None and finding.value > highest
    )


def _inside(j: Judged) -> bool:
    low, high = j.finding.low_inside, j.finding.high_inside
    if not (isfinite(low) and isfinite(high) and isfinite(j.finding.value)):
        return False
    return (j.lowest is None or low >= j.lowest) and (
        j.highest is None or high <= j.highest
    )


def _rules_out_equality(j: Judged) -> bool:
    """Whether the displayed 95% interval leaves no difference out (ADR-0012)."""
    f = j.finding
    equal = 0.0 if f.compared == "difference" else 1.0
    if j.highest is None and j.lowest is not None:
        equal = j.lowest
    return f.low95 > equal or f.high95 < equal


def _decide(j: Judged, policy: Policy, outcomes: float) -> Judged:
    if j.cell.use == "reported":
        return j
    outside = beyond(j.finding, j.lowest, j.highest)
    verdict: RowVerdict
    if outside and j.p_holm < policy.fail_level and _rules_out_equality(j):
        verdict = "fail"
    elif j.cell.use == "merged" or j.role == "fail_only":
        verdict = "reported"
    elif j.finding.state == "estimable" and not outside and _inside(j):
        verdict = "pass"
    else:
        verdict = "insufficient_evidence"
    more = None
    if verdict == "insufficient_evidence":
        more = more_outcomes(j, outcomes, policy)
    barred = outside and j.finding.p < policy.fail_level
    return replace(
        j,
        verdict=verdict,
        decision_possible=verdict != "fail" and not barred,
        more_outcomes=more,
    )


def more_outcomes(j: Judged, outcomes: float, policy: Policy) -> int | None:
    """About how many more recorded outcomes in the group would settle a finding.

    Supposes that half-widths shrink with the square root of the outcomes, and that the
    truth is no gap where that could still be, else the gap seen. To two figures.

    Returns:
        None where no number can be given or it is over a thousand times what there is.
    """
    f = j.finding
    if j.lowest is None or j.highest is None or outcomes <= 0:
        return None
    if f.state != "estimable" or not (isfinite(f.low90) and isfinite(f.high90)):
        return _from_the_others(j, outcomes, policy)
    ratio = j.highest > 1
    if ratio and min(f.low90, f.value, f.high90) <= 0:
        return _from_the_others(j, outcomes, policy)
    low, value, high, lowest, highest = (
        log(x) if ratio else x
        for x in (f.low90, f.value, f.high90, j.lowest, j.highest)
    )
    error = (high - low) / 2 / z_of(0.9)
    margin = min(highest - value, value - lowest)
    limit = min(highest, -lowest)
    if margin < 0:
        times = (Z_FAIL * error / abs(value)) ** 2
    else:
        none = (_apart(policy) * error / limit) ** 2
        inside = z_of(policy.inside_confidence)
        seen = (inside * error / margin) ** 2 if margin > 0 else inf
        times = none if none > 1 else seen
    return _rounded(outcomes * (times - 1)) if 1 < times < NEVER else None


def _apart(policy: Policy) -> float:
    """Standard errors a limit must be away from no gap for four passes in five."""
    return z_of(policy.inside_confidence) + POWER


def _from_the_others(j: Judged, outcomes: float, policy: Policy) -> int | None:
    """From everyone else's rate, where the group has too few to tell its own."""
    share = j.finding.others
    if not 0 < share < 1 or j.highest is None or j.finding.n <= 0:
        return None
    error = share * (1 - share)
    limit = j.highest
    if j.finding.compared == "ratio":
        error, limit = (1 - share) / share, log(j.highest)
    needed = j.finding.effect * error * (_apart(policy) / limit) ** 2
    return _rounded(max(0.0, needed / j.finding.n * outcomes - outcomes)) or None


def _rounded(number: float) -> int:
    if number <= 0:
        return 0
    step = 10 ** max(0, int(log10(number)) - 1)
    return int(ceil(number / step) * step)


def usefulness(lift: Finding, cell: Cell, policy: Policy) -> Judged:
    """Judge whether the advice says anything: a useless model misses everyone equally.

    Lift is the share with a recorded outcome among those selected, over the share among
    all. Pass when the policy's interval lies at or above the floor, fail when it lies
    below.
    """
    floor = policy.lift_at_least
    verdict: RowVerdict = "insufficient_evidence"
    if isfinite(lift.low_inside) and lift.low_inside >= floor:
        verdict = "pass"
    elif isfinite(lift.high_inside) and lift.high_inside < floor:
        verdict = "fail"
    barred = lift.value < floor and lift.p < policy.fail_level
    return Judged(
        lift,
        cell,
        role="usefulness",
        lowest=floor,
        verdict=verdict,
        decision_possible=verdict != "fail" and not barred,
    )


def spread(finding: Finding, cell: Cell, policy: Policy) -> Judged:
    """Judge whether the estimates differ at all among the children of a group."""
    verdict: RowVerdict = "reported"
    if cell.use == "gated":
        verdict = "insufficient_evidence"
        if finding.state == "estimable":
            verdict = "pass" if finding.value >= policy.spread_at_least else "fail"
    return Judged(
        finding,
        cell,
        role="usefulness",
        lowest=policy.spread_at_least,
        verdict=verdict,
        decision_possible=verdict != "fail",
    )


def enforce(
    verdict: str,
    *,
    allowed: frozenset[str] = frozenset({"pass"}),
    purpose: str = "a release",
) -> None:
    """Let an allowed verdict through and refuse all else, an unknown word included.

    Args:
        verdict: Of the audit.
        allowed: What the purpose allows, as the tables of a release's life say.
        purpose: What it is asked for.

    Raises:
        InsufficientEvidence: There is too little evidence to say yes.
        GateRefused: The verdict is fail, or no verdict at all.
    """
    if verdict in allowed:
        return
    if verdict == "insufficient_evidence":
        raise InsufficientEvidence(
            "The audit had too little evidence to say yes, so nothing is built for "
            f"'{purpose}'. This is a normal result for a small council. Build it for "
            "'shadow' to gather evidence, pool evidence with others, or give the "
            "board's decision on each insufficient finding: --decisions FOLDER"
        )
    raise GateRefused(
        "The audit failed: a difference between groups is beyond the limit of the "
        f"policy, so nothing is built for '{purpose}', and nobody can override this. "
        "Open audit.html, look for the cause in the records and the outcome, and train "
        "again."
    )
