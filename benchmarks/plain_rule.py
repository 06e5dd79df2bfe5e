"""The rule of the reference, written plainly, for rows that are strangers.

The figures of the reference come from 400 audits a cell, so that two rules alike in
power differ from them by two points. This rule is asked on the very audits that the
gate is asked on.
"""

import numpy as np
from family_counts import SHARES
from gate_on_counts import holm, p_of

from riskaid.fairness.families import Kinds
from riskaid.fairness.intervals import z_of
from riskaid.fairness.sums import Floats

SMALLEST = 10


def plain_rule(kinds: Kinds, limit: float) -> dict[str, Floats]:
    """Judge missed need in each group against all others, by normal errors.

    A pass is a 90% interval inside the limit in every group; a fail, in any group, is
    a difference beyond the limit that Holm's correction of the usual test of two
    shares leaves under 0.05.

    Args:
        kinds: Audits of rows that are strangers.
        limit: The largest difference, on both sides.

    Returns:
        "pass" and "fail", each of shape [audits].
    """
    of = kinds.count @ kinds.adds[:, :, 1]
    missed = of - kinds.count @ kinds.adds[:, :, 5]
    away, p, inside = [], [], []
    for group in range(len(SHARES)):
        n1, x1 = of[:, group], missed[:, group]
        n2, x2 = of.sum(axis=1) - n1, missed.sum(axis=1) - x1
        one, two, both = x1 / n1, x2 / n2, (x1 + x2) / (n1 + n2)
        equal = np.sqrt(both * (1 - both) * (1 / n1 + 1 / n2))
        reach = z_of(0.9) * np.sqrt(one * (1 - one) / n1 + two * (1 - two) / n2)
        away.append(one - two)
        p.append(np.where(n1 >= SMALLEST, p_of((one - two) / equal), np.nan))
        inside.append((np.abs(one - two) + reach <= limit) & (n1 >= SMALLEST))
    beyond = np.abs(np.stack(away)) > limit
    fail = (beyond & (holm(np.stack(p)) < 0.05)).any(axis=0)
    return {"pass": np.stack(inside).all(axis=0) & ~fail, "fail": fail}
