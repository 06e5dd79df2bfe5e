from datetime import date

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table

from riskaid.training.asked_rows import Cohort
from riskaid.training.experiment import Limits
from riskaid.training.measures import measure
from riskaid.training.slices import add_slices, by_age_band, results_apart, within

LIMITS = Limits(replicates=30)


def rows(groups):
    n = len(groups)
    rng = np.random.Generator(np.random.PCG64(2))
    estimate = rng.random(n) * 0.6
    outcome = (rng.random(n) < estimate).astype(float)
    table = pl.DataFrame(
        {
            "family_id": [f"F{i // 2}" for i in range(n)],
            "weight": rng.integers(1, 4, n).astype(float),
            "source": groups,
            "age_band": groups,
        }
    )
    return estimate, outcome, table


def test_each_group_is_measured_as_if_it_stood_alone():
    estimate, outcome, table = rows(["police"] * 300 + ["housing"] * 200)
    found = results_apart(estimate, outcome, table, limits=LIMITS, seed=1)
    assert list(found) == ["source"]
    assert [g["group"] for g in found["source"]] == ["housing", "police"]
    police = found["source"][1]
    alone = measure(
        estimate[:300],
        outcome[:300],
        family=table["family_id"].to_numpy()[:300],
        capacity=LIMITS.capacity,
        replicates=30,
        seed=1,
        weight=table["weight"].to_numpy()[:300],
    )
    assert police["metrics"] == {k: m.to_json() for k, m in alone.items()}
    assert police["rows"] == 300
    mean = np.average(estimate[:300], weights=table["weight"].to_numpy()[:300])
    assert police["mean_estimate"] == pytest.approx(mean, abs=1e-7)


def test_one_small_group_hides_its_size_and_that_of_the_next():
    groups = ["a"] * 20 + ["b"] * 200 + ["c"] * 300
    estimate, outcome, table = rows(groups)
    outcome[:20] = [1.0] * 9 + [0.0] * 11
    held = dict(
        within(estimate, outcome, table, column="source", limits=LIMITS, seed=1)
    )
    assert held["a"] == {"state": "not_estimable"}
    assert held["b"]["rows"] is None
    assert held["b"]["metrics"]["auc"]["value"] > 0.5
    assert held["c"]["rows"] == 300
    outcome[:20] = [1.0] * 10 + [0.0] * 10
    held = dict(
        within(estimate, outcome, table, column="source", limits=LIMITS, seed=1)
    )
    assert [held[g]["rows"] for g in "abc"] == [20, 200, 300]


def test_children_under_one_and_the_unborn_stand_apart_in_order_of_age():
    groups = ["5 to 9"] * 200 + ["under 1"] * 200 + ["unborn"] * 200
    estimate, outcome, table = rows(groups)
    bands = by_age_band(estimate, outcome, table, limits=LIMITS, seed=1)
    assert [b["age_band"] for b in bands] == ["unborn", "under 1", "5 to 9"]


REFERRALS = made_table(
    "referrals",
    [
        {
            "person_id": f"P{i}",
            "date": date(2024, 3, 30),
            "known_from": date(2024, 3, 31),
            "source_code": code,
        }
        for i, code in enumerate(["6", "1C", "10", None, "zz"])
    ],
)


def sources(cohort):
    asked = pl.DataFrame(
        {"person_id": [f"P{i}" for i in range(6)], "as_of": [date(2024, 4, 1)] * 6}
    )
    store = MadeStore({"referrals": REFERRALS, "cp_plans": REFERRALS.clear()})
    return add_slices(asked, cohort, store)


def test_the_source_is_that_of_the_record_that_made_the_row():
    cohort = Cohort(says="Each referral", table="referrals")
    held = sources(cohort)
    assert held["source"].to_list() == [
        "police",
        "individual, family or neighbour",
        "source not known",
        "source not known",
        "source not known",
        "source not known",
    ]
    assert held["period"].unique().to_list() == ["2024 quarter 2"]
    later = sources(cohort.model_copy(update={"offset_days": 1}))
    assert set(later["source"]) == {"source not known"}


def test_a_cohort_of_records_without_a_source_has_none():
    held = sources(Cohort(says="Each plan of a child", table="cp_plans"))
    assert "source" not in held.columns and "period" in held.columns
