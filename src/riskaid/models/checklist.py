"""A plain checklist: how many declared signs are recorded, out of how many known."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskaid.models import Matrix

COMMON = 0.75
"""A sign that more than this share of rows shows counts only above the usual."""


def fit_checklist(
    matrix: Matrix, *, names: tuple[str, ...], more_means_more: tuple[bool | None, ...]
) -> "Checklist":
    """Choose which declared signs count, and from what value, without any outcome.

    Every indicator declared as *more means more* is an item and counts when it is
    above zero. Where more than three quarters of the known rows are above zero already
    (school sessions missed, say), it counts above the upper quarter's edge instead,
    because a sign that nearly everybody has says nothing.

    Args:
        matrix: Training rows, one column for each of `names`.
        names: The indicators.
        more_means_more: What each is declared to be.
    """
    chosen: list[str] = []
    cuts: list[float] = []
    for column, name, direction in zip(matrix.T, names, more_means_more, strict=True):
        if direction is not True:
            continue
        known = column[~np.isnan(column)]
        above = np.mean(known > 0) if len(known) else 0.0
        cut = float(np.quantile(known, 0.75)) if above > COMMON else 0.0
        if cut > 0 and not np.any(known > cut):
            continue
        chosen.append(name)
        cuts.append(float(f"{cut:.6g}"))
    return Checklist(names=tuple(chosen), cuts=tuple(cuts))


@dataclass(frozen=True)
class Checklist:
    """One point for each sign recorded above its cut; not known counts no point.

    Attributes:
        names: The items, in the order of the matrix's columns.
        cuts: An item is present when its value is above its cut.
    """

    names: tuple[str, ...]
    cuts: tuple[float, ...]

    def score(self, matrix: Matrix) -> Matrix:
        """Count the signs present: 0 to the number of items."""
        return np.asarray(self.contributions(matrix).sum(axis=1))

    def contributions(self, matrix: Matrix) -> Matrix:
        """One point an item present; the constant is zero."""
        present = np.zeros((len(matrix), len(self.names) + 1))
        present[:, :-1] = matrix > np.array(self.cuts)
        return present

    def known(self, matrix: Matrix) -> tuple[np.ndarray[Any, np.dtype[np.int64]], int]:
        """Say "n of m known": for each row how many items are known, and how many are.

        Returns:
            An array of counts, one a row, and the number of items.
        """
        return (~np.isnan(matrix)).sum(axis=1), len(self.names)

    def to_json(self) -> dict[str, Any]:
        """Write the items and their cuts."""
        return {
            "rung": "checklist",
            "items": [
                {"indicator": n, "above": c}
                for n, c in zip(self.names, self.cuts, strict=True)
            ],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Checklist":
        """Read what to_json wrote."""
        if facts["rung"] != "checklist":
            raise ValueError(facts["rung"])
        return cls(
            names=tuple(str(i["indicator"]) for i in facts["items"]),
            cuts=tuple(float(i["above"]) for i in facts["items"]),
        )
