"""Studies for notebooks: fairlearn's frame and fairlearn's reductions, for analysts.

Nothing here can be released. `riskaid.notebook` hands both on, so it imports this file.
What fairlearn is needed for is imported when it is asked for: at the head it would keep
everybody without the extra `train` from reading a store or auditing scores.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskaid import shipped
from riskaid.fairness.policy import Policy, load_policy
from riskaid.progress import Progress, silent
from riskaid.records.store import open_store

if TYPE_CHECKING:
    from riskaid.records.store import CaseStore
    from riskaid.training.mitigation_study import Study
    from riskaid.training.run import RunFacts

Place = str | Path


def metric_frame(
    scores: Any,
    characteristic: str,
    *,
    policy: Place | None = None,
    capacity: float | None = None,
    seed: int = 0,
) -> Any:
    """The MetricFrame of fairlearn on what an audit looks at; it hides no small count.

    `riskaid.training.fairlearn_frame` says what each argument is.
    """
    from riskaid.training.fairlearn_frame import frame_of  # noqa: PLC0415 - see the head

    held = getattr(scores, "folder", scores)
    return frame_of(held, _rules(policy), characteristic, capacity=capacity, seed=seed)


def study(
    run: "RunFacts | Place",
    store: "CaseStore | Place",
    *,
    out: Place | None = None,
    by: str = "ethnicity",
    constraint: str = "missed_need",
    allowed: float = 0.02,
    policy: Place | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> "Study":
    """What a constraint between groups would change, never releasable; `riskaid study`.

    Args:
        run: A run, or its folder.
        store: The one it was trained on, open, or its folder.
        out: Where study.json and its pages will stand; nowhere by default.
        by: A characteristic of the policy.
        constraint: "missed_need" or "share_selected" may hardly differ between groups.
        allowed: How far a group's rate may be from everybody's in the rows taught with.
        policy: The shipped one by default.
        seed: Draws ties and intervals.
        progress: Told what is being done.
    """
    from riskaid.training.mitigation import Asked  # noqa: PLC0415 - see the head
    from riskaid.training.mitigation_study import (  # noqa: PLC0415 - see the head
        study_run,
        write_study,
    )

    place: Any = getattr(run, "folder", run)
    held = open_store(Path(store)) if isinstance(store, str | Path) else store
    found = study_run(
        Path(place),
        held,
        _rules(policy),
        asked=Asked(by=by, constraint=constraint, allowed=allowed),
        seed=seed,
        progress=progress,
    )
    if out is not None:
        write_study(found, Path(out), mark=held.mark)
    return found


def _rules(policy: Place | None) -> Policy:
    named = shipped.folder("fairness") / "policy.toml" if policy is None else policy
    return load_policy(Path(named), today=datetime.now(tz=UTC).date())
