"""What an audit found, and its published form."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import isnan
from typing import Any

from riskaid.fairness.cells import Cell
from riskaid.fairness.disclosure import SMALL, published_count
from riskaid.fairness.gate import Judged, Verdict
from riskaid.fairness.looks import NOT_COUNTED, Look
from riskaid.fairness.needed import NOTHING, Needed, needed, needed_words
from riskaid.fairness.policy import Policy
from riskaid.fairness.policy_reading import Agreement
from riskaid.fairness.rows import Kind
from riskaid.fairness.withhold import as_shown
from riskaid.fairness.words import RELEASE_VERDICTS, sentence
from riskaid.fragment import fragment

FORMAT = "riskaid-audit"
VERSION = 1
SCHEMA = "audit.schema.json"
DIGITS = 10


@dataclass(frozen=True)
class Group:
    """One group's counts, findings and verdict.

    Attributes:
        cell: Which group, and how it is used.
        rows: Rows.
        outcomes: Recorded outcomes.
        judged: Its findings.
        verdict: The worst of those that decide.
        hidden: Whether its rows and outcomes may not be published.
        hidden_at: Capacities at which its counts may not be published.
    """

    cell: Cell
    rows: float
    outcomes: float
    judged: tuple[Judged, ...]
    verdict: Verdict | None
    hidden: bool
    hidden_at: frozenset[float]

    def suppressed(self, j: Judged) -> bool:
        """Whether a finding's number may not be published."""
        return self.hidden or j.finding.capacity in self.hidden_at


@dataclass(frozen=True)
class Audited:
    """One characteristic's groups and verdict."""

    name: str
    title: str
    groups: tuple[Group, ...]
    verdict: Verdict | None


@dataclass(frozen=True)
class Audit:
    """An audit of one set of scores under one policy.

    The numbers here are whole. What leaves the council is `to_json`, in which small
    counts, and what would give them back, are left out.

    Attributes:
        verdict: The worst of all that decide.
        policy: As agreed.
        seed: Of the draws for ties and intervals.
        scores_digest: SHA-256 of the rows audited, in sorted order.
        rows: Rows audited.
        families: Families (or people, where no family is given) they come from.
        outcomes: Recorded outcomes.
        capacities: Shares of rows selected.
        gated_capacity: The one that gates.
        kind: "score" for probabilities, "rank" for an order, "selected" for a yes or
            no.
        characteristics: In the policy's order.
        everyone: Findings about all rows together, usefulness among them.
        months: From the first as-of date to the last; None without dates.
        notes: What a reader should know: ties, codes not known, what is not audited.
        look: Where it stands among the looks at the outcome; None where nobody counted.
        earlier: Digests of the audits published before that were compared with.
    """

    verdict: Verdict
    policy: Policy
    seed: int
    scores_digest: str
    rows: int
    families: int
    outcomes: int
    capacities: tuple[float, ...]
    gated_capacity: float
    kind: Kind
    characteristics: tuple[Audited, ...]
    everyone: Group
    months: float | None
    notes: tuple[str, ...]
    look: Look | None = None
    earlier: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """For a notebook: the verdict by group, without any number of a group."""
        facts = self.to_json()
        return fragment(
            f"Audit: {self.verdict.replace('_', ' ')}",
            [facts["sentence"], *facts["notes"]],
            columns=("characteristic", "group", "verdict"),
            rows=[
                (one["title"], group["phrase"], group["verdict"].replace("_", " "))
                for one in facts["characteristics"]
                for group in one["groups"]
            ],
        )

    def to_json(self) -> dict[str, Any]:
        """The published form, as audit.schema.json describes; no date of the run."""
        policy = self.policy
        smallest = policy.smallest_published_count
        return {
            "format": FORMAT,
            "version": VERSION,
            "verdict": self.verdict,
            "sentence": RELEASE_VERDICTS[self.verdict],
            "priority": policy.priority,
            "policy": {
                "name": policy.name,
                "digest": policy.digest,
                "review_by": policy.agreement.review_by.isoformat(),
                "inside_interval": policy.inside_interval,
                "fail_p_below": policy.fail_level,
                "looks": {
                    "planned": policy.looks.planned,
                    **_agreement(policy.looks.agreement),
                },
                "replicates": policy.replicates,
                "smallest_denominator": policy.smallest_denominator,
                "smallest_published_count": smallest,
                "limits": {
                    name: {
                        "lowest": limit.lowest,
                        "highest": limit.highest,
                        "role": limit.role,
                        **_agreement(limit.agreement),
                    }
                    for name, limit in policy.limits.items()
                },
                "usefulness": {
                    "lift_at_least": policy.lift_at_least,
                    "spread_at_least": policy.spread_at_least,
                },
                "not_audited": {
                    name: _agreement(a) for name, a in policy.not_audited.items()
                },
            },
            "scores": {
                "digest": self.scores_digest,
                "rows": _count(self.everyone, self.rows, smallest),
                "outcomes": _count(self.everyone, self.outcomes, smallest),
                "families": _count(self.everyone, self.families, smallest),
                "kind": self.kind,
                "months": None if self.months is None else round(self.months, 1),
            },
            "seed": self.seed,
            "capacities": list(self.capacities),
            "gated_capacity": self.gated_capacity,
            "everyone": _groups([self.everyone], self.everyone, smallest, self.months)[
                0
            ],
            "characteristics": [
                {
                    "name": c.name,
                    "title": c.title,
                    "verdict": c.verdict or "reported",
                    "groups": _groups(c.groups, self.everyone, smallest, self.months),
                }
                for c in self.characteristics
            ],
            "notes": [
                *self.notes,
                NOT_COUNTED if self.look is None else self.look.says(),
            ],
            "compared_with": list(self.earlier),
            "look": None if self.look is None else self.look.to_json(),
            "usable_for_release": self.look is not None and not self.look.is_spent,
        }


