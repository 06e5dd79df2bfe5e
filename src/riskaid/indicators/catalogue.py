"""The catalogue: everything the features folder declares, checked, and shown."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from riskaid import shipped
from riskaid.errors import DefinitionError
from riskaid.files import write_text
from riskaid.indicators import Gap, Indicator, Prompt
from riskaid.indicators.declared import NO_SETTINGS, Declared, Place, read
from riskaid.indicators.layers import lay_over, read_layer, settings_that_differ
from riskaid.indicators.never import check_never_predictors
from riskaid.indicators.plan import tables_read
from riskaid.indicators.reading_age import reading_age
from riskaid.indicators.settings import Settings, read_settings
from riskaid.language import FAMILIES, ROLES, Condition, Declaration, Value

Kind = TypeVar("Kind", Indicator, Prompt, Gap)

INTRODUCTION = """\
Everything riskaid looks for in the record, in words. Generated from the files beside
it; do not edit.

A record counts when it is dated before the as-of day, inside the window, and was known
before that day. What is not known is shown as not known, never as none. An indicator is
a sign in the record, not a finding about a child or a parent; a prompt is a question; a
gap is something to find out."""

FAMILY_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "Going missing",
        "adult_histories": "Histories of the adults around the child",
        "domestic_abuse": "Domestic abuse",
        "cumulative_harm": "Harm that adds up, and neglect",
        "extrafamilial_harm": "Harm outside the family",
        "sexual_abuse_signs": "Signs of sexual abuse",
        "under_ones": "Before birth and in the first year",
        "mobility": "Moves, other councils, losing a home",
        "education": "School and education",
        "service_response": "What the services did",
        "information_gaps": "What is not known",
    }
)

MAY_BE_EMPTY = frozenset({"not_a_sign_of"})


@dataclass(frozen=True)
class Catalogue:
    """The declared indicators, prompts and gaps, by file and then in order.

    `places` says where each stands, as file:line, by name, and `examples` where its
    examples begin; `settings` are the parameters and codelists they use; `differs`
    says, line by line, how a council's folder differs from the shipped one it extends.
    """

    indicators: tuple[Indicator, ...]
    prompts: tuple[Prompt, ...]
    gaps: tuple[Gap, ...]
    places: Mapping[str, Place]
    examples: Mapping[str, Place]
    settings: Settings = NO_SETTINGS
    differs: tuple[str, ...] = ()

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """All of them: indicators, then prompts, then gaps."""
        return (*self.indicators, *self.prompts, *self.gaps)


def load_catalogue(folder: Path) -> Catalogue:
    """Read every file of a features folder without running any of it.

    A folder whose catalogue.toml says extends = "shipped" adds to the shipped
    catalogue, replaces what it declares under the same name, and leaves out what
    `leave_out` names.

    Raises:
        DefinitionError: A file does more than declare, or a declaration is incomplete
            or declared twice; with file and line.
    """
    mine = read_settings(folder)
    layer = read_layer(folder)
    if layer is None:
        found = _declared(folder, mine)
        return _catalogue([one.declaration for one in found], found, mine)
    base = shipped.folder("features")
    below = read_settings(base)
    settings = mine.over(below)
    theirs = _declared(base, settings)
    ours = _declared(folder, settings, may_be_empty=True)
    kept, differs = lay_over(
        [one.declaration for one in theirs], [one.declaration for one in ours], layer
    )
    differs += settings_that_differ(below, mine)
    return _catalogue(kept, [*theirs, *ours], settings, tuple(differs))


def _catalogue(
    kept: Sequence[Declaration],
    found: Sequence[Declared],
    settings: Settings,
    differs: tuple[str, ...] = (),
) -> Catalogue:
    by_name = {one.declaration.name: one for one in found}
    mine = {one.name: by_name[one.name] for one in kept}
    return Catalogue(
        tuple(one for one in kept if isinstance(one, Indicator)),
        tuple(one for one in kept if isinstance(one, Prompt)),
        tuple(one for one in kept if isinstance(one, Gap)),
        MappingProxyType({name: one.place for name, one in mine.items()}),
        MappingProxyType({name: one.examples for name, one in mine.items()}),
        settings,
        differs,
    )


def _declared(
    folder: Path, settings: Settings, *, may_be_empty: bool = False
) -> list[Declared]:
    files = sorted(folder.glob("*.py"))
    if not files and not may_be_empty:
        raise DefinitionError(
            f"'{folder.name}' holds no indicator files. Name a folder with *.py files "
            "that declare indicators."
        )
    found: dict[str, Declared] = {}
    for file in files:
        for one in read(_text(file), file.name, settings):
            _check(one.variable, one.declaration, str(one.place))
            name = one.declaration.name
            if name in found:
                raise DefinitionError(
                    f"{one.place}: '{name}' is declared already at "
                    f"{found[name].place}. Give one of them another name."
                )
            found[name] = one
    return list(found.values())


def render_catalogue(catalogue: Catalogue) -> str:
    """Write the catalogue as Markdown, for the safeguarding lead to read and review."""
    counts = (
        f"There are {len(catalogue.indicators)} indicators, "
        f"{len(catalogue.prompts)} prompts and {len(catalogue.gaps)} gaps."
    )
    lines = ["# Catalogue", "", INTRODUCTION, "", counts, *_reading_lines(catalogue)]
    lines += ["", "| family | indicators | prompts | gaps |", "|---|---|---|---|"]
    sections: list[str] = []
    for family, title in FAMILY_TITLES.items():
        kinds = [
            [_indicator_lines(one) for one in _of(catalogue.indicators, family)],
            [_prompt_lines(one) for one in _of(catalogue.prompts, family)],
            [_gap_lines(one) for one in _of(catalogue.gaps, family)],
        ]
        if not any(kinds):
            continue
        place = title.lower().replace(",", "").replace(" ", "-")
        counted = " | ".join(str(len(kind)) for kind in kinds)
        lines.append(f"| [{title}](#{place}) | {counted} |")
        sections += ["", f"## {title}"]
        sections += [line for kind in kinds for one in kind for line in one]
    lines += sections
    lines += _parameter_lines(catalogue.settings)
    return "\n".join(lines) + "\n"


def expression_of(one: Declaration) -> Value | Condition:
    """The value of an indicator, or the condition of a prompt or gap."""
    return one.value if isinstance(one, Indicator) else one.when


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise DefinitionError(
            f"{file.name}: this is not text in UTF-8. Save it as UTF-8."
        ) from None


def _check(variable: str, one: Declaration, place: str) -> None:
    if variable != one.name.upper() or not one.name.isidentifier():
        raise DefinitionError(
            f"{place}: {variable} is declared with the name '{one.name}'. "
            "The two must be the same, the variable in capitals."
        )
    for part in fields(one):
        text = getattr(one, part.name)
        if isinstance(text, str) and part.name not in MAY_BE_EMPTY and not text.strip():
            raise DefinitionError(
                f"{place}: '{one.name}' has an empty `{part.name}`. Fill it in; it is "
                "what people read."
            )
    if one.family not in FAMILIES:
        raise DefinitionError(
            f"{place}: '{one.name}' names the family '{one.family}'. "
            f"The families are: {', '.join(FAMILIES)}."
        )
    if isinstance(one, Indicator):
        if one.role not in ROLES:
            raise DefinitionError(
                f"{place}: '{one.name}' has the role '{one.role}'. "
                f"The roles are: {', '.join(ROLES)}."
            )
        check_never_predictors(one, place)


def _of(declared: tuple[Kind, ...], family: str) -> list[Kind]:
    return [one for one in declared if one.family == family]


def read_by_people(one: Declaration) -> tuple[str, ...]:
    """The sentences of a declaration that a practitioner reads."""
    if isinstance(one, Indicator):
        return (f"{one.reads}.",)
    if isinstance(one, Prompt):
        return (one.says, one.asks)
    return (one.says, one.closes_with)


def _reading_lines(catalogue: Catalogue) -> list[str]:
    ages = [
        reading_age(text)
        for one in catalogue.declarations
        for text in read_by_people(one)
    ]
    if not ages:
        return []
    average, hardest = sum(ages) / len(ages), max(ages)
    return [
        "",
        f"Reading age of the {len(ages)} texts that people read (Flesch-Kincaid, as",
        f"counted here): {average:.1f} years on average, {hardest:.1f} the hardest.",
    ]


def _indicator_lines(one: Indicator) -> list[str]:
    direction = {
        True: "more of it goes with more of the outcome",
        False: "more of it goes with less of the outcome",
        None: "no direction is claimed",
    }[one.more_means_more]
    lines = [
        "",
        f"### {one.name}",
        "",
        f"{one.reads}.",
        "",
        f"* Indicator ({one.role.replace('_', ' ')}); unit: {one.unit}; {direction}.",
        f"* From: {one.source}. {_reads(one)}",
        f"* Because: {one.because}",
    ]
    if one.not_a_sign_of:
        lines.append(f"* Not a sign of {one.not_a_sign_of}.")
    return lines


def _prompt_lines(one: Prompt) -> list[str]:
    return [
        "",
        f"### {one.name}",
        "",
        one.says,
        "",
        f"* Prompt. It asks: {one.asks}",
        f"* {_reads(one)}",
        f"* Because: {one.because}",
    ]


def _gap_lines(one: Gap) -> list[str]:
    return [
        "",
        f"### {one.name}",
        "",
        one.says,
        "",
        f"* Gap. What would close it: {one.closes_with}",
        f"* {_reads(one)}",
        f"* Because: {one.because}",
    ]


def _parameter_lines(settings: Settings) -> list[str]:
    parts = [
        f"* **{one.words()}** (`{one.name}`): {one.says}. Because: {one.because}."
        for one in settings.parameters.values()
    ]
    heading = ["", "## Numbers that a council may set", ""]
    return [*heading, *parts] if parts else []


def _reads(one: Declaration) -> str:
    tables = [read.table for read in tables_read(expression_of(one).node)]
    return f"Case tables: {', '.join(tables)}."


def write_catalogue(folder: Path) -> Path:
    """Write CATALOGUE.md beside the files it shows."""
    place = folder / "CATALOGUE.md"
    write_text(place, render_catalogue(load_catalogue(folder)))
    return place


if __name__ == "__main__":
    write_catalogue(Path(sys.argv[1]))
