"""What an audit sends to a pool: nothing that the audit itself does not publish.

Counts leave only where audit.json shows them, at the same level, so the two together
give no more than one. What families do is rounded so that intervals become wider.
"""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log, log10
from typing import Any, Final

import numpy as np
import polars as pl
from pydantic import ValidationError

from riskaid.errors import UsageError
from riskaid.fairness import intervals
from riskaid.fairness.findings import DISAGREE, Evidence
from riskaid.fairness.metrics import AT_CAPACITY, divide, parts
from riskaid.fairness.outcome_windows import as_dates
from riskaid.fairness.over_all_rows import (
    by_family,
    found_minus_expected,
    lift_error,
)
from riskaid.fairness.pool_file import FORMAT, PoolFile, sealed
from riskaid.fairness.results import Audit, Group
from riskaid.fairness.rows import Grouped
from riskaid.fairness.sums import FIXED, Floats
from riskaid.fairness.withhold import DECIDING, as_shown

MOST: Final = 1_000_000.0
EVERYONE: Final = "everyone"


def pool_facts(
    result: Audit,
    gathered: Sequence[tuple[Grouped, Evidence]],
    frame: pl.DataFrame,
    *,
    council: str,
    outcome: str,
) -> dict[str, Any]:
    """What one audit sends to a pool, as pool_file.PoolFile says.

    Args:
        result: The audit.
        gathered: What it filled.
        frame: The rows audited, of which only the months of as-of dates are read.
        council: Who sends it.
        outcome: The outcome's name, the same in all councils.

    Raises:
        UsageError: The name of the council or of the outcome cannot be used.
    """
    levels = _levels(result.everyone, result.capacities)
    out: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "council": council,
        "outcome": outcome,
        "period": _period(frame),
        "kind": result.kind,
        "policy": {"name": result.policy.name, "digest": result.policy.digest},
        "scores": result.scores_digest,
        "smallest_published_count": result.policy.smallest_published_count,
        "capacities": list(result.capacities),
        "gated_capacity": result.gated_capacity,
        "verdict": result.verdict,
        "groups": [],
        "found": [],
        "sums": [],
        "base": [],
        "at": [],
        "expected": [],
        "order": [],
        "lift": [],
    }
    for audited, (grouped, evidence) in zip(
        result.characteristics, gathered, strict=True
    ):
        shown = as_shown(audited.groups, result.everyone)
        for group, (findings, _) in zip(audited.groups, shown, strict=True):
            about = {"characteristic": audited.name, "group": group.cell.name}
            out["groups"].append(
                {
                    **about,
                    "phrase": group.cell.phrase,
                    "members": [grouped.groups[i][0] for i in group.cell.members],
                }
            )
            out["found"] += [
                {**about, "measure": j.finding.measure, "verdict": j.verdict}
                for j, _ in findings
                if j.verdict in DECIDING
            ]
            if not group.hidden and 0 in levels:
                _send_group(out, about, group, evidence, levels)
    if 0 in levels:
        _send_everyone(out, result.everyone, gathered[0][1], levels)
    facts = sealed(out)
    _check_names(facts)
    return facts


def _check_names(facts: dict[str, Any]) -> None:
    try:
        PoolFile.model_validate(facts)
    except ValidationError as error:
        where = {one["loc"][0] for one in error.errors(include_input=False)}
        if not where <= {"council", "outcome"}:
            raise
        raise UsageError(
            "--council takes a name of at most 80 characters, and --outcome a name in "
            "small letters, digits and underscores, such as conference_12m."
        ) from None


def _levels(everyone: Group, capacities: Sequence[float]) -> set[int]:
    """Level 0 for rows and outcomes, k + 1 for the k-th capacity, where they are shown.

    Without everyone's numbers there is nobody to compare a group with.
    """
    if everyone.hidden:
        return set()
    shown = {k + 1 for k, c in enumerate(capacities) if c not in everyone.hidden_at}
    return {0} | shown


def _period(frame: pl.DataFrame) -> list[dict[str, str]]:
    if "as_of" not in frame:
        return []
    days = as_dates(frame["as_of"]).drop_nulls()
    if days.is_empty():
        return []
    months = days.dt.strftime("%Y-%m").sort().to_list()
    return [{"first": months[0], "last": months[-1]}]


