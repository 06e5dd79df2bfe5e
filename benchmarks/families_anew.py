"""Families drawn anew, beside fairlearn's own bootstrap on the same rows.

200,000 rows in 120,000 families and 18 groups: 2,000 replicates of every sum, then
every rate of every group with the interval of its value, its difference and its ratio
against everyone else, and calibration. Prints seconds, peak memory, and how many times
quicker a replicate is than one of fairlearn's MetricFrame, which draws rows, for five
of the rates at one capacity, without differences, ratios or calibration.
"""

import argparse
import resource
import time
import warnings

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import precision_score

from riskaid.fairness.intervals import percentiles
from riskaid.fairness.metrics import AT_CAPACITY, Counts, divide, parts
from riskaid.fairness.sums import FIXED, Floats, Ints, draw_together, replicate

ROWS, FAMILIES = 200_000, 120_000
SHARES = (0.66, 0.10, 0.08, 0.07, 0.06, 0.03)
CAPACITIES = (0.05, 0.10, 0.20)


def rows(seed: int) -> tuple[Ints, Ints, Floats, Ints, list[Floats]]:
    """Family, group, estimate and outcome of each row, and who is selected."""
    draw = np.random.Generator(np.random.PCG64(seed))
    family = np.concatenate(
        [np.arange(FAMILIES), draw.integers(0, FAMILIES, ROWS - FAMILIES)]
    )
    ethnicity = draw.choice(len(SHARES), FAMILIES, p=SHARES)[family]
    group = ethnicity * 3 + draw.choice(3, ROWS, p=[0.15, 0.45, 0.40])
    score = draw.beta(1, 4, ROWS)
    outcome = (draw.random(ROWS) < score).astype(np.int64)
    cuts = [np.quantile(score, 1 - share) for share in CAPACITIES]
    return family, group, score, outcome, [(score >= c).astype(float) for c in cuts]


def ours(replicates: int, seed: int) -> tuple[float, float, int]:
    """Seconds, processor seconds, and how many intervals came of them."""
    family, group, score, outcome, selected = rows(seed)
    start, processor = time.perf_counter(), time.process_time()
    columns = [np.ones(ROWS), outcome, score, score * (1 - score)]
    for chosen in selected:
        columns += [chosen, chosen * outcome]
    quantities = np.stack(columns, axis=1).astype(float)
    drawn = draw_together(family, group, 18, quantities)
    (sums,) = replicate([drawn], families=FAMILIES, replicates=replicates, seed=seed)
    made = sum(_intervals(sums, g) for g in range(18))
    return time.perf_counter() - start, time.process_time() - processor, made


def _intervals(sums: Floats, group: int) -> int:
    every = sums.sum(axis=1)
    made = 0
    for k in range(len(CAPACITIES)):
        at = [0, 1, 2, FIXED + 2 * k, FIXED + 2 * k + 1]
        own, others = Counts(*sums[at, group]), Counts(*(every - sums[:, group])[at])
        rates = (*AT_CAPACITY, *(("base_rate", "calibration") if k == 0 else ()))
        for rate in rates:
            one, two = divide(*parts(rate, own)), divide(*parts(rate, others))
            for values in (one, one - two, divide(one, two)):
                for confidence in (0.90, 0.95):
                    percentiles(values, confidence)
                    made += 1
    return made


def theirs(replicates: int, seed: int) -> float:
    """Seconds a replicate of fairlearn's MetricFrame, its own points taken off."""
    _, group, _, outcome, selected = rows(seed)

    def seconds(**more: object) -> float:
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            MetricFrame(
                metrics={
                    "selection_rate": selection_rate,
                    "false_negative_rate": false_negative_rate,
                    "recall": true_positive_rate,
                    "false_positive_rate": false_positive_rate,
                    "positive_predictive_value": precision_score,
                },
                y_true=outcome,
                y_pred=selected[-1].astype(int),
                sensitive_features=group,
                **more,
            )
        return time.perf_counter() - start

    points = seconds()
    return (
        seconds(n_boot=replicates, ci_quantiles=[0.025, 0.975]) - points
    ) / replicates


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--replicates", type=int, default=2000)
    words.add_argument("--theirs", type=int, default=3, help="of fairlearn's")
    words.add_argument("--seed", type=int, default=6)
    given = words.parse_args()
    runs = [ours(given.replicates, given.seed) for _ in range(3)]
    best, _, made = min(runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{given.replicates:,} replicates, {made:,} intervals: ", end="")
    print(", ".join(f"{seconds:.2f} ({used:.2f})" for seconds, used, _ in runs), end="")
    print(f" s (of the processor); {peak:,.0f} MiB")
    if given.theirs:
        each = theirs(given.theirs, given.seed)
        ratio = each / (best / given.replicates)
        print(f"fairlearn: {each:.2f} s a replicate, {ratio:,.0f} times ours")


if __name__ == "__main__":
    main()
