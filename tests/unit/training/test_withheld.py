from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskaid.models.calibration import Calibration
from riskaid.models.checklist import Checklist
from riskaid.models.explanation import unknown_reassures
from riskaid.training.fit import Rung
from riskaid.training.table import Predictors
from riskaid.training.withheld import reassured, with_reach, withheld

NAMES = ("a", "b", "c")
PREDICTORS = Predictors(names=NAMES, more_means_more=(True,) * 3, left_out={})
RUNG = Rung(
    "checklist",
    Checklist(names=("a", "c"), cuts=(0.0, 0.0)),
    Calibration("platt", 0.0, 1.0, (-1.0, 1.0), ((-1.0, 1.0),)),
)


def rows(values, weight=None):
    table = {n: [row[i] for row in values] for i, n in enumerate(NAMES)}
    ones = [1.0] * len(values)
    return pl.DataFrame({**table, "weight": weight or ones}).cast(
        dict.fromkeys(NAMES, pl.Float64)
    )


USUAL = rows([(i % 3, 0, i % 2) for i in range(60)])


@pytest.fixture
def rung():
    return with_reach({"checklist": RUNG}, USUAL, USUAL, PREDICTORS)["checklist"]


def test_the_reach_is_about_the_rungs_own_indicators(rung):
    assert rung.calibration.reach.names == ("a", "c")
    assert rung.calibration.reach.centre == pytest.approx((1.0, 0.5))
    assert replace(rung.calibration, reach=None) == RUNG.calibration


def test_each_rule_counts_its_rows_by_weight(rung):
    test = rows([(1, 0, 1), (None, 9, 1), (500, 0, 0), (None, 0, None)], [4, 3, 2, 1])
    found = withheld(rung, test, PREDICTORS)
    assert found == {"coverage": 0.4, "reassures": 0.0, "distance": 0.2, "any": 0.6}


class Reassuring:
    names = ("a", "b")

    def score(self, matrix):
        return np.where(np.isnan(matrix[:, 0]), -1.0, 0.0) + np.where(
            np.isnan(matrix[:, 1]), 1.0, 0.0
        )


def test_reassured_rows_are_those_that_advice_would_withhold():
    nan = float("nan")
    matrix = np.array([[nan, 1.0], [1.0, nan], [nan, nan], [2.0, 0.0]])
    found = reassured(Reassuring(), matrix)
    assert found.tolist() == [True, False, True, False]
    assert found.tolist() == [bool(unknown_reassures(Reassuring(), m)) for m in matrix]
