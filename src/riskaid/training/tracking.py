"""What MLflow is told about a run while it goes on, and when it has ended."""

import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskaid.errors import UsageError
from riskaid.files import canonical_json, digest_folder
from riskaid.mlflow_client import SQLITE, load_mlflow
from riskaid.training.left_running import (
    PROCESS,
    end_trials,
    end_what_died,
    this_process,
)
from riskaid.training.model_logging import log_model
from riskaid.training.run import open_run
from riskaid.training.run_page import metrics_of, page_of, params_of

if TYPE_CHECKING:
    from riskaid.training.search import Trial

PRIVATE = ("training_table.parquet", "estimates.parquet")
"""Files with a row a child; they stay in the run's folder and are never uploaded."""

DIGESTS = "digests.json"
"""In MLflow beside a run's files: the digest of each, the private ones' too."""

AT_ONCE = 100
"""Values in one message; MLflow's servers refuse many more."""


class Tracker:
    """One MLflow run with its trials beneath it."""

    def __init__(self, client: Any, *, experiment_id: str, run_id: str) -> None:
        """Hold a run that has begun."""
        self._client = client
        self.experiment_id = experiment_id
        self.run_id = run_id

    def params(self, values: dict[str, Any]) -> None:
        """Write what the run was asked to do; MLflow keeps them as text."""
        from mlflow.entities import Param  # noqa: PLC0415 - heavy; see tracked()

        held = [Param(k, str(v)[:500]) for k, v in sorted(values.items())]
        for first in range(0, len(held), AT_ONCE):
            self._client.log_batch(self.run_id, params=held[first : first + AT_ONCE])

    def metrics(self, values: dict[str, float | None]) -> None:
        """Write numbers; those not estimable are left out."""
        held = _metrics(values)
        for first in range(0, len(held), AT_ONCE):
            self._client.log_batch(self.run_id, metrics=held[first : first + AT_ONCE])

    def tags(self, values: dict[str, str]) -> None:
        """Write words to find the run by."""
        for key, value in sorted(values.items()):
            self._client.set_tag(self.run_id, key, value)

    def dataset(self, name: str, *, digest: str) -> None:
        """Name the data by its digest; no path, address or row of it is written."""
        from mlflow.entities import Dataset, DatasetInput  # noqa: PLC0415 - heavy

        # MLflow holds at most 36 characters of a digest.
        held = Dataset(name=name, digest=digest[:36], source_type="store", source="{}")
        self._client.log_inputs(self.run_id, datasets=[DatasetInput(dataset=held)])

    def trial(self, trial: "Trial") -> None:
        """Write one trial of the search as a run beneath this one."""
        from mlflow.entities import Param  # noqa: PLC0415 - heavy; see tracked()

        run = self._client.create_run(
            self.experiment_id,
            run_name=f"trial {trial.number:03}",
            tags={"mlflow.parentRunId": self.run_id, "riskaid.kind": "trial"},
        )
        status = "KILLED"
        try:
            held = [Param(k, str(v)) for k, v in asdict(trial.settings).items()]
            self._client.log_batch(
                run.info.run_id, params=held, metrics=_metrics({"loss": trial.loss})
            )
            status = "FINISHED"
        finally:
            self._client.set_terminated(run.info.run_id, status=status)

    def finished(self, folder: Path) -> None:
        """Write all that is found in a run's folder, and the model beside it.

        The digests of all files go with them, those of the private ones too, so that
        a replay can be compared with what was logged.
        """
        run = open_run(folder)
        facts = run.facts
        self.params(params_of(facts))
        self.metrics(metrics_of(run))
        self.tags(
            {
                "mlflow.note.content": page_of(run),
                "riskaid.chosen": facts["chosen"],
                "riskaid.recommendation": facts["recommendation"],
                "riskaid.mark": facts["mark"] or "",
                "riskaid.plan": facts["digests"]["plan"],
                "riskaid.store": facts["digests"]["store"],
            }
        )
        self.files(folder)
        digests = digest_folder(folder)
        digests.pop("when.json", None)
        self._client.log_text(self.run_id, canonical_json(digests), DIGESTS)
        model, number = log_model(
            self._client, run, experiment_id=self.experiment_id, run_id=self.run_id
        )
        self.tags({"riskaid.model": model, "riskaid.model_version": number or ""})

    def files(self, folder: Path) -> None:
        """Upload the run's files, except those with a row a child."""
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            inside = file.relative_to(folder)
            if file.name not in PRIVATE:
                below = inside.parent.as_posix()
                self._client.log_artifact(
                    self.run_id, str(file), None if below == "." else below
                )


