"""What may be published: no small count, and none that subtraction gives back.

DfE's rule: a count from 1 to 5 is shown as "c". Hiding it alone is not enough: where a
total and all other groups are shown, the hidden one is what is left. So what is hidden
is checked against every sum and difference of what is shown, over all characteristics
at once, and more is hidden until no such sum gives it back. What is small is said by
riskaid.fairness.behind; docs/explanation/disclosure.md says what is not protected.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from riskaid.fairness.behind import Behind, Bools, Near
from riskaid.fairness.changes import small_change
from riskaid.fairness.earlier import Before
from riskaid.fairness.small_sets import small_set
from riskaid.fairness.sums import Floats, Ints

SMALL: Final = "c"
_NOTHING: Final = 1e-8


def published_count(count: float, smallest: int) -> int | str:
    """The count, or "c" where it is from 1 to just under the smallest published."""
    whole = round(count)
    return SMALL if 0 < whole < smallest else whole


def has_small(counts: Floats, smallest: int) -> Bools:
    """Whether any count of a group is too small to show.

    Args:
        counts: Shape [kinds of count, groups].
        smallest: The smallest count that may be shown.
    """
    return np.asarray(((counts > 0) & (counts < smallest)).any(axis=0))


@dataclass(frozen=True)
class Shape:
    """The cells of an audit, and how they are made of one another.

    Attributes:
        inside: Which patterns are in each cell. Shape [cells, patterns].
        parts: A cell, or None for everyone, and the cells that make it up together.
        before: What was published earlier; None where nothing was.
    """

    inside: Bools
    parts: tuple[tuple[int | None, tuple[int, ...]], ...]
    before: Before | None = None

    @property
    def everyone(self) -> Bools:
        """All patterns. Shape [patterns]."""
        return np.ones(self.inside.shape[1], dtype=np.bool_)

    def near_to(self, cells: Sequence[int]) -> Near | None:
        """What says whether counts of these cells together are near to earlier ones."""
        return None if self.before is None else partial(self.before.near, cells)


def disclose(behind: Behind, shape: Shape) -> Bools:
    """Decide what to hide, over all characteristics at once.

    Returns:
        Shape [levels, cells + 1]; the last column is everyone. Level 0 is for counts of
        rows and outcomes; what is hidden there is hidden at every capacity.
    """
    levels, cells = behind.kinds.count, len(shape.inside)
    apart = {i: part for _, part in shape.parts for i in part}
    asked = [
        *((one, shape.near_to([i])) for i, one in enumerate(shape.inside)),
        *(
            (~one, shape.near_to([j for j in apart.get(i, ()) if j != i]))
            for i, one in enumerate(shape.inside)
        ),
        *((one, None) for one in _beyond(shape.inside)),
    ]
    small = np.array([behind.small(one, near) for one, near in asked])
    everyone = behind.small(shape.everyone, shape.near_to(shape.parts[0][1]))
    hidden = np.zeros((levels, cells + 1), dtype=np.bool_)
    for level in range(levels):
        hidden[level, :-1] = _hide(
            behind,
            shape,
            level,
            protect=[asked[i][0] for i in np.flatnonzero(small[:, level])],
            hidden=small[:cells, level] | hidden[0, :-1],
            total=not everyone[level],
        )
        hidden[level, -1] = everyone[level] or hidden[0, -1]
    return hidden


def _beyond(inside: Bools) -> list[Bools]:
    """What each cell holds beyond each other, each set once."""
    beyond = [one & ~other for one in inside for other in inside]
    return list({one.tobytes(): one for one in beyond}.values())


def _hide(
    behind: Behind,
    shape: Shape,
    level: int,
    *,
    protect: list[Bools],
    hidden: Bools,
    total: bool,
) -> Bools:
    """Hide more cells of one level until nothing small can be worked out.

    Whoever reads may know everyone's counts from elsewhere, so they are taken as known
    even where they are not shown; where they may not be (`total` is False), cells must
    not add up to them either.
    """
    size = [behind.sums[0, one].sum() for one in shape.inside]
    whole = shape.everyone

    def giving() -> Iterator[Ints]:
        yield _used(shape.inside, protect, hidden, [whole])
        if not total:
            yield _used(shape.inside, [whole], hidden, [])
        yield _left_over(behind, shape, level, hidden)
        yield _given_together(behind, shape, level, hidden)
        yield _changed(behind, shape, level, hidden)

    while (used := next((one for one in giving() if len(one)), None)) is not None:
        hidden[min(used, key=lambda i: (size[i], i))] = True
    return hidden


def _used(
    inside: Bools, protect: list[Bools], hidden: Bools, known: list[Bools]
) -> Ints:
    """Which shown cells give away the first thing to protect that is given away."""
    shown = np.flatnonzero(~hidden)
    published = np.array([*known, *inside[shown]], dtype=np.float64)
    if not len(protect) or not len(published):
        return np.array([], dtype=np.int64)
    wanted = np.array(protect, dtype=np.float64)
    for i in np.flatnonzero(_given(published, wanted)):
        found = np.linalg.lstsq(published.T, wanted[i], rcond=None)[0]
        used = np.flatnonzero(np.abs(found[len(known) :]) > _NOTHING)
        alone = [
            j
            for j in used
            if not _given(np.delete(published, len(known) + j, 0), wanted[[i]])[0]
        ]
        if len(used):
            return np.asarray(shown[alone or used])
    return np.array([], dtype=np.int64)


def _given(published: Floats, wanted: Floats) -> Bools:
    """Which wanted sets are a sum and difference of the published ones."""
    basis, strength, _ = np.linalg.svd(published.T, full_matrices=False)
    basis = basis[:, strength > _NOTHING]
    left = wanted - (wanted @ basis) @ basis.T
    return np.asarray(np.abs(left).max(axis=1) < _NOTHING)


def _left_over(behind: Behind, shape: Shape, level: int, hidden: Bools) -> Ints:
    """What is left of a whole when its shown parts are taken away may not be small."""
    for container, parts in shape.parts:
        if container is not None and hidden[container]:
            continue
        shown = [i for i in parts if not hidden[i]]
        inside = shape.everyone if container is None else shape.inside[container]
        left = inside & ~shape.inside[shown].any(axis=0)
        apart = [i for i in parts if hidden[i]]
        there = [i for i in shown if shape.inside[i].any()]
        if there and behind.small(left, shape.near_to(apart))[level]:
            return np.array(there)
    return np.array([], dtype=np.int64)


def _given_together(behind: Behind, shape: Shape, level: int, hidden: Bools) -> Ints:
    """Shown cells of any characteristics that together give a small count."""
    shown = np.flatnonzero(~hidden & shape.inside.any(axis=1)).tolist()
    for kind in np.flatnonzero(behind.kinds.levels == level):
        found = small_set(shape.inside, shown, behind.sums[kind], behind.smallest)
        if found is not None:
            return _used(shape.inside, [found], hidden, [shape.everyone])
    return np.array([], dtype=np.int64)


def _changed(behind: Behind, shape: Shape, level: int, hidden: Bools) -> Ints:
    """Shown cells of which a sum has changed a little since an earlier audit."""
    if shape.before is None:
        return np.array([], dtype=np.int64)
    inside = np.vstack([shape.inside, shape.everyone])
    names, levels = behind.kinds.names, behind.kinds.levels
    mine = [i for i in range(len(names)) if levels[i] == level]
    cells = len(shape.inside)
    shown = [*np.flatnonzero(~hidden).tolist(), cells]
    counts = inside.astype(np.float64) @ behind.sums.T
    for kinds, before, held in shape.before.counts():
        stems = [name.partition(" at ")[:2] for name in kinds]
        compared = [
            (i, k)
            for i in mine
            for k, stem in enumerate(stems)
            if stem == names[i].partition(" at ")[:2]
        ]
        if not compared:
            continue
        used = small_change(
            inside, (shown, counts), (before, held), compared, behind.smallest
        )
        if used:
            return np.array(used)
    return np.array([], dtype=np.int64)


def patterns_of(
    of_row: Ints, cells: Sequence[Sequence[Sequence[int]]]
) -> tuple[Bools, Ints]:
    """Put people who are in the very same cells together, as patterns.

    Args:
        of_row: Group of each row in each characteristic. [rows, characteristics].
        cells: For each characteristic, the groups that make up each of its cells.

    Returns:
        Which patterns are in each cell of all characteristics, in order
        [cells, patterns], and the pattern of each row.
    """
    code = np.ravel_multi_index(tuple(of_row.T), tuple(of_row.max(axis=0) + 1))
    _codes, first, atom = np.unique(code, return_index=True, return_inverse=True)
    people = of_row[first]
    inside = np.array(
        [
            np.isin(people[:, i], members)
            for i, own in enumerate(cells)
            for members in own
        ]
    )
    held, which = np.unique(inside, axis=1, return_inverse=True)
    return held, np.asarray(which.reshape(-1)[atom], dtype=np.int64)


def wholes_of(
    cells: Sequence[Sequence[Sequence[int]]],
) -> tuple[tuple[int | None, tuple[int, ...]], ...]:
    """How cells make one another up: a characteristic's groups, and merged cells."""
    out: list[tuple[int | None, tuple[int, ...]]] = []
    merged: list[tuple[int | None, tuple[int, ...]]] = []
    at = 0
    for own in cells:
        single = {m[0]: at + i for i, m in enumerate(own) if len(m) == 1}
        out.append((None, tuple(single.values())))
        merged += [
            (at + i, tuple(single[m] for m in members))
            for i, members in enumerate(own)
            if len(members) > 1
        ]
        at += len(own)
    return (*out, *merged)
