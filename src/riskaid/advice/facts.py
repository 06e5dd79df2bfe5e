"""What a release says of itself that advice needs: its outcome, usual and limits.

Read from the card's facts, which are signed with the model.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from riskaid.advice.wording import Each
from riskaid.errors import ReleaseError
from riskaid.release.verify import Release


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Cases the experiment left out: by which records, and why, in words."""

    says: str
    table: str
    where: dict[str, Any]
    open: bool


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Which records make the rows the estimate is about.

    `eligible` names the indicators of the plan that must be known and true.
    """

    says: str
    table: str
    where: dict[str, Any]
    each: Each
    offset_days: int
    eligible: tuple[str, ...]
    exclude: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the card's facts say, as far as advice uses them.

    Attributes:
        rows: What one row of the test period is, in the plural: "referrals".
        outcome: The recorded outcome in words, with its time: "an initial child
            protection conference within 12 months".
        usual: Share of rows of the test period with the outcome, between 0 and 1.
        gap_days, within_days, lag_days: The outcome's window after the as-of date.
        trained_to: Extract date of the records the model was trained on.
        cohort: Which records make the rows.
        limits: What the card warns of, a sentence each.
    """

    rows: str
    outcome: str
    usual: float
    gap_days: int
    within_days: int
    lag_days: int
    trained_to: date
    cohort: Cohort
    limits: tuple[str, ...]


def read_facts(release: Release) -> Facts:
    """Read what advice needs from a release's card.

    Raises:
        ReleaseError: The card does not say it.
    """
    card = release.facts
    try:
        return _facts(card)
    except (KeyError, TypeError, ValueError) as problem:
        raise ReleaseError(
            "The release's card does not say what its estimate is about. "
            "Make the card and build the release again."
        ) from problem


def _facts(card: dict[str, Any]) -> Facts:
    outcome = card["outcome"]
    usual = float(card["base_rate"])
    if not 0 < usual < 1:
        raise ValueError("base_rate")
    return Facts(
        rows=_rows(card["cohort"]),
        outcome=str(outcome["says"]).rstrip("."),
        usual=usual,
        gap_days=int(outcome["gap_days"]),
        within_days=int(outcome["within_days"]),
        lag_days=int(outcome["lag_days"]),
        trained_to=date.fromisoformat(card["extract_date"]),
        cohort=_cohort(card["cohort"]),
        limits=tuple(str(limit) for limit in card["limits"]),
    )


def _rows(asked: dict[str, Any]) -> str:
    return str(asked.get("rows") or str(asked["table"]).replace("_", " "))


def _cohort(asked: dict[str, Any]) -> Cohort:
    each = asked.get("each", "record")
    if each not in get_args(Each):
        raise ValueError("each")
    return Cohort(
        says=" ".join(str(asked["says"]).split()).rstrip("."),
        each=each,
        eligible=tuple(str(name) for name in asked.get("eligible", [])),
        table=str(asked["table"]),
        where=dict(asked["where"]),
        offset_days=int(asked["offset_days"]),
        exclude=tuple(
            LeftOut(
                says=str(one["says"]),
                table=str(one["table"]),
                where=dict(one["where"]),
                open=bool(one["open"]),
            )
            for one in asked["exclude"]
        ),
    )
