"""Open a release only when everything about it can be trusted, in a strict order.

    trust -> statements and their signatures -> the manifest's digest -> every file's
    digest -> purpose, order and expiry -> only then is the model parsed

An error at any step refuses the release; nothing later runs. What cannot be seen from
the release alone is said too: a newer statement may have been withheld, so that the
result says "freshness not checked".
"""

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from riskaid.errors import DefinitionError, ReleaseError
from riskaid.indicators.plan import Plan
from riskaid.models import open_model
from riskaid.models.calibration import Calibration
from riskaid.records.marks import OPEN_MARKS
from riskaid.release.decided import decided_until
from riskaid.release.lifecycle import SignedStep, check_in_use, check_life
from riskaid.release.manifest import Bundle, read_bundle
from riskaid.release.statements import BUNDLE, STATEMENTS, TRUST, Life, read_life
from riskaid.release.trust import Trust, open_trust
from riskaid.release.watermark import watermark_of

FRESHNESS = (
    "freshness not checked: whether a newer statement, such as a suspension, was "
    "withheld cannot be seen from the release alone"
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release that was checked and may be used as its state and purpose say."""

    name: str
    purpose: str
    state: str
    plan: Plan
    model: Any
    rung: str
    calibration: Calibration
    facts: dict[str, Any]
    digest: str
    expires: date
    watermark: str | None


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One statement as a report shows it; holders are posts, not people's names."""

    number: int
    state: str
    on: date
    expires: date | None
    signers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """What verification found, for people and for `--json`."""

    name: str
    purpose: str
    state: str
    verdict: str
    rung: str
    digest: str
    made_with: str
    trust_sequence: int
    expires: date | None
    decided_until: date | None
    may_load: bool
    why_not: str
    files: int
    statements: tuple[Signed, ...]
    freshness: str = FRESHNESS

    def to_json(self) -> dict[str, Any]:
        """The report as JSON, dates as YYYY-MM-DD."""
        facts = dict(vars(self))
        facts["statements"] = [dict(vars(one)) for one in self.statements]
        written: dict[str, Any] = json.loads(
            json.dumps(facts, default=lambda day: day.isoformat())
        )
        return written


@dataclass(frozen=True, kw_only=True)
class _Checked:
    trust: Trust
    life: Life
    bundle: Bundle
    newest: SignedStep
    decided: date | None


def open_release(
    release: Path,
    *,
    trust: Path,
    trust_digest: str,
    store_mark: str | None,
    today: date,
    use: Literal["advice", "silent"] = "advice",
    least_sequence: int = 0,
) -> Release:
    """Open a release for advice, or refuse it before a byte of its model is parsed.

    Args:
        release: The release's folder.
        trust: The trust file.
        trust_digest: SHA-256 of the trust file, pinned by the caller.
        store_mark: The mark of the case store it will read: "synthetic", "public" or
            None for a council's own records.
        today: The day of use; expiry and future dates are judged against it.
        use: "advice" opens a live release or a demonstration. A release in shadow use
            opens only for "silent" scoring, which is shown to nobody.
        least_sequence: The highest sequence of a trust file seen before.

    Raises:
        ReleaseError: Anything at all that is not as it must be.
    """
    checked = _check(
        release,
        trust=trust,
        trust_digest=trust_digest,
        today=today,
        least_sequence=least_sequence,
    )
    state = checked.newest.step.state
    expires = check_in_use(checked.newest, today=today)
    if state == "demonstration" and store_mark not in OPEN_MARKS:
        raise ReleaseError(
            "This release is a demonstration and the case store is not marked "
            "synthetic or public. It is never used about a real child; "
            "open it with a synthetic council."
        )
    if state == "shadow" and use != "silent":
        raise ReleaseError(
            "This release is in shadow use: it is scored silently and shown to nobody. "
            "Have it signed as live before it advises."
        )
    content = checked.bundle.content
    manifest = checked.bundle.manifest
    plan, model, calibration = _parse(content, manifest.rung)
    facts = json.loads(content["card/card.json"])
    return Release(
        name=manifest.name,
        purpose=manifest.purpose,
        state=state,
        plan=plan,
        model=model,
        rung=manifest.rung,
        calibration=calibration,
        facts=facts,
        digest=checked.bundle.digest,
        expires=expires,
        watermark=watermark_of(state, store_mark),
    )


def verify_release(
    release: Path,
    *,
    trust: Path,
    trust_digest: str,
    today: date,
    least_sequence: int = 0,
) -> VerifyReport:
    """Check a release as opening it would, without parsing its model.

    A release that is sound but not in use (audited, suspended, withdrawn, expired)
    is reported with `may_load` false and the reason.

    Raises:
        ReleaseError: The release cannot be trusted.
    """
    checked = _check(
        release,
        trust=trust,
        trust_digest=trust_digest,
        today=today,
        least_sequence=least_sequence,
    )
    step, manifest = checked.newest.step, checked.bundle.manifest
    try:
        check_in_use(checked.newest, today=today)
        why_not = ""
    except ReleaseError as problem:
        why_not = str(problem)
    return VerifyReport(
        name=manifest.name,
        purpose=manifest.purpose,
        state=step.state,
        verdict=manifest.verdict,
        rung=manifest.rung,
        digest=checked.bundle.digest,
        made_with=manifest.made_with,
        trust_sequence=checked.trust.sequence,
        expires=step.expires,
        decided_until=checked.decided,
        may_load=not why_not,
        why_not=why_not,
        files=len(checked.bundle.content),
        statements=tuple(
            Signed(
                number=one.step.number,
                state=one.step.state,
                on=one.step.on,
                expires=one.step.expires,
                signers=tuple(
                    f"{key.holder} ({', '.join(sorted(key.roles))})"
                    for key in map(checked.trust.key, one.signers)
                ),
                reason=one.step.reason,
            )
            for one in checked.life.steps
        ),
    )


def _check(
    release: Path,
    *,
    trust: Path,
    trust_digest: str,
    today: date,
    least_sequence: int,
) -> _Checked:
    trusted = open_trust(
        trust, trust_digest=trust_digest, least_sequence=least_sequence
    )
    if not release.is_dir():
        raise ReleaseError(
            f"There is no release '{release.name}'. Check the path of its folder."
        )
    extra = {path.name for path in release.iterdir()} - {BUNDLE, STATEMENTS, TRUST}
    if extra:
        raise ReleaseError(
            f"The release's folder holds {len(extra)} things that do not belong to it. "
            "Fetch it again from the person who signed it."
        )
    life = read_life(release, trust=trusted)
    bundle = read_bundle(release / BUNDLE, digest=life.bundle)
    newest, decided = check_signed(life, bundle, trust=trusted, today=today)
    return _Checked(
        trust=trusted, life=life, bundle=bundle, newest=newest, decided=decided
    )


def check_signed(
    life: Life, bundle: Bundle, *, trust: Trust, today: date
) -> tuple[SignedStep, date | None]:
    """Hold a bundle whose digests were checked to its statements.

    Args:
        life: Every statement, signatures already checked.
        bundle: With at least its audit and, where it rests on any, the decisions.
        trust: The checked trust file.
        today: The day of asking.

    Returns:
        The step that holds now, and the last day of the board's decisions or None.

    Raises:
        ReleaseError: As lifecycle.check_life; or manifest, statements and audit name
            different things.
    """
    manifest = bundle.manifest
    audited = _verdict(bundle.content["audit.json"])
    if manifest.name != life.name or manifest.verdict != audited:
        raise ReleaseError(
            "The manifest names another release, or another audit verdict, than the "
            "statements and the audit do. Build the release again."
        )
    decided = decided_until(bundle, today=today)
    newest = check_life(
        life.steps,
        trust=trust,
        purpose=manifest.purpose,
        verdict=audited,
        today=today,
        decided_until=decided,
    )
    return newest, decided


def _verdict(audit: bytes) -> str:
    try:
        return str(json.loads(audit)["verdict"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ReleaseError(
            "The audit in the bundle has no verdict. Build the release again."
        ) from problem


def _parse(content: dict[str, bytes], rung: str) -> tuple[Plan, Any, Calibration]:
    """Parse the plan, model and calibration from the very bytes that were checked.

    The model is written to a folder of our own first: what stands on the disk beside
    the release may have changed since its digest was taken.
    """
    try:
        plan = Plan.from_json(json.loads(content["plan.json"]))
        calibration = Calibration.from_json(
            json.loads(content[f"calibration/{rung}.json"])
        )
        with tempfile.TemporaryDirectory(prefix="riskaid-") as place:
            folder = Path(place)
            for path, held in content.items():
                if path.startswith("models/"):
                    (folder / Path(path).name).write_bytes(held)
            model = open_model(folder, rung)
    except (ValueError, KeyError, TypeError, DefinitionError) as problem:
        raise ReleaseError(
            "The release is as it was signed, but this version of riskaid cannot read "
            "its model. Use the version of riskaid that the manifest names."
        ) from problem
    return plan, model, calibration
