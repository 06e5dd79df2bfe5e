"""Options of the audit about what it sends to a pool."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.errors import UsageError

PoolOut = Annotated[
    Path | None,
    typer.Option(
        "--pool-out",
        help="Write sums for a pool of councils too, into this file: never a row, and "
        "no count that the audit does not publish. Needs --council and --outcome.",
    ),
]
Council = Annotated[
    str | None,
    typer.Option("--council", help="With --pool-out: who sends it, in a few words."),
]
Outcome = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        help="With --pool-out: the outcome's name, the same in all councils, such as "
        "conference_12m.",
    ),
]


def pool_asked(
    file: Path | None, council: str | None, outcome: str | None
) -> tuple[Path, str, str] | None:
    """What is to be sent, or None.

    Raises:
        UsageError: One of the three is missing, or the file is there already.
    """
    if file is None and council is None and outcome is None:
        return None
    if file is None or council is None or outcome is None:
        raise UsageError(
            "A file for a pool needs all three: --pool-out FILE, --council NAME and "
            "--outcome NAME."
        )
    if file.exists():
        raise UsageError(
            f"'{file.name}' is there already. Name another file, or remove it first."
        )
    return file, council, outcome
