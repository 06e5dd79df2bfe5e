"""Which rows an audit is of: a file, a run's folder, or a run logged in MLflow."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.terminal import need
from riskaid.errors import ExtractError, UsageError
from riskaid.files import digest_file
from riskaid.progress import Progress

MlflowRun = Annotated[
    str | None,
    typer.Option(
        "--mlflow-run",
        metavar="RUN",
        help="The test rows of a logged run, by its id in MLflow, with --mlflow-uri. "
        "MLflow holds no row of a child: give the run's folder too, whose digest is "
        "checked, or --store, from which the run is built again.",
    ),
]
ESTIMATES = "estimates.parquet"


@contextmanager
def rows_to_audit(
    scores: Path | None,
    run: str | None,
    *,
    mlflow_uri: str | None,
    store: Path | None,
    progress: Progress,
) -> Iterator[Path]:
    """Lend the file or the run's folder whose rows are audited.

    Args:
        scores: A file of scores or a run's folder, if one was named.
        run: A run's id in MLflow, if one was named.
        mlflow_uri: Where MLflow keeps runs.
        store: The case store that the run was trained on.
        progress: Told what is being done.

    Raises:
        UsageError: Too little was named, or MLflow holds no such run of riskaid.
        ExtractError: The rows are not those of the run that was logged.
    """
    if run is None:
        if scores is None:
            raise UsageError(
                "Name what is to be audited: a file of scores, a run's folder, or a "
                "logged run with --mlflow-run."
            )
        yield scores
        return
    if mlflow_uri is None:
        raise UsageError("--mlflow-run takes --mlflow-uri: where MLflow keeps runs.")
    if scores is None and store is None:
        raise UsageError(
            "MLflow holds no row of a child. Give the run's folder beside "
            "--mlflow-run, or --store to build its test rows again."
        )
    need("train")
    from riskaid.training.tracked_runs import fetch

    with tempfile.TemporaryDirectory() as place:
        asked = run.removeprefix("runs:/").strip("/")
        held = fetch(mlflow_uri, asked, Path(place))
        logged = _digest_in(held)
        if scores is not None:
            _check(scores, logged)
            yield scores
        elif store is not None:
            yield _built_again(held, store, Path(place) / "again", progress)


def _digest_in(held: Path) -> str:
    """The digest of the estimates, as the run was logged."""
    from riskaid.training.tracking import DIGESTS

    try:
        return str(json.loads((held / DIGESTS).read_text("utf-8"))[ESTIMATES])
    except (OSError, ValueError, KeyError) as problem:
        raise UsageError(
            "MLflow holds that run, but not as riskaid logs one: it does not say what "
            "its estimates were. Name a run that riskaid trained."
        ) from problem


def _check(scores: Path, logged: str) -> None:
    file = scores / ESTIMATES if scores.is_dir() else scores
    if not file.is_file():
        raise UsageError(f"There is no {file.name} in '{scores.name}'.")
    if digest_file(file) != logged:
        raise ExtractError(
            f"'{file.name}' is not what the logged run estimated: their digests "
            "differ. Give that run's folder, or leave it out and give --store."
        )


def _built_again(held: Path, store: Path, out: Path, progress: Progress) -> Path:
    from riskaid.records.store import open_store
    from riskaid.training.replay import replay

    found = replay(held, open_store(store), out=out, progress=progress)
    if not found.identical:
        raise ExtractError(
            "The run was built again from the store and is not the one that was "
            "logged, so nothing was audited. 'riskaid train --replay' says which "
            "files differ."
        )
    return out
