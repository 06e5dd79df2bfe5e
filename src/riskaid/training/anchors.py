"""A run's outcome beside another experiment's outcome on the same rows, by group."""

from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid.errors import ExtractError
from riskaid.fairness.audit import audit
from riskaid.fairness.probes.anchor import beside_anchor
from riskaid.fairness.probes.scene import set_scene
from riskaid.fairness.probes.words import anchor_sentence
from riskaid.fairness.scores import ANCHOR, check_scores
from riskaid.training.experiment import Experiment
from riskaid.training.outcome import add_outcome
from riskaid.training.run import Run

if TYPE_CHECKING:
    from riskaid.fairness.policy import Policy
    from riskaid.records.store import CaseStore


def beside_run(
    run: Run, store: "CaseStore", policy: "Policy", anchor: Experiment
) -> dict[str, Any]:
    """Set the outcome of a run's test rows beside an anchor outcome.

    Returns:
        name and says of the anchor outcome; state: "not_computed" (its table is not in
        the store, or no row has a whole window for it) or "computed"; then groups, as
        the part `anchor` of probes.json has them.
    """
    facts = {"name": anchor.experiment.name, "says": anchor.outcome.says}
    rows = run.estimates()
    keys = rows.select("person_id", "as_of", "family_id")
    try:
        held = add_outcome(keys, anchor.outcome, store, {}, cohort=anchor.cohort)
    except ExtractError:
        return facts | {"state": "not_computed", "groups": []}
    known = held.select("person_id", "as_of", pl.col("outcome").alias(ANCHOR))
    joined = rows.join(known, on=["person_id", "as_of"], how="left")
    frame = check_scores(joined, policy)
    scene = set_scene(frame, policy, audit(frame, policy))
    groups = [one.to_json(policy) for one in beside_anchor(scene, frame) or []]
    return facts | {
        "state": "computed",
        "groups": [one | {"sentence": anchor_sentence(one)} for one in groups],
    }
