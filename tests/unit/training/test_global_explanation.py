"""What a model uses: planted truths are found, and no child can be seen in it."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from riskaid.models import RUNGS, columns_of
from riskaid.models.booster import Settings, fit_booster
from riskaid.models.explanation import reasons
from riskaid.models.logistic import sigmoid
from riskaid.training.fit import calibrate, fit_models
from riskaid.training.global_explanation import (
    explain,
    family_importance,
    whole_households,
)
from riskaid.training.interactions import interaction_values, interactions
from riskaid.training.kept_together import FEWEST
from riskaid.training.monotone import monotone_check, values_to_try
from riskaid.training.table import Predictors, matrix_of

NAMES = ("strong", "fair", "weak", "noise")
FAMILIES = ("missing", "missing", "education", "mobility")
PREDICTORS = Predictors(names=NAMES, more_means_more=(True,) * 4, left_out={})
PLAN = SimpleNamespace(
    indicators=tuple(
        SimpleNamespace(name=n, family=f, reads=f"How many {n}")
        for n, f in zip(NAMES, FAMILIES, strict=True)
    )
)


def made(seed, rows=1500, strength=(1.8, 1.0, 0.6, 0.0)):
    rng = np.random.Generator(np.random.PCG64(seed))
    signs = rng.poisson(0.6, (rows, 4)).astype(float)
    odds = -2.2 + signs @ np.array(strength)
    outcome = (rng.random(rows) < sigmoid(odds)).astype(np.int8)
    signs[rng.random(rows) < 0.1, 1] = np.nan
    return pl.DataFrame(
        {
            "person_id": [f"{seed}P{i // 2}" for i in range(rows)],
            "family_id": [f"{seed}F{i // 4}" for i in range(rows)],
            "weight": rng.choice([1.0, 1.5], rows),
            "outcome": outcome,
            **{n: signs[:, i] for i, n in enumerate(NAMES)},
        }
    )


@pytest.fixture(scope="module")
def fitted():
    train, test = made(1), made(2, rows=900)
    models = fit_models(train, PREDICTORS, settings=Settings(rounds=40), most=4, seed=5)
    return calibrate(models, made(3), PREDICTORS, method="platt", seed=1), test


@pytest.fixture(scope="module", params=RUNGS)
def explained(request, fitted):
    rungs, test = fitted
    return rungs[request.param], explain(
        rungs, test, PREDICTORS, chosen=request.param, plan=PLAN, seed=4
    )


def test_what_matters_most_comes_first_and_noise_last(fitted):
    rungs, test = fitted
    for name in ("scorecard", "booster"):
        found = explain(rungs, test, PREDICTORS, chosen=name, plan=PLAN, seed=4)
        order = [one["indicator"] for one in found.facts["indicators"]]
        assert order[:2] == ["strong", "fair"]
        assert "noise" not in order[:3]
        if name == "booster":
            assert order[-1] == "noise"
        shares = [one["share"] for one in found.facts["indicators"]]
        assert sum(shares) == pytest.approx(1.0)
        assert shares == sorted(shares, reverse=True)


def test_the_whole_says_what_the_reasons_of_each_row_say(explained, fitted):
    rung, found = explained
    test = fitted[1]
    matrix = columns_of(matrix_of(test, NAMES), NAMES, rung.model.names)
    sizes = dict.fromkeys(rung.model.names, 0.0)
    for row, weight in zip(matrix, test["weight"], strict=True):
        for reason in reasons(rung.model, row, PLAN):
            sizes[reason.indicator] += weight * abs(reason.contribution)
    total = test["weight"].sum()
    assert found.facts["indicators"]
    for one in found.facts["indicators"]:
        assert one["size"] == pytest.approx(sizes[one["indicator"]] / total, rel=1e-6)


def test_the_rows_looked_at_are_bounded_and_drawn_by_the_seed(fitted, monkeypatch):
    rungs, test = fitted
    monkeypatch.setattr("riskaid.training.global_explanation.MOST_ROWS", 300)
    how = {"chosen": "scorecard", "plan": PLAN}
    one, same, other = (
        explain(rungs, test, PREDICTORS, seed=seed, **how) for seed in (4, 4, 5)
    )
    assert one.facts == same.facts and one.dots.equals(same.dots)
    assert one.facts["rows"] == 300
    assert one.facts["indicators"] != other.facts["indicators"]


def test_nothing_that_is_drawn_stands_for_few_children(explained):
    found = explained[1]
    assert found.dots["children"].min() >= FEWEST == 10
    points = [
        point
        for one in found.facts["dependence"]
        for point in (*one["points"], one["not_known"])
        if point is not None
    ]
    assert points and min(p["children"] for p in points) >= FEWEST


def test_a_single_child_far_out_is_not_to_be_seen(fitted):
    rungs, test = fitted
    rng = np.random.Generator(np.random.PCG64(1))
    lone = rng.permutation(test.height)[:3]
    far = test.with_columns(
        strong=pl.Series(
            np.where(np.isin(np.arange(test.height), lone), 50.0, test["strong"])
        )
    )
    found = explain(rungs, far, PREDICTORS, chosen="booster", plan=PLAN, seed=4)
    one = next(d for d in found.facts["dependence"] if d["indicator"] == "strong")
    assert max(p["value"] for p in one["points"]) < 50


def test_too_few_children_for_one_dot_draw_nothing(fitted):
    rungs, test = fitted
    few = explain(rungs, test.head(16), PREDICTORS, chosen="booster", plan=PLAN, seed=4)
    assert few.facts["children"] == 8
    assert few.dots.is_empty()
    assert all(not one["points"] for one in few.facts["dependence"])
    assert {one["lowest"] for one in few.facts["indicators"]} == {None}


def test_what_is_not_known_has_a_point_of_its_own(fitted):
    rungs, test = fitted
    found = explain(rungs, test, PREDICTORS, chosen="booster", plan=PLAN, seed=4)
    of = {one["indicator"]: one for one in found.facts["dependence"]}
    assert of["fair"]["not_known"]["children"] > FEWEST
    assert of["strong"]["not_known"] is None
    unknown = found.dots.filter(pl.col("level").is_null())
    assert set(unknown["indicator"]) == {"fair"}


def importance(rung, test, replicates=200):
    return family_importance(
        rung,
        matrix_of(test, NAMES),
        PREDICTORS,
        plan=PLAN,
        family=test["family_id"].to_numpy(),
        weight=test["weight"].to_numpy(),
        replicates=replicates,
        seed=3,
    )


def test_families_have_shares_with_intervals_around_them(fitted):
    rungs, test = fitted
    found = importance(rungs["booster"], test)
    assert [one["family"] for one in found] == ["missing", "education", "mobility"]
    assert sum(one["share"] for one in found) == pytest.approx(1.0)
    for one in found:
        assert one["low95"] < one["share"] < one["high95"]
    assert found[1]["high95"] < found[0]["low95"]


def test_intervals_keep_families_whole(fitted):
    rungs, test = fitted
    whole = pl.concat([test] * 6)
    apart = whole.with_columns(family_id=pl.int_range(pl.len()).cast(pl.String))
    wide, narrow = (importance(rungs["booster"], rows)[0] for rows in (whole, apart))
    assert wide["share"] == pytest.approx(narrow["share"])
    width = [one["high95"] - one["low95"] for one in (wide, narrow)]
    assert width[0] > 2 * width[1]


def test_a_sample_takes_whole_households_and_no_more_rows_than_asked():
    family = np.random.Generator(np.random.PCG64(2)).integers(0, 400, 1000)
    rows = whole_households(family, seed=1, most=300)
    assert 290 <= len(rows) <= 300 and (np.diff(rows) > 0).all()
    inside = np.isin(family, family[rows])
    assert np.array_equal(np.flatnonzero(inside), rows)
    assert np.array_equal(whole_households(family, seed=1, most=300), rows)
    assert not np.array_equal(whole_households(family, seed=2, most=300), rows)
    everyone = whole_households(family, seed=1, most=1000)
    assert np.array_equal(everyone, np.arange(1000))
    assert len(whole_households(np.repeat([7], 50), seed=1, most=10)) == 50


def test_a_sample_says_about_what_all_rows_say(fitted):
    rungs, test = fitted
    part = test[whole_households(test["family_id"].to_numpy(), seed=5, most=450)]
    assert part.height <= 450 < test.height
    for some, every in zip(
        importance(rungs["booster"], part),
        importance(rungs["booster"], test),
        strict=True,
    ):
        assert some["family"] == every["family"]
        assert some["low95"] < every["share"] < some["high95"]


def test_the_share_of_a_family_is_that_of_its_indicators_together(fitted):
    rungs, test = fitted
    model = rungs["scorecard"].model
    matrix = columns_of(matrix_of(test, NAMES), NAMES, model.names)
    parts, weight = model.contributions(matrix), test["weight"].to_numpy()
    of = dict(zip(NAMES, FAMILIES, strict=True))
    sizes = {}
    for family in set(FAMILIES):
        inside = [i for i, name in enumerate(model.names) if of[name] == family]
        sums = parts[:, inside].sum(axis=1)
        away = np.abs(sums - np.average(sums, weights=weight))
        sizes[family] = np.average(away, weights=weight)
    for one in importance(rungs["scorecard"], test, replicates=20):
        share = sizes[one["family"]] / sum(sizes.values())
        assert one["share"] == pytest.approx(share, rel=1e-6)


def test_every_rung_as_fitted_keeps_to_the_declared_directions(explained):
    for check in explained[1].facts["monotone"].values():
        assert check["breaks"] == []
        assert check["checked"] >= 3
        assert (check["rows"], check["rows_of_parts"]) == (100, 6)


def test_an_indicator_that_counts_against_its_declaration_is_found():
    rng = np.random.Generator(np.random.PCG64(7))
    matrix = rng.poisson(1.0, (2000, 2)).astype(float)
    outcome = (rng.random(2000) < sigmoid(-1.0 - 0.8 * matrix[:, 0])).astype(float)
    model = fit_booster(
        matrix,
        outcome,
        names=("falls", "noise"),
        more_means_more=(None, True),
        settings=Settings(rounds=40),
        seed=1,
    )
    declared = {"falls": True, "noise": True}
    found = monotone_check(model, matrix, declared=declared, seed=1)
    assert [one["indicator"] for one in found["breaks"]] == ["falls"]
    broken = found["breaks"][0]
    assert broken["rows_share"] == 1.0
    assert broken["score"] > 0.3 and broken["own_part"] > 0.3
    declared["falls"] = False
    assert monotone_check(model, matrix, declared=declared, seed=1)["breaks"] == []
    declared["falls"] = None
    found = monotone_check(model, matrix, declared=declared, seed=1)
    assert found["breaks"] == [] and found["checked"] <= 1


class Crooked:
    """The score follows the declaration; the part that is said to be the sign's not."""

    names = ("a", "still")

    def score(self, matrix):
        return 2.0 * matrix[:, 0]

    def contributions(self, matrix):
        return np.column_stack([-matrix[:, 0], 0 * matrix[:, 0], 3.0 * matrix[:, 0]])