def audit_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every audit.json of this version follows."""
    place = files("riskaid.fairness") / SCHEMA
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema


def _agreement(agreement: Agreement) -> dict[str, str]:
    return {
        "because": agreement.because,
        "agreed_by": agreement.agreed_by,
        "agreed_on": agreement.agreed_on.isoformat(),
        "review_by": agreement.review_by.isoformat(),
    }


def _groups(
    groups: Sequence[Group],
    everyone: Group,
    smallest: int,
    months: float | None,
) -> list[dict[str, Any]]:
    shown = as_shown(groups, everyone)
    return [
        {
            "name": group.cell.name,
            "phrase": group.cell.phrase,
            "use": group.cell.use,
            "within": group.cell.within or None,
            "says": group.cell.says or None,
            "rows": _count(group, group.rows, smallest),
            "outcomes": _count(group, group.outcomes, smallest),
            "verdict": verdict or "reported",
            "metrics": [
                _metric(
                    j,
                    needed(j, outcomes=group.outcomes, months=months),
                    suppressed=flag,
                )
                for j, flag in findings
            ],
        }
        for group, (findings, verdict) in zip(groups, shown, strict=True)
    ]


def _count(group: Group, count: float, smallest: int) -> int | str:
    return SMALL if group.hidden else published_count(count, smallest)


def _metric(j: Judged, said: Needed, *, suppressed: bool) -> dict[str, Any]:
    f = j.finding
    if suppressed:
        said = NOTHING
    shown = f.state == "estimable" and not suppressed
    half = (f.high90 - f.low90) / 2

    def known(value: float) -> float | None:
        return None if not shown or isnan(value) else round(value, DIGITS)

    return {
        "metric": f.measure,
        "rate": f.rate,
        "compared": f.compared,
        "capacity": f.capacity,
        "value": known(f.value),
        "low90": known(f.low90),
        "high90": known(f.high90),
        "low95": known(f.low95),
        "high95": known(f.high95),
        "low_inside": known(f.low_inside),
        "high_inside": known(f.high_inside),
        "half_width90": known(half),
        "n": None if suppressed else round(f.n),
        "state": "suppressed" if suppressed else f.state,
        "reason": None if suppressed else f.reason or None,
        "p": known(f.p),
        "p_holm": known(j.p_holm),
        "role": j.role,
        "lowest": j.lowest,
        "highest": j.highest,
        "verdict": j.verdict,
        "decision_possible": j.decision_possible,
        "smallest_gap": None
        if isnan(said.smallest_gap)
        else round(said.smallest_gap, DIGITS),
        "more_outcomes": said.outcomes,
        "more_months": said.months,
        "councils": said.councils,
        "sentence": sentence(j, suppressed=suppressed)
        + ("" if suppressed else needed_words(said, j)),
    }
