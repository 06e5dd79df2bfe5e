"""The study of fairlearn's reductions: what changes, for whom, and that it stays one."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError, RiskaidError, UsageError
from riskaid.fairness.policy import load_policy
from riskaid.training.mitigation import mitigation_study, write_study
from riskaid.training.run import open_run


@pytest.fixture(scope="module")
def policy(root):
    held = load_policy(root / "fairness" / "policy.toml", today=date(2026, 11, 22))
    return replace(held, replicates=200)


def table(rows=6000, seed=1):
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
            "family_id": [f"F{i // 2}" for i in range(rows)],
            "fold": ["train" if i < rows // 2 else "test" for i in range(rows)],
            "outcome": outcome,
            "sign": sign,
            "other": [None if i % 9 == 0 else float(x) for i, x in enumerate(other)],
            "ethnicity": np.where(black, "BCRB", "WBRI"),
            "disability": draw.choice(["yes", "no"], rows),
            "sex": draw.choice(["F", "M"], rows),
            "age_band": draw.choice(["1 to 4", "5 to 9"], rows),
        },
    )


@pytest.fixture(scope="module")
def study(policy):
    return mitigation_study(
        table(), ("sign", "other"), policy, characteristic="ethnicity"
    )


def rate(study, group, name, when):
    found = study.table().filter(pl.col("group") == group, pl.col("rate") == name)
    return found[when].item()


def test_it_says_what_it_costs_whom(study):
    missed = {
        when: rate(study, "black", "false_negative_rate", when)
        - rate(study, "white", "false_negative_rate", when)
        for when in ("before", "after")
    }
    assert missed["before"] > 0.05
    assert abs(missed["after"]) < missed["before"]
    # What the one group gains in being seen, the other is selected less.
    assert rate(study, "black", "selection_rate", "change") > 0
    assert rate(study, "white", "selection_rate", "change") < 0
    everyone = study.facts["everyone"]["selection_rate"]
    assert everyone["before"] == everyone["after"] == 0.2


def test_no_cut_differs_by_group(policy):
    """The same row in another group has the same score: groups only teach."""
    from riskaid.training import mitigation

    rows = table()
    swapped = rows.with_columns(
        ethnicity=pl.when(pl.col("fold") == "test")
        .then(pl.col("ethnicity").reverse())
        .otherwise("ethnicity")
    )
    asked = ("ethnicity", "missed_need", 0.02)
    scores = [
        mitigation._taught(
            held.filter(pl.col("fold") == "train"),
            held.filter(pl.col("fold") == "test"),
            ("sign", "other"),
            policy,
            asked,
        )[1]
        for held in (rows, swapped)
    ]
    assert np.array_equal(*scores)


def test_a_study_is_never_a_run_nor_an_audit(study, policy, tmp_path):
    """A release is built of a run and its audit; a study is refused as either."""
    from riskaid.release.inputs import read_audit, read_run

    write_study(study, tmp_path / "study")
    facts = json.loads((tmp_path / "study" / "mitigation.json").read_text("utf-8"))
    assert facts["releasable"] is False and "nothing in it can be" in facts["says"]
    assert facts == study.facts
    with pytest.raises(RiskaidError):
        open_run(tmp_path / "study")
    with pytest.raises(RiskaidError):
        read_run(tmp_path / "study")
    with pytest.raises(RiskaidError):
        read_audit(tmp_path / "study")


def test_the_same_rows_and_seed_give_the_same_study(study, policy):
    again = mitigation_study(
        table(), ("sign", "other"), policy, characteristic="ethnicity"
    )
    assert again.facts == study.facts


def test_what_is_not_there_is_told(policy):
    asked = {"characteristic": "ethnicity"}
    with pytest.raises(UsageError, match="no characteristic 'ethnicty'"):
        mitigation_study(table(40), ("sign",), policy, characteristic="ethnicty")
    with pytest.raises(UsageError, match="no constraint 'parity'"):
        mitigation_study(table(40), ("sign",), policy, constraint="parity", **asked)
    nobody = table(40).with_columns(outcome=0)
    with pytest.raises(ExtractError, match="all alike"):
        mitigation_study(nobody, ("sign",), policy, **asked)
