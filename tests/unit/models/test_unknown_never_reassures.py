"""Unknown never reassures: on a grid, for each predictor of all three rungs."""

import itertools

import numpy as np
import pytest

from riskaid.models import RUNGS, columns_of
from riskaid.models.booster import Settings, fit_booster
from riskaid.models.calibration import fit_calibration
from riskaid.models.checklist import fit_checklist
from riskaid.models.explanation import unknown_reassures
from riskaid.models.logistic import sigmoid
from riskaid.models.scorecard import fit_scorecard

NAN = float("nan")
NAMES = ("count", "flag", "days_since", "change", "free")
DIRECTIONS = (True, True, False, True, None)
"""`change` goes below zero; `days_since` means more when it is less."""

GRID = {
    "count": (NAN, 0.0, 1.0, 3.0, 20.0),
    "flag": (NAN, 0.0, 1.0),
    "days_since": (NAN, 0.0, 30.0, 400.0),
    "change": (NAN, -4.0, -0.5, 0.0, 0.5, 4.0),
    "free": (NAN, -1.0, 0.0, 2.0, 9.0),
}


def made(seed=1, rows=3000):
    """Rows in which not known goes with the outcome, and against it, on purpose."""
    rng = np.random.Generator(np.random.PCG64(seed))
    count = rng.poisson(0.7, rows).astype(float)
    flag = (rng.random(rows) < 0.2).astype(float)
    days = rng.integers(0, 500, rows).astype(float)
    change = rng.normal(0, 1.5, rows)
    free = rng.normal(3, 3, rows)
    odds = -1.5 + 0.6 * count + flag - days / 300 + 0.5 * change + 0.1 * free
    matrix = np.column_stack([count, flag, days, change, free])
    hidden = rng.random(matrix.shape) < 0.25
    # Where it is not known the outcome is rarer: a tempting, reassuring signal.
    odds = odds - 1.2 * hidden.sum(axis=1)
    outcome = (rng.random(rows) < sigmoid(odds)).astype(float)
    return np.where(hidden, NAN, matrix), outcome


@pytest.fixture(scope="module")
def rungs():
    matrix, outcome = made()
    kinds = {"names": NAMES, "more_means_more": DIRECTIONS}
    models = {
        "checklist": fit_checklist(matrix, **kinds),
        "scorecard": fit_scorecard(matrix, outcome, **kinds),
        "booster": fit_booster(
            matrix, outcome, settings=Settings(rounds=120, leaves=16), seed=1, **kinds
        ),
    }
    rows, truth = made(seed=2, rows=1500)
    return {
        name: (
            model,
            {
                method: fit_calibration(
                    model.score(columns_of(rows, NAMES, model.names)),
                    truth,
                    family=np.arange(1500),
                    seed=1,
                    method=method,
                )
                for method in ("platt", "beta", "isotonic")
            },
        )
        for name, model in models.items()
    }


@pytest.fixture(scope="module")
def grid():
    return np.array(list(itertools.product(*GRID.values())))


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("method", ["platt", "beta", "isotonic"])
def test_an_unknown_is_estimated_at_least_as_high_as_a_known_zero(
    rungs, grid, rung, method
):
    model, maps = rungs[rung]
    calibration = maps[method]
    asked = 0
    for name in model.names:
        if DIRECTIONS[NAMES.index(name)] is None:
            continue
        column = NAMES.index(name)
        unknown, zero = grid.copy(), grid.copy()
        unknown[:, column], zero[:, column] = NAN, 0.0
        at = [
            calibration.apply(model.score(columns_of(rows, NAMES, model.names)))
            for rows in (unknown, zero)
        ]
        assert (at[0] >= at[1] - 1e-12).all(), name
        asked += 1
    assert asked >= 3


def test_without_a_direction_the_estimate_is_withheld_where_it_would_reassure(
    rungs, grid
):
    model, _ = rungs["booster"]
    column = NAMES.index("free")
    unknown, zero = grid.copy(), grid.copy()
    unknown[:, column], zero[:, column] = NAN, 0.0
    lower = model.score(unknown) < model.score(zero) - 1e-9
    for row, reassures in zip(unknown[::7], lower[::7], strict=True):
        assert ("free" in unknown_reassures(model, row)) == reassures
    assert lower.any(), "the temptation was planted, or the test says nothing"


def test_a_change_below_zero_reads_not_known_as_no_change(rungs, grid):
    model, _ = rungs["booster"]
    column = NAMES.index("change")
    unknown, zero = grid.copy(), grid.copy()
    unknown[:, column], zero[:, column] = NAN, 0.0
    assert (model.score(unknown) == model.score(zero)).all()
    assert (model.contributions(unknown) == model.contributions(zero)).all()
