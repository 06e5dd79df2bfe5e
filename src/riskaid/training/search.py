"""A seeded search for the booster's settings, on later dates inside train.

Trials are kept as they end, so that a search that was stopped goes on where it was, and
several workers can share one.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
import polars as pl
from optuna.trial import FrozenTrial

from riskaid.models.booster import Settings, binned, grow, growing_scores
from riskaid.progress import Progress, silent
from riskaid.training.experiment import SearchLimits
from riskaid.training.inner_folds import InnerFold, calibrated_loss, judge
from riskaid.training.inner_folds import inner_folds as inner_periods
from riskaid.training.inner_groups import Judged
from riskaid.training.study import Place, begun, finished, open_study, running
from riskaid.training.table import Predictors

if TYPE_CHECKING:
    from riskaid.models import Matrix

ROUNDS = (25, 50, 100, 150, 200, 300)
"""Numbers of trees tried in each trial, without growing them again."""

NO_LIMITS = SearchLimits()
LIMITED = ("calibration", "missed_need")
"""What limits can be set for."""

NOT_JUDGED = Judged(None, None)


@dataclass(frozen=True)
class Trial:
    """One set of settings and how it did.

    Attributes:
        number: From 0, which is the shipped settings.
        settings: What was tried; `rounds` is the best number of trees found.
        loss: Mean log loss over the inner folds; None when it was cut short.
        groups: The worst group's numbers, which limits may be set for.
    """

    number: int
    settings: Settings
    loss: float | None
    groups: Judged = NOT_JUDGED


@dataclass(frozen=True)
class Found:
    """The best settings, every trial, and how many inner folds there were.

    Attributes:
        settings: Those of the lowest loss among the trials within the limits; where
            none is within, those of the trial that is beyond them by the least.
        trials: In the order in which they began.
        inner_folds: How many.
        within: Whether the settings keep to the limits; None when there are no limits.
    """

    settings: Settings
    trials: tuple[Trial, ...]
    inner_folds: int
    within: bool | None = None

    def to_json(self) -> list[dict[str, Any]]:
        """Each trial not cut short: its loss and the worst group's numbers."""
        return [
            {"number": t.number, "loss": t.loss, **asdict(t.groups)}
            for t in self.trials
            if t.loss is not None
        ]


