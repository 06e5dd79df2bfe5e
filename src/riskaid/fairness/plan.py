"""How much evidence an audit would need, reckoned before any score is looked at.

The arithmetic is that of the gate: a limit passes where the interval that decides lies
inside it, which four audits in five reach, if there is no gap, once the limit is as far
from no gap as that interval's half-width and 1.28 standard errors more. Standard errors
are those of counts, for the group and for everyone else. docs/how-to/audit.md has the
formulas.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from math import ceil, exp, inf, isfinite, log, sqrt
from typing import Any, Final

from riskaid.fairness.cells import Cell, choose_cells
from riskaid.fairness.disclosure import SMALL
from riskaid.fairness.expected import Expected, Unit
from riskaid.fairness.gate import POWER, Z_FAIL
from riskaid.fairness.intervals import z_of
from riskaid.fairness.policy import Policy

FORMAT: Final = "riskaid-audit-plan"
VERSION: Final = 1
SCHEMA: Final = "plan.schema.json"
PLANNED: Final = (
    "false_negative_rate_difference",
    "recall_ratio",
    "calibration",
    "positive_predictive_value_difference",
)
"""The measures that must pass; those that can only stop a release need no evidence."""
ROUNDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """What has to be supposed where nothing may be looked at.

    Attributes:
        base_rate: Share of rows whose outcome will be recorded, above 0, under 1.
        recall: Share of those that the tool will select, above 0, under 1.
        design_effect: How many times families widen the variance; at least 1.
    """

    base_rate: float
    recall: float
    design_effect: float = 1.0


@dataclass(frozen=True)
class Need:
    """What one limit needs for one group.

    Attributes:
        measure: The limit's.
        outcomes: Recorded outcomes that the group needs; infinite where no number is
            enough, because nobody is in the group or nobody else is there.
        units: Years (or files as this one) until it has them, at what is expected.
        half_width: Of the interval that decides, after one unit, in points or times.
        smallest_gap: The smallest gap that one unit would show as a fail four times in
            five, in points or times.
    """

    measure: str
    outcomes: float
    units: float
    half_width: float
    smallest_gap: float


@dataclass(frozen=True)
class Row:
    """One group that must pass, by itself or within another, and its needs."""

    characteristic: str
    title: str
    cell: Cell
    outcomes: float
    needs: tuple[Need, ...]
    hidden: bool

    @property
    def units(self) -> float:
        """Until the last of its limits has what it needs."""
        return max(need.units for need in self.needs)


@dataclass(frozen=True)
class Plan:
    """What an audit under a policy would need.

    Attributes:
        policy: As agreed.
        supposed: What was supposed.
        unit: What is counted in: a year, or a file as the one given.
        rows: Groups of every characteristic, in the policy's order.
        settled: Units until every gated group that may be shown has what it needs;
            infinite where one never has. One that may not be shown has no say, because
            this number would give its count away.
        notes: What a reader should know.
    """

    policy: Policy
    supposed: Supposed
    unit: Unit
    rows: tuple[Row, ...]
    settled: float
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As plan.schema.json says; null: no number is enough, "c": none is shown."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "policy": {"name": self.policy.name, "digest": self.policy.digest},
            "supposed": {
                "base_rate": self.supposed.base_rate,
                "recall": self.supposed.recall,
                "design_effect": self.supposed.design_effect,
                "capacity": self.policy.capacity_gated,
            },
            "inside_interval": self.policy.inside_interval,
            "unit": self.unit,
            "settled_after": _rounded(self.settled),
            "groups": [_row(row) for row in self.rows],
            "notes": list(self.notes),
        }


def make_plan(expected: Expected, policy: Policy, supposed: Supposed) -> Plan:
    """Reckon what each limit needs for each group that must pass.

    Which groups are looked at together follows from how many outcomes there would be
    once everything is settled, as the policy's merges say.

    Args:
        expected: Outcomes of each group in one unit, from a file's groups or declared.
        policy: With its limits, merges and the interval that decides.
        supposed: The rest.
    """
    units = 1.0
    for _ in range(ROUNDS):
        rows = _rows(expected, policy, supposed, units)
        shown = [r for r in rows if r.cell.use == "gated" and not r.hidden]
        settled = max((r.units for r in shown), default=inf)
        if not isfinite(settled) or settled <= units:
            break
        units = settled
    return Plan(policy, supposed, expected.unit, tuple(rows), settled, expected.notes)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every plan.json of this version follows."""
    place = files("riskaid.fairness") / SCHEMA
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema


