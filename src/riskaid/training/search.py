"""A short, seeded search for the booster's settings, on later dates inside train."""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import numpy as np
import optuna
import polars as pl

from riskaid.models import Matrix
from riskaid.models.booster import Settings, binned, filled, grow, raw_scores
from riskaid.models.logistic import fit_logistic, gathered, log_loss, sigmoid
from riskaid.progress import Progress, silent
from riskaid.training.table import Predictors, matrix_of, outcome_of

ROUNDS = (25, 50, 100, 150, 200, 300)
"""Numbers of trees tried in each trial, without growing them again."""

LEAST_OUTCOMES = 5
"""An inner fold with fewer rows with, or without, the outcome is not used."""


@dataclass(frozen=True)
class Trial:
    """One set of settings and how it did.

    Attributes:
        number: From 0, which is the shipped settings.
        settings: What was tried; `rounds` is the best number of trees found.
        loss: Mean log loss over the inner folds; None when it was cut short.
    """

    number: int
    settings: Settings
    loss: float | None


@dataclass(frozen=True)
class Found:
    """The best settings, every trial, and how many inner folds there were."""

    settings: Settings
    trials: tuple[Trial, ...]
    inner_folds: int


@dataclass(frozen=True)
class _InnerFold:
    earlier: Matrix
    earlier_outcome: Matrix
    later: Matrix
    later_outcome: Matrix


def search_settings(
    train: pl.DataFrame,
    predictors: Predictors,
    *,
    trials: int,
    inner_folds: int,
    gap_days: int,
    seed: int,
    told: Callable[[Trial], None] | None = None,
    progress: Progress = silent,
) -> Found:
    """Try settings on inner folds: fit on earlier rows, look at later ones.

    A family seen in the later rows is left out of the earlier ones. Trials that are
    clearly worse after the first fold are cut short. Nothing outside the training fold
    is looked at.

    Args:
        train: The training fold.
        predictors: The columns used.
        trials: How many; 0 keeps the shipped settings.
        inner_folds: How many later periods are looked at.
        gap_days: Days left out between earlier and later rows.
        seed: Draws the trials.
        told: Called with each trial when it is done.
        progress: Told how far the search is.
    """
    start = Settings(least_rows=max(5, min(40, train.height // 50)))
    inner = _inner_folds(train, predictors, count=inner_folds, gap_days=gap_days)
    if not trials or not inner:
        return Found(settings=start, trials=(), inner_folds=len(inner))
    data = [
        binned(
            fold.earlier,
            fold.earlier_outcome,
            more_means_more=predictors.more_means_more,
        )
        for fold in inner
    ]
    done: list[Trial] = []

    def objective(trial: optuna.Trial) -> float:
        settings = Settings(
            rounds=ROUNDS[-1],
            leaves=trial.suggest_int("leaves", 3, 24, log=True),
            least_rows=trial.suggest_int("least_rows", 5, 200, log=True),
            rate=trial.suggest_float("rate", 0.02, 0.15, log=True),
            shrink=trial.suggest_float("shrink", 0.1, 50.0, log=True),
            columns=trial.suggest_float("columns", 0.4, 1.0),
        )
        losses: list[Matrix] = []
        for step, (fold, held) in enumerate(zip(inner, data, strict=True)):
            trees = grow(held, settings=settings, seed=seed)
            losses.append(
                np.array(
                    [
                        calibrated_loss(
                            raw_scores(trees, fold.later, rounds=rounds),
                            fold.later_outcome,
                        )
                        for rounds in ROUNDS
                    ]
                )
            )
            mean = np.mean(losses, axis=0)
            trial.report(float(mean.min()), step)
            if step + 1 < len(inner) and trial.should_prune():
                done.append(Trial(trial.number, settings, None))
                raise optuna.TrialPruned
        best = int(np.argmin(mean))
        done.append(
            Trial(
                trial.number,
                replace(settings, rounds=ROUNDS[best]),
                float(f"{mean[best]:.10g}"),
            )
        )
        return float(mean[best])

    # A trial that is stopped is no fault to show a traceback for.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=5),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=0),
    )
    first = asdict(start)
    del first["rounds"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.enqueue_trial(first)
        for number in range(trials):
            progress("searching for settings", number, trials)
            study.optimize(objective, n_trials=1)
            if told is not None:
                told(done[-1])
    progress("searching for settings", trials, trials)
    whole = [t for t in done if t.loss is not None]
    best = min(whole, key=lambda t: (t.loss or 0.0, t.number))
    return Found(settings=best.settings, trials=tuple(done), inner_folds=len(inner))


def calibrated_loss(score: Matrix, outcome: Matrix) -> float:
    """Log loss once a straight line has calibrated the score on the rows themselves.

    Calibration has a fold of its own later, so settings are not to be preferred because
    the base rate of one period happens to lie nearer to another's.
    """
    order, starts = gathered(score)
    rows = np.diff(np.r_[starts, len(score)]).astype(np.float64)
    steps = np.add.reduceat(score[order], starts) / rows
    share = np.add.reduceat(outcome[order], starts) / rows
    fit = fit_logistic(steps[:, None], share, weights=rows, steps=20)
    return log_loss(outcome, sigmoid(fit[0] + max(fit[1], 0.0) * score))


def _inner_folds(
    train: pl.DataFrame, predictors: Predictors, *, count: int, gap_days: int
) -> list[_InnerFold]:
    days = train["as_of"].sort()
    # The later half of the rows, cut into as many periods as asked for.
    cuts = [days[int(len(days) * (0.5 + 0.5 * i / count))] for i in range(count)]
    ends = [*cuts[1:], days[-1] + timedelta(days=1)]
    found: list[_InnerFold] = []
    for first, end in zip(cuts, ends, strict=True):
        later = train.filter(pl.col("as_of") >= first, pl.col("as_of") < end)
        earlier = train.filter(pl.col("as_of") < first - timedelta(days=gap_days)).join(
            later, on="family_id", how="anti", maintain_order="left"
        )
        fold = _InnerFold(
            earlier=matrix_of(earlier, predictors.names),
            earlier_outcome=outcome_of(earlier),
            later=filled(
                matrix_of(later, predictors.names),
                more_means_more=predictors.more_means_more,
            ),
            later_outcome=outcome_of(later),
        )
        both = (fold.earlier_outcome, fold.later_outcome)
        if all(min(y.sum(), len(y) - y.sum()) >= LEAST_OUTCOMES for y in both):
            found.append(fold)
    return found
