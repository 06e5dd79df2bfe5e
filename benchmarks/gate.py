"""How often the gate says what, on simulated councils whose truth is known.

Prints a table for docs/measured.md: outcomes, truth, and the share of audits with each
verdict under the shipped policy (with fewer replicates, so that it ends).
"""

import argparse
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from simulated_scores import council

from riskaid.fairness.audit import audit
from riskaid.fairness.policy import load_policy

POLICY = Path(__file__).resolve().parent.parent / "fairness" / "policy.toml"
TRUTHS = {"groups are equal": 0.0, "Black children's estimates too low": 1.2}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--audits", type=int, default=200, help="per line of the table")
    words.add_argument("--outcomes", type=int, nargs="+", default=[400, 2000])
    given = words.parse_args()
    policy = replace(load_policy(POLICY, today=date(2026, 11, 22)), replicates=200)
    print("| outcomes | truth | audits | pass | fail | insufficient |")
    print("|---|---|---|---|---|---|")
    for outcomes in given.outcomes:
        for truth, overlooked in TRUTHS.items():
            verdicts = Counter(
                audit(council(outcomes, seed=i, overlooked=overlooked), policy).verdict
                for i in range(given.audits)
            )
            shares = " | ".join(
                f"{verdicts[v] / given.audits:.2f}"
                for v in ("pass", "fail", "insufficient_evidence")
            )
            print(f"| {outcomes:,} | {truth} | {given.audits} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
