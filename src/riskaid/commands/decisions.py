"""Commands about the board's decisions on too little evidence: check and draft."""

from pathlib import Path
from typing import Annotated, Any

import typer

from riskaid.commands.terminal import Json, say, today
from riskaid.errors import InsufficientEvidence

Folder = Annotated[
    Path, typer.Argument(help="The board's decisions, such as fairness/decisions.")
]
AuditOf = Annotated[Path, typer.Option("--audit", help="The audit, a folder.")]
MOST_SHOWN = 40


def check(folder: Folder, *, audit: AuditOf, as_json: Json = False) -> None:
    """Say which insufficient findings of an audit are decided: exit 0 or 13."""
    from riskaid.fairness.decided import cover, earliest_end
    from riskaid.fairness.decisions import read_decisions
    from riskaid.release.inputs import read_audit

    covered = cover(read_audit(audit).facts, read_decisions(folder, today=today()))
    ends = earliest_end(covered.decisions)
    facts: dict[str, Any] = {
        "whole": covered.is_whole,
        "until": ends.isoformat() if ends else None,
        "covered": [one.to_json() for one in covered.decisions],
        "left": [
            {
                **dict(
                    zip(("characteristic", "group", "measure"), f.about, strict=True)
                ),
                "why": why,
                "sentence": f.sentence,
            }
            for f, why in covered.left
        ],
        "barred": list(covered.barred),
    }
    lines = [f"Decided: {len(covered.decisions)} insufficient findings."]
    lines += [
        f"  {', '.join(one.about)}: {one.file}, until {one.until}"
        + (f", with the pool {one.pool[:12]} among its reasons" if one.pool else "")
        for one in covered.decisions
    ]
    lines.append(f"Not decided: {len(covered.left)}.")
    lines += [
        f"  {', '.join(f.about)}{f' ({why})' if why else ''}"
        for f, why in covered.left[:MOST_SHOWN]
    ]
    if len(covered.left) > MOST_SHOWN:
        lines.append(f"  and {len(covered.left) - MOST_SHOWN} more (--json has all)")
    if covered.barred:
        lines.append(f"No decision is possible on {len(covered.barred)}:")
        lines += [f"  {one}" for one in covered.barred[:MOST_SHOWN]]
    if covered.is_whole:
        lines.append(f"Each is decided. A release may last until {ends} at most.")
    else:
        lines.append(
            "A live release needs a decision on each. Draft one: riskaid decisions "
            "draft"
        )
    say(facts, "\n".join(lines), as_json=as_json)
    if not covered.is_whole:
        raise typer.Exit(InsufficientEvidence.exit_code)


def draft(
    folder: Folder,
    *,
    audit: AuditOf,
    characteristic: Annotated[
        str, typer.Option(help="As audit.json names it, or 'everyone'.")
    ],
    group: Annotated[str, typer.Option(help="As audit.json names it.")],
    measure: Annotated[str, typer.Option(help="As audit.json names it.")],
    pool: Annotated[
        Path | None,
        typer.Option(
            help="A pool among the reasons, a folder: the draft names its digest."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a decision with the audit's facts; people fill in the rest."""
    from riskaid.fairness.decision_draft import write_draft
    from riskaid.fairness.decisions import read_decisions
    from riskaid.fairness.pool_evidence import pool_named
    from riskaid.release.inputs import read_audit

    facts = read_audit(audit).facts
    about = characteristic, group, measure
    path = write_draft(
        folder,
        facts,
        about,
        decisions=read_decisions(folder, today=today()) if folder.is_dir() else None,
        pool=None if pool is None else pool_named(pool, facts, about),
    )
    say(
        {"draft": str(path)},
        f"A draft stands in {path}. It decides nothing until somebody has filled in "
        "who, when, why and until when.",
        as_json=as_json,
    )


def decisions_in(folder: Path | None) -> Any:
    """The decisions of a folder as of today; None where no folder was named."""
    if folder is None:
        return None
    from riskaid.fairness.decisions import read_decisions

    return read_decisions(folder, today=today())
