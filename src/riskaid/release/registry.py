"""Releases in MLflow: a draft beside its run, and the version that is released.

What MLflow keeps is for whoever reads it there. Advice loads a release from its own
folder, with its signatures.
"""

import json
from datetime import date
from pathlib import Path

from riskaid.errors import ReleaseError, UsageError
from riskaid.mlflow_client import MODEL, SQLITE, load_mlflow, opened
from riskaid.models.identity import model_digest
from riskaid.release.attested import packed
from riskaid.release.manifest import MANIFEST, read_manifest
from riskaid.release.statements import BUNDLE
from riskaid.release.verify import verify_release

WHERE = f"release/{BUNDLE}"
"""The folder among a run's artifacts."""
RELEASED = "released"
"""The alias of the version that a live release holds."""
RELEASE = "riskaid.release"
"""A tag of that version: what shows that it was released (release.attested)."""


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


def register(
    release: Path, *, trust: Path, trust_digest: str, uri: str, today: date
) -> tuple[str, str]:
    """Give the registered version that a live release holds the alias `released`.

    The version gets what shows that it was released, so that a registry guarded by
    `release.registry_guard` can ask for itself.

    Args:
        release: The release's folder.
        trust: The trust file.
        trust_digest: SHA-256 of the trust file, pinned by the caller.
        uri: Where the run of the release was tracked and its model registered.
        today: The day of asking.

    Returns:
        The registered model's name and the version.

    Raises:
        ReleaseError: The release cannot be trusted or is not live, or the registry
            refuses the alias.
        UsageError: No registered version holds this model.
    """
    report = verify_release(
        release, trust=trust, trust_digest=trust_digest, today=today
    )
    if report.state != "live" or not report.may_load:
        state = f"its state is '{report.state}'"
        raise ReleaseError(
            f"The release is not live: {report.why_not or state}. "
            "Only a live release is named as released."
        )
    manifest = read_manifest((release / BUNDLE / MANIFEST).read_bytes())
    model = model_digest(manifest.files, manifest.rung)
    with opened(uri) as client:
        found = client.search_model_versions(f"tags.`{MODEL}` = '{model}'")
        if not found:
            raise UsageError(
                "No registered version holds the model of this release. Name with "
                "--mlflow-uri the place where its run was tracked."
            )
        newest = max(found, key=lambda version: int(version.version))
        name, number = str(newest.name), str(newest.version)
        client.set_model_version_tag(
            name, number, RELEASE, packed(release, trust=trust)
        )
        _client, refused = load_mlflow()
        try:
            client.set_registered_model_alias(name, RELEASED, number)
        except refused as problem:
            raise ReleaseError(
                f"The registry refuses to call version {number} of {name} released. "
                f"It says: {problem.message}"
            ) from problem
    return name, number
