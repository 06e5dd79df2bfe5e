"""The fairness policy a governance board agrees, read aloud, and renews."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from riskaid.errors import DefinitionError
from riskaid.fairness.policy_groups import Characteristic, characteristics
from riskaid.fairness.policy_reading import Agreement, Part, agreement, read_toml
from riskaid.fairness.pool_policy import Pooling, read_pooling
from riskaid.files import digest_bytes

ROLES = {
    "false_negative_rate_difference": "primary",
    "recall_ratio": "primary",
    "calibration": "primary",
    "positive_predictive_value_difference": "guardrail",
    "false_positive_rate_difference": "fail_only",
    "auc": "fail_only",
}
"""What each judged measure may do. Primary and guardrail must pass in every gated
group; a fail-only measure can stop a release but never carries it. Fixed here and not
in the policy, so that no edit of a file turns a primary measure off (ADR-0005)."""

MUST_BE_AUDITED = ("ethnicity", "disability")
INTERVALS = {"90%": 0.90, "95%": 0.95}
WIDEST_DIFFERENCE = 0.25
WIDEST_RATIO = 2.0


@dataclass(frozen=True)
class Looks:
    """How often one outcome may be looked at, agreed before the first look.

    Attributes:
        planned: How many looks share the error that is allowed.
        agreement: Why, who and until when; looks count from the day it was agreed.
    """

    planned: int
    agreement: Agreement


@dataclass(frozen=True)
class Limit:
    """How far a measure may be from equal before a release is stopped."""

    measure: str
    lowest: float | None
    highest: float | None
    agreement: Agreement

    @property
    def role(self) -> str:
        """Primary, guardrail or fail_only."""
        return ROLES[self.measure]


@dataclass(frozen=True)
class Policy:
    """Everything the gate needs to know, agreed before any score is read."""

    name: str
    digest: str
    priority: str
    agreement: Agreement
    capacity_gated: float
    capacities: tuple[float, ...]
    looks: Looks
    inside: float
    fail_p_below: float
    replicates: int
    smallest_denominator: int
    smallest_published_count: int
    lift_at_least: float
    spread_at_least: float
    limits: dict[str, Limit]
    characteristics: tuple[Characteristic, ...]
    not_audited: dict[str, Agreement]
    pooling: Pooling | None = None

    @property
    def inside_confidence(self) -> float:
        """Of the interval that must lie inside a limit, as each planned look has it."""
        return 1 - (1 - self.inside) / self.looks.planned

    @property
    def inside_interval(self) -> str:
        """The same in words, such as "90%" or "97.5%"."""
        return f"{100 * self.inside_confidence:.4g}%"

    @property
    def fail_level(self) -> float:
        """The p-value below which a difference fails at each planned look."""
        return self.fail_p_below / self.looks.planned

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of characteristics a file of scores must have, each once."""
        return tuple(dict.fromkeys(c.column for c in self.characteristics if c.column))


def load_policy(path: Path, *, today: date) -> Policy:
    """Read a fairness policy; refuse it when a part is missing, loose or out of date.

    Args:
        path: The TOML file.
        today: The day on which the policy is used; a review_by before it has expired.

    Raises:
        DefinitionError: With the file, the key, and what to do.
    """
    content, table = read_toml(path)
    top = Part(table, (), path.name, today)
    about = top.part("policy")
    policy = Policy(
        name=about.text("name"),
        digest=digest_bytes(content),
        priority=about.text("priority"),
        agreement=agreement(about, "the policy"),
        **_capacity(top.part("capacity")),
        **_evidence(top.part("evidence")),
        looks=_looks(top.part("looks")),
        **_disclosure(top.part("disclosure")),
        **_usefulness(top.part("usefulness")),
        limits=_limits(top.part("limits")),
        characteristics=characteristics(top.part("characteristics")),
        not_audited=_not_audited(top),
        pooling=read_pooling(top),
    )
    about.nothing_else()
    top.nothing_else()
    held = {c.name for c in policy.characteristics}
    for name in MUST_BE_AUDITED:
        gates = any(c.name == name and c.gated for c in policy.characteristics)
        if not gates and name not in policy.not_audited:
            raise DefinitionError(
                f"{path.name}: [characteristics.{name}] is missing or gates no group. "
                "Every release is audited by ethnicity and by disability. Add it; or, "
                f"where it is not held, say why under [not_audited.{name}]: then no "
                "audit can reach a pass."
            )
        if name in held and name in policy.not_audited:
            raise DefinitionError(
                f"{path.name}: '{name}' stands under [characteristics] and under "
                "[not_audited]. Remove one of the two."
            )
    return policy


def _capacity(part: Part) -> dict[str, Any]:
    gated = part.number("gated", at_least=0.01, at_most=0.5)
    reported = part.numbers("reported", at_least=0.001, at_most=0.5)
    agreement(part, "the capacity")
    part.nothing_else()
    return {
        "capacity_gated": gated,
        "capacities": tuple(sorted({gated, *reported})),
    }


def _evidence(part: Part) -> dict[str, Any]:
    found = {
        "inside": INTERVALS[part.text("inside_interval", one_of=[*INTERVALS])],
        "fail_p_below": part.number("fail_p_below", at_least=0.05, at_most=0.2),
        "replicates": part.whole("replicates", at_least=200, at_most=20_000),
        "smallest_denominator": part.whole(
            "smallest_denominator", at_least=10, at_most=1000
        ),
    }
    agreement(part, "what counts as evidence")
    part.nothing_else()
    return found


def _looks(part: Part) -> Looks:
    planned = part.whole("planned", at_least=1, at_most=24)
    agreed = agreement(part, "the number of looks")
    part.nothing_else()
    return Looks(planned, agreed)


def _disclosure(part: Part) -> dict[str, Any]:
    found = {
        "smallest_published_count": part.whole(
            "smallest_published_count", at_least=6, at_most=100
        )
    }
    agreement(part, "the smallest published count")
    part.nothing_else()
    return found


def _usefulness(part: Part) -> dict[str, Any]:
    found = {
        "lift_at_least": part.number("lift_at_least", at_least=1.05, at_most=20),
        "spread_at_least": part.number("spread_at_least", at_least=0.001, at_most=0.5),
    }
    agreement(part, "the usefulness floor")
    part.nothing_else()
    return found


def _limits(parts: Part) -> dict[str, Limit]:
    limits = {}
    for measure in ROLES:
        part = parts.part(measure)
        words = measure.replace("_", " ")
        if measure == "auc":
            lowest = part.number("lowest", at_least=0.5, at_most=0.99)
            highest = None
        elif measure.endswith("_difference"):
            lowest = part.number("lowest", at_least=-WIDEST_DIFFERENCE, at_most=-0.005)
            highest = part.number("highest", at_least=0.005, at_most=WIDEST_DIFFERENCE)
        else:
            lowest = part.number("lowest", at_least=1 / WIDEST_RATIO, at_most=0.99)
            highest = part.number("highest", at_least=1.01, at_most=WIDEST_RATIO)
        agreed = agreement(part, f"the limit on {words}")
        part.nothing_else()
        limits[measure] = Limit(measure, lowest, highest, agreed)
    parts.nothing_else()
    return limits


def _not_audited(top: Part) -> dict[str, Agreement]:
    if not top.has("not_audited"):
        return {}
    parts = top.part("not_audited")
    found = {}
    for name in MUST_BE_AUDITED:
        if parts.has(name):
            part = parts.part(name)
            found[name] = agreement(part, f"leaving out {name}")
            part.nothing_else()
    parts.nothing_else(list(MUST_BE_AUDITED))
    return found
