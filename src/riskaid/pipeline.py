"""The whole way on one screen: from sources to a case store to signed advice.

    sources -> case store -> run (indicators, models, evaluation) -> audit -> card
      -> release (a bundle and its signed statements) -> advice

Each stage reads what the one before wrote, and writes its own folder whole or not at
all. The command line calls the same stages one by one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskaid.fairness.audit import audit as examine
from riskaid.fairness.audit import write_audit
from riskaid.fairness.earlier import read_earlier
from riskaid.fairness.looks import take_look
from riskaid.fairness.policy import load_policy
from riskaid.fairness.pool_out import pool_facts
from riskaid.fairness.probes.probes import probe
from riskaid.fairness.scores import read_scores
from riskaid.files import write_json
from riskaid.progress import Progress, silent
from riskaid.records.ingest import ingest
from riskaid.records.marks import OPEN_MARKS
from riskaid.records.store import CaseStore, open_store
from riskaid.release.bundle import build_release
from riskaid.release.card import make_card
from riskaid.release.keys import SigningKey, make_key, read_key
from riskaid.release.registry import log_draft
from riskaid.release.statements import TRUST, add_statement, next_step
from riskaid.release.trust import Trust, TrustedKey, open_trust, write_trust
from riskaid.release.verify import Release, open_release

if TYPE_CHECKING:
    from riskaid.fairness.findings import Evidence
    from riskaid.fairness.results import Audit
    from riskaid.fairness.rows import Grouped
    from riskaid.training.run import RunFacts

ESTIMATES = "estimates.parquet"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where each stage of one way keeps what it made, below one folder."""

    root: Path

    @property
    def store(self) -> Path:
        """The case store."""
        return self.root / "store"

    @property
    def run(self) -> Path:
        """The training run."""
        return self.root / "run"

    @property
    def audit(self) -> Path:
        """The fairness audit."""
        return self.root / "audit"

    @property
    def card(self) -> Path:
        """The model card."""
        return self.root / "card"

    @property
    def release(self) -> Path:
        """The release: bundle, statements, trust file."""
        return self.root / "release"

    @property
    def keys(self) -> Path:
        """Private keys; only a demonstration keeps them beside the rest."""
        return self.root / "keys"


@dataclass(frozen=True, kw_only=True)
class Way:
    """What came of the whole way."""

    folders: Folders
    store: CaseStore
    run: "RunFacts"
    audit: "Audit"
    release: Release
    trust_digest: str


def whole_way(
    sources: Sequence[tuple[Path, str | None]],
    out: Path,
    *,
    experiment: Path,
    policy: Path,
    name: str,
    today: date,
    features: Path | None = None,
    mlflow_uri: str | None = None,
    mlflow_artifacts: Path | None = None,
    progress: Progress = silent,
) -> Way:
    """Go the whole way as a demonstration, on records marked synthetic or public.

    Args:
        sources: Each with its mapping, or None where the format is recognised.
        out: The folder in which each stage makes its own.
        experiment: The experiment's TOML file.
        policy: The fairness policy's TOML file.
        name: The release's name, such as "conference_12m 2026.1".
        today: The day of signing.
        features: The declarations; the shipped ones by default.
        mlflow_uri: Where the run is tracked; not at all by default.
        mlflow_artifacts: Where a new MLflow experiment keeps files.
        progress: Told what is being done.
    """
    from riskaid.training.train import train  # noqa: PLC0415 - an extra

    at = Folders(root=out)
    for source, mapping in sources:
        ingest(source, at.store, mapping=mapping, progress=progress)
    store = open_store(at.store)
    run = train(
        experiment,
        store,
        at.run,
        features=features,
        mlflow_uri=mlflow_uri,
        mlflow_artifacts=mlflow_artifacts,
        progress=progress,
    )
    audit = audit_scores(
        at.run,
        policy=policy,
        out=at.audit,
        today=today,
        store=at.store,
        progress=progress,
    )
    purpose = "demonstration"
    progress("writing the card", 0, 0)
    make_card(at.run, at.audit, policy, at.card, name=name, purpose=purpose)
    progress("building and signing the release", 0, 0)
    digest = build_release(
        at.run, at.audit, policy, at.card, at.release, name=name, purpose=purpose
    )
    if mlflow_uri is not None:
        log_draft(at.run, at.release, name=name, digest=digest, uri=mlflow_uri)
    trust_digest = sign_demonstration(at, today=today)
    release = open_release(
        at.release,
        trust=at.release / TRUST,
        trust_digest=trust_digest,
        store_mark=store.mark,
        today=today,
    )
    return Way(
        folders=at,
        store=store,
        run=run,
        audit=audit,
        release=release,
        trust_digest=trust_digest,
    )


