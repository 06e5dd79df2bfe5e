"""The command line, put together.

Errors of a user's end with a message and the error's exit code, without a traceback;
anything else is a fault of ours and shows one. Heavy imports wait inside the commands.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from riskaid import __version__
from riskaid.commands import (
    advice,
    decisions,
    demo,
    features,
    mappings,
    models,
    pool,
    probes,
    pseudonym,
    records,
    release,
    runs,
    study,
)
from riskaid.commands.memory import hand_back_memory
from riskaid.errors import RiskaidError, UsageError, shown

INTERRUPTED = 130

app = typer.Typer(
    name="riskaid",
    help="Puts the recorded signs together as of a date: advice for human review.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)
release_app = typer.Typer(
    help="Build, sign, verify, register and show a release.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
decisions_app = typer.Typer(
    help="Check and draft the board's decisions on too little evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
log_app = typer.Typer(
    help="Check and export the review log.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

for command in (
    demo.demo,
    records.synth,
    records.doctor,
    records.keyfile,
    pseudonym.pseudonym,
    mappings.mappings,
    records.ingest,
    records.quality,
    features.features,
    features.trace,
    models.train,
    runs.runs,
    models.audit,
    pool.pool,
    probes.probe,
    study.study,
    models.card,
):
    app.command()(command)
app.command("explain-indicator")(features.explain_indicator)
app.add_typer(decisions_app, name="decisions")
decisions_app.command("check")(decisions.check)
decisions_app.command("draft")(decisions.draft)
app.add_typer(release_app, name="release")
for step in (
    release.build,
    release.keygen,
    release.trust,
    release.sign,
    release.verify,
    release.register,
    release.show,
):
    release_app.command()(step)
app.command()(advice.advise)
app.command()(advice.serve)
app.add_typer(log_app, name="log")
log_app.command("verify")(advice.log_verify)
log_app.command("export")(advice.log_export)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"riskaid {__version__}")
        raise typer.Exit


@app.callback()
def riskaid(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which."),
    ] = False,
) -> None:
    """Puts the recorded signs together as of a date: advice for human review."""


def main() -> None:
    """Run a command and end with its exit code."""
    hand_back_memory()
    try:
        app()
    except RiskaidError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        name = shown(Path(os.fsdecode(error.filename)).name) if error.filename else ""
        where = f" for '{name}'" if name else ""
        typer.echo(
            f"{UsageError.code}: The system says '{error.strerror}'{where}. "
            "Check the path, the space left and your permissions.",
            err=True,
        )
        sys.exit(UsageError.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            typer.echo("Interrupted. What had been finished stands whole.", err=True)
        raise
