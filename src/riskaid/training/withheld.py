"""For how many rows no estimate would be given, and by which rule."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from riskaid.models import Matrix, Model, RungName, columns_of
from riskaid.models.explanation import LEAST_KNOWN, SMALLEST
from riskaid.models.reach import fit_reach
from riskaid.training.fit import Rung
from riskaid.training.measures import short
from riskaid.training.table import Predictors, matrix_of


def with_reach(
    rungs: dict[RungName, Rung],
    train: pl.DataFrame,
    calibrate: pl.DataFrame,
    predictors: Predictors,
) -> dict[RungName, Rung]:
    """Learn for each rung how far from the training table an estimate may be given."""
    whole = matrix_of(train, predictors.names), matrix_of(calibrate, predictors.names)
    found: dict[RungName, Rung] = {}
    for name, rung in rungs.items():
        names = rung.model.names
        rows = [columns_of(matrix, predictors.names, names) for matrix in whole]
        reach = fit_reach(rows[0], rows[1], names=names)
        found[name] = replace(rung, calibration=replace(rung.calibration, reach=reach))
    return found


def withheld(
    rung: Rung, test: pl.DataFrame, predictors: Predictors
) -> dict[str, float | None]:
    """Say for which share of the test fold's rows no estimate would be given.

    Returns:
        coverage (too few of the model's indicators known), reassures (a value that is
        not known would lower the estimate), distance (too unlike the training table)
        and any of the three; shares of rows, weighted.
    """
    names, weight = rung.model.names, test["weight"].to_numpy()
    matrix = columns_of(matrix_of(test, predictors.names), predictors.names, names)
    known = (~np.isnan(matrix)).sum(axis=1)
    reach = rung.calibration.reach
    rules: dict[str, Any] = {
        "coverage": known < LEAST_KNOWN * len(names),
        "reassures": reassured(rung.model, matrix),
        "distance": np.zeros(len(matrix), dtype=bool)
        if reach is None
        else reach.beyond(matrix),
    }
    rules["any"] = np.any(list(rules.values()), axis=0)
    return {
        rule: short(float(np.average(rows, weights=weight)))
        for rule, rows in rules.items()
    }


def reassured(model: Model, matrix: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a value not known makes each row's score lower than a zero would."""
    score = model.score(matrix)
    found = np.zeros(len(matrix), dtype=bool)
    for column in np.flatnonzero(np.isnan(matrix).any(axis=0)):
        tried = matrix.copy()
        tried[:, column] = np.nan_to_num(tried[:, column], nan=0.0)
        found |= model.score(tried) > score + SMALLEST
    return found
