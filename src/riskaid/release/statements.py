"""Put signed statements beside a bundle, and read them back.

A statement file is called `0001-audited.dsse.json`: its place in the chain and its
state. The name is for people; what counts is the number inside, under the signature,
and the two must agree.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from riskaid.errors import ReleaseError, UsageError
from riskaid.files import digest_file, write_text
from riskaid.release.decided import decided_until
from riskaid.release.keys import SigningKey
from riskaid.release.lifecycle import (
    IN_USE,
    STATES,
    SignedStep,
    Step,
    check_life,
    from_statement,
    to_statement,
)
from riskaid.release.manifest import MANIFEST, plain_files, read_bundle
from riskaid.release.review_due import check_review
from riskaid.release.signing import (
    PAYLOAD_TYPE,
    Envelope,
    check_signatures,
    envelope_text,
    read_envelope,
    read_statement,
    sign,
)
from riskaid.release.trust import Trust

BUNDLE = "bundle"
STATEMENTS = "statements"
TRUST = "trust.json"
_FILE = re.compile(r"(\d{4})-([a-z]+)\.dsse\.json")
_MOST = 9999


@dataclass(frozen=True, kw_only=True)
class Life:
    """A release's statements with checked signatures, and the bundle they are about."""

    name: str
    bundle: str
    steps: tuple[SignedStep, ...]


def read_life(release: Path, *, trust: Trust) -> Life:
    """Read every statement of a release and check its signatures.

    Their order and what they allow are checked by `lifecycle.check_life`.

    Raises:
        ReleaseError: No statement, one that is not signed by trusted keys, statements
            about more than one bundle, or files that do not belong there.
    """
    folder = release / STATEMENTS
    if not folder.is_dir() or not any(folder.iterdir()):
        raise ReleaseError(
            "The release is a draft: nobody has signed it. "
            "Have it signed with: riskaid release sign"
        )
    about: set[tuple[str, str]] = set()
    steps = []
    for file, path in plain_files(folder, "the statements"):
        name = _FILE.fullmatch(file)
        if name is None:
            raise ReleaseError(
                "There is a file among the statements that is none: "
                f"'{file}'. Fetch the release again from the person who signed it."
            )
        where = f"statement {int(name[1])}"
        envelope = read_envelope(path.read_bytes(), where)
        signers = check_signatures(
            envelope, trust.public_keys(), payload_type=PAYLOAD_TYPE, where=where
        )
        statement = read_statement(envelope, where)
        step = from_statement(statement, where)
        if (step.number, step.state) != (int(name[1]), name[2]):
            raise ReleaseError(
                f"The file '{file}' holds another statement than its name says: "
                "statements were moved or renamed. "
                "Fetch the release again from the person who signed it."
            )
        about.add((statement.subject, statement.sha256))
        steps.append(SignedStep(step=step, digest=envelope.digest, signers=signers))
    if len(about) != 1:
        raise ReleaseError(
            "The statements are about more than one bundle. "
            "Fetch the release again from the person who signed it."
        )
    subject, bundle = next(iter(about))
    return Life(name=subject, bundle=bundle, steps=tuple(steps))


