"""The order held against other outcomes, and against one dealt out by chance."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from training_support import EXTRACT, write_experiment

from riskaid.models.booster import Settings
from riskaid.training.ablations import Again
from riskaid.training.bias_asked import Other
from riskaid.training.experiment import Limits, load_experiment
from riskaid.training.fit import calibrate, fit_models
from riskaid.training.measures import rank_metrics
from riskaid.training.other_outcomes import agreement, dealt_out, placebo
from riskaid.training.table import matrix_of
from riskaid.training.train import plan_of, prepare

LIMITS = Limits(replicates=120)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return load_experiment(write_experiment(tmp_path_factory.mktemp("others")))


@pytest.fixture(scope="module")
def again(asked, council, features):
    plan = plan_of(asked, features, file="made.toml")
    made = prepare(asked, council, plan=plan, file="made.toml", seed=1)
    models = fit_models(
        made.fold("train"), made.predictors, settings=Settings(), most=12, seed=1
    )
    rungs = calibrate(
        models, made.fold("calibrate"), made.predictors, method="platt", seed=1
    )
    return Again(
        rung=rungs["booster"],
        train=made.fold("train"),
        test=made.fold("test"),
        groups=pl.DataFrame(),
        predictors=made.predictors,
        settings=Settings(),
        most=12,
        limits=LIMITS,
        seed=1,
    )


def other(asked, name: str, **changed: object) -> Other:
    return Other(
        name=name,
        title=f"Title of {name}",
        cohort=asked.cohort,
        outcome=asked.outcome.model_copy(update=changed),
    )


def test_agreement_with_the_same_outcome_is_whole_and_with_chance_is_none(
    again, asked, council
):
    """A contact afterwards has nothing to do with anything in this council."""
    rng = np.random.Generator(np.random.PCG64(8))
    after = again.test.select("person_id", date=pl.col("as_of") + pl.duration(days=20))
    after = after.filter(pl.Series(rng.random(after.height) < 0.3))
    # Somebody else's contacts go on to the end, so that the table does not stop.
    days = pl.date_range(EXTRACT - timedelta(days=900), EXTRACT, eager=True)
    others = pl.DataFrame({"person_id": "nobody", "date": days})
    contacts = council.table("contacts").clear()
    by_chance = pl.concat([contacts, after, others], how="diagonal")
    store = replace(council, tables={**council.tables, "contacts": by_chance})
    names = again.predictors.names
    found = agreement(
        again.rung.estimate(matrix_of(again.test, names), names),
        again.test,
        (
            other(asked, "same"),
            other(asked, "chance", table="contacts", linked_to=None, within_days=30),
            other(asked, "later", within_days=3000),
            other(asked, "not_held", table="suspensions", linked_to=None),
            other(asked, "rare", at_least=3),
        ),
        store=store,
        limits=LIMITS,
        seed=1,
    )
    same, chance, *rest = found
    assert [one["state"] for one in rest] == ["not_computed"] * 3
    assert same["rows"] == again.test.height
    assert same["auc"] == same["own_auc"]
    assert same["auc"]["value"] > 0.65
    assert same["both"] == 1
    assert chance["auc"]["low95"] < 0.5 < chance["auc"]["high95"]
    assert chance["own_auc"]["value"] > 0.65
    assert 0.15 < chance["both"] < 0.5


def test_too_few_rows_with_another_outcome_are_not_measured(again, asked, council):
    few = again.test.gather_every(60).select(
        "person_id", date=pl.col("as_of") + pl.duration(days=20)
    )
    assert few.height < 10
    contacts = council.table("contacts").clear()
    store = replace(
        council,
        tables={
            **council.tables,
            "contacts": pl.concat([contacts, few], how="diagonal"),
        },
    )
    (found,) = agreement(
        np.linspace(0.1, 0.9, again.test.height),
        again.test,
        (other(asked, "few", table="contacts", linked_to=None, within_days=30),),
        store=store,
        limits=LIMITS,
        seed=1,
    )
    assert found["state"] == "too_few"
    assert "auc" not in found


def test_a_share_of_few_rows_is_not_shown(again, asked, council):
    """Three rows with the model's outcome have the other, and many without it."""
    own = pl.col("outcome") == 1
    some = pl.concat([again.test.filter(own).head(3), again.test.filter(~own)])
    after = some.select("person_id", date=pl.col("as_of") + pl.duration(days=20))
    days = pl.date_range(EXTRACT - timedelta(days=900), EXTRACT, eager=True)
    others = pl.DataFrame({"person_id": "nobody", "date": days})
    contacts = council.table("contacts").clear()
    held = pl.concat([contacts, after.head(60), others], how="diagonal")
    (found,) = agreement(
        np.linspace(0.1, 0.9, again.test.height),
        again.test,
        (other(asked, "x", table="contacts", linked_to=None, within_days=30),),
        store=replace(council, tables={**council.tables, "contacts": held}),
        limits=LIMITS,
        seed=1,
    )
    assert found["state"] == "estimable"
    assert found["both"] is None


