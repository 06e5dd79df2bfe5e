r"""The life of a release, as signed statements beside its unchanging bundle.

    draft -> audited -> shadow -> live -> suspended | withdrawn
                    \-> demonstration

A bundle says nothing about its own state. Each step is a statement on the bundle's
digest, in a numbered chain: it names the statement before it, so that none can be taken
out of the middle or put in another order. Everything that the tables below do not
allow is refused. That the *newest* statement was withheld cannot be seen from the
release alone, which is why verification says "freshness not checked".
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal, get_args

from riskaid.dates import months_before
from riskaid.errors import ReleaseError
from riskaid.release.signing import SHA256, Statement
from riskaid.release.trust import Role, Trust

State = Literal["audited", "demonstration", "shadow", "live", "suspended", "withdrawn"]
Purpose = Literal["demonstration", "shadow", "live"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
STATES: tuple[State, ...] = get_args(State)

STATE_TYPE = "urn:riskaid:release-state:1"
LONGEST_MONTHS = 12
"""A release expires at most this many months after the day it was signed."""

FOLLOWS: dict[str, frozenset[str]] = {
    "draft": frozenset({"audited"}),
    "audited": frozenset({"demonstration", "shadow", "withdrawn"}),
    "demonstration": frozenset({"demonstration", "suspended", "withdrawn"}),
    "shadow": frozenset({"shadow", "live", "suspended", "withdrawn"}),
    "live": frozenset({"live", "suspended", "withdrawn"}),
    "suspended": frozenset({"demonstration", "shadow", "live", "withdrawn"}),
    "withdrawn": frozenset(),
}
"""Which state may follow which. The same state again is a renewal.

With REACHES it follows that nothing is live without shadow use before it.
"""

SIGNED_BY: dict[str, tuple[frozenset[Role], ...]] = {
    "audited": (frozenset({"analyst"}),),
    "demonstration": (frozenset({"analyst", "board"}),),
    "shadow": (frozenset({"board"}),),
    "live": (frozenset({"analyst"}), frozenset({"board"})),
    "suspended": (frozenset({"analyst", "board"}),),
    "withdrawn": (frozenset({"analyst", "board"}),),
}
"""Who must sign each state: one signature a set, each by another person.

Stopping takes one person of either role; starting to advise takes two of different
roles.
"""

REACHES: dict[str, frozenset[str]] = {
    "demonstration": frozenset({"audited", "demonstration", "suspended", "withdrawn"}),
    "shadow": frozenset({"audited", "shadow", "suspended", "withdrawn"}),
    "live": frozenset({"audited", "shadow", "live", "suspended", "withdrawn"}),
}
"""Which states a bundle built for a purpose may be in."""

VERDICTS_FOR: dict[str, frozenset[str]] = {
    "demonstration": frozenset({"pass", "fail", "insufficient_evidence"}),
    "shadow": frozenset({"pass", "insufficient_evidence"}),
    "live": frozenset({"pass"}),
}
"""Which audit verdicts a purpose allows by themselves."""

DECIDED_FOR: dict[str, frozenset[str]] = {"live": frozenset({"insufficient_evidence"})}
"""Which verdicts a purpose allows where the board has decided on each insufficient
finding. There is no way round these two tables; a fail stands in neither."""

IN_USE = frozenset({"demonstration", "shadow", "live"})
"""The states in which a model may be loaded; each carries an expiry date."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One statement of a release's life, as it is signed.

    `evidence` is the SHA-256 of the report that a live state rests on: of the shadow
    use before the first, of the monitoring before a renewal. `reason` is for people;
    it holds no personal data.
    """

    number: int
    state: str
    on: date
    verdict: str
    purpose: str
    previous: str | None = None
    expires: date | None = None
    evidence: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SignedStep:
    """A step whose signatures hold, with the keys behind them."""

    step: Step
    digest: str
    signers: tuple[str, ...]


def to_statement(step: Step, *, name: str, bundle: str) -> Statement:
    """Write a step as a statement on a bundle's digest."""
    predicate: dict[str, Any] = asdict(step)
    for key in ("on", "expires"):
        day = predicate[key]
        predicate[key] = day.isoformat() if day else None
    return Statement(
        subject=name, sha256=bundle, predicate_type=STATE_TYPE, predicate=predicate
    )


def from_statement(statement: Statement, where: str) -> Step:
    """Read a step, refusing anything that is not exactly one.

    Raises:
        ReleaseError: Another kind of statement, or entries that are missing, unknown
            or of the wrong kind.
    """
    facts = statement.predicate
    known = {field.name for field in fields(Step)}
    if statement.predicate_type != STATE_TYPE or set(facts) != known:
        raise _unreadable(where)
    on, expires = _day(facts["on"]), _day(facts["expires"])
    texts = (facts["state"], facts["verdict"], facts["purpose"], facts["reason"])
    digests = (facts["previous"], facts["evidence"])
    if (
        on is None
        or (expires is None) != (facts["expires"] is None)
        or type(facts["number"]) is not int
        or not all(isinstance(text, str) for text in texts)
        or not all(one is None or _is_digest(one) for one in digests)
    ):
        raise _unreadable(where)
    return Step(**{**facts, "on": on, "expires": expires})