def audit_scores(
    scores: Path,
    *,
    policy: Path,
    out: Path | None,
    today: date,
    store: Path | None = None,
    ranks: bool = False,
    previous: Sequence[Path] = (),
    pool: tuple[Path, str, str] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> "Audit":
    """Audit a file of scores, or a run's estimates, and write what was found.

    Args:
        scores: A file, or a run's folder.
        policy: The policy's TOML file.
        out: The audit's folder; None keeps it in memory.
        today: The day.
        store: The case store a run was trained on, in whose ledger the look is written
            before a score is read; without it the audit carries no release.
        ranks: Whether scores are only an order, the highest looked at first.
        previous: Folders of audits published earlier: what subtracting one from another
            would give is not shown.
        pool: A file to write what is sent to a pool, the council and the outcome.
        seed: For ties and intervals.
        progress: Told how far it is.
    """
    earlier = [read_earlier(folder) for folder in previous]
    rules = load_policy(policy, today=today)
    look = None
    if store is not None:
        look = take_look(store, scores, rules, seed=seed, today=today)
    file = scores / ESTIMATES if scores.is_dir() else scores
    read = read_scores(file, rules, ranks=ranks)
    gathered: list[tuple[Grouped, Evidence]] | None = [] if pool else None
    found = examine(
        read, rules, seed=seed, earlier=earlier, gathered=gathered, progress=progress
    )
    result = replace(found, look=look)
    if pool is not None:
        sent = pool_facts(
            result, gathered or [], read, council=pool[1], outcome=pool[2]
        )
    if out is not None:
        beside = probe(read, rules, result, progress=progress).to_json()
        write_audit(result, out, mark=_mark_of(scores), probes=beside)
    if pool is not None:
        write_json(pool[0], sent)
    return result


def _mark_of(scores: Path) -> str | None:
    """The mark of a run's records; a file of scores says none."""
    facts = scores / "run.json"
    if not facts.is_file():
        return None
    mark = json.loads(facts.read_text(encoding="utf-8")).get("mark")
    return mark if mark in OPEN_MARKS else None


def sign_demonstration(at: Folders, *, today: date) -> str:
    """Make made-up keys, trust them, and sign a release as a demonstration.

    Returns:
        The digest of the trust file, to be pinned by whoever opens the release.
    """
    keys = {
        holder: _made_key(at.keys / f"{holder}.pem")
        for holder in ("root", "analyst", "board")
    }
    trust = Trust(
        sequence=1,
        keys=(
            TrustedKey(
                public=keys["analyst"].public,
                roles=("analyst",),
                holder="Head of analysis (made up)",
            ),
            TrustedKey(
                public=keys["board"].public,
                roles=("board",),
                holder="Chair of the board (made up)",
            ),
        ),
        root=(keys["root"].public,),
        root_needed=1,
    )
    place = at.release / TRUST
    digest = write_trust(place, trust, root_keys=[keys["root"]])
    trusted = open_trust(place, trust_digest=digest)
    add_statement(
        at.release, next_step("audited", on=today), trust=trusted, key=keys["analyst"]
    )
    add_statement(
        at.release,
        next_step("demonstration", on=today, expires=a_year_on(today)),
        trust=trusted,
        key=keys["board"],
    )
    return digest


def a_year_on(day: date) -> date:
    """The longest a release may last: the same day next year, or 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _made_key(path: Path) -> SigningKey:
    make_key(path)
    return read_key(path)


def facts_of(way: Way) -> dict[str, Any]:
    """What the whole way found, as JSON without a date of the run."""
    return {
        "verdict": way.audit.verdict,
        "recommendation": way.run.facts["recommendation"],
        "chosen": way.run.chosen,
        "release": {"name": way.release.name, "bundle": way.release.digest},
        "store": way.store.digest,
        "metrics": way.run.facts["metrics"],
    }