def test_a_part_that_runs_against_the_declaration_is_found_by_itself():
    matrix = np.column_stack([np.arange(20.0), np.arange(20.0)])
    declared = {"a": True, "still": True}
    found = monotone_check(Crooked(), matrix, declared=declared, seed=1)
    assert found == {
        "rows": 20,
        "rows_of_parts": 6,
        "checked": 1,
        "breaks": [
            # Of the twenty values eight are tried, two or three apart.
            {"indicator": "a", "rows_share": 0.0, "score": 0.0, "own_part": 3.0}
        ],
    }


def test_values_to_try_are_those_there_are():
    assert values_to_try(np.array([3.0, np.nan, 1.0, 3.0])).tolist() == [1.0, 3.0]
    many = values_to_try(np.arange(100.0))
    assert (many[0], many[-1], len(many)) == (0.0, 99.0, 8)
    assert values_to_try(np.array([np.nan])).tolist() == [0.0]


@pytest.fixture(scope="module")
def crossed():
    """One sign counts only where another is present; a third by itself."""
    rng = np.random.Generator(np.random.PCG64(11))
    matrix = rng.integers(0, 2, (4000, 4)).astype(float)
    odds = -1.5 + 2.5 * matrix[:, 0] * matrix[:, 2] + 0.8 * matrix[:, 3]
    outcome = (rng.random(4000) < sigmoid(odds)).astype(float)
    model = fit_booster(
        matrix,
        outcome,
        names=("with", "noise", "only_with", "alone"),
        more_means_more=(True, True, True, True),
        settings=Settings(rounds=60),
        seed=1,
    )
    return model, matrix


