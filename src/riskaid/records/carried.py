"""What each return can carry of the case tables, declared once.

The list stands in carried.toml. The round-trip test derives its comparison from it, and
docs/reference/formats.md shows it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from riskaid.errors import DefinitionError
from riskaid.records.tables import TABLES

FACTS = frozenset({"rows", "whole", "ids", "part"})


@dataclass(frozen=True)
class Carried:
    """What one format carries of one case table.

    Attributes:
        rows: The rule that says which rows come back.
        whole: Columns that say the same as in an SSD.
        ids: Columns of ids that the format makes anew.
        part: Column -> the rule it follows.
        lost: Columns the format has no place for.
    """

    rows: str
    whole: tuple[str, ...]
    ids: tuple[str, ...]
    part: Mapping[str, str]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """Everything that is declared about formats.

    Attributes:
        rules: What each rule says, in words.
        titles: What each format is called.
        formats: Format -> case table -> what it carries; a table that is not named is
            not carried.
    """

    rules: Mapping[str, str]
    titles: Mapping[str, str]
    formats: Mapping[str, Mapping[str, Carried]]


def read_carried(text: str) -> Declared:
    """Read the declaration from TOML.

    Raises:
        DefinitionError: It names a table, a column or a rule that there is not.
    """
    found = tomllib.loads(text)
    rules, formats = found["rules"], found["formats"]
    titles = {name: said.pop("title") for name, said in formats.items()}
    carried = {
        name: MappingProxyType(
            {table: _carried(name, table, said[table], rules) for table in said}
        )
        for name, said in formats.items()
    }
    return Declared(
        MappingProxyType(rules), MappingProxyType(titles), MappingProxyType(carried)
    )


def _carried(
    name: str, table: str, said: dict[str, Any], rules: dict[str, str]
) -> Carried:
    where = f"carried.toml: {name}.{table}"
    if table not in TABLES or set(said) - FACTS:
        raise DefinitionError(f"{where}: no such case table or setting. Correct it.")
    whole, ids = tuple(said.get("whole", ())), tuple(said.get("ids", ()))
    part = dict(said.get("part", {}))
    named = [*whole, *ids, *part]
    there = list(TABLES[table].columns)
    if set(named) - set(there) or len(named) != len(set(named)):
        raise DefinitionError(f"{where}: names a column twice, or one it has not.")
    if {said["rows"], *part.values()} - set(rules):
        raise DefinitionError(f"{where}: follows a rule that [rules] does not say.")
    lost = tuple(c for c in there if c not in named)
    return Carried(said["rows"], whole, ids, MappingProxyType(part), lost)


CARRIED = read_carried(
    files("riskaid.records").joinpath("carried.toml").read_text(encoding="utf-8")
)
"""The shipped declaration."""
