"""What may be published: no small count, and none that subtraction gives back.

DfE's rule: a count from 1 to 5 is shown as "c". Hiding it alone is not enough: where a
total and all other groups are shown, the hidden one is what is left. So a hidden count is
checked against every sum and difference of what is shown, over all characteristics at
once, and more is hidden until no such sum gives it back.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from riskaid.fairness.sums import Floats

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
        membership: 1 where an atom (people alike in every characteristic) is in a group.
            Shape [groups, atoms].
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
