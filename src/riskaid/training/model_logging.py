"""A run's chosen model in MLflow: saved without pickle, with signature and versions."""

import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskaid import __version__
from riskaid.files import digest_file
from riskaid.mlflow_client import MODEL
from riskaid.models.identity import files_of, model_digest
from riskaid.training.evaluation_model import write_model

if TYPE_CHECKING:
    from riskaid.training.run import Run

NEEDED = ("lightgbm", "numpy", "pandas", "polars", "pyarrow")
"""What a loaded model imports, beside riskaid and MLflow themselves."""


def log_model(
    client: Any, run: "Run", *, experiment_id: str, run_id: str
) -> tuple[str, str | None]:
    """Log the chosen model below a run; register it when it is recommended.

    A model that missed a criterion written beforehand stays with its run, for reading,
    and never enters the registry. Everything goes through the client: MLflow's own
    globals, such as a notebook's tracking address, stay as they are.

    Args:
        client: MLflow's client.
        run: A finished run.
        experiment_id: Its experiment in MLflow.
        run_id: The run in MLflow.

    Returns:
        The model's address in MLflow, and its version when it was registered.
    """
    # Importing MLflow takes seconds, so only a tracked run pays for it.
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus  # noqa: PLC0415 - MLflow takes seconds to import

    facts = run.facts
    name = facts["experiment"]["experiment"]["name"]
    made = client.create_logged_model(
        experiment_id,
        name=name,
        source_run_id=run_id,
        tags={"riskaid.rung": facts["chosen"], "riskaid.mark": facts["mark"] or ""},
        model_type="riskaid",
    )
    try:
        with tempfile.TemporaryDirectory() as place:
            saved = Path(place) / "model"
            save_model(run, saved, run_id=run_id, model_id=made.model_id)
            client.log_model_artifacts(made.model_id, str(saved))
    except BaseException:
        client.finalize_logged_model(made.model_id, LoggedModelStatus.FAILED)
        raise
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, 0)])
    number = None
    if facts["recommendation"] == "recommended":
        number = _register(client, run, made=made, run_id=run_id)
    return f"models:/{made.model_id}", number


def save_model(
    run: "Run", place: Path, *, run_id: str | None = None, model_id: str | None = None
) -> None:
    """Save the chosen model in MLflow's layout: JSON and text, nothing that runs."""
    with warnings.catch_warnings():
        # What MLflow warns of inside itself is not the analyst's to mend.
        warnings.simplefilter("ignore")
        import mlflow.pyfunc  # noqa: PLC0415 - MLflow takes seconds to import
        from mlflow.models import Model  # noqa: PLC0415 - MLflow takes seconds to import

        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            write_model(run, data)
            mlflow.pyfunc.save_model(
                str(place),
                loader_module="riskaid.training.evaluation_model",
                data_path=str(data),
                mlflow_model=Model(run_id=run_id, model_id=model_id),
                signature=signature_of(run.facts["predictors"]),
                pip_requirements=requirements(),
            )


def requirements() -> list[str]:
    """The exact versions a loaded model needs, beside MLflow's own."""
    return [
        f"riskaid[train]=={__version__}",
        *(f"{name}=={version(name)}" for name in NEEDED),
    ]


def signature_of(predictors: list[str]) -> Any:
    """Say what goes in and what comes out.

    In: `as_of` (a date, or text YYYY-MM-DD) and the indicators; or `as_of`,
    `person_id` and the parameter `store`. Out: see
    `riskaid.training.evaluation_model.SAYS`.
    """
    from mlflow.models import ModelSignature  # noqa: PLC0415 - MLflow takes seconds to import
    from mlflow.types.schema import (  # noqa: PLC0415 - MLflow takes seconds to import
        AnyType,
        Array,
        ColSpec,
        DataType,
        Object,
        ParamSchema,
        ParamSpec,
        Property,
        Schema,
    )

    optional = [ColSpec(DataType.string, "person_id", required=False)]
    optional += [ColSpec(DataType.double, name, required=False) for name in predictors]
    reason = Object(
        [
            Property("family", DataType.string),
            Property("reads", DataType.string),
            Property("value", DataType.double),
            Property("adds", DataType.boolean),
        ]
    )
    # MLflow shows the rows themselves when a date is written as text; riskaid reads
    # both, and says what is wrong without them.
    return ModelSignature(
        inputs=Schema([ColSpec(AnyType(), "as_of"), *optional]),
        outputs=Schema(
            [
                *(
                    ColSpec(DataType.double, name, required=False)
                    for name in ("estimate", "low", "high")
                ),
                ColSpec(DataType.string, "withheld"),
                ColSpec(Array(reason), "reasons"),
                ColSpec(Array(DataType.string), "gaps"),
            ]
        ),
        params=ParamSchema([ParamSpec("store", DataType.string, "")]),
    )


def _register(client: Any, run: "Run", *, made: Any, run_id: str) -> str:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - MLflow takes seconds to import

    facts, rung = run.facts, run.facts["chosen"]
    about = facts["experiment"]["experiment"]
    name = about["name"]
    digests = {one: digest_file(run.folder / one) for one in files_of(rung)}
    says = f"{about['title']}. For evaluation only: each version says what it is."
    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name, description=says)
    version = client.create_model_version(
        name,
        source=made.artifact_location,
        run_id=run_id,
        model_id=made.model_id,
        tags={
            "riskaid.rung": rung,
            "riskaid.mark": facts["mark"] or "",
            MODEL: model_digest(digests, rung),
        },
        description=(
            f"The {rung} of one run: recommended by the criteria written "
            "beforehand, not audited and not signed. It gives estimates for "
            "evaluation, on rows whose outcome is known; advice needs a signed release."
        ),
    )
    return str(version.version)
