"""A decision of the board with its facts filled in and its human parts left empty."""

import re
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError
from riskaid.fairness.decided import finding_of
from riskaid.fairness.decisions import (
    FORMAT,
    HEADINGS,
    NAME,
    VERSION,
    Decisions,
)
from riskaid.files import write_text

_HINTS = dict(
    zip(
        HEADINGS,
        (
            (
                "Why the board goes on although there is too little evidence, in words "
                "a family could read. Nothing about any one child."
            ),
            "What would make the board take this back before its last day.",
            "What is done until then to gather the evidence.",
        ),
        strict=True,
    )
)


def write_draft(
    folder: Path,
    audit: dict[str, Any],
    about: tuple[str, str, str],
    *,
    decisions: Decisions | None,
    pool: dict[str, str] | None = None,
) -> Path:
    """Write a draft with the next free number; it is refused until people fill it in.

    Where a decision on the same group and measure stands, the draft replaces it.

    Args:
        folder: Of decisions; made where it is not there.
        audit: As audit.json holds it.
        about: Characteristic, group and measure.
        decisions: What the folder holds; None where it is not there.
        pool: What pool_evidence.pool_named returns, where a pool is among the reasons.

    Returns:
        The draft's file.

    Raises:
        UsageError, DefinitionError, GateRefused: As `decided.finding_of`.
    """
    finding = finding_of(audit, about)
    every = decisions.every if decisions else ()
    number = len(every) + 1
    replaced = {d.replaces for d in every}
    earlier = [d.number for d in every if d.about == about and d.number not in replaced]
    words = re.sub(r"[^a-z0-9]+", "-", f"{about[1]} {about[2]}".lower()).strip("-")
    path = folder / f"{number:04d}-{words}.md"
    if NAME.fullmatch(path.name) is None:
        raise UsageError("The folder holds as many decisions as there can be.")
    facts = {"characteristic": about[0], "group": about[1], "measure": about[2]}
    facts |= {"scores": audit["scores"]["digest"], "policy": audit["policy"]["digest"]}
    lines = [
        "+++",
        "# As the audit says it: leave these lines as they are.",
        f'format = "{FORMAT}"',
        f"version = {VERSION}",
        *(f"{key} = {_quoted(value)}" for key, value in facts.items()),
        *([f"pool = {_quoted(pool['digest'])}"] if pool else []),
        *([f"replaces = {earlier[-1]}"] if earlier else []),
        "# Who decided, in which role, on which day, and the last day on which it",
        "# holds: at most twelve months later. Dates stand without quotes.",
        'person = ""',
        'role = ""',
        'decided_on = ""',
        'until = ""',
        "+++",
        "",
        f"# Decision {number:04d}",
        "",
        f"> {finding.sentence}",
        "",
    ]
    if pool:
        lines += [f"> Several councils together: {pool['says']}", ""]
    for heading in HEADINGS:
        lines += [f"## {heading}", "", f"<!-- {_HINTS[heading]} -->", ""]
    write_text(path, "\n".join(lines))
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
