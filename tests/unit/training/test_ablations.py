"""Models fitted once more without some signs: planted signals, outcomes and gaps."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_table, write_experiment

from riskaid.models.booster import Settings
from riskaid.training.ablations import (
    Again,
    ablate,
    comes_after,
    names_left_out,
    reviewed_share,
)
from riskaid.training.asked_rows import Outcome
from riskaid.training.bias_asked import Ablation, Records
from riskaid.training.experiment import Limits, load_experiment
from riskaid.training.fit import calibrate, fit_models
from riskaid.training.measures import rank_metrics
from riskaid.training.outcome_quality import grouped
from riskaid.training.train import plan_of, prepare

LIMITS = Limits(replicates=120)


def without(name: str, **what: object) -> Ablation:
    return Ablation(
        name=name, says=f"all of {name} in a test", because="It is a test.", **what
    )


@pytest.fixture(scope="module")
def parts(council, features, tmp_path_factory):
    path = write_experiment(tmp_path_factory.mktemp("ablations"))
    asked = load_experiment(path)
    plan = plan_of(asked, features, file=path.name)
    made = prepare(asked, council, plan=plan, file=path.name, seed=1)
    models = fit_models(
        made.fold("train"), made.predictors, settings=Settings(), most=12, seed=1
    )
    rungs = calibrate(
        models, made.fold("calibrate"), made.predictors, method="platt", seed=1
    )
    test = made.fold("test")
    again = Again(
        rung=rungs["booster"],
        train=made.fold("train"),
        test=test,
        groups=grouped(test, asked.cohort, council),
        predictors=made.predictors,
        settings=Settings(),
        most=12,
        limits=LIMITS,
        seed=1,
    )
    return again, {
        "plan": plan,
        "cohort": asked.cohort,
        "outcome": asked.outcome,
        "store": council,
    }


def test_leaving_out_the_signal_takes_the_order_and_noise_takes_nothing(parts):
    again, asked = parts
    said: list[str] = []
    signal, noise = ablate(
        again,
        (
            without("signal", families=("missing",)),
            without("noise", tables=["contacts"]),
        ),
        **asked,
        progress=lambda what, _done, _all: said.append(what),
    )
    assert set(said) == {"fitting again without some signs"}
    assert signal["left_out"] == ["missing_90d"]
    assert signal["auc"]["value"] > 0.65
    assert abs(signal["auc_without"]["value"] - 0.5) < 0.1
    assert signal["change"]["high95"] < -0.05
    assert signal["rows"] == again.test.height
    assert signal["outcomes_left_out"] == 0
    assert noise["left_out"] == ["contacts_90d"]
    assert noise["change"]["low95"] <= 0 <= noise["change"]["high95"]
    assert abs(noise["change"]["value"]) < 0.03
    change = signal["auc_without"]["value"] - signal["auc"]["value"]
    assert signal["change"]["value"] == pytest.approx(change, abs=1e-7)


def test_gaps_are_those_counted_by_hand(parts):
    again, asked = parts
    (found,) = ablate(again, (without("signal", families=("missing",)),), **asked)
    test = again.test
    names = again.predictors.names
    score = again.rung.score(test.select(names).to_numpy(), names)
    weight, held = test["weight"].to_numpy(), test["outcome"].to_numpy() == 1
    part = reviewed_share(score, weight, capacity=LIMITS.capacity)
    groups = {(one["by"], one["group"]): one for one in found["groups"]}
    assert ("ethnicity", "refused") in groups
    assert ("disability", "disability") in groups
    for (by, group), one in groups.items():
        inside = (again.groups[by] == group).to_numpy()
        rates = [
            np.average(1 - part[rows & held], weights=weight[rows & held])
            for rows in (inside, ~inside)
        ]
        assert one["gap"]["value"] == pytest.approx(rates[0] - rates[1], abs=1e-7)
        moved = one["gap_without"]["value"] - one["gap"]["value"]
        assert one["change"]["value"] == pytest.approx(moved, abs=1e-7)
        assert one["change"]["low95"] <= one["change"]["high95"]


def test_the_reviewed_share_finds_what_capacity_finds():
    rng = np.random.Generator(np.random.PCG64(3))
    score, outcome = rng.integers(0, 6, 200) / 5, (rng.random(200) < 0.3) * 1.0
    weight = rng.random(200) + 0.5
    part = reviewed_share(score, weight, capacity=0.2)
    assert (part * weight).sum() == pytest.approx(0.2 * weight.sum())
    assert np.all(part[score == 1.0] >= part[score == 0.8].max())
    measured = rank_metrics(score, outcome, weight[None, :], capacity=0.2)
    recall = (part * weight * outcome).sum() / (weight * outcome).sum()
    assert recall == pytest.approx(measured["recall_at_capacity"][0])


def test_a_sign_that_misses_one_group_and_its_gap_without_it(parts):
    """One group's missing episodes are never written down: the gap goes without them."""
    again, asked = parts
    hidden = (again.groups["disability"] == "disability").to_numpy()
    test = again.test.with_columns(
        missing_90d=pl.when(pl.Series(hidden)).then(0.0).otherwise("missing_90d")
    )
    (found,) = ablate(
        replace(again, test=test), (without("x", families=("missing",)),), **asked
    )
    (gap,) = [one for one in found["groups"] if one["group"] == "disability"]
    assert gap["gap"]["low95"] > 0
    assert gap["change"]["high95"] < 0


