"""Fit all three rungs and their calibrations, and propose the simplest good one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from riskaid.models import RUNGS, Matrix, Model, RungName, columns_of
from riskaid.models.booster import Settings, fit_booster
from riskaid.models.calibration import Calibration, fit_calibration
from riskaid.models.checklist import fit_checklist
from riskaid.models.scorecard import fit_scorecard
from riskaid.training.experiment import Period, Rungs
from riskaid.training.measures import auc, auc_replicates, short
from riskaid.training.table import Predictors, matrix_of, outcome_of

PARTS = 3
"""How many parts a careless split cuts the rows into."""


@dataclass(frozen=True)
class Rung:
    """A fitted model with the map from its score to an estimate."""

    name: RungName
    model: Model
    calibration: Calibration

    def score(self, matrix: Matrix, names: tuple[str, ...]) -> Matrix:
        """Raw scores of rows that hold the columns `names`."""
        return self.model.score(columns_of(matrix, names, self.model.names))

    def estimate(self, matrix: Matrix, names: tuple[str, ...]) -> Matrix:
        """Calibrated estimates of rows that hold the columns `names`."""
        return self.calibration.apply(self.score(matrix, names))


@dataclass(frozen=True)
class Proposal:
    """Which rung is proposed, and the arithmetic behind it.

    Attributes:
        chosen: The rung the run goes on with.
        simplest: The simplest within one standard error of the best.
        because: In words.
        auc: Of each rung on the calibration fold.
        standard_error: Of the best rung's, resampling families.
    """

    chosen: RungName
    simplest: RungName
    because: str
    auc: dict[str, float | None]
    standard_error: float | None


def fit_models(
    train: pl.DataFrame,
    predictors: Predictors,
    *,
    settings: Settings,
    most: int,
    seed: int,
) -> dict[RungName, Model]:
    """Fit the three rungs on the rows given and on no others.

    Args:
        train: Rows with an outcome.
        predictors: The columns used.
        settings: The booster's.
        most: The most indicators on the scorecard.
        seed: The booster's.
    """
    asked: dict[str, Any] = {"settings": settings, "most": most, "seed": seed}
    return {name: fit_model(name, train, predictors, **asked) for name in RUNGS}


def fit_model(
    rung: RungName,
    train: pl.DataFrame,
    predictors: Predictors,
    *,
    settings: Settings,
    most: int,
    seed: int,
) -> Model:
    """Fit one rung; the arguments are those of `fit_models`."""
    matrix, outcome = matrix_of(train, predictors.names), outcome_of(train)
    names, directions = predictors.names, predictors.more_means_more
    if rung == "checklist":
        return fit_checklist(matrix, names=names, more_means_more=directions)
    if rung == "scorecard":
        return fit_scorecard(
            matrix, outcome, names=names, more_means_more=directions, most=most
        )
    return fit_booster(
        matrix,
        outcome,
        names=names,
        more_means_more=directions,
        settings=settings,
        seed=seed,
    )


def calibrate(
    models: dict[RungName, Model],
    rows: pl.DataFrame,
    predictors: Predictors,
    *,
    method: str,
    seed: int,
) -> dict[RungName, Rung]:
    """Fit each rung's map on the calibration fold."""
    matrix, outcome = matrix_of(rows, predictors.names), outcome_of(rows)
    family = rows["family_id"].to_numpy()
    rungs: dict[RungName, Rung] = {}
    for name in RUNGS:
        model = models[name]
        score = model.score(columns_of(matrix, predictors.names, model.names))
        calibration = fit_calibration(
            score,
            outcome,
            family=family,
            seed=seed,
            method=method,
            weights=rows["weight"].to_numpy(),
        )
        rungs[name] = Rung(name=name, model=model, calibration=calibration)
    return rungs


def propose(
    rungs: dict[RungName, Rung],
    rows: pl.DataFrame,
    predictors: Predictors,
    *,
    wanted: Rungs,
    replicates: int,
    seed: int,
) -> Proposal:
    """Propose the simplest rung within one standard error of the best.

    Judged on the calibration fold, which trained none of them, so that the test fold is
    looked at once and after the choice. The standard error is that of the best rung's
    area under the curve when whole families are resampled.
    """
    matrix, outcome = matrix_of(rows, predictors.names), outcome_of(rows)
    scores = {name: rungs[name].score(matrix, predictors.names) for name in RUNGS}
    areas = {name: auc(scores[name], outcome) for name in RUNGS}
    best = max(RUNGS, key=lambda name: (areas[name], -RUNGS.index(name)))
    drawn = auc_replicates(
        scores[best],
        outcome,
        family=rows["family_id"].to_numpy(),
        replicates=replicates,
        seed=seed,
    )
    error = float(np.nanstd(drawn))
    simplest = next(name for name in RUNGS if areas[name] >= areas[best] - error)
    chosen: RungName = simplest if wanted.choose == "simplest" else wanted.choose
    because = (
        f"The {simplest} is the simplest within one standard error ({error:.3f}) of "
        f"the best area under the curve on the calibration fold "
        f"({best}, {areas[best]:.3f}): {areas[simplest]:.3f}."
    )
    if chosen != simplest:
        because += f" The analyst chose the {chosen} instead: {wanted.because.strip()}"
    return Proposal(
        chosen=chosen,
        simplest=simplest,
        because=because,
        auc={name: short(areas[name]) for name in RUNGS},
        standard_error=short(error),
    )


def random_split_auc(
    rows: pl.DataFrame,
    predictors: Predictors,
    *,
    test: Period,
    settings: Settings,
    most: int,
    seed: int,
) -> dict[str, float | None]:
    """Say what a careless split would have claimed: rows at random, families in both.

    All rows are cut into three parts by chance, whatever their date and family; every
    rung is fitted on two parts and looked at on the third, three times, and the mean is
    taken. Only rows of the test fold's dates are looked at, so that the difference to
    the honest figure is the split's and not the period's. Used for nothing else.
    """
    part = np.random.Generator(np.random.PCG64(seed)).integers(PARTS, size=rows.height)
    areas: dict[RungName, list[float]] = {name: [] for name in RUNGS}
    for i in range(PARTS):
        models = fit_models(
            rows.filter(pl.Series(part != i)),
            predictors,
            settings=settings,
            most=most,
            seed=seed,
        )
        looked_at = rows.filter(
            pl.Series(part == i),
            pl.col("as_of") >= test.first,
            pl.col("as_of") < test.until,
        )
        matrix, outcome = matrix_of(looked_at, predictors.names), outcome_of(looked_at)
        for name, model in models.items():
            score = model.score(columns_of(matrix, predictors.names, model.names))
            areas[name].append(auc(score, outcome))
    return {name: short(float(np.mean(areas[name]))) for name in RUNGS}
