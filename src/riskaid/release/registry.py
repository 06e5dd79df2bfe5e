"""A draft release beside its run in MLflow, for whoever reads the run there."""

import json
from pathlib import Path

from riskaid.errors import UsageError
from riskaid.mlflow_client import SQLITE, opened
from riskaid.release.manifest import MANIFEST
from riskaid.release.statements import BUNDLE

WHERE = f"release/{BUNDLE}"
"""The folder among a run's artifacts."""


def place_of(run: Path, named: str | None) -> str | None:
    """Where a run is tracked: as it was named, else the database beside it.

    Returns:
        None when the run was not tracked, or nobody can tell where.
    """
    if run_id_of(run) is None:
        return None
    if named is not None:
        return named
    beside = run.resolve().parent / "mlflow.db"
    return f"{SQLITE}{beside.as_posix()}" if beside.is_file() else None


def run_id_of(run: Path) -> str | None:
    """MLflow's own name for a run; None when it was not tracked."""
    try:
        held = json.loads((run / "when.json").read_text("utf-8")).get("mlflow_run")
    except (OSError, ValueError, AttributeError):
        return None
    return held if isinstance(held, str) else None


def log_draft(run: Path, release: Path, *, name: str, digest: str, uri: str) -> None:
    """Put a draft's bundle beside its run, with a tag that says what it is.

    A bundle holds no row about a child. What MLflow keeps is a copy to read: advice
    loads a release only with its signatures, and from its own folder.

    Args:
        run: The training run's folder.
        release: The draft's.
        name: What the release is called.
        digest: Its bundle's.
        uri: Where MLflow keeps the run.

    Raises:
        UsageError: The run was not tracked, or is not there.
    """
    run_id = run_id_of(run)
    if run_id is None:
        raise UsageError(
            "The run was not tracked, so the draft has no place in MLflow. "
            "Build without --mlflow-uri, or train with tracking."
        )
    bundle = release / BUNDLE
    if not (bundle / MANIFEST).is_file():
        raise UsageError(f"'{release.name}' holds no bundle. Build the release first.")
    with opened(uri) as client:
        client.get_run(run_id)
        client.log_artifacts(run_id, str(bundle), WHERE)
        client.set_tag(run_id, "riskaid.draft_release", name)
        client.set_tag(run_id, "riskaid.draft_bundle", digest)
