"""Reading a policy's TOML so that a slip names its file and key, and what to do."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from riskaid.errors import DefinitionError, nearest


def read_toml(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Read a TOML file whole, with its bytes for a digest.

    Raises:
        DefinitionError: There is no such file, or it is not TOML.
    """
    try:
        content = path.read_bytes()
        return content, tomllib.loads(content.decode())
    except FileNotFoundError as error:
        raise DefinitionError(
            f"There is no fairness policy at '{path}'. Without one nothing is "
            "released: name the file, or start from the shipped fairness/policy.toml."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DefinitionError(
            f"{path.name} cannot be read as TOML: {error}. Correct that line."
        ) from error


@dataclass(frozen=True)
class Part:
    """A table of the file, that knows where it stands and what has been asked of it."""

    table: dict[str, Any]
    path: tuple[str, ...]
    file: str
    today: date
    asked: set[str] = field(default_factory=set)

    def key(self, name: str) -> str:
        """The full key, as written in the file."""
        return ".".join((*self.path, name))

    def error(self, name: str, what: str, near: str = "") -> DefinitionError:
        """An error about one key."""
        of = f" ('{near}')" if near else ""
        return DefinitionError(f"{self.file}: {self.key(name)} {what}{of}.")

    def has(self, name: str) -> bool:
        """Whether the key stands in the file."""
        return name in self.table

    def names(self) -> list[str]:
        """The keys of this table, in the file's order."""
        return list(self.table)

    def _get(self, name: str, kind: type | tuple[type, ...], words: str) -> Any:
        self.asked.add(name)
        if name not in self.table:
            near = [key for key in self.table if key not in self.asked]
            raise DefinitionError(
                f"{self.file}: {self.key(name)} is missing.{nearest(name, near)} "
                f"Add {words}."
            )
        value = self.table[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(name, f"must be {words}")
        return value

    def part(self, name: str) -> "Part":
        """A table inside this one."""
        table = self._get(name, dict, f"the table [{self.key(name)}]")
        return Part(table, (*self.path, name), self.file, self.today)

    def parts(self, name: str) -> Iterator["Part"]:
        """A list of tables; none when the key is absent."""
        if name not in self.table:
            return
        for i, table in enumerate(self._get(name, list, "a list of tables")):
            if not isinstance(table, dict):
                raise self.error(name, "must be a list of tables")
            yield Part(table, (*self.path, f"{name}[{i + 1}]"), self.file, self.today)

    def text(self, name: str, *, one_of: list[str] | None = None) -> str:
        """Text that is not empty."""
        value = str(self._get(name, str, "some words in quotes")).strip()
        if not value:
            raise self.error(name, "is empty; say it in words")
        if one_of is not None:
            self.one_of(name, value, one_of)
        return value

    def one_of(self, name: str, value: str, known: list[str]) -> None:
        """Refuse a value that is not one of those known, with the nearest."""
        if value not in known:
            raise DefinitionError(
                f"{self.file}: {self.key(name)} has '{value}', which is not known."
                f"{nearest(value, known)} It may be: {', '.join(known)}."
            )

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, none twice."""
        values = self._get(name, list, 'a list of words, such as ["white", "black"]')
        if not all(isinstance(v, str) and v for v in values):
            raise self.error(name, "must be a list of words in quotes")
        if len(set(values)) != len(values):
            raise self.error(name, "names something twice")
        return tuple(values)

    def number(self, name: str, *, at_least: float, at_most: float) -> float:
        """A number within the range that is not so wide as to switch a check off."""
        value = float(self._get(name, (int, float), "a number"))
        if not at_least <= value <= at_most:  # what is not a number is refused too
            raise self.error(
                name,
                f"must be from {at_least:g} to {at_most:g}: outside it the check would "
                "stop nothing, or everything",
            )
        return value

    def numbers(
        self, name: str, *, at_least: float, at_most: float
    ) -> tuple[float, ...]:
        """A list of numbers, each within the range."""
        values = self._get(name, list, "a list of numbers, such as [0.05, 0.1]")
        table = {str(i + 1): v for i, v in enumerate(values)}
        inner = Part(table, (*self.path, name), self.file, self.today)
        return tuple(
            inner.number(i, at_least=at_least, at_most=at_most) for i in inner.names()
        )

    def whole(self, name: str, *, at_least: int, at_most: int) -> int:
        """A whole number within a range."""
        value: int = self._get(name, int, "a whole number")
        if not at_least <= value <= at_most:
            raise self.error(name, f"must be from {at_least} to {at_most}")
        return value

    def day(self, name: str) -> date:
        """A date, written without quotes."""
        value: date = self._get(name, date, "a date without quotes, as 2027-09-30")
        if isinstance(value, datetime):
            raise self.error(name, "must be a date without a time")
        return value

    def nothing_else(self, known: list[str] | None = None) -> None:
        """Refuse keys nobody asked for: a misspelt key must not be a silent default."""
        for name in self.table:
            if name not in self.asked:
                raise DefinitionError(
                    f"{self.file}: {self.key(name)} is not known."
                    f"{nearest(name, known or sorted(self.asked))} "
                    "Correct or remove it."
                )


@dataclass(frozen=True)
class Agreement:
    """Why a part of the policy is as it is, who agreed it, and until when."""

    because: str
    agreed_by: str
    agreed_on: date
    review_by: date


def agreement(part: Part, what: str) -> Agreement:
    """Read why a part is as it is, who agreed it and until when.

    Raises:
        DefinitionError: One of them is missing, or the day of review has passed.
    """
    found = Agreement(
        because=part.text("because"),
        agreed_by=part.text("agreed_by"),
        agreed_on=part.day("agreed_on"),
        review_by=part.day("review_by"),
    )
    if found.agreed_on > part.today:
        raise part.error("agreed_on", "lies in the future. Give the day it was agreed")
    if found.review_by < part.today:
        raise DefinitionError(
            f"fairness/{part.file}: {what} ({part.key('review_by')}) was to be "
            f"reviewed by {found.review_by.isoformat()}. Ask the board to look "
            "at it again and to renew it there: no decision takes its place."
        )
    return found
