"""Which records count for which rows, over many rows at once."""

from dataclasses import dataclass

import numpy as np

from riskaid.indicators.kernel_tables import (
    NEVER,
    UNDATED,
    Bools,
    Held,
    Ints,
    both,
    either,
    key_of,
    leaf_truth,
    record_truth,
)
from riskaid.indicators.plan import parts_of
from riskaid.language import nodes


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every record that counts, with the row it counts for; ordered by row.

    Arrays of equal length: `row` are positions in the rows, `record` in `held`.
    """

    held: Held
    row: Ints
    record: Ints

    def keep(self, which: Bools) -> "Pairs":
        """Only some of the pairs, still ordered."""
        return Pairs(self.held, self.row[which], self.record[which])


def window_pairs(held: Held, person: Ints, as_of: Ints, lower: Ints | None) -> Pairs:
    """Find every record a window lets through, known yet or not.

    Counts a record when lower <= date < as_of, in days since 1970-01-01. Without
    `lower` there is no lower edge, and undated records count. A record dated on the
    as-of day does not count (ADR-0001).

    Args:
        held: The records.
        person: For each row, the position of the person; shape (rows,).
        as_of: For each row, the as-of day; shape (rows,).
        lower: For each row, the first day of the window, or None.
    """
    first = np.full_like(as_of, UNDATED) if lower is None else lower
    begin = np.searchsorted(held.keys, key_of(person, first), side="left")
    end = np.searchsorted(held.keys, key_of(person, as_of), side="left")
    return spread(held, begin, end)


def spread(held: Held, begin: Ints, end: Ints) -> Pairs:
    """Turn one range of records a row into pairs, ordered by row, then by record."""
    lengths = np.maximum(end - begin, 0)
    total = int(lengths.sum())
    row = np.repeat(np.arange(len(begin)), lengths)
    before = np.cumsum(lengths) - lengths
    record = np.arange(total) - np.repeat(before - begin, lengths)
    return Pairs(held, row, record)


def visible(pairs: Pairs, as_of: Ints) -> Pairs:
    """Keep the versions known before the as-of date and not yet replaced by it."""
    day = as_of[pairs.row]
    return pairs.keep(
        (pairs.held.known_from[pairs.record] < day)
        & (day <= pairs.held.known_until[pairs.record])
    )


def filled(pairs: Pairs, column: nodes.Field, as_of: Ints) -> Bools:
    """Where a column is filled and was visible before the as-of date."""
    known = pairs.held.is_filled(column.column)[pairs.record]
    if column.group is None:
        return known
    return known & _group_visible(pairs, column.group, as_of)


def ends(pairs: Pairs, end: nodes.Field, as_of: Ints) -> Ints:
    """The visible end of each spell; NEVER where it is empty or not yet visible."""
    days = pairs.held.days(end.column)[pairs.record]
    return np.where(filled(pairs, end, as_of), days, NEVER)


def is_plain(where: nodes.RecordNode) -> bool:
    """Whether a question reads no column group, so its answer never changes."""
    return all(
        part.group is None for part in parts_of(where) if isinstance(part, nodes.Field)
    )


def pair_truth(
    node: nodes.RecordNode, pairs: Pairs, as_of: Ints
) -> tuple[Bools, Bools]:
    """Answer a question for each pair, as of the row's date: is true, is known."""
    match node:
        case nodes.RecordAnd(left, right):
            return both(pair_truth(left, pairs, as_of), pair_truth(right, pairs, as_of))
        case nodes.RecordOr(left, right):
            return either(
                pair_truth(left, pairs, as_of), pair_truth(right, pairs, as_of)
            )
        case nodes.RecordNot(inner):
            true, known = pair_truth(inner, pairs, as_of)
            return known & ~true, known
        case nodes.RecordIsKnown(column):
            known = filled(pairs, column, as_of)
            return known, np.ones_like(known)
        case _:
            true, _ = leaf_truth(node, pairs.held)
            known = filled(pairs, node.field, as_of)
            return true[pairs.record] & known, known


def kept(pairs: Pairs, where: nodes.RecordNode | None, as_of: Ints) -> Pairs:
    """Keep the pairs for which a question with column groups is true."""
    if where is None or is_plain(where):
        return pairs
    return pairs.keep(pair_truth(where, pairs, as_of)[0])


def prefiltered(held: Held, where: nodes.RecordNode | None) -> Held:
    """Keep the records for which a question without column groups is true."""
    if where is None or not is_plain(where):
        return held
    return held.keep(record_truth(where, held, ())[0])


def _group_visible(pairs: Pairs, group: str, as_of: Ints) -> Bools:
    known = pairs.held.days(f"{group}_known_from")[pairs.record]
    return known < as_of[pairs.row]
