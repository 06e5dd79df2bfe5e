"""The command about a study: a constraint between groups, and what it costs whom."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.models import policy_file
from riskaid.commands.terminal import (
    Json,
    Out,
    Policy,
    Seed,
    ended_in_order,
    need,
    progress_bars,
    say,
    today,
)


def study(
    run: Annotated[Path, typer.Argument(help="The training run, a folder.")],
    *,
    store: Annotated[
        Path, typer.Option("--store", help="The case store it was trained on.")
    ],
    out: Out,
    by: Annotated[
        str,
        typer.Option(help="The characteristic of the policy whose groups are meant."),
    ] = "ethnicity",
    constraint: Annotated[
        str,
        typer.Option(
            help="What may hardly differ between groups: missed_need or share_selected."
        ),
    ] = "missed_need",
    allowed: Annotated[
        float,
        typer.Option(
            help="How far a group's rate may be from everybody's in the rows taught "
            "with: 0.02 is two points."
        ),
    ] = 0.02,
    policy: Policy = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Study what a constraint between groups would change; never releasable."""
    need("train")
    from riskaid.fairness.policy import load_policy
    from riskaid.records.store import open_store
    from riskaid.training.mitigation import Asked
    from riskaid.training.mitigation_study import study_run, write_study

    rules = load_policy(policy_file(policy), today=today())
    held = open_store(store)
    with ended_in_order(), progress_bars() as progress:
        found = study_run(
            run,
            held,
            rules,
            asked=Asked(by=by, constraint=constraint, allowed=allowed),
            seed=seed,
            progress=progress,
        )
    write_study(found, out, mark=held.mark)
    lines = [found.facts["says"], *found.facts["sentences"]]
    lines.append(f"The study stands in {out}: open study.html.")
    say(found.facts, "\n".join(lines), as_json=as_json)
