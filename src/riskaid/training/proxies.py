"""Do the indicators reveal a recorded group? Which of them do, named.

Ethnicity and disability are never predictors. Indicators may bring them back under
other names. So it is tried to tell each recorded group from the others by indicators
alone: by each one by itself, and by all together in families that the fit has not seen.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl

from riskaid.fairness.groups import (
    CODE_NOT_KNOWN,
    NOT_RECORDED,
    NOT_YET_OBTAINED,
    REFUSED,
    phrase_for,
    read_groups,
)
from riskaid.fairness.intervals import holm, two_sided_p, z_of
from riskaid.models import Matrix
from riskaid.models.booster import Settings, fit_booster
from riskaid.progress import Progress, silent
from riskaid.training.measures import short
from riskaid.training.table import Predictors, matrix_of

BY: Final = ("ethnicity", "disability")
UNKNOWN: Final = (NOT_RECORDED, REFUSED, NOT_YET_OBTAINED, CODE_NOT_KNOWN)
FEWEST_FAMILIES: Final = 30
"""Fewer families in a group, or among the others, say nothing of either."""
PARTS: Final = 3
LEVEL: Final = 0.05
MOST_NAMED: Final = 10
MOST_LEFT_OUT: Final = 5
CHANCE: Final = 0.5
TOGETHER: Final = Settings(rounds=60, leaves=8, least_rows=40, rate=0.1)


@dataclass(frozen=True)
class Reveals:
    """How well something tells one recorded group from the other recorded ones.

    Attributes:
        group: The group.
        indicator: Which indicator, or "" for all together.
        of: "value", or "known" for whether its value is known at all.
        auc: Area under the curve: 0.5 is chance, above it the group has more of it.
        error: Its standard error, families taken in.
        p_holm: Against chance, corrected over everything tried for the characteristic.
    """

    group: str
    indicator: str
    of: str
    auc: float
    error: float
    p_holm: float = 1.0

    @property
    def p(self) -> float:
        """Against chance: two-sided; all together can only be better than chance."""
        if self.error <= 0:
            return 1.0
        z = (self.auc - CHANCE) / self.error
        both = two_sided_p(z)
        return both if self.indicator else (both / 2 if z > 0 else 1 - both / 2)

    @property
    def found(self) -> bool:
        """Whether it reveals the group by more than chance would often give."""
        return self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """For a report."""
        half = z_of(0.95) * self.error
        return {
            "group": self.group,
            "indicator": self.indicator or None,
            "of": self.of,
            "auc": short(self.auc),
            "low95": short(max(0.0, self.auc - half)),
            "high95": short(min(1.0, self.auc + half)),
            "p_holm": short(self.p_holm),
            "found": self.found,
        }


@dataclass(frozen=True)
class Revealed:
    """One characteristic: what reveals its groups.

    Attributes:
        by: The characteristic.
        together: All indicators, one a group.
        single: Each indicator, one a group.
    """

    by: str
    together: tuple[Reveals, ...]
    single: tuple[Reveals, ...]

    @property
    def found(self) -> bool:
        """Whether anything reveals a group."""
        return any(one.found for one in (*self.together, *self.single))

    def named(self) -> list[Reveals]:
        """Indicators that reveal a group, the most revealing first."""
        found = [one for one in self.single if one.found]
        return sorted(found, key=lambda one: (-abs(one.auc - CHANCE), one.indicator))

    def to_leave_out(self) -> tuple[str, ...]:
        """The indicators to be tried without: the most revealing ones, a few."""
        names = dict.fromkeys(one.indicator for one in self.named())
        return tuple(sorted([*names][:MOST_LEFT_OUT]))

    def to_json(self) -> dict[str, Any]:
        """For a report: no count, and no group with few families in it."""
        return {
            "by": self.by,
            "state": "estimable" if self.together else "too_few",
            "groups": [
                one.to_json()
                | {"phrase": phrase_for(one.group, self.by, self.by.capitalize())}
                for one in self.together
            ],
            "indicators": [one.to_json() for one in self.named()[:MOST_NAMED]],
            "indicators_found": len({one.indicator for one in self.named()}),
            "left_out": list(self.to_leave_out()),
        }


def what_reveals(
    rows: pl.DataFrame,
    recorded: pl.DataFrame,
    predictors: Predictors,
    *,
    seed: int,
    by: tuple[str, ...] = BY,
    progress: Progress = silent,
) -> list[Revealed]:
    """Try to tell recorded groups by the indicators.

    A group is told from everybody else whose group is recorded: that nothing is
    recorded is no group here, because who was never assessed has few records of any
    kind. Groups of fewer than 30 families, or with fewer others, are left out.

    Args:
        rows: family_id and the indicators.
        recorded: For each row what is recorded, one column a characteristic, as
            `add_groups` gives it.
        predictors: The indicators.
        seed: Cuts families into parts.
        by: Characteristics.
        progress: Told how far it is.
    """
    matrix = matrix_of(rows, predictors.names)
    _, family = np.unique(rows["family_id"].to_numpy(), return_inverse=True)
    found = []
    for done, name in enumerate(by):
        progress("asking what reveals a group", done, len(by))
        groups = read_groups(recorded[name], name)[0].to_numpy()
        known = ~np.isin(groups, UNKNOWN)
        held, inside, own = matrix[known], groups[known], family[known]
        together, single = [], []
        for group in sorted(set(inside.tolist())):
            member = inside == group
            sides = [len(np.unique(own[side])) for side in (member, ~member)]
            if min(sides) < FEWEST_FAMILIES:
                continue
            together.append(_together(held, member, own, predictors, group, seed=seed))
            single += one_by_one(held, member, own, predictors, group)
        every = [*together, *single]
        corrected = holm([one.p for one in every])
        every = [
            replace(one, p_holm=p) for one, p in zip(every, corrected, strict=True)
        ]
        cut = len(together)
        found.append(Revealed(name, tuple(every[:cut]), tuple(every[cut:])))
    return found


def _together(
    matrix: Matrix,
    member: np.ndarray[Any, Any],
    family: np.ndarray[Any, Any],
    predictors: Predictors,
    group: str,
    *,
    seed: int,
) -> Reveals:
    """All indicators, fitted in some families and tried in the others."""
    held, which = np.unique(family, return_inverse=True)
    draw = np.random.Generator(np.random.PCG64([seed, 11]))
    part = (draw.permutation(len(held)) % PARTS)[which]
    score = np.zeros(len(member))
    for i in range(PARTS):
        model = fit_booster(
            matrix[part != i],
            member[part != i].astype(np.float64),
            names=predictors.names,
            more_means_more=(None,) * len(predictors.names),
            settings=TOGETHER,
            seed=seed,
        )
        raw = model.score(matrix[part == i])
        # Each part by its own order: fits differ in how sure they are.
        score[part == i] = np.argsort(np.argsort(raw, kind="stable")) / max(1, len(raw))
    return Reveals(group, "", "value", *told_apart(score, member, family))


def one_by_one(
    matrix: Matrix,
    member: np.ndarray[Any, Any],
    family: np.ndarray[Any, Any],
    predictors: Predictors,
    group: str,
) -> list[Reveals]:
    """Each indicator by itself, and whether it is known where that differs."""
    found = []
    for i, name in enumerate(predictors.names):
        value, known = matrix[:, i], ~np.isnan(matrix[:, i])
        if known.any() and not known.all():
            tried = told_apart(known.astype(np.float64), member, family)
            found.append(Reveals(group, name, "known", *tried))
        if known.any() and len(np.unique(value[known])) > 1:
            middle = np.where(known, value, np.median(value[known]))
            tried = told_apart(middle, member, family)
            found.append(Reveals(group, name, "value", *tried))
    return found


def told_apart(
    value: Matrix, member: np.ndarray[Any, Any], family: np.ndarray[Any, Any]
) -> tuple[float, float]:
    """How well a value tells members from others, and the error if it did not at all.

    The rank-sum statistic with ties at their middle. Its variance is the largest of
    three: that of labels dealt out anew among rows; the same with families as alike in
    who is a member as they are, because siblings mostly share their group; and that of
    the sums which families have. The last is what keeps a sign that hardly anybody has
    from telling a small group by chance.

    Args:
        value: One a row; larger may mean a member.
        member: Whether each row is one; some are, and some are not.
        family: Family number of each row.

    Returns:
        The area under the curve, and its standard error.

    Source: Mann and Whitney 1947, with ties; by cluster Donner and Klar 2000;
        sums by cluster as Liang and Zeger 1986.
    """
    ranks = pl.Series(value).rank("average").to_numpy()
    off, inside = ranks - ranks.mean(), member - member.mean()
    n, own = len(value), int(member.sum())
    statistic = float(inside @ off)
    by_rows = float((off**2).sum())
    by_families = float((np.bincount(family, weights=off) ** 2).sum())
    alike = _alike(inside, family)
    mixed = (1 - alike) * by_rows + alike * by_families
    dealt = max(by_rows, mixed) * own * (n - own) / n / (n - 1)
    by_family = np.bincount(family, weights=inside * off)
    variance = max(dealt, float((by_family**2).sum()))
    pairs = own * (n - own)
    return CHANCE + statistic / pairs, variance**0.5 / pairs


def _alike(inside: Matrix, family: np.ndarray[Any, Any]) -> float:
    """The correlation of two rows of a family in who is a member, from 0 to 1."""
    size = np.bincount(family)
    pairs = float((size * (size - 1)).sum())
    shared = np.bincount(family, weights=inside) ** 2
    shared -= np.bincount(family, weights=inside**2)
    each = float((inside**2).mean())
    return min(1.0, max(0.0, float(shared.sum()) / pairs / each)) if pairs else 0.0
