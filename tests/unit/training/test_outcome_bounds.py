"""Rows that nobody looked into: which they are, and how far they move the figures."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table

from riskaid.training.asked_rows import Cohort
from riskaid.training.bias_asked import ScreenedOut
from riskaid.training.experiment import Limits
from riskaid.training.measures import rank_metrics
from riskaid.training.outcome_bounds import screened_out, selective_bounds

LIMITS = Limits(capacity=0.25, replicates=40)
COHORT = Cohort(says="Each referral in a test", table="referrals")
DAY = date(2022, 5, 2)


def out_when(table: str = "referrals", **where: str) -> ScreenedOut:
    return ScreenedOut(
        name="closed",
        says="Referrals that ended",
        because="Nobody looked further.",
        hides=("icpcs",),
        table=table,
        where=where or {"no_further_action": "yes"},
    )


def fold(outcome, weight=None) -> pl.DataFrame:
    n = len(outcome)
    return pl.DataFrame(
        {
            "outcome": pl.Series(outcome, dtype=pl.Int8),
            "family_id": [f"F{i // 2}" for i in range(n)],
            "weight": np.ones(n) if weight is None else weight,
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_bounds_are_those_of_every_way_to_fill_in_the_outcomes(seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    n = 26
    estimate = rng.integers(1, 9, n) / 10  # with ties
    weight = rng.integers(1, 3, n).astype(float)
    outcome = np.r_[np.ones(8), np.zeros(18)]
    out = pl.Series(np.r_[np.ones(2), np.zeros(12), np.ones(12)] == 1)
    found = selective_bounds(
        estimate, fold(outcome, weight), out, limits=LIMITS, seed=1
    )
    # Rows 0 and 1 were screened out and have the outcome all the same: not unseen.
    assert (found["state"], found["rows"]) == ("estimable", 12)
    assert found["share"] == pytest.approx(weight[14:].sum() / weight.sum())
    tried = []
    for filled in product((0.0, 1.0), repeat=12):
        had_it = np.r_[outcome[:14], filled]
        tried.append(
            rank_metrics(estimate, had_it, weight[None, :], capacity=LIMITS.capacity)
        )
    for name in ("auc", "recall_at_capacity"):
        values = [one[name][0] for one in tried]
        bounds = found["bounds"][name]
        # Among rows with one estimate, weights decide; a hair is left to that.
        assert bounds["worst"]["value"] == pytest.approx(min(values), abs=4e-3)
        assert bounds["best"]["value"] == pytest.approx(max(values), abs=4e-3)
        assert bounds["worst"]["low95"] < bounds["worst"]["value"]
        assert bounds["best"]["high95"] > bounds["best"]["value"]


def test_the_three_cases_are_what_they_say():
    rng = np.random.Generator(np.random.PCG64(5))
    estimate, outcome = rng.random(60), np.r_[np.ones(15), np.zeros(45)]
    out = pl.Series(np.arange(60) >= 40)
    found = selective_bounds(estimate, fold(outcome), out, limits=LIMITS, seed=1)
    none, left, every = (one["metrics"] for one in found["cases"])
    assert [one["case"] for one in found["cases"]] == [
        "as_recorded",
        "left_out",
        "all_recorded",
    ]
    assert none["base_rate"]["value"] == pytest.approx(15 / 60)
    assert left["base_rate"]["value"] == pytest.approx(15 / 40)
    assert every["base_rate"]["value"] == pytest.approx(35 / 60)
    assert every["calibration"]["value"] == pytest.approx(35 / estimate.sum())
    assert left["calibration"]["value"] == pytest.approx(15 / estimate[:40].sum())
    ends = found["bounds"]["auc"]
    for case in (none, every):
        assert ends["worst"]["value"] <= case["auc"]["value"] <= ends["best"]["value"]
        assert case["auc"]["low95"] < case["auc"]["value"] < case["auc"]["high95"]


def test_with_few_such_rows_or_not_known_nothing_is_worked_out():
    outcome = np.r_[np.ones(15), np.zeros(45)]
    few = pl.Series(np.arange(60) >= 51)
    estimate = np.linspace(0.1, 0.9, 60)
    for out, state in ((None, "not_known"), (few, "too_few")):
        found = selective_bounds(estimate, fold(outcome), out, limits=LIMITS, seed=1)
        assert found == {"state": state}


def referral(person: str, **more: object) -> dict[str, object]:
    return {"person_id": person, "date": DAY, "known_from": DAY, **more}


def test_a_row_is_screened_out_when_all_records_that_made_it_are():
    out = {"no_further_action": "yes"}
    on = {"no_further_action": "no"}
    withdrawn = {"known_until": DAY + timedelta(days=90)}
    referrals = [
        referral("closed", **out),
        referral("not_known"),
        referral("both", **out),
        referral("both", **on),
        referral("twice", **out),
        referral("twice", **out),
        referral("withdrawn", **out, **withdrawn),
        referral("corrected", **out, **withdrawn),
        referral("corrected", known_from=DAY + timedelta(days=90), **on),
    ]
    store = MadeStore({"referrals": made_table("referrals", referrals)})
    people = sorted({str(one["person_id"]) for one in referrals})
    rows = pl.DataFrame({"person_id": people, "as_of": DAY + timedelta(days=1)})
    found = screened_out(rows, (out_when(),), COHORT, store)
    said = dict(zip(people, found, strict=True))
    assert {name for name, is_out in said.items() if is_out} == {"closed", "twice"}
    either = (out_when(), out_when(no_further_action="no"))
    assert screened_out(rows, either, COHORT, store).sum() == 4
    assert screened_out(rows, (out_when("contacts"),), COHORT, store) is None
    assert screened_out(rows, (), COHORT, store) is None
    # No record says why it ended: then nobody can say whether it was screened out.
    assert screened_out(rows, (out_when(close_reason="RC8"),), COHORT, store) is None
