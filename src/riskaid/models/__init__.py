"""The three rungs of a model, and what every one of them can do.

A rung turns indicators into a raw score, says what each indicator contributed so that
the contributions add up to the score, and can be written as text and read again.
"""

import json
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from riskaid.errors import ReleaseError

Matrix = NDArray[np.float64]
"""One row a child and date, one column an indicator; NaN means not known."""

RungName = Literal["checklist", "scorecard", "booster"]
RUNGS: tuple[RungName, ...] = ("checklist", "scorecard", "booster")
"""From the simplest to the most involved."""


class Model(Protocol):
    """What every rung can do; its matrix has one column for each of its names."""

    @property
    def names(self) -> tuple[str, ...]:
        """The indicators it reads, in the order of the matrix's columns."""

    def score(self, matrix: Matrix) -> Matrix:
        """Raw scores, one a row: points or log-odds. Never shown to anybody."""

    def contributions(self, matrix: Matrix) -> Matrix:
        """One column an indicator and a last one for the constant; rows add up."""

    def to_json(self) -> dict[str, Any]:
        """Everything needed to read it again, except a booster's text."""


def open_model(folder: Path, rung: str) -> Model:
    """Read a fitted rung from the `models` folder of a run or a bundle.

    The caller has already checked the folder's digests; a booster's text is checked
    once more against its own facts, because damaged text can stop the whole process.

    Raises:
        ReleaseError: The file is missing, is no model of that rung, or was changed.
    """
    if rung not in RUNGS:
        raise ReleaseError(
            f"There is no rung '{rung}'. Name one of: {', '.join(RUNGS)}."
        )
    place = folder / f"{rung}.json"
    try:
        facts = json.loads(place.read_text())
        if rung == "checklist":
            from riskaid.models.checklist import Checklist  # noqa: PLC0415 - as below

            return Checklist.from_json(facts)
        if rung == "scorecard":
            from riskaid.models.scorecard import Scorecard  # noqa: PLC0415 - as below

            return Scorecard.from_json(facts)
        # Reading a checklist or scorecard must not pay for importing LightGBM.
        from riskaid.models.booster import Booster  # noqa: PLC0415

        return Booster.from_json(facts, text=(folder / "booster.txt").read_text())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"models/{place.name} cannot be read as a {rung}. "
            "Build the run or bundle again."
        ) from error


def columns_of(
    matrix: Matrix, held: tuple[str, ...], wanted: tuple[str, ...]
) -> Matrix:
    """Pick a model's columns, in its own order, out of a wider matrix."""
    place = {name: i for i, name in enumerate(held)}
    return matrix[:, [place[name] for name in wanted]]


__all__ = ["RUNGS", "Matrix", "Model", "RungName", "columns_of", "open_model"]
