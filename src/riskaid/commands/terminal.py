"""What every command shares: options, progress bars, dates, and saying results."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from riskaid.dates import IN_REACH, in_reach
from riskaid.doctor import missing_modules
from riskaid.errors import UsageError, shown
from riskaid.progress import Progress

STOPPED = 128

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Store = Annotated[Path, typer.Option("--store", help="The case store, a folder.")]
Out = Annotated[Path, typer.Option("--out", help="Where the result will stand.")]
Features = Annotated[
    Path | None,
    typer.Option("--features", help="A folder of indicators; else the shipped one."),
]
Policy = Annotated[
    Path | None,
    typer.Option("--policy", help="A fairness policy; else the shipped one."),
]
BoardDecisions = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        help="The folder of the board's decisions, for live use after an audit with "
        "too little evidence.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed, the same bytes.")]


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show how far the work is, on standard error; a line a step without a terminal."""
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(what: str, _done: int, _in_all: int) -> None:
            if what not in said:
                said.add(what)
                typer.echo(f"  {what}", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def bar(what: str, done: int, in_all: int) -> None:
            if what not in tasks:
                for earlier in tasks.values():
                    if bars.tasks[earlier].total is None:
                        bars.update(earlier, total=1, completed=1)
                tasks[what] = bars.add_task(what, total=in_all or None)
            bars.update(tasks[what], completed=done, total=in_all or None)

        yield bar


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let a request to stop, or a closed terminal, end the work as Ctrl-C does.

    What was begun is taken away before the program ends, with 128 and the signal's
    number (143 for SIGTERM).
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(STOPPED + number)

    names = [n for n in ("SIGTERM", "SIGHUP") if hasattr(signal, n)]
    before = {n: signal.signal(getattr(signal, n), stop) for n in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def need(*extras: str) -> None:
    """Say which extra is missing before work begins.

    Raises:
        UsageError: An extra is not installed.
    """
    for extra in extras:
        missing = missing_modules(extra)
        if missing:
            raise UsageError(
                f"This command needs the extra '{extra}' (missing: "
                f"{', '.join(missing)}). Install it: pip install 'riskaid[{extra}]'."
            )


def a_date(text: str | None, option: str) -> date | None:
    """Read a date of the command line, written YYYY-MM-DD.

    Raises:
        UsageError: It is not such a date, or out of reach of any record.
    """
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} takes a date written YYYY-MM-DD, such as 2026-03-31."
        ) from None
    if not in_reach(day):
        raise UsageError(f"{option} takes a date {IN_REACH}. Correct the year.")
    return day


def today() -> date:
    """The day on this machine's clock, in UTC."""
    return datetime.now(tz=UTC).date()


def say(facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result for people, or as JSON for programs."""
    if as_json:
        text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False)
    typer.echo(shown(text))