@contextmanager
def tracked(
    uri: str, *, experiment: str, run_name: str, artifacts: Path | None = None
) -> Iterator[Tracker]:
    """Begin an MLflow run, and end it whatever happens.

    Telemetry is off. The address is given and never guessed, so that no database
    appears in the current folder. A run that an error ends is marked FAILED, one that
    is interrupted or asked to stop KILLED; neither it nor a trial beneath it stays
    "running". A second Ctrl-C waits until that is written. What a process that was
    killed outright left "running" is ended when the next run begins.

    Args:
        uri: Where MLflow keeps runs: sqlite:///file.db, or a server's address.
        experiment: The MLflow experiment; made when it is new.
        run_name: What the run is called.
        artifacts: Where a new experiment keeps files; beside an SQLite file when not
            given; a server decides for itself.

    Raises:
        UsageError: MLflow is not installed, or the place cannot be opened.
    """
    with warnings.catch_warnings():
        # Deprecations inside MLflow and its database are not the analyst's to mend.
        warnings.simplefilter("ignore")
        client, experiment_id, run_id = _begin(
            uri, experiment=experiment, run_name=run_name, artifacts=artifacts
        )
    status = "FAILED"
    try:
        yield Tracker(client, experiment_id=experiment_id, run_id=run_id)
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit):
        status = "KILLED"
        raise
    finally:
        with _undisturbed():
            end_trials(client, experiment_id=experiment_id, run_id=run_id)
            client.set_terminated(run_id, status=status)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals to stop wait for a moment; only the main thread is sent any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    names = [n for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
    before = {
        n: signal.signal(getattr(signal, n), lambda number, _: waiting.append(number))
        for n in names
    }
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _begin(
    uri: str, *, experiment: str, run_name: str, artifacts: Path | None
) -> tuple[Any, str, str]:
    client_of, refused = load_mlflow()
    place = _artifact_place(uri, artifacts)
    try:
        client = client_of(tracking_uri=uri)
        held = client.get_experiment_by_name(experiment)
        experiment_id = (
            client.create_experiment(experiment, artifact_location=place)
            if held is None
            else held.experiment_id
        )
        end_what_died(client, experiment_id=experiment_id)
        run = client.create_run(
            experiment_id,
            run_name=run_name,
            tags={
                "mlflow.source.name": "riskaid train",
                "riskaid.kind": "run",
                PROCESS: this_process(),
            },
        )
    except refused as error:
        raise UsageError(
            "MLflow cannot open the place it was given to keep runs in. "
            "Check the address; a file is written sqlite:///folder/mlflow.db."
        ) from error
    return client, experiment_id, run.info.run_id


def _artifact_place(uri: str, artifacts: Path | None) -> str | None:
    if artifacts is None and uri.startswith(SQLITE):
        database = Path(uri.removeprefix(SQLITE)).absolute()
        database.parent.mkdir(parents=True, exist_ok=True)
        artifacts = database.parent / "mlflow-artifacts"
    return None if artifacts is None else artifacts.absolute().as_uri()


def _metrics(values: dict[str, float | None]) -> list[Any]:
    from mlflow.entities import Metric  # noqa: PLC0415 - heavy; see tracked()

    now = int(time.time() * 1000)
    return [
        Metric(key, value, now, 0)
        for key, value in sorted(values.items())
        if value is not None
    ]
