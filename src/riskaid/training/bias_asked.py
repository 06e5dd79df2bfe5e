"""What a council says of its outcomes' bias, in one file: features/outcome_bias.toml.

Which rows were screened out before an outcome could be recorded, and without which
indicators and outcomes a model is fitted once more. It stands beside the declarations,
because it names them.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from riskaid import shipped
from riskaid.errors import DefinitionError, ExtractError, nearest
from riskaid.indicators.layers import read_layer
from riskaid.indicators.plan import Plan
from riskaid.records.tables import TABLES
from riskaid.training.asked_errors import in_words
from riskaid.training.asked_part import Part, Where, Words
from riskaid.training.asked_rows import Cohort, Outcome
from riskaid.training.experiment import load_experiment

FILE = "outcome_bias.toml"
WRITTEN = "outcome_bias.json"
"""In a run's folder: the report, and what it was asked to look at."""

MOST = 8
"""The most refits a file may ask for, so that the report stays cheap."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Records(Part):
    """Some records of a case table.

    Attributes:
        table: Which table.
        where: Which of its records.
    """

    table: str
    where: Annotated[Where, Field(min_length=1)]


class ScreenedOut(Records):
    """Records after which nobody looked further: their rows show no outcome.

    Attributes:
        name: Short name.
        says: Which they are, in words.
        because: Why nobody looked further.
        hides: Case tables whose records come only after somebody looked: outcomes in
            them are hidden, and others can be recorded all the same.
    """

    name: Name
    says: Words
    because: Words
    hides: Annotated[tuple[str, ...], Field(min_length=1)]


class Ablation(Part):
    """What a model is fitted once more without.

    Attributes:
        name: Short name.
        says: What is left out, in words that follow "without".
        because: Why the difference matters.
        families: Families of indicators.
        indicators: Indicators.
        tables: Case tables; whatever reads one is left out.
        outcomes_after: An outcome does not count when the latest of the child's records
            of that table, dated on its day or before, is one of these.
    """

    name: Name
    says: Words
    because: Words
    families: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    outcomes_after: Records | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Ablation":
        listed = (*self.families, *self.indicators, *self.tables)
        if not listed and self.outcomes_after is None:
            raise ValueError(
                "it leaves nothing out: give families, indicators, tables or "
                "outcomes_after"
            )
        return self


class InFile(Part):
    """All of outcome_bias.toml."""

    screened_out: tuple[ScreenedOut, ...] = ()
    ablations: Annotated[tuple[Ablation, ...], Field(max_length=MOST)] = ()


class Other(Part):
    """Another experiment's outcome, to compare a model's order with.

    Attributes:
        name: The experiment's name.
        title: Its title.
        cohort: How its rows are made; needed where its outcome has to differ from them.
        outcome: What is recorded.
    """

    name: str
    title: str
    cohort: Cohort
    outcome: Outcome


class Declared(InFile):
    """What the report looks at: the file, and the outcomes of other experiments."""

    others: tuple[Other, ...] = ()


def load_declared(
    plan: Plan, features: Path | None = None, experiments: Path | None = None
) -> Declared:
    """Read what the report is to look at.

    A features folder without the file declares nothing; one that extends the shipped
    catalogue without a file of its own takes the shipped file, without the names that
    it leaves out.

    Args:
        plan: The frozen declarations, as the file must name them.
        features: The folder of declarations; the shipped one by default.
        experiments: The folder with the other experiments; the shipped one by default.
            Those switched off are left out.

    Raises:
        DefinitionError: The file is no TOML, a key is not known, a name is declared
            nowhere, or another experiment cannot be read.
    """
    folder = shipped.folder("features", features)
    place, held = folder / FILE, InFile()
    if place.is_file():
        held = _read(place)
        _check(held, plan)
    elif read_layer(folder) is not None:
        held = _that_are_left(_read(shipped.folder("features") / FILE), plan)
    return Declared(
        screened_out=held.screened_out,
        ablations=held.ablations,
        others=other_outcomes(shipped.folder("experiments", experiments)),
    )


def other_outcomes(experiments: Path) -> tuple[Other, ...]:
    """The outcomes of a folder's experiments, by name, but of those switched off."""
    found = [load_experiment(path) for path in experiments.glob("*.toml")]
    return tuple(
        Other(
            name=one.experiment.name,
            title=one.experiment.title,
            cohort=one.cohort,
            outcome=one.outcome,
        )
        for one in sorted(found, key=lambda one: one.experiment.name)
        if not one.experiment.switched_off.strip()
    )


def read_declared(run: Path) -> Declared:
    """Read back from a run's folder what its report looked at.

    Returns:
        Nothing declared for a run of a version without the report.

    Raises:
        ExtractError: The report was changed, or is damaged.
    """
    place = run / WRITTEN
    if not place.is_file():
        return Declared()
    try:
        held = json.loads(place.read_text("utf-8"))["declared"]
        return Declared.model_validate(held)
    except (ValueError, KeyError, TypeError) as error:
        raise ExtractError(
            f"{WRITTEN} in '{run.name}' cannot be read. Train anew, or fetch the run "
            "again."
        ) from error


def _read(place: Path) -> InFile:
    try:
        held = tomllib.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DefinitionError(f"{FILE} is no TOML file: {error}.") from error
    try:
        return InFile.model_validate(held)
    except ValidationError as error:
        raise DefinitionError(f"{FILE}: {in_words(error, InFile)}") from error


def _check(held: InFile, plan: Plan) -> None:
    """Make sure that every name is declared, and that no two parts share one."""
    for kind, named in (
        ("screened_out", [one.name for one in held.screened_out]),
        ("ablations", [one.name for one in held.ablations]),
    ):
        twice = [name for name, times in Counter(named).items() if times > 1]
        if twice:
            raise DefinitionError(
                f"{FILE}: two of '{kind}' are called '{twice[0]}'. Rename one."
            )
    indicators = [i.name for i in plan.indicators]
    families = sorted({i.family for i in plan.indicators})
    for one in held.ablations:
        place = f"ablations '{one.name}'"
        _known(f"{place} families", one.families, families)
        _known(f"{place} indicators", one.indicators, indicators)
        _known(f"{place} tables", one.tables, list(TABLES))
        if one.outcomes_after is not None:
            _check_records(f"{place} outcomes_after", one.outcomes_after)
    for out in held.screened_out:
        _check_records(f"screened_out '{out.name}'", out)
        _known(f"screened_out '{out.name}' hides", out.hides, list(TABLES))


def _check_records(place: str, records: Records) -> None:
    _known(f"{place} table", [records.table], list(TABLES))
    _known(f"{place} where", records.where, list(TABLES[records.table].columns))


def _known(place: str, named: Iterable[str], known: list[str]) -> None:
    for name in named:
        if name not in known:
            raise DefinitionError(
                f"{FILE}: {place} names '{name}', which there is not."
                f"{nearest(name, known)}"
            )


def _that_are_left(held: InFile, plan: Plan) -> InFile:
    """Take out of the shipped file what a council's folder leaves out."""
    indicators = {i.name for i in plan.indicators}
    families = {i.family for i in plan.indicators}

    def left(one: Ablation) -> Ablation:
        parts: dict[str, Any] = {
            "families": tuple(f for f in one.families if f in families),
            "indicators": tuple(i for i in one.indicators if i in indicators),
        }
        return one.model_copy(update=parts)

    ablations = tuple(left(one) for one in held.ablations)
    return held.model_copy(update={"ablations": ablations})
