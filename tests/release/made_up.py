"""A small made-up run, audit, policy, card and signed release for the tests."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskaid import shipped
from riskaid.fairness import looks
from riskaid.files import canonical_json, digest_bytes, digest_file, write_json
from riskaid.indicators.plan import Plan
from riskaid.release import bundle
from riskaid.release.bundle import build_release
from riskaid.release.inputs import (
    made_from,
    plan_digest,
    read_audit,
    read_run,
    scores_digest,
)
from riskaid.release.keys import SigningKey, make_key, read_key
from riskaid.release.statements import add_statement, co_sign, next_step
from riskaid.release.trust import Trust, TrustedKey, open_trust, write_trust

NAME = "made_up_12m 2026.1"
SIGNED_ON = date(2026, 6, 1)
TODAY = date(2026, 6, 15)
EXPIRES = date(2027, 3, 31)


@dataclass(frozen=True)
class People:
    """Everybody's keys and the trust file that lists them."""

    root: SigningKey
    analyst: SigningKey
    board: SigningKey
    stranger: SigningKey
    trust: Trust
    trust_file: Path
    trust_digest: str


def make_people(folder: Path, *, sequence: int = 2) -> People:
    keys = {}
    for name in ("root", "analyst", "board", "stranger"):
        make_key(folder / f"{name}.pem")
        keys[name] = read_key(folder / f"{name}.pem")
    trust = trust_of(keys, sequence=sequence)
    digest = write_trust(folder / "trust.json", trust, root_keys=[keys["root"]])
    return People(
        **keys,
        trust=open_trust(folder / "trust.json", trust_digest=digest),
        trust_file=folder / "trust.json",
        trust_digest=digest,
    )


def trust_of(keys: dict[str, SigningKey], *, sequence: int) -> Trust:
    return Trust(
        sequence=sequence,
        keys=(
            TrustedKey(
                public=keys["analyst"].public,
                roles=("analyst",),
                holder="Head of analysis",
            ),
            TrustedKey(
                public=keys["board"].public,
                roles=("board",),
                holder="Chair of the board",
            ),
        ),
        root=(keys["root"].public,),
        root_needed=1,
    )


def make_run(folder: Path, *, mark: str | None = "synthetic", **changed) -> Path:
    """The smallest folder with the shape of a finished run; a checklist is chosen."""
    plan = Plan(indicators=(), prompts=(), gaps=()).to_json()
    write_json(folder / "plan.json", plan)
    write_json(
        folder / "run.json",
        {
            "rung": {"chosen": "checklist"},
            "chosen": "checklist",
            "mark": mark,
            "recommendation": "recommended",
            "digests": {"plan": plan_digest(plan), "store": "0" * 64},
            **changed,
        },
    )
    write_json(folder / "evaluation.json", {"rungs": {}})
    (folder / "experiment.toml").write_text('[experiment]\nname = "made_up_12m"\n')
    estimates(40).write_parquet(folder / "estimates.parquet")
    write_json(
        folder / "models" / "checklist.json",
        {"rung": "checklist", "items": [{"indicator": "sign_90d", "above": 0.0}]},
    )
    write_json(folder / "models" / "scorecard.json", {"rung": "scorecard"})
    write_json(
        folder / "calibration" / "checklist.json",
        {
            "method": "platt",
            "centre": 0.0,
            "spread": 1.0,
            "parameters": [-2.0, 0.5],
            "replicates": [[-2.1, 0.4], [-1.9, 0.6]],
            "losses": {"platt": 0.3},
        },
    )
    return folder


def make_audit(folder: Path, run: Path, policy: Path, *, verdict: str = "pass") -> Path:
    write_json(
        folder / "audit.json",
        {
            "verdict": verdict,
            "policy": {"digest": digest_file(policy)},
            "scores": {"digest": scores_digest(run, policy)},
            "usable_for_release": True,
            "look": {"entry": count_look(run, policy)},
            "characteristics": [],
        },
    )
    return folder


def count_look(run: Path, policy: Path) -> str:
    """A look at a run in the ledger of a store that holds nothing else."""
    entry = looks.Entry(
        day=date(2026, 11, 22),
        outcome="made_up",
        question="0" * 64,
        policy=digest_file(policy),
        run=digest_file(run / "run.json"),
        estimates=digest_file(run / "estimates.parquet"),
        seed=0,
        store="0" * 64,
        previous=looks.FIRST,
    )
    said = {**entry.to_json(), "digest": entry.digest}
    write_json(run.parent / "store" / "looks.json", {"looks": [said]})
    return entry.digest


