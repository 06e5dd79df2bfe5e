"""How often the 95% interval of a group's calibration slope holds the truth.

    python benchmarks/calibration_slope.py [--runs 3000]

Estimates are right for each row, and outcomes of one family are alike through a shared
normal variable (a Gaussian copula), so that the true slope is 1 while rows of a family
are not strangers. Counts what lies inside, below and above.
"""

import argparse

import numpy as np
from scipy.stats import norm

from riskaid.fairness.calibration_slope import fit_slope

SETTINGS = [
    # rows in a family, how alike, base log-odds, rows
    *((1, 0.0, -2.1, rows) for rows in (110, 150, 400, 5000)),
    *((3, 0.3, -2.1, rows) for rows in (110, 150, 400, 5000)),
    *((5, 0.6, -2.1, rows) for rows in (110, 150, 300, 1000, 4000)),
    (1, 0.0, -4.0, 900),
    (2, 0.3, -1.0, 60),
    (2, 0.3, -1.0, 20_000),
]
Z95 = float(norm.ppf(0.975))


def held(size: int, alike: float, level: float, rows: int, runs: int) -> list[float]:
    """Mean outcomes, and the shares of intervals that hold 1, lie above, lie below."""
    draw = np.random.Generator(np.random.PCG64([rows, size]))
    families = max(2, rows // size)
    family = np.arange(rows) // size % families
    counted = []
    for _ in range(runs):
        chance = 1 / (1 + np.exp(-(level + 1.5 * draw.normal(0, 1, rows))))
        shared = draw.normal(0, 1, families)[family]
        own = draw.normal(0, 1, rows)
        latent = np.sqrt(alike) * shared + np.sqrt(1 - alike) * own
        outcome = (norm.cdf(latent) < chance).astype(np.int64)
        slope, error = fit_slope(chance, outcome, family)
        if np.isfinite(error):
            above, below = slope - Z95 * error > 1, slope + Z95 * error < 1
            counted.append((outcome.sum(), not (above or below), above, below))
    return [float(x) for x in np.mean(counted, axis=0)]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3000)
    runs = asked.parse_args().runs
    print("| rows in a family | alike | rows | outcomes | held | above 1 | below 1 |")
    print("|---|---|---|---|---|---|---|")
    for size, alike, level, rows in SETTINGS:
        fewer = min(runs, 1000) if rows > 10_000 else runs
        mean, inside, above, below = held(size, alike, level, rows, fewer)
        print(
            f"| {size} | {alike} | {rows:,} | {mean:,.0f} | {100 * inside:.1f}% | "
            f"{100 * above:.1f}% | {100 * below:.1f}% |"
        )


if __name__ == "__main__":
    main()
