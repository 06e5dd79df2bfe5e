"""A model taught so that a rate hardly differs between groups: fairlearn's reductions.

For a study beside the three rungs (`riskaid.training.mitigation_study`), and for
nothing else: scores leave this file only as counts and rates. A reduction teaches a
model anew until a rate hardly differs between groups *in the rows it was taught with*.
Cuts that differ by group are not offered: see docs/explanation/mitigation.md.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from fairlearn.reductions import (
    DemographicParity,
    ErrorRate,
    ExponentiatedGradient,
    TruePositiveRateParity,
)
from sklearn.linear_model import LogisticRegression

from riskaid.errors import ExtractError, UsageError, nearest
from riskaid.fairness.sums import Floats, Ints
from riskaid.training.slices import FEWEST

Bools = npt.NDArray[np.bool_]

CONSTRAINTS: Final = {
    "missed_need": TruePositiveRateParity,
    "share_selected": DemographicParity,
}
WIDEST: Final = 0.25
"""The most that a rate may be allowed to differ: more is hardly a constraint."""
ROUNDS: Final = 12
"""The most rounds of the reduction: each teaches a few models."""
PLACES: Final = 9
"""Scores keep so many decimal places: what is below is the solver's and nobody's."""


@dataclass(frozen=True)
class Asked:
    """What a study asks for.

    Attributes:
        by: The characteristic between whose groups the rate may hardly differ.
        constraint: "missed_need" (of recorded outcomes, how many are not selected) or
            "share_selected".
        allowed: How far a group's rate may be from everybody's in the rows taught with.
    """

    by: str
    constraint: str = "missed_need"
    allowed: float = 0.02

    def check(self, known: list[str]) -> None:
        """Refuse what cannot be asked.

        Args:
            known: The policy's characteristics.

        Raises:
            UsageError: There is no such characteristic or constraint, or the rate may
                differ by nothing, or by more than 0.25.
        """
        if self.constraint not in CONSTRAINTS:
            raise UsageError(
                f"There is no constraint '{self.constraint}'."
                f"{nearest(self.constraint, list(CONSTRAINTS))} It may be: "
                f"{', '.join(CONSTRAINTS)}."
            )
        if self.by not in known:
            raise UsageError(
                f"The policy has no characteristic '{self.by}'."
                f"{nearest(self.by, known)} It has: {', '.join(known)}."
            )
        if not 0 < self.allowed <= WIDEST:
            raise UsageError(
                "The rate must be allowed to differ by more than 0 and at most "
                f"{WIDEST:g}: give --allowed 0.02, or leave it out."
            )


@dataclass(frozen=True)
class Parts:
    """Rows put into the groups that a reduction is taught with.

    Attributes:
        of_row: Number of the part each row is in. Shape [rows].
        members: For each part the names of its groups.
    """

    of_row: Ints
    members: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Taught:
    """Scores of rows that taught nothing.

    Attributes:
        plain: Of the model without the constraint. Shape [rows].
        constrained: Of the mix of models that the constraint makes. Shape [rows].
        apart: How far the rate of the part that is furthest away is from everybody's
            in the rows taught with, without the constraint and with it.
    """

    plain: Floats
    constrained: Floats
    apart: tuple[float, float]


def parts_of(of_row: Ints, names: list[str], outcome: Floats) -> Parts:
    """Put groups too small to be taught with together, the smallest first.

    A part needs ten rows with the outcome and ten without: of fewer, a rate that hardly
    differs is chance.

    Args:
        of_row: Group of each row of the training fold. Shape [rows].
        names: Of the groups.
        outcome: 0 or 1. Shape [rows].

    Raises:
        ExtractError: Fewer than two parts are large enough.
    """
    counts = np.stack(
        [
            np.bincount(of_row, weights=1 - outcome, minlength=len(names)),
            np.bincount(of_row, weights=outcome, minlength=len(names)),
        ]
    )
    there = [i for i in range(len(names)) if counts[:, i].sum() > 0]
    order = sorted(there, key=lambda i: (counts[:, i].min(), i))
    small: list[int] = []
    while order and counts[:, order[0]].min() < FEWEST:
        small.append(order.pop(0))
    while small and order and counts[:, small].sum(axis=1).min() < FEWEST:
        small.append(order.pop(0))
    parts = [[i] for i in sorted(order)]
    if small and counts[:, small].sum(axis=1).min() >= FEWEST:
        parts.append(sorted(small))
    if not parts[1:]:
        raise ExtractError(
            f"Of the training fold, fewer than two recorded groups have {FEWEST} rows "
            f"with the outcome and {FEWEST} without: there is nothing to bring closer. "
            "Ask by another characteristic, or take a run with more rows."
        )
    part = np.zeros(len(names), dtype=np.int64)
    for number, members in enumerate(parts):
        part[members] = number
    return Parts(part[of_row], tuple(tuple(names[i] for i in one) for one in parts))


def teach(
    train: Floats,
    outcome: Floats,
    test: Floats,
    *,
    parts: Parts,
    asked: Asked,
    capacity: float,
) -> Taught:
    """Teach a plain logistic model without and with the constraint.

    The constrained one is a mix of models. A hard yes or no is what the reduction
    constrains; it is weighed so that yes begins where the plain model's capacity ends.
    Its score is the mean estimate of the mix, so that one order holds for everybody;
    the groups teach, and are no input of any model.

    Args:
        train: Indicators of the training fold, NaN for not known. [rows, names].
        outcome: Its outcomes, both 0 and 1 among them. Shape [rows].
        test: Indicators of the rows to score.
        parts: The groups of the training fold.
        asked: The constraint.
        capacity: The share of rows that can be looked at again.
    """
    matrix, scored = _prepared(train, test)
    plain = _model().fit(matrix, outcome.astype(np.int64))
    own = plain.predict_proba(matrix)[:, 1]
    cut = min(max(float(np.quantile(own, 1 - capacity)), 0.01), 0.99)
    mix = ExponentiatedGradient(
        _model(),
        constraints=CONSTRAINTS[asked.constraint](difference_bound=asked.allowed),
        objective=ErrorRate(costs={"fp": cut, "fn": 1 - cut}),
        max_iter=ROUNDS,
    )
    with warnings.catch_warnings():
        # What fairlearn is told by pandas is about its own use of pandas.
        warnings.simplefilter("ignore")
        mix.fit(matrix, outcome.astype(np.int64), sensitive_features=parts.of_row)
    apart = [
        _apart(chosen(score, capacity), outcome, parts, asked.constraint)
        for score in (own, _mean(mix, matrix))
    ]
    return Taught(
        plain=np.round(plain.predict_proba(scored)[:, 1], PLACES),
        constrained=_mean(mix, scored),
        apart=(apart[0], apart[1]),
    )


def chosen(score: Floats, capacity: float, seed: int = 0) -> Bools:
    """Which rows are looked at again: the highest scores, among equals a seeded draw.

    Args:
        score: Shape [rows].
        capacity: The share of rows.
        seed: Of the draw.
    """
    draw = np.random.Generator(np.random.PCG64([seed, 1])).permutation(len(score))
    found = np.zeros(len(score), dtype=np.bool_)
    found[np.lexsort((draw, -score))[: max(1, round(capacity * len(score)))]] = True
    return found


def _model() -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=500)


def _mean(mix: ExponentiatedGradient, matrix: Floats) -> Floats:
    """The mean estimate of the mix; a model that always says no estimates 0."""
    score = np.zeros(len(matrix))
    for i, weight in mix.weights_.items():
        model: Any = mix.predictors_[i]
        if weight > 0 and model.classes_[-1] == 1:
            score += weight * model.predict_proba(matrix)[:, -1]
    return np.asarray(np.round(np.clip(score, 0, 1), PLACES), dtype=np.float64)


def _apart(selected: Bools, outcome: Floats, parts: Parts, constraint: str) -> float:
    """How far the furthest part's rate is from everybody's, both as shares."""
    of = outcome == 1 if constraint == "missed_need" else np.ones(len(outcome), bool)
    counts, hits = (
        np.bincount(parts.of_row[rows], minlength=len(parts.members))
        for rows in (of, of & selected)
    )
    return float(np.abs(hits / counts - hits.sum() / counts.sum()).max())


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
