"""A points scorecard: at most twelve indicators, whole-number points, on one page."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import fit_logistic, log_loss, sigmoid

MOST_INDICATORS = 12
STEPS_EACH = 2
MOST_POINTS = 10
FEW_VALUES = 6
ENOUGH = 0.005
"""The smallest share of training rows on either side of a step."""


@dataclass(frozen=True)
class Line:
    """One line of the scorecard: so many points when a value reaches a step.

    Attributes:
        indicator: Whose value is read; not known is read as zero, so that it is never
            worth less than a known zero.
        side: "at_least" or "at_most".
        cut: The value of the step.
        points: Whole points, always more than zero: no line takes points away.
    """

    indicator: str
    side: str
    cut: float
    points: int


def fit_scorecard(
    matrix: Matrix,
    outcome: Matrix,
    *,
    names: tuple[str, ...],
    more_means_more: tuple[bool | None, ...],
    most: int = MOST_INDICATORS,
) -> "Scorecard":
    """Choose a few steps that say most about the outcome and give them whole points.

    Steps are added one at a time, the one with the largest score statistic first, as
    long as the Bayesian information criterion improves; steps that would take points
    away are dropped. All of it looks at the rows given and no others, so it belongs
    inside the training fold.

    Args:
        matrix: Training rows, one column for each of `names`; NaN is not known.
        outcome: 0 or 1, one a row.
        names: The indicators.
        more_means_more: Declared direction: True reads "at least", False reads "at
            most", None may read either.
        most: The most indicators on the card.
    """
    filled = np.nan_to_num(matrix, nan=0.0)
    steps = _steps(filled, names=names, more_means_more=more_means_more)
    place = {name: i for i, name in enumerate(names)}
    coded = np.array(
        [_reached(filled[:, place[n]], side, cut) for n, side, cut in steps],
        dtype=np.float64,
    ).reshape(len(steps), len(outcome))
    chosen, coefficients = _choose(coded, outcome, steps=steps, most=most)
    if not chosen:
        return Scorecard(names=(), lines=())
    points = _whole(coded[chosen], outcome, coefficients)
    lines = sorted(
        (
            Line(indicator=n, side=side, cut=cut, points=int(p))
            for (n, side, cut), p in zip(
                (steps[i] for i in chosen), points, strict=True
            )
            if p > 0
        ),
        key=lambda line: (place[line.indicator], line.side, line.cut),
    )
    used = tuple(n for n in names if any(line.indicator == n for line in lines))
    return Scorecard(names=used, lines=tuple(lines))


def _reached(values: Matrix, side: str, cut: float) -> Matrix:
    return np.asarray(values >= cut if side == "at_least" else values <= cut)


def _steps(
    filled: Matrix, *, names: tuple[str, ...], more_means_more: tuple[bool | None, ...]
) -> list[tuple[str, str, float]]:
    steps: list[tuple[str, str, float]] = []
    for values, name, direction in zip(filled.T, names, more_means_more, strict=True):
        held = np.unique(values)
        if len(held) > FEW_VALUES:
            above = values[values > 0] if np.mean(values > 0) > ENOUGH else values
            quantiles = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9]
            cuts = np.quantile(above, quantiles, method="lower")
            # Two digits, so that a step can be read aloud.
            held = np.unique([float(f"{cut:.2g}") for cut in cuts])
        sides = {True: ["at_least"], False: ["at_most"], None: ["at_least", "at_most"]}
        for side in sides[direction]:
            for cut in held:
                share = float(np.mean(_reached(values, side, cut)))
                if ENOUGH <= share <= 1 - ENOUGH:
                    steps.append((name, side, float(cut)))
    return steps


def _choose(
    coded: Matrix, outcome: Matrix, *, steps: list[tuple[str, str, float]], most: int
) -> tuple[list[int], Matrix]:
    n = len(outcome)
    chosen: list[int] = []
    refused: set[int] = set()
    fitted = fit_logistic(np.empty((n, 0)), outcome)
    loss = log_loss(outcome, np.full(n, sigmoid(fitted)[0]))
    while True:
        design = coded[chosen].T
        p = sigmoid(fitted[0] + design @ fitted[1:])
        statistic = _score_statistic(coded, outcome - p, p * (1 - p))
        open_now = [
            i
            for i in range(len(steps))
            if i not in chosen
            and i not in refused
            and _fits(steps[i][0], [steps[j][0] for j in chosen], most=most)
        ]
        if not open_now:
            return chosen, fitted[1:]
        best = max(open_now, key=lambda i: (statistic[i], -i))
        if statistic[best] <= 0:
            return chosen, fitted[1:]
        with_it = [*chosen, best]
        after = fit_logistic(coded[with_it].T, outcome)
        if np.any(after[1:] <= 0):
            # Something would take points away: the weakest gives way, for good.
            refused.add(with_it[int(np.argmin(after[1:]))])
            chosen = [i for i in chosen if i not in refused]
            fitted = fit_logistic(coded[chosen].T, outcome)
            loss = log_loss(outcome, sigmoid(fitted[0] + coded[chosen].T @ fitted[1:]))
            continue
        loss_after = log_loss(outcome, sigmoid(after[0] + coded[with_it].T @ after[1:]))
        if 2 * n * (loss - loss_after) <= np.log(n):
            return chosen, fitted[1:]
        chosen, fitted, loss = with_it, after, loss_after


def _score_statistic(coded: Matrix, left: Matrix, variance: Matrix) -> Matrix:
    # Rows of `coded` are few enough to hold; a signed z, so that only steps that add
    # points can win.
    # Steps are 0 or 1, so their squares are themselves.
    reached = coded @ variance
    spread = reached - reached**2 / variance.sum()
    return np.asarray((coded @ left) / np.sqrt(np.maximum(spread, 1e-9)))


def _fits(indicator: str, held: list[str], *, most: int) -> bool:
    if indicator in held:
        return held.count(indicator) < STEPS_EACH
    return len(set(held)) < most


def _whole(coded: Matrix, outcome: Matrix, coefficients: Matrix) -> Matrix:
    best: tuple[float, Matrix] | None = None
    for largest in range(3, MOST_POINTS + 1):
        points = np.rint(coefficients * largest / coefficients.max())
        total = points @ coded
        fit = fit_logistic(total[:, None], outcome)
        loss = log_loss(outcome, sigmoid(fit[0] + fit[1] * total))
        # A finer scale must earn its extra points.
        if best is None or loss < best[0] - 1e-4:
            best = (loss, points)
    assert best is not None
    return best[1]


@dataclass(frozen=True)
class Scorecard:
    """Add up the points of every line that is reached.

    Attributes:
        names: The indicators it reads, in the order of the matrix's columns.
        lines: Its lines, by indicator and step.
    """

    names: tuple[str, ...]
    lines: tuple[Line, ...]

    def score(self, matrix: Matrix) -> Matrix:
        """Whole points, 0 to the sum of the lines."""
        return np.asarray(self.contributions(matrix).sum(axis=1))

    def contributions(self, matrix: Matrix) -> Matrix:
        """Points by indicator; the constant is zero."""
        points = np.zeros((len(matrix), len(self.names) + 1))
        place = {name: i for i, name in enumerate(self.names)}
        for line in self.lines:
            i = place[line.indicator]
            values = np.nan_to_num(matrix[:, i], nan=0.0)
            points[:, i] += line.points * _reached(values, line.side, line.cut)
        return points

    def printed(self, reads: dict[str, str]) -> str:
        """Write the card as plain text for one page.

        Args:
            reads: What each indicator says in words; its name stands where none is.
        """
        rows = [
            (
                " ".join(
                    (
                        reads.get(line.indicator, line.indicator) + ":",
                        line.side.replace("_", " "),
                        f"{line.cut:g}",
                    )
                ),
                line.points,
            )
            for line in self.lines
        ]
        wide = max((len(words) for words, _ in rows), default=20)
        return "".join(f"{words:<{wide}}  {points:>3}\n" for words, points in rows)

    def to_json(self) -> dict[str, Any]:
        """Write the lines."""
        return {
            "rung": "scorecard",
            "names": list(self.names),
            "lines": [vars(line) for line in self.lines],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Scorecard":
        """Read what to_json wrote."""
        if facts["rung"] != "scorecard":
            raise ValueError(facts["rung"])
        return cls(
            names=tuple(str(n) for n in facts["names"]),
            lines=tuple(
                Line(
                    indicator=str(line["indicator"]),
                    side=str(line["side"]),
                    cut=float(line["cut"]),
                    points=int(line["points"]),
                )
                for line in facts["lines"]
            ),
        )
