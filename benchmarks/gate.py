"""How often the gate says what, on councils whose truth is known: `make bench-gate`.

Thousands of audits a cell, over outcomes, families, gaps and groups, on counts of kinds
of families (gate_on_counts.py), and some whole audits through `audit` itself. Writes
the facts that the card and docs/reference/operating-characteristics.md show.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from family_counts import FAMILIES, SHARES, STRANGERS, World
from gate_on_counts import verdicts
from plain_rule import plain_rule
from simulated_scores import council

from riskaid.fairness.audit import audit
from riskaid.fairness.intervals import wilson, z_of
from riskaid.fairness.operating import FACTS, as_page
from riskaid.fairness.policy import Policy, load_policy
from riskaid.files import write_json, write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "operating-characteristics.md"
OUTCOMES = (400, 1000, 2000, 4000, 10_000, 20_000)
GROUPS = {0: "72%", 3: "7%", 4: "3%"}
GAPS = ("none", "half the limit", "the limit", "twice the limit")
STEPS = (0.0, 0.5, 1.0, 2.0)
KINDS = {
    "strangers": (STRANGERS, 0.0),
    "families of 1 to 5": (FAMILIES, 0.3),
}
RECALL, BASE, PPV = 0.6, 0.15, 0.45
MISSED = "false_negative_rate_difference"
REFERENCE = (
    (400, 3, 0.2, "fail", 0.36),
    (400, 4, 0.2, "fail", 0.15),
    (2000, 3, 0.2, "fail", 0.98),
    (2000, 4, 0.2, "fail", 0.73),
    (4000, 0, 0.0, "pass", 0.36),
    (10_000, 0, 0.0, "pass", 0.92),
    (10_000, 3, 0.08, "pass", 0.25),
    (10_000, 3, 0.08, "fail", 0.17),
    (20_000, 0, 0.0, "pass", 1.0),
)
"""The same cells of a rule written apart from this one: outcomes, group, gap, verdict,
share. 400 audits each, so within 0.025 of what it is."""


@dataclass(frozen=True)
class Cell:
    """One truth, to be audited many times."""

    measure: str
    families: str
    outcomes: int
    gap: str
    group: int
    world: World
    rows: float

    def to_json(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "families": self.families,
            "outcomes": self.outcomes,
            "gap": self.gap,
            "group": "all alike" if self.gap == GAPS[0] else GROUPS[self.group],
        }


def chances(
    measure: str, step: float, policy: Policy
) -> tuple[tuple[float, ...], tuple[float, ...], float, tuple[float, float]]:
    """Of everyone else's rows, of the group's, rows an outcome, and the estimates.

    Args:
        measure: A limit's, or "all".
        step: The gap, in times the limit; ratios by their logarithm.
        policy: With the limit.
    """
    if measure == MISSED:
        gap = step * (policy.limits[measure].highest or 0)
        return (
            (RECALL, 1 - RECALL, 0, 0),
            (RECALL - gap, 1 - RECALL + gap, 0, 0),
            1,
            ONE,
        )
    if measure == "recall_ratio":
        found = RECALL * (policy.limits[measure].lowest or 1) ** step
        return (RECALL, 1 - RECALL, 0, 0), (found, 1 - found, 0, 0), 1, ONE
    if measure == "calibration":
        p = 0.2 * (policy.limits[measure].highest or 1) ** step
        return (0.2, 0, 0.8, 0), (p, 0, 1 - p, 0), 5, (0.2, 0.2)
    if measure == "positive_predictive_value_difference":
        right = PPV + step * (policy.limits[measure].lowest or 0)
        return (PPV, 0, 1 - PPV, 0), (right, 0, 1 - right, 0), 1, ONE
    gap = BASE * step * (policy.limits[MISSED].highest or 0)
    found, missed = BASE * RECALL, BASE * (1 - RECALL)
    needless = found / PPV - found
    rest = 1 - BASE - needless
    estimates = PPV, missed / (missed + rest)
    return (
        (found, missed, needless, rest),
        (found - gap, missed + gap, needless, rest),
        1 / BASE,
        estimates,
    )


ONE = (0.5, 0.5)


def cells(policy: Policy) -> Iterator[Cell]:
    """Every cell of the table."""
    measures = [
        MISSED,
        "recall_ratio",
        "calibration",
        "positive_predictive_value_difference",
        "all",
    ]
    for measure in measures:
        for families, (sizes, likeness) in KINDS.items():
            for outcomes in OUTCOMES:
                for name, step in zip(GAPS, STEPS, strict=True):
                    for group in GROUPS if step else (0,):
                        others, own, rows, estimates = chances(measure, step, policy)
                        every = [others] * len(SHARES)
                        every[group] = own
                        world = World(
                            tuple(every),
                            estimates=estimates,
                            sizes=tuple(sizes.items()),
                            likeness=likeness,
                        )
                        yield Cell(
                            measure, families, outcomes, name, group, world, rows
                        )


def judged(cell: Cell, audits: int, policy: Policy, seed: int) -> dict[str, Any]:
    """The shares of verdicts in one cell, a thousand audits at a time."""
    limits = {
        m: limit
        for m, limit in policy.limits.items()
        if m == cell.measure or (cell.measure == "all" and m != "auc")
    }
    asked = replace(policy, limits=limits)
    draw = np.random.Generator(np.random.PCG64(seed))
    passed = failed = alone = 0
    for at in range(0, audits, 1000):
        few = min(1000, audits - at)
        found = verdicts(asked, cell.world.draw(cell.outcomes * cell.rows, few, draw))
        passed += int(found.passed.sum())
        failed += int(found.failed.sum())
        alone += int(found.failed_alone.sum())
    upper = wilson(passed / audits, audits, z_of(0.98))[1]
    return cell.to_json() | {
        "audits": audits,
        "pass": round(passed / audits, 4),
        "fail": round(failed / audits, 4),
        "fail_by_measure": round(alone / audits, 4),
        "pass_at_most": round(float(upper), 4),
    }


def compared(policy: Policy, audits: int) -> list[dict[str, Any]]:
    """The cells of the reference, its figures, and its rule on the audits of ours."""
    one = replace(policy, limits={MISSED: policy.limits[MISSED]})
    found = []
    for outcomes, group, gap, verdict, share in REFERENCE:
        every = [(RECALL, 1 - RECALL, 0.0, 0.0)] * len(SHARES)
        every[group] = (RECALL - gap, 1 - RECALL + gap, 0.0, 0.0)
        world = World(tuple(every), sizes=tuple(STRANGERS.items()), likeness=0.0)
        draw = np.random.Generator(np.random.PCG64([outcomes, group]))
        kinds = world.draw(outcomes, audits, draw)
        given = verdicts(one, kinds)
        ours = given.passed if verdict == "pass" else given.failed
        plain = plain_rule(kinds, one.limits[MISSED].highest or 0)[verdict]
        found.append(
            {
                "outcomes": outcomes,
                "group": GROUPS[group] if gap else "all alike",
                "gap": gap,
                "verdict": verdict,
                "reference": share,
                "error": round(sqrt(share * (1 - share) / 400), 3),
                "share": round(float(ours.mean()), 4),
                "plain": round(float(plain.mean()), 4),
                "audits": audits,
            }
        )
    return found


def several(policy: Policy, audits: int) -> list[dict[str, Any]]:
    """Audits of five characteristics, none of which has a gap, drawn apart."""
    limits = {m: limit for m, limit in policy.limits.items() if m != "auc"}
    asked = replace(policy, limits=limits)
    found = []
    for cell in cells(policy):
        if cell.measure != "all" or cell.gap != GAPS[0]:
            continue
        draw = np.random.Generator(np.random.PCG64([5, cell.outcomes]))
        passed = failed = alone = 0
        for at in range(0, audits, 500):
            few = min(500, audits - at)
            drawn = [
                cell.world.draw(cell.outcomes * cell.rows, few, draw) for _ in range(5)
            ]
            given = verdicts(asked, *drawn)
            passed += int(given.passed.sum())
            failed += int(given.failed.sum())
            alone += int(given.failed_alone.sum())
        found.append(
            {
                "families": cell.families,
                "outcomes": cell.outcomes,
                "audits": audits,
                "pass": round(passed / audits, 4),
                "fail": round(failed / audits, 4),
                "fail_by_measure": round(alone / audits, 4),
            }
        )
        print(found[-1], flush=True)
    return found


def whole(policy: Policy, audits: int) -> list[dict[str, Any]]:
    """Whole audits of five characteristics, estimates and all, row by row."""
    quick = replace(policy, replicates=200)
    found = []
    for outcomes in (400, 2000):
        for truth, overlooked in (("equal", 0.0), ("estimates of 9% too low", 1.2)):
            few = audits if truth == "equal" else audits // 5
            given = Counter(
                audit(council(outcomes, seed=i, overlooked=overlooked), quick).verdict
                for i in range(few)
            )
            found.append(
                {
                    "outcomes": outcomes,
                    "truth": truth,
                    "audits": few,
                    "pass": round(given["pass"] / few, 4),
                    "fail": round(given["fail"] / few, 4),
                }
            )
            print(found[-1], flush=True)
    return found


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--audits", type=int, default=2000, help="per cell")
    words.add_argument(
        "--at-edges", type=int, default=5000, help="no gap, at the limit"
    )
    words.add_argument("--whole", type=int, default=50, help="whole audits a truth")
    words.add_argument("--write", action="store_true", help="the facts and the page")
    given = words.parse_args()
    policy = load_policy(ROOT / "fairness" / "policy.toml", today=date(2026, 11, 22))
    start, found = time.perf_counter(), []
    for number, cell in enumerate(cells(policy)):
        edge = cell.gap in {GAPS[0], GAPS[2]}
        audits = given.at_edges if edge else given.audits
        found.append(judged(cell, audits, policy, number))
        print(found[-1], flush=True)
    facts = {
        "format": "riskaid-operating-characteristics",
        "version": 1,
        "command": "make bench-gate",
        "policy": policy.name,
        "limits": {
            m: [limit.lowest, limit.highest] for m, limit in policy.limits.items()
        },
        "shares": list(SHARES),
        "likeness": KINDS["families of 1 to 5"][1],
        "cells": found,
        "reference": compared(policy, 20_000),
        "several": several(policy, given.audits),
        "whole": whole(policy, given.whole),
    }
    print(f"{time.perf_counter() - start:.0f} seconds")
    if given.write:
        write_json(ROOT / "src" / "riskaid" / "fairness" / FACTS, facts)
        write_text(PAGE, as_page(facts))


if __name__ == "__main__":
    main()
