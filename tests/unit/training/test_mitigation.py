"""The study of fairlearn's reductions: what changes, for whom, and that it stays one."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError, RiskaidError, UsageError
from riskaid.fairness.audit import audit
from riskaid.fairness.policy import load_policy
from riskaid.training import mitigation_study as written
from riskaid.training.measures import measure
from riskaid.training.mitigation import Asked, chosen, parts_of, teach
from riskaid.training.mitigation_compare import Draws, compare
from riskaid.training.mitigation_page import as_document, plain_lines
from riskaid.training.mitigation_study import SAYS, Study, study_schema, write_study
from riskaid.training.run import open_run
from riskaid.training.table import matrix_of, outcome_of

NAMES = ("sign", "other")
ASKED = Asked(by="ethnicity")


@pytest.fixture(scope="module")
def policy(root):
    held = load_policy(root / "fairness" / "policy.toml", today=date(2026, 11, 22))
    return replace(held, replicates=200)


@pytest.fixture(scope="module")
def showing(policy):
    """The same, which hides no count: for tests about what is counted."""
    return replace(policy, smallest_published_count=1)


def table(rows=6000, seed=1, *, family=1):
    """One indicator says less about the need of one group, so it is overlooked."""
    draw = np.random.Generator(np.random.PCG64(seed))
    black = draw.random(rows) < 0.3
    need = draw.normal(0, 1, rows)
    outcome = (need + draw.normal(0, 1.2, rows) > 1.2).astype(int)
    sign = need - 0.8 * black + draw.normal(0, 0.3, rows)
    other = need * black + draw.normal(0, 1.0, rows)
    return pl.DataFrame(
        {
            "person_id": [f"P{i}" for i in range(rows)],
            "family_id": [f"F{i // family}" for i in range(rows)],
            "outcome": outcome,
            "weight": np.ones(rows),
            "sign": sign,
            "other": [None if i % 9 == 0 else float(x) for i, x in enumerate(other)],
            "ethnicity": np.where(black, "BCRB", "WBRI"),
            "disability": draw.choice(["yes", "no"], rows),
            "sex": draw.choice(["F", "M"], rows),
            "age_band": draw.choice(["1 to 4", "5 to 9"], rows),
        }
    )


def rungs_of(test):
    """Three orders that stand in for the run's own estimates."""
    sign = test["sign"].to_numpy()
    one = 1 / (1 + np.exp(-sign))
    return {"checklist": one, "scorecard": one**2, "booster": one}


