"""From a raw score to an estimate: a monotone map fitted on a fold of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import fit_logistic, gathered, log_loss, rounded, sigmoid

METHODS = ("platt", "beta")
PARTS = 5
REPLICATES = 200
RARE = 0.005


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

    Two maps are tried, each never falling as the score grows: Platt's (a straight line
    in log-odds) and beta (a curve with two slopes). The one with the lower log loss in
    a five-part check by family is kept; the straight one when they tie.

    Args:
        score: Raw scores of the calibration fold.
        outcome: 0 or 1, one a row.
        family: Family of each row; families are kept whole in the check and the
            interval.
        seed: Draws the parts and the bootstrap.
        method: "choose", "platt" or "beta".
        weights: How much each row counts; default once.
    """
    weight = np.ones(len(score)) if weights is None else weights
    centre = float(f"{np.mean(score):.10g}")
    spread = float(f"{np.std(score):.10g}") or 1.0
    z = (score - centre) / spread
    _, codes = np.unique(family, return_inverse=True)
    rng = np.random.Generator(np.random.PCG64(seed))
    losses = {
        m: _checked_loss(z, outcome, weight=weight, codes=codes, method=m, seed=seed)
        for m in METHODS
    }
    if method == "choose":
        method = "beta" if losses["beta"] < losses["platt"] - 1e-4 else "platt"
    fitted = _fit(z, outcome, method=method, weights=weight)
    families = int(codes.max()) + 1
    order, starts = gathered(z)
    rows = np.diff(np.r_[starts, len(z)])
    steps = np.add.reduceat(z[order], starts) / rows
    replicates = []
    for _ in range(REPLICATES):
        draws = np.bincount(rng.integers(families, size=families), minlength=families)
        drawn = draws[codes] * weight
        counts = np.add.reduceat(drawn[order], starts)
        with_it = np.add.reduceat((drawn * outcome)[order], starts)
        some = counts > 0
        replicates.append(
            tuple(
                rounded(
                    _fit(
                        steps[some],
                        with_it[some] / counts[some],
                        method=method,
                        weights=counts[some],
                        start=fitted,
                    )
                )
            )
        )
    return Calibration(
        method=method,
        centre=centre,
        spread=spread,
        parameters=tuple(rounded(fitted)),
        replicates=tuple(replicates),
        losses=tuple((m, float(f"{losses[m]:.8g}")) for m in METHODS),
    )


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


def _checked_loss(
    z: Matrix,
    outcome: Matrix,
    *,
    weight: Matrix,
    codes: np.ndarray[Any, Any],
    method: str,
    seed: int,
) -> float:
    rng = np.random.Generator(np.random.PCG64(seed))
    families = int(codes.max()) + 1
    part = rng.integers(PARTS, size=families)[codes]
    estimates = np.full(len(z), 0.5)
    for i in range(PARTS):
        inside = part == i
        if not inside.any() or inside.all():
            continue
        fitted = _fit(
            z[~inside], outcome[~inside], method=method, weights=weight[~inside]
        )
        estimates[inside] = sigmoid(fitted[0] + _terms(z[inside], method) @ fitted[1:])
    return log_loss(outcome, estimates, weight)


@dataclass(frozen=True)
class Calibration:
    """A map from raw score to estimate that never falls.

    Attributes:
        method: "platt" or "beta".
        centre: Taken from the score first.
        spread: Then the score is divided by it.
        parameters: Intercept and one or two slopes, none below zero.
        replicates: The same, from resampled families, for the interval.
        losses: Checked log loss of each method tried.
    """

    method: str
    centre: float
    spread: float
    parameters: tuple[float, ...]
    replicates: tuple[tuple[float, ...], ...]
    losses: tuple[tuple[str, float], ...] = ()

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
        terms = _terms(z, self.method)
        return sigmoid(parameters[:, :1] + parameters[:, 1:] @ terms.T)

    def to_json(self) -> dict[str, Any]:
        """Write the parameters."""
        return {
            "method": self.method,
            "centre": self.centre,
            "spread": self.spread,
            "parameters": list(self.parameters),
            "replicates": [list(r) for r in self.replicates],
            "losses": dict(self.losses),
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Calibration":
        """Read what to_json wrote.

        Raises:
            ValueError: A slope is below zero, or the method is not known.
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
        )
        slopes = [
            s for r in (calibration.parameters, *calibration.replicates) for s in r[1:]
        ]
        if (
            calibration.method not in METHODS
            or calibration.spread <= 0
            or min(slopes) < 0
        ):
            raise ValueError(calibration.method)
        return calibration
