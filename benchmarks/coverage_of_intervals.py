"""How often a 95% interval holds the truth, for every number the audit shows.

Tables for docs/measured.md and ADR-0019: the intervals of the audit by the size of the
denominator; what was tried instead; groups whose families are not alike in the way of
the others; and numbers that need no cut. Rates, differences and ratios are simulated
on counts of kinds of families; calibration, order and lift on rows.
"""

import argparse
from dataclasses import dataclass, replace
from itertools import product
from math import comb

import numpy as np
from family_counts import FAMILIES, World

from riskaid.fairness import intervals
from riskaid.fairness.families import (
    FEWEST,
    Kinds,
    compared,
    likeness_of_all,
    worth,
)
from riskaid.fairness.findings import DISAGREE
from riskaid.fairness.metrics import divide, rank_quality
from riskaid.fairness.over_all_rows import found_minus_expected, lift_error
from riskaid.fairness.sums import Floats

SIZES = (20, 50, 100, 400, 2000, 20_000)
RATES = (0.1, 0.3, 0.5, 0.7, 0.9)
LIKE = (0.0, 0.3, 0.6)
SHARES = (0.72, 0.10, 0.03)
SMALLEST = 10
ASKED = (0.93, 0.97)
"""Cells under the first and over the second are counted apart."""
MANY = 4_000_000
"""Rows that the truth of a world without a formula is taken from."""
AT_LEAST = 1_000
"""Audits of rows a cell, however large they are."""
REDRAWN = 300
Hits = dict[str, list[float]]


@dataclass(frozen=True)
class Two:
    """A group and everyone else; the group's families may be alike in a way of theirs.

    Attributes:
        rates: Of the group, of the others.
        likeness: Of the group's families, of the others'.
        share: The group's share of rows.
        crossing: Whether each row is in the group by itself, and not its whole family.
    """

    rates: tuple[float, float]
    likeness: tuple[float, float]
    share: float
    crossing: bool = False

    def draw(self, rows: int, audits: int, draw: np.random.Generator) -> Kinds:
        """Audits whose group has about so many rows."""
        if self.crossing:
            return self._crossing(rows, audits, draw)
        adds, counts = [], []
        for side in (0, 1):
            one = World(
                tuple((p, 1 - p, 0.0, 0.0) for p in self.rates),
                shares=tuple(float(i == side) for i in (0, 1)),
                likeness=self.likeness[side],
            )
            of_side = rows * (1 if side == 0 else (1 - self.share) / self.share)
            kinds = one.draw(of_side, audits, draw)
            adds.append(kinds.adds)
            counts.append(kinds.count)
        return Kinds(np.concatenate(adds), np.concatenate(counts, axis=1))

    def _crossing(self, rows: int, audits: int, draw: np.random.Generator) -> Kinds:
        """Each row is in the group by chance; rates are equal, so hits are alike."""
        rate, takes = self.rates[0], np.sqrt(self.likeness[0])
        chances: dict[tuple[int, ...], float] = {}
        for size, of_size in FAMILIES.items():
            for rows1 in range(size + 1):
                n = rows1, size - rows1
                split = of_size * _binomial(size, self.share)[rows1]
                for own, of_own in ((1, rate), (0, 1 - rate)):
                    # A row hits by the family's own level, or by one of its own.
                    p = takes * own + (1 - takes) * rate
                    one, two = (_binomial(of, p) for of in n)
                    for x1, x2 in product(range(n[0] + 1), range(n[1] + 1)):
                        kind = (n[0], x1, n[1], x2)
                        more = split * of_own * one[x1] * two[x2]
                        chances[kind] = chances.get(kind, 0.0) + more
        adds = np.zeros((len(chances), 2, 6))
        kinds = np.array(list(chances))
        adds[:, :, 1], adds[:, :, 5] = kinds[:, ::2], kinds[:, 1::2]
        mean = sum(m * w for m, w in FAMILIES.items())
        families = max(2, round(rows / self.share / mean))
        chance = np.array(list(chances.values()))
        drawn = draw.multinomial(families, chance / chance.sum(), audits)
        return Kinds(adds, drawn.astype(float))


