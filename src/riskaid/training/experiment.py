"""One TOML file says everything about one outcome: whom, what, when, what would do."""

import itertools
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from riskaid.errors import DefinitionError, NotRecommended, nearest
from riskaid.training.asked_errors import in_words
from riskaid.training.asked_part import Days, Part, Share, Words
from riskaid.training.asked_rows import Break, Cohort, Outcome
from riskaid.training.asked_tables import check_tables
from riskaid.training.never_outcomes import refuse_serious_incidents

FoldName = Literal["train", "calibrate", "test"]
FOLDS: tuple[FoldName, ...] = ("train", "calibrate", "test")
METRICS = (
    "auc",
    "average_precision",
    "base_rate",
    "brier",
    "brier_skill",
    "calibration_intercept",
    "calibration_slope",
    "lift_at_capacity",
    "precision_at_capacity",
    "recall_at_capacity",
)
"""What success criteria may be about; `training.measures` computes each."""

LEAST_REASON = 30
"""Letters of a reason that says anything."""


class About(Part):
    """What is asked, what is wrong with the outcome, and what it must not be used for.

    Attributes:
        name: Short name for files and runs.
        title: One line for people.
        question: The question in words.
        bias_statement: How recording, and not need, shapes this outcome.
        not_for: Uses the result is not for, one a line.
        switched_off: Why nothing is trained with this file until somebody answers for
            it; empty when it may be.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Words
    question: Words
    bias_statement: Annotated[str, Field(min_length=100)]
    not_for: Annotated[tuple[Words, ...], Field(min_length=1)]
    switched_off: str = ""

    @model_validator(mode="after")
    def _reason_given(self) -> "About":
        if 0 < len(self.switched_off) < LEAST_REASON:
            raise ValueError("switched_off says why, in a sentence")
        return self


class Period(Part):
    """A fold's dates: from the first day, until before the last."""

    fold: FoldName
    first: date
    until: date


