"""The recorded outcome beside another one that services touch less: by group.

Where outcomes of a group are recorded too often or too rarely, nothing in scores and
outcomes shows it. Another outcome that depends less on the services' own decisions (an
anchor) can: then one group has more recorded outcomes for each anchor outcome than
everyone else has. That supposes that the two go together alike in every group.
"""

from dataclasses import dataclass, replace
from math import exp, isnan, log, nan, sqrt
from typing import Any, Final

import numpy as np
import polars as pl

from riskaid.fairness.cells import Cell
from riskaid.fairness.disclosure import has_small
from riskaid.fairness.intervals import holm, two_sided_p, z_of
from riskaid.fairness.policy import Policy
from riskaid.fairness.probes.scene import Fine, Scene
from riskaid.fairness.scores import ANCHOR
from riskaid.fairness.sums import Floats, Ints

DIGITS: Final = 10


@dataclass(frozen=True)
class Beside:
    """One group's outcomes for each anchor outcome, against everyone else's.

    Attributes:
        title: Of its characteristic.
        fine: Its characteristic.
        cell: The group.
        ratio: How many times as many recorded outcomes for each anchor outcome as among
            everyone else; NaN where fewer than the smallest denominator are on a side.
        low95: With `high95` its interval, families taken in.
        p: Against 1, uncorrected.
        p_holm: Corrected over the groups of the characteristic.
        suppressed: Whether a count behind it may not be published.
    """

    title: str
    fine: Fine
    cell: Cell
    ratio: float
    low95: float = nan
    high95: float = nan
    p: float = nan
    p_holm: float = nan
    suppressed: bool = False

    def found(self, policy: Policy) -> bool:
        """Whether it differs by more than chance would often give."""
        return self.p_holm < policy.fail_p_below

    def to_json(self, policy: Policy) -> dict[str, Any]:
        """As probes.schema.json describes."""

        def known(value: float) -> float | None:
            return None if self.suppressed or isnan(value) else round(value, DIGITS)

        state = "not_estimable" if isnan(self.ratio) else "estimable"
        return {
            "characteristic": self.fine.grouped.about.name,
            "title": self.title,
            "group": self.cell.name,
            "phrase": self.cell.phrase,
            "state": "suppressed" if self.suppressed else state,
            "ratio": known(self.ratio),
            "low95": known(self.low95),
            "high95": known(self.high95),
            "p_holm": known(self.p_holm),
            "found": None
            if self.suppressed or isnan(self.ratio)
            else self.found(policy),
        }


def beside_anchor(scene: Scene, frame: pl.DataFrame) -> list[Beside] | None:
    """Set each group that must pass beside everyone else; None without an anchor.

    Args:
        scene: The audit's rows.
        frame: The same rows, as check_scores returns them.
    """
    if ANCHOR not in frame:
        return None
    held = frame[ANCHOR].cast(pl.Float64).to_numpy()
    known = ~np.isnan(held)
    rows = scene.rows
    both = np.stack([rows.outcome, np.nan_to_num(held)])[:, known].astype(np.float64)
    found: list[Beside] = []
    for fine in scene.fine:
        one = scene.audit.characteristics[fine.at]
        of_row = fine.group[fine.column]
        group, beyond = of_row[known], of_row[(rows.outcome == 1) & ~known]
        own = [
            _beside(
                Beside(
                    one.title,
                    fine,
                    g.cell,
                    nan,
                    suppressed=scene.suppressed(fine, g.cell.name)
                    or _few_left(np.isin(beyond, g.cell.members), scene.policy),
                ),
                both,
                np.isin(group, g.cell.members),
                rows.family[known],
                scene.policy,
            )
            for g in one.groups
            if g.cell.use == "gated" and g.rows > 0
        ]
        found += _corrected(own)
    return found


def _few_left(inside: np.ndarray, policy: Policy) -> bool:
    """Whether the outcomes of rows without an anchor outcome are few, on either side.

    The audit shows all outcomes of a group. Whoever works out of the ratio those with
    an anchor outcome would have the others by subtraction.
    """
    sides = np.array([[inside.sum(), (~inside).sum()]], dtype=np.float64)
    return bool(has_small(sides, policy.smallest_published_count).any())


def _corrected(own: list[Beside]) -> list[Beside]:
    tested = [one for one in own if not isnan(one.p)]
    corrected = iter(holm([one.p for one in tested]))
    return [
        one if isnan(one.p) else replace(one, p_holm=next(corrected)) for one in own
    ]


def _beside(
    about: Beside, both: Floats, inside: np.ndarray, family: Ints, policy: Policy
) -> Beside:
    """The ratio of ratios; its standard error leaves out one family after another."""
    counts = np.stack([both[:, inside].sum(axis=1), both[:, ~inside].sum(axis=1)])
    sizes = np.array([inside.sum(), (~inside).sum()], dtype=np.float64)
    kinds = np.concatenate([counts.T, sizes - counts.T])
    small = has_small(kinds, policy.smallest_published_count).any()
    about = replace(about, suppressed=about.suppressed or bool(small))
    if counts.min() < policy.smallest_denominator:
        return about
    (own, own_anchor), (rest, rest_anchor) = counts
    error = _jackknife(both, inside, family)
    if error == 0:
        return about
    centre, half = log(own / own_anchor * rest_anchor / rest), z_of(0.95) * error
    return replace(
        about,
        ratio=exp(centre),
        low95=exp(centre - half),
        high95=exp(centre + half),
        p=two_sided_p(_against_alike(both, inside, family)),
    )


def _against_alike(both: Floats, inside: np.ndarray, family: Ints) -> float:
    """How far a group's outcomes are from as many as its anchor outcomes say.

    In standard errors, if both went together alike in all groups. Of two variances the
    larger is taken: that of sums over families, and that of the same sums dealt out
    anew to the group and the others, which does not rest on the group's few families.
    """
    outcome, anchor = both
    left = outcome - outcome.sum() / anchor.sum() * anchor
    share = float(anchor[inside].sum() / anchor.sum())
    _, which = np.unique(family, return_inverse=True)
    own, others = (
        np.bincount(which, weights=left * side) for side in (inside, ~inside)
    )
    by_family = (1 - share) * own - share * others
    there, elsewhere = (
        np.bincount(which, weights=side) > 0 for side in (inside, ~inside)
    )
    drawn = float(there.sum() / (there.sum() + elsewhere.sum()))
    spread = drawn * (1 - share) ** 2 + (1 - drawn) * share**2
    dealt = spread * float((own**2).sum() + (others**2).sum())
    variance = max(dealt, float((by_family**2).sum()))
    return float(by_family.sum()) / sqrt(variance) if variance > 0 else 0.0


def _jackknife(both: Floats, inside: np.ndarray, family: Ints) -> float:
    """Standard error of the logarithm of the ratio of ratios.

    Nothing is supposed of how counts are spread. Where one family holds all outcomes of
    a side, there is no such number, and the error is 0.

    Args:
        both: Outcomes and anchor outcomes. Shape [2, rows].
        inside: Which rows are the group's.
        family: Family number of each row.
    """
    _, which = np.unique(family, return_inverse=True)
    left = np.stack(
        [
            one.sum() - np.bincount(which, weights=one)
            for side in (inside, ~inside)
            for one in both * side
        ]
    )
    if left.min() <= 0:
        return 0.0
    logs = np.log(left)
    without = logs[0] - logs[1] - logs[2] + logs[3]
    f = len(without)
    return sqrt((f - 1) / f * float(((without - without.mean()) ** 2).sum()))
