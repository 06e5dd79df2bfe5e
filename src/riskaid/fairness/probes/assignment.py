"""Children whose group was not recorded: what if all of them belonged to one group?

Their group is not known, but their scores and outcomes are. So the furthest that each
measure can move is counted, whoever they are, and the gate is asked about the ends.
"""

from dataclasses import dataclass
from math import isnan, nan
from typing import Any, Final

import numpy as np

from riskaid.fairness.cells import Cell
from riskaid.fairness.disclosure import published_count
from riskaid.fairness.gate import Verdict, worst
from riskaid.fairness.metrics import Counts, parts
from riskaid.fairness.policy import Limit
from riskaid.fairness.probes.scene import PARTS, UNRECORDED, Fine, Scene, Told
from riskaid.fairness.probes.union import is_publishable
from riskaid.fairness.sums import FIXED, Floats

DIGITS: Final = 10
MEASURES: Final = {
    "false_negative_rate_difference": ("found", "missed"),
    "recall_ratio": ("missed", "found"),
    "positive_predictive_value_difference": ("selected_without", "found"),
    "false_positive_rate_difference": ("neither", "selected_without"),
}
"""For each measure the piece of those not recorded that makes it lowest when all of it
belongs to the group and nothing else of them does, and the one that makes it highest:
each of the other pieces moves it the other way, or not at all."""


@dataclass(frozen=True)
class Bound:
    """How far one measure of a group can move.

    Attributes:
        measure: Which.
        value: As recorded; NaN where it cannot be estimated.
        lowest: Under any assignment; NaN where one leaves too little to estimate.
        highest: The same.
        limit: The policy's.
    """

    measure: str
    value: float
    lowest: float
    highest: float
    limit: Limit

    @property
    def says(self) -> str:
        """Whether it lies in the limit whoever they are: "inside", "beyond", or not.

        "depends" where it lies inside for some assignments and beyond for others;
        "not_estimable" where it cannot be said.
        """
        if isnan(self.lowest) or isnan(self.highest):
            return "not_estimable"
        least = -np.inf if self.limit.lowest is None else self.limit.lowest
        most = np.inf if self.limit.highest is None else self.limit.highest
        if least <= self.lowest and self.highest <= most:
            return "inside"
        return "beyond" if self.highest < least or self.lowest > most else "depends"


@dataclass(frozen=True)
class OneGroup:
    """One recorded group, and what those not recorded could make of it.

    Attributes:
        cell: The group.
        bounds: How far each of its measures can move.
        all_here: The characteristic's verdict if all of them belonged to it.
        reached: Every verdict of the characteristic that one of the ends gave.
        suppressed: Whether the audit does not publish its numbers.
    """

    cell: Cell
    bounds: tuple[Bound, ...]
    all_here: Verdict | None
    reached: tuple[Verdict, ...]
    suppressed: bool


@dataclass(frozen=True)
class Assigned:
    """A characteristic under every assignment of those not recorded.

    Attributes:
        fine: The characteristic.
        rows: Rows whose group was not recorded.
        outcomes: Recorded outcomes among them.
        recorded: The verdict as recorded.
        groups: One a recorded group that must pass.
        suppressed: Whether the numbers may not be published.
    """

    fine: Fine
    rows: float
    outcomes: float
    recorded: Verdict | None
    groups: tuple[OneGroup, ...]
    suppressed: bool

    def reached(self) -> list[Verdict]:
        """The verdicts of all that was tried, the best first."""
        tried = [self.recorded, *(v for g in self.groups for v in g.reached)]
        order: tuple[Verdict, ...] = ("pass", "insufficient_evidence", "fail")
        return [one for one in order if one in tried]

    def to_json(self, title: str, smallest: int) -> dict[str, Any]:
        """As probes.schema.json describes; what is suppressed shows no number."""
        hidden, tried = self.suppressed, self.reached()
        return {
            "characteristic": self.fine.grouped.about.name,
            "title": title,
            "state": "suppressed" if hidden else "estimable",
            "rows": "c" if hidden else published_count(self.rows, smallest),
            "outcomes": "c" if hidden else published_count(self.outcomes, smallest),
            "recorded": self.recorded,
            "best": None if hidden or not tried else tried[0],
            "worst": None if hidden or not tried else worst(tried),
            "groups": [_group(g) for g in self.groups],
        }


def every_assignment(scene: Scene) -> list[Assigned]:
    """Move those not recorded, for each characteristic that has any."""
    return [
        _assigned(scene, fine)
        for fine in scene.fine
        if (fine.part >= 0).any() and fine.drawn.sums[0, fine.part >= 0].sum() > 0
    ]