class Folds(Part):
    """Where the rows are cut by date.

    With `period`, exactly those dates. Else the last `test_days` are the test fold, the
    `calibrate_days` before it the calibration fold, and what is earlier trains; with
    neither, the last fifth of the rows tests and the fifth before it calibrates.

    With `calibrate_share`, calibration has no dates of its own: that share of the
    families before the test fold calibrates and does not train. For as-of dates so few
    that one of them would be lost to training.
    """

    test_days: Annotated[int, Field(ge=1)] | None = None
    calibrate_days: Annotated[int, Field(ge=1)] | None = None
    calibrate_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    gap_days: Days = 0
    period: tuple[Period, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Folds":
        drawn = self.calibrate_share is not None
        if drawn and self.calibrate_days is not None:
            raise ValueError("give calibrate_days or calibrate_share, not both")
        if not drawn and (self.test_days is None) != (self.calibrate_days is None):
            raise ValueError("test_days and calibrate_days are given together")
        if self.period:
            if self.test_days is not None:
                raise ValueError("give periods or days, not both")
            held = sorted(self.period, key=lambda p: p.first)
            named = [f for f in FOLDS if not (drawn and f == "calibrate")]
            if {p.fold for p in held} != set(named):
                raise ValueError(f"the periods name each of {', '.join(named)}")
            if any(p.until <= p.first for p in held) or any(
                a.until > b.first for a, b in itertools.pairwise(held)
            ):
                raise ValueError("a period ends before it begins, or two overlap")
        return self


class Choice(Part):
    """Which declared indicators are used; all predictors where nothing is said."""

    families: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Rungs(Part):
    """How the three rungs are made, and which one is chosen.

    Attributes:
        scorecard_indicators: The most indicators on the scorecard.
        calibration: The map, or "choose" for the best by proper score.
        choose: "simplest" within one standard error of the best, or a rung.
        because: Why, when it is not the simplest; printed on the card.
    """

    scorecard_indicators: Annotated[int, Field(ge=1, le=12)] = 12
    calibration: Literal["choose", "platt", "beta", "isotonic"] = "choose"
    choose: Literal["simplest", "checklist", "scorecard", "booster"] = "simplest"
    because: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> "Rungs":
        if self.choose != "simplest" and not self.because.strip():
            raise ValueError("a rung chosen by hand needs a reason in 'because'")
        return self


class SearchLimits(Part):
    """What settings should keep to for the worst recorded group on the inner folds.

    By ethnicity and by disability, for groups with enough outcomes. Settings beyond a
    limit give way to settings within. Nothing here decides a release: the audit does.

    Attributes:
        calibration: Recorded outcomes over expected ones, or the other way round.
        missed_need: The false negative rate's distance from that of everyone else, when
            as many rows are looked at as the capacity allows.
    """

    calibration: Annotated[float, Field(ge=1)] | None = None
    missed_need: Annotated[float, Field(ge=0, le=1)] | None = None

    @property
    def asked(self) -> bool:
        """Whether there is any limit."""
        return self.calibration is not None or self.missed_need is not None


class Search(Part):
    """How long the booster's settings are searched for, within what, and the seed."""

    trials: Annotated[int, Field(ge=0, le=1_000)] = 12
    inner_folds: Annotated[int, Field(ge=1, le=6)] = 2
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    limits: SearchLimits = SearchLimits()


class Criterion(Part):
    """What must hold on the test fold, written before anybody has seen it.

    Attributes:
        metric: One of METRICS.
        at_least: Not below this.
        at_most: Not above this.
        end: Which number is held against it: the value, or an end of its 95% interval.
        because: Why this much.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    end: Literal["value", "low", "high"] = "value"
    because: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "Criterion":
        if self.metric not in METRICS:
            raise ValueError(
                f"there is no metric '{self.metric}'.{nearest(self.metric, [*METRICS])}"
            )
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least or at_most")
        return self


class Success(Part):
    """When the chosen model is worth recommending."""

    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]


class Limits(Part):
    """Numbers the run keeps to.

    Attributes:
        leakage_auc: Above it the run stops for a leakage hunt.
        leakage_reason: Why such a value is believed; printed on the card.
        capacity: The share of rows the service can look at again.
        unknown_share: A predictor declared with no direction is left out when it is not
            known in more than this share of training rows, because not known could
            then read as good news.
        replicates: Resamples of families for every interval.
    """

    leakage_auc: Share = 0.85
    leakage_reason: str = ""
    capacity: Share = 0.2
    unknown_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    replicates: Annotated[int, Field(ge=20, le=10_000)] = 500


class Experiment(Part):
    """A whole experiment, as its file says it."""

    experiment: About
    cohort: Cohort
    outcome: Outcome
    breaks: tuple[Break, ...] = ()
    folds: Folds = Folds()
    indicators: Choice = Choice()
    models: Rungs = Rungs()
    search: Search = Search()
    success: Success
    limits: Limits = Limits()


def load_experiment(path: Path) -> Experiment:
    """Read and check an experiment without any data.

    Raises:
        DefinitionError: The file is missing or no TOML, a key is not known or missing,
            a value is wrong, a table or column does not exist, or the outcome is a
            serious incident or a death.
    """
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(
            f"There is no experiment '{path.name}' to read. Check the path."
        ) from error
    except ValueError as error:
        raise DefinitionError(f"{path.name} is no TOML file: {error}.") from error
    try:
        experiment = Experiment.model_validate(held)
    except ValidationError as error:
        wrong = in_words(error, Experiment)
        raise DefinitionError(f"{path.name}: {wrong}") from error
    refuse_serious_incidents(path.name, experiment)
    check_tables(path.name, experiment)
    return experiment


def refuse_switched_off(experiment: Experiment, file: str) -> None:
    """Refuse to train with an experiment that is switched off, and say why it is.

    Raises:
        NotRecommended: With the reason, and what it takes to switch it on.
    """
    reason = " ".join(experiment.experiment.switched_off.split())
    if reason:
        raise NotRecommended(
            f"{file} is switched off, so nothing was trained. {reason} To train with "
            "it all the same, have your board record why, copy the file, and take "
            "'switched_off' out of the copy."
        )