def _binomial(n: int, p: float) -> list[float]:
    return [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def of_two(two: Two, kinds: Kinds, *, tried: bool, draw: np.random.Generator) -> Hits:
    """Whether each interval holds the truth: rate, difference, ratio; NaN if none."""
    of_all = likeness_of_all(kinds, "recall", 0)
    one, others, alike = compared(kinds, "recall", 0, ([0], [1]), of_all)
    some = (one.of >= SMALLEST) & (others.of >= SMALLEST)
    some &= (one.families >= FEWEST) & (others.families >= FEWEST)
    p, q = (np.where(some, s.hits, 1) / np.where(some, s.of, 2) for s in (one, others))
    infinite = np.full(np.shape(p), np.inf)

    def three(
        a: intervals.Share, b: intervals.Share, r: Floats
    ) -> list[intervals.Bounds]:
        sides = [
            intervals.wilson(
                v, np.where(some, s.rows, 10), intervals.t_of(0.95, s.freedom)
            )
            for v, s in ((p, a), (q, b))
        ]
        both = (sides[0], sides[1])
        ratio = intervals.ratio_of(p, np.where(q > 0, q, 0.5), both, r)
        return [sides[0], intervals.difference_of(p, q, both, r), ratio]

    made = {"as built": three(one, others, alike)}
    if tried:
        pooled = [
            replace(
                s, effect=1 + (divide(s.of, s.families) - 1) * of_all, freedom=infinite
            )
            for s in (one, others)
        ]
        zero = np.zeros(np.shape(p))
        made["likeness of all groups, families apart"] = three(*pooled, zero)
        drawn = _redrawn(kinds, draw)
        made["families drawn anew"] = drawn
        made["as built, checked by families drawn anew"] = [
            _checked(own, other)
            for own, other in zip(made["as built"], drawn, strict=True)
        ]
        made["the wider of the two"] = [
            (np.minimum(a[0], b[0]), np.maximum(a[1], b[1]))
            for a, b in zip(
                made["likeness of all groups, families apart"], drawn, strict=True
            )
        ]
        made["Student's t by families"] = three(
            *(replace(s, freedom=np.maximum(s.families - 1, 5)) for s in (one, others)),
            alike,
        )
    truth = (two.rates[0], two.rates[0] - two.rates[1], two.rates[0] / two.rates[1])
    return {
        name: [
            _share_held(bounds, right, some & ((q > 0) if i == 2 else True))
            for i, (bounds, right) in enumerate(zip(three_, truth, strict=True))
        ]
        for name, three_ in made.items()
    }


def _checked(own: intervals.Bounds, drawn: intervals.Bounds) -> intervals.Bounds:
    """The wider of the two where families drawn anew vary much more (findings.py)."""
    width = drawn[1] - drawn[0]
    much = np.isfinite(width) & (width > DISAGREE * (own[1] - own[0]))
    low, high = np.minimum(own[0], drawn[0]), np.maximum(own[1], drawn[1])
    return np.where(much, low, own[0]), np.where(much, high, own[1])


def _share_held(bounds: intervals.Bounds, truth: float, some: Floats) -> float:
    held = (bounds[0] <= truth + 1e-12) & (bounds[1] >= truth - 1e-12)
    return float(held[some].mean()) if some.sum() >= 100 else float("nan")


def _redrawn(kinds: Kinds, draw: np.random.Generator) -> list[intervals.Bounds]:
    """Percentiles: Poisson weights of equal families add up to one Poisson draw."""
    of, hits = kinds.adds[:, :, 1], kinds.adds[:, :, 5]
    found: list[list[tuple[float, float]]] = [[], [], []]
    for count in kinds.count:
        again = draw.poisson(count, (REDRAWN, len(count)))
        p, q = divide(again @ hits, again @ of).T
        for i, values in enumerate((p, p - q, divide(p, q))):
            found[i].append(intervals.percentiles(values, 0.95))
    return [tuple(np.array(one).T) for one in found]


def of_rates(audits: int, seed: int, sizes: tuple[int, ...], *, tried: bool) -> None:
    """Print how often intervals of rates, differences and ratios hold the truth."""
    draw = np.random.Generator(np.random.PCG64(seed))
    print(
        "| denominator | interval | rate | difference | ratio |\n|---|---|---|---|---|"
    )
    for rows in sizes:
        held: dict[str, list[list[float]]] = {}
        for like, share, rate, crossing in product(LIKE, SHARES, RATES, (False, True)):
            two = Two((rate, rate), (like, like), share, crossing)
            few = audits if not tried else max(100, audits // 10)
            kinds = two.draw(rows, few, draw)
            for name, one in of_two(two, kinds, tried=tried, draw=draw).items():
                held.setdefault(name, []).append(one)
        for name, cells in held.items():
            print(f"| {rows:,} | {name} | {_line(np.array(cells))} |", flush=True)


def of_unlike(audits: int, seed: int) -> None:
    """Print the same for a group whose families are alike in another way."""
    draw = np.random.Generator(np.random.PCG64(seed))
    print(
        "| denominator | likeness | rate | difference | ratio |\n|---|---|---|---|---|"
    )
    for likeness in ((0.6, 0.1), (0.1, 0.6)):
        for rows in SIZES[:-1]:
            cells = []
            for rate in RATES:
                two = Two((rate, rate), likeness, 0.10)
                kinds = two.draw(rows, audits, draw)
                cells.append(of_two(two, kinds, tried=False, draw=draw)["as built"])
            words = f"{likeness[0]} in the group, {likeness[1]} among the others"
            print(f"| {rows:,} | {words} | {_line(np.array(cells))} |", flush=True)


def _line(cells: Floats) -> str:
    return " | ".join(_span(column) for column in cells.T)


def _span(values: Floats) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return "not estimable"
    outside = [int((known < ASKED[0]).sum()), int((known > ASKED[1]).sum())]
    return (
        f"{known.mean():.3f} ({known.min():.3f} to {known.max():.3f}; "
        f"{outside[0]} and {outside[1]} of {len(known)})"
    )


def rows_of(
    rows: int, base: float, likeness: float, bend: float, draw: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Estimates, outcomes and families; `bend` is the slope of truth on estimate."""
    families = max(2, round(rows / sum(m * w for m, w in FAMILIES.items())))
    size = draw.choice(5, families, p=list(FAMILIES.values())) + 1
    family = np.repeat(np.arange(families), size)
    shared, own = draw.normal(size=families)[family], draw.normal(size=len(family))
    away = 1.2 * (np.sqrt(0.4) * shared + np.sqrt(0.6) * own)
    score, truth = (1 / (1 + np.exp(-(base + b * away))) for b in (1.0, bend))
    taken = draw.random(len(family)) < np.sqrt(likeness)
    level = np.where(taken, draw.random(families)[family], draw.random(len(family)))
    return score, (level < truth).astype(float), family


def of_scores(audits: int, seed: int) -> None:
    """Print how often intervals of calibration, order and lift hold the truth."""
    draw = np.random.Generator(np.random.PCG64(seed))
    print("| rows | calibration | AUC | lift |\n|---|---|---|---|")
    worlds = list(product((-1.6, -0.4, 0.8), (0.0, 0.4), (1.0, 0.5)))
    truths = []
    for world in worlds:
        big = rows_of(MANY, *world, draw)
        cut = float(np.quantile(big[0], 0.8))
        truths.append((cut, three_of(*big, cut, bounds=False)))
    for rows in SIZES:
        cells = []
        runs = max(AT_LEAST, min(audits, 600_000 // rows))
        for world, (cut, right) in zip(worlds, truths, strict=True):
            held = np.full((runs, 3), np.nan)
            for i in range(runs):
                found = three_of(*rows_of(rows, *world, draw), cut)
                for j, bounds in enumerate(found):
                    if bounds is not None:
                        held[i, j] = bounds[0] <= right[j] <= bounds[1]
            enough = (~np.isnan(held)).sum(axis=0) >= runs / 2
            shares = np.nansum(held, axis=0) / np.maximum(
                1, (~np.isnan(held)).sum(axis=0)
            )
            cells.append(np.where(enough, shares, np.nan))
        print(f"| {rows:,} | {_line(np.array(cells))} |", flush=True)


def three_of(
    score: Floats, outcome: Floats, family: Floats, cut: float, *, bounds: bool = True
) -> list:
    m = np.bincount(family).astype(float)
    o, e, v = (np.bincount(family, q) for q in (outcome, score, score * (1 - score)))
    ranking = rank_quality(score, outcome.astype(int), family)
    chosen = (score >= cut).astype(float)
    selected, found = (np.bincount(family, q) for q in (chosen, chosen * outcome))
    a, b, c, n = found.sum(), selected.sum(), o.sum(), m.sum()
    lift = a * n / (b * c) if b and c else 0.0
    if not bounds:
        return [c / e.sum(), ranking.auc, lift]
    one = np.ones(len(m))
    variance, freedom = found_minus_expected(np.stack([m, o, e, v]), one)
    several = float(worth(n, (m * m).sum())) >= FEWEST
    out: list = [None, None, None]
    if several and (e.sum() >= SMALLEST or c >= 2 * SMALLEST):
        reach = intervals.t_of(0.95, freedom)
        out[0] = intervals.observed_to_expected(c, e.sum(), variance, reach)
    if several and min(c, n - c) >= SMALLEST:
        reach = float(intervals.t_of(0.95, ranking.freedom))
        out[1] = intervals.on_log_odds(ranking.auc, ranking.error, reach)
    if several and min(b, c) >= SMALLEST and a:
        error, freedom = lift_error(np.stack([m, o, selected, found]))
        reach = np.exp(error * intervals.t_of(0.95, freedom))
        out[2] = (lift / reach, lift * reach)
    return out


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--audits", type=int, default=4000, help="per cell")
    words.add_argument("--seed", type=int, default=19)
    given = words.parse_args()
    of_rates(given.audits, given.seed, SIZES, tried=False)
    print()
    of_rates(given.audits, given.seed, SIZES[:4], tried=True)
    print()
    of_unlike(given.audits, given.seed)
    print()
    of_scores(given.audits, given.seed)


if __name__ == "__main__":
    main()
