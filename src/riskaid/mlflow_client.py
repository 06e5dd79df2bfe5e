"""MLflow's client, with its telemetry off; nothing else of MLflow is set or started."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError

SQLITE = "sqlite:///"
MODEL = "riskaid.model_digest"
"""A tag of a registered version: the digest of its model."""


def load_mlflow() -> tuple[Any, Any]:
    """Import MLflow with its telemetry off: its client, and what it raises.

    Raises:
        UsageError: MLflow is not installed.
    """
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        # Importing MLflow takes seconds, so only a tracked run pays for it.
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - MLflow takes seconds to import
        from mlflow.tracking import MlflowClient  # noqa: PLC0415 - MLflow takes seconds to import
    except ModuleNotFoundError as error:
        raise UsageError(
            "Tracking needs MLflow, which is not installed. "
            "Install riskaid[train], or train without tracking."
        ) from error
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return MlflowClient, MlflowException


@contextmanager
def opened(uri: str) -> Iterator[Any]:
    """Open a place where runs are kept, to read it; nothing is made.

    Raises:
        UsageError: It cannot be opened, or what is asked for is not there.
    """
    if uri.startswith(SQLITE) and not Path(uri.removeprefix(SQLITE)).is_file():
        raise UsageError(
            f"There is no database '{Path(uri).name}' with runs. Check the address."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client_of, refused = load_mlflow()
        try:
            yield client_of(tracking_uri=uri)
        except refused as error:
            raise UsageError(
                "MLflow cannot read what was asked for from there. "
                "Check the address, and the run's id."
            ) from error
