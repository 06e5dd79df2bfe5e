"""How settings treat recorded groups on the inner folds, where no test row is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskaid.fairness.groups import read_groups
from riskaid.models import Matrix

FEWEST = 20
"""A group with fewer rows with, or without, the outcome is not judged."""

CHARACTERISTICS = ("ethnicity", "disability")

Labels = NDArray[np.str_]


@dataclass(frozen=True)
class Judged:
    """The worst group's numbers; None where no group is large enough.

    Attributes:
        calibration: Recorded outcomes over expected ones, or the other way round,
            whichever is larger: 1.25 is a quarter too many or too few.
        missed_need: The false negative rate's distance from that of everyone else.
    """

    calibration: float | None
    missed_need: float | None


def groups_in(rows: pl.DataFrame) -> list[Labels]:
    """The groups of each row by each characteristic that the rows hold."""
    return [
        read_groups(rows[name], name)[0].to_numpy().astype(np.str_)
        for name in CHARACTERISTICS
        if name in rows.columns
    ]


def selected_at(estimate: Matrix, capacity: float) -> NDArray[np.bool_]:
    """The rows with the highest estimates, as many as the service can look at."""
    order = np.argsort(-estimate, kind="stable")
    chosen = np.zeros(len(estimate), dtype=bool)
    chosen[order[: int(np.ceil(capacity * len(estimate)))]] = True
    return chosen


def judge_groups(
    estimate: Matrix,
    outcome: Matrix,
    selected: NDArray[np.bool_],
    groups: Sequence[Labels],
) -> Judged:
    """Find the worst group by calibration, and by missed need.

    Args:
        estimate: One a row, from all inner folds.
        outcome: 0 or 1.
        selected: Who would be looked at again.
        groups: One array for each characteristic.
    """
    ratios: list[float] = []
    gaps: list[float] = []
    for labels in groups:
        for label in np.unique(labels):
            inside = labels == label
            if not _enough(outcome[inside]):
                continue
            ratio = float(outcome[inside].sum() / estimate[inside].sum())
            ratios.append(max(ratio, 1 / ratio))
            if _enough(outcome[~inside]):
                mine, others = (
                    1 - float(selected[rows & (outcome == 1)].mean())
                    for rows in (inside, ~inside)
                )
                gaps.append(abs(mine - others))
    return Judged(max(ratios, default=None), max(gaps, default=None))


def _enough(outcome: Matrix) -> bool:
    return bool(min(outcome.sum(), len(outcome) - outcome.sum()) >= FEWEST)