def _assigned(scene: Scene, fine: Fine) -> Assigned:
    sums = fine.drawn.sums
    open_ = fine.part >= 0
    recorded = scene.tell(fine, fine.group)
    hidden = not is_publishable(scene, fine)
    groups = []
    for cell in recorded.cells if not hidden else []:
        if cell.use == "reported" or cell.within or _is_unknown(fine, cell):
            continue
        if len(cell.members) > 1 or sums[0, fine.group == cell.members[0]].sum() == 0:
            continue
        if scene.suppressed(fine, cell.name):
            groups.append(OneGroup(cell, (), None, (), suppressed=True))
            continue
        told = _ends(scene, fine, cell.members[0])
        groups.append(
            OneGroup(
                cell,
                tuple(_bounds(scene, fine, cell, recorded)),
                told["all"].verdict,
                tuple(t.verdict for t in told.values() if t.verdict),
                suppressed=False,
            )
        )
    return Assigned(
        fine,
        float(sums[0, open_].sum()),
        float(sums[1, open_].sum()),
        recorded.verdict,
        tuple(groups),
        hidden,
    )


def _is_unknown(fine: Fine, cell: Cell) -> bool:
    return all(fine.names[i] in UNRECORDED for i in cell.members)


def _ends(scene: Scene, fine: Fine, group: int) -> dict[str, Told]:
    """What the gate says when each piece, or all, belongs to one group."""
    told = {}
    for name, taken in (("all", fine.part >= 0), *_pieces(fine)):
        told[name] = scene.tell(fine, np.where(taken, group, fine.group))
    return told


def _pieces(fine: Fine) -> list[tuple[str, np.ndarray]]:
    return [(name, fine.part == i) for i, name in enumerate(PARTS)]


def _counts(sums: Floats, columns: np.ndarray) -> Counts:
    one = sums[:, columns].sum(axis=1)
    return Counts(one[0], one[1], one[2], one[FIXED], one[FIXED + 1])


def _bounds(scene: Scene, fine: Fine, cell: Cell, recorded: Told) -> list[Bound]:
    """The furthest each measure of a group can move, by plain counting."""
    sums, own = fine.drawn.sums, fine.group == cell.members[0]
    pieces = dict(_pieces(fine))
    held = {j.finding.measure: j.finding.value for j in recorded.of(cell.name)[1]}
    limits, smallest = scene.policy.limits, scene.policy.smallest_denominator
    found = []
    for measure, ends in MEASURES.items():
        low, high = (
            _compare(measure, sums, own | pieces[end], smallest) for end in ends
        )
        found.append(Bound(measure, held.get(measure, nan), low, high, limits[measure]))
    if scene.rows.scored:
        low, high = _calibration(scene, fine, cell.members[0])
        value = held.get("calibration", nan)
        found.append(Bound("calibration", value, low, high, limits["calibration"]))
    return found


def _compare(measure: str, sums: Floats, inside: np.ndarray, smallest: int) -> float:
    """A group's rate against everyone else's; NaN where either has too few."""
    rate = measure.removesuffix("_difference").removesuffix("_ratio")
    (above, below), (others_above, others_below) = (
        [float(x) for x in parts(rate, _counts(sums, columns))]
        for columns in (inside, ~inside)
    )
    if min(below, others_below) < smallest:
        return nan
    one, two = above / below, others_above / others_below
    if measure.endswith("_difference"):
        return one - two
    return one / two if two else nan


def _calibration(scene: Scene, fine: Fine, group: int) -> tuple[float, float]:
    """The least and the most of recorded over expected outcomes a group can have.

    Those with an outcome and those without are added in the order of their estimates:
    the furthest is reached by those with an outcome and the lowest estimates (most), or
    by those without and some with an outcome and the highest (least), however many.
    """
    rows, part = scene.rows, fine.part[fine.column]
    own = fine.group[fine.column] == group
    recorded, expected = float(rows.outcome[own].sum()), float(rows.score[own].sum())
    few = scene.policy.smallest_denominator
    if own.sum() < few or max(recorded, expected) < few or expected <= 0:
        return nan, nan
    open_ = part >= 0
    with_it = np.sort(rows.score[open_ & (rows.outcome == 1)])
    without = float(rows.score[open_ & (rows.outcome == 0)].sum())

    def ratios(scores: Floats, more: float) -> Floats:
        return np.asarray(
            (recorded + np.arange(len(scores) + 1))
            / (expected + more + np.r_[0.0, np.cumsum(scores)])
        )

    return (
        float(ratios(with_it[::-1], without).min()),
        float(ratios(with_it, 0.0).max()),
    )


def _group(one: OneGroup) -> dict[str, Any]:
    return {
        "group": one.cell.name,
        "phrase": one.cell.phrase,
        "state": "suppressed" if one.suppressed else "estimable",
        "all_here": one.all_here,
        "measures": [_bound(b) for b in one.bounds],
    }


def _bound(b: Bound) -> dict[str, Any]:
    def known(value: float) -> float | None:
        return None if isnan(value) else round(value, DIGITS)

    return {
        "metric": b.measure,
        "value": known(b.value),
        "lowest": known(b.lowest),
        "highest": known(b.highest),
        "limit_lowest": b.limit.lowest,
        "limit_highest": b.limit.highest,
        "says": b.says,
    }
