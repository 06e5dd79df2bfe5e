"""Runs as MLflow holds them: listed, and fetched with their files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError
from riskaid.mlflow_client import opened


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A run as MLflow holds it.

    Attributes:
        run_id: MLflow's own name for it.
        name: What the analyst called it.
        experiment: The experiment's name.
        status: FINISHED, FAILED, KILLED or RUNNING.
        started: When, in UTC, to the second.
        params: As text.
        metrics: The last value of each.
        tags: All of them.
    """

    run_id: str
    name: str
    experiment: str
    status: str
    started: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


def runs_in(uri: str, *, experiment: str | None = None) -> list[Tracked]:
    """List the runs that riskaid wrote to a place, the newest first; trials are not.

    Args:
        uri: Where MLflow keeps runs.
        experiment: Only those of this experiment.

    Raises:
        UsageError: MLflow is not installed, the place cannot be opened or holds no
            such experiment.
    """
    with opened(uri) as client:
        held = {
            e.experiment_id: e.name
            for e in client.search_experiments()
            if experiment in {None, e.name}
        }
        if experiment is not None and not held:
            raise UsageError(
                f"MLflow holds no experiment '{experiment}' there. Check the name."
            )
        found: list[Tracked] = []
        token = None
        while held:
            page = client.search_runs(
                sorted(held),
                "tags.`riskaid.kind` = 'run'",
                max_results=200,
                order_by=["attributes.start_time DESC"],
                page_token=token,
            )
            found += [_tracked(run, held[run.info.experiment_id]) for run in page]
            token = page.token
            if not token:
                break
        return found


def fetch(uri: str, run_id: str, folder: Path) -> Path:
    """Fetch the files of a logged run into a folder.

    Raises:
        UsageError: The place cannot be opened, or there is no such run or no files.
    """
    with opened(uri) as client:
        client.get_run(run_id)
        place: str = client.download_artifacts(run_id, "", str(folder))
        return Path(place)


def _tracked(run: Any, experiment: str) -> Tracked:
    began = datetime.fromtimestamp(run.info.start_time / 1000, UTC)
    return Tracked(
        run_id=run.info.run_id,
        name=run.info.run_name,
        experiment=experiment,
        status=run.info.status,
        started=began.isoformat(timespec="seconds"),
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(run.data.tags),
    )
