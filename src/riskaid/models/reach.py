"""How far a row may lie from the training table before no estimate is given for it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import rounded

USUAL = 0.99
MARGIN = 2.0
"""Rows beyond twice the distance that 99 of 100 rows keep are unlike all of them."""

LEAST_KNOWN_ROWS = 2


def fit_reach(train: Matrix, calibrate: Matrix, *, names: tuple[str, ...]) -> "Reach":
    """Learn where the training rows lie, and how far from them other rows lie usually.

    Only means and spreads of many rows are kept, and no row.

    Args:
        train: Training rows, one column for each of `names`; NaN is not known.
        calibrate: Rows of the calibration fold, which say what distance is usual.
        names: The model's indicators.
    """
    known = (~np.isnan(train)).sum(axis=0)
    enough = known >= LEAST_KNOWN_ROWS
    held = np.where(enough, train, 0.0)
    total = np.maximum(known, 1)
    centre = np.nansum(held, axis=0) / total
    spread = np.sqrt(np.nansum((held - centre) ** 2, axis=0) / total)
    reach = Reach(
        names=names,
        centre=tuple(rounded(centre)),
        spread=tuple(rounded(np.where(spread > 0, spread, 1.0))),
        limit=0.0,
    )
    usual = np.quantile(reach.distance(calibrate), USUAL) if len(calibrate) else 0.0
    limit = float(f"{MARGIN * max(usual, 1.0):.10g}")
    return Reach(names=names, centre=reach.centre, spread=reach.spread, limit=limit)


@dataclass(frozen=True)
class Reach:
    """Where the training rows lie, by the mean and spread of each indicator.

    Attributes:
        names: The model's indicators, in the order of the matrix's columns.
        centre: The mean of each over the training rows that know it.
        spread: Its standard deviation; 1 where all are alike.
        limit: Rows further away than this get no estimate.
    """

    names: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    limit: float

    def distance(self, matrix: Matrix) -> Matrix:
        """How many spreads a row lies away: the root mean square over what is known.

        A row of which nothing is known lies nowhere: 0. How much must be known is
        asked elsewhere.
        """
        away = (matrix - np.array(self.centre)) / np.array(self.spread)
        known = (~np.isnan(away)).sum(axis=1)
        squares = np.nansum(away**2, axis=1)
        return np.asarray(np.sqrt(squares / np.maximum(known, 1)))

    def beyond(self, matrix: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether each row is too unlike the training table for an estimate."""
        return np.asarray(self.distance(matrix) > self.limit)

    def to_json(self) -> dict[str, Any]:
        """Write the numbers."""
        return {
            "names": list(self.names),
            "centre": list(self.centre),
            "spread": list(self.spread),
            "limit": self.limit,
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Reach":
        """Read what to_json wrote.

        Raises:
            ValueError: A spread or the limit is not above zero, or a number is missing.
        """
        reach = cls(
            names=tuple(str(n) for n in facts["names"]),
            centre=tuple(float(c) for c in facts["centre"]),
            spread=tuple(float(s) for s in facts["spread"]),
            limit=float(facts["limit"]),
        )
        whole = len(reach.names) == len(reach.centre) == len(reach.spread)
        numbers = np.array([*reach.centre, *reach.spread, reach.limit])
        positive = reach.limit > 0 and all(s > 0 for s in reach.spread)
        if not whole or not positive or not np.isfinite(numbers).all():
            raise ValueError("reach")
        return reach
