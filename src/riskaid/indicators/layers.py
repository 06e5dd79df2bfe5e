"""A council's folder over the shipped catalogue, and what differs."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from riskaid.errors import DefinitionError, nearest
from riskaid.indicators.settings import Settings
from riskaid.language import Declaration

FILE = "catalogue.toml"
KEYS = frozenset({"extends", "leave_out"})


@dataclass(frozen=True, slots=True)
class Layer:
    """What a folder leaves out of the shipped catalogue it extends."""

    leave_out: tuple[str, ...]


def read_layer(folder: Path) -> Layer | None:
    """Read catalogue.toml; None where a folder stands by itself.

    Raises:
        DefinitionError: It is not TOML, or says something else.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{FILE} is not TOML: {error}. Mend it.") from None
    names = said.get("leave_out", [])
    is_list = isinstance(names, list) and all(isinstance(one, str) for one in names)
    if set(said) - KEYS or said.get("extends") != "shipped" or not is_list:
        raise DefinitionError(
            f'{FILE} says extends = "shipped" and, where something is not wanted, '
            'leave_out = ["name"]. Remove the rest, or the file.'
        )
    return Layer(tuple(names))


def lay_over(
    below: Sequence[Declaration], above: Sequence[Declaration], layer: Layer
) -> tuple[list[Declaration], list[str]]:
    """Put a council's declarations over the shipped ones, by name.

    Returns:
        The declarations, the shipped order first; and what differs, one line each.

    Raises:
        DefinitionError: A name left out does not exist or is declared all the same, or
            replaces a declaration of another kind.
    """
    theirs = {one.name: one for one in below}
    ours = {one.name: one for one in above}
    for name in layer.leave_out:
        if name not in theirs or name in ours:
            raise DefinitionError(
                f"{FILE}: leave_out names '{name}', which is not in the shipped "
                "catalogue, or is declared in this folder."
                f"{nearest(name, sorted(theirs))} Take it out of the list."
            )
    for name, one in ours.items():
        if name in theirs and type(one) is not type(theirs[name]):
            raise DefinitionError(
                f"'{name}' is {_kind(theirs[name])} in the shipped catalogue and "
                f"{_kind(one)} here. Give it another name."
            )
    left = set(layer.leave_out)
    found = [ours.get(name, one) for name, one in theirs.items() if name not in left]
    added = [one for name, one in ours.items() if name not in theirs]
    differs = [
        *(f"replaced: {_kind(ours[n])} {n}" for n in theirs if n in ours),
        *(f"left out: {_kind(theirs[n])} {n}" for n in theirs if n in left),
        *(f"added: {_kind(one)} {one.name}" for one in added),
    ]
    return [*found, *added], differs


def settings_that_differ(below: Settings, above: Settings) -> list[str]:
    """Say which parameters and codelists a council sets otherwise, one line each."""
    found = []
    for name, one in above.parameters.items():
        other = below.parameters.get(name)
        if other is None:
            found.append(f"added: parameter {name}, {one.words()}")
        elif other.words() != one.words():
            words = f"{one.words()} instead of {other.words()}"
            found.append(f"replaced: parameter {name}, {words}")
    for name, codes in above.codelists.items():
        old = below.codelists.get(name)
        if old is None:
            found.append(f"added: codelist {name}")
        elif old.codes != codes.codes:
            found.append(f"replaced: codelist {name}")
    return found


def _kind(one: Declaration) -> str:
    return type(one).__name__.lower()
