"""One TOML file says everything about one outcome: whom, what, when, what would do."""

import itertools
import tomllib
import types
import typing
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskaid.errors import DefinitionError, nearest
from riskaid.records.tables import TABLES

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

Where = dict[str, str | float | list[str] | list[float]]
"""Column to the value, or values, one of which a record must have."""

Days = Annotated[int, Field(ge=0, le=36_525)]
Share = Annotated[float, Field(gt=0, lt=1)]
Words = Annotated[str, Field(min_length=10)]


class Part(BaseModel):
    """A part of an experiment; keys nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class About(Part):
    """What is asked, what is wrong with the outcome, and what it must not be used for.

    Attributes:
        name: Short name for files and runs.
        title: One line for people.
        question: The question in words.
        bias_statement: How recording, and not need, shapes this outcome.
        not_for: Uses the result is not for, one a line.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Words
    question: Words
    bias_statement: Annotated[str, Field(min_length=100)]
    not_for: Annotated[tuple[Words, ...], Field(min_length=1)]


class Exclusion(Part):
    """Rows left out because of something recorded before the as-of date.

    Attributes:
        says: Why, in words.
        table: Where it is recorded.
        where: Which of its records count.
        open: Only spells not ended as of the date count.
    """

    says: Words
    table: str
    where: Where = {}
    open: bool = False


class Cohort(Part):
    """Which records make a row, and as of when.

    A row is as of the first day on which its record counts: the day after the record
    was known (and dated), plus `offset_days`.

    Attributes:
        says: Whom, in words.
        table: Where the records are.
        where: Which of them count.
        offset_days: Days added.
        eligible_when: Names of declared indicators; every one must be true.
        exclude: Rows left out.
        first_as_of: The first as-of date taken, if not all.
        last_as_of: The last as-of date taken, if not all.
    """

    says: Words
    table: str
    where: Where = {}
    offset_days: Days = 0
    eligible_when: tuple[str, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    first_as_of: date | None = None
    last_as_of: date | None = None


class Link(Part):
    """A record of another table that an outcome's record must belong to.

    Attributes:
        table: The other table.
        by: The column both tables name the other record in.
        or_within_days: Else the same person's record, so many days before at the most.
    """

    table: str
    by: str | None = None
    or_within_days: Days | None = None


class Outcome(Part):
    """The recorded event that is estimated, and the window it must be dated in.

    Attributes:
        name: Short name.
        says: The event in words, as people will read it.
        table: Where it is recorded.
        where: Which records count.
        linked_to: What each record must belong to, if anything.
        at_least: How many records make the outcome.
        gap_days: Days from the as-of date to the window's start.
        within_days: The window's length.
        lag_days: Days after the event by which it is surely recorded.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    says: Words
    table: str
    where: Where = {}
    linked_to: Link | None = None
    at_least: Annotated[int, Field(ge=1)] = 1
    gap_days: Days = 0
    within_days: Annotated[int, Field(ge=1, le=3_660)]
    lag_days: Days


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
    """

    test_days: Annotated[int, Field(ge=1)] | None = None
    calibrate_days: Annotated[int, Field(ge=1)] | None = None
    gap_days: Days = 0
    period: tuple[Period, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Folds":
        if (self.test_days is None) != (self.calibrate_days is None):
            raise ValueError("test_days and calibrate_days are given together")
        if self.period:
            if self.test_days is not None:
                raise ValueError("give periods or days, not both")
            held = sorted(self.period, key=lambda p: p.first)
            if {p.fold for p in held} != set(FOLDS):
                raise ValueError("the periods name each of train, calibrate and test")
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
        calibration: The map, or "choose" for the better by proper score.
        choose: "simplest" within one standard error of the best, or a rung.
        because: Why, when it is not the simplest; printed on the card.
    """

    scorecard_indicators: Annotated[int, Field(ge=1, le=12)] = 12
    calibration: Literal["choose", "platt", "beta"] = "choose"
    choose: Literal["simplest", "checklist", "scorecard", "booster"] = "simplest"
    because: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> "Rungs":
        if self.choose != "simplest" and not self.because.strip():
            raise ValueError("a rung chosen by hand needs a reason in 'because'")
        return self


class Search(Part):
    """How long the booster's settings are searched for, and the run's seed."""

    trials: Annotated[int, Field(ge=0, le=1_000)] = 12
    inner_folds: Annotated[int, Field(ge=1, le=6)] = 2
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1


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
            a value is wrong, or a table or column does not exist.
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
        lines = [_line(e["type"], e["loc"], e["msg"]) for e in error.errors()]
        raise DefinitionError(f"{path.name}: {' '.join(lines)}") from error
    _check_tables(path.name, experiment)
    return experiment


def _line(kind: str, loc: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        known = _keys_at(loc[:-1])
        hint = nearest(str(loc[-1]), known) or f" Known here: {', '.join(known)}."
        return f"there is no key '{where}'.{hint}"
    if kind == "missing":
        return f"the key '{where}' is missing."
    return f"'{where}': {message.removeprefix('Value error, ').rstrip('.')}."


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    part: type[BaseModel] = Experiment
    for name in loc:
        if not isinstance(name, str) or name not in part.model_fields:
            continue
        for kind in _kinds(part.model_fields[name].annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                part = kind
    return list(part.model_fields)


def _kinds(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) in {tuple, types.UnionType, typing.Union}:
        return [k for a in typing.get_args(annotation) for k in _kinds(a)]
    return [annotation]


def _check_tables(file: str, experiment: Experiment) -> None:
    link = experiment.outcome.linked_to
    parts: list[tuple[str, str, list[str]]] = [
        ("cohort", experiment.cohort.table, list(experiment.cohort.where)),
        ("outcome", experiment.outcome.table, list(experiment.outcome.where)),
    ]
    for i, out in enumerate(experiment.cohort.exclude):
        needed = [*out.where, *(["end"] if out.open else [])]
        parts.append((f"cohort.exclude.{i}", out.table, needed))
    if link is not None:
        by = [link.by] if link.by else []
        parts.append(("outcome.linked_to", link.table, by))
        parts.append(("outcome.linked_to", experiment.outcome.table, by))
    for key, table, columns in parts:
        if table not in TABLES:
            raise DefinitionError(
                f"{file}: '{key}.table' names no case table: '{table}'."
                f"{nearest(table, list(TABLES))}"
            )
        held = list(TABLES[table].columns)
        for column in columns:
            if column not in held:
                raise DefinitionError(
                    f"{file}: '{key}' names no column of {table}: '{column}'."
                    f"{nearest(column, held)} It has: {', '.join(held)}."
                )
