"""Sums of what is shown, set against the same people's sums in an earlier audit.

Each group shown in two audits may have changed by twenty children, and yet the girls
together with some and without others by three. So sums and differences of shown cells
that make up a set of people are made, of each audit by itself; where both give the same
set, it is looked at how much it has changed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from riskaid.fairness.behind import Bools
from riskaid.fairness.sums import Floats

SETS: Final = 3_000
"""How many sets of people are made of one audit at one capacity, the simple first."""

Made = dict[int, tuple[Floats, frozenset[int]]]
"""Patterns, as the bits of a number: their counts, and the cells these were made of."""


def small_change(
    inside: Bools,
    now: tuple[Sequence[int], Floats],
    before: tuple[Sequence[int], Floats],
    compared: Sequence[tuple[int, int]],
    smallest: int,
) -> list[int]:
    """The shown cells of which a sum has changed by a small count; none if none has.

    Everyone is taken as known, and may have changed: that gives no other cell away.

    Args:
        inside: Patterns in each cell; the last is everyone. Shape [cells, patterns].
        now: Cells that are shown, and the counts of every cell. Shape [cells, kinds].
        before: Cells that an earlier audit shows, and its counts; NaN where one is not
            shown. Its kinds may be others.
        compared: Which kind now is compared with which kind before.
        smallest: Changes from 1 to just under it are too small.
    """
    bits = [int.from_bytes(np.packbits(one).tobytes(), "big") for one in inside]
    mine, theirs = (_made(bits, cells, counts) for cells, counts in (now, before))
    here, there = [i for i, _ in compared], [k for _, k in compared]
    everyone = len(bits) - 1
    for people, (counts, used) in mine.items():
        others = sorted(used - {everyone})
        if others and people in theirs:
            change = np.abs(counts[here] - theirs[people][0][there])
            if ((change > 0) & (change < smallest)).any():
                return others
    return []


def _made(bits: list[int], cells: Sequence[int], counts: Floats) -> Made:
    """Every set of people that sums and differences of some cells give."""
    made: Made = {bits[i]: (counts[i], frozenset([i])) for i in cells if bits[i]}
    single = list(made.items())
    waiting = list(made)
    for people in waiting:
        for other, one in single:
            for new, count, used in _joined(people, made[people], other, one):
                if new and new not in made:
                    made[new] = count, used
                    waiting.append(new)
            if len(made) > SETS:
                return made
    return made


def _joined(
    people: int,
    held: tuple[Floats, frozenset[int]],
    other: int,
    one: tuple[Floats, frozenset[int]],
) -> Iterator[tuple[int, Floats, frozenset[int]]]:
    """Two sets that lie apart together, or the wider without the narrower."""
    both, used = people & other, held[1] | one[1]
    if not both:
        yield people | other, held[0] + one[0], used
    elif both == other:
        yield people ^ other, held[0] - one[0], used
    elif both == people:
        yield people ^ other, one[0] - held[0], used
