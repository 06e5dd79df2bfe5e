"""How often a limit passes with what `riskaid audit --plan` says it needs.

Draws councils in which groups are equal, of as many outcomes as planned for a group of
one in ten, and puts each through the whole audit. Prints a table for docs/measured.md.
"""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from riskaid.fairness.audit import audit
from riskaid.fairness.expected import Expected, Groups
from riskaid.fairness.plan import Supposed, make_plan
from riskaid.fairness.policy import Policy, load_policy

POLICY = Path(__file__).resolve().parent.parent / "fairness" / "policy.toml"
SUPPOSED = Supposed(base_rate=0.14, recall=0.6)
GIRLS = 0.1
MEASURES = (
    "false_negative_rate_difference",
    "recall_ratio",
    "positive_predictive_value_difference",
)


def council(rows: int, capacity: float, seed: int) -> pl.DataFrame:
    """A tool's yes or no, as good for girls as for boys; every family of one row."""
    draw = np.random.Generator(np.random.PCG64(seed))
    base, recall = SUPPOSED.base_rate, SUPPOSED.recall
    outcome = draw.random(rows) < base
    wrongly = (capacity - recall * base) / (1 - base)
    selected = draw.random(rows) < np.where(outcome, recall, wrongly)
    ids = [f"C{i}" for i in range(rows)]
    return pl.DataFrame(
        {
            "person_id": ids,
            "family_id": ids,
            "selected": selected.astype(int),
            "outcome": outcome.astype(int),
            "ethnicity": "",
            "disability": "",
            "age_band": "",
            "sex": np.where(draw.random(rows) < GIRLS, "F", "M"),
        }
    )


def planned(policy: Policy) -> dict[str, tuple[float, int]]:
    """Outcomes that girls need for each measure, and rows of the whole council."""
    (sex,) = policy.characteristics
    groups = [("girls", "girls"), ("boys", "boys")]
    counts = np.array([100.0, 100.0 / GIRLS - 100.0])
    hidden = np.zeros(2, dtype=np.bool_)
    plan = make_plan(
        Expected("year", (Groups(sex, groups, counts, hidden),), ()), policy, SUPPOSED
    )
    girls = plan.rows[0]
    rows = counts.sum() / SUPPOSED.base_rate
    return {n.measure: (n.outcomes, round(n.units * rows)) for n in girls.needs}


def passes(policy: Policy, measure: str, rows: int, seed: int) -> bool:
    """Whether the gate passes girls on a measure in one drawn council."""
    result = audit(council(rows, policy.capacity_gated, seed), policy, seed=seed)
    (found,) = [
        judged
        for group in result.characteristics[0].groups
        if group.cell.name == "girls"
        for judged in group.judged
        if judged.finding.measure == measure
    ]
    return found.verdict == "pass"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--audits", type=int, default=150, help="per line of the table")
    given = words.parse_args()
    policy = load_policy(POLICY, today=date(2026, 11, 22))
    only = tuple(c for c in policy.characteristics if c.name == "sex")
    policy = replace(policy, replicates=500, characteristics=only)
    print("| limit | outcomes planned for the group | audits | pass |")
    print("|---|---|---|---|")
    for measure in MEASURES:
        outcomes, rows = planned(policy)[measure]
        n = sum(passes(policy, measure, rows, seed) for seed in range(given.audits))
        said = measure.replace("_", " ")
        share = 100 * n / given.audits
        print(
            f"| {said} | {outcomes:.0f} | {given.audits} | {share:.0f}% |", flush=True
        )


if __name__ == "__main__":
    main()
