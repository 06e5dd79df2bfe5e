"""Put a release's unchanging facts into one folder, or refuse to.

The gate stands here: what a bundle may be built for depends on its audit's verdict, and
no argument, flag or environment variable goes round it. What may be *done* with a
bundle is said later, by signed statements beside it.
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import riskaid
from riskaid.errors import GateRefused, NotRecommended, UsageError
from riskaid.fairness.decisions import Decision, Decisions
from riskaid.fairness.gate import enforce
from riskaid.fairness.looks import check_look
from riskaid.files import (
    canonical_json,
    digest_bytes,
    digest_folder,
    new_folder,
    write_bytes,
    write_json,
)
from riskaid.release.audited_again import check_audit
from riskaid.release.decided import used_decisions
from riskaid.release.inputs import (
    DECISIONS,
    OUTCOME_BIAS,
    AuditFile,
    Run,
    check_same,
    made_from,
    read_audit,
    read_object,
    read_run,
)
from riskaid.release.lifecycle import DECIDED_FOR, PURPOSES, VERDICTS_FOR
from riskaid.release.manifest import MANIFEST, Manifest, check_name
from riskaid.release.review_due import check_review
from riskaid.release.statements import BUNDLE


def build_bundle(
    run: Path,
    audit: Path,
    policy: Path,
    card: Path,
    out: Path,
    *,
    name: str,
    purpose: str,
    store: Path | None = None,
    decisions: Decisions | None = None,
    today: date | None = None,
) -> str:
    """Copy the facts of a release into a folder with a manifest of their digests.

    Built twice from the same facts, the folder is the same to the byte.

    Args:
        run: The training run's folder.
        audit: The audit's folder, or its audit.json.
        policy: The policy the audit was made under.
        card: The card's folder, made from the same run, audit and policy.
        out: Where the bundle will stand.
        name: What the release is called, such as "conference_12m 2026.1".
        purpose: "demonstration", "shadow" or "live".
        store: The case store whose ledger holds the audit's look; needed for all but a
            demonstration.
        decisions: The board's, for live use after an audit with too little evidence.
            Those that the release rests on become facts of it.
        today: The day of building, by which the policy must not be due for review;
            the clock's by default.

    Returns:
        The bundle's digest: the SHA-256 of its manifest.

    Raises:
        UsageError: A part is missing, or parts do not belong together.
        GateRefused: The purpose is not demonstration, and the audit failed, is not
            usable for a release or says something else than the run's estimates give;
            or the policy is overdue for review; or the model was trained on records
            marked synthetic or public.
        InsufficientEvidence: The purpose is live, the audit had too little evidence and
            no decision that holds covers each of its insufficient findings.
        NotRecommended: The run recommends no model and the purpose is not
            demonstration.
    """
    if not check_name(name):
        raise UsageError(
            "A release's name has letters, digits, '_', '.', '-' and at most one "
            "space, such as 'conference_12m 2026.1'. Choose such a name."
        )
    read, audited = read_run(run), read_audit(audit)
    check_same(read, audited, policy)
    decided = used_decisions(audited, decisions, purpose=purpose)
    check_gate(read, audited, purpose=purpose, decided=decided)
    if purpose != "demonstration":
        day = today or datetime.now(UTC).date()
        check_review(policy.read_bytes(), today=day)
        _check_ledger(store, read, audited, policy)
    made = made_from(read, audited, policy, decided)
    _check_card(card, made, name=name, purpose=purpose)
    with new_folder(out) as folder:
        for place, source in _parts(read, audit, policy, card).items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / place)
            (folder / place).chmod(0o644)
        for decision in decided:
            write_bytes(folder / DECISIONS / decision.file, decision.content)
        manifest = Manifest(
            name=name,
            purpose=purpose,
            rung=read.rung,
            verdict=audited.verdict,
            made_with=riskaid.__version__,
            files=digest_folder(folder),
        ).to_json()
        write_json(folder / MANIFEST, manifest)
    return digest_bytes(canonical_json(manifest).encode())


def build_release(
    run: Path,
    audit: Path,
    policy: Path,
    card: Path,
    release: Path,
    *,
    name: str,
    purpose: str,
    store: Path | None = None,
    decisions: Decisions | None = None,
    today: date | None = None,
) -> str:
    """Begin a release: a folder with its bundle, a draft until it is signed.

    Returns and raises as `build_bundle`.
    """
    with new_folder(release) as folder:
        return build_bundle(
            run,
            audit,
            policy,
            card,
            folder / BUNDLE,
            name=name,
            purpose=purpose,
            store=store,
            decisions=decisions,
            today=today,
        )


def check_gate(
    run: Run, audit: AuditFile, *, purpose: str, decided: Sequence[Decision] = ()
) -> None:
    """Refuse a purpose that the audit's verdict does not allow.

    Args:
        run: The training run.
        audit: Its audit.
        purpose: What the release is to be for.
        decided: The board's decisions, as `used_decisions` gives them: one on each
            insufficient finding, or none.

    Raises:
        UsageError: An unknown purpose.
        GateRefused, InsufficientEvidence, NotRecommended: As `build_bundle`.
    """
    if purpose not in PURPOSES:
        raise UsageError(
            f"'{purpose}' is not a purpose. The purposes are: {', '.join(PURPOSES)}."
        )
    allowed = VERDICTS_FOR[purpose] | (
        DECIDED_FOR.get(purpose, frozenset()) if decided else frozenset()
    )
    enforce(audit.verdict, allowed=allowed, purpose=purpose)
    if purpose == "demonstration":
        return
    if run.mark is not None:
        raise GateRefused(
            f"The model was trained on records marked {run.mark}. It can be built for "
            "'demonstration' only; train it on the council's own records."
        )
    if not audit.usable:
        raise GateRefused(
            "The audit is marked not usable for a release: it stands in no ledger, or "
            "the looks that the policy plans were taken before. Audit the run with "
            "its store, so that the look is counted: riskaid audit RUN --store STORE"
        )
    if not run.recommended:
        raise NotRecommended(
            "The run recommends no model, so nothing is built for "
            f"'{purpose}'. See run.json for why; using the checklist by hand, or "
            "nothing, is a respectable result."
        )


def _check_ledger(store: Path | None, run: Run, audit: AuditFile, policy: Path) -> None:
    if store is None:
        raise UsageError(
            "Anything but a demonstration needs the case store in whose ledger the "
            "audit's look was counted. Give it: --store STORE"
        )
    digest = audit.facts["policy"]["digest"]
    check_look(store, run.folder, entry=audit.look, policy=digest)
    check_audit(run, audit, policy, store=store)


def _parts(run: Run, audit: Path, policy: Path, card: Path) -> Mapping[str, Path]:
    """Where each file of a bundle comes from. No row of any child is among them."""
    rung = run.rung
    found = {
        f"{folder}/{path.name}": path
        for folder in ("models", "calibration")
        for path in sorted((run.folder / folder).glob(f"{rung}.*"))
    }
    for folder in ("models", "calibration"):
        if f"{folder}/{rung}.json" not in found:
            raise UsageError(
                f"The run has no {folder}/{rung}.json, the rung it proposes. "
                "Train again."
            )
    for name in ("run.json", "evaluation.json", "plan.json", "experiment.toml"):
        found[name] = run.folder / name
    if OUTCOME_BIAS in run.digests:
        found[OUTCOME_BIAS] = run.folder / OUTCOME_BIAS
    found["audit.json"] = audit / "audit.json" if audit.is_dir() else audit
    found["policy.toml"] = policy
    for path in sorted(card.rglob("*")):
        if path.is_file():
            found[f"card/{path.relative_to(card).as_posix()}"] = path
    return found


def _check_card(
    card: Path, made: Mapping[str, str], *, name: str, purpose: str
) -> None:
    place = card / "card.json"
    if not place.is_file():
        raise UsageError(
            f"There is no card.json in '{card.name}'. Make the card: riskaid card"
        )
    facts = read_object(place)
    if facts.get("made_from") != made:
        raise UsageError(
            "The card was made from another run, audit or policy, or from other "
            "decisions of the board. Make it again."
        )
    if (facts.get("name"), facts.get("purpose")) != (name, purpose):
        raise UsageError(
            "The card was made for another name or purpose. Make it again with "
            "the name and purpose of this release."
        )
    written = {k: v for k, v in digest_folder(card).items() if k != "card.json"}
    if facts.get("files") != written:
        raise UsageError(
            "The card's files are not the ones its card.json lists: one was edited, "
            "added or removed. Make the card again."
        )
