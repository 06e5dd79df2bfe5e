"""Whether the counts of all those not recorded, taken together, may be published.

An audit publishes each group by itself. A probe publishes what all groups that are not
recorded hold together; beside what the audit shows, that may give a small group back.
"""

import numpy as np

from riskaid.fairness.disclosure import disclose
from riskaid.fairness.probes.scene import UNRECORDED, Fine, Scene


def is_publishable(scene: Scene, fine: Fine) -> bool:
    """Whether publishing them together hides nothing more than the audit hides.

    They may be, where their counts at the capacity that gates are not small, and where
    the audit's rule, asked about its groups and this one, hides what it hid before.
    """
    sums = [scene.evidence(one, one.group).sums for one in scene.fine]
    cells = [
        [list(group.cell.members) for group in one.groups]
        for one in scene.audit.characteristics
    ]
    before = _hidden(scene, sums, cells)
    at = sum(len(one) for one in cells[: fine.at + 1])
    unknown = [i for i, name in enumerate(fine.names) if name in UNRECORDED]
    cells[fine.at].append(unknown)
    after = _hidden(scene, sums, cells)
    others = np.delete(after, at, axis=1)
    return not after[:, at].any() and bool((others <= before).all())


def _hidden(
    scene: Scene, sums: list[np.ndarray], cells: list[list[list[int]]]
) -> np.ndarray:
    return disclose(
        np.stack([one.group[one.column] for one in scene.fine], axis=1),
        sums,
        cells,
        scene.policy.smallest_published_count,
    )
