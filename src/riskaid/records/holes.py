"""Times of which a source holds nothing that can be trusted, as its owner says.

A case system was changed and its history left behind, or an attack took it away: rows
of that time are missing, and nothing in the files shows it (problem 25).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskaid.errors import ExtractError, nearest
from riskaid.records.tables import TABLES

KEYS = ("from", "to", "because", "tables")
WRITE_SO = (
    '{"from": "2020-12-01", "to": "2022-09-30", "because": "attack on our systems"}'
)


@dataclass(frozen=True, order=True)
class Hole:
    """Days, both included, of which a table holds nothing that can be trusted.

    Attributes:
        first: The first of them.
        last: The last of them.
        because: Why, in the words of the source's owner.
        tables: The case tables it is declared for; empty is every table of events
            and spells.
    """

    first: date
    last: date
    because: str = ""
    tables: tuple[str, ...] = ()

    def to_json(self) -> dict[str, str]:
        """The hole as plain facts, without its tables."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "because": self.because,
        }

    def is_in(self, table: str) -> bool:
        """Whether a case table has this hole."""
        if self.tables:
            return table in self.tables
        return TABLES[table].shape in ("event", "spell")

    def says(self) -> str:
        """The hole in words, for a warning."""
        where = ", ".join(self.tables) or "events and spells"
        why = f" ({self.because})" if self.because else ""
        return (
            f"Declared gap from {self.first} to {self.last}{why} in {where}: what is "
            "asked of a time that touches it is not known."
        )


def holes_of(facts: Sequence[dict[str, Any]]) -> tuple[Hole, ...]:
    """Read what to_json wrote."""
    return tuple(
        Hole(
            date.fromisoformat(one["from"]),
            date.fromisoformat(one["to"]),
            one["because"],
        )
        for one in facts
    )


def read_holes(found: object, where: str) -> tuple[Hole, ...]:
    """Read the gaps a source's owner declares.

    Raises:
        ExtractError: They are no list of gaps, a day is none, a gap ends before it
            begins, or a table does not exist.
    """
    if not isinstance(found, list):
        raise ExtractError(f"{where}: gaps is a list. Write [{WRITE_SO}].")
    return tuple(sorted(_hole(one, where) for one in found))


def _hole(found: object, where: str) -> Hole:
    if not isinstance(found, dict) or set(found) - set(KEYS):
        raise ExtractError(
            f"{where}: a gap may hold only: {', '.join(KEYS)}. Write {WRITE_SO}."
        )
    tables = found.get("tables", [])
    if not isinstance(tables, list):
        raise ExtractError(f'{where}: tables of a gap is a list: ["referrals"].')
    for table in tables:
        if str(table) not in TABLES:
            raise ExtractError(
                f"{where}: a gap names the case table {table!r}, which there is not."
                f"{nearest(str(table), list(TABLES))}"
            )
    first, last = _day(found, "from", where), _day(found, "to", where)
    if last < first:
        raise ExtractError(f"{where}: a gap ends before it begins. Turn its days.")
    return Hole(first, last, str(found.get("because", "")), tuple(map(str, tables)))


def _day(found: dict[str, Any], key: str, where: str) -> date:
    try:
        return date.fromisoformat(str(found.get(key)))
    except ValueError as error:
        raise ExtractError(
            f"{where}: '{key}' of a gap must be a date such as 2020-12-01."
        ) from error