def check_life(
    steps: Sequence[SignedStep],
    *,
    trust: Trust,
    purpose: str,
    verdict: str,
    today: date,
    decided_until: date | None = None,
    being_signed: bool = False,
) -> SignedStep:
    """Check a release's whole life and return the step that holds now.

    Args:
        steps: Every statement, in order, signatures already checked.
        trust: Who holds which key, in which roles.
        purpose: What the bundle was built for.
        verdict: What the bundle's own audit says.
        today: The day of asking; statements dated after it refuse.
        decided_until: The last day on which every decision of the board that the bundle
            rests on holds; None where it rests on none.
        being_signed: Whether the last statement may still lack signatures, because it
            is being signed now.

    Raises:
        ReleaseError: No statement, a step that is out of order or not allowed, too few
            or the wrong signatures, dates that do not fit, missing evidence.
    """
    if not steps:
        raise ReleaseError(
            "The release is a draft: no statement stands beside its bundle. "
            "Sign it as audited first."
        )
    allowed = VERDICTS_FOR.get(purpose, frozenset())
    if decided_until is not None:
        allowed |= DECIDED_FOR.get(purpose, frozenset())
    if verdict not in allowed:
        raise ReleaseError(
            f"A bundle whose audit says '{verdict}' cannot serve the purpose "
            f"'{purpose}'. Build one for a purpose that its audit allows."
        )
    before: SignedStep | None = None
    for position, signed in enumerate(steps, start=1):
        _check_place(signed, before, position=position)
        _check_step(signed.step, steps[: position - 1], purpose, verdict)
        _check_dates(signed.step, before, today=today)
        _check_decided(signed.step, decided_until)
        last = position == len(steps)
        if not (being_signed and last):
            _check_signers(signed, trust)
        before = signed
    return steps[-1]


def check_in_use(signed: SignedStep, *, today: date) -> date:
    """Refuse a release that is not in use today; return the day it expires.

    Raises:
        ReleaseError: Only audited, suspended, withdrawn or expired.
    """
    step = signed.step
    if step.state not in IN_USE or step.expires is None:
        raise ReleaseError(
            f"The release is '{step.state}' and cannot be loaded. "
            "Only a release that is live, in shadow use or a demonstration can."
        )
    if today > step.expires:
        raise ReleaseError(
            "The release has expired. Audit it again and have it renewed, or withdraw "
            "it; an expired release gives no advice."
        )
    return step.expires


def _check_place(
    signed: SignedStep, before: SignedStep | None, *, position: int
) -> None:
    step = signed.step
    previous = before.digest if before else None
    if step.number != position or step.previous != previous:
        raise ReleaseError(
            f"Statement {position} of the release does not follow the one before it: "
            "a statement is missing, repeated or out of order. "
            "Fetch the release again from the person who signed it."
        )


def _check_step(
    step: Step, earlier: Sequence[SignedStep], purpose: str, verdict: str
) -> None:
    state = earlier[-1].step.state if earlier else "draft"
    if step.state not in FOLLOWS[state] or step.state not in REACHES[purpose]:
        raise ReleaseError(
            f"Statement {step.number}: '{step.state}' may not follow '{state}' for a "
            f"bundle built for '{purpose}'. See the table in docs/releases.md."
        )
    if step.purpose != purpose or step.verdict != verdict:
        raise ReleaseError(
            f"Statement {step.number} was made for another purpose or audit verdict "
            "than the bundle's own. Sign a statement about this bundle."
        )
    if step.state != "live":
        return
    if step.evidence is None:
        raise ReleaseError(
            f"Statement {step.number}: 'live' needs the digest of the report of its "
            "shadow use, or of its monitoring for a renewal. Give the report."
        )


def _check_dates(step: Step, before: SignedStep | None, *, today: date) -> None:
    if step.on > today or (before and step.on < before.step.on):
        raise ReleaseError(
            f"Statement {step.number} is dated after today, or before the statement it "
            "follows. Check this machine's clock; else do not use the release."
        )
    if (step.expires is not None) != (step.state in IN_USE):
        raise ReleaseError(
            f"Statement {step.number}: '{step.state}' "
            + ("needs an expiry date." if step.state in IN_USE else "has no expiry.")
            + " Sign it again."
        )
    if step.expires and not (
        step.on <= step.expires <= months_before(step.on, -LONGEST_MONTHS)
    ):
        raise ReleaseError(
            f"Statement {step.number}: the expiry must lie between the day of signing "
            f"and {LONGEST_MONTHS} months after it. Sign it with an earlier date."
        )


def _check_decided(step: Step, until: date | None) -> None:
    if step.expires and until is not None and step.expires > until:
        raise ReleaseError(
            f"Statement {step.number}: the expiry lies after {until.isoformat()}, the "
            "last day on which every decision of the board behind this release holds. "
            "Sign it with that day or an earlier one."
        )


def _check_signers(signed: SignedStep, trust: Trust) -> None:
    keys = [trust.key(keyid) for keyid in signed.signers]
    if not _covers(
        SIGNED_BY[signed.step.state], [(key.person, set(key.roles)) for key in keys]
    ):
        needed = " and one by ".join(
            " or ".join(sorted(roles)) for roles in SIGNED_BY[signed.step.state]
        )
        raise ReleaseError(
            f"Statement {signed.step.number}: '{signed.step.state}' needs a signature "
            f"by {needed}, each by a different person; it has "
            f"{len({key.person for key in keys})} signing. Have it signed."
        )


def _covers(
    needed: Sequence[frozenset[Role]], people: Sequence[tuple[str, set[Role]]]
) -> bool:
    """Whether each needed signature can be given to another person."""
    if not needed:
        return True
    return any(
        _covers(needed[1:], [other for other in people if other[0] != person])
        for person, roles in people
        if roles & needed[0]
    )


def _day(text: Any) -> date | None:
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_digest(text: Any) -> bool:
    return isinstance(text, str) and SHA256.fullmatch(text) is not None


def _unreadable(where: str) -> ReleaseError:
    return ReleaseError(
        f"There is something other than a state of a release in {where}. "
        "Do not use it; fetch the release again from the person who signed it."
    )