def _send_group(
    out: dict[str, Any],
    about: dict[str, str],
    group: Group,
    evidence: Evidence,
    levels: set[int],
) -> None:
    members = list(group.cell.members)
    others = [i for i in range(evidence.sums.shape[1]) if i not in members]
    both = members, others
    sums = evidence.sums[:, members].sum(axis=1)
    out["sums"].append({**about, "rows": round(sums[0]), "outcomes": round(sums[1])})
    out["base"].append({**about, "sides": _sides(evidence, "base_rate", 0, both)})
    for k, capacity in enumerate(evidence.capacities):
        if k + 1 not in levels or capacity in group.hidden_at:
            continue
        rates = [_sides(evidence, rate, k, both) for rate in AT_CAPACITY]
        out["at"].append({**about, **_at(sums, k, capacity), "rates": rates})
    found = {j.finding.measure: j.finding for j in group.judged}
    if evidence.scored and sums[0] > 0:
        families = by_family(evidence, members)[:FIXED]
        variance, freedom = found_minus_expected(families, _ones(families))
        spread = found["spread"].value
        if isfinite(spread):
            out["expected"].append(
                {
                    **about,
                    "expected": float(sums[2]),
                    "variance": _up(float(variance)),
                    "freedom": _down(float(freedom)),
                    "spread": float(spread),
                }
            )
    auc = found.get("auc")
    if auc is not None and auc.state == "estimable" and 0 < auc.low90 <= auc.value:
        ends = [_log_odds(x) for x in (auc.low90, auc.high90)]
        if all(isfinite(x) for x in (*ends, _log_odds(auc.value))):
            half = (ends[1] - ends[0]) / 2 / intervals.z_of(0.9)
            out["order"].append({**about, "auc": auc.value, "error": _up(half)})


def _send_everyone(
    out: dict[str, Any], everyone: Group, evidence: Evidence, levels: set[int]
) -> None:
    about = {"characteristic": "", "group": EVERYONE}
    sums = evidence.sums.sum(axis=1)
    out["sums"].append({**about, "rows": round(sums[0]), "outcomes": round(sums[1])})
    out["at"] += [
        {**about, **_at(sums, k, capacity), "rates": []}
        for k, capacity in enumerate(evidence.capacities)
        if k + 1 in levels
    ]
    lift = next(j.finding for j in everyone.judged if j.finding.measure == "lift")
    k = evidence.capacities.index(lift.capacity or 0.0)
    if lift.state == "estimable" and lift.value > 0 and k + 1 in levels:
        at = FIXED + 2 * k
        families = by_family(evidence, list(everyone.cell.members))
        error, freedom = lift_error(families[[0, 1, at, at + 1]])
        out["lift"].append({"error": _up(error), "freedom": _down(freedom)})


def _at(sums: Floats, k: int, capacity: float) -> dict[str, Any]:
    selected, found = (round(x) for x in sums[FIXED + 2 * k : FIXED + 2 * k + 2])
    return {"capacity": capacity, "selected": selected, "found": found}


def _ones(families: Floats) -> Floats:
    return np.ones(families.shape[1])


def _sides(
    evidence: Evidence, rate: str, k: int, both: tuple[list[int], list[int]]
) -> dict[str, Any]:
    """What families do to a rate in a group and among everyone else.

    Where families drawn anew vary much more than is supposed, the effect is as large as
    they say: a pool has no rows to draw from, so it is done here.
    """
    one, two, _ = evidence.compared(rate, k, both)
    sides = {}
    pairs = zip(("own", "others"), (one, two), both, strict=True)
    for name, share, members in pairs:
        effect = float(share.effect)
        redrawn = divide(*parts(rate, evidence.counts(evidence.replicates, k, members)))
        if float(share.of) > 0:
            low, high = share.bounds(0.95)
            drawn = intervals.percentiles(redrawn, 0.95)
            wider = (drawn[1] - drawn[0]) / float(high - low)
            if isfinite(wider) and wider > DISAGREE:
                effect *= wider**2
        sides[name] = {
            "effect": ceil(100 * effect - 1e-9) / 100,
            "freedom": _down(float(share.freedom)),
            "families": _worth(float(share.families)),
        }
    return {"rate": rate, **sides}


def _up(number: float) -> float:
    """Rounded up to three figures."""
    return _figures(number, ceil, 3)


def _down(freedom: float) -> float:
    """Degrees of freedom, rounded down to two figures; infinite as a million."""
    return _figures(min(max(freedom, 1.0), MOST), floor, 2)


def _worth(families: float) -> float:
    return _figures(families, floor, 2)


def _figures(number: float, way: Any, figures: int) -> float:
    if number <= 0:
        return 0.0
    step = figures - 1 - floor(log10(number))
    return float(way(round(number * 10.0**step, 9)) / 10.0**step)


def _log_odds(share: float) -> float:
    return log(share / (1 - share)) if 0 < share < 1 else float("inf")
