"""Pooling: what an audit sends, and what several councils' sums come to together."""

from pathlib import Path
from typing import Annotated

import typer

from riskaid.commands.models import VERDICT_EXITS, policy_file
from riskaid.commands.terminal import Json, Out, Policy, ended_in_order, say, today


def pool(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files that 'riskaid audit --pool-out' wrote, one each."),
    ],
    *,
    out: Out,
    policy: Policy = None,
    as_json: Json = False,
) -> None:
    """Add up councils and years, without a row, and judge the sums: 0, 12 or 13.

    A pool is not usable for a release by itself. It shows each council beside the sum.
    """
    from riskaid.fairness.policy import load_policy
    from riskaid.fairness.pool import pool as pool_of
    from riskaid.fairness.pool_document import NO_RELEASE, SAID
    from riskaid.fairness.pool_file import read_pool_file
    from riskaid.fairness.pool_page import write_pool
    from riskaid.files import digest_file

    rules = load_policy(policy_file(policy), today=today())
    with ended_in_order():
        result = pool_of([read_pool_file(path) for path in files], rules)
        facts = write_pool(result, out)
    lines = [f"{SAID[result.verdict]}: {len(files)} files.", NO_RELEASE]
    failing = sum(f["failing"] > 0 for f in facts["findings"])
    if failing:
        lines.append(f"A council fails by itself in {failing} findings: see pool.html.")
    lines.append(f"Digest: {digest_file(out / 'pool.json')}")
    lines.append(f"The pool stands in {out}: open pool.html.")
    say(facts, "\n".join(lines), as_json=as_json)
    raise typer.Exit(VERDICT_EXITS[result.verdict])
