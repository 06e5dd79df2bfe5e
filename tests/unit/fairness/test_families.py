"""What families do to a share, against plain counting of their rows."""

import numpy as np
import pytest

from riskaid.fairness import families
from riskaid.fairness.families import (
    FEWEST,
    Kinds,
    compared,
    kinds_of,
    likeness_of_all,
    worth,
)
from riskaid.fairness.sums import FIXED, Drawn, draw_together

RATES = {
    "base_rate": lambda r: (r["outcome"], 1),
    "selection_rate": lambda r: (r["chosen"], 1),
    "false_negative_rate": lambda r: (r["outcome"] and not r["chosen"], r["outcome"]),
    "recall": lambda r: (r["outcome"] and r["chosen"], r["outcome"]),
    "positive_predictive_value": lambda r: (r["outcome"] and r["chosen"], r["chosen"]),
}
"""Of one row: whether it is in the numerator, and whether in the denominator."""


def council(seed, *, size=90, groups=3, alike=0.4):
    """Rows of families that resemble each other, some in several groups."""
    draw = np.random.default_rng(seed)
    rows = []
    for family in range(size):
        own = draw.random()
        group = int(draw.integers(0, groups))
        for _ in range(int(draw.choice([1, 1, 2, 3, 6]))):
            chance = own if draw.random() < alike else draw.random()
            at = group if draw.random() < 0.8 else int(draw.integers(0, groups))
            rows.append(
                {
                    "family": family,
                    "group": at,
                    "outcome": bool(chance > 0.6),
                    "chosen": (bool(chance > 0.7), bool(draw.random() < 0.5)),
                }
            )
    return rows


def drawn_of(rows, groups=3):
    quantities = np.zeros((len(rows), FIXED + 4))
    for at, row in enumerate(rows):
        quantities[at, :FIXED] = 1, row["outcome"], 0.37, 0.21
        for k, chosen in enumerate(row["chosen"]):
            quantities[at, FIXED + 2 * k] = chosen
            quantities[at, FIXED + 2 * k + 1] = chosen and row["outcome"]
    family = np.array([row["family"] for row in rows])
    group = np.array([row["group"] for row in rows])
    return draw_together(family, group, groups, quantities)


def by_family(rows, rate, k, members):
    """Of each family (numerator, denominator) within some groups."""
    held = {}
    for row in rows:
        x, n = RATES[rate]({**row, "chosen": row["chosen"][k]})
        if row["group"] in members and n:
            one = held.setdefault(row["family"], [0, 0])
            one[0] += bool(x)
            one[1] += 1
    return held


def divided(over, under):
    return over / under if under else 0.0


class Plain:
    """One side of a comparison, family by family."""

    def __init__(self, rows, rate, k, members):
        self.held = by_family(rows, rate, k, members)
        self.hits = sum(x for x, _ in self.held.values())
        self.of = sum(n for _, n in self.held.values())
        self.share = divided(self.hits, self.of)
        self.spread = self.share * (1 - self.share)
        self.squares = sum(n * n for _, n in self.held.values())
        self.size = divided(self.squares, self.of)
        self.several = sum(n > 1 for _, n in self.held.values())

    def effect(self, likeness):
        return 1 + max(0, self.size - 1) * likeness

    def likeness(self, supposed):
        """Pairs of rows of one family away from the share, over what one row would be."""
        pairs = sum((x - n * self.share) ** 2 for x, n in self.held.values())
        pairs -= self.of * self.spread
        lost = self.effect(supposed) * self.size * self.spread
        return pairs + lost, self.spread * (self.squares - self.of)


def plain_likeness(rows, rate, k, groups=3):
    sides = [Plain(rows, rate, k, [g]) for g in range(groups)]
    supposed = 0.0
    for _ in range(2):
        parts = [side.likeness(supposed) for side in sides]
        over, under = (sum(part[i] for part in parts) for i in (0, 1))
        supposed = min(1.0, max(0.0, divided(over, under)))
    return supposed


def plain_share(side, of_all):
    over, under = side.likeness(of_all)
    own = min(1.0, max(-0.5, divided(over, under))) if under > 0 else of_all
    weight = side.several
    likeness = (weight * own + 8 * of_all) / (weight + 8)
    return (
        side.hits,
        side.of,
        side.effect(min(1.0, max(0.0, likeness))),
        (weight + 8) ** 2 / weight if weight else np.inf,
        divided(side.of**2, side.squares),
    )


