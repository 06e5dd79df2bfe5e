"""Commands about finished runs: side by side, and built again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.terminal import Json, need, progress_bars, say
from riskaid.errors import ExtractError

MlflowUri = Annotated[
    str | None,
    typer.Option("--mlflow-uri", help="MLflow's address: sqlite:///FILE, or a server."),
]


def runs(
    places: Annotated[
        list[Path] | None,
        typer.Argument(help="Runs, or folders with runs in them; else this folder."),
    ] = None,
    *,
    mlflow_uri: MlflowUri = None,
    experiment: Annotated[
        str | None, typer.Option(help="Only this experiment's, by its name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set runs side by side, from their folders, from MLflow, or from both."""
    need("train")
    from riskaid.training.compare import as_text, line_of, runs_below, side_by_side
    from riskaid.training.tracked_runs import runs_in

    named = places or ([] if mlflow_uri else [Path()])
    lines = [line for place in named for line in runs_below(place)]
    if mlflow_uri is not None:
        lines += [line_of(one) for one in runs_in(mlflow_uri, experiment=experiment)]
    lines = [one for one in side_by_side(lines) if experiment in {None, one.experiment}]
    if not lines:
        raise ExtractError("There is no such run there. Train one, or look elsewhere.")
    say({"runs": [one.to_json() for one in lines]}, as_text(lines), as_json=as_json)


def replay(
    run: str,
    *,
    store: Path,
    out: Path | None,
    mlflow_uri: str | None,
    as_json: bool,
) -> None:
    """Build a run again, from its folder or from MLflow, and compare the bytes.

    Raises:
        typer.Exit: With 11, when a file differs.
    """
    from riskaid.records.store import open_store
    from riskaid.training.replay import replay as again

    with _files_of(run, mlflow_uri) as folder, progress_bars() as progress:
        found = again(folder, open_store(store), out=out, progress=progress)
    say(found.to_json(), found.summary(), as_json=as_json)
    if not found.identical:
        raise typer.Exit(ExtractError.exit_code)


@contextmanager
def _files_of(run: str, mlflow_uri: str | None) -> Iterator[Path]:
    if Path(run).is_dir() or mlflow_uri is None:
        yield Path(run)
        return
    from riskaid.training.tracked_runs import fetch

    with tempfile.TemporaryDirectory() as place:
        yield fetch(mlflow_uri, run.removeprefix("runs:/").strip("/"), Path(place))


@contextmanager
def saying_how_to_go_on(out: Path, *, tracked: bool) -> Iterator[None]:
    """When training is interrupted or asked to stop, say what is kept and what next."""
    from riskaid.training.study import beside

    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        marked = "MLflow marks the run KILLED. " if tracked else ""
        file = beside(out)
        how = (
            f"the trials that were finished are kept in '{file.name}'"
            if file.exists()
            else "the same seed tries the same settings"
        )
        typer.echo(
            f"Training was stopped; '{out.name}' was not written. {marked}To go on, "
            f"give the same command again: {how}.",
            err=True,
        )
        raise
