"""A study of what fairlearn's reductions would change, and what that costs whom.

It stands beside the three rungs and is none of them: nothing it makes can be released.
A reduction teaches a model anew until a rate hardly differs between groups *in the rows
it was taught with*. Cuts that differ by group are not offered: see
docs/explanation/mitigation.md.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from fairlearn.reductions import (
    DemographicParity,
    ErrorRate,
    ExponentiatedGradient,
    TruePositiveRateParity,
)
from sklearn.linear_model import LogisticRegression

from riskaid.errors import ExtractError, UsageError, nearest
from riskaid.fairness.audit import audit
from riskaid.fairness.policy import Policy
from riskaid.fairness.rows import group_rows
from riskaid.files import new_folder, write_json
from riskaid.training.table import matrix_of, outcome_of

Floats = npt.NDArray[np.float64]
FORMAT: Final = "riskaid-mitigation-study"
VERSION: Final = 1
CONSTRAINTS: Final = {
    "missed_need": TruePositiveRateParity,
    "share_selected": DemographicParity,
}
SHOWN: Final = ("false_negative_rate", "selection_rate", "positive_predictive_value")
SAYS: Final = (
    "A study. It is no model, no audit and no evidence for a release, and nothing in "
    "it can be released. Rates are those of the test fold, with the same share of rows "
    "selected before and after, by one order for everybody."
)


@dataclass(frozen=True)
class Study:
    """What a reduction changed, by group, before and after.

    Attributes:
        facts: As mitigation.json holds it, small counts left out.
    """

    facts: dict[str, Any]

    def table(self) -> pl.DataFrame:
        """A row a group and rate: before, after, the difference; null is not shown."""
        rows = [
            {"group": g["group"], "rate": rate, **g["rates"][rate]}
            for g in self.facts["groups"]
            for rate in SHOWN
        ]
        schema = {
            "group": pl.String,
            "rate": pl.String,
            "before": pl.Float64,
            "after": pl.Float64,
        }
        return pl.DataFrame(rows, schema=schema).with_columns(
            change=pl.col("after") - pl.col("before")
        )


def mitigation_study(
    rows: pl.DataFrame,
    names: tuple[str, ...],
    policy: Policy,
    *,
    characteristic: str,
    constraint: str = "missed_need",
    allowed: float = 0.02,
    seed: int = 0,
) -> Study:
    """Teach a plain logistic model with and without a constraint, and compare on test.

    Args:
        rows: Of folds "train" and "test": person_id, family_id, fold, outcome, the
            indicators, and a column for each characteristic of the policy.
        names: The indicators used; null is not known.
        policy: Whose capacity selects, and whose smallest count is shown.
        characteristic: Between whose groups the rate may hardly differ.
        constraint: "missed_need" (of recorded outcomes, how many are not selected) or
            "share_selected".
        allowed: How far the rate may differ between groups in the rows taught with.
        seed: Of the audits' draws.

    Raises:
        UsageError: There is no such characteristic or constraint.
        ExtractError: A fold has no rows, or all its outcomes are alike.
    """
    if constraint not in CONSTRAINTS:
        raise UsageError(
            f"There is no constraint '{constraint}'."
            f"{nearest(constraint, list(CONSTRAINTS))} It may be: "
            f"{', '.join(CONSTRAINTS)}."
        )
    known = [c.name for c in policy.characteristics]
    if characteristic not in known:
        raise UsageError(
            f"The policy has no characteristic '{characteristic}'."
            f"{nearest(characteristic, known)} It has: {', '.join(known)}."
        )
    train, test = (rows.filter(pl.col("fold") == fold) for fold in ("train", "test"))
    for fold, held in (("train", train), ("test", test)):
        if set(held["outcome"].unique()) != {0, 1}:
            raise ExtractError(
                f"The fold '{fold}' has no rows, or outcomes that are all alike: there "
                "is nothing to study. Take a run with more rows."
            )
    before, after = _taught(
        train, test, names, policy, (characteristic, constraint, allowed)
    )
    told = _compared(test, (before, after), policy, characteristic, seed)
    return Study(
        {
            "format": FORMAT,
            "version": VERSION,
            "releasable": False,
            "says": SAYS,
            "characteristic": characteristic,
            "constraint": constraint,
            "allowed_in_training": allowed,
            "capacity": policy.capacity_gated,
            "policy": policy.digest,
            "seed": seed,
            **told,
        }
    )


def write_study(study: Study, out: Path) -> None:
    """Write mitigation.json into a new folder.

    Raises:
        UsageError: The folder is there already and holds something.
    """
    with new_folder(out) as folder:
        write_json(folder / "mitigation.json", study.facts)


def _model() -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=500)


def _prepared(train: Floats, test: Floats) -> tuple[Floats, Floats]:
    """Indicators on one scale, and a column for each of which some are not known."""
    known = ~np.isnan(train)
    count = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, train, 0).sum(axis=0) / count
    wide = np.sqrt((np.where(known, train - middle, 0) ** 2).sum(axis=0) / count)
    wide = np.where(wide > 0, wide, 1.0)
    lacks = ~known.all(axis=0)

    def on_one_scale(rows: Floats) -> Floats:
        missing = np.isnan(rows)
        scaled = np.where(missing, 0.0, (rows - middle) / wide)
        return np.column_stack([scaled, missing[:, lacks].astype(np.float64)])

    return on_one_scale(train), on_one_scale(test)


def _taught(
    train: pl.DataFrame,
    test: pl.DataFrame,
    names: tuple[str, ...],
    policy: Policy,
    asked: tuple[str, str, float],
) -> tuple[Floats, Floats]:
    """Scores of the test rows from the plain model and from the constrained one.

    The constrained one is a mix of models. A hard yes or no is what the reduction
    constrains; it is weighed so that yes begins where the plain model's capacity ends.
    """
    characteristic, constraint, allowed = asked
    outcome = outcome_of(train).astype(np.int64)
    matrix, asked_of = _prepared(matrix_of(train, names), matrix_of(test, names))
    plain = _model().fit(matrix, outcome)
    cut = float(
        np.quantile(plain.predict_proba(matrix)[:, 1], 1 - policy.capacity_gated)
    )
    cut = min(max(cut, 0.01), 0.99)
    grouped = {g.about.name: g for g in group_rows(train, policy)}[characteristic]
    mix = ExponentiatedGradient(
        _model(),
        constraints=CONSTRAINTS[constraint](difference_bound=allowed),
        objective=ErrorRate(costs={"fp": cut, "fn": 1 - cut}),
        max_iter=12,
    )
    with warnings.catch_warnings():
        # What fairlearn is told by pandas is about its own use of pandas.
        warnings.simplefilter("ignore")
        mix.fit(matrix, outcome, sensitive_features=grouped.of_row)
    score = np.zeros(len(asked_of))
    for i, weight in mix.weights_.items():
        if weight > 0:
            score += weight * mix.predictors_[i].predict_proba(asked_of)[:, -1]
    return plain.predict_proba(asked_of)[:, 1], np.clip(score, 0, 1)


def _compared(
    test: pl.DataFrame,
    scores: tuple[Floats, Floats],
    policy: Policy,
    characteristic: str,
    seed: int,
) -> dict[str, Any]:
    """Both in their published form; each selects others, so a change counts nobody."""
    one, two = (
        test.drop("as_of", strict=False).with_columns(score=pl.Series(score))
        for score in scores
    )
    first = audit(one, policy, seed=seed).to_json()
    second = audit(two, policy, seed=seed).to_json()
    return {
        "everyone": _rates(first["everyone"], second["everyone"], policy),
        "groups": [
            {
                "group": a["name"],
                "phrase": a["phrase"],
                "rows": b["rows"],
                "outcomes": b["outcomes"],
                "rates": _rates(a, b, policy),
            }
            for a, b in zip(
                _groups(first, characteristic),
                _groups(second, characteristic),
                strict=True,
            )
            if a["rows"] != 0
        ],
    }


def _groups(published: dict[str, Any], characteristic: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(
        c["groups"] for c in published["characteristics"] if c["name"] == characteristic
    )
    return found


def _rates(
    before: dict[str, Any], after: dict[str, Any], policy: Policy
) -> dict[str, dict[str, float | None]]:
    return {
        rate: {
            when: next(
                m["value"]
                for m in group["metrics"]
                if m["metric"] == rate and m["capacity"] == policy.capacity_gated
            )
            for when, group in (("before", before), ("after", after))
        }
        for rate in SHOWN
    }
