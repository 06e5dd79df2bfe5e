"""Runs side by side, from their folders and from MLflow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskaid.errors import ExtractError
from riskaid.training.tracked_runs import Tracked

SHOWN = ("auc", "recall_at_capacity", "brier_skill", "calibration_slope")
"""Metrics of the chosen model on the test fold that a comparison shows."""

ENDS = ("low95", "high95")


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One run, as far as it is compared.

    Attributes:
        name: Its folder's name, or what it is called in MLflow.
        experiment: The experiment's name.
        status: "finished", "failed", "killed" or "running".
        chosen: The model gone on with; None where the run did not get so far.
        recommended: Whether every criterion was met; None as above.
        mark: "synthetic", "public" or "".
        started: When, in UTC; "" where no file says it.
        seed: The run's.
        store, plan: Digests of records and declarations.
        metrics: Of the chosen model: SHOWN, with `.low95` and `.high95`.
        folder: Where it stands, as it was named; None for a run in MLflow alone.
        mlflow_run: MLflow's id; None when it was not tracked.
    """

    name: str
    experiment: str
    status: str
    chosen: str | None
    recommended: bool | None
    mark: str
    started: str
    seed: int | None
    store: str
    plan: str
    metrics: dict[str, float | None]
    folder: str | None
    mlflow_run: str | None

    def to_json(self) -> dict[str, Any]:
        """Write it for programs."""
        return dict(vars(self))


def runs_below(place: Path) -> list[RunLine]:
    """Read the run in a folder, or every run in the folders directly below it.

    Raises:
        ExtractError: There is none, or one cannot be read.
    """
    if (place / "run.json").is_file():
        return [read_line(place)]
    inside = sorted(place.iterdir()) if place.is_dir() else []
    found = [read_line(one) for one in inside if (one / "run.json").is_file()]
    if not found:
        raise ExtractError(
            f"There is no run in '{place.name or place}'. Name a folder that riskaid "
            "train made, or one with such folders in it."
        )
    return found


def read_line(folder: Path) -> RunLine:
    """Read what is compared of one run's folder.

    Raises:
        ExtractError: It is no whole run.
    """
    try:
        facts = json.loads((folder / "run.json").read_text("utf-8"))
        when_file = folder / "when.json"
        when = json.loads(when_file.read_text("utf-8")) if when_file.is_file() else {}
        metrics = facts["metrics"][facts["chosen"]]
        return RunLine(
            name=folder.resolve().name,
            experiment=facts["experiment"]["experiment"]["name"],
            status="finished",
            chosen=facts["chosen"],
            recommended=facts["recommendation"] == "recommended",
            mark=facts["mark"] or "",
            started=when.get("started", ""),
            seed=facts["seed"],
            store=facts["digests"]["store"],
            plan=facts["digests"]["plan"],
            metrics={
                name if end == "value" else f"{name}.{end}": metrics[name][end]
                for name in SHOWN
                for end in ("value", *ENDS)
            },
            folder=str(folder),
            mlflow_run=when.get("mlflow_run"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExtractError(
            f"'{folder.name}' is no whole run. Train again, or name another folder."
        ) from error


def line_of(run: Tracked) -> RunLine:
    """Take what is compared of a run in MLflow; one cut short has less."""
    tags, chosen = run.tags, run.tags.get("riskaid.chosen")
    names = [f"{name}{end}" for name in SHOWN for end in ("", *(f".{e}" for e in ENDS))]
    said = tags.get("riskaid.recommendation")
    return RunLine(
        name=run.name,
        experiment=run.experiment,
        status=run.status.lower(),
        chosen=chosen,
        recommended=None if said is None else said == "recommended",
        mark=tags.get("riskaid.mark", ""),
        started=run.started,
        seed=int(run.params["seed"]) if "seed" in run.params else None,
        store=tags.get("riskaid.store", ""),
        plan=tags.get("riskaid.plan", ""),
        metrics={name: run.metrics.get(f"{chosen}.{name}") for name in names if chosen},
        folder=None,
        mlflow_run=run.run_id,
    )


def side_by_side(lines: Sequence[RunLine]) -> list[RunLine]:
    """Order runs, newest first, each once though a folder and MLflow both hold it."""
    in_folders = {one.mlflow_run for one in lines if one.folder and one.mlflow_run}
    kept = [one for one in lines if one.folder or one.mlflow_run not in in_folders]
    by_name = sorted(kept, key=lambda one: (one.experiment, one.name))
    return sorted(by_name, key=lambda one: one.started, reverse=True)


def as_text(lines: Sequence[RunLine]) -> str:
    """Write runs as a table for the terminal, and say what cannot be compared."""
    head = ("run", "experiment", "result", "model", "AUC (95% interval)",
            "found", "slope", "seed", "records", "started")  # fmt: skip
    rows = [head, *(_cells(one) for one in lines)]
    wide = [max(len(row[i]) for row in rows) for i in range(len(head))]
    table = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip()
        for row in rows
    ]
    notes = ["", "found: share of the outcomes within the capacity. slope: 1 is best."]
    if len({one.store for one in lines if one.store}) > 1:
        notes.append(
            "These runs were made from different records: their numbers are about "
            "different rows."
        )
    if len({(one.experiment) for one in lines}) > 1:
        notes.append("Different experiments ask about different outcomes.")
    return "\n".join([*table, *notes])


def _cells(one: RunLine) -> tuple[str, ...]:
    auc, low, high = (
        one.metrics.get(name) for name in ("auc", "auc.low95", "auc.high95")
    )
    result = {None: one.status, True: "recommended", False: "NOT RECOMMENDED"}
    span = "" if auc is None else f"{_said(auc)} ({_said(low)} to {_said(high)})"
    return (
        one.name,
        one.experiment,
        result[one.recommended],
        one.chosen or "",
        span,
        _said(one.metrics.get("recall_at_capacity")),
        _said(one.metrics.get("calibration_slope")),
        "" if one.seed is None else str(one.seed),
        " ".join(part for part in (one.store[:8], one.mark) if part),
        one.started[:16].replace("T", " "),
    )


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