CASES = [(0, 0.4, 90), (1, 1.0, 60), (2, 0.0, 120), (3, 0.9, 12), (4, 0.7, 30)]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("seed", "alike", "size"), CASES)
def test_shares_are_those_of_counting_family_by_family(rate, seed, alike, size):
    rows = council(seed, alike=alike, size=size)
    kinds = kinds_of(drawn_of(rows))
    for k in (0, 1):
        of_all = likeness_of_all(kinds, rate, k)
        assert float(of_all) == pytest.approx(plain_likeness(rows, rate, k), abs=1e-12)
        for members, others in (([0], [1, 2]), ([0, 2], [1])):
            both = members, others
            one, two, alike_too = compared(kinds, rate, k, both, of_all)
            sides = [Plain(rows, rate, k, m) for m in both]
            effects = []
            for found, side in zip((one, two), sides, strict=True):
                told = found.hits, found.of, found.effect, found.freedom, found.families
                expected = plain_share(side, float(of_all))
                assert [float(t) for t in told] == pytest.approx(list(expected))
                effects.append(expected[2])
            pairs = [
                (sides[0].held[f], sides[1].held[f])
                for f in sides[0].held.keys() & sides[1].held.keys()
            ]
            shared = sum(n * m for (_, n), (_, m) in pairs)
            apart = sum(
                (x - n * sides[0].share) * (y - m * sides[1].share)
                for (x, n), (y, m) in pairs
            )
            spread = np.sqrt(sides[0].spread * sides[1].spread)
            both_alike = min(1.0, max(0.0, divided(apart, shared * spread)))
            weight = divided(shared, np.sqrt(sides[0].of * sides[1].of))
            weight /= np.sqrt(effects[0] * effects[1])
            expected = min(both_alike * weight, 0.99)
            assert float(alike_too) == pytest.approx(expected, abs=1e-12)


def test_families_that_add_the_same_are_counted_together():
    rows = [
        {"family": f, "group": g, "outcome": o, "chosen": (o, False)}
        for f, g, o in [
            *((0, 0, True), (0, 1, False)),
            *((1, 0, True), (1, 1, False)),
            *((2, 1, False), (2, 1, False)),
            *((5, 0, True), (5, 2, False)),
        ]
    ]
    kinds = kinds_of(drawn_of(rows))
    assert sorted(kinds.count.tolist()) == [1, 1, 2]
    (twice,) = np.flatnonzero(kinds.count == 2)
    assert kinds.adds[twice].tolist() == [
        [1, 1, 0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
        [0] * 8,
    ]
    assert kinds.count @ kinds.adds[:, :, 0] == pytest.approx([3, 4, 1])
    # sums of estimates tell no families apart
    assert not kinds.adds[:, :, 2:FIXED].any()


@pytest.mark.parametrize("codes", [2**40, 50, 1])
def test_counting_together_loses_no_family_however_many_numbers_it_takes(
    monkeypatch, codes
):
    monkeypatch.setattr(families, "CODES", codes)
    rows = council(7, size=150, groups=4)
    drawn = drawn_of(rows, 4)
    kinds = kinds_of(drawn)
    held = {}
    for f, g, q in zip(drawn.family, drawn.group, drawn.quantities, strict=True):
        one = held.setdefault(int(f), np.zeros((4, q.size)))
        one[g] += np.where(np.isin(np.arange(q.size), (2, 3)), 0, q)
    expected = {}
    for one in held.values():
        expected[one.tobytes()] = expected.get(one.tobytes(), 0) + 1
    found = dict(
        zip((one.tobytes() for one in kinds.adds), kinds.count.tolist(), strict=True)
    )
    assert found == expected


def test_simulated_audits_are_reckoned_together_as_one_by_one():
    kinds = kinds_of(drawn_of(council(8)))
    draw = np.random.default_rng(0)
    counts = draw.poisson(kinds.count, (5, len(kinds.count))).astype(float)
    together = Kinds(kinds.adds, counts)
    of_all = likeness_of_all(together, "recall", 0)
    assert of_all.shape == (5,)
    one, two, alike = compared(together, "recall", 0, ([0], [1, 2]), of_all)
    for i, count in enumerate(counts):
        alone = Kinds(kinds.adds, count)
        own = likeness_of_all(alone, "recall", 0)
        assert float(own) == pytest.approx(of_all[i])
        shares = compared(alone, "recall", 0, ([0], [1, 2]), own)
        for side, found in zip((one, two), shares, strict=False):
            for name in ("hits", "of", "effect", "freedom", "families"):
                expected = float(getattr(found, name))
                assert getattr(side, name)[i] == pytest.approx(expected)
        assert alike[i] == pytest.approx(float(shares[2]))


def test_a_side_with_nobody_has_no_rows_and_no_effect():
    rows = [one for one in council(9) if one["group"] != 0]
    kinds = kinds_of(drawn_of(rows))
    of_all = likeness_of_all(kinds, "recall", 0)
    one, _, alike = compared(kinds, "recall", 0, ([0], [1, 2]), of_all)
    assert (one.of, one.effect, one.families, alike) == (0, 1, 0, 0)
    assert np.isinf(one.freedom)


def test_families_are_worth_as_many_of_one_size():
    assert worth(np.array(30.0), np.array(30.0)) == 30
    # ten families of three rows, and one of 20 beside ten of one
    assert worth(np.array(30.0), np.array(90.0)) == 10
    assert worth(np.array(30.0), np.array(410.0)) == pytest.approx(900 / 410)
    assert worth(np.array([0.0, 4.0]), np.array([0.0, 8.0])).tolist() == [0, 2]
    assert FEWEST == 5


def test_families_with_very_large_numbers_are_told_apart():
    large = np.full((2, FIXED + 6), 2.0**20 - 1)
    large[:, 0] = 1, 2
    kinds = kinds_of(Drawn(np.array([0, 1]), np.array([0, 0]), large, 1))
    assert sorted(kinds.adds[:, 0, 0].tolist()) == [1, 2]
    assert kinds.count.tolist() == [1, 1]
