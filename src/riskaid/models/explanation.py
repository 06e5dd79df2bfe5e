"""Why a score is what it is: each indicator's contribution, grouped by family."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from riskaid.models import Matrix, Model

SMALLEST = 1e-9
"""Contributions nearer to zero than this are none."""

LEAST_KNOWN = 2 / 3
"""Share of the model's indicators that must be known before an estimate is given."""


class Declared(Protocol):
    """What an explanation needs of an indicator's declaration."""

    @property
    def name(self) -> str:
        """Its unique name."""

    @property
    def family(self) -> str:
        """The family of signs it belongs to."""

    @property
    def reads(self) -> str:
        """What it says in words."""


class Plan(Protocol):
    """A frozen plan, as far as an explanation reads it."""

    @property
    def indicators(self) -> Iterable[Declared]:
        """The declared indicators."""


@dataclass(frozen=True)
class Reason:
    """One indicator's part in a score, in its own words.

    Attributes:
        indicator: Its name.
        family: The family of signs it belongs to.
        reads: What it says in words.
        contribution: Its part of the raw score, points or log-odds.
        value: Its value as of the date; None when not known.
        known: Whether the value is known.
    """

    indicator: str
    family: str
    reads: str
    contribution: float
    value: float | None
    known: bool


def reasons(model: Model, row: Matrix, plan: Plan) -> tuple[Reason, ...]:
    """Say what each indicator contributed to one row's score.

    Reasons of one family stand together; families are ordered by the size of what they
    contribute in all, and reasons inside a family by the size of theirs. Indicators
    that contributed nothing are left out, unless they are not known.

    Args:
        model: Any rung.
        row: Values for the model's names, in its order; NaN is not known.
        plan: The frozen plan with the declarations' words.
    """
    declared = {i.name: i for i in plan.indicators}
    parts = model.contributions(row[None, :])[0]
    found = [
        Reason(
            indicator=name,
            family=declared[name].family,
            reads=declared[name].reads,
            contribution=float(part),
            value=None if np.isnan(value) else float(value),
            known=not np.isnan(value),
        )
        for name, part, value in zip(model.names, parts[:-1], row, strict=True)
        if abs(part) > SMALLEST or np.isnan(value)
    ]
    totals: dict[str, float] = {}
    for reason in found:
        totals[reason.family] = totals.get(reason.family, 0.0) + reason.contribution
    return tuple(
        sorted(
            found,
            key=lambda r: (
                -abs(totals[r.family]),
                r.family,
                -abs(r.contribution),
                r.indicator,
            ),
        )
    )


def too_little_known(model: Model, row: Matrix) -> bool:
    """Whether an estimate is withheld, because not enough is known to give one.

    Args:
        model: Any rung.
        row: Values for the model's names, in its order; NaN is not known.
    """
    known = int((~np.isnan(row)).sum())
    return known < LEAST_KNOWN * len(row) or bool(unknown_reassures(model, row))


def unknown_reassures(model: Model, row: Matrix) -> tuple[str, ...]:
    """Name the indicators whose being not known makes the score lower than a zero.

    Not known must never read as good news: when this is not empty, the estimate is
    withheld.

    Args:
        model: Any rung.
        row: Values for the model's names, in its order; NaN is not known.
    """
    unknown = np.flatnonzero(np.isnan(row))
    if not len(unknown):
        return ()
    tried = np.repeat(row[None, :], len(unknown) + 1, axis=0)
    tried[np.arange(1, len(unknown) + 1), unknown] = 0.0
    scores = model.score(tried)
    higher = scores[1:] > scores[0] + SMALLEST
    return tuple(model.names[i] for i in unknown[higher])
