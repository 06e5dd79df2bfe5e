"""Models fitted once more without some signs: what they add, and for whom.

Nothing is searched for again: the settings are those the run chose. Both orders are
looked at on the same rows of the test fold, by their raw scores.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.indicators.plan import tables_read
from riskaid.models import Matrix, columns_of
from riskaid.models.booster import Settings
from riskaid.progress import Progress, silent
from riskaid.training.asked_rows import Cohort, Outcome
from riskaid.training.bias_asked import Ablation, Records
from riskaid.training.different import differing
from riskaid.training.experiment import Limits
from riskaid.training.fit import Rung, fit_model
from riskaid.training.measures import rank_metrics, resampled, short
from riskaid.training.outcome import outcome_records
from riskaid.training.outcome_quality import shown
from riskaid.training.slices import FEWEST
from riskaid.training.table import Predictors, matrix_of, outcome_of
from riskaid.training.visible import matching

if TYPE_CHECKING:
    from riskaid.indicators.plan import Plan
    from riskaid.records.store import CaseStore

GAPS_BY = ("ethnicity", "disability", "age_band")


@dataclass(frozen=True)
class Again:
    """What fitting once more needs.

    Attributes:
        rung: The chosen rung, as the run fitted it.
        train: The training fold.
        test: The test fold.
        groups: The recorded groups of each row of the test fold.
        predictors: The columns used.
        settings: Those the run chose for the booster.
        most: The most indicators on the scorecard.
        limits: Capacity and the number of resamples.
        seed: That of the run.
    """

    rung: Rung
    train: pl.DataFrame
    test: pl.DataFrame
    groups: pl.DataFrame
    predictors: Predictors
    settings: Settings
    most: int
    limits: Limits
    seed: int

    def score(self, train: pl.DataFrame, predictors: Predictors) -> Matrix:
        """Fit the rung on other rows or columns, and score the test fold with it."""
        model = fit_model(
            self.rung.name,
            train,
            predictors,
            settings=self.settings,
            most=self.most,
            seed=self.seed,
        )
        matrix = matrix_of(self.test, predictors.names)
        return model.score(columns_of(matrix, predictors.names, model.names))


def ablate(
    again: Again,
    declared: tuple[Ablation, ...],
    *,
    plan: "Plan",
    cohort: Cohort,
    outcome: Outcome,
    store: "CaseStore",
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Fit the chosen rung without what each ablation leaves out.

    Where outcomes are left out, so are their rows, from training and from the test fold
    alike: that nobody would have recorded it does not say that it was not so.

    Returns:
        For each ablation name, says, because, left_out (names of indicators) and state:
        "nothing_to_leave_out"; "nothing_left" (no indicator is); "not_known" (where
        outcomes come from is not in the store); "too_few" (fewer than ten rows with, or
        without, the outcome are left in a fold); or "estimable". Then rows (of the test
        fold), outcomes_left_out (share of its rows with the outcome), auc (with
        everything), auc_without and change; and groups: by characteristic and group the
        false negative rate's distance from everybody else's with everything (`gap`),
        without (`gap_without`), and change; each with intervals that keep families
        whole.
    """
    found: list[dict[str, Any]] = []
    for done, one in enumerate(declared):
        progress("fitting again without some signs", done, len(declared))
        left_out = names_left_out(one, again.predictors, plan)
        facts = {
            "name": one.name,
            "says": one.says,
            "because": one.because,
            "left_out": list(left_out),
        }
        asked = (cohort, outcome, store)
        found.append(facts | _one(again, one.outcomes_after, left_out, asked))
    return found


def names_left_out(
    one: Ablation, predictors: Predictors, plan: "Plan"
) -> tuple[str, ...]:
    """The predictors that an ablation leaves out, in their order."""
    declared = {i.name: i for i in plan.indicators}

    def is_out(name: str) -> bool:
        indicator = declared[name]
        read = {part.table for part in tables_read(indicator.value)}
        return (
            name in one.indicators
            or indicator.family in one.families
            or bool(read & set(one.tables))
        )

    return tuple(name for name in predictors.names if is_out(name))


def _one(
    again: Again,
    after: Records | None,
    left_out: tuple[str, ...],
    asked: tuple[Cohort, Outcome, "CaseStore"],
) -> dict[str, Any]:
    predictors = _without(again.predictors, left_out)
    if not predictors.names:
        return {"state": "nothing_left"}
    train, kept = again.train, np.ones(again.test.height, dtype=bool)
    if after is not None:
        if not asked[2].has(after.table):
            return {"state": "not_known"}
        train = train.filter(~comes_after(train, after, *asked))
        kept = ~comes_after(again.test, after, *asked).to_numpy()
    if not left_out and kept.all() and train.height == again.train.height:
        return {"state": "nothing_to_leave_out"}
    outcome = outcome_of(again.test)
    if not (_enough(outcome_of(train)) and _enough(outcome[kept])):
        return {"state": "too_few"}
    whole = again.rung.score(
        matrix_of(again.test, again.predictors.names), again.predictors.names
    )
    without = again.score(train, predictors)
    gone, told = float((~kept).sum()), float(outcome.sum())
    tell = shown(gone, told)
    return {
        "state": "estimable",
        "rows": int(kept.sum()) if tell else None,
        "outcomes_left_out": short(gone / told) if tell else None,
        **_compared(again, whole[kept], without[kept], pl.Series(kept)),
    }


