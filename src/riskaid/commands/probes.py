"""The command about a run's probes."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.models import policy_file
from riskaid.commands.terminal import (
    Features,
    Json,
    Out,
    Policy,
    ended_in_order,
    need,
    progress_bars,
    say,
    today,
)


def probe(
    run: Annotated[Path, typer.Argument(help="The training run, a folder.")],
    *,
    store: Annotated[
        Path, typer.Option("--store", help="The case store it was trained on.")
    ],
    out: Out,
    anchor: Annotated[
        Path | None,
        typer.Option(
            help="An experiment whose outcome services touch less; the run's own "
            "outcome is set beside it by group."
        ),
    ] = None,
    features: Features = None,
    policy: Policy = None,
    as_json: Json = False,
) -> None:
    """Ask what a run's model would do with other records; it decides nothing."""
    need("train")
    from riskaid.document import to_html, to_markdown
    from riskaid.fairness.policy import load_policy
    from riskaid.files import new_folder, write_json, write_text
    from riskaid.records.store import open_store
    from riskaid.training.run_probes import probe_run
    from riskaid.training.run_probes_page import as_document

    rules = load_policy(policy_file(policy), today=today())
    held = open_store(store)
    with ended_in_order(), progress_bars() as progress:
        found = probe_run(
            run, held, rules, anchor=anchor, features=features, progress=progress
        )
    page = as_document(found, mark=held.mark)
    with new_folder(out) as folder:
        write_json(folder / "run_probes.json", found)
        write_text(folder / "probes.html", to_html(page))
        write_text(folder / "probes.md", to_markdown(page))
    lines = [*found["sentences"], f"The probes stand in {out}: open probes.html."]
    say(found, "\n".join(lines), as_json=as_json)
