"""What other rows and other seeds would have given: learning curve and stability."""

from typing import Any

import numpy as np
import polars as pl

from riskaid.models import RUNGS, Matrix, RungName, columns_of
from riskaid.models.booster import Settings
from riskaid.models.explanation import SMALLEST
from riskaid.progress import Progress, silent
from riskaid.training.fit import Rung, fit_models
from riskaid.training.measures import auc, auc_replicates, short
from riskaid.training.table import Predictors, matrix_of, outcome_of

SHARES = (0.125, 0.25, 0.5)
"""Shares of the training families that models are fitted on once more."""

FEWEST = 10
"""A part of the families with fewer rows with, or without, the outcome is not used."""

REFITS = 5
TOP = 3
MOST_NAMED = 10


def learning_curve(
    rungs: dict[RungName, Rung],
    train: pl.DataFrame,
    calibrate: pl.DataFrame,
    predictors: Predictors,
    *,
    settings: Settings,
    most: int,
    replicates: int,
    seed: int,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Say what fewer training rows would have given: is more data worth waiting for?

    Each rung is fitted on an eighth, a quarter and half of the training families (each
    part inside the next) and looked at on the calibration fold, which trained none of
    them; the test fold is not looked at again. The last entry is the run's own models.

    Returns:
        One entry a share, with the number of rows and by rung the area under the curve
        with its 95% interval.
    """
    families = np.sort(train["family_id"].unique().to_numpy())
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(families)
    matrix, outcome = matrix_of(calibrate, predictors.names), outcome_of(calibrate)
    found: list[dict[str, Any]] = []
    for done, share in enumerate((*SHARES, 1.0)):
        progress("fitting on fewer families", done, len(SHARES))
        kept = drawn[: round(share * len(drawn))].tolist()
        part = train.filter(pl.col("family_id").is_in(kept))
        with_it = int(part["outcome"].sum())
        if min(with_it, part.height - with_it) < FEWEST:
            continue
        models = (
            {name: rung.model for name, rung in rungs.items()}
            if share == 1.0
            else fit_models(part, predictors, settings=settings, most=most, seed=seed)
        )
        areas: dict[str, Any] = {}
        for name in RUNGS:
            model = models[name]
            score = model.score(columns_of(matrix, predictors.names, model.names))
            spread = auc_replicates(
                score,
                outcome,
                family=calibrate["family_id"].to_numpy(),
                replicates=replicates,
                seed=seed,
            )
            low, high = np.nanquantile(spread, [0.025, 0.975])
            areas[name] = {
                "value": short(auc(score, outcome)),
                "low95": short(float(low)),
                "high95": short(float(high)),
            }
        found.append({"share": share, "rows": part.height, "auc": areas})
    return found


def stability(
    rung: Rung,
    train: pl.DataFrame,
    calibrate: pl.DataFrame,
    predictors: Predictors,
    *,
    settings: Settings,
    most: int,
    capacity: float,
    seed: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Say whether the same child would be given the same reasons by a model made again.

    The chosen rung is fitted five times more, each time without another fifth of the
    training families and with another seed. Looked at are the rows of the calibration
    fold that would be reviewed, and the three indicators that add most to each.

    Returns:
        refits; rows looked at; reasons_kept (of a row's top reasons, the mean share
        that a refit gives too, and its lowest among refits); indicators: the ten that
        move the score most, with their share of all movement, the least and most of it
        among refits, and in how many they are among the ten again.
    """
    families = np.sort(train["family_id"].unique().to_numpy())
    rng = np.random.Generator(np.random.PCG64(seed))
    part_of = dict(zip(families, rng.permutation(len(families)) % REFITS, strict=True))
    part = np.array([part_of[f] for f in train["family_id"]])
    matrix = matrix_of(calibrate, predictors.names)
    score = rung.score(matrix, predictors.names)
    weight = calibrate["weight"].to_numpy()
    order = np.argsort(-score, kind="stable")
    reviewed = order[np.cumsum(weight[order]) <= capacity * weight.sum()]
    own = _parts(rung, matrix, predictors)
    movement = _movement(own)
    kept: list[float | None] = []
    again: list[Matrix] = []
    for i in range(REFITS):
        progress("fitting again with other families", i + 1, REFITS)
        models = fit_models(
            train.filter(pl.Series(part != i)),
            predictors,
            settings=settings,
            most=most,
            seed=seed + 1 + i,
        )
        other = Rung(rung.name, models[rung.name], rung.calibration)
        parts = _parts(other, matrix, predictors)
        again.append(_movement(parts))
        kept.append(share_kept(own[reviewed], parts[reviewed]))
    shares = np.array(again)
    told = [share for share in kept if share is not None]
    return {
        "refits": REFITS,
        "rows": len(reviewed),
        "reasons_kept": {
            "mean": short(float(np.mean(told))),
            "least": short(min(told)),
        }
        if told
        else None,
        "indicators": [
            {
                "indicator": predictors.names[i],
                "share": short(float(movement[i])),
                "least": short(float(shares[:, i].min())),
                "most": short(float(shares[:, i].max())),
                "among_top": sum(i in _top(one) for one in again),
            }
            for i in _top(movement)
        ],
    }


def _parts(rung: Rung, matrix: Matrix, predictors: Predictors) -> Matrix:
    """Contributions in the predictors' order; none where the rung reads nothing."""
    model = rung.model
    held = model.contributions(columns_of(matrix, predictors.names, model.names))
    parts = np.zeros((len(matrix), len(predictors.names)))
    place = {name: i for i, name in enumerate(predictors.names)}
    parts[:, [place[name] for name in model.names]] = held[:, :-1]
    return parts


def _movement(parts: Matrix) -> Matrix:
    """How much each indicator moves the score, as a share of all movement."""
    sizes = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    return np.asarray(sizes / (sizes.sum() or 1.0))


def _top(movement: Matrix) -> list[int]:
    order = np.argsort(-movement, kind="stable")[:MOST_NAMED]
    return [int(i) for i in order if movement[i] > 0]


def top_reasons(parts: Matrix) -> list[set[int]]:
    """For each row the indicators that add most, three at the most."""
    order = np.argsort(-parts, axis=1, kind="stable")[:, :TOP]
    return [
        {int(i) for i in places if row[i] > SMALLEST}
        for places, row in zip(order, parts, strict=True)
    ]


def share_kept(own: Matrix, other: Matrix) -> float | None:
    """Of a row's top reasons, the mean share that are among the other's too.

    A row without any reason is left out; None when no row has one.
    """
    pairs = zip(top_reasons(own), top_reasons(other), strict=True)
    shares = [len(mine & theirs) / len(mine) for mine, theirs in pairs if mine]
    return float(np.mean(shares)) if shares else None
