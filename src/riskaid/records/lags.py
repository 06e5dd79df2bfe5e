"""How late a record is taken to be known, by case table and group of columns.

The numbers and the reason for each stand in lags.toml, in one place where people can
disagree with them (ADR-0002).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from riskaid.errors import DefinitionError


@dataclass(frozen=True)
class Lag:
    """A number of days, and why this many.

    Attributes:
        days: Days after the event, 0 or more.
        because: The reason, for somebody who would say another number.
        later: The same for each group of columns that fills in later.
    """

    days: int
    because: str
    later: Mapping[str, "Lag"]

    @property
    def groups(self) -> dict[str, int]:
        """Days by group of columns."""
        return {group: lag.days for group, lag in self.later.items()}


def read_lags(text: str) -> Mapping[str, Lag]:
    """Read declared lags, by case table, from TOML.

    Raises:
        DefinitionError: It is not TOML, or an entry is not days and a reason.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"lags.toml: not a TOML file: {error}.") from error
    return MappingProxyType({name: _lag(found[name], name) for name in found})


def _lag(found: Any, where: str) -> Lag:
    facts = found if isinstance(found, dict) else {}
    days, because = facts.get("days"), facts.get("because")
    if type(days) is not int or days < 0:
        raise DefinitionError(
            f"lags.toml: {where}: days is a whole number, 0 or more. Write days = 3."
        )
    if not isinstance(because, str) or not because.strip():
        raise DefinitionError(
            f'lags.toml: {where}: a lag needs a reason. Write because = "…".'
        )
    rest = [key for key in facts if key not in ("days", "because")]
    later = {group: _lag(facts[group], f"{where}.{group}") for group in rest}
    return Lag(days, because, MappingProxyType(later))


LAGS = read_lags(
    files("riskaid.records").joinpath("lags.toml").read_text(encoding="utf-8")
)
"""The shipped lags by case table."""