def _rows(
    expected: Expected, policy: Policy, supposed: Supposed, units: float
) -> list[Row]:
    found = []
    for one in expected.characteristics:
        counts = one.outcomes
        by_then = counts * units
        cells = choose_cells(one.about, one.groups, by_then, by_then)
        for cell in cells:
            if cell.use == "reported":
                continue
            outcomes = float(counts[list(cell.members)].sum())
            needs = tuple(
                _need(m, outcomes, float(counts.sum()), policy, supposed)
                for m in PLANNED
            )
            hidden = any(one.hidden[i] for i in cell.members)
            found.append(
                Row(one.about.name, one.about.title, cell, outcomes, needs, hidden)
            )
    return found


def _need(
    measure: str, outcomes: float, total: float, policy: Policy, supposed: Supposed
) -> Need:
    """The formulas; see docs/how-to/audit.md.

    Args:
        measure: The limit's.
        outcomes: Of the group in one unit.
        total: Of everyone in one unit.
        policy: With the limit.
        supposed: Base rate, recall, families.
    """
    limit = policy.limits[measure]
    lowest, highest = limit.lowest or 0.0, limit.highest or 0.0
    ratio = not measure.endswith("_difference")
    width = min(log(highest), -log(lowest)) if ratio else min(highest, -lowest)
    apart = z_of(policy.inside_confidence)
    r, b, k = supposed.recall, supposed.base_rate, policy.capacity_gated
    ppv = min(r * b / k, 1 - 1e-9)
    # Outcomes for each row of the denominator, and the variance that each adds.
    each, variance = {
        "false_negative_rate_difference": (1.0, r * (1 - r)),
        "recall_ratio": (1.0, (1 - r) / r),
        "calibration": (1.0, 1 - b),
        "positive_predictive_value_difference": (b / k, ppv * (1 - ppv)),
    }[measure]
    alone = measure == "calibration"
    others = total - outcomes
    if outcomes <= 0 or (others <= 0 and not alone):
        return Need(measure, inf, inf, inf, inf)
    both = 1 / outcomes + (0.0 if alone else 1 / others)
    one_unit = supposed.design_effect * variance * each * both
    units = max(
        one_unit * ((apart + POWER) / width) ** 2,
        policy.smallest_denominator * each / outcomes,
    )
    error = sqrt(one_unit)
    reach, gap = (exp(z * error) if ratio else z * error for z in (apart, Z_FAIL))
    return Need(measure, units * outcomes, units, reach, gap)


def _row(row: Row) -> dict[str, Any]:
    return {
        "characteristic": row.characteristic,
        "group": row.cell.name,
        "phrase": row.cell.phrase,
        "use": row.cell.use,
        "within": row.cell.within or None,
        "outcomes_a_unit": SMALL if row.hidden else round(row.outcomes, 1),
        "limits": {
            need.measure: SMALL
            if row.hidden
            else {
                "outcomes": whole(need.outcomes),
                "units": _rounded(need.units),
                "half_width": _rounded(need.half_width),
                "smallest_gap": _rounded(need.smallest_gap),
            }
            for need in row.needs
        },
    }


def whole(number: float) -> int | None:
    """A number of outcomes, rounded up; None where no number is enough."""
    return ceil(number - 1e-9) if isfinite(number) else None


def _rounded(number: float) -> float | None:
    return round(number, 3) if isfinite(number) else None