def search_settings(
    train: pl.DataFrame,
    predictors: Predictors,
    *,
    trials: int,
    inner_folds: int,
    gap_days: int,
    seed: int,
    limits: SearchLimits = NO_LIMITS,
    capacity: float = 0.2,
    place: Place | None = None,
    told: Callable[[Trial], None] | None = None,
    progress: Progress = silent,
) -> Found:
    """Try settings on inner folds: fit on earlier rows, look at later ones.

    A family seen in the later rows is left out of the earlier ones. Trials that are
    clearly worse after the first fold are cut short. Nothing outside the training fold
    is looked at.

    A search is named after its rows and what is asked, so that only the very same one
    goes on from trials that were kept. By one worker the result is the same whether it
    was stopped or not; several find what they find together.

    Args:
        train: The training fold; with `ethnicity` and `disability`, groups are judged.
        predictors: The columns used.
        trials: How many; 0 keeps the shipped settings.
        inner_folds: How many later periods are looked at.
        gap_days: Days left out between earlier and later rows.
        seed: Draws the trials.
        limits: What the worst group's numbers should keep to.
        capacity: The share of rows the service can look at again.
        place: Where trials are kept; nowhere by default.
        told: Called with each trial when it is done, or was done before.
        progress: Told how far the search is.

    Raises:
        UsageError: The place cannot be opened or read.
    """
    start = Settings(least_rows=max(5, min(40, train.height // 50)))
    inner = inner_periods(train, predictors, count=inner_folds, gap_days=gap_days)
    if not trials or not inner:
        return Found(settings=start, trials=(), inner_folds=len(inner))
    objective = _objective(
        inner, predictors, seed=seed, limits=limits, capacity=capacity
    )

    pruner = optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=0)
    name = _named(inner, predictors, seed=seed, limits=limits, capacity=capacity)
    shared = place is not None and place.shared
    heard: dict[int, Trial] = {}
    with open_study(place, name, pruner) as study:
        while True:
            done = finished(study)
            for one in done:
                if one.number not in heard:
                    heard[one.number] = _trial(len(heard), one)
                    if told is not None:
                        told(heard[one.number])
            progress("searching for settings", len(done), max(trials, len(done)))
            if len(done) >= trials:
                break
            if not begun(study):
                first = asdict(start)
                del first["rounds"]
                study.enqueue_trial(first)
            draws = np.random.SeedSequence([seed, len(done), running(study)])
            study.sampler = optuna.samplers.TPESampler(
                seed=int(draws.generate_state(1)[0]),
                n_startup_trials=5,
                constant_liar=shared,
            )
            study.optimize(objective, n_trials=1)
    whole = [t for t in heard.values() if t.loss is not None]
    best = min(
        whole, key=lambda t: (sum(_beyond(t.groups, limits)), t.loss or 0.0, t.number)
    )
    return Found(
        settings=best.settings,
        trials=tuple(heard.values()),
        inner_folds=len(inner),
        within=not any(_beyond(best.groups, limits)) if limits.asked else None,
    )


def _objective(
    inner: list[InnerFold],
    predictors: Predictors,
    *,
    seed: int,
    limits: SearchLimits,
    capacity: float,
) -> Callable[[optuna.Trial], float]:
    """What a trial does; rows are binned once, for all trials."""
    data = [
        binned(
            fold.earlier,
            fold.earlier_outcome,
            more_means_more=predictors.more_means_more,
        )
        for fold in inner
    ]

    def tried(trial: optuna.Trial) -> float:
        settings = Settings(
            rounds=ROUNDS[-1],
            leaves=trial.suggest_int("leaves", 3, 24, log=True),
            least_rows=trial.suggest_int("least_rows", 5, 200, log=True),
            rate=trial.suggest_float("rate", 0.02, 0.15, log=True),
            shrink=trial.suggest_float("shrink", 0.1, 50.0, log=True),
            columns=trial.suggest_float("columns", 0.4, 1.0),
        )
        scores: list[list[Matrix]] = []
        losses: list[Matrix] = []
        for step, (fold, held) in enumerate(zip(inner, data, strict=True)):
            trees = grow(held, settings=settings, seed=seed)
            scores.append(growing_scores(trees, fold.later, ROUNDS))
            losses.append(
                np.array([calibrated_loss(s, fold.later_outcome) for s in scores[-1]])
            )
            mean = np.mean(losses, axis=0)
            trial.report(float(mean.min()), step)
            if step + 1 < len(inner) and trial.should_prune():
                raise optuna.TrialPruned
        best = int(np.argmin(mean))
        judged = judge(inner, [each[best] for each in scores], capacity=capacity)
        trial.set_user_attr("rounds", ROUNDS[best])
        trial.set_user_attr("groups", asdict(judged))
        if limits.asked:
            for name, value in zip(LIMITED, _beyond(judged, limits), strict=True):
                trial.set_constraint(name, value)
        return float(mean[best])

    return tried


def _trial(number: int, kept: FrozenTrial) -> Trial:
    if "rounds" not in kept.user_attrs:
        return Trial(number, Settings(rounds=ROUNDS[-1], **kept.params), None)
    return Trial(
        number,
        Settings(rounds=kept.user_attrs["rounds"], **kept.params),
        float(f"{kept.values[0]:.10g}"),
        Judged(**kept.user_attrs["groups"]),
    )


def _beyond(judged: Judged, limits: SearchLimits) -> list[float]:
    """By how much each limit is passed; 0 where it is kept or not judged."""
    pairs = [(getattr(judged, name), getattr(limits, name)) for name in LIMITED]
    return [
        0.0 if value is None or limit is None else max(0.0, value - limit)
        for value, limit in pairs
    ]


def _named(
    inner: list[InnerFold],
    predictors: Predictors,
    *,
    seed: int,
    limits: SearchLimits,
    capacity: float,
) -> str:
    """A name that only the same search over the same rows has."""
    asked = {
        "names": predictors.names,
        "more_means_more": predictors.more_means_more,
        "seed": seed,
        "limits": limits.model_dump(),
        "capacity": capacity,
        "libraries": [version(name) for name in ("lightgbm", "optuna", "riskaid")],
    }
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode())
    for fold in inner:
        for part in (
            fold.earlier,
            fold.later,
            fold.earlier_outcome,
            fold.later_outcome,
        ):
            digest.update(part.tobytes())
        for labels in fold.groups:
            digest.update("\n".join(labels.tolist()).encode())
    return f"riskaid {digest.hexdigest()[:32]}"
