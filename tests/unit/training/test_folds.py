from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.training.experiment import Folds, Period
from riskaid.training.folds import assign_folds, check_folds, fold_periods

FIRST = date(2018, 1, 1)


def made(rows: int = 3000, families: int = 1500, seed: int = 0) -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(seed))
    family = rng.integers(families, size=rows)
    child = rng.integers(2, size=rows)
    return pl.DataFrame(
        {
            "person_id": [f"P{f}-{c}" for f, c in zip(family, child, strict=True)],
            "as_of": [
                FIRST + timedelta(days=int(d)) for d in rng.integers(2000, size=rows)
            ],
            "family_id": [f"F{f}" for f in family],
            "outcome": (rng.random(rows) < 0.3).astype(np.int8),
        }
    ).sort("person_id", "as_of")


def test_no_person_or_sibling_stands_in_two_folds_and_what_fell_away_is_counted():
    rows, counts = made(), {}
    folds = Folds(test_days=400, calibrate_days=400, gap_days=30)
    done = assign_folds(rows, folds, seed=1, counts=counts)
    kept = done.rows
    assert kept.group_by("family_id").agg(pl.col("fold").n_unique())["fold"].max() == 1
    assert (
        rows.height
        == kept.height + counts["between_folds"] + counts["dropped_by_family_guard"]
    )
    assert counts["dropped_by_family_guard"] > 100
    assert counts["between_folds"] > 30
    assert set(done.base_rates) == {"train", "calibrate", "test"}
    dates = {
        f: kept.filter(pl.col("fold") == f)["as_of"]
        for f in ("train", "calibrate", "test")
    }
    assert (dates["test"].min() - dates["calibrate"].max()).days > 30
    assert (dates["calibrate"].min() - dates["train"].max()).days > 30


def test_a_family_seen_in_every_period_is_drawn_towards_the_test_fold():
    days = [FIRST + timedelta(days=d) for d in (0, 1000, 1999)]
    rows = pl.DataFrame(
        [
            {"person_id": f"P{f}", "as_of": d, "family_id": f"F{f}", "outcome": f % 2}
            for f in range(2000)
            for d in days
        ]
    )
    done = assign_folds(
        rows, Folds(test_days=500, calibrate_days=600), seed=2, counts={}
    )
    share = done.rows["fold"].value_counts().sort("fold")["count"].to_numpy() / 2000
    assert share == pytest.approx([2 / 7, 4 / 7, 1 / 7], abs=0.04)


def test_weights_give_back_the_base_rates_of_before():
    """Families that come back have the outcome more often, and lose rows to the guard."""
    rng = np.random.Generator(np.random.PCG64(5))
    rows = []
    for f in range(6000):
        often = f % 2
        for _ in range(4 if often else 1):
            day = FIRST + timedelta(days=int(rng.integers(2000)))
            happened = int(rng.random() < (0.5 if often else 0.1))
            rows.append(
                {
                    "person_id": f"P{f}",
                    "as_of": day,
                    "family_id": f"F{f}",
                    "outcome": happened,
                }
            )
    folds = Folds(test_days=400, calibrate_days=400)
    done = assign_folds(pl.DataFrame(rows), folds, seed=1, counts={})
    for fold in ("calibrate", "test"):
        kept = done.rows.filter(pl.col("fold") == fold)
        plain = kept["outcome"].mean()
        weighted = (kept["outcome"] * kept["weight"]).sum() / kept["weight"].sum()
        assert abs(plain - done.base_rates[fold]) > 0.015
        assert abs(weighted - done.base_rates[fold]) < 0.01


def test_the_draw_is_the_rows_own_and_not_their_orders():
    rows, folds = made(), Folds()
    first = assign_folds(rows, folds, seed=1, counts={}).rows
    again = assign_folds(
        rows.sample(fraction=1, shuffle=True, seed=9), folds, seed=1, counts={}
    ).rows
    assert first.equals(again.sort("person_id", "as_of", maintain_order=True))
    other = assign_folds(rows, folds, seed=2, counts={}).rows
    assert not first.equals(other)


def test_without_days_the_last_fifth_tests():
    rows = made()
    periods = fold_periods(rows["as_of"], Folds())
    assert [p.fold for p in periods] == ["train", "calibrate", "test"]
    inside = [
        rows.filter(pl.col("as_of").is_between(p.first, p.until, closed="left")).height
        for p in periods
    ]
    assert np.array(inside) / 3000 == pytest.approx([0.6, 0.2, 0.2], abs=0.01)


