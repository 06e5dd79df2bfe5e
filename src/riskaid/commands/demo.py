"""The command that goes the whole way on a made-up council."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.models import VERDICT_WORDS, run_text
from riskaid.commands.terminal import Json, Seed, need, progress_bars, say, today


def demo(
    out: Annotated[
        Path, typer.Argument(help="The folder to make: extract, store, run, card.")
    ] = Path("riskaid-demo"),
    *,
    children: Annotated[
        int, typer.Option(min=500, help="Children in the made-up council.")
    ] = 6000,
    seed: Seed = 1,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let an earlier demo there give way.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Go the whole way on a made-up council: from extract to signed advice."""
    need("train", "serve")
    from riskaid.demo import next_commands, run_demo

    with progress_bars() as progress:
        found = run_demo(
            out,
            children=children,
            seed=seed,
            replace=replace,
            today=today(),
            progress=progress,
        )
    lines = [
        "",
        "What was found, in a made-up council in which nobody is real",
        "",
        run_text(found.way.run.facts),
        "",
        f"Audit: {VERDICT_WORDS[found.way.audit.verdict]}",
        *(f"  {line}" for line in found.about_the_verdict),
        "",
        f"Release: {found.way.release.name}, signed as a demonstration, watermarked.",
        f"Advice on one made-up child: {found.advice_band}.",
        "",
        f"Open {out / 'index.html'} to be led through it. Then try:",
        *(f"  {command}" for command in next_commands(found, out)),
    ]
    say(found.facts, "\n".join(lines), as_json=as_json)
