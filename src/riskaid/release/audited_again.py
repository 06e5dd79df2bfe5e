"""The audit made again from the run's own estimates, before a release is built on it.

A verdict in a file can be edited. So what opens shadow or live use is not the file but
what the estimates give under the policy: the same audit, to the byte.
"""

from dataclasses import replace
from pathlib import Path

from riskaid.errors import GateRefused
from riskaid.fairness.audit import audit as examine
from riskaid.fairness.looks import ESTIMATES, look_of
from riskaid.fairness.scores import read_scores
from riskaid.files import canonical_json
from riskaid.release.inputs import AuditFile, Run, policy_as_agreed


def check_audit(run: Run, audit: AuditFile, policy: Path, *, store: Path) -> None:
    """Make the audit again and refuse one that says anything else.

    Args:
        run: The training run.
        audit: Its audit, as read.
        policy: The policy it was made under.
        store: The case store in whose ledger its look stands.

    Raises:
        GateRefused: The audit says something else than its estimates give, or its look
            stands elsewhere in the ledger than it says.
        DefinitionError, ExtractError: The policy or the estimates cannot be read.
    """
    rules, seed = policy_as_agreed(policy), audit.facts.get("seed")
    if type(seed) is int and seed >= 0:
        look = look_of(store, rules, entry=audit.look, seed=seed)
        scores = read_scores(run.folder / ESTIMATES, rules)
        made = replace(examine(scores, rules, seed=seed), look=look)
        if canonical_json(made.to_json()) == canonical_json(audit.facts):
            return
    raise GateRefused(
        "audit.json does not say what the run's estimates give under this policy: it "
        "was edited, or made by another version or on another kind of machine. Audit "
        "the run again with its store; the same look is not counted twice."
    )
