"""Whether the order also holds for other outcomes, and not for one made by chance."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.errors import ExtractError
from riskaid.models import Matrix
from riskaid.training.ablations import Again
from riskaid.training.bias_asked import Other
from riskaid.training.experiment import Limits
from riskaid.training.measures import rank_metrics, resampled, short
from riskaid.training.outcome import add_outcome
from riskaid.training.outcome_quality import shown
from riskaid.training.slices import FEWEST
from riskaid.training.table import outcome_of

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

CHANCE = 0.5

WARNING = (
    "Indicators order an outcome that chance dealt out within each quarter: the "
    "calendar does, or a fault in the rows. Rely on no order of this run before it is "
    "found. One run in twenty says this by chance; another seed tells."
)


def agreement(
    estimate: Matrix,
    test: pl.DataFrame,
    others: tuple[Other, ...],
    *,
    store: "CaseStore",
    limits: Limits,
    seed: int,
) -> list[dict[str, Any]]:
    """Say how the model's order of the test fold agrees with other outcomes.

    A good order for one recorded outcome that is none for its neighbours may follow
    one decision of the services, rather than what lies behind all of them.

    Args:
        estimate: Of the test fold's rows.
        test: Its rows, with outcome, family_id and weight.
        others: Other experiments' outcomes; each is looked for on these same rows,
            whoever is in its own cohort.
        store: The case store.
        limits: The number of resamples.
        seed: Draws them.

    Returns:
        For each other experiment name, title, says and state: "not_computed" (its table
        is not in the store, or none of these rows has a whole window for it), "too_few"
        (fewer than ten rows with it, or without) or "estimable". Then rows; auc of the
        estimate for it, and own_auc for the run's own outcome on those rows, with
        intervals; both, the share of rows with the own outcome that have it too.
    """
    keys = test.select("person_id", "as_of", "family_id").with_columns(
        pl.Series("estimate", estimate), own=test["outcome"], weight=test["weight"]
    )
    return [
        {
            "name": one.name,
            "title": one.title,
            "says": one.outcome.says,
            **_agrees(keys, one, store, limits=limits, seed=seed),
        }
        for one in others
    ]


def _agrees(
    keys: pl.DataFrame,
    one: Other,
    store: "CaseStore",
    *,
    limits: Limits,
    seed: int,
) -> dict[str, Any]:
    try:
        rows = add_outcome(keys, one.outcome, store, {}, cohort=one.cohort)
    except ExtractError:
        return {"state": "not_computed"}
    outcome, own = outcome_of(rows), rows["own"].cast(pl.Float64).to_numpy()
    with_it = min(float(min(o.sum(), len(o) - o.sum())) for o in (outcome, own))
    if with_it < FEWEST:
        return {"state": "too_few"}
    estimate, weight = rows["estimate"].to_numpy(), rows["weight"].to_numpy()

    def compute(weights: Matrix) -> dict[str, Matrix]:
        return {
            name: rank_metrics(estimate, held, weights, capacity=0.5)["auc"]
            for name, held in (("auc", outcome), ("own_auc", own))
        }

    drawn = resampled(
        compute,
        family=rows["family_id"].to_numpy(),
        weight=weight,
        replicates=limits.replicates,
        seed=seed,
    )
    both = float(np.average(outcome, weights=weight * own))
    tell = shown((outcome * own).sum(), own.sum())
    return {
        "state": "estimable",
        "rows": rows.height,
        **{name: measured.to_json() for name, measured in drawn.items()},
        "both": short(both) if tell else None,
    }


def placebo(again: Again) -> dict[str, Any]:
    """Fit the chosen rung to an outcome that nothing can order, and see if it does.

    Within each quarter the outcomes are dealt out anew among the rows, in the training
    fold and in the test fold: each quarter keeps its share, and whatever belonged to a
    child is gone. Order that is left comes from the calendar or from a fault.

    Returns:
        auc with its intervals; holds, whether its 95% interval holds a half (None where
        it is not estimable); warning, in words where it does not.
    """
    train = again.train.with_columns(outcome=dealt_out(again.train, seed=again.seed))
    score = again.score(train, again.predictors)
    test = again.test
    held = dealt_out(test, seed=again.seed + 1).cast(pl.Float64).to_numpy()

    def compute(weights: Matrix) -> dict[str, Matrix]:
        return {"auc": rank_metrics(score, held, weights, capacity=0.5)["auc"]}

    found = resampled(
        compute,
        family=test["family_id"].to_numpy(),
        weight=test["weight"].to_numpy(),
        replicates=again.limits.replicates,
        seed=again.seed,
    )["auc"]
    holds = None
    if found.low95 is not None and found.high95 is not None:
        holds = found.low95 <= CHANCE <= found.high95
    return {
        "auc": found.to_json(),
        "holds": holds,
        "warning": WARNING if holds is False else None,
    }


def dealt_out(rows: pl.DataFrame, *, seed: int) -> pl.Series:
    """Deal the outcomes out anew among the rows of each quarter."""
    rng = np.random.Generator(np.random.PCG64([seed, 7]))
    quarter = rows["as_of"].dt.truncate("1q").to_numpy()
    outcome = rows["outcome"].to_numpy().copy()
    for one in np.unique(quarter):
        places = np.flatnonzero(quarter == one)
        outcome[places] = outcome[rng.permutation(places)]
    return pl.Series("outcome", outcome, dtype=rows["outcome"].dtype)
