"""How much wider than a plain bootstrap's an interval must be to hold what it says."""

import numpy as np

from riskaid.models import Matrix
from riskaid.models.logistic import Places

NORMAL_975 = 1.959964
FEWEST_FREE = 4.0
MOST_GROUPS, FEWEST_GROUPS, ROWS_A_GROUP = 10, 4, 40


def few_families(errors: Matrix, codes: Places) -> float:
    """How much wider where few families carry most of the weight.

    A plain bootstrap's interval is too narrow in small samples, as a normal interval is
    beside Student's (Hesterberg 2015, The American Statistician 69(4), "expanded
    percentile"). The degrees of freedom are those of the variance of what families add
    to the error, by its kurtosis (Satterthwaite). The factor is Student's 97.5%
    quantile (Abramowitz and Stegun 26.7.5) over the normal one, times
    sqrt(n / (n - 1)).

    Args:
        errors: Each row's weight times its outcome less its estimate.
        codes: Each row's family, from 0.
    """
    apart = np.bincount(codes, weights=errors)
    square, fourth = float((apart**2).sum()), float((apart**4).sum())
    if square == 0:
        return 1.0
    kurtosis = len(apart) * fourth / square**2
    free = 2 * len(apart) / (kurtosis - 1) if kurtosis > 1 else len(apart) - 1.0
    free = max(min(free, len(apart) - 1.0), FEWEST_FREE)
    z = NORMAL_975
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return float(t / z * np.sqrt((free + 1) / free))


def misfit(score: Matrix, errors: Matrix, codes: Places, *, parameters: int) -> float:
    """How much wider where the map's shape does not fit the records.

    Resampling says how well the rows pin the map down, and nothing of whether any map
    of its shape fits. Rows are put in groups by score; where the groups lie further
    from the map than chance, by chi-square over its degrees of freedom, variances grow
    by that ratio (the heterogeneity factor: Finney 1971, Probit Analysis, chapter 4).
    Never narrower.

    Args:
        score: One a row.
        errors: Each row's weight times its outcome less its estimate.
        codes: Each row's family, from 0; families make the groups' variances.
        parameters: Of the map.
    """
    groups = int(np.clip(len(score) // ROWS_A_GROUP, FEWEST_GROUPS, MOST_GROUPS))
    edges = np.unique(np.quantile(score, np.linspace(0, 1, groups + 1)[1:-1]))
    _, group = np.unique(
        np.searchsorted(edges, score, side="left"), return_inverse=True
    )
    groups = int(group.max()) + 1
    free = groups - parameters
    if free < 1:
        return 1.0
    away = np.bincount(group, weights=errors, minlength=groups)
    families = int(codes.max()) + 1
    each = np.bincount(
        group * families + codes, weights=errors, minlength=groups * families
    ).reshape(groups, families)
    variance = (each**2).sum(axis=1)
    some = variance > 0
    square = float((away[some] ** 2 / variance[some]).sum())
    return float(np.sqrt(max(1.0, square / free)))
