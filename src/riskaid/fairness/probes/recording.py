"""How the verdict moves if a group's outcomes were recorded too rarely or too often.

Scores and outcomes cannot show that an outcome was mis-recorded: who was not looked
into has no outcome. So it is reckoned how much mis-recording it would take.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isnan
from typing import Any, Final, Literal

import numpy as np

from riskaid.fairness.cells import Cell
from riskaid.fairness.findings import Evidence
from riskaid.fairness.gate import Judged
from riskaid.fairness.probes.scene import Fine, Scene, Told
from riskaid.fairness.sums import FIXED, Floats, Ints
from riskaid.progress import Progress, silent

SHARES: Final = (0.05, 0.10, 0.20, 0.30)
WHOLE: Final = 100
Direction = Literal["under_recorded", "over_recorded"]
Pattern = Literal["evenly", "unevenly"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("under_recorded", "over_recorded")
PATTERNS: Final[tuple[Pattern, ...]] = ("evenly", "unevenly")
MEASURES: Final = (
    "false_negative_rate_difference",
    "recall_ratio",
    "calibration",
    "positive_predictive_value_difference",
)
DIGITS: Final = 10


@dataclass(frozen=True)
class Step:
    """What the gate would say at one share of mis-recorded outcomes.

    Attributes:
        share: Of the outcomes there should be (too rarely) or there are (too often).
        told: Of the group's characteristic; None where so many cannot be: there are
            not as many rows without an outcome.
    """

    share: float
    told: Told | None


@dataclass(frozen=True)
class Moved:
    """How the verdict moves with the mis-recording of one group.

    Attributes:
        direction: Too rarely or too often.
        pattern: "evenly" among those selected and those not; "unevenly": outcomes
            recorded too rarely are all missing among those not selected, and those
            recorded too often all stand among the selected. That is how the group
            would be overlooked the most.
        steps: One a share.
        turns_at: The smallest share, in whole percent up to 30, at which the
            characteristic's verdict is another; None where none is.
        turns_to: The verdict there.
    """

    direction: Direction
    pattern: Pattern
    steps: tuple[Step, ...]
    turns_at: float | None
    turns_to: str | None


@dataclass(frozen=True)
class Recording:
    """One group that must pass, and what its mis-recording would do."""

    fine: Fine
    cell: Cell
    recorded: Told
    moved: tuple[Moved, ...]
    suppressed: bool

    def to_json(self, title: str) -> dict[str, Any]:
        """As probes.schema.json describes; a suppressed group shows no number."""
        hidden = self.suppressed
        return {
            "characteristic": self.fine.grouped.about.name,
            "title": title,
            "group": self.cell.name,
            "phrase": self.cell.phrase,
            "state": "suppressed" if hidden else "estimable",
            "recorded": self.recorded.verdict,
            "moved": [] if hidden else [_moved(m, self.cell.name) for m in self.moved],
        }


def mis_recorded(scene: Scene, progress: Progress = silent) -> list[Recording]:
    """Ask for each group that must pass, and of which an outcome is recorded."""
    found = []
    for done, fine in enumerate(scene.fine):
        progress("asking what other records would change", done, len(scene.fine))
        evidence = scene.evidence(fine, fine.group)
        recorded = scene.tell(fine, fine.group, evidence)
        for cell in recorded.cells:
            members = np.array(cell.members)
            if cell.use != "gated" or evidence.sums[1, members].sum() == 0:
                continue
            hidden = scene.suppressed(fine, cell.name)
            found.append(
                Recording(
                    fine,
                    cell,
                    recorded,
                    ()
                    if hidden
                    else tuple(
                        _move(scene, fine, evidence, (members, d, p), recorded)
                        for d in DIRECTIONS
                        for p in PATTERNS
                    ),
                    hidden,
                )
            )
    return found


def _move(
    scene: Scene,
    fine: Fine,
    evidence: Evidence,
    asked: tuple[Ints, Direction, Pattern],
    recorded: Told,
) -> Moved:
    members, direction, pattern = asked

    def tell(share: float) -> Told | None:
        changed = mis_record(evidence, members, share, direction, pattern)
        return None if changed is None else scene.tell(fine, fine.group, changed)

    steps = tuple(Step(share, tell(share)) for share in SHARES)
    turn = _turns(steps, tell, recorded)
    return Moved(direction, pattern, steps, *turn)


def _turns(
    steps: tuple[Step, ...], tell: Callable[[float], Told | None], recorded: Told
) -> tuple[float | None, str | None]:
    """The smallest share in whole percent that changes the verdict, and to what."""
    last = 0
    for step in steps:
        here = round(WHOLE * step.share)
        if step.told is not None and step.told.verdict != recorded.verdict:
            low, told = last, step.told
            while here - low > 1:
                middle = (low + here) // 2
                tried = tell(middle / WHOLE)
                if tried is not None and tried.verdict != recorded.verdict:
                    here, told = middle, tried
                else:
                    low = middle
            return here / WHOLE, told.verdict
        last = here
    return None, None


def mis_record(
    evidence: Evidence,
    members: Ints,
    share: float,
    direction: Direction,
    pattern: Pattern,
) -> Evidence | None:
    """The evidence as it would be had a group's outcomes been recorded as they should.

    Too rarely by a share s: of what should stand there 1 - s does, so outcomes are
    divided by 1 - s. Too often by s: s of what stands there should not, so outcomes are
    multiplied by 1 - s. Families are as alike as they were.

    Args:
        evidence: As recorded, at one capacity.
        members: The group's columns.
        share: Above 0, under 1.
        direction: Too rarely or too often.
        pattern: Evenly or unevenly; see Moved.

    Returns:
        None where the group has too few rows without an outcome.
    """

    def change(sums: Floats, *, strict: bool) -> Floats | None:
        out = sums.copy()
        rows, outcomes = sums[0, members], sums[1, members]
        selected, found = sums[FIXED, members], sums[FIXED + 1, members]
        if direction == "under_recorded":
            now = outcomes / (1 - share)
            kept = found / (1 - share) if pattern == "evenly" else found
            room = (now - kept <= rows - selected) & (kept <= selected)
            if strict and not room.all():
                return None
            kept = np.minimum(kept, selected)
            now = kept + np.minimum(now - kept, rows - selected)
        else:
            now = outcomes * (1 - share)
            gone = found * share if pattern == "evenly" else outcomes * share
            kept = np.minimum(np.maximum(found - gone, 0.0), now)
        out[1, members], out[FIXED + 1, members] = now, kept
        return out

    sums = change(evidence.sums, strict=True)
    replicates = change(evidence.replicates, strict=False)
    if sums is None or replicates is None:
        return None
    return replace(evidence, sums=sums, replicates=replicates)


def values_of(judged: list[Judged]) -> dict[str, float | None]:
    """The numbers of a group that its verdict rests on."""
    held = {j.finding.measure: j.finding for j in judged}
    return {
        name: None
        if name not in held or isnan(held[name].value)
        else round(held[name].value, DIGITS)
        for name in MEASURES
    }


def _moved(moved: Moved, name: str) -> dict[str, Any]:
    return {
        "direction": moved.direction,
        "pattern": moved.pattern,
        "steps": [_step(step, name) for step in moved.steps],
        "turns_at": moved.turns_at,
        "turns_to": moved.turns_to,
    }


def _step(step: Step, name: str) -> dict[str, Any]:
    if step.told is None:
        empty: dict[str, float | None] = dict.fromkeys(MEASURES)
        return {"share": step.share, "verdict": None, "group_verdict": None} | empty
    verdict, judged = step.told.of(name)
    return {
        "share": step.share,
        "verdict": step.told.verdict,
        "group_verdict": verdict,
    } | values_of(judged)