def test_what_cannot_be_done_is_said(parts):
    again, asked = parts
    every = again.predictors.names
    closed = Records(table="referrals", where={"no_further_action": "yes"})
    nowhere = Records(table="local_events", where={"kind": "x"})
    found = ablate(
        again,
        (
            without("nothing", tables=["suspensions"]),
            without("all", indicators=every),
            without("none_so", outcomes_after=closed),
            without("not_held", outcomes_after=nowhere),
            without("most", outcomes_after=Records(table="icpcs", where=LINKED)),
        ),
        **asked | {"store": all_linked(asked["store"])},
    )
    assert [one["state"] for one in found] == [
        "nothing_to_leave_out",
        "nothing_left",
        "nothing_to_leave_out",
        "not_known",
        "too_few",
    ]


LINKED = {"transfer_in": "no"}


def all_linked(council):
    """Every conference comes after itself, so that none is left."""
    held = council.table("icpcs").with_columns(transfer_in=pl.lit("no"))
    return replace(council, tables={**council.tables, "icpcs": held})


def test_outcomes_of_one_source_go_with_their_rows(parts):
    again, asked = parts
    council = asked["store"]
    referrals = council.table("referrals")
    odd = pl.col("person_id").str.slice(4, 1) == "0"
    source = pl.when(odd).then(pl.lit("6")).otherwise(pl.lit("2A"))
    store = replace(
        council,
        tables={
            **council.tables,
            "referrals": referrals.with_columns(source_code=source),
        },
    )
    after = Records(table="referrals", where={"source_code": "6"})
    (found,) = ablate(
        again, (without("police", outcomes_after=after),), **asked | {"store": store}
    )
    test = again.test
    gone = test.filter(odd & (pl.col("outcome") == 1)).height
    assert gone > 10
    assert found["state"] == "estimable"
    assert found["left_out"] == []
    assert found["rows"] == test.height - gone
    share = gone / test["outcome"].sum()
    assert found["outcomes_left_out"] == pytest.approx(share)
    # Such rows are gone from training as well as from what is looked at.
    kept = ~(odd & (pl.col("outcome") == 1))
    score = again.score(again.train.filter(kept), again.predictors)
    rows = test.with_columns(score=pl.Series(score)).filter(kept)
    area = rank_metrics(
        rows["score"].to_numpy(),
        rows["outcome"].cast(pl.Float64).to_numpy(),
        rows["weight"].to_numpy()[None, :],
        capacity=0.5,
    )["auc"][0]
    assert found["auc_without"]["value"] == pytest.approx(area, abs=1e-7)


def test_how_few_outcomes_were_left_out_is_not_shown(parts):
    again, asked = parts
    council, test = asked["store"], again.test
    few = test.filter(pl.col("outcome") == 1)["person_id"].unique().sort().head(2)
    source = pl.when(pl.col("person_id").is_in(few.implode())).then(pl.lit("6"))
    referrals = council.table("referrals").with_columns(source_code=source)
    store = replace(council, tables={**council.tables, "referrals": referrals})
    after = Records(table="referrals", where={"source_code": "6"})
    (found,) = ablate(
        again, (without("few", outcomes_after=after),), **asked | {"store": store}
    )
    assert found["state"] == "estimable"
    assert found["rows"] is None
    assert found["outcomes_left_out"] is None


def test_an_outcome_comes_after_the_latest_record_on_its_day_or_before():
    day = date(2022, 5, 2)
    sources = {
        "police_last": [(-30, "2A"), (5, "6")],
        "police_first": [(-30, "6"), (5, "2A")],
        "police_later": [(-30, "2A"), (40, "6")],
        "same_day": [(20, "6")],
        "one_of_two": [(5, "2A"), (5, "6")],
        "none_before": [(40, "6")],
    }
    referrals = [
        {"person_id": who, "date": day + timedelta(days=at), "source_code": code}
        for who, held in sources.items()
        for at, code in held
    ]
    plans = [{"person_id": who, "date": day + timedelta(days=20)} for who in sources]
    # A second plan, after a referral by the school, stands by itself.
    referrals += [
        {"person_id": "two_plans", "date": day, "source_code": "6"},
        {"person_id": "two_plans", "date": day + timedelta(50), "source_code": "2A"},
    ]
    plans += [
        {"person_id": "two_plans", "date": day + timedelta(days=at)} for at in (20, 60)
    ]
    people = [*sources, "two_plans"]
    store = MadeStore(
        {
            "referrals": made_table("referrals", referrals),
            "cp_plans": made_table("cp_plans", plans),
        }
    )
    rows = pl.DataFrame({"person_id": people, "as_of": day}).with_columns(outcome=1)
    after = Records(table="referrals", where={"source_code": "6"})
    outcome = Outcome(
        name="x", says="a plan in a test", table="cp_plans", within_days=90, lag_days=0
    )

    def those(outcome: Outcome) -> set[str]:
        is_after = comes_after(rows, after, None, outcome, store)
        return set(rows.filter(is_after)["person_id"])

    police = {"police_last", "same_day", "one_of_two"}
    assert those(outcome) == police
    assert those(outcome.model_copy(update={"at_least": 2})) == {*people}
    none = rows.with_columns(outcome=0)
    assert not comes_after(none, after, None, outcome, store).any()


def test_an_indicator_is_left_out_by_name_family_or_table(parts):
    again, asked = parts
    for what, names in (
        ({"indicators": ["age"]}, ("age",)),
        ({"families": ["service_response"]}, ("contacts_90d",)),
        ({"tables": ["missing_episodes", "persons"]}, ("missing_90d", "age")),
    ):
        found = names_left_out(without("x", **what), again.predictors, asked["plan"])
        assert found == names
