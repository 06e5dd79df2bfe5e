"""What the test fold says about every rung, looked at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.models import RUNGS, Matrix, RungName
from riskaid.progress import Progress, silent
from riskaid.training.decisions import (
    net_benefit,
    oldest_first,
    reviews_a_week,
    waiting,
)
from riskaid.training.experiment import Experiment, Limits
from riskaid.training.fit import Rung
from riskaid.training.global_explanation import family_importance, whole_households
from riskaid.training.leakage import suspects
from riskaid.training.measures import (
    family_weights,
    measure,
    rank_metrics,
    short,
)
from riskaid.training.reliability import brier_parts
from riskaid.training.slices import FEWEST, by_age_band, results_apart
from riskaid.training.table import Predictors, matrix_of, outcome_of

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan

POINTS = 10
"""Points of a calibration curve."""


@dataclass(frozen=True)
class Verdict:
    """Whether the chosen rung is recommended, and which criteria were missed."""

    recommended: bool
    why: tuple[str, ...]


def evaluate(
    rungs: dict[RungName, Rung],
    test: pl.DataFrame,
    predictors: Predictors,
    *,
    chosen: RungName,
    plan: "Plan",
    limits: Limits,
    seed: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure every rung on the test fold, with intervals that keep families whole.

    Args:
        rungs: Fitted and calibrated.
        test: The test fold, with `age_band` and `weight`; and `source` and `period`,
            where results are wanted apart by them.
        predictors: The columns used.
        chosen: The rung that everything but the first comparison is about.
        plan: For the families of indicators.
        limits: Capacity and the number of resamples.
        seed: Draws the resamples.
        progress: Told how far the intervals are, which take most of the time.

    Returns:
        Plain facts for evaluation.json.
    """
    matrix, outcome = matrix_of(test, predictors.names), outcome_of(test)
    family, weight = test["family_id"].to_numpy(), test["weight"].to_numpy()
    drawn: dict[str, Any] = {
        "family": family,
        "weight": weight,
        "replicates": limits.replicates,
        "seed": seed,
    }
    facts: dict[str, Any] = {"capacity": limits.capacity, "rungs": {}}
    estimates = {n: rungs[n].estimate(matrix, predictors.names) for n in RUNGS}
    said = "resampling families for the intervals"
    for done, (name, estimate) in enumerate(estimates.items()):
        progress(said, done, len(RUNGS) + 1)
        measured = measure(estimate, outcome, capacity=limits.capacity, **drawn)
        parts = brier_parts(estimate, outcome, **drawn)
        facts["rungs"][name] = {
            "metrics": {metric: m.to_json() for metric, m in measured.items()},
            "brier_parts": {part: m.to_json() for part, m in parts.items()},
            "calibration_curve": calibration_curve(estimate, outcome, **drawn),
            "recall_curve": recall_curve(estimate, outcome, weight=weight),
        }
    progress(said, len(RUNGS), len(RUNGS) + 1)
    estimate, waited = estimates[chosen], waiting(test["as_of"])
    asked = {"capacity": limits.capacity, **drawn}
    facts["net_benefit"] = net_benefit(
        estimate, estimates["checklist"], outcome, waited, **drawn
    )
    facts["oldest_first"] = oldest_first(waited, outcome, **asked)
    facts["reviews_a_week"] = reviews_a_week(estimate, test["as_of"], **asked)
    facts["age_bands"] = by_age_band(estimate, outcome, test, limits=limits, seed=seed)
    facts["apart"] = results_apart(estimate, outcome, test, limits=limits, seed=seed)
    progress(said, len(RUNGS) + 1, len(RUNGS) + 1)
    looked_at = whole_households(family, seed=seed)
    facts["importance"] = family_importance(
        rungs[chosen],
        matrix[looked_at],
        predictors,
        plan=plan,
        **{**drawn, "family": family[looked_at], "weight": weight[looked_at]},
    )
    facts["importance_of"] = {"rows": len(looked_at), "of_rows": len(family)}
    facts["suspects"] = suspects(matrix, outcome, predictors)
    return facts