def add_statement(
    release: Path,
    step: Step,
    *,
    trust: Trust,
    key: SigningKey,
    evidence: Path | None = None,
) -> Path:
    """Sign the next state of a release and put the statement beside its bundle.

    The whole life is checked with the new statement at its end, as loading would check
    it, except that further signatures may still be added with `co_sign`.

    Args:
        release: The release's folder.
        step: What is to be said. Its number, predecessor, purpose and audit verdict
            are filled in here, from the release itself.
        trust: The checked trust file.
        key: The key of the person signing.
        evidence: The report that a live state rests on; its digest is signed.

    Returns:
        The statement's file.

    Raises:
        UsageError: An unknown state.
        ReleaseError: The bundle was changed, the state may not follow, the key is not
            trusted or not of a role that signs this state.
        GateRefused: Shadow or live use, and the policy is overdue for review.
    """
    if step.state not in STATES:
        raise UsageError(
            f"'{step.state}' is not a state of a release. "
            f"The states are: {', '.join(STATES)}."
        )
    bundle_digest = digest_file(_manifest_of(release))
    life = _life_so_far(release, trust)
    if life and life.bundle != bundle_digest:
        raise ReleaseError(
            "The bundle is not the one its statements are about. "
            "Fetch the release again, or start a new one from this bundle."
        )
    bundle = read_bundle(release / BUNDLE, digest=bundle_digest)
    manifest = bundle.manifest
    earlier = life.steps if life else ()
    if len(earlier) >= _MOST:
        raise ReleaseError(
            "The release has as many statements as there can be. Build a new one."
        )
    filled = replace(
        step,
        number=len(earlier) + 1,
        previous=earlier[-1].digest if earlier else None,
        verdict=manifest.verdict,
        purpose=manifest.purpose,
        evidence=digest_file(evidence) if evidence else step.evidence,
    )
    if filled.state in IN_USE - {"demonstration"}:
        check_review(bundle.content["policy.toml"], today=filled.on)
    statement = to_statement(filled, name=manifest.name, bundle=bundle_digest)
    unsigned = Envelope(
        payload_type=PAYLOAD_TYPE, payload=statement.payload(), signatures=()
    )
    envelope = sign(unsigned, key)
    signers = check_signatures(
        envelope,
        trust.public_keys(),
        payload_type=PAYLOAD_TYPE,
        where="the new statement",
    )
    signed = SignedStep(step=filled, digest=envelope.digest, signers=signers)
    check_life(
        (*earlier, signed),
        trust=trust,
        purpose=manifest.purpose,
        verdict=manifest.verdict,
        today=filled.on,
        decided_until=decided_until(bundle, today=filled.on),
        being_signed=True,
    )
    path = release / STATEMENTS / f"{filled.number:04d}-{filled.state}.dsse.json"
    write_text(path, envelope_text(envelope))
    return path


def co_sign(release: Path, *, trust: Trust, key: SigningKey) -> Path:
    """Add a second person's signature to a release's newest statement.

    Raises:
        ReleaseError: The release does not check, the key is not trusted, or the same
            person has signed already.
    """
    life = read_life(release, trust=trust)
    bundle = read_bundle(release / BUNDLE, digest=life.bundle)
    newest = life.steps[-1].step
    path = release / STATEMENTS / f"{newest.number:04d}-{newest.state}.dsse.json"
    envelope = sign(read_envelope(path.read_bytes(), "the newest statement"), key)
    signers = check_signatures(
        envelope,
        trust.public_keys(),
        payload_type=PAYLOAD_TYPE,
        where="the newest statement",
    )
    people = [trust.key(keyid).person for keyid in signers]
    if len(set(people)) != len(people):
        raise ReleaseError(
            "The holder of this key has signed the statement already, with another "
            "key. A second signature must come from another person."
        )
    signed = replace(life.steps[-1], signers=signers)
    check_life(
        (*life.steps[:-1], signed),
        trust=trust,
        purpose=bundle.manifest.purpose,
        verdict=bundle.manifest.verdict,
        today=newest.on,
        decided_until=decided_until(bundle, today=newest.on),
        being_signed=True,
    )
    write_text(path, envelope_text(envelope))
    return path


def next_step(
    state: str, *, on: date, expires: date | None = None, reason: str = ""
) -> Step:
    """What a person wants to say next; the rest is filled in by `add_statement`.

    Raises:
        UsageError: A state in use without an expiry date, or the other way round.
    """
    if (state in IN_USE) != (expires is not None):
        raise UsageError(
            f"'{state}' "
            + (
                "needs an expiry date, at most 12 months ahead. Give one."
                if state in IN_USE
                else "has no expiry date. Leave it out."
            )
        )
    return Step(
        number=0,
        state=state,
        on=on,
        verdict="",
        purpose="",
        expires=expires,
        reason=reason,
    )


def _manifest_of(release: Path) -> Path:
    path = release / BUNDLE / MANIFEST
    if not path.is_file():
        raise UsageError(
            f"There is no bundle in '{release.name}'. "
            "Build one with: riskaid release build"
        )
    return path


def _life_so_far(release: Path, trust: Trust) -> Life | None:
    folder = release / STATEMENTS
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    return read_life(release, trust=trust)
