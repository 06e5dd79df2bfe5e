from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from riskaid.training.decisions import (
    CUTS,
    net_benefit,
    oldest_first,
    reviews_a_week,
    waiting,
)

RNG = np.random.Generator(np.random.PCG64(9))
ROWS = 1200
MONDAY = date(2024, 1, 1)
AS_OF = pl.Series([MONDAY + timedelta(days=int(d)) for d in RNG.integers(0, 364, ROWS)])
ESTIMATE = RNG.beta(1.2, 4, ROWS)
OUTCOME = (RNG.random(ROWS) < ESTIMATE).astype(float)
CHECKLIST = np.where(RNG.random(ROWS) < 0.5, ESTIMATE, ESTIMATE.mean())
DRAWN = {
    "family": np.arange(ROWS) // 2,
    "weight": RNG.integers(1, 3, ROWS).astype(float),
    "replicates": 60,
    "seed": 1,
}


def curve(estimate=ESTIMATE, checklist=CHECKLIST, **drawn):
    return net_benefit(
        estimate, checklist, OUTCOME, waiting(AS_OF), **{**DRAWN, **drawn}
    )


def test_net_benefit_is_what_counting_gives():
    weight = DRAWN["weight"]
    for point in curve():
        if point["state"] != "estimable":
            continue
        cut = point["cut"]
        for rule, chosen in (
            ("estimate", cut <= ESTIMATE),
            ("checklist", cut <= CHECKLIST),
            ("review_all", np.ones(ROWS, dtype=bool)),
        ):
            found = sum(
                w for w, c, y in zip(weight, chosen, OUTCOME, strict=True) if c and y
            )
            in_vain = sum(
                w
                for w, c, y in zip(weight, chosen, OUTCOME, strict=True)
                if c and not y
            )
            worth = (found - in_vain * cut / (1 - cut)) / weight.sum()
            assert point["net_benefit"][rule]["value"] == pytest.approx(worth, abs=1e-7)
        reviewed = weight[cut <= ESTIMATE].sum() / weight.sum()
        assert point["reviewed"] == pytest.approx(reviewed, abs=1e-7)


def test_oldest_first_reviews_as_many_rows_those_of_monday_before_tuesday():
    monday = np.array([d.isoweekday() == 1 for d in AS_OF])
    share = monday.mean()
    weight = np.ones(ROWS)
    estimate = np.where(np.arange(ROWS) < monday.sum(), 0.3, 0.1)
    point = next(p for p in curve(estimate, weight=weight) if p["cut"] == 0.2)
    assert point["reviewed"] == pytest.approx(share, abs=1e-7)
    found = (monday * OUTCOME).sum() / ROWS
    worth = found - (share - found) * 0.2 / 0.8
    assert point["net_benefit"]["oldest_first"]["value"] == pytest.approx(worth)
    at = oldest_first(
        waiting(AS_OF), OUTCOME, capacity=float(share), **DRAWN | {"weight": weight}
    )
    recall = (monday * OUTCOME).sum() / OUTCOME.sum()
    assert at["recall_at_capacity"]["value"] == pytest.approx(recall)
    assert at["precision_at_capacity"]["value"] == pytest.approx(OUTCOME[monday].mean())


def test_the_gain_is_over_the_best_other_rule_and_nobody_is_a_rule_too():
    points = {p["cut"]: p for p in curve() if p["state"] == "estimable"}
    assert len(points) >= 4
    for point in points.values():
        worth = {k: m["value"] for k, m in point["net_benefit"].items()}
        gain = worth.pop("gain")
        best = max(0.0, *(v for k, v in worth.items() if k != "estimate"))
        assert gain == pytest.approx(worth["estimate"] - best, abs=1e-7)
        assert point["net_benefit"]["gain"]["low95"] <= gain
    assert points[0.3]["net_benefit"]["gain"]["low95"] > 0
    against = np.random.Generator(np.random.PCG64(1)).permutation(ESTIMATE)
    useless = {p["cut"]: p for p in curve(against) if p["state"] == "estimable"}
    assert useless[0.3]["net_benefit"]["gain"]["value"] < 0


def test_a_cut_with_few_rows_on_a_side_shows_no_number():
    points = {p["cut"]: p for p in curve()}
    assert list(points) == list(CUTS)
    assert points[0.02] == {"cut": 0.02, "state": "not_estimable"}
    nine = ESTIMATE.copy()
    above = np.flatnonzero(OUTCOME == 0)[:9]
    nine[:] = np.where(OUTCOME == 1, 0.9, 0.01)
    nine[above] = 0.9
    assert {p["state"] for p in curve(nine)} == {"not_estimable"}


def test_reviews_a_week_are_those_of_counting_whole_weeks():
    found = reviews_a_week(ESTIMATE, AS_OF, capacity=0.2, **DRAWN)
    weight = DRAWN["weight"]
    weeks = {}
    for day, w in zip(AS_OF, weight, strict=True):
        weeks[day.isocalendar()[:2]] = weeks.get(day.isocalendar()[:2], 0) + w
    assert found["weeks"] == len(weeks) == 52
    mean = sum(weeks.values()) / 52
    assert found["rows"]["value"] == pytest.approx(mean)
    assert found["reviews"]["value"] == pytest.approx(0.2 * mean)
    assert found["rows"]["low95"] < mean < found["rows"]["high95"]
    assert found["quiet_week"] < found["reviews"]["value"] < found["busy_week"]


def test_weeks_that_are_not_whole_are_left_out_and_empty_ones_are_not():
    days = [0] * 10 + [6] * 10 + [21] * 5 + [27] * 5 + [28, 29]
    as_of = pl.Series([MONDAY + timedelta(days=d) for d in days])
    same = {
        "family": np.arange(32),
        "weight": np.ones(32),
        "replicates": 20,
        "seed": 1,
    }
    found = reviews_a_week(np.full(32, 0.1), as_of, capacity=0.2, **same)
    assert found["weeks"] == 4
    assert found["rows"]["value"] == pytest.approx(30 / 4)
    tuesday = pl.Series([MONDAY + timedelta(days=1)] * 32)
    nothing = reviews_a_week(np.full(32, 0.1), tuesday, capacity=0.2, **same)
    assert nothing == {"weeks": 0}


def test_a_fixed_cut_takes_no_more_than_the_capacity_over_all_weeks():
    estimate = np.array([0.9, 0.5, 0.5, 0.5, 0.1] * 7 * 4)
    as_of = pl.Series([MONDAY + timedelta(days=i // 5) for i in range(140)])
    same = {
        "family": np.arange(140),
        "weight": np.ones(140),
        "replicates": 20,
        "seed": 1,
    }
    few = reviews_a_week(estimate, as_of, capacity=0.5, **same)
    assert (few["quiet_week"], few["busy_week"]) == (7.0, 7.0)
    most = reviews_a_week(estimate, as_of, capacity=0.8, **same)
    assert (most["quiet_week"], most["busy_week"]) == (28.0, 28.0)
