import json
import re
from datetime import date

import numpy as np
import polars as pl
import pytest
from training_support import MadeStore, made_council, made_table, write_experiment

from riskaid.errors import DefinitionError, ExtractError, NotRecommended, UsageError
from riskaid.files import digest_folder
from riskaid.indicators.plan import Plan
from riskaid.models import RUNGS, columns_of, open_model
from riskaid.models.calibration import Calibration
from riskaid.records.lacking import Lack
from riskaid.training.run import coverage_facts, open_run
from riskaid.training.train import check_experiment, train

FILES = {
    "run.json",
    "experiment.toml",
    "plan.json",
    "training_table.parquet",
    "estimates.parquet",
    "evaluation.json",
    "outcome_bias.json",
    "when.json",
    "models/checklist.json",
    "models/scorecard.json",
    "models/booster.json",
    "models/booster.txt",
    "calibration/checklist.json",
    "calibration/scorecard.json",
    "calibration/booster.json",
    "plots/calibration.svg",
    "plots/recall.svg",
    "plots/importance.svg",
    "plots/scorecard.svg",
    "plots/net_benefit.svg",
    "plots/apart.svg",
    "plots/learning_curve.svg",
    "plots/search.svg",
    "plots/beeswarm.svg",
    "plots/dependence.svg",
    "beeswarm.json",
    "scorecard.txt",
}


