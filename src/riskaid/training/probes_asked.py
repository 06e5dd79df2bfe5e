"""What probes of a run ask, in one file: features/probes.toml.

Which signs are read as what a child did and which as what was done to a child, and
which recorded facts are set to another value. It stands beside the declarations,
because it names them.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from riskaid import shipped
from riskaid.errors import DefinitionError, nearest
from riskaid.fairness.groups import VOCABULARIES
from riskaid.indicators.plan import Plan, tables_read
from riskaid.records.tables import TABLES
from riskaid.training.asked_errors import in_words
from riskaid.training.asked_part import Part, Words

FILE = "probes.toml"
MOST = 12
"""The most flips a file may ask for."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Adultification(Part):
    """Signs of two kinds, and the older children they are compared for.

    Attributes:
        says: What is asked, in words.
        because: Why.
        by: The characteristic.
        groups: Its groups that are set beside everybody else whose group is recorded.
        from_age: The age in years from which a child is an older one here.
        years_older: How many years are added to the age of the same record.
        offending_type: Indicators read as what a child did.
        exploitation_type: Indicators read as what was done to a child.
    """

    says: Words
    because: Words
    by: Literal["ethnicity"] = "ethnicity"
    groups: Names
    from_age: Annotated[int, Field(ge=0, le=18)]
    years_older: Annotated[int, Field(ge=1, le=10)]
    offending_type: Names
    exploitation_type: Names

    @model_validator(mode="after")
    def _each_once(self) -> "Adultification":
        both = set(self.offending_type) & set(self.exploitation_type)
        if both:
            raise ValueError(f"'{min(both)}' stands under both types")
        return self


class Flip(Part):
    """A recorded fact set to another value.

    Attributes:
        name: Short name.
        says: What everybody has then, in words.
        because: Why the difference matters.
        indicators: Indicators that are set.
        tables: Case tables; whatever reads one is set.
        to: A known zero, the middle of the values above zero, or not known.
    """

    name: Name
    says: Words
    because: Words
    indicators: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    to: Literal["none", "some", "not_known"]

    @model_validator(mode="after")
    def _sets_something(self) -> "Flip":
        if not self.indicators and not self.tables:
            raise ValueError("it sets nothing: give indicators or tables")
        return self

    def names(self, plan: Plan) -> tuple[str, ...]:
        """The indicators that are set, in the plan's order."""
        return tuple(
            one.name
            for one in plan.indicators
            if one.name in self.indicators
            or {part.table for part in tables_read(one.value)} & set(self.tables)
        )


class ProbesAsked(Part):
    """All of probes.toml."""

    adultification: Adultification | None = None
    flips: Annotated[tuple[Flip, ...], Field(max_length=MOST)] = ()


def read_probes(plan: Plan, *, features: Path | None = None) -> ProbesAsked:
    """Read what a folder of declarations asks of its models.

    A folder without the file takes the shipped one. Names that a run's plan does not
    have are passed over there, because a council may leave indicators out; in a file of
    the council's own they are refused.

    Args:
        plan: The run's frozen declarations.
        features: The folder of declarations; the shipped one by default.

    Raises:
        DefinitionError: The file is no TOML, a key is not known, or a name is declared
            nowhere.
    """
    own = shipped.folder("features", features) / FILE
    place = own if own.is_file() else shipped.folder("features") / FILE
    try:
        held = tomllib.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DefinitionError(f"{FILE} is no TOML file: {error}.") from error
    try:
        asked = ProbesAsked.model_validate(held)
    except ValidationError as error:
        raise DefinitionError(f"{FILE}: {in_words(error, ProbesAsked)}") from error
    _check(asked, plan, ours=features is not None and own.is_file())
    return asked


def _check(asked: ProbesAsked, plan: Plan, *, ours: bool) -> None:
    declared = [i.name for i in plan.indicators]
    told = asked.adultification
    if told is not None:
        _known("adultification groups", told.groups, [*VOCABULARIES[told.by].phrases])
        if ours:
            _known("adultification", told.offending_type, declared)
            _known("adultification", told.exploitation_type, declared)
    names = [one.name for one in asked.flips]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DefinitionError(f"{FILE}: two flips are called '{twice}'. Rename one.")
    for one in asked.flips:
        _known(f"flips '{one.name}' tables", one.tables, list(TABLES))
        if ours:
            _known(f"flips '{one.name}' indicators", one.indicators, declared)


def _known(place: str, named: Iterable[str], known: list[str]) -> None:
    for name in named:
        if name not in known:
            raise DefinitionError(
                f"{FILE}: {place} names '{name}', which there is not."
                f"{nearest(name, known)}"
            )