def made(policy, *, asked=ASKED, held=None):
    held = table() if held is None else held
    train, test = held[: held.height // 2], held[held.height // 2 :]
    told = compare(
        train, test, NAMES, policy, asked=asked, rungs=rungs_of(test),
        draws=Draws(replicates=100, seed=4),
    )  # fmt: skip
    facts = {
        "format": "riskaid-study",
        "version": 1,
        "releasable": False,
        "says": SAYS,
        "run": {"experiment": "made", "chosen": "booster", "estimates": "0" * 64},
        "policy": {"name": policy.name, "digest": policy.digest},
        "capacity": policy.capacity_gated,
        "smallest_published_count": policy.smallest_published_count,
        "seed": 0,
        **told,
    }
    return Study(facts | {"sentences": plain_lines(facts)})


@pytest.fixture(scope="module")
def study(showing):
    return made(showing)


def rate(study, group, name, model):
    found = study.table().filter(
        pl.col("group") == group, pl.col("rate") == name, pl.col("model") == model
    )
    return found["value"].item()


def test_it_says_what_it_costs_whom(study):
    missed = {
        model: rate(study, "black", "false_negative_rate", model)
        - rate(study, "white", "false_negative_rate", model)
        for model in ("plain", "constrained")
    }
    assert missed["plain"] > 0.05
    assert abs(missed["constrained"]) < missed["plain"]
    black, white = (
        next(g for g in study.facts["groups"] if g["group"] == name)
        for name in ("black", "white")
    )
    # What the one group gains in being seen, the other is selected less.
    assert black["missed_need_change"]["high95"] < 0 < black["moved"]["newly"]
    assert black["moved"]["newly"] > black["moved"]["no_longer"]
    assert white["moved"]["newly"] < white["moved"]["no_longer"]
    everyone = study.facts["everyone"]
    assert everyone["moved"]["newly"] == everyone["moved"]["no_longer"]
    assert everyone["moved"]["newly"] == sum(
        g["moved"]["newly"] for g in (black, white)
    )
    taught = study.facts["taught"]
    assert taught["apart_constrained"] < taught["apart_plain"]
    said = " ".join(study.facts["sentences"])
    assert "Black: of 100 with the recorded outcome" in said
    assert "newly for review" in study.facts["sentences"][1]


def test_its_numbers_are_plain_counts_and_those_of_an_audit(showing, study):
    held = table()
    train, test = held[: held.height // 2], held[held.height // 2 :]
    parts = parts_of((train["ethnicity"] == "BCRB").to_numpy().astype(int),
                     ["white", "black"], outcome_of(train))  # fmt: skip
    taught = teach(
        matrix_of(train, NAMES), outcome_of(train), matrix_of(test, NAMES),
        parts=parts, asked=ASKED, capacity=0.2,
    )  # fmt: skip
    first, second = chosen(taught.plain, 0.2), chosen(taught.constrained, 0.2)
    assert first.sum() == second.sum() == 600
    black, needed = (test["ethnicity"] == "BCRB").to_numpy(), outcome_of(test) == 1
    told = next(g for g in study.facts["groups"] if g["group"] == "black")
    assert told["moved"] == {
        "newly": (second & ~first & black).sum(),
        "no_longer": (first & ~second & black).sum(),
        "newly_with_outcome": (second & ~first & black & needed).sum(),
        "no_longer_with_outcome": (first & ~second & black & needed).sum(),
    }
    assert told["selected"] == {
        "plain": (first & black).sum(), "constrained": (second & black).sum()
    }  # fmt: skip
    assert told["found"]["constrained"] == (second & black & needed).sum()
    missed = [(needed & black & ~s).sum() / (needed & black).sum()
              for s in (first, second)]  # fmt: skip
    assert rate(study, "black", "false_negative_rate", "plain") == pytest.approx(
        missed[0], abs=1e-9
    )
    assert told["missed_need_change"]["value"] == pytest.approx(
        missed[1] - missed[0], abs=1e-7
    )
    # A rung has the very numbers of its own audit, and of the run's evaluation.
    score = rungs_of(test)["booster"]
    alone = audit(test.drop("weight").with_columns(score=pl.Series(score)), showing)
    shown = next(c for c in alone.to_json()["characteristics"]
                 if c["name"] == "ethnicity")["groups"]  # fmt: skip
    of_audit = next(
        m for g in shown if g["name"] == "black" for m in g["metrics"]
        if m["metric"] == "false_negative_rate" and m["capacity"] == 0.2
    )  # fmt: skip
    assert told["models"]["booster"]["false_negative_rate"] == {
        key: of_audit[key] for key in ("value", "low95", "high95", "state")
    }
    auc = measure(score, outcome_of(test), family=test["family_id"].to_numpy(),
                  capacity=0.2, replicates=100, seed=4)["auc"]  # fmt: skip
    held = next(m for m in study.facts["models"] if m["model"] == "booster")
    assert held["accuracy"]["auc"] == auc.to_json()


def test_no_cut_differs_by_group(showing):
    """The same row in another group has the same score: groups only teach."""
    held = table()
    swapped = held.with_columns(
        ethnicity=pl.when(pl.int_range(pl.len()) >= 3000)
        .then(pl.col("ethnicity").reverse())
        .otherwise("ethnicity")
    )
    everyone = [made(showing, held=one).facts["everyone"] for one in (held, swapped)]
    for told in ("moved", "selected", "found", "rows"):
        assert everyone[0][told] == everyone[1][told]


def test_a_model_of_the_mix_that_always_says_no_estimates_nothing():
    """fairlearn puts a constant in the mix where weights leave one answer only."""
    from sklearn.dummy import DummyClassifier

    from riskaid.training import mitigation

    mix = SimpleNamespace(
        weights_=pl.Series([0.25, 0.75]).to_pandas(),
        predictors_=[
            DummyClassifier(strategy="constant", constant=0).fit([[0]], [0]),
            DummyClassifier(strategy="constant", constant=1).fit([[0]], [1]),
        ],
    )
    assert mitigation._mean(mix, np.zeros((2, 1))).tolist() == [0.75, 0.75]


def test_small_groups_are_taught_together_the_smallest_first():
    outcome = np.concatenate([np.tile([0, 1], n) for n in (40, 30, 6, 3, 20)])
    of_row = np.repeat(np.arange(5), [80, 60, 12, 6, 40])
    names = ["a", "b", "c", "d", "e"]
    found = parts_of(of_row, names, outcome.astype(float))
    # Nine rows with the outcome are too few, so the next larger group joins them.
    assert found.members == (("a",), ("b",), ("c", "d", "e"))
    assert found.of_row[of_row == 3].tolist() == [2] * 6
    larger = parts_of(of_row[:152], names, outcome[:152].astype(float))
    assert larger.members == (("a",), ("b", "c"))
    with pytest.raises(ExtractError, match="fewer than two recorded groups"):
        parts_of(of_row[:80], names, outcome[:80].astype(float))


def test_a_group_too_small_to_show_is_shown_nowhere(policy):
    few = table().with_columns(
        ethnicity=pl.when(pl.int_range(pl.len()) % 900 == 7)
        .then(pl.lit("ABAN"))
        .otherwise("ethnicity")
    )
    told = made(policy, held=few).facts
    small = next(g for g in told["groups"] if g["group"] == "asian")
    assert small["rows"] == "c" and small["missed_need_change"] is None
    assert set(small["moved"].values()) == {"c"}
    states = {
        r["state"] for m in small["models"].values() for r in m.values()
    }  # fmt: skip
    assert states == {"suppressed"}
    assert "to say whom it costs" in told["sentences"][-1]
    assert ["white"] in told["taught"]["parts"]


def test_one_group_moves_one_way_and_only_what_is_large_is_shown(policy):
    """Hardly anybody comes the other way, so who moves is not shown, but the sums."""
    told = made(policy, held=table(family=2)).facts
    black = next(g for g in told["groups"] if g["group"] == "black")
    assert set(black["moved"].values()) == {"c"}
    assert black["selected"]["constrained"] > black["selected"]["plain"] + 20
    assert black["missed_need_change"]["high95"] < 0


def test_what_hardly_anybody_is_touched_by_is_not_shown(policy):
    """With all but the same order twice, the columns would be about a handful."""
    asked = replace(ASKED, by="sex", constraint="share_selected", allowed=0.2)
    told = made(policy, asked=asked, held=table(rows=2000, family=2)).facts
    everyone = told["everyone"]
    assert everyone["selected"] == {"plain": 200, "constrained": "c"}
    assert everyone["missed_need_change"] is None
    states = {r["state"] for r in everyone["models"]["constrained"].values()}
    assert states == {"suppressed"}
    by = {one["model"]: one["accuracy"] for one in told["models"]}
    assert by["constrained"] is None and by["plain"] is not None
    assert "So few rows are selected otherwise" in told["sentences"][1]


def every_object(schema):
    if isinstance(schema, dict):
        if "object" in schema.get("type", ()):
            yield schema
        for inner in schema.values():
            yield from every_object(inner)


def test_its_schema_is_closed_and_followed(study, follows_schema):
    schema = study_schema()
    assert schema["$id"] == f"urn:riskaid:{written.FORMAT}:{written.VERSION}"
    found = list(every_object(schema))
    assert len(found) >= 10
    for one in found:
        assert one["additionalProperties"] is False
        assert sorted(one["required"]) == sorted(one["properties"])
    told = json.loads(json.dumps(study.facts, allow_nan=False))
    follows_schema(told, schema)
    for wrong in ({"more": 1}, {"releasable": True}):
        with pytest.raises(AssertionError):
            follows_schema(told | wrong, schema)


def test_a_study_is_never_a_run_nor_an_audit(study, tmp_path):
    """A release is built of a run and its audit; a study is refused as either."""
    from riskaid.release.inputs import read_audit, read_run

    write_study(study, tmp_path / "study", mark="synthetic")
    names = sorted(one.name for one in (tmp_path / "study").iterdir())
    assert names == ["study.html", "study.json", "study.md"]
    facts = json.loads((tmp_path / "study" / "study.json").read_text("utf-8"))
    assert facts["releasable"] is False and "none can be built" in facts["says"]
    for read in (open_run, read_run, read_audit):
        with pytest.raises(RiskaidError):
            read(tmp_path / "study")
    page = (tmp_path / "study" / "study.html").read_text("utf-8")
    assert "never releasable" in page and "MADE-UP RECORDS" in page
    with pytest.raises(UsageError):
        write_study(study, tmp_path / "study")


def test_the_same_rows_and_seed_give_the_same_study(study, showing):
    assert made(showing).facts == study.facts


def test_it_shows_itself_in_a_notebook(study):
    shown = study._repr_html_()
    assert "never releasable" in shown and "children recorded as Black" in shown
    assert as_document(study.facts).watermark is None


def test_what_cannot_be_asked_is_told(policy):
    known = [one.name for one in policy.characteristics]
    with pytest.raises(UsageError, match="no characteristic 'ethnicty'"):
        Asked(by="ethnicty").check(known)
    with pytest.raises(UsageError, match="no constraint 'parity'"):
        Asked(by="ethnicity", constraint="parity").check(known)
    for wrong in (0, -0.1, 0.3, float("nan")):
        with pytest.raises(UsageError, match="more than 0 and at most"):
            Asked(by="ethnicity", allowed=wrong).check(known)
    ASKED.check(known)


@pytest.mark.parametrize("constraint", ["missed_need", "share_selected"])
def test_either_constraint_brings_its_rate_closer(policy, constraint):
    told = made(policy, asked=replace(ASKED, constraint=constraint)).facts["taught"]
    assert told["apart_constrained"] < told["apart_plain"] / 2
    assert told["parts"] == [["white"], ["black"]]
