"""Rows put together until no picture of them shows a single child.

A figure that leaves the council may not show one child's record, not even as a dot
without a name: whoever knows that only one child was reported missing fourteen times
knows whose dot lies far to the right. So rows that are next to each other are put
together, as statisticians do before they publish numbers about people
(microaggregation), and only means and quartiles of what was put together are shown.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskaid.models import Matrix

Places = NDArray[np.int64]

FEWEST = 10
"""The fewest different children behind anything that is drawn."""


def together(
    key: Matrix, person: NDArray[Any], *, fewest: int = FEWEST, wanted: int = FEWEST
) -> list[Places]:
    """Put rows with near values of `key` together, enough children in each part.

    Rows with the same key stay together, and a key that enough children share stands
    by itself. A part with too few children is put together with its neighbour.

    Args:
        key: One number a row; none may be NaN.
        person: Whose row it is; a child counts once, however many rows it has.
        fewest: The fewest children in a part.
        wanted: How many a part that joins several keys should hold.

    Returns:
        The places of each part's rows, from the lowest key up; empty where all rows
        hold fewer children than asked.
    """
    order = np.argsort(key, kind="stable").astype(np.int64)
    held = key[order]
    edges = np.flatnonzero(np.r_[True, held[1:] != held[:-1], True])
    parts: list[Places] = []
    now: list[Places] = []
    seen: set[Any] = set()
    for first, until in pairwise(edges):
        rows = order[first:until]
        children = set(person[rows].tolist())
        alone = len(children) >= fewest
        if alone and len(seen) >= fewest:
            parts.append(np.concatenate(now))
            now, seen = [], set()
        now.append(rows)
        seen |= children
        if len(seen) >= (fewest if alone else wanted):
            parts.append(np.concatenate(now))
            now, seen = [], set()
    if now and len(seen) >= fewest:
        parts.append(np.concatenate(now))
    elif now and parts:
        parts[-1] = np.concatenate([parts[-1], *now])
    return parts


def split(
    rows: Places, by: Matrix, person: NDArray[Any], *, wanted: int
) -> list[Places]:
    """Cut a large part into smaller ones, in the order of `by`, NaN last.

    Args:
        rows: Places of the part's rows.
        by: One number for every row there is.
        person: Whose row each is.
        wanted: The fewest children in each of the smaller parts.

    Returns:
        The parts; only the one given when it holds too few children for two.
    """
    ordered = rows[np.argsort(by[rows], kind="stable")]
    parts: list[Places] = []
    first, seen = 0, set[Any]()
    for i, one in enumerate(person[ordered].tolist()):
        seen.add(one)
        if len(seen) >= wanted:
            parts.append(ordered[first : i + 1])
            first, seen = i + 1, set()
    if first < len(ordered):
        rest = ordered[first:]
        parts[-1:] = [np.concatenate([*parts[-1:], rest])]
    return parts
