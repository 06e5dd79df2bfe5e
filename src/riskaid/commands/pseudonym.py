"""The command that finds the pseudonyms of ids, for a store made with a key."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.terminal import Json, say
from riskaid.errors import UsageError

ASKS = "Id in the case system (it is not shown)"


def pseudonym(
    written: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Ids as the case system writes them. Without any they are read from "
            "standard input, one a line, or asked for: an id that is typed here stays "
            "in the shell's history, and others on this machine can see it.",
        ),
    ] = None,
    *,
    key_file: Annotated[
        Path, typer.Option(help="The secret key under which the store was made.")
    ],
    store: Annotated[
        Path | None,
        typer.Option(help="Make sure that this store has the key and holds the ids."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the pseudonyms of persons' ids, in their order. Ids are not written out."""
    from riskaid.records.pseudonymise import find_pseudonyms

    found = find_pseudonyms(written or _asked(), key_file, store)
    say({"pseudonyms": found}, "\n".join(found), as_json=as_json)


def _asked() -> list[str]:
    """Ids from standard input: one that is typed unseen, or lines of a pipe."""
    if sys.stdin.isatty():
        return [typer.prompt(ASKS, hide_input=True, err=True)]
    lines = [line.strip() for line in sys.stdin.read().splitlines()]
    given = [line for line in lines if line]
    if not given:
        raise UsageError(
            "No id was given. Write ids on standard input, one a line: "
            "riskaid pseudonym --key-file KEY < ids.txt"
        )
    return given