def estimates(rows: int, *, seed: int = 1) -> pl.DataFrame:
    """Made-up estimates with outcomes that follow them, in made-up groups."""
    rng = np.random.Generator(np.random.PCG64(seed))
    score = np.round(rng.beta(2, 8, rows), 6)
    return pl.DataFrame(
        {
            "person_id": [f"C{i:07d}" for i in range(rows)],
            "as_of": [date(2024, 1, 1)] * rows,
            "family_id": [f"F{i // 2:07d}" for i in range(rows)],
            "score": score,
            "outcome": (rng.random(rows) < score).astype(np.int8),
            "ethnicity": rng.choice(
                ["WBRI", "WOTH", "BCRB", "APKN", "MWBC", "OOTH", "REFU", "NOBT", ""],
                rows,
                p=[0.5, 0.1, 0.1, 0.1, 0.06, 0.04, 0.02, 0.02, 0.06],
            ),
            "disability": rng.choice(["yes", "no", ""], rows, p=[0.12, 0.7, 0.18]),
            "sex": rng.choice(["F", "M", "U", ""], rows, p=[0.48, 0.49, 0.02, 0.01]),
            "age_band": rng.choice(
                ["unborn", "under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over"],
                rows,
            ),
        }
    )


def make_policy(path: Path) -> Path:
    """The shipped policy: an audit is made under a real one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((shipped.folder("fairness") / "policy.toml").read_bytes())
    return path


def make_small_card(
    folder: Path,
    run: Path,
    audit: Path,
    policy: Path,
    *,
    name: str,
    purpose: str,
    decisions=(),
) -> Path:
    """A card with the right digests and next to nothing on it."""
    texts = {"card.html": "<!doctype html><title>Card</title>\n", "card.md": "# Card\n"}
    folder.mkdir(parents=True)
    for file, text in texts.items():
        (folder / file).write_text(text)
    write_json(
        folder / "card.json",
        {
            "name": name,
            "purpose": purpose,
            "made_from": made_from(read_run(run), read_audit(audit), policy, decisions),
            "files": {k: digest_bytes(v.encode()) for k, v in texts.items()},
        },
    )
    return folder


@dataclass(frozen=True)
class Parts:
    """What a bundle is built from."""

    run: Path
    audit: Path
    policy: Path
    card: Path

    def build(
        self, out: Path, *, purpose: str, name: str = NAME, decisions=None
    ) -> str:
        """Build it. The made-up audit holds no more than these tests need.

        That it says what its estimates give is asked in test_audited_again.py.
        """
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bundle, "check_audit", lambda *_given, **_named: None)
            return self._build(out, purpose, name, decisions)

    def _build(self, out: Path, purpose: str, name: str, decisions) -> str:
        return build_release(
            self.run,
            self.audit,
            self.policy,
            self.card,
            out,
            name=name,
            purpose=purpose,
            store=self.run.parent / "store",
            decisions=decisions,
            today=TODAY,
        )


def make_parts(
    folder: Path,
    *,
    purpose: str = "demonstration",
    verdict: str = "pass",
    mark: str | None = "synthetic",
    **changed,
) -> Parts:
    run = make_run(folder / "run", mark=mark, **changed)
    policy = make_policy(folder / "policy.toml")
    audit = make_audit(folder / "audit", run, policy, verdict=verdict)
    card = make_small_card(
        folder / "card", run, audit, policy, name=NAME, purpose=purpose
    )
    return Parts(run=run, audit=audit, policy=policy, card=card)


def with_new_card(parts: Parts, card: Path, *, purpose: str) -> Parts:
    """The same parts with a card made of them as they are now."""
    make_small_card(
        card, parts.run, parts.audit, parts.policy, name=NAME, purpose=purpose
    )
    return replace(parts, card=card)


def make_demonstration(folder: Path, people: People) -> Path:
    """A release signed as audited and as a demonstration, with its trust file."""
    release = folder / "release"
    make_parts(folder / "parts").build(release, purpose="demonstration")
    add_statement(
        release,
        next_step("audited", on=SIGNED_ON),
        trust=people.trust,
        key=people.analyst,
    )
    add_statement(
        release,
        next_step("demonstration", on=SIGNED_ON, expires=EXPIRES),
        trust=people.trust,
        key=people.analyst,
    )
    (release / "trust.json").write_bytes(people.trust_file.read_bytes())
    return release


def make_live(folder: Path, people: People, *, until: str = "live") -> Path:
    """A release of a council's own records, brought as far as `until`."""
    release = folder / "release"
    make_parts(folder / "parts", purpose="live", mark=None).build(
        release, purpose="live"
    )
    report = folder / "shadow-report.json"
    report.write_text(canonical_json({"shadow": "made up"}))
    order = ("audited", "shadow", "live")
    for state in order[: order.index(until) + 1]:
        add_statement(
            release,
            next_step(
                state, on=SIGNED_ON, expires=None if state == "audited" else EXPIRES
            ),
            trust=people.trust,
            key=people.board if state == "shadow" else people.analyst,
            evidence=report if state == "live" else None,
        )
    if until == "live":
        co_sign(release, trust=people.trust, key=people.board)
    (release / "trust.json").write_bytes(people.trust_file.read_bytes())
    return release


def payload_of(path: Path) -> dict:
    """What a statement file says, for tests that look inside."""
    import base64

    return json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
