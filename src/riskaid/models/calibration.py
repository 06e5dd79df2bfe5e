"""From a raw score to an estimate: a monotone map fitted on a fold of its own."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.models.isotonic import between_knots, knots_of, rising_shares
from riskaid.models.logistic import (
    FITTED_DIGITS,
    Places,
    fit_logistic,
    gathered,
    log_losses,
    rounded,
    sigmoid,
)
from riskaid.models.reach import Reach
from riskaid.models.spread import few_families, misfit

METHODS = ("platt", "beta", "isotonic")
PARTS = 5
REPLICATES = 400
RARE = 0.005
ROWS_FOR_STEPS = 1000
PLACES = 12
"""Decimal places of an estimate that are kept: the last bits differ by processor."""


def fit_calibration(
    score: Matrix,
    outcome: Matrix,
    *,
    family: np.ndarray[Any, Any],
    seed: int,
    method: str = "choose",
    weights: Matrix | None = None,
) -> "Calibration":
    """Fit the map from raw score to the share with the outcome.

    Three maps are tried, each never falling as the score grows: Platt's (a straight
    line in log-odds), beta (a curve with two slopes) and isotonic (up to twenty steps
    with lines between them). Each is judged by its log loss in a five-part check that
    keeps families whole. Beta is kept where it is better than the straight line. The
    steps are kept only where they are better than both by more than one standard error
    of the difference, and on a thousand rows at least: they follow chance more easily,
    and their intervals are rougher (scikit-learn's guide advises the same number).

    The map is one for all rows. It knows nothing of any group and takes none.

    Args:
        score: Raw scores of the calibration fold.
        outcome: 0 or 1, one a row.
        family: Family of each row; families are kept whole in the check and the
            interval.
        seed: Draws the parts and the bootstrap.
        method: "choose", "platt", "beta" or "isotonic".
        weights: How much each row counts; default once.
    """
    weight = np.ones(len(score)) if weights is None else weights
    centre = float(f"{np.mean(score):.10g}")
    spread = float(f"{np.std(score):.10g}") or 1.0
    z = (score - centre) / spread
    _, codes = np.unique(family, return_inverse=True)
    rng = np.random.Generator(np.random.PCG64(seed))
    checked = {
        m: _checked_losses(z, outcome, weight=weight, codes=codes, method=m, seed=seed)
        for m in METHODS
    }
    losses = {m: float(np.average(checked[m], weights=weight)) for m in METHODS}
    if method == "choose":
        method = "beta" if losses["beta"] < losses["platt"] - 1e-4 else "platt"
        gain = checked[method] - checked["isotonic"]
        better = losses[method] - losses["isotonic"] > _error(gain, weight, codes)
        if better and len(z) >= ROWS_FOR_STEPS:
            method = "isotonic"
    families = int(codes.max()) + 1
    knots: Matrix = np.empty(0)
    if method == "isotonic":
        knots, order, starts = knots_of(z, weight)
        knots = rounded(knots)
    else:
        order, starts = gathered(z)
    rows = np.diff(np.r_[starts, len(z)])
    steps = np.add.reduceat(z[order], starts) / rows
    fitted = (
        rising_shares(*_sums(weight, outcome, order, starts))
        if method == "isotonic"
        else _fit(z, outcome, method=method, weights=weight)
    )
    replicates: list[Matrix] = []
    for _ in range(REPLICATES):
        draws = np.bincount(rng.integers(families, size=families), minlength=families)
        counts, with_it = _sums(draws[codes] * weight, outcome, order, starts)
        some = counts > 0
        again = (
            rising_shares(counts, with_it)
            if method == "isotonic"
            else _fit(
                steps[some],
                with_it[some] / counts[some],
                method=method,
                weights=counts[some],
                start=fitted,
            )
        )
        replicates.append(again)
    held = Calibration(
        method=method,
        centre=centre,
        spread=spread,
        parameters=tuple(rounded(fitted, digits=FITTED_DIGITS)),
        replicates=(),
        losses=tuple((m, float(f"{losses[m]:.8g}")) for m in METHODS),
        knots=tuple(knots.tolist()),
    )
    errors: Matrix = weight * (outcome - held.apply(score))
    wider = fitted + (np.array(replicates) - fitted) * (
        few_families(errors, codes)
        * misfit(score, errors, codes, parameters=len(fitted))
    )
    # A wider spread must not turn the order round.
    if method == "isotonic":
        wider = np.maximum.accumulate(wider, axis=1)
    else:
        wider[:, 1:] = np.maximum(wider[:, 1:], 0.0)
    kept = (rounded(one, digits=FITTED_DIGITS) for one in wider)
    return replace(held, replicates=tuple(map(tuple, kept)))


def _sums(
    weight: Matrix, outcome: Matrix, order: Places, starts: Places
) -> tuple[Matrix, Matrix]:
    """Weight of the rows in each step, and of those with the outcome."""
    rows = np.add.reduceat(weight[order], starts)
    return rows, np.add.reduceat((weight * outcome)[order], starts)


def _error(gain: Matrix, weight: Matrix, codes: Places) -> float:
    """Standard error of a weighted mean over rows, with families kept whole."""
    mean = np.average(gain, weights=weight)
    by_family = np.bincount(codes, weights=weight * (gain - mean))
    return float(np.sqrt((by_family**2).sum()) / weight.sum())


def about(estimate: float) -> str:
    """Say an estimate as a natural frequency: "about 7 in 100".

    Below half of one in a hundred it is said in a thousand; never "0" and never "all".
    """
    if estimate < RARE:
        n = round(estimate * 1000)
        return f"about {n} in 1,000" if n else "fewer than 1 in 1,000"
    if estimate > 1 - RARE:
        return "more than 99 in 100"
    return f"about {round(estimate * 100)} in 100"


def _terms(z: Matrix, method: str) -> Matrix:
    # Both columns rise with the score, so coefficients of zero or more keep order.
    if method == "platt":
        return z[:, None]
    return np.column_stack([-np.logaddexp(0, -z), np.logaddexp(0, z)])


def _fit(
    z: Matrix,
    outcome: Matrix,
    *,
    method: str,
    weights: Matrix | None = None,
    start: Matrix | None = None,
) -> Matrix:
    columns = _terms(z, method)
    fitted = fit_logistic(columns, outcome, weights=weights, start=start, steps=25)
    while np.any(fitted[1:] < 0):
        # A slope below zero would turn the order round: it becomes zero.
        kept = fitted[1:] > 0
        partly = fit_logistic(columns[:, kept], outcome, weights=weights, steps=25)
        fitted = np.zeros(columns.shape[1] + 1)
        fitted[0] = partly[0]
        fitted[1:][kept] = partly[1:]
    return fitted


def _checked_losses(
    z: Matrix,
    outcome: Matrix,
    *,
    weight: Matrix,
    codes: Places,
    method: str,
    seed: int,
) -> Matrix:
    """Log loss of each row, under a map fitted on the other parts' families."""
    rng = np.random.Generator(np.random.PCG64(seed))
    families = int(codes.max()) + 1
    part = rng.integers(PARTS, size=families)[codes]
    estimates = np.full(len(z), 0.5)
    for i in range(PARTS):
        inside = part == i
        if not inside.any() or inside.all():
            continue
        others = (z[~inside], outcome[~inside], weight[~inside])
        estimates[inside] = sigmoid(_log_odds(*others, at=z[inside], method=method))
    return log_losses(outcome, estimates)


def _log_odds(
    z: Matrix, outcome: Matrix, weight: Matrix, *, at: Matrix, method: str
) -> Matrix:
    if method == "isotonic":
        knots, order, starts = knots_of(z, weight)
        levels = rising_shares(*_sums(weight, outcome, order, starts))
        return between_knots(at, knots, levels[None, :]).ravel()
    fitted = _fit(z, outcome, method=method, weights=weight)
    log_odds: Matrix = fitted[0] + _terms(at, method) @ fitted[1:]
    return log_odds


@dataclass(frozen=True)
class Calibration:
    """A map from raw score to estimate that never falls.

    Attributes:
        method: "platt", "beta" or "isotonic".
        centre: Taken from the score first.
        spread: Then the score is divided by it.
        parameters: Intercept and one or two slopes, none below zero; for isotonic the
            log-odds at each knot, none below the one before.
        replicates: The same, from resampled families, spread wider where few families
            carry most of the weight and where the map's shape does not fit; for the
            interval.
        losses: Checked log loss of each method tried.
        knots: Where the steps of an isotonic map stand, rising; else none.
        reach: How far from the training table a row may lie to be given an estimate;
            None in a map made before that was asked.
    """

    method: str
    centre: float
    spread: float
    parameters: tuple[float, ...]
    replicates: tuple[tuple[float, ...], ...]
    losses: tuple[tuple[str, float], ...] = ()
    knots: tuple[float, ...] = ()
    reach: Reach | None = None

    def apply(self, score: Matrix) -> Matrix:
        """Estimates, between 0 and 1, in the order of the scores."""
        mapped = self._mapped(score, np.array([self.parameters]))
        return mapped.ravel()

    def interval(self, score: Matrix, *, level: float = 0.9) -> Matrix:
        """Lower and upper end of the estimate, from resampled families.

        It covers how well the calibration fold pins the map down; not how the model
        itself would change with other training rows.

        Returns:
            One row a score, two columns.
        """
        estimates = self._mapped(score, np.array(self.replicates))
        edge = (1 - level) / 2
        ends = np.quantile(estimates, [edge, 1 - edge], axis=0)
        middle = self.apply(score)
        return np.column_stack(
            [np.minimum(ends[0], middle), np.maximum(ends[1], middle)]
        )

    def _mapped(self, score: Matrix, parameters: Matrix) -> Matrix:
        z = (np.asarray(score, dtype=np.float64) - self.centre) / self.spread
        if self.method == "isotonic":
            log_odds = between_knots(z, np.array(self.knots), parameters)
        else:
            terms = _terms(z, self.method)
            log_odds = parameters[:, :1] + parameters[:, 1:] @ terms.T
        return np.round(sigmoid(log_odds), PLACES)

    def to_json(self) -> dict[str, Any]:
        """Write the parameters."""
        return {
            "method": self.method,
            "centre": self.centre,
            "spread": self.spread,
            "parameters": list(self.parameters),
            "replicates": [list(r) for r in self.replicates],
            "losses": dict(self.losses),
            **({"knots": list(self.knots)} if self.knots else {}),
            **({"reach": self.reach.to_json()} if self.reach else {}),
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Calibration":
        """Read what to_json wrote; an older file has no knots and no reach.

        Raises:
            ValueError: A slope is below zero, a step falls, the method is not known, or
                the reach is none.
        """
        calibration = cls(
            method=str(facts["method"]),
            centre=float(facts["centre"]),
            spread=float(facts["spread"]),
            parameters=tuple(float(p) for p in facts["parameters"]),
            replicates=tuple(tuple(map(float, r)) for r in facts["replicates"]),
            losses=tuple(
                (m, float(facts["losses"][m])) for m in METHODS if m in facts["losses"]
            ),
            knots=tuple(float(k) for k in facts.get("knots", ())),
            reach=Reach.from_json(facts["reach"]) if "reach" in facts else None,
        )
        if (
            calibration.method not in METHODS
            or calibration.spread <= 0
            or not calibration._never_falls()
        ):
            raise ValueError(calibration.method)
        return calibration

    def _never_falls(self) -> bool:
        maps = (self.parameters, *self.replicates)
        if self.method != "isotonic":
            return min(slope for one in maps for slope in one[1:]) >= 0
        whole = all(len(one) == len(self.knots) > 0 for one in maps)
        rising = all(np.all(np.diff(one) >= 0) for one in maps)
        return whole and rising and bool(np.all(np.diff(self.knots) > 0))
