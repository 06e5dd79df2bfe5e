"""Adultification and flips of recorded facts, on rows whose truth is known."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskaid import shipped
from riskaid.errors import DefinitionError
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.plan import make_plan
from riskaid.models.booster import Settings
from riskaid.training.ablations import Again
from riskaid.training.adultification import adultification
from riskaid.training.adultification import words as adultification_words
from riskaid.training.experiment import Limits
from riskaid.training.fit import calibrate, fit_models
from riskaid.training.flips import flip, flipped, reads_groups
from riskaid.training.probes_asked import Flip, read_probes
from riskaid.training.table import Predictors

NAMES = (
    "age_years",
    "suspensions_365d",
    "exploitation_factors_365d",
    "domestic_abuse_incidents_365d",
    "absence_rate_365d",
)
FLIP = """[[flips]]
name = "a"
says = "something here"
because = "some reason"
to = "none"
"""
PREDICTORS = Predictors(
    names=NAMES, more_means_more=(None, True, True, True, True), left_out={}
)


def made(
    *, suspended: float = 0.0, policed: float = 0.0, rows: int = 3000, seed: int = 1
) -> Again:
    """Children of whom some are recorded as Black, suspended or policed more."""
    draw = np.random.Generator(np.random.PCG64(seed))
    families = rows // 2
    family = draw.integers(0, families, rows)
    ethnicity = draw.choice(
        ["white", "black", "refused"], families, p=[0.65, 0.3, 0.05]
    )
    black = (ethnicity == "black")[family]
    age = draw.integers(0, 18, rows).astype(float)
    values = {
        "age_years": age,
        "suspensions_365d": draw.poisson(0.3 + suspended * black).astype(float),
        "exploitation_factors_365d": draw.poisson(0.3, rows).astype(float),
        "domestic_abuse_incidents_365d": draw.poisson(0.4 + policed * black),
        "absence_rate_365d": draw.random(rows),
    }
    log_odds = (
        -4.0
        + 0.12 * age
        + 0.7 * values["suspensions_365d"]
        + 0.7 * values["exploitation_factors_365d"]
        + 0.8 * values["domestic_abuse_incidents_365d"]
    )
    frame = pl.DataFrame(
        {
            "person_id": [f"C{i}" for i in range(rows)],
            "family_id": [f"F{i}" for i in family],
            "outcome": (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int),
            "weight": np.ones(rows),
            **{name: np.asarray(held, dtype=float) for name, held in values.items()},
        }
    )
    groups = pl.DataFrame(
        {
            "ethnicity": ethnicity[family],
            "disability": draw.choice(["disability", "not recorded"], rows),
        }
    )
    train, test = frame[: rows // 2], frame[rows // 2 :]
    models = fit_models(train, PREDICTORS, settings=Settings(), most=12, seed=1)
    rungs = calibrate(models, train, PREDICTORS, method="platt", seed=1)
    return Again(
        rung=rungs["booster"],
        train=train,
        test=test,
        groups=groups[rows // 2 :],
        predictors=PREDICTORS,
        settings=Settings(),
        most=12,
        limits=Limits(replicates=120),
        seed=1,
    )


@pytest.fixture(scope="module")
def plan():
    return make_plan(load_catalogue(shipped.folder("features")))


@pytest.fixture(scope="module")
def asked(plan):
    return read_probes(plan)


@pytest.fixture(scope="module")
def alike():
    return made()


@pytest.fixture(scope="module")
def treated_apart():
    return made(suspended=0.8, policed=0.6)


@pytest.fixture(scope="module")
def policed():
    return made(policed=1.0)


def test_a_group_suspended_more_is_read_by_what_it_did(treated_apart, asked):
    found = adultification(treated_apart, asked.adultification)
    assert found["state"] == "estimable"
    assert found["offending_type"]["used"] == ["suspensions_365d", "absence_rate_365d"]
    assert found["offending_type"]["difference"]["low95"] > 0.1
    assert found["balance"]["low95"] > 0
    said = " ".join(adultification_words(found))
    assert "leans to what they did, by more than chance" in said


def test_where_signs_are_recorded_alike_nothing_leans(alike, asked):
    found = adultification(alike, asked.adultification)
    for kind in ("offending_type", "exploitation_type"):
        held = found[kind]["difference"]
        assert held["low95"] <= 0 <= held["high95"]
    assert found["balance"]["low95"] <= 0 <= found["balance"]["high95"]
    assert "leans to neither" in adultification_words(found)[0]


def test_the_same_record_three_years_older_changes_as_the_model_has_it(alike, asked):
    found = adultification(alike, asked.adultification)["older"]
    names = NAMES
    kept = (
        (alike.test["age_years"] >= 10) & (alike.groups["ethnicity"] == "black")
    ).to_numpy()
    matrix = alike.test.select(names).to_numpy()[kept]
    shifted = matrix.copy()
    shifted[:, 0] += 3
    by_hand = alike.rung.estimate(shifted, names) - alike.rung.estimate(matrix, names)
    assert found["change"]["value"] == pytest.approx(by_hand.mean(), abs=1e-6)
    assert found["change"]["value"] > 0


def test_others_about_whom_as_much_is_recorded_are_those_counted_by_hand(
    treated_apart, asked
):
    """The group's mean less the others', spread over the parts as the group is."""
    again, told = treated_apart, asked.adultification
    rows = again.test.with_columns(again.groups["ethnicity"])
    rows = rows.filter(
        pl.col("age_years") >= 10, pl.col("ethnicity").is_in(["white", "black"])
    )
    matrix = rows.select(NAMES).to_numpy()
    parts = again.rung.model.contributions(matrix)
    own = [again.rung.model.names.index(n) for n in NAMES if n in told.offending_type]
    signs = (matrix[:, [2, 3]] > 0).sum(axis=1)
    value = parts[:, own].sum(axis=1)
    black = (rows["ethnicity"] == "black").to_numpy()
    total = sum(
        (black & (signs == n)).sum()
        * (value[black & (signs == n)].mean() - value[~black & (signs == n)].mean())
        for n in np.unique(signs)
    )
    found = adultification(again, told)["offending_type"]["difference"]["value"]
    assert found == pytest.approx(total / black.sum(), abs=1e-5)


def test_without_an_age_or_enough_children_nothing_is_said(alike, asked):
    no_age = replace(
        alike,
        predictors=replace(PREDICTORS, names=NAMES[1:], more_means_more=(True,) * 4),
    )
    assert adultification(no_age, asked.adultification)["state"] == "no_age"
    few = replace(alike, test=alike.test[:60], groups=alike.groups[:60])
    found = adultification(few, asked.adultification)
    assert found["state"] == "too_few"
    assert "fewer than 30" in adultification_words(found)[0]
    assert "offending_type" not in found


def test_a_fact_recorded_more_of_a_group_matters_to_that_group(policed, plan):
    told = Flip(
        name="police",
        says="nothing from the police",
        because="It is a test.",
        tables=("domestic_abuse_incidents",),
        to="none",
    )
    (found,) = flip(policed, (told,), plan)
    assert found["indicators"] == ["domestic_abuse_incidents_365d"]
    by = {one["group"]: one for one in found["groups"] if one["by"] == "ethnicity"}
    black, white = by["black"], by["white"]
    assert black["estimate_change"]["high95"] < white["estimate_change"]["low95"] < 0
    assert black["selected_change"]["high95"] < 0 < white["selected_change"]["low95"]
    assert black["gap_change"]["low95"] > 0, "without the facts they are missed more"
    assert black["gap_change"]["value"] > white["gap_change"]["value"]


def test_a_flip_is_counted_as_by_hand(alike, plan):
    told = Flip(
        name="absence",
        says="absence not known",
        because="It is a test.",
        tables=("attendance",),
        to="not_known",
    )
    (found,) = flip(alike, (told,), plan)
    matrix = alike.test.select(NAMES).to_numpy()
    after = matrix.copy()
    after[:, 4] = np.nan
    change = alike.rung.estimate(after, NAMES) - alike.rung.estimate(matrix, NAMES)
    for one in found["groups"]:
        inside = (alike.groups[one["by"]] == one["group"]).to_numpy()
        expected = change[inside].mean()
        assert one["estimate_change"]["value"] == pytest.approx(expected, abs=1e-6)
    assert found["rows"] == 1.0


def test_the_other_value_of_a_fact_is_none_some_or_not_known():
    values, train = np.array([0.0, 3.0, np.nan]), np.array([0.0, 2.0, 4.0, 4.0])
    assert flipped(values, train, "none") == pytest.approx([0, 0, np.nan], nan_ok=True)
    assert flipped(values, train, "some") == pytest.approx([4, 3, np.nan], nan_ok=True)
    assert np.isnan(flipped(values, train, "not_known")).all()
    never = flipped(values, np.zeros(3), "some")
    assert never == pytest.approx(values, nan_ok=True)


def test_what_the_model_does_not_use_is_not_asked(alike, plan):
    told = Flip(
        name="homes",
        says="nothing of homes",
        because="It is a test.",
        tables=("housing_events",),
        to="none",
    )
    assert flip(alike, (told,), plan)[0]["state"] == "not_used"
    same = told.model_copy(update={"tables": ("suspensions",)})
    none = alike.test.with_columns(suspensions_365d=pl.lit(0.0))
    (found,) = flip(replace(alike, test=none), (same,), plan)
    assert found["state"] == "nothing_to_change"
    assert "groups" not in found


def test_no_shipped_predictor_reads_a_disability(alike, plan):
    every = tuple(i.name for i in plan.indicators if i.role == "predictor")
    wide = replace(
        alike, predictors=replace(PREDICTORS, names=every, more_means_more=())
    )
    assert reads_groups(wide, plan) == []


def test_every_name_in_the_shipped_file_is_declared(asked, plan):
    declared = {i.name for i in plan.indicators}
    told = asked.adultification
    assert set(told.offending_type) | set(told.exploitation_type) <= declared
    for one in asked.flips:
        assert set(one.indicators) <= declared
        assert one.names(plan), one.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[flips]]\nname = 3", "flips.0.name"),
        ("adult = 1", "there is no key 'adult'"),
        ("not toml", "no TOML file"),
        (
            FLIP,
            "it sets nothing",
        ),
        (
            FLIP + '\ntables=["polise"]',
            "'polise', which there is not",
        ),
        (
            FLIP + '\nindicators=["suspension_365d"]',
            "Did you mean 'suspensions_365d'",
        ),
    ],
)
def test_a_file_of_ones_own_is_checked(tmp_path, plan, text, says):
    (tmp_path / "probes.toml").write_text(text)
    with pytest.raises(DefinitionError, match=says):
        read_probes(plan, features=tmp_path)


def test_a_folder_without_the_file_takes_the_shipped_one(tmp_path, plan, asked):
    assert read_probes(plan, features=tmp_path) == asked
