"""Every shipped experiment is well formed, and trains on a made-up council."""

import re
from pathlib import Path

import polars as pl
import pytest

from riskaid.errors import NotRecommended
from riskaid.records.store import open_store
from riskaid.training.train import check_experiment, train

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
NAMES = sorted(path.stem for path in EXPERIMENTS.glob("*.toml"))
SWITCHED_OFF = ["care_entry_24m"]


@pytest.fixture(scope="module")
def store(tmp_path_factory, riskaid):
    """A council large enough for its rarest outcome."""
    folder = tmp_path_factory.mktemp("experiments")
    for words in (
        ["synth", "council", "--children", "24000", "--seed", "1"],
        ["ingest", "council/ssd", "--store", "store"],
        ["ingest", "council/feeds", "--store", "store", "--mapping", "partner_feeds"],
    ):
        ended = riskaid(folder, *words)
        assert ended.code == 0, ended.text
    return folder / "store"


def quick(name: str, folder: Path) -> Path:
    """The shipped file, without a search and with few resamples."""
    text = (EXPERIMENTS / f"{name}.toml").read_text("utf-8")
    for key, number in (("trials", 0), ("replicates", 20)):
        text, found = re.subn(
            rf"^{key} = \d+$", f"{key} = {number}", text, flags=re.MULTILINE
        )
        assert found == 1
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_outcomes_are_those_that_were_asked_for():
    assert NAMES == [
        "care_entry_24m",
        "conference_12m",
        "cp_plan_12m",
        "repeat_missing_180d",
        "repeat_plan_24m",
        "rereferral_12m",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_well_formed_without_any_data(name):
    checked = check_experiment(EXPERIMENTS / f"{name}.toml")
    assert checked.experiment.name == name
    assert bool(checked.experiment.switched_off) == (name in SWITCHED_OFF)


def test_the_command_says_what_is_switched_off_and_trains_nothing(
    riskaid, store, tmp_path
):
    path = EXPERIMENTS / "care_entry_24m.toml"
    ended = riskaid(tmp_path, "train", path, "--check")
    assert ended.code == 0, ended.text
    assert "care_entry_24m.toml is well formed. It is switched off: " in ended.text
    words = ["train", path, "--store", store, "--out", "run", "--no-tracking"]
    ended = riskaid(tmp_path, *words)
    assert ended.code == 17
    assert "RA17: care_entry_24m.toml is switched off, so nothing was" in ended.text
    assert "have your board record why" in ended.text
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", sorted({*NAMES} - {*SWITCHED_OFF}))
def test_each_trains_from_store_to_run(store, tmp_path, name):
    facts = train(quick(name, tmp_path), open_store(store), tmp_path / "run").facts
    assert facts["experiment"]["experiment"]["name"] == name
    table = pl.read_parquet(tmp_path / "run" / "training_table.parquet")
    folds = table.group_by("fold").agg(pl.col("outcome").sum())
    assert folds.height == 3 and folds["outcome"].min() >= 10
    assert "in_break" in table.columns
    assert len(facts["breaks"]) == 2
    if name == "repeat_missing_180d":
        assert set(table["as_of"].dt.day()) == {1}
        assert facts["eligible"] == [f"eligibility_{n}" for n in (1, 2, 3)]


def test_what_is_switched_off_is_refused_and_trains_when_somebody_answers(
    store, tmp_path
):
    path = quick("care_entry_24m", tmp_path)
    with pytest.raises(NotRecommended, match="switched off, so nothing was trained"):
        train(path, open_store(store), tmp_path / "run")
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r'^switched_off = """.*?"""\n', "", text, flags=re.MULTILINE | re.DOTALL)
    )
    train(path, open_store(store), tmp_path / "run")
    assert (tmp_path / "run" / "run.json").is_file()
