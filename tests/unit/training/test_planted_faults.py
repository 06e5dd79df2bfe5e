"""Faults that made published figures look better, planted: each stops the run."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from training_support import EXTRACT, made_council, write_experiment

from riskaid.errors import ExtractError, NotRecommended
from riskaid.files import digest_folder
from riskaid.training import folds
from riskaid.training import train as training
from riskaid.training.asked_rows import Cohort
from riskaid.training.cohort import build_cohort
from riskaid.training.experiment import load_experiment
from riskaid.training.outcome import add_outcome
from riskaid.training.train import train

REFERRALS = Cohort(says="Each referral in a test", table="referrals")


def with_records(council, name: str, more: pl.DataFrame):
    held = council.table(name)
    added = pl.concat([held, more.select(held.columns).cast(dict(held.schema))])
    return replace(council, tables={**council.tables, name: added})


def test_leakage_by_a_record_that_carries_the_referrals_date(
    council, features, tmp_path
):
    """After a conference somebody fills in what came before, dated as the referral.

    The source has no recorded-on date, so the record seems to have been known then.
    """
    asked = load_experiment(write_experiment(tmp_path, trials=0))
    rows = add_outcome(build_cohort(REFERRALS, council, {}), asked.outcome, council, {})
    filled_in = rows.filter(pl.col("outcome") == 1).select(
        "person_id",
        pl.lit("6").alias("source_code"),
        date=pl.col("as_of") - timedelta(days=2),
        known_from=pl.col("as_of") - timedelta(days=1),
        source=pl.lit("made"),
        source_row=pl.lit(1),
        known_how=pl.lit("declared_lag"),
        no_further_action=pl.lit(None),
        known_until=pl.lit(None),
        outcome_known_from=pl.lit(None),
    )
    leaky = with_records(council, "contacts", pl.concat([filled_in] * 3))
    with pytest.raises(NotRecommended, match=r"leakage hunt.*contacts_90d") as raised:
        train(tmp_path / "made_12m.toml", leaky, tmp_path / "run", features=features)
    assert "missing_90d (alone" not in str(raised.value).split("contacts_90d")[0]
    assert not (tmp_path / "run").exists()


def test_siblings_that_are_split_stop_the_run(council, features, tmp_path, monkeypatch):
    """The guard that keeps families whole is taken out; the check behind it is not."""
    monkeypatch.setattr(
        folds,
        "_one_fold_a_family",
        lambda dated, *, seed: dated.with_columns(weight=pl.lit(1.0)),
    )
    with pytest.raises(ExtractError, match=r"values of .* stand in more than one fold"):
        train(
            write_experiment(tmp_path, trials=0),
            council,
            tmp_path / "run",
            features=features,
        )
    assert not (tmp_path / "run").exists()


def test_siblings_alone_that_are_split_stop_the_run(
    council, features, tmp_path, monkeypatch
):
    """Each child stays in one fold, and a brother or sister stands in another."""

    def by_child(dated: pl.DataFrame, *, seed: int) -> pl.DataFrame:
        first = dated.group_by("person_id").agg(pl.col("fold").first())
        kept = dated.join(first, on=["person_id", "fold"], maintain_order="left")
        return kept.with_columns(weight=pl.lit(1.0))

    monkeypatch.setattr(folds, "_one_fold_a_family", by_child)
    with pytest.raises(
        ExtractError, match="values of family_id stand in more than one"
    ):
        train(
            write_experiment(tmp_path, trials=0),
            council,
            tmp_path / "run",
            features=features,
        )


@pytest.mark.parametrize("days", [150, 500])
def test_an_extract_date_set_too_late_stops_the_run(council, features, tmp_path, days):
    """Windows seem whole that are not: their rows lack an outcome by construction."""
    late = replace(council, extract_date=EXTRACT + timedelta(days=days))
    with pytest.raises(ExtractError, match=r"holds nothing for the last|no chance"):
        train(
            write_experiment(tmp_path, trials=0),
            late,
            tmp_path / "run",
            features=features,
        )
    assert not (tmp_path / "run").exists()


def test_outcomes_dated_before_the_referral_stop_the_run(council, features, tmp_path):
    """A system that writes the year before: hardly any outcome lies in a window."""
    tables = dict(council.tables)
    for name in ("icpcs", "s47_enquiries"):
        tables[name] = tables[name].with_columns(pl.col("date") - timedelta(days=730))
    with pytest.raises(ExtractError, match="Check the extract's date"):
        train(
            write_experiment(tmp_path, trials=0),
            replace(council, tables=tables),
            tmp_path / "run",
            features=features,
        )


def test_the_last_period_is_looked_at_once(council, features, tmp_path, monkeypatch):
    """Whatever its rows hold, the models, their calibration and the choice stay."""
    path = write_experiment(tmp_path, trials=2)
    first = train(path, council, tmp_path / "first", features=features)
    whole = training.assign_folds

    def other_test_fold(rows, *args, **keys):
        made = whole(rows, *args, **keys)
        rng = np.random.Generator(np.random.PCG64(9))
        chance = pl.Series(rng.integers(0, 2, made.rows.height), dtype=pl.Int8)
        test = pl.col("fold") == "test"
        return replace(
            made,
            rows=made.rows.with_columns(
                outcome=pl.when(test).then(chance).otherwise("outcome"),
                missing_90d=pl.when(test)
                .then(chance.reverse().cast(pl.Float64))
                .otherwise("missing_90d"),
            ),
        )

    monkeypatch.setattr(training, "assign_folds", other_test_fold)
    second = train(path, council, tmp_path / "second", features=features)
    for part in ("models", "calibration"):
        assert digest_folder(first.folder / part) == digest_folder(second.folder / part)
    for fact in ("chosen", "proposed", "settings", "predictors", "left_out"):
        assert first.facts[fact] == second.facts[fact]
    assert first.facts["metrics"] != second.facts["metrics"]
    assert not second.recommended


@pytest.mark.parametrize("seed", range(3))
def test_without_any_signal_nothing_is_recommended(features, tmp_path, seed):
    facts = train(
        write_experiment(tmp_path, trials=0),
        made_council(signal=0.0, seed=seed),
        tmp_path / "run",
        features=features,
    )
    assert not facts.recommended
    assert json.loads((tmp_path / "run" / "run.json").read_text())["why"]
