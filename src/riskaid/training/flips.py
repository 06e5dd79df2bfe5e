"""What would change if a recorded fact were another: for whom, and by how much.

Some facts are recorded more about one group than another at the same need. Ethnicity
and disability themselves are no predictors, so there is nothing of theirs to flip; that
nothing reads them is checked. What can be flipped are facts whose recording differs.
"""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from riskaid.fairness.groups import phrase_for
from riskaid.indicators.plan import tables_read
from riskaid.models import Matrix
from riskaid.training.ablations import GAPS_BY, Again, reviewed_share
from riskaid.training.measures import resampled, short
from riskaid.training.probes_asked import Flip
from riskaid.training.slices import FEWEST
from riskaid.training.table import matrix_of, outcome_of

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan

RECORDED_GROUPS: Final = ("disabilities",)
"""Case tables that hold nothing but a characteristic."""


def reads_groups(again: Again, plan: "Plan") -> list[str]:
    """Predictors that read a recorded disability; none, as promised, in any release."""
    read = {
        i.name: {part.table for part in tables_read(i.value)} for i in plan.indicators
    }
    return [
        name
        for name in again.predictors.names
        if read.get(name, set()) & set(RECORDED_GROUPS)
    ]


def flip(again: Again, asked: tuple[Flip, ...], plan: "Plan") -> list[dict[str, Any]]:
    """Set each fact to its other value for everybody in the test fold, and ask again.

    Returns:
        For each flip name, says, because, to, indicators (those set that the model
        uses) and state: "not_used" (the model uses none), "nothing_to_change" (fewer
        than ten rows have another value, so that nothing is said) or "estimable". Then
        rows (share of rows with another value than before) and groups: by
        characteristic and group the mean change of the estimate, of the share selected
        at capacity, and of the false negative rate's distance from everybody else's;
        each with intervals that keep families whole.
    """
    return [_flip(again, one, plan) for one in asked]


def _flip(again: Again, one: Flip, plan: "Plan") -> dict[str, Any]:
    used = again.rung.model.names
    names = tuple(name for name in one.names(plan) if name in used)
    facts: dict[str, Any] = {
        "name": one.name,
        "says": one.says,
        "because": one.because,
        "to": one.to,
        "indicators": list(names),
    }
    if not names:
        return {"state": "not_used", **facts}
    before = matrix_of(again.test, again.predictors.names)
    train = matrix_of(again.train, again.predictors.names)
    after = before.copy()
    for name in names:
        i = again.predictors.names.index(name)
        after[:, i] = flipped(before[:, i], train[:, i], one.to)
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    moved = (~same).any(axis=1)
    if moved.sum() < FEWEST:
        return {"state": "nothing_to_change", **facts}
    return {
        "state": "estimable",
        **facts,
        "rows": short(float(moved.mean())),
        "groups": _by_group(again, before, after),
    }


def flipped(values: Matrix, train: Matrix, to: str) -> Matrix:
    """One indicator's values after the flip.

    "none": every known value above zero becomes zero. "some": every known zero becomes
    the middle of the training fold's values above zero (where there is none, nothing
    changes). "not_known": every value becomes not known.
    """
    if to == "not_known":
        return np.full(len(values), np.nan)
    if to == "none":
        return np.where(values > 0, 0.0, values)
    above = train[train > 0]
    return np.where(values == 0, np.median(above), values) if len(above) else values


def _by_group(again: Again, before: Matrix, after: Matrix) -> list[dict[str, Any]]:
    names, rung = again.predictors.names, again.rung
    outcome, weight = outcome_of(again.test), again.test["weight"].to_numpy()
    estimates = [rung.estimate(matrix, names) for matrix in (before, after)]
    chosen = [
        reviewed_share(
            rung.score(matrix, names), weight, capacity=again.limits.capacity
        )
        for matrix in (before, after)
    ]
    change = estimates[1] - estimates[0]
    selected = chosen[1] - chosen[0]
    named = [
        (by, group)
        for by in GAPS_BY
        if by in again.groups.columns
        for group in sorted(set(again.groups[by].to_list()))
        if _enough(outcome[(again.groups[by] == group).to_numpy()])
    ]
    member = np.array(
        [(again.groups[by] == group).to_numpy() for by, group in named], dtype=float
    ).reshape(len(named), len(outcome))

    def compute(weights: Matrix) -> dict[str, Matrix]:
        found: dict[str, Matrix] = {}
        for i, one in enumerate(member):
            own, others = weights * one, weights * (1 - one)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[f"change {i}"] = own @ change / own.sum(axis=1)
                found[f"selected {i}"] = own @ selected / own.sum(axis=1)
                missed = [
                    -((side * outcome) @ selected) / (side @ outcome)
                    for side in (own, others)
                ]
                found[f"gap {i}"] = missed[0] - missed[1]
        return found

    drawn = resampled(
        compute,
        family=again.test["family_id"].to_numpy(),
        weight=weight,
        replicates=again.limits.replicates,
        seed=again.seed,
    )
    return [
        {
            "by": by,
            "group": group,
            "phrase": phrase_for(group, by.replace("_", " "), by.replace("_", " ")),
            "estimate_change": drawn[f"change {i}"].to_json(),
            "selected_change": drawn[f"selected {i}"].to_json(),
            "gap_change": drawn[f"gap {i}"].to_json(),
        }
        for i, (by, group) in enumerate(named)
    ]


def _enough(outcome: Matrix) -> bool:
    with_it = outcome.sum()
    return bool(min(with_it, len(outcome) - with_it) >= FEWEST)