def calibration_curve(
    estimate: Matrix,
    outcome: Matrix,
    *,
    family: np.ndarray[Any, Any],
    replicates: int,
    seed: int,
    weight: Matrix,
) -> list[dict[str, float | int | None]]:
    """Compare mean estimate and observed share in ten equal parts of the rows.

    Rows with the same estimate stay together, and neighbouring parts are joined until
    each holds at least ten rows with and ten without the outcome: a point on fewer says
    little, and a published one could point at a child.
    """
    edges = np.unique(np.quantile(estimate, np.linspace(0, 1, POINTS + 1)[1:-1]))
    part = _joined(np.searchsorted(edges, estimate, side="left"), outcome)
    held = range(int(part.max()) + 1)
    member = np.array([part == i for i in held], dtype=np.float64).T
    drawn = []
    for draws in family_weights(family, replicates=replicates, seed=seed):
        weights = draws * weight
        rows = weights @ member
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.append((weights * outcome) @ member / rows)
    shares = np.concatenate(drawn)
    return [
        {
            "rows": int(member[:, j].sum()),
            "estimate": short(_mean(estimate, weight, part == i)),
            "observed": short(_mean(outcome, weight, part == i)),
            "low95": short(float(np.nanquantile(shares[:, j], 0.025))),
            "high95": short(float(np.nanquantile(shares[:, j], 0.975))),
        }
        for j, i in enumerate(held)
    ]


def _joined(part: np.ndarray[Any, Any], outcome: Matrix) -> np.ndarray[Any, Any]:
    """Number parts anew from 0, joined with the next until each holds enough."""
    made = np.zeros(len(part), dtype=np.int64)
    first = number = 0
    for i in range(int(part.max()) + 1):
        inside = (part >= first) & (part <= i)
        after = part > i
        enough = [
            min(np.sum(outcome[rows] == 1), np.sum(outcome[rows] == 0)) >= FEWEST
            for rows in (inside, after)
        ]
        made[inside] = number
        if all(enough):
            first, number = i + 1, number + 1
    return made


def _mean(values: Matrix, weight: Matrix, inside: np.ndarray[Any, Any]) -> float:
    return float(np.average(values[inside], weights=weight[inside]))


def recall_curve(
    estimate: Matrix, outcome: Matrix, *, weight: Matrix
) -> list[dict[str, float | None]]:
    """Say which share of the outcomes is found at each share of rows looked at."""
    once = weight[None, :]
    points = [0.02, 0.05, *np.round(np.arange(0.1, 1.0, 0.1), 1).tolist()]
    return [
        {"share": float(share), "recall": short(float(found["recall_at_capacity"][0]))}
        for share in points
        for found in [rank_metrics(estimate, outcome, once, capacity=share)]
    ]


def judge(experiment: Experiment, facts: dict[str, Any], chosen: RungName) -> Verdict:
    """Hold the chosen rung against the criteria written before the test fold was seen.

    A criterion about a number that is not estimable is missed.
    """
    missed: list[str] = []
    metrics = facts["rungs"][chosen]["metrics"]
    key = {"value": "value", "low": "low95", "high": "high95"}
    said = {"value": "", "low": "lower end of ", "high": "upper end of "}
    for criterion in experiment.success.criteria:
        value = metrics[criterion.metric][key[criterion.end]]
        name = said[criterion.end] + criterion.metric.replace("_", " ")
        if value is None:
            missed.append(f"The {name} is not estimable.")
            continue
        if criterion.at_least is not None and value < criterion.at_least:
            missed.append(
                f"The {name} is {value:.3f}; at least {criterion.at_least:g} was asked."
            )
        if criterion.at_most is not None and value > criterion.at_most:
            missed.append(
                f"The {name} is {value:.3f}; at most {criterion.at_most:g} was asked."
            )
    if not missed:
        return Verdict(True, ("Every criterion written beforehand is met.",))
    return Verdict(False, tuple(missed))
