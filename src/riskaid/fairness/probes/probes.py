"""All probes that need scores alone, and their published form."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import polars as pl

from riskaid.fairness.policy import Policy
from riskaid.fairness.probes.anchor import Beside, beside_anchor
from riskaid.fairness.probes.assignment import Assigned, every_assignment
from riskaid.fairness.probes.recording import PATTERNS, SHARES, Recording, mis_recorded
from riskaid.fairness.probes.scene import set_scene
from riskaid.fairness.probes.words import (
    anchor_sentence,
    assignment_sentences,
    recording_sentences,
)
from riskaid.fairness.results import Audit
from riskaid.fairness.scores import ORDERING, check_scores
from riskaid.progress import Progress, silent

FORMAT: Final = "riskaid-probes"
VERSION: Final = 1
SCHEMA: Final = "probes.schema.json"


@dataclass(frozen=True)
class Probes:
    """What probes of one audit found; they decide nothing.

    Attributes:
        audit: Of which audit.
        policy: Under which policy.
        recording: How the verdict moves with mis-recorded outcomes, by group.
        unrecorded: What those without a recorded group could make of it.
        anchor: The outcome beside another one; None where none was given.
    """

    audit: Audit
    policy: Policy
    recording: tuple[Recording, ...]
    unrecorded: tuple[Assigned, ...]
    anchor: tuple[Beside, ...] | None

    def to_json(self) -> dict[str, Any]:
        """The published form, as probes.schema.json describes; no date of the run."""
        smallest = self.policy.smallest_published_count
        titles = {one.name: one.title for one in self.audit.characteristics}
        recording = [
            one.to_json(titles[one.fine.grouped.about.name]) for one in self.recording
        ]
        unrecorded = [
            one.to_json(titles[one.fine.grouped.about.name], smallest)
            for one in self.unrecorded
        ]
        anchor = (
            None
            if self.anchor is None
            else [one.to_json(self.policy) for one in self.anchor]
        )
        return {
            "format": FORMAT,
            "version": VERSION,
            "audit": {
                "scores": self.audit.scores_digest,
                "policy": self.policy.digest,
                "seed": self.audit.seed,
            },
            "gated_capacity": self.audit.gated_capacity,
            "shares": list(SHARES),
            "patterns": list(PATTERNS),
            "recording": [
                one | {"sentences": recording_sentences(one)} for one in recording
            ],
            "unrecorded": [
                one | {"sentences": assignment_sentences(one)} for one in unrecorded
            ],
            "anchor": None
            if anchor is None
            else [one | {"sentence": anchor_sentence(one)} for one in anchor],
        }


def probe(
    scores: pl.DataFrame, policy: Policy, audit: Audit, *, progress: Progress = silent
) -> Probes:
    """Ask of an audit's rows what other records would have made of its verdict.

    The same rows in any order, with the same policy and seed, give the same probes.

    Args:
        scores: What was audited.
        policy: Under which policy.
        audit: What came of it.
        progress: Told how far it is.

    Raises:
        ExtractError: The scores cannot be used (see read_scores).
    """
    ranks = ORDERING in scores.columns and "score" not in scores.columns
    scene = set_scene(scores, policy, audit, progress)
    beside = beside_anchor(scene, check_scores(scores, policy, ranks=ranks))
    return Probes(
        audit,
        policy,
        tuple(mis_recorded(scene, progress)),
        tuple(every_assignment(scene)),
        None if beside is None else tuple(beside),
    )


def probes_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every probes.json of this version follows."""
    place = files("riskaid.fairness.probes") / SCHEMA
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema
