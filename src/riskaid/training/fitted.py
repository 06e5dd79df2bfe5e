"""Fitted rungs and their rows, read back from a run's folder."""

import json
from pathlib import Path

import polars as pl

from riskaid.errors import ExtractError
from riskaid.models import RUNGS, RungName, open_model
from riskaid.models.calibration import Calibration
from riskaid.training.fit import Rung


def read_rung(folder: Path, name: RungName) -> Rung:
    """Read one fitted rung with its calibration.

    Args:
        folder: A run, or any folder with `models` and `calibration` in it.
        name: Which rung.

    Raises:
        ExtractError: Its calibration is missing or broken.
        ReleaseError: Its model is.
    """
    model = open_model(folder / "models", name)
    place = folder / "calibration" / f"{name}.json"
    try:
        calibration = Calibration.from_json(json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExtractError(
            f"calibration/{place.name} of '{folder.name}' cannot be read. Train again."
        ) from error
    return Rung(name=name, model=model, calibration=calibration)


def read_rungs(folder: Path) -> dict[RungName, Rung]:
    """Read all three rungs of a run."""
    return {name: read_rung(folder, name) for name in RUNGS}


def rows_of(folder: Path | str, fold: str) -> pl.DataFrame:
    """Read one fold of a run's training table, with its weights.

    Returns:
        person_id, as_of, family_id, fold, outcome, weight, and each predictor.

    Raises:
        ExtractError: The table is not there: rows about children are never uploaded, so
            a run fetched from MLflow has none.
    """
    folder = Path(folder)
    try:
        table = pl.read_parquet(folder / "training_table.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ExtractError(
            f"'{folder.name}' holds no training table. Name the run's own folder, or "
            "rebuild it: riskaid train --replay RUN --store STORE --out FOLDER."
        ) from error
    return table.filter(pl.col("fold") == fold)
