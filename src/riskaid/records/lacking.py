"""Columns of a case table that a source has no place for (ADR-0016).

An empty cell says that nothing was recorded. A column that is not there says nothing at
all: what is asked of it is not known, and never "no" or 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from riskaid.records.tables import TABLES

ONE_DAY = timedelta(days=1)
OPTIONAL = {"last": "to", "since": "as_of_from", "until": "as_of_to"}
"""What store.json calls the parts that are left out where there is no such limit."""


@dataclass(frozen=True, order=True)
class Lack:
    """Some days and as-of dates for which no source has a column.

    Attributes:
        column: The case table's own column.
        last: Records dated up to this day lack it.
        since: The first as-of date that it is lacking.
        until: The last one.
    """

    column: str
    last: date = date.max
    since: date = date.min
    until: date = date.max

    @property
    def lasts(self) -> bool:
        """Whether the latest extract lacks the column."""
        return self.last == date.max and self.until == date.max

    def to_json(self) -> dict[str, str]:
        """The lack as plain facts; limits only where there are some."""
        there = {
            said: getattr(self, name).isoformat()
            for name, said in OPTIONAL.items()
            if getattr(self, name) not in (date.min, date.max)
        }
        return {"column": self.column, **there}


def lacks_of(facts: Iterable[dict[str, Any]]) -> tuple[Lack, ...]:
    """Read what to_json wrote."""
    return tuple(
        Lack(
            one["column"],
            **{
                name: date.fromisoformat(one[said])
                for name, said in OPTIONAL.items()
                if said in one
            },
        )
        for one in facts
    )


def without(table: str, there: Iterable[str]) -> frozenset[str]:
    """The columns of a case table that are not among those a file has.

    A link without an end is not among them: it holds for as long as the extracts say
    it, and a later one ends it by leaving it out.
    """
    own = set(TABLES[table].columns) - set(there)
    return frozenset(own - {"end"} if TABLES[table].shape == "link" else own)


def lacking_now(columns: Iterable[str]) -> tuple[Lack, ...]:
    """Columns that a first extract does not have: not known as of any date."""
    return tuple(Lack(column) for column in sorted(columns))


def after(
    before: Sequence[Lack],
    now: Sequence[Lack],
    *,
    extracts: tuple[date, date],
    windows: tuple[date, date] | None,
) -> tuple[Lack, ...]:
    """What one source lacks after a further extract.

    A column that comes later was not known before; what left with the window never had
    it. A column that goes is missing from all that was recorded after the extract
    before.

    Args:
        before: What it lacked up to the extract before.
        now: What this extract lacks.
        extracts: The days of both extracts.
        windows: The first days that both hold; None where nothing is dated.
    """
    earlier, day = extracts
    still = {one.column for one in now}
    kept: list[Lack] = []
    for one in before:
        if not one.lasts or one.column in still:
            kept.append(one)
            continue
        kept.append(replace(one, until=day))
        if windows is not None and windows[0] < windows[1]:
            kept.append(
                Lack(one.column, last=windows[1] - ONE_DAY, since=day + ONE_DAY)
            )
    lacked = {one.column for one in before if one.lasts}
    first = min(earlier + 2 * ONE_DAY, day + ONE_DAY)
    kept += [Lack(c, since=first) for c in still - lacked]
    return _plain(kept)


def shared(sources: Sequence[Sequence[Lack]]) -> tuple[Lack, ...]:
    """What several sources of one table all lack, for the same days and dates."""
    found = list(sources[0])
    for others in sources[1:]:
        pairs = [(a, b) for a in found for b in others if a.column == b.column]
        met = [
            Lack(
                a.column,
                last=min(a.last, b.last),
                since=max(a.since, b.since),
                until=min(a.until, b.until),
            )
            for a, b in pairs
        ]
        found = [one for one in met if one.since <= one.until]
    return _plain(found)


def outside(first: date, last: date, columns: Iterable[str]) -> tuple[Lack, ...]:
    """Columns as of dates that a source does not cover: it supplies none of them."""
    return tuple(
        lack
        for column in sorted(columns)
        for lack in (
            Lack(column, until=first),
            Lack(column, since=last + 2 * ONE_DAY),
        )
    )


def _plain(lacks: Sequence[Lack]) -> tuple[Lack, ...]:
    """Each once, in order, without those that lie within another."""
    once = sorted(set(lacks))
    return tuple(
        one
        for one in once
        if not any(other != one and _holds(other, one) for other in once)
    )


def _holds(one: Lack, other: Lack) -> bool:
    return (
        one.column == other.column
        and one.last >= other.last
        and one.since <= other.since
        and one.until >= other.until
    )
