"""Which columns a word reads, so that it is not known where no source has one.

Every column counts, whichever way it is asked: in `where`, as what is added up, as the
end of a spell, or to follow a link. Whether a value is known never turns on what a
child's records say, only on what the sources have.
"""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from riskaid.indicators.plan import parts_of
from riskaid.language import nodes
from riskaid.language.windows import Window

Read: TypeAlias = tuple[nodes.Field, Window | None]
"""A column, and the window in which its records lie; None is ever."""


def columns_read(node: nodes.Node) -> Iterator[Read]:
    """The columns one word reads; those of the words inside it are their own.

    An age reads the date of birth alone: an expected one only stands in for it.
    """
    match node:
        case nodes.AgeYears(_, born, _):
            yield born, None
        case nodes.Sequence(rows, then, _, _, last):
            yield from _of_rows(rows, last)
            yield from _of_rows(then, last)
        case nodes.OverlapDays(rows, end) | nodes.IsOpen(rows, end):
            yield end, None
            yield from _of_rows(rows, None)
        case nodes.OpenAt(rows, end):
            yield end, None
            yield from _of_rows(rows, None)
        case (
            nodes.Count(rows, last)
            | nodes.Any(rows, last)
            | nodes.DaysSinceLast(rows, last)
            | nodes.DaysSinceFirst(rows, last)
            | nodes.Decayed(rows, _, last)
        ):
            yield from _of_rows(rows, last)
        case (
            nodes.CountDistinct(rows, field, last)
            | nodes.Total(rows, field, last)
            | nodes.Largest(rows, field, last)
            | nodes.Latest(rows, field, last)
            | nodes.LatestIs(rows, field, _, last)
            | nodes.Changes(rows, field, last)
        ):
            yield field, last
            yield from _of_rows(rows, last)
        case (
            nodes.Number()
            | nodes.Arithmetic()
            | nodes.Compare()
            | nodes.And()
            | nodes.Or()
            | nodes.Not()
            | nodes.IsKnown()
            | nodes.AsNumber()
        ):
            return
        case _:
            assert_never(node)


def _of_rows(rows: nodes.Rows, last: Window | None) -> Iterator[Read]:
    yield from _asked(rows.where, last)
    if rows.reach is None:
        return
    reach = rows.reach
    since = None if reach.to == "siblings" else reach.since
    yield reach.adult, since
    yield reach.end, since
    yield from _asked(reach.links.where, since)


def _asked(where: nodes.RecordNode | None, last: Window | None) -> Iterator[Read]:
    if where is None:
        return
    for part in parts_of(where):
        if isinstance(part, nodes.Field):
            yield part, last