def _without(predictors: Predictors, left_out: tuple[str, ...]) -> Predictors:
    kept = [i for i, name in enumerate(predictors.names) if name not in left_out]
    return Predictors(
        names=tuple(predictors.names[i] for i in kept),
        more_means_more=tuple(predictors.more_means_more[i] for i in kept),
        left_out=predictors.left_out,
    )


def _compared(
    again: Again, whole: Matrix, without: Matrix, kept: pl.Series
) -> dict[str, Any]:
    """Set two orders of the same rows side by side, in the same resamples."""
    test, groups = again.test.filter(kept), again.groups.filter(kept)
    outcome, weight = outcome_of(test), test["weight"].to_numpy()
    capacity = again.limits.capacity
    named = _large_enough(groups, outcome)
    values = [groups[by].to_numpy() == group for by, group in named]
    member = np.array(values, dtype=np.float64).reshape(len(named), test.height).T
    missed = [
        outcome * (1 - reviewed_share(score, weight, capacity=capacity))
        for score in (whole, without)
    ]

    def compute(weights: Matrix) -> dict[str, Matrix]:
        first, second = (
            rank_metrics(score, outcome, weights, capacity=capacity)["auc"]
            for score in (whole, without)
        )
        found = {"auc": first, "auc_without": second, "change": second - first}
        gaps = [_gaps(one, outcome, weights, member) for one in missed]
        for i in range(len(named)):
            of_all, without_some = gaps[0][:, i], gaps[1][:, i]
            found[f"gap {i}"] = of_all
            found[f"gap_without {i}"] = without_some
            found[f"gap_change {i}"] = without_some - of_all
        return found

    drawn = resampled(
        compute,
        family=test["family_id"].to_numpy(),
        weight=weight,
        replicates=again.limits.replicates,
        seed=again.seed,
    )
    return {
        **{key: drawn[key].to_json() for key in ("auc", "auc_without", "change")},
        "groups": [
            {
                "by": by,
                "group": group,
                "gap": drawn[f"gap {i}"].to_json(),
                "gap_without": drawn[f"gap_without {i}"].to_json(),
                "change": drawn[f"gap_change {i}"].to_json(),
            }
            for i, (by, group) in enumerate(named)
        ],
    }


def _gaps(missed: Matrix, outcome: Matrix, weights: Matrix, member: Matrix) -> Matrix:
    """False negative rates of groups less everybody else's, a replicate a row."""
    lost, with_it = (weights * missed) @ member, (weights * outcome) @ member
    of_all, all_with_it = weights @ missed, weights @ outcome
    with np.errstate(invalid="ignore", divide="ignore"):
        others = (of_all[:, None] - lost) / (all_with_it[:, None] - with_it)
        return np.asarray(lost / with_it - others)


def reviewed_share(score: Matrix, weight: Matrix, *, capacity: float) -> Matrix:
    """Which part of each row is looked at again: 1, 0, or between at the cut's ties."""
    order = np.argsort(-score, kind="stable")
    held = score[order]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]])
    sizes = np.add.reduceat(weight[order], starts)
    before = np.cumsum(sizes) - sizes
    part = np.clip((capacity * weight.sum() - before) / sizes, 0, 1)
    found = np.empty(len(score))
    found[order] = np.repeat(part, np.diff(np.r_[starts, len(score)]))
    return found


def comes_after(
    rows: pl.DataFrame,
    after: Records,
    cohort: Cohort,
    outcome: Outcome,
    store: "CaseStore",
) -> pl.Series:
    """Say of each row whether its outcome stands only by records after some others.

    A record of the outcome comes after `after` when the latest of the child's records
    in that table, dated on its day or before, is one of these (any of several of one
    day).
    """
    origins = (
        store.table(after.table)
        .filter(pl.col("known_until").is_null(), pl.col("date").is_not_null())
        .group_by("person_id", "date")
        .agg(matching(after.where, after.table).any().alias("came_after"))
        .sort("date", "person_id")
    )
    records = (
        outcome_records(outcome, store)
        .sort("date", "person_id")
        .join_asof(
            origins,
            on="date",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.col("came_after").fill_null(False))
    )
    start = pl.col("as_of") + timedelta(days=outcome.gap_days)
    inside = (
        rows.filter(pl.col("outcome") == 1)
        .select("person_id", "as_of")
        .join(records, on="person_id")
        .filter(
            pl.col("date") >= start,
            pl.col("date") < start + timedelta(days=outcome.within_days),
        )
    )
    counts = pl.lit(True)
    if outcome.different_in:
        counts = differing(inside, outcome.different_in, cohort, store)
    stands = (
        inside.with_columns(counts=counts)
        .filter(pl.col("counts").fill_null(False) & ~pl.col("came_after"))
        .group_by("person_id", "as_of")
        .len("others")
    )
    joined = rows.select("person_id", "as_of", "outcome").join(
        stands, on=["person_id", "as_of"], how="left", maintain_order="left"
    )
    return joined.select(
        (pl.col("outcome") == 1) & (pl.col("others").fill_null(0) < outcome.at_least)
    ).to_series()


def _large_enough(groups: pl.DataFrame, outcome: Matrix) -> list[tuple[str, str]]:
    found = []
    for by in (name for name in GAPS_BY if name in groups.columns):
        values = groups[by].to_numpy()
        for group in sorted(set(values.tolist())):
            inside = values == group
            if _enough(outcome[inside]) and _enough(outcome[~inside]):
                found.append((by, group))
    return found


def _enough(outcome: Matrix) -> bool:
    with_it = outcome.sum()
    return bool(min(with_it, len(outcome) - with_it) >= FEWEST)
