"""The report on what shapes the recorded outcome, made with every model.

A model learns what is recorded, and recording has causes of its own: who is looked at,
who looks, and what is written down. None of it can be taken out by arithmetic. What can
be said is how far it could reach.
"""

from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid.models.booster import Settings
from riskaid.progress import Progress, silent
from riskaid.training.ablations import Again, ablate
from riskaid.training.bias_asked import Declared
from riskaid.training.experiment import Experiment
from riskaid.training.fit import Rung
from riskaid.training.other_outcomes import agreement, placebo
from riskaid.training.outcome_bounds import screened_out, selective_bounds
from riskaid.training.outcome_quality import grouped, recording_by_group
from riskaid.training.run import Prepared
from riskaid.training.table import matrix_of

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

FORMAT = "riskaid-outcome-bias"
VERSION = 1
SAID = "asking what shapes the outcome"

NOT_SEEN = (
    "censored",
    "outcome_not_covered",
    "outcome_not_known",
    "not_eligible",
    "eligibility_not_known",
)
"""Rows that fell away for other reasons than a decision about them; counted only."""


def report(
    asked: Experiment,
    declared: Declared,
    made: Prepared,
    store: "CaseStore",
    *,
    rung: Rung,
    test: pl.DataFrame,
    settings: Settings,
    seed: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Make the report: what stands in outcome_bias.json.

    Args:
        asked: The experiment.
        declared: What to look at.
        made: The rows of the run.
        store: The case store.
        rung: The chosen rung, fitted and calibrated.
        test: The test fold, with weights.
        settings: Those the run chose for the booster; nothing is searched for again.
        seed: Draws resamples and the placebo.
        progress: Told what is being done.

    Returns:
        rung; screened_out and bounds (`outcome_bounds`; state "not_hidden" where rows
        were screened out, but the outcome can be recorded all the same); not_seen,
        counts of rows that fell away otherwise; recording (`outcome_quality`);
        ablations (`ablations`); agreement and placebo (`other_outcomes`); warnings; and
        declared, so that a replay looks at the same.
    """
    limits, cohort, outcome = asked.limits, asked.cohort, asked.outcome
    progress(SAID, 0, 4)
    estimate = rung.estimate(
        matrix_of(test, made.predictors.names), made.predictors.names
    )
    said = tuple(one for one in declared.screened_out if one.table == cohort.table)
    hiding = tuple(one for one in said if outcome.table in one.hides)
    out = screened_out(test, hiding, cohort, store)
    bounds = selective_bounds(estimate, test, out, limits=limits, seed=seed)
    if said and not hiding:
        bounds = {"state": "not_hidden"}
    progress(SAID, 1, 4)
    recording = recording_by_group(
        made.rows,
        screened_out(made.rows, said, cohort, store),
        cohort=cohort,
        outcome=outcome,
        store=store,
        limits=limits,
        seed=seed,
    )
    progress(SAID, 2, 4)
    agrees = agreement(
        estimate,
        test,
        tuple(o for o in declared.others if o.name != asked.experiment.name),
        store=store,
        limits=limits,
        seed=seed,
    )
    progress(SAID, 3, 4)
    again = Again(
        rung=rung,
        train=made.fold("train"),
        test=test,
        groups=grouped(test, cohort, store),
        predictors=made.predictors,
        settings=settings,
        most=asked.models.scorecard_indicators,
        limits=limits,
        seed=seed,
    )
    chance = placebo(again)
    progress(SAID, 4, 4)
    ablations = ablate(
        again,
        declared.ablations,
        plan=made.plan,
        cohort=cohort,
        outcome=outcome,
        store=store,
        progress=progress,
    )
    return {
        "format": FORMAT,
        "version": VERSION,
        "rung": rung.name,
        "screened_out": [
            {"name": one.name, "says": one.says, "because": one.because} for one in said
        ],
        "bounds": bounds,
        "not_seen": {
            name: made.counts[name] for name in NOT_SEEN if name in made.counts
        },
        "recording": recording,
        "ablations": ablations,
        "agreement": agrees,
        "placebo": chance,
        "warnings": [chance["warning"]] if chance["warning"] else [],
        "declared": declared.model_dump(mode="json"),
    }
