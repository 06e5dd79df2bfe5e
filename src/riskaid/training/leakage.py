"""The hunt for what tells the outcome too well: suspects, ranked, with the evidence."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.errors import NotRecommended
from riskaid.indicators.kernel import compute
from riskaid.indicators.plan import tables_read
from riskaid.models import RUNGS, Matrix
from riskaid.training.asked_rows import Outcome
from riskaid.training.experiment import Limits
from riskaid.training.measures import auc, short
from riskaid.training.table import Predictors, matrix_of, outcome_of

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan
    from riskaid.records.store import CaseStore

SUSPECTS = 10
NAMED = 5

LATER_DAYS = 30
"""How long after the row's date each indicator is computed once more."""


def suspects(
    matrix: Matrix, outcome: Matrix, predictors: Predictors
) -> list[dict[str, Any]]:
    """Rank indicators by how well each alone tells the outcome, not known as zero."""
    found = [
        {"indicator": name, "auc": short(alone)}
        for name, alone in _alone(matrix, outcome, predictors)
    ]
    return found[:SUSPECTS]


def _alone(
    matrix: Matrix, outcome: Matrix, predictors: Predictors
) -> list[tuple[str, float]]:
    found = [
        (name, auc(np.nan_to_num(column, nan=0.0), outcome))
        for name, column in zip(predictors.names, matrix.T, strict=True)
    ]
    return sorted(found, key=lambda pair: (-abs(pair[1] - 0.5), pair[0]))


def too_good(facts: dict[str, Any], limits: Limits) -> float | None:
    """The highest area under the curve of any rung where it is above the limit."""
    worst = max(facts["rungs"][r]["metrics"]["auc"]["value"] or 0.0 for r in RUNGS)
    return worst if worst > limits.leakage_auc else None


def hunt_leakage(
    facts: dict[str, Any],
    test: pl.DataFrame,
    predictors: Predictors,
    *,
    plan: "Plan",
    store: "CaseStore",
    outcome: Outcome,
    limits: Limits,
) -> dict[str, Any] | None:
    """Stop when the test fold is told too well to be true.

    Args:
        facts: What evaluate() returned.
        test: The test fold.
        predictors: The columns used.
        plan: The frozen declarations.
        store: The case store.
        outcome: Where the outcome is recorded.
        limits: The limit, and the reason to believe a figure above it.

    Returns:
        None below the limit. Above it, where the experiment says why the figure is
        believed: the figure, the limit, the reason and the suspects, for the card.

    Raises:
        NotRecommended: A rung's area under the curve is above the limit, and the
            experiment gives no reason to believe it. The message names the suspects.
    """
    worst = too_good(facts, limits)
    if worst is None:
        return None
    found = rank_suspects(test, predictors, plan=plan, store=store, outcome=outcome)
    reason = " ".join(limits.leakage_reason.split())
    if reason:
        return {
            "auc": short(worst),
            "limit": limits.leakage_auc,
            "reason": reason,
            "suspects": found,
        }
    named = "; ".join(_said(one) for one in found[:NAMED])
    raise NotRecommended(
        f"The area under the curve on the test fold is {worst:.3f}, above the limit of "
        f"{limits.leakage_auc:g} in [limits] leakage_auc: stopped for a leakage hunt. "
        f"Look first at {named}: is anything in them recorded because of the outcome, "
        "or known later than its known_from says? If the figure is right, say why in "
        "[limits] leakage_reason."
    )


def rank_suspects(
    test: pl.DataFrame,
    predictors: Predictors,
    *,
    plan: "Plan",
    store: "CaseStore",
    outcome: Outcome,
) -> list[dict[str, Any]]:
    """Rank indicators by how likely it is that the outcome stands in their records.

    Three things speak against an indicator: that it alone tells the outcome; that its
    value changes after the row's date where the outcome follows, so that a record
    dated or known a little too early would bring the outcome in; and that the dates on
    which its records became known are assumed by a declared lag and not measured. The
    rank is the first, as distance from chance, plus the second times the third; what
    reads the table of the outcome itself counts as assumed throughout.

    Returns:
        The ten most likely, first the worst: indicator, auc (alone), shift_auc (of the
        change within 30 days after the date), changed (share of rows it changed for),
        declared_lag (share of the records it reads whose date of knowledge is assumed),
        reads_outcome.
    """
    matrix, held = matrix_of(test, predictors.names), outcome_of(test)
    rows = test.select("person_id", pl.col("as_of") + timedelta(days=LATER_DAYS))
    later = matrix_of(
        compute(plan, store, rows, names=list(predictors.names)), predictors.names
    )
    # Where the later value is not known, the extract ended in between.
    change = np.nan_to_num(later - np.nan_to_num(matrix, nan=0.0), nan=0.0)
    declared = {one.name: one for one in plan.indicators}
    lags = assumed_shares(store)
    place = {name: i for i, name in enumerate(predictors.names)}
    found: list[tuple[float, dict[str, Any]]] = []
    for name, alone in _alone(matrix, held, predictors):
        moved = change[:, place[name]]
        shift = auc(moved, held)
        read = {one.table for one in tables_read(declared[name].value)}
        own = outcome.table in read
        assumed = 1.0 if own else max((lags.get(t, 0.0) for t in read), default=0.0)
        weight = abs(alone - 0.5) + abs(shift - 0.5) * assumed
        facts = {
            "indicator": name,
            "auc": short(alone),
            "shift_auc": short(shift),
            "changed": short(float(np.mean(moved != 0))),
            "declared_lag": short(max((lags.get(t, 0.0) for t in read), default=0.0)),
            "reads_outcome": own,
        }
        found.append((weight, facts))
    found.sort(key=lambda pair: (-pair[0], pair[1]["indicator"]))
    return [facts for _, facts in found[:SUSPECTS]]


def assumed_shares(store: "CaseStore") -> dict[str, float]:
    """By table, the share of records known by a declared lag alone."""
    return {
        name: float(held["known_from"].get("declared_lag", 0.0))
        for name, held in store.facts["tables"].items()
    }


def _said(one: dict[str, Any]) -> str:
    parts = [
        f"alone {one['auc']:.2f}",
        f"its change after the date {one['shift_auc']:.2f}",
    ]
    if one["declared_lag"]:
        parts.append(f"{one['declared_lag']:.0%} of knowledge dates assumed")
    if one["reads_outcome"]:
        parts.append("reads the outcome's own table")
    return f"{one['indicator']} ({', '.join(parts)})"
