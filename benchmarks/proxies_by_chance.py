"""How often does the probe of proxies name an indicator where none tells anything?

No council is made. Each draw makes families of one to five rows and 120 indicators that
know nothing of any group: rare signs, rare and common counts, measures, some of them
not known for some rows. Families are alike in their indicators; groups go by family for
most (as ethnicity does), or by child (as disability does). Then the very function of
the probe asks every indicator of every group, corrected over all of them. Anything
named is a false alarm.

    python benchmarks/proxies_by_chance.py [draws]
"""

import sys

import numpy as np

from riskaid.fairness.intervals import holm
from riskaid.training.proxies import FEWEST_FAMILIES, LEVEL, one_by_one
from riskaid.training.table import Predictors

FAMILIES = 3_500
INDICATORS = 120
SHARES = {
    "by family": (0.76, 0.09, 0.08, 0.05, 0.02),
    "by child": (0.85, 0.10, 0.05),
}
NAMES = tuple(f"indicator_{i}" for i in range(INDICATORS))
PREDICTORS = Predictors(names=NAMES, more_means_more=(None,) * INDICATORS, left_out={})


def named(by: str, seed: int) -> int:
    """How many pairs of an indicator and a group are named in one draw."""
    draw = np.random.Generator(np.random.PCG64([seed, sorted(SHARES).index(by)]))
    size = draw.choice([1, 2, 3, 4, 5], FAMILIES, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    family = np.repeat(np.arange(FAMILIES), size)
    shares = SHARES[by]
    each = draw.choice(len(shares), len(family), p=shares)
    whole = draw.choice(len(shares), FAMILIES, p=shares)[family]
    # Three of a hundred children are recorded otherwise than their siblings.
    apart = draw.random(len(family)) < (0.03 if by == "by family" else 1.0)
    groups = np.where(apart, each, whole)
    matrix = _indicators(draw, family)
    tried = []
    for group in range(len(shares)):
        member = groups == group
        if len(np.unique(family[member])) >= FEWEST_FAMILIES:
            tried += one_by_one(matrix, member, family, PREDICTORS, str(group))
    return sum(p < LEVEL for p in holm([one.p for one in tried]))


def _indicators(draw: np.random.Generator, family: np.ndarray) -> np.ndarray:
    """One column an indicator: six kinds in turn, alike within families."""
    rows = len(family)
    shared = draw.normal(size=(family.max() + 1, 8))
    out = np.empty((rows, INDICATORS))
    for i in range(INDICATORS):
        level = 0.8 * shared[family, i % 8] + 0.6 * draw.normal(size=rows)
        kind = i % 6
        if kind == 0:
            out[:, i] = level > draw.choice([2.5, 2.8, 3.2, 3.5])
        elif kind == 1:
            out[:, i] = level > 1.5
        elif kind in (2, 3):
            out[:, i] = draw.poisson(np.exp(1.2 * level - (3 if kind == 2 else 1)))
        else:
            out[:, i] = level
        if kind == 5:
            out[draw.random(rows) < 0.02, i] = np.nan
    return out


def alarms(by: str, draws: int) -> int:
    """In how many draws anything is named."""
    return sum(named(by, seed) > 0 for seed in range(draws))


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for by in SHARES:
        sys.stdout.write(f"groups {by}: {alarms(by, asked)} of {asked} draws\n")
        sys.stdout.flush()
