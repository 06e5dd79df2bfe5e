"""Numbers and codelists beside the declarations, which a council may set for itself.

`parameters.toml` holds windows and local limits, each with its reason; `codelists/`
holds one CSV a list. A features file names them: window("…"), number("…"),
codelist("…"), and {name} inside what people read.
"""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from riskaid.errors import DefinitionError, nearest
from riskaid.language import Codelist, Days, Months

FILE = "parameters.toml"
FOLDER = "codelists"
KEYS = frozenset({"value", "unit", "says", "because"})
NAMED = re.compile(r"\{(\w+)\}")
WINDOWS: Mapping[str, type[Days] | type[Months]] = {"days": Days, "months": Months}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number or window a council may set, with what it means and why."""

    name: str
    value: float
    unit: str
    says: str
    because: str

    def words(self) -> str:
        """As people read it: "3", or "90 days"."""
        plain = f"{self.value:g}"
        if self.unit not in WINDOWS:
            return plain
        return f"{plain} {self.unit if self.value != 1 else self.unit[:-1]}"


@dataclass(frozen=True)
class Settings:
    """The parameters and codelists of one features folder, by name."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    codelists: Mapping[str, Codelist] = field(default_factory=dict)

    def number(self, name: str) -> float:
        """A parameter that is a number.

        Raises:
            DefinitionError: There is none, or it is a window.
        """
        one = self._parameter(name)
        if one.unit in WINDOWS:
            raise DefinitionError(
                f"'{name}' in {FILE} is a window. Write window('{name}')."
            )
        return one.value

    def window(self, name: str) -> Days | Months:
        """A parameter that is a window of days or months.

        Raises:
            DefinitionError: There is none, or it is a plain number.
        """
        one = self._parameter(name)
        if one.unit not in WINDOWS:
            raise DefinitionError(
                f"'{name}' in {FILE} is a number of {one.unit}. Write number('{name}')."
            )
        return WINDOWS[one.unit](int(one.value))

    def codelist(self, name: str) -> Codelist:
        """A list of codes, for is_in(…).

        Raises:
            DefinitionError: There is none of that name.
        """
        if name not in self.codelists:
            raise DefinitionError(
                f"There is no codelist '{name}'. Add {FOLDER}/{name}.csv with the "
                f"columns code and term.{nearest(str(name), sorted(self.codelists))}"
            )
        return self.codelists[name]

    def filled(self, text: str) -> str:
        """What people read, with each {name} in the words of its parameter.

        Raises:
            DefinitionError: A name is no parameter.
        """
        return NAMED.sub(lambda found: self._parameter(found[1]).words(), text)

    def over(self, other: "Settings") -> "Settings":
        """These before those of another folder."""
        return Settings(
            {**other.parameters, **self.parameters},
            {**other.codelists, **self.codelists},
        )

    def _parameter(self, name: str) -> Parameter:
        if name not in self.parameters:
            raise DefinitionError(
                f"There is no parameter '{name}' in {FILE}. Add it with value, unit, "
                f"says and because.{nearest(str(name), sorted(self.parameters))}"
            )
        return self.parameters[name]


def read_settings(folder: Path) -> Settings:
    """Read the parameters and codelists of a features folder; both may be missing.

    Raises:
        DefinitionError: A file cannot be read, or an entry is incomplete.
    """
    parameters = {}
    file = folder / FILE
    if file.is_file():
        try:
            said = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DefinitionError(
                f"{FILE} is not TOML: {error}. Compare it with the shipped one."
            ) from None
        parameters = {name: _parameter(name, one) for name, one in said.items()}
    lists = sorted((folder / FOLDER).glob("*.csv"))
    return Settings(parameters, {one.stem: _codelist(one) for one in lists})


def number(name: str) -> float:
    """A number of parameters.toml, such as how many episodes are many.

    Raises:
        DefinitionError: Always, outside a features file.
    """
    _only_read(name)


def window(name: str) -> Days | Months:
    """A window of parameters.toml.

    Raises:
        DefinitionError: Always, outside a features file.
    """
    _only_read(name)


def codelist(name: str) -> Codelist:
    """A list of codes of the folder codelists, for is_in(…).

    Raises:
        DefinitionError: Always, outside a features file.
    """
    _only_read(name)


def _only_read(name: str) -> NoReturn:
    raise DefinitionError(
        f"'{name}' has a value only where a features folder is read: files of it are "
        "read, never run. Load the folder with load_catalogue."
    )


def _parameter(name: str, said: Any) -> Parameter:
    if not isinstance(said, dict) or set(said) != KEYS:
        raise DefinitionError(
            f"{FILE}: [{name}] holds exactly {', '.join(sorted(KEYS))}. "
            "Compare it with the shipped one."
        )
    value, texts = said["value"], [said[key] for key in ("unit", "says", "because")]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{FILE}: [{name}] value must be a number, such as 90.")
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise DefinitionError(
            f"{FILE}: [{name}] unit, says and because must be text, and not empty."
        )
    unit, says, because = texts
    if unit in WINDOWS:
        if not isinstance(value, int):
            raise DefinitionError(
                f"{FILE}: [{name}] is a window of whole {unit}. Write value = 90."
            )
        WINDOWS[unit](value)
    return Parameter(name, float(value), unit, says, because)


def _codelist(file: Path) -> Codelist:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    codes = [(row.get("code") or "").strip() for row in rows]
    terms = [(row.get("term") or "").strip() for row in rows]
    if not rows or not all(codes) or not all(terms) or len(set(codes)) < len(codes):
        raise DefinitionError(
            f"{FOLDER}/{file.name}: a codelist is CSV in UTF-8 with the columns code "
            "and term, both filled, each code once. Compare it with a shipped one."
        )
    return Codelist(
        file.stem, tuple(sorted(codes)), tuple(zip(codes, terms, strict=True))
    )
