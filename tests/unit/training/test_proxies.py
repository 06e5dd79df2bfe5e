"""Which indicators reveal a recorded group, and which only seem to."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskaid.fairness.intervals import two_sided_p
from riskaid.training.proxies import (
    FEWEST_FAMILIES,
    MOST_LEFT_OUT,
    Revealed,
    Reveals,
    told_apart,
    what_reveals,
)
from riskaid.training.table import Predictors

NAMES = ("reveals", "noise", "by_not_known")


def made(rows=1200, *, shift=1.0, unknown=0.3, seed=1, families=600):
    """Three indicators; ethnicity goes with one, and with what is not known of one."""
    draw = np.random.Generator(np.random.PCG64(seed))
    family = draw.integers(0, families, rows)
    codes = np.array(["WBRI", "BCRB", "AIND", ""])
    ethnicity = codes[draw.choice(4, families, p=[0.6, 0.2, 0.15, 0.05])][family]
    black, asian = ethnicity == "BCRB", ethnicity == "AIND"
    noise = draw.normal(0, 1, families)[family]
    hidden = draw.random(rows) < np.where(asian, 0.05 + unknown, 0.05)
    frame = pl.DataFrame(
        {
            "family_id": [f"F{i}" for i in family],
            "reveals": draw.normal(0, 1, rows) + shift * black,
            "noise": noise + draw.normal(0, 0.3, rows),
            "by_not_known": draw.normal(0, 1, rows),
            "ethnicity": ethnicity,
            "disability": draw.choice(["yes", "no", ""], families)[family],
        }
    )
    known = pl.when(pl.Series(hidden)).then(None).otherwise(pl.col("by_not_known"))
    return frame.with_columns(known.alias("by_not_known"))


PREDICTORS = Predictors(names=NAMES, more_means_more=(True,) * 3, left_out={})


@pytest.fixture(scope="module")
def revealed():
    frame = made()
    return {one.by: one for one in what_reveals(frame, frame, PREDICTORS, seed=1)}


def test_the_indicator_that_reveals_a_group_is_named(revealed):
    found = {(r.indicator, r.of, r.group) for r in revealed["ethnicity"].named()}
    assert ("reveals", "value", "black") in found
    assert ("by_not_known", "known", "asian") in found
    assert not any(name == "noise" for name, _, _ in found)


def test_what_goes_with_nothing_reveals_nothing(revealed):
    assert not revealed["disability"].found
    assert revealed["disability"].to_leave_out() == ()
    assert revealed["disability"].to_json()["indicators"] == []


def test_all_together_tell_a_group_in_families_they_have_not_seen(revealed):
    by = {one.group: one for one in revealed["ethnicity"].together}
    assert set(by) == {"white", "black", "asian"}, "nobody unrecorded is a group"
    assert by["black"].found
    assert by["black"].auc > 0.65
    none = {one.group: one for one in revealed["disability"].together}
    assert 0.42 < none["disability"].auc < 0.58


def test_one_family_with_many_rows_is_no_evidence():
    """Everybody of a group has the same value within the family: families count."""
    draw = np.random.Generator(np.random.PCG64(3))
    alarms = 0
    for seed in range(20):
        families = 60
        family = np.repeat(np.arange(families), 30)
        value = draw.normal(0, 1, families)[family]
        black = (draw.random(families) < 0.55)[family]
        frame = pl.DataFrame(
            {
                "family_id": family.astype(str),
                "one": value,
                "ethnicity": np.where(black, "BCRB", "WBRI"),
            }
        )
        one = Predictors(names=("one",), more_means_more=(True,), left_out={})
        if min(black[::30].sum(), families - black[::30].sum()) < FEWEST_FAMILIES:
            continue
        found = what_reveals(frame, frame, one, seed=seed, by=("ethnicity",))[0]
        alarms += found.found
    assert alarms <= 3


def test_a_group_of_few_families_is_left_out():
    frame = made(rows=200, families=90)
    held = what_reveals(frame, frame, PREDICTORS, seed=1, by=("ethnicity",))[0]
    groups = frame.filter(pl.col("ethnicity") != "")
    families = groups.group_by("ethnicity").agg(pl.col("family_id").n_unique())
    enough = families.filter(pl.col("family_id") >= FEWEST_FAMILIES)
    assert len(held.together) <= enough.height < families.height
    assert "asian" not in {one["group"] for one in held.to_json()["groups"]}
    tiny = frame.head(30)
    told = what_reveals(tiny, tiny, PREDICTORS, seed=1, by=("ethnicity",))[0].to_json()
    assert (told["state"], told["groups"]) == ("too_few", [])


def test_at_most_a_few_are_left_out_and_the_most_revealing():
    one = Reveals("black", "", "value", 0.5, 0.1)
    single = tuple(
        replace(one, indicator=f"i{i}", auc=0.5 + (i - 4) / 50, p_holm=0.001)
        for i in range(9)
    )
    held = Revealed("ethnicity", (one,), single)
    assert len(held.to_leave_out()) == MOST_LEFT_OUT
    assert {"i0", "i8", "i1", "i7"} < set(held.to_leave_out())


def test_chance_is_two_sided_for_one_indicator_and_one_sided_for_all():
    below = Reveals("black", "i", "value", 0.4, 0.03)
    assert below.p < 0.01
    assert replace(below, indicator="").p > 0.99
    above = replace(below, auc=0.6)
    assert replace(above, indicator="").p == pytest.approx(above.p / 2)


def test_the_same_rows_and_seed_give_the_same(revealed):
    frame = made()
    again = what_reveals(frame, frame, PREDICTORS, seed=1)
    assert [one.to_json() for one in again] == [
        revealed[by].to_json() for by in ("ethnicity", "disability")
    ]


def test_telling_apart_is_the_area_under_the_curve_pair_by_pair():
    draw = np.random.Generator(np.random.PCG64(5))
    value, member = draw.integers(0, 4, 40).astype(float), draw.random(40) < 0.4
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a in value[member]
        for b in value[~member]
    ]
    area, error = told_apart(value, member, np.arange(40))
    assert area == pytest.approx(np.mean(pairs))
    assert 0.03 < error < 0.2


def test_a_sign_that_nobody_of_a_small_group_has_reveals_nothing():
    """Forty of 2,000 have it, and by chance none of 30: that is no evidence."""
    value, member = np.zeros(2000), np.zeros(2000, dtype=bool)
    value[:40], member[-30:] = 1.0, True
    held = Reveals("black", "i", "value", *told_apart(value, member, np.arange(2000)))
    assert held.p > 0.3


def test_rows_of_one_family_do_not_count_as_many():
    draw = np.random.Generator(np.random.PCG64(6))
    alone = np.arange(80)
    value, member = draw.normal(0, 1, 80), alone < 30
    once = told_apart(value, member, alone)
    often = told_apart(np.repeat(value, 9), np.repeat(member, 9), np.repeat(alone, 9))
    assert often == pytest.approx(once, rel=0.15)


def test_that_no_member_has_a_sign_of_few_families_is_chance():
    family = np.repeat(np.arange(1000), 5)
    sign = (family < 40).astype(float)
    member = (family >= 940) & (family < 1000)
    auc, error = told_apart(sign, member, family)
    # With 40 of 1,000 families and 60 members, none in both comes in about 8 of 100.
    assert auc < 0.5
    assert two_sided_p((auc - 0.5) / error) > 0.08


def test_chance_seldom_tells_groups_of_siblings_apart():
    draw = np.random.Generator(np.random.PCG64(4))
    found = 0
    for _ in range(400):
        family = np.repeat(np.arange(600), draw.integers(1, 6, 600))
        member = (draw.random(600) < 0.06)[family]
        level = draw.normal(size=600)[family] + 0.5 * draw.normal(size=len(family))
        sign = (level > 2.2).astype(float)
        if member.any() and sign.any():
            auc, error = told_apart(sign, member, family)
            found += two_sided_p((auc - 0.5) / error) < 0.01
    assert found <= 8