def test_explicit_periods_are_taken_as_they_are():
    bounds = [("test", 2022), ("train", 2018), ("train", 2019), ("calibrate", 2021)]
    folds = Folds(
        period=tuple(
            Period(fold=f, first=date(y, 1, 1), until=date(y + 1, 1, 1))
            for f, y in bounds
        )
    )
    counts: dict[str, int] = {}
    kept = assign_folds(made(), folds, seed=1, counts=counts).rows
    years = dict(
        kept.group_by("fold").agg(pl.col("as_of").dt.year().unique().sort()).iter_rows()
    )
    assert years == {"train": [2018, 2019], "calibrate": [2021], "test": [2022]}
    assert (
        counts["between_folds"]
        == made().filter(pl.col("as_of").dt.year().is_in([2020, 2023])).height
    )


@pytest.mark.parametrize("who", ["person_id", "family_id"])
def test_a_planted_split_stops_the_run(who):
    rows = pl.DataFrame(
        {"person_id": ["a", "b"], "family_id": ["f", "g"], "fold": ["train", "test"]}
    )
    check_folds(rows)
    with pytest.raises(ExtractError, match=f"1 values of {who}"):
        check_folds(rows.with_columns(pl.lit("same").alias(who)))


def test_a_person_of_two_families_stops_the_run():
    rows = made().with_columns(
        family_id=pl.concat_str("family_id", pl.col("as_of").dt.year().cast(pl.String))
    )
    with pytest.raises(
        ExtractError, match="values of person_id stand in more than one"
    ):
        assign_folds(rows, Folds(), seed=1, counts={})


def test_folds_too_small_to_be_of_use_are_refused():
    with pytest.raises(ExtractError, match="dates are too few"):
        assign_folds(
            made(), Folds(test_days=1500, calibrate_days=1500), seed=1, counts={}
        )
    rare = made().with_columns(outcome=pl.lit(0, dtype=pl.Int8))
    with pytest.raises(ExtractError, match="at least 10 with and without"):
        assign_folds(rare, Folds(), seed=1, counts={})


def test_a_share_of_the_families_may_calibrate_without_dates_of_their_own():
    rows, counts = made(), {}
    folds = Folds(test_days=400, calibrate_share=0.25, gap_days=30)
    done = assign_folds(rows, folds, seed=1, counts=counts)
    kept = done.rows
    assert kept.group_by("family_id").agg(pl.col("fold").n_unique())["fold"].max() == 1
    before = kept.filter(pl.col("fold") != "test")
    drawn = before.group_by("fold").agg(pl.col("family_id").n_unique()).sort("fold")
    calibrate, train = drawn["family_id"]
    assert calibrate / (calibrate + train) == pytest.approx(0.25, abs=0.04)
    dates = {f: kept.filter(pl.col("fold") == f)["as_of"] for f in done.base_rates}
    assert dates["calibrate"].min() < dates["train"].max()
    assert (dates["test"].min() - before["as_of"].max()).days > 30
    assert [p.fold for p in done.periods] == ["train", "calibrate", "test"]
    assert done.periods[0].first == done.periods[1].first
    assert done.base_rates["calibrate"] == done.base_rates["train"]
    again = assign_folds(rows, folds, seed=1, counts={}).rows
    assert again.equals(kept)
    assert not assign_folds(rows, folds, seed=2, counts={}).rows.equals(kept)


def test_with_a_share_nothing_but_the_test_fold_is_cut_off_by_date():
    as_of = pl.Series([FIRST + timedelta(days=d) for d in range(1000)])
    train, test = fold_periods(as_of, Folds(calibrate_share=0.5))
    assert (train.first, train.until, test.first) == (
        FIRST,
        FIRST + timedelta(days=800),
        FIRST + timedelta(days=800),
    )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"calibrate_share": 0.2, "test_days": 9, "calibrate_days": 9}, "not both"),
        ({"calibrate_share": 0.0}, "greater than 0"),
        ({"calibrate_share": 1.0}, "less than 1"),
    ],
)
def test_a_share_that_cannot_be_is_refused(asked: dict, says: str):
    with pytest.raises(ValueError, match=says):
        Folds(**asked)


def test_with_a_share_the_periods_name_no_calibration():
    periods = [
        Period(fold="train", first=FIRST, until=FIRST + timedelta(days=9)),
        Period(fold="test", first=FIRST + timedelta(days=9), until=date(2019, 1, 1)),
    ]
    assert Folds(period=periods, calibrate_share=0.2).period == tuple(periods)
    with pytest.raises(ValueError, match="name each of train, calibrate, test"):
        Folds(period=periods)