def test_a_placebo_is_ordered_by_nothing(again):
    found = placebo(again)
    assert found["holds"] is True
    assert found["warning"] is None
    assert found == placebo(again)
    assert found != placebo(replace(again, seed=2))


def test_a_placebo_is_dealt_out_in_training_and_in_the_test_fold(again):
    train = again.train.with_columns(outcome=dealt_out(again.train, seed=again.seed))
    held = dealt_out(again.test, seed=again.seed + 1).cast(pl.Float64).to_numpy()
    assert not np.array_equal(held, again.test["outcome"].to_numpy())
    score = again.score(train, again.predictors)
    weight = again.test["weight"].to_numpy()[None, :]
    area = rank_metrics(score, held, weight, capacity=0.5)["auc"][0]
    assert placebo(again)["auc"]["value"] == pytest.approx(area, abs=1e-7)


def test_a_calendar_among_the_indicators_orders_even_a_placebo(again):
    """Outcomes come ever more often, and an indicator says which year it is."""

    def with_calendar(rows: pl.DataFrame, first: float, last: float) -> pl.DataFrame:
        days = (rows["as_of"] - rows["as_of"].min()).dt.total_days().to_numpy()
        rng = np.random.Generator(np.random.PCG64(4))
        chance = first + (last - first) * days / days.max()
        drawn = pl.Series(rng.random(len(days)) < chance).cast(pl.Int8)
        epoch = rows["as_of"].to_physical().cast(pl.Float64)
        return rows.with_columns(outcome=drawn, contacts_90d=epoch)

    made = replace(
        again,
        train=with_calendar(again.train, 0.05, 0.5),
        # The trees know no day after the last they were fitted on: the same days again.
        test=with_calendar(again.train, 0.05, 0.5),
    )
    found = placebo(made)
    assert found["holds"] is False
    assert found["auc"]["low95"] > 0.5
    assert "calendar" in found["warning"]


def test_dealing_out_keeps_each_quarters_share_and_parts_it_from_the_rows(again):
    rows = again.train
    dealt = rows.with_columns(dealt=dealt_out(rows, seed=1))
    quarter = pl.col("as_of").dt.truncate("1q")
    counts = dealt.group_by(quarter).agg(pl.col("outcome", "dealt").sum())
    assert counts["outcome"].equals(counts["dealt"].alias("outcome"))
    assert dealt["dealt"].dtype == dealt["outcome"].dtype
    own, new = (
        dealt[name].cast(pl.Float64).to_numpy() for name in ("outcome", "dealt")
    )
    assert abs(np.corrcoef(own, new)[0, 1]) < 0.15
    assert dealt_out(rows, seed=1).equals(dealt["dealt"].alias("outcome"))
    assert not dealt_out(rows, seed=2).equals(dealt["dealt"].alias("outcome"))
