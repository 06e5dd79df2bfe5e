"""riskaid's own evaluator for `mlflow.models.evaluate(evaluators="riskaid")`.

MLflow finds it by its entry point. It gives the metrics of evaluation.json, with their
intervals, because it is the same function with the same seed on the same rows; MLflow's
own evaluators would split families, ignore weights and draw no interval.
"""

import time
from typing import Any

import numpy as np
import polars as pl
from mlflow.entities import Metric
from mlflow.models.evaluation import EvaluationResult, ModelEvaluator
from mlflow.tracking import MlflowClient

from riskaid.errors import ExtractError, UsageError, nearest
from riskaid.training.evaluation_model import EvaluationModel
from riskaid.training.experiment import Limits
from riskaid.training.measures import Measured, measure

SETTINGS = ("capacity", "replicates", "seed", "family", "weight")
"""What evaluator_config may hold: the share of rows looked at, the resamples of
families, what draws them, and the columns of family and weight."""


class RiskaidEvaluator(ModelEvaluator):  # type: ignore[misc] # MLflow is not typed
    """Measure estimates as training does: families whole, rows weighted, intervals."""

    @classmethod
    def can_evaluate(cls, *, model_type: str, **_kwargs: Any) -> bool:
        """Whether the model gives one of two answers; any such model may be measured.

        Args:
            model_type: "classifier", or "riskaid".
        """
        return model_type in {"classifier", "riskaid"}

    def evaluate(
        self,
        *,
        dataset: Any,
        run_id: str,
        evaluator_config: dict[str, Any],
        model: Any = None,
        **_kwargs: Any,
    ) -> Any:
        """Measure a model, or a column of estimates, and log what was found.

        Args:
            dataset: Rows with the outcome as targets; `family_id` (else every row is a
                family) and `weight` (else 1) are used when they are there.
            run_id: Where metrics are logged.
            evaluator_config: Any of SETTINGS; what is not said is taken from the
                model's own run, else from the defaults of an experiment.
            model: A loaded model; with none, the dataset holds the estimates.

        Raises:
            UsageError: A setting is not known.
            ExtractError: Outcomes are not 0 and 1, or estimates are no probabilities.
            AdviceRefused: A row's outcome is not known yet.
        """
        asked = dict(evaluator_config or {})
        for name in asked:
            if name not in SETTINGS:
                raise UsageError(
                    f"The evaluator has no setting '{name}'."
                    f"{nearest(name, [*SETTINGS])} It has: {', '.join(SETTINGS)}."
                )
        rows = pl.DataFrame(dataset.features_data)
        outcome = _numbers(dataset.labels_data, "outcomes")
        if not set(np.unique(outcome)) <= {0.0, 1.0}:
            raise ExtractError("Outcomes are to be 0 and 1. Check the targets' column.")
        inside = _riskaid_model(model)
        settings = {"seed": 1, **_defaults(inside), **asked}
        estimate = _estimates(model, inside, dataset, rows)
        family, weight = settings.get("family"), settings.get("weight")
        family_column = _column(rows, family, "family_id")
        weight_column = _column(rows, weight, "weight")
        measured = measure(
            estimate,
            outcome,
            family=(
                np.arange(rows.height)
                if family_column is None
                else family_column.to_numpy()
            ),
            capacity=float(settings["capacity"]),
            replicates=int(settings["replicates"]),
            seed=int(settings["seed"]),
            weight=None if weight_column is None else weight_column.to_numpy(),
        )
        found = told(measured)
        now = int(time.time() * 1000)
        MlflowClient().log_batch(
            run_id, metrics=[Metric(k, v, now, 0) for k, v in sorted(found.items())]
        )
        return EvaluationResult(metrics=found, artifacts={}, run_id=run_id)


def told(measured: dict[str, Measured]) -> dict[str, float]:
    """Name each metric and the ends of its intervals; those not estimable are left out.

    Returns:
        `auc`, `auc.low90`, `auc.high90`, `auc.low95`, `auc.high95`, and so on.
    """
    return {
        name if end == "value" else f"{name}.{end}": value
        for name, held in measured.items()
        for end, value in held.to_json().items()
        if value is not None
    }


def _riskaid_model(model: Any) -> EvaluationModel | None:
    try:
        held = model.get_raw_model()
    except (AttributeError, NotImplementedError):
        return None
    return held if isinstance(held, EvaluationModel) else None


def _defaults(inside: EvaluationModel | None) -> dict[str, Any]:
    if inside is None:
        limits = Limits()
        return {"capacity": limits.capacity, "replicates": limits.replicates}
    return {name: inside.facts[name] for name in ("capacity", "replicates", "seed")}


def _estimates(
    model: Any, inside: EvaluationModel | None, dataset: Any, rows: pl.DataFrame
) -> np.ndarray[Any, np.dtype[np.float64]]:
    if inside is not None:
        return inside.estimates(rows)
    if model is None:
        given = dataset.predictions_data
    else:
        given = model.predict(dataset.features_data)
        if hasattr(given, "columns") and "estimate" in given.columns:
            given = given["estimate"]
    estimate = _numbers(given, "estimates")
    if estimate.min() < 0 or estimate.max() > 1:
        raise ExtractError(
            "Estimates are to lie between 0 and 1. Give probabilities, not scores."
        )
    return estimate


def _numbers(given: Any, what: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        held = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ExtractError(f"The {what} are no numbers. Check their column.") from error
    if held.ndim != 1 or not len(held) or not np.isfinite(held).all():
        raise ExtractError(
            f"The {what} are to be one column of numbers without gaps. "
            "Check the column, and leave out rows whose estimate was withheld."
        )
    return held


def _column(rows: pl.DataFrame, named: str | None, usual: str) -> pl.Series | None:
    if named is not None and named not in rows.columns:
        raise ExtractError(
            f"The rows have no column '{named}'.{nearest(named, rows.columns)}"
        )
    name = named or usual
    return rows[name] if name in rows.columns else None
