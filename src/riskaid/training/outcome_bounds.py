"""What a model would look like if rows that nobody looked into had had the outcome.

A referral that ends with no further action shows no outcome because nobody looked
further. Its row counts as one without the outcome, which is a guess. How far the
figures could move with the guess is worked out here, and not which guess is right.

Source: bounds that assume nothing of what was not observed are Manski's (1989); that
such outcomes are selective is shown for screening decisions by Lakkaraju and others
(2017).
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.models import Matrix
from riskaid.training.asked_rows import Cohort
from riskaid.training.bias_asked import ScreenedOut
from riskaid.training.cohort_made import made_rows
from riskaid.training.experiment import Limits
from riskaid.training.measures import AT_ONCE, rank_metrics, resampled, short
from riskaid.training.slices import FEWEST
from riskaid.training.table import outcome_of
from riskaid.training.visible import matching

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore

STEPS = 100
"""Into how many steps the rows are cut when the furthest an order can move is sought;
exact for up to so many rows."""

ORDER = ("auc", "recall_at_capacity")
CASES = ("as_recorded", "left_out", "all_recorded")


def screened_out(
    rows: pl.DataFrame,
    declared: tuple[ScreenedOut, ...],
    cohort: Cohort,
    store: "CaseStore",
) -> pl.Series | None:
    """Say of each row whether all records that made it were screened out.

    What was decided reads as it stands today. A record withdrawn since, or whose
    decision is not known, was not screened out.

    Args:
        rows: person_id and as_of.
        declared: Which records nobody looked into; those of other tables than the
            cohort's say nothing here.
        cohort: How the rows were made.
        store: The case store.

    Returns:
        True or false a row; None where nothing is declared of the cohort's table, or
        no record of it holds what is declared.
    """
    held = store.table(cohort.table)
    own = [
        one.where
        for one in declared
        if one.table == cohort.table
        and all(held[name].null_count() < held.height for name in one.where)
    ]
    if not own:
        return None
    is_out = pl.any_horizontal(matching(where, cohort.table) for where in own)
    today = held.filter(
        pl.col("known_until").is_null(), pl.col("date").is_not_null()
    ).select("person_id", "date", out=is_out)
    by_row = (
        made_rows(cohort, store)
        .join(today, on=["person_id", "date"], how="left")
        .group_by("person_id", "as_of")
        .agg(pl.col("out").fill_null(False).all())
    )
    keys = rows.select("person_id", "as_of")
    joined = keys.join(
        by_row, on=["person_id", "as_of"], how="left", maintain_order="left"
    )
    return joined["out"].fill_null(False)


def selective_bounds(
    estimate: Matrix,
    test: pl.DataFrame,
    out: pl.Series | None,
    *,
    limits: Limits,
    seed: int,
) -> dict[str, Any]:
    """Work out how far the figures could move with the rows that nobody looked into.

    Those rows of the test fold were screened out and show no outcome. Three cases set
    them together: none of them would have had it (as recorded), they are left out, all
    of them would have had it. The bounds set each as is worst, or best, for the figure.

    Args:
        estimate: Calibrated estimates of the test fold.
        test: Its rows, with outcome, family_id and weight.
        out: Whether each was screened out; None where nobody can say.
        limits: Capacity and the number of resamples.
        seed: Draws the resamples.

    Returns:
        state: "not_known", "too_few" (fewer than ten such rows) or "estimable".
        Then rows, share (of the fold, weighted), cases (with auc, recall_at_capacity,
        base_rate and calibration, which is recorded over expected outcomes), and
        bounds: `worst` and `best` of auc and recall_at_capacity; each with intervals.
    """
    if out is None:
        return {"state": "not_known"}
    outcome, weight = outcome_of(test), test["weight"].to_numpy()
    unseen = out.to_numpy() & (outcome == 0)
    if unseen.sum() < FEWEST:
        return {"state": "too_few"}
    drawn: dict[str, Any] = {"replicates": limits.replicates, "seed": seed}
    family = test["family_id"].to_numpy()

    def measured(had_it: Matrix, rows: np.ndarray[Any, Any]) -> dict[str, Any]:
        expected, held = estimate[rows], had_it[rows]

        def compute(weights: Matrix) -> dict[str, Matrix]:
            ranked = rank_metrics(expected, held, weights, capacity=limits.capacity)
            found = {name: ranked[name] for name in (*ORDER, "base_rate")}
            return found | {"calibration": weights @ held / (weights @ expected)}

        found = resampled(compute, family=family[rows], weight=weight[rows], **drawn)
        return {name: one.to_json() for name, one in found.items()}

    every = np.ones(len(outcome), dtype=bool)
    everybody = outcome + unseen
    cases = (
        measured(outcome, every),
        measured(outcome, ~unseen),
        measured(everybody, every),
    )
    bounds: dict[str, dict[str, Any]] = {name: {} for name in ORDER}
    furthest = _furthest(estimate, outcome, unseen, weight, capacity=limits.capacity)
    for (name, end), had_it in furthest.items():
        bounds[name][end] = measured(had_it, every)[name]
    return {
        "state": "estimable",
        "rows": int(unseen.sum()),
        "share": short(float(np.average(unseen, weights=weight))),
        "cases": [
            {"case": case, "metrics": metrics}
            for case, metrics in zip(CASES, cases, strict=True)
        ],
        "bounds": bounds,
    }


def _furthest(
    estimate: Matrix,
    outcome: Matrix,
    unseen: np.ndarray[Any, Any],
    weight: Matrix,
    *,
    capacity: float,
) -> dict[tuple[str, str], Matrix]:
    """Find outcomes of the unseen rows that move each figure furthest.

    An order looks best when the outcome goes to the unseen rows with the highest
    estimates, however many they are, and worst when it goes to those with the lowest:
    so only how many is sought.
    """
    places = np.flatnonzero(unseen)
    down = places[np.argsort(-estimate[places], kind="stable")]
    many = np.unique(np.linspace(0, len(down), STEPS + 1).round().astype(np.int64))
    found: dict[tuple[str, str], Matrix] = {}
    for end, order in (("worst", down[::-1]), ("best", down)):
        tried = _tried(estimate, outcome, order, many, weight, capacity=capacity)
        for name in ORDER:
            values = tried[name]
            at = np.nanargmin(values) if end == "worst" else np.nanargmax(values)
            had_it = outcome.copy()
            had_it[order[: many[at]]] = 1.0
            found[name, end] = had_it
    return found


def _tried(
    estimate: Matrix,
    outcome: Matrix,
    order: np.ndarray[Any, Any],
    many: np.ndarray[Any, Any],
    weight: Matrix,
    *,
    capacity: float,
) -> dict[str, Matrix]:
    """The figures when the first so many of `order` have the outcome.

    Each unseen row stands there twice, with the outcome and without; weights say which
    of the two counts.
    """
    n, u = len(outcome), len(order)
    doubled = np.r_[estimate, estimate[order]]
    held = np.r_[outcome, np.ones(u)]
    step = max(1, AT_ONCE // (n + u))
    parts: dict[str, list[Matrix]] = {name: [] for name in ORDER}
    for first in range(0, len(many), step):
        have = np.arange(u)[None, :] < many[first : first + step, None]
        weights = np.tile(np.r_[weight, weight[order]], (len(have), 1))
        weights[:, order] *= ~have
        weights[:, n:] *= have
        ranked = rank_metrics(doubled, held, weights, capacity=capacity)
        for name in ORDER:
            parts[name].append(ranked[name])
    return {name: np.concatenate(values) for name, values in parts.items()}
