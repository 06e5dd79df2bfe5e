"""The board's decisions that a release rests on: chosen when built, checked on loading.

They are facts of the bundle, so whoever signs it signs them, and a release that is
loaded is held to them again: each insufficient finding of its own audit has its
decision, and no expiry lies beyond the last day of any.
"""

import json
from datetime import date

from riskaid.errors import InsufficientEvidence, ReleaseError, RiskaidError
from riskaid.fairness.decided import Covered, cover, earliest_end
from riskaid.fairness.decisions import Decision, Decisions, parse_decision
from riskaid.release.inputs import DECISIONS, AuditFile
from riskaid.release.lifecycle import DECIDED_FOR
from riskaid.release.manifest import Bundle


def used_decisions(
    audit: AuditFile, decisions: Decisions | None, *, purpose: str
) -> tuple[Decision, ...]:
    """The decisions that a release for a purpose rests on.

    Returns:
        One for each insufficient finding of the audit. None where the purpose needs
        none, where no decision can help, or where none were given; whether that is
        enough is for the gate to say.

    Raises:
        InsufficientEvidence: Some were given and they do not cover every finding.
        GateRefused, DefinitionError: As `fairness.decided.cover`.
    """
    if decisions is None or audit.verdict not in DECIDED_FOR.get(purpose, frozenset()):
        return ()
    covered = cover(audit.facts, decisions)
    if not covered.is_whole:
        raise InsufficientEvidence(_not_whole(covered))
    return covered.decisions


def decided_until(bundle: Bundle, *, today: date) -> date | None:
    """The last day on which every decision behind a bundle holds.

    Args:
        bundle: Checked against the digest that was signed.
        today: The day of asking; a decision dated after it is refused.

    Returns:
        None where the bundle rests on no decision.

    Raises:
        ReleaseError: A finding has no decision, or a decision no finding; a decision
            cannot be read.
    """
    files = {
        path.removeprefix(f"{DECISIONS}/"): held
        for path, held in bundle.content.items()
        if path.startswith(f"{DECISIONS}/")
    }
    if not files:
        return None
    try:
        audit = json.loads(bundle.content["audit.json"])
        found = tuple(
            parse_decision(name, files[name], today=today) for name in sorted(files)
        )
        together = max(d.decided_on for d in found)
        purpose = bundle.manifest.purpose
        used = used_decisions(
            AuditFile(facts=audit, digest=""),
            Decisions(every=found, today=together),
            purpose=purpose,
        )
    except (RiskaidError, ValueError, KeyError, TypeError) as problem:
        raise ReleaseError(
            "The decisions of the board in the release do not cover its audit, or "
            "cannot be read. Build the release again with the board's folder."
        ) from problem
    if len(used) != len(found):
        raise ReleaseError(
            "The release holds decisions of the board that it does not rest on. Build "
            "it again with the board's folder."
        )
    return earliest_end(used)


def _not_whole(covered: Covered) -> str:
    why = list(dict.fromkeys(why for _, why in covered.left if why))
    parts = []
    if covered.left:
        about = ", ".join(covered.left[0][0].about)
        parts.append(
            f"{len(covered.left)} insufficient findings have no decision that holds, "
            f"such as {about}."
        )
    parts += [f"{one}." for one in why[:3]]
    if covered.barred:
        parts.append(f"No decision is possible on {len(covered.barred)}.")
    return (
        "The board's decisions do not cover every insufficient finding of the audit. "
        + " ".join(parts)
        + " See each with: riskaid decisions check"
    )
