"""What may be published: no small count, and none that subtraction gives back.

DfE's rule: a count from 1 to 5 is shown as "c". Hiding it alone is not enough: where a
total and all other groups are shown, the hidden one is what is left. So a hidden count
is checked against every sum and difference of what is shown, over all characteristics
at once, and more is hidden until no such sum gives it back.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from riskaid.fairness.sums import FIXED, Floats, Ints

Bools = npt.NDArray[np.bool_]
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


def hide(
    membership: Floats, small: Bools, small_rest: Bools, size: Floats, hidden: Bools
) -> Bools:
    """Decide which groups may not be shown.

    Args:
        membership: 1 where an atom (people alike in every characteristic) is in a
            group. Shape [groups, atoms].
        small: Groups with a small count. Shape [groups].
        small_rest: Groups that leave a small count among everyone else.
        size: Rows of each group; of several that would do, the smallest is hidden.
        hidden: Groups hidden already for another reason.

    Returns:
        Which groups to hide: the small ones, and those that would give one back.
    """
    hidden = hidden | small
    everyone = np.ones((1, membership.shape[1]))
    protect = np.concatenate([membership[small], (everyone - membership)[small_rest]])
    protect = protect[protect.any(axis=1)]
    while len(protect):
        shown = np.flatnonzero(~hidden)
        published = np.concatenate([everyone, membership[shown]])
        basis, strength, _ = np.linalg.svd(published.T, full_matrices=False)
        basis = basis[:, strength > _NOTHING * strength[0]]
        left = protect - (protect @ basis) @ basis.T
        revealed = np.flatnonzero(np.abs(left).max(axis=1) < _NOTHING)
        if not len(revealed):
            break
        found = np.linalg.lstsq(published.T, protect[revealed[0]], rcond=None)[0]
        used = shown[np.abs(found[1:]) > _NOTHING]
        if not len(used):
            break
        hidden = hidden.copy()
        hidden[min(used, key=lambda g: (size[g], g))] = True
    return hidden


def small_counts(sums: Floats, capacities: int, smallest: int) -> Bools:
    """Which groups have a small count: of rows, then at each capacity.

    Args:
        sums: Shape [quantities, groups], in the order of findings.Evidence.
        capacities: How many there are.
        smallest: The smallest count that may be shown.

    Returns:
        Shape [1 + capacities, groups].
    """
    rows, outcomes = sums[0], sums[1]
    levels = [has_small(np.array([rows, outcomes, rows - outcomes]), smallest)]
    for k in range(capacities):
        selected, found = sums[FIXED + 2 * k], sums[FIXED + 2 * k + 1]
        wrong = selected - found
        cells = [found, outcomes - found, wrong, rows - outcomes - wrong, selected]
        levels.append(has_small(np.array([*cells, rows - selected]), smallest))
    return np.array(levels)


def disclose(
    together: Ints, sums: list[Floats], cells: list[list[list[int]]], smallest: int
) -> Bools:
    """Decide what to hide, over all characteristics at once.

    Args:
        together: Group of each row in each characteristic. [rows, characteristics].
        sums: For each characteristic [quantities, groups].
        cells: For each characteristic, the groups that make up each of its cells.
        smallest: The smallest count that may be shown.

    Returns:
        Shape [1 + capacities, cells of all characteristics in order]; the first is
        for counts of rows and outcomes.
    """
    atoms = np.unique(together, axis=0)
    membership, inside, rest = [], [], []
    for i, (one, own) in enumerate(zip(sums, cells, strict=True)):
        for members in own:
            membership.append(np.isin(atoms[:, i], members).astype(np.float64))
            inside.append(one[:, members].sum(axis=1))
            rest.append(one.sum(axis=1) - inside[-1])
    patterns = np.unique(np.array(membership), axis=1)
    capacities = (len(sums[0]) - FIXED) // 2
    small = small_counts(np.array(inside).T, capacities, smallest)
    small_rest = small_counts(np.array(rest).T, capacities, smallest)
    size = np.array(inside)[:, 0]
    hidden = np.zeros(small.shape, dtype=np.bool_)
    for level in range(len(small)):
        hidden[level] = hide(patterns, small[level], small_rest[level], size, hidden[0])
    return hidden
