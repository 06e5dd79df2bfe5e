"""Train, calibrate, test: by date, and never one family in two of them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from riskaid.errors import ExtractError
from riskaid.training.cohort import Counts
from riskaid.training.experiment import FOLDS, FoldName, Folds, Period

LEAST_OUTCOMES = 10
"""The fewest rows with, and without, the outcome that a fold is of any use with."""

FAVOUR = {"train": 1.0, "calibrate": 2.0, "test": 4.0}
"""How a family seen in several periods is drawn: towards the smaller folds,
so that the test fold stays as near as can be to what the service will meet."""


@dataclass(frozen=True)
class Folded:
    """Rows with their fold, and what it cost to keep families whole.

    Attributes:
        rows: The rows kept, in order, with `fold` and `weight`.
        periods: The dates of each fold.
        base_rates: Share with the outcome by fold, before families were kept whole.
    """

    rows: pl.DataFrame
    periods: tuple[Period, ...]
    base_rates: dict[str, float]


def assign_folds(
    rows: pl.DataFrame, folds: Folds, *, seed: int, counts: Counts
) -> Folded:
    """Give each row a fold by its date, then keep each family in one fold only.

    A family with rows in several periods is drawn to one of them; its rows in the
    others are left out and counted. Such families come back more often and have the
    outcome more often, so leaving rows out by itself would make the outcome look rarer
    than it is. Each row therefore carries a weight: one over the chance that its family
    was drawn to its fold. Calibration and evaluation use it.

    Args:
        rows: person_id, as_of, family_id, outcome.
        folds: The experiment's part.
        seed: Draws the families.
        counts: Filled with "between_folds" and "dropped_by_family_guard".

    Raises:
        ExtractError: A fold is too small to be of use, or a person or family would
            stand in two folds.
    """
    periods = fold_periods(rows["as_of"], folds)
    place = pl.lit(None, dtype=pl.String)
    for period in periods:
        inside = (pl.col("as_of") >= period.first) & (pl.col("as_of") < period.until)
        place = pl.when(inside).then(pl.lit(period.fold)).otherwise(place)
    dated = rows.with_columns(fold=place).filter(pl.col("fold").is_not_null())
    counts["between_folds"] = rows.height - dated.height
    kept = _one_fold_a_family(dated, seed=seed)
    counts["dropped_by_family_guard"] = dated.height - kept.height
    rates = base_rates(dated)
    if folds.calibrate_share is not None:
        kept = _some_calibrate(kept, folds.calibrate_share, seed=seed)
        rates["calibrate"] = rates["train"]
        train = next(p for p in periods if p.fold == "train")
        periods = (train, train.model_copy(update={"fold": "calibrate"}), *periods[1:])
    check_folds(kept)
    _check_size(kept)
    return Folded(rows=kept, periods=periods, base_rates=rates)


def fold_periods(as_of: pl.Series, folds: Folds) -> tuple[Period, ...]:
    """Work out the dates of the folds that have some, in order of time."""
    if folds.period:
        return tuple(sorted(folds.period, key=lambda p: p.first))
    days = as_of.sort()
    first, end = days[0], days[-1] + timedelta(days=1)
    gap = timedelta(days=folds.gap_days)
    test = days[int(0.8 * len(days))]
    if folds.test_days is not None:
        test = end - timedelta(days=folds.test_days)
    bounds: list[tuple[FoldName, date, date]] = [("test", test, end)]
    before = test - gap
    if folds.calibrate_share is None:
        calibrate = days[int(0.6 * len(days))]
        if folds.calibrate_days is not None:
            calibrate = before - timedelta(days=folds.calibrate_days)
        bounds.insert(0, ("calibrate", calibrate, before))
        before = calibrate - gap
    bounds.insert(0, ("train", first, before))
    if any(until <= start for _, start, until in bounds):
        raise ExtractError(
            "The cohort's dates are too few for the folds asked for. Shorten [folds] "
            "test_days, calibrate_days or gap_days, or ingest a longer extract."
        )
    return tuple(Period(fold=f, first=a, until=b) for f, a, b in bounds)


def _one_fold_a_family(dated: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    held = (
        dated.select("family_id", "fold")
        .unique()
        .group_by("family_id")
        .agg(pl.col("fold"))
        .sort("family_id")
    )
    draws = np.random.Generator(np.random.PCG64(seed)).random(held.height)
    drawn = [
        _draw([f for f in FOLDS if f in found], draw)
        for found, draw in zip(held["fold"].to_list(), draws, strict=True)
    ]
    chosen = held.select("family_id").with_columns(
        fold=pl.Series([f for f, _ in drawn], dtype=pl.String),
        weight=pl.Series([w for _, w in drawn], dtype=pl.Float64),
    )
    return dated.join(
        chosen, on=["family_id", "fold"], how="inner", maintain_order="left"
    )


def _some_calibrate(rows: pl.DataFrame, share: float, *, seed: int) -> pl.DataFrame:
    """Draw a share of the training families to the calibration fold."""
    training = pl.col("fold") == "train"
    families = rows.filter(training)["family_id"].unique().sort()
    # A stream of its own: the first one drew families that stand in several periods.
    draws = np.random.Generator(np.random.PCG64([seed, 1])).random(len(families))
    chosen = families.filter(pl.Series(draws < share))
    drawn = training & pl.col("family_id").is_in(chosen.implode())
    return rows.with_columns(
        fold=pl.when(drawn).then(pl.lit("calibrate")).otherwise("fold")
    )


def _draw(found: list[FoldName], draw: float) -> tuple[str, float]:
    edges = np.cumsum([FAVOUR[f] for f in found])
    fold = found[int(np.searchsorted(edges, draw * edges[-1], side="right"))]
    return fold, float(edges[-1] / FAVOUR[fold])


def check_folds(rows: pl.DataFrame) -> None:
    """Make sure that no person and no family stands in two folds.

    Raises:
        ExtractError: One does; the run must not go on.
    """
    for who in ("person_id", "family_id"):
        several = (
            rows.group_by(who)
            .agg(pl.col("fold").n_unique())
            .filter(pl.col("fold") > 1)
            .height
        )
        if several:
            raise ExtractError(
                f"{several} values of {who} stand in more than one fold, so accuracy "
                "would be overstated. Check the families in the store and ingest again."
            )


def base_rates(rows: pl.DataFrame) -> dict[str, float]:
    """Share of rows with the outcome, by fold."""
    held = rows.group_by("fold").agg(pl.col("outcome").mean()).sort("fold")
    return {
        fold: float(f"{rate:.10g}")
        for fold, rate in held.select("fold", "outcome").rows()
    }


def _check_size(rows: pl.DataFrame) -> None:
    for fold in FOLDS:
        inside = rows.filter(pl.col("fold") == fold)["outcome"]
        with_it = int(inside.sum())
        if min(with_it, len(inside) - with_it) < LEAST_OUTCOMES:
            raise ExtractError(
                f"The {fold} fold has {len(inside)} rows, {with_it} of them with the "
                f"outcome; at least {LEAST_OUTCOMES} with and without it are needed. "
                "Ingest a longer extract or change [folds]."
            )
