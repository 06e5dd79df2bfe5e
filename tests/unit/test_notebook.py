"""The functions for notebooks: the same as the commands, and results that show."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import riskaid
from riskaid import notebook, shipped
from riskaid.errors import ExtractError
from riskaid.fragment import fragment
from riskaid.indicators.values import feature_values


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    riskaid.synth(folder / "council", children=120, seed=2)
    report = riskaid.ingest(folder / "council/ssd", folder / "store")
    assert "<strong>Ingested" in report._repr_html_()
    feeds = folder / "council/feeds"
    riskaid.ingest(feeds, str(folder / "store"), mapping="partner_feeds")
    return riskaid.read_store(folder / "store")


def test_each_is_a_command_of_the_same_name():
    import typer

    from riskaid.cli import app

    commands = set(typer.main.get_command(app).commands)
    assert set(riskaid.__all__) - {"metric_frame", "read_store"} <= commands
    assert sorted(notebook.__all__) == riskaid.__all__ == sorted(riskaid.__all__)
    stub = Path(riskaid.__file__).with_suffix(".pyi").read_text("utf-8")
    for name in riskaid.__all__:
        assert f"from riskaid.notebook import {name} as {name}\n" in stub
        assert getattr(riskaid, name) is getattr(notebook, name)
        assert name in dir(riskaid)
    with pytest.raises(AttributeError, match="It has: advise, audit"):
        _ = riskaid.auditt


def test_nothing_heavy_is_imported_before_it_is_asked_for():
    heavy = "polars numpy mlflow optuna lightgbm sklearn matplotlib numba"
    code = (
        "import riskaid, riskaid.cli, sys; "
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_features_are_those_of_the_command(store, tmp_path):
    referrals = store.table("referrals")
    rows = referrals.select("person_id", as_of=pl.col("known_from")).head(20)
    found = riskaid.features(store, rows)
    rows.write_parquet(tmp_path / "rows.parquet")
    feature_values(
        store.path, tmp_path / "rows.parquet", out=tmp_path / "values.parquet"
    )
    written = pl.read_parquet(tmp_path / "values.parquet")
    assert found.equals(written.select(found.columns))
    assert found.select("person_id", "as_of").equals(rows)
    as_text = rows.with_columns(pl.col("as_of").dt.to_string("%Y-%m-%d"))
    for given in (rows.to_pandas(), as_text, as_text.to_pandas()):
        assert riskaid.features(str(store.path), given).equals(found)
    name = found.columns[-1]
    few = riskaid.features(store, rows, names=[name])
    assert few.columns == ["person_id", "as_of", name]
    assert few.to_pandas().shape == (20, 3)


def test_rows_that_are_none_are_refused_without_a_value(store):
    with pytest.raises(ExtractError, match="no column as_of"):
        riskaid.features(store, {"person_id": ["C0000001"]})
    with pytest.raises(ExtractError, match="no dates") as refused:
        riskaid.features(store, {"person_id": ["C0000001"], "as_of": ["soon"]})
    assert "soon" not in str(refused.value)


def test_scores_are_audited_from_a_file_and_from_a_frame_alike(tmp_path):
    rows = pl.DataFrame(
        {
            "person_id": [f"P{i}" for i in range(400)],
            "score": [(i * 37 % 100) / 100 for i in range(400)],
            "outcome": [int(i * 37 % 100 > 60 and i % 3 > 0) for i in range(400)],
            "ethnicity": ["WBRI" if i % 2 else "" for i in range(400)],
            "disability": ["no"] * 400,
            "sex": ["F"] * 400,
            "age_band": ["5 to 9"] * 400,
        }
    )
    rows.write_csv(tmp_path / "scores.csv")
    found = riskaid.audit(tmp_path / "scores.csv", out=tmp_path / "audit")
    assert (tmp_path / "audit/audit.json").is_file()
    assert riskaid.audit(rows).to_json() == found.to_json()
    assert riskaid.audit(rows.to_pandas()).verdict == found.verdict
    shown = found._repr_html_()
    assert found.verdict.replace("_", " ") in shown and "<table>" in shown
    assert "P17" not in shown


def test_a_store_shows_itself_and_nothing_of_a_row(store):
    shown = store._repr_html_()
    assert "Marked synthetic." in shown and "referrals" in shown
    assert "C0000" not in shown


def test_an_experiment_is_named_or_given_as_a_file():
    shipped_one = shipped.folder("experiments") / "conference_12m.toml"
    assert notebook._experiment("conference_12m") == shipped_one
    assert notebook._experiment("mine.toml") == Path("mine.toml")
    assert notebook._experiment("folder/mine") == Path("folder/mine")


def test_a_fragment_escapes_every_text():
    shown = fragment("<b>", ["a & b"], columns=("<i>",), rows=[("<u>", "x<y")])
    assert "<b>" not in shown and "<u>" not in shown and "&lt;u&gt;" in shown
    assert "<table>" not in fragment("title")
    assert notebook._today() >= date(2026, 1, 1)