@pytest.fixture(scope="module")
def done(council, features, tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    said: list[str] = []
    facts = train(
        write_experiment(folder),
        council,
        folder / "run",
        features=features,
        progress=lambda what, _a, _b: said.append(what),
    )
    return facts, said


def test_a_run_that_was_stopped_goes_on_from_its_trials_to_the_same_bytes(
    done, council, features, tmp_path
):
    def stop(what, number, _all):
        if what == "searching for settings" and number == 2:
            raise KeyboardInterrupt

    experiment, out = write_experiment(tmp_path), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(experiment, council, out, features=features, progress=stop)
    kept = tmp_path / "run.trials"
    assert kept.is_file()
    assert not out.exists()
    before = kept.stat().st_size
    facts = train(experiment, council, out, features=features, trials=str(kept))
    assert kept.stat().st_size > before
    for name in ("models/booster.txt", "run.json", "evaluation.json"):
        assert (out / name).read_bytes() == (done[0].folder / name).read_bytes()
    again = train(experiment, council, tmp_path / "other", features=features)
    assert again.facts == facts.facts
    assert not (tmp_path / "other.trials").exists()


def test_a_planted_signal_is_recovered_and_recommended(done):
    facts, said = done
    assert facts.recommended
    assert facts.chosen == "scorecard"
    for rung in ("scorecard", "booster"):
        measured = facts.facts["metrics"][rung]["auc"]
        assert 0.68 < measured["value"] < 0.85
        assert measured["low95"] > 0.6
    card = json.loads((facts.folder / "models/scorecard.json").read_text())
    assert card["names"] == ["missing_90d"]
    assert "searching for settings" in said


def test_the_run_holds_every_file_and_every_row_is_accounted_for(done):
    facts, _ = done
    assert set(digest_folder(facts.folder)) == FILES
    counts = facts.facts["cohort"]
    fell = (
        "censored",
        "outcome_not_covered",
        "not_eligible",
        "eligibility_not_known",
        "between_folds",
        "dropped_by_family_guard",
    )
    assert counts["rows"] == counts["kept"] + sum(counts[f] for f in fell)
    assert counts["censored"] > 0
    table = pl.read_parquet(facts.folder / "training_table.parquet")
    assert table.height == counts["kept"]
    assert table.columns[:5] == ["person_id", "as_of", "family_id", "fold", "outcome"]
    assert table.schema["outcome"] == pl.Int8
    assert table.group_by("family_id").agg(pl.col("fold").n_unique())["fold"].max() == 1
    for fold, held in facts.facts["folds"].items():
        inside = table.filter(pl.col("fold") == fold)
        assert (held["rows"], held["persons"]) == (
            inside.height,
            inside["person_id"].n_unique(),
        )
    assert facts.facts["training_outcomes_closed_before_test"]


def test_models_read_back_give_the_estimates_of_the_run(done):
    facts, _ = done
    estimates = pl.read_parquet(facts.folder / "estimates.parquet")
    table = pl.read_parquet(facts.folder / "training_table.parquet")
    test = table.filter(pl.col("fold") == "test")
    names = tuple(facts.facts["predictors"])
    matrix = test.select(names).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    for rung in RUNGS:
        model = open_model(facts.folder / "models", rung)
        held = json.loads((facts.folder / "calibration" / f"{rung}.json").read_text())
        again = Calibration.from_json(held).apply(
            model.score(columns_of(matrix, names, model.names))
        )
        assert np.abs(again - estimates[rung].to_numpy()).max() < 1e-12
    assert (estimates["score"] == estimates[facts.chosen]).all()
    assert estimates.select("person_id", "as_of", "outcome").equals(
        test.select("person_id", "as_of", "outcome")
    )
    assert set(estimates["disability"]) == {"yes", "no", ""}
    assert set(estimates["ethnicity"]) == {"WBRI", "REFU", ""}
    assert {"sex", "age_band"} <= set(estimates.columns)


def test_a_run_is_read_back(done):
    facts, _ = done
    run = open_run(facts.folder)
    assert run.facts == json.loads((facts.folder / "run.json").read_text())
    assert isinstance(run.plan, Plan)
    assert run.plan.digest == facts.facts["digests"]["plan"]
    assert run.estimates().height == run.facts["folds"]["test"]["rows"]
    assert run.table().height == run.facts["cohort"]["kept"]
    with pytest.raises(ExtractError, match="no whole run"):
        open_run(facts.folder / "plots")


def test_the_same_seed_gives_the_same_bytes(done, council, features, tmp_path):
    facts, _ = done
    again = train(
        facts.folder / "experiment.toml", council, tmp_path / "again", features=features
    )
    first, second = digest_folder(facts.folder), digest_folder(again.folder)
    assert {f for f in first if first[f] != second[f]} <= {"when.json"}
    other = train(
        write_experiment(tmp_path, trials=0),
        council,
        tmp_path / "other",
        features=features,
        seed=7,
    )
    assert other.facts["seed"] == 7
    assert (
        digest_folder(other.folder)["training_table.parquet"]
        != first["training_table.parquet"]
    )


def test_nothing_written_names_a_person_or_a_place(done, council):
    facts, _ = done
    persons = set(council.table("persons")["person_id"])
    for file in sorted(FILES - {"training_table.parquet", "estimates.parquet"}):
        text = (facts.folder / file).read_text()
        assert not set(re.findall(r"P\d{5}", text)) & persons
        assert str(facts.folder.parent) not in text


def test_no_signal_is_not_recommended_and_the_run_is_whole(features, tmp_path):
    facts = train(
        write_experiment(tmp_path, trials=0),
        made_council(signal=0.0),
        tmp_path / "run",
        features=features,
    )
    assert not facts.recommended
    assert facts.facts["recommendation"] == "not_recommended"
    assert "at least 0.6 was asked" in facts.why[0]
    # Without a signal no cut has enough rows on both sides to be worth a plot, and
    # without trials there is none to show.
    missing = FILES - set(digest_folder(facts.folder))
    assert missing - {"plots/net_benefit.svg"} == {"plots/search.svg"}


def test_leakage_stops_the_run_and_leaves_nothing(council, features, tmp_path):
    # The limit is set below what the planted signal reaches.
    path = write_experiment(tmp_path, trials=0, more="leakage_auc = 0.6")
    with pytest.raises(NotRecommended, match="leakage hunt"):
        train(path, council, tmp_path / "run", features=features)
    assert [p.name for p in tmp_path.iterdir()] == ["made_12m.toml"]


def test_names_nobody_declared_are_refused_without_data(features, tmp_path):
    assert (
        check_experiment(write_experiment(tmp_path), features).outcome.within_days
        == 365
    )
    change = (
        'table = "referrals"',
        'table = "referrals"\neligible_when = ["missing_90"]',
    )
    path = write_experiment(tmp_path, change=change)
    with pytest.raises(DefinitionError, match="Did you mean 'missing_90d'"):
        check_experiment(path, features)
    path = write_experiment(
        tmp_path, change=("[search]", '[indicators]\nexclude = ["agee"]\n[search]')
    )
    with pytest.raises(DefinitionError, match="Did you mean 'age'"):
        check_experiment(path, features)


def test_a_taken_place_is_left_alone(council, features, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "kept.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        train(write_experiment(tmp_path), council, tmp_path / "run", features=features)
    assert (tmp_path / "run" / "kept.txt").read_text() == "mine"


def test_a_later_record_never_changes_the_table(council, features, tmp_path):
    """Episodes dated on or after every as-of date leave all values as they are."""
    late = council.table("missing_episodes").with_columns(
        pl.lit(date(2024, 3, 30)).alias("date"),
        pl.lit(date(2024, 3, 30)).alias("known_from"),
    )
    tables = {
        **council.tables,
        "missing_episodes": pl.concat([council.table("missing_episodes"), late]),
    }
    path = write_experiment(tmp_path, trials=0)
    held = [
        train(path, type(council)(t), tmp_path / name, features=features).folder
        / "training_table.parquet"
        for name, t in (("without", council.tables), ("with", tables))
    ]
    assert held[0].read_bytes() == held[1].read_bytes()


def test_plots_are_named_and_described(done):
    facts, _ = done
    words = json.loads((facts.folder / "evaluation.json").read_text())["plots"]
    assert {w["file"] for w in words} == {
        f.removeprefix("plots/") for f in FILES if f.startswith("plots/")
    }
    for held in words:
        assert len(held["alt"]) > 30 and held["title"]
        svg = (facts.folder / "plots" / held["file"]).read_text()
        assert "<dc:date>" not in svg and "<text" in svg


def test_a_run_says_which_columns_no_source_had():
    tables = {"icpcs": made_table("icpcs", [])}
    days = {"from": "2018-01-01", "to": "2026-03-31"}
    whole = MadeStore(tables, date(2026, 3, 31), date(2018, 1, 1))
    assert coverage_facts(whole) == {"icpcs": days}
    absent = (Lack("target", until=date(2020, 1, 1)), Lack("plan_made"))
    bare = MadeStore(tables, date(2026, 3, 31), date(2018, 1, 1), absent=absent)
    assert coverage_facts(bare) == {
        "icpcs": {**days, "absent": ["plan_made", "target"]}
    }
