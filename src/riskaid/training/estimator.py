"""The three rungs as scikit-learn knows estimators: for its model selection, fairlearn.

Fitting is the same code as in a run. What a run does beyond it (folds by date and
family, a calibration fold of its own, the leakage hunt) an estimator cannot do, because
it sees no dates: use `train` for anything that people will rely on.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from riskaid.errors import UsageError, nearest
from riskaid.models import RUNGS, Matrix, Model, RungName
from riskaid.models.booster import Settings, fit_booster
from riskaid.models.calibration import fit_calibration
from riskaid.models.checklist import fit_checklist
from riskaid.models.logistic import logit
from riskaid.models.scorecard import MOST_INDICATORS, fit_scorecard
from riskaid.training.fit import Rung
from riskaid.training.fitted import read_rung

Directions = bool | None | Mapping[str, bool | None] | Sequence[bool | None]


class RungClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is not typed
    """A checklist, a scorecard or boosted trees, with a calibrated probability.

    Missing values (NaN, or null in a polars frame) mean not known, as everywhere.
    Rows are not re-weighted: rare outcomes are left to calibration, so fairlearn's
    methods that need `sample_weight` do not take it; its measures do.

    Attributes:
        rung: "checklist", "scorecard" or "booster".
        more_means_more: What each column is declared to be: one answer for all, one a
            column, or by the column's name. A checklist counts only those declared
            True.
        scorecard_indicators: The most on a scorecard.
        rounds, leaves, least_rows, rate, shrink, columns: The trees', as a run's search
            chooses them.
        calibration: "choose", or one of the maps.
        calibrate_share: The share of families held back to calibrate on.
        capacity: `predict` answers 1 for so large a share of the rows fitted on, from
            the highest estimate down; None: for estimates above one half. It is what
            the service could look at again, and says nothing about a child.
        seed: Draws the families held back, and the trees' columns.
    """

    def __init__(
        self,
        rung: RungName = "scorecard",
        *,
        more_means_more: Directions = None,
        scorecard_indicators: int = MOST_INDICATORS,
        rounds: int = Settings.rounds,
        leaves: int = Settings.leaves,
        least_rows: int = Settings.least_rows,
        rate: float = Settings.rate,
        shrink: float = Settings.shrink,
        columns: float = Settings.columns,
        calibration: str = "choose",
        calibrate_share: float = 0.25,
        capacity: float | None = None,
        seed: int = 1,
    ) -> None:
        """Keep what was asked; scikit-learn wants nothing else done here."""
        self.rung = rung
        self.more_means_more = more_means_more
        self.scorecard_indicators = scorecard_indicators
        self.rounds = rounds
        self.leaves = leaves
        self.least_rows = least_rows
        self.rate = rate
        self.shrink = shrink
        self.columns = columns
        self.calibration = calibration
        self.calibrate_share = calibrate_share
        self.capacity = capacity
        self.seed = seed

    @classmethod
    def from_run(
        cls,
        run: Path | str,
        rung: RungName | None = None,
        *,
        capacity: float | None = None,
    ) -> "RungClassifier":
        """Take a fitted rung out of a run's folder, with its calibration.

        Args:
            run: The folder.
            rung: Which; the one the run went on with when not said.
            capacity: As for the class.

        Raises:
            ExtractError: The folder is no whole run.
        """
        from riskaid.training.run import open_run  # noqa: PLC0415 - draws plots too

        held = open_run(Path(run))
        name: RungName = held.facts["chosen"] if rung is None else rung
        made = cls(rung=name, capacity=capacity, **held.facts["settings"])
        made.rung_ = read_rung(held.folder, name)
        made.classes_ = np.array([0, 1])
        made.feature_names_in_ = np.array(held.facts["predictors"], dtype=object)
        made.n_features_in_ = len(held.facts["predictors"])
        estimates = held.estimates()[name].to_numpy()
        made.cut_ = _cut(estimates, capacity)
        return made

    def fit(self, X: Any, y: Any, family: Any = None) -> "RungClassifier":  # noqa: N803 - scikit-learn's names
        """Fit the rung on most families and calibrate it on the others.

        With so few rows that either part would lack one of the two answers, all rows
        are used for both, and estimates are too sure of themselves.

        Args:
            X: Rows by columns; a frame's names are kept.
            y: The outcome, two values of any kind; the second in order is "recorded".
            family: Of each row, so that a family is in one part only; default each row
                its own.

        Raises:
            UsageError: A setting is not one.
            ValueError: What scikit-learn says of rows that cannot be fitted on.
        """
        self._check()
        matrix, answers = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        check_classification_targets(answers)
        self.classes_ = np.unique(answers)
        if len(self.classes_) != 2:  # noqa: PLR2004 - yes and no
            raise ValueError(
                "Only binary classification is supported: the outcome holds "
                f"{len(self.classes_)} class(es). Give two."
            )
        outcome = (answers == self.classes_[1]).astype(np.float64)
        given = np.arange(len(outcome)) if family is None else np.asarray(family)
        if len(given) != len(outcome):
            raise ValueError(f"{len(outcome)} rows, but {len(given)} families.")
        held = self._held_back(given, outcome)
        model = self._fitted(matrix[~held], outcome[~held])
        if not held.any():
            held = ~held
        names = self._names()
        rung = Rung(
            name=self.rung,
            model=model,
            calibration=fit_calibration(
                model.score(matrix[held][:, _places(names, model.names)]),
                outcome[held],
                family=given[held],
                seed=self.seed,
                method=self.calibration,
            ),
        )
        self.rung_ = rung
        self.cut_ = _cut(rung.estimate(matrix, names), self.capacity)
        return self

    def predict_proba(self, X: Any) -> Matrix:  # noqa: N803 - scikit-learn's names
        """Estimates: one column for each of `classes_`, each row adding up to 1."""
        estimate = self._estimate(X)
        return np.column_stack([1 - estimate, estimate])

    def decision_function(self, X: Any) -> Matrix:  # noqa: N803 - scikit-learn's names
        """How far each estimate's log-odds lie above the cut; 0 is on it."""
        return logit(self._estimate(X)) - float(logit(np.array([self.cut_]))[0])

    def predict(self, X: Any) -> np.ndarray[Any, Any]:  # noqa: N803 - scikit-learn's names
        """Answer with one of `classes_`: whether a row lies above the cut."""
        above = self.decision_function(X) > 0
        found: np.ndarray[Any, Any] = self.classes_[above.astype(int)]
        return found

    def __sklearn_tags__(self) -> Any:
        """Say that not known is welcome, and that there are two answers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        # A checklist counts what is declared and learns nothing from the outcome.
        tags.classifier_tags.poor_score = self.rung == "checklist"
        return tags

    def _estimate(self, rows: Any) -> Matrix:
        check_is_fitted(self, "rung_")
        matrix = validate_data(
            self, rows, dtype=np.float64, ensure_all_finite="allow-nan", reset=False
        )
        rung: Rung = self.rung_
        return rung.estimate(matrix, self._names())

    def _names(self) -> tuple[str, ...]:
        if hasattr(self, "feature_names_in_"):
            return tuple(str(name) for name in self.feature_names_in_)
        return tuple(f"x{i}" for i in range(self.n_features_in_))

    def _check(self) -> None:
        if self.rung not in RUNGS:
            raise UsageError(
                f"There is no rung '{self.rung}'.{nearest(self.rung, [*RUNGS])} "
                f"Name one of: {', '.join(RUNGS)}."
            )
        for name in ("calibrate_share", "capacity"):
            share = getattr(self, name)
            if share is not None and not 0 < share < 1:
                raise UsageError(f"{name} is a share between 0 and 1, such as 0.25.")

    def _directions(self) -> tuple[bool | None, ...]:
        names, said = self._names(), self.more_means_more
        if said is None or isinstance(said, bool):
            return (said,) * len(names)
        if isinstance(said, Mapping):
            for name in said:
                if name not in names:
                    raise UsageError(
                        f"more_means_more names no column: '{name}'."
                        f"{nearest(str(name), [*names])}"
                    )
            return tuple(said.get(name) for name in names)
        if len(said) != len(names):
            raise UsageError(
                f"more_means_more has {len(said)} answers for {len(names)} columns. "
                "Give one a column, or name them."
            )
        return tuple(said)

    def _fitted(self, matrix: Matrix, outcome: Matrix) -> Model:
        names, directions = self._names(), self._directions()
        if self.rung == "checklist":
            return fit_checklist(matrix, names=names, more_means_more=directions)
        if self.rung == "scorecard":
            return fit_scorecard(
                matrix,
                outcome,
                names=names,
                more_means_more=directions,
                most=self.scorecard_indicators,
            )
        settings = Settings(
            rounds=self.rounds,
            leaves=self.leaves,
            least_rows=self.least_rows,
            rate=self.rate,
            shrink=self.shrink,
            columns=self.columns,
        )
        return fit_booster(
            matrix,
            outcome,
            names=names,
            more_means_more=directions,
            settings=settings,
            seed=self.seed,
        )

    def _held_back(
        self, family: np.ndarray[Any, Any], outcome: Matrix
    ) -> np.ndarray[Any, np.dtype[np.bool_]]:
        _, codes = np.unique(family, return_inverse=True)
        rng = np.random.Generator(np.random.PCG64(self.seed))
        held: np.ndarray[Any, np.dtype[np.bool_]] = (
            rng.random(int(codes.max()) + 1) < self.calibrate_share
        )[codes]
        for part in (outcome[held], outcome[~held]):
            if not len(part) or part.min() == part.max():
                return np.zeros(len(outcome), dtype=np.bool_)
        return held


def _places(held: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    return [held.index(name) for name in wanted]


def _cut(estimates: Matrix, capacity: float | None) -> float:
    """Where `predict` cuts: half-way below the last estimate within the capacity."""
    if capacity is None:
        return 0.5
    ordered = np.sort(estimates)[::-1]
    last = ordered[math.ceil(capacity * len(ordered)) - 1]
    below = ordered[ordered < last]
    return float((last + below[0]) / 2) if len(below) else float(np.nextafter(last, 0))