def test_a_planted_pair_is_found_and_the_strongest(crossed, monkeypatch):
    model, matrix = crossed
    found = interactions(model, matrix, np.ones(len(matrix)), seed=1)
    assert found["rows"] == 300
    assert found["pairs"][0]["indicators"] == ["with", "only_with"]
    shares = [pair["share"] for pair in found["pairs"]]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 3 * shares[1]
    assert found["share"] == pytest.approx(sum(shares), rel=1e-6)
    monkeypatch.setattr("riskaid.training.interactions.ROWS", len(matrix))
    found = interactions(model, matrix, np.ones(len(matrix)), seed=1)
    parts = interaction_values(model, matrix)
    both = np.abs(parts[:, 0, 2] + parts[:, 2, 0]).mean()
    assert found["pairs"][0]["size"] == pytest.approx(both, rel=1e-6)


def test_pairs_add_up_to_the_reasons_that_rows_are_given(fitted):
    model, test = fitted[0]["booster"].model, fitted[1]
    matrix = matrix_of(test, NAMES)[:200]
    parts = interaction_values(model, matrix)
    np.testing.assert_allclose(parts, np.swapaxes(parts, 1, 2), atol=1e-9)
    np.testing.assert_allclose(
        parts.sum(axis=2), model.contributions(matrix)[:, :-1], atol=1e-6
    )


def test_not_known_is_read_as_the_trees_read_it_though_no_training_row_had_it():
    rng = np.random.Generator(np.random.PCG64(13))
    matrix = rng.normal(size=(2000, 2))
    # Falls below zero and rises again, so that zero lies on no side's end.
    odds = -1.0 + 1.5 * (matrix[:, 0] < -0.5) + 1.0 * (matrix[:, 0] > 0.5)
    model = fit_booster(
        matrix,
        (rng.random(2000) < sigmoid(odds)).astype(float),
        names=("bent", "noise"),
        more_means_more=(None, None),
        settings=Settings(rounds=40),
        seed=1,
    )
    rows = matrix[:50].copy()
    rows[::2, 0] = np.nan
    np.testing.assert_allclose(
        interaction_values(model, rows).sum(axis=2),
        model.contributions(rows)[:, :-1],
        atol=1e-6,
    )


def test_added_points_have_no_pairs(fitted):
    rungs, test = fitted
    for name in ("checklist", "scorecard"):
        model = rungs[name].model
        matrix = columns_of(matrix_of(test, NAMES), NAMES, model.names)
        found = interactions(model, matrix, test["weight"].to_numpy(), seed=1)
        assert found == {"rows": 0, "share": 0.0, "pairs": []}
