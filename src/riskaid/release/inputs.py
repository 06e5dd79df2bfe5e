"""Read what training and the audit wrote, as files and nothing else.

The release part never imports training: a run made on another machine, or by another
version, is read from its folder in the same way.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from riskaid.errors import UsageError
from riskaid.fairness.decisions import Decision
from riskaid.fairness.policy import Policy, load_policy
from riskaid.fairness.scores import read_scores
from riskaid.files import canonical_json, digest_bytes, digest_file
from riskaid.release.lifecycle import VERDICTS_FOR

VERDICTS = VERDICTS_FOR["demonstration"]

OUTCOME_BIAS = "outcome_bias.json"
"""The report on outcome bias; runs of earlier versions have none."""

DECISIONS = "decisions"
"""The folder in a bundle for the decisions of the board that it rests on."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A training run's folder, read."""

    folder: Path
    facts: dict[str, Any]
    evaluation: dict[str, Any]
    plan: dict[str, Any]
    digests: dict[str, str]
    outcome_bias: dict[str, Any] | None = None

    @property
    def rung(self) -> str:
        """The rung that training proposes."""
        return str(self.facts["chosen"])

    @property
    def mark(self) -> str | None:
        """The mark of the store it was trained on: synthetic, public or None."""
        mark = self.facts["mark"]
        return None if mark is None else str(mark)

    @property
    def recommended(self) -> bool:
        """Whether training recommends any model at all."""
        return str(self.facts["recommendation"]) == "recommended"


@dataclass(frozen=True, kw_only=True)
class AuditFile:
    """An audit's folder, read."""

    facts: dict[str, Any]
    digest: str

    @property
    def verdict(self) -> str:
        """What the audit says: pass, fail or insufficient_evidence."""
        return str(self.facts["verdict"])

    @property
    def usable(self) -> bool:
        """Whether a release may rest on it: only when it says that it may.

        An audit that stands in no ledger, and every audit of a vendor's file, does
        not say so.
        """
        return self.facts.get("usable_for_release") is True

    @property
    def look(self) -> str:
        """The digest of its entry in the ledger of looks; empty where it has none."""
        look = self.facts.get("look")
        return str(look.get("entry", "")) if isinstance(look, dict) else ""


def read_run(folder: Path) -> Run:
    """Read the facts of a training run.

    Raises:
        UsageError: The folder is not that of a run, or one of its files is damaged.
    """
    names = ("run.json", "evaluation.json", "plan.json", "experiment.toml")
    digests = {}
    for name in (*names, "estimates.parquet"):
        path = folder / name
        if not path.is_file():
            raise UsageError(
                f"'{folder.name}' is not the folder of a finished run: it has no "
                f"{name}. Give the folder that 'riskaid train' wrote."
            )
        digests[name] = digest_file(path)
    bias = None
    if (folder / OUTCOME_BIAS).is_file():
        digests[OUTCOME_BIAS] = digest_file(folder / OUTCOME_BIAS)
        bias = read_object(folder / OUTCOME_BIAS)
    run = Run(
        folder=folder,
        facts=read_object(folder / "run.json"),
        evaluation=read_object(folder / "evaluation.json"),
        plan=read_object(folder / "plan.json"),
        digests=digests,
        outcome_bias=bias,
    )
    missing = {"chosen", "mark", "recommendation", "digests"} - set(run.facts)
    if missing:
        raise UsageError(
            f"run.json has no '{min(missing)}'. Train again with this version."
        )
    return run


def read_audit(place: Path) -> AuditFile:
    """Read an audit from its folder or its audit.json.

    Raises:
        UsageError: There is none, or it has no verdict that is known.
    """
    path = place / "audit.json" if place.is_dir() else place
    if not path.is_file():
        raise UsageError(
            f"There is no audit.json in '{place.name}'. "
            "Audit the run first with: riskaid audit"
        )
    audit = AuditFile(facts=read_object(path), digest=digest_file(path))
    if audit.facts.get("verdict") not in VERDICTS:
        raise UsageError(
            "The audit has no verdict that is known. It is one of: "
            f"{', '.join(sorted(VERDICTS))}. Audit again with this version."
        )
    return audit


def check_same(run: Run, audit: AuditFile, policy: Path) -> None:
    """Refuse to put together a run, an audit and a policy that do not belong together.

    Raises:
        UsageError: The audit was made under another policy or of other estimates, or
            the run's plan is not the one it was trained with.
    """
    if not policy.is_file():
        raise UsageError(
            f"There is no policy file '{policy.name}'. Give the one the audit used."
        )
    if audit.facts["policy"]["digest"] != digest_file(policy):
        raise UsageError(
            "The audit was made under another policy than the one given: their "
            "digests differ. Audit again under this policy, or give the other one."
        )
    if audit.facts["scores"]["digest"] != scores_digest(run.folder, policy):
        raise UsageError(
            "The audit is of other estimates than this run's: their digests differ. "
            "Audit this run's estimates.parquet."
        )
    if plan_digest(run.plan) != run.facts["digests"]["plan"]:
        raise UsageError(
            "The run's plan.json is not the plan it was trained with. Train again."
        )


def scores_digest(run: Path, policy: Path) -> str:
    """The digest that an audit of this run's estimates under this policy records.

    Raises:
        DefinitionError, ExtractError: The policy or the estimates cannot be read.
    """
    scores = read_scores(run / "estimates.parquet", policy_as_agreed(policy))
    return digest_bytes(scores.write_csv().encode())


def policy_as_agreed(policy: Path) -> Policy:
    """A policy as of the day it was last agreed.

    Whether it has expired since is not asked here, because the audit asked it.

    Raises:
        DefinitionError: The policy cannot be read.
    """
    held = tomllib.loads(policy.read_text(encoding="utf-8"))
    return load_policy(policy, today=max(_agreed_on(held), default=date.min))


def made_from(
    run: Run, audit: AuditFile, policy: Path, decisions: Sequence[Decision] = ()
) -> dict[str, str]:
    """Digests of everything a card is made from."""
    return {
        **{k: v for k, v in run.digests.items() if k != "estimates.parquet"},
        **{f"{DECISIONS}/{d.file}": d.digest for d in decisions},
        "audit.json": audit.digest,
        "policy.toml": digest_file(policy),
    }


def plan_digest(plan: dict[str, Any]) -> str:
    """SHA-256 of a plan's canonical JSON."""
    return digest_bytes(canonical_json(plan).encode())


def _agreed_on(held: Any) -> Iterator[date]:
    for key, value in held.items() if isinstance(held, dict) else ():
        if key == "agreed_on" and isinstance(value, date):
            yield value
        yield from _agreed_on(value)


def read_object(path: Path) -> dict[str, Any]:
    """Read a file that must hold one JSON object.

    Raises:
        UsageError: It does not.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise UsageError(f"{path.name} is not proper JSON. Make it again.") from problem
    if not isinstance(facts, dict):
        raise UsageError(f"{path.name} holds no facts. Make it again.")
    return facts
