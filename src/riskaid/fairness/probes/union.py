"""Whether the counts of all those not recorded, taken together, may be published.

An audit publishes each group by itself. A probe publishes what all groups that are not
recorded hold together; beside what the audit shows, that may give a small group back.
"""

import numpy as np

from riskaid.fairness.behind import Bools
from riskaid.fairness.hidden import counted, hidden_cells
from riskaid.fairness.probes.scene import UNRECORDED, Fine, Scene


def is_publishable(scene: Scene, fine: Fine) -> bool:
    """Whether publishing them together hides nothing more than the audit hides.

    They may be, where their counts at the capacity that gates are not small, and where
    the audit's rule, asked about its groups and this one, hides what it hid before.
    Never beside an audit that was compared with an earlier one: an earlier audit.json
    does not say what was published of them then, so the difference cannot be held
    against it.
    """
    if scene.audit.earlier:
        return False
    cells = [
        [group.cell.members for group in one.groups]
        for one in scene.audit.characteristics
    ]
    before = _hidden(scene, cells)
    at = sum(len(one) for one in cells[: fine.at + 1])
    unknown = tuple(i for i, name in enumerate(fine.names) if name in UNRECORDED)
    cells[fine.at].append(unknown)
    after = _hidden(scene, cells)
    others = np.delete(after, at, axis=1)
    return not after[:, at].any() and bool((others <= before).all())


def _hidden(scene: Scene, cells: list[list[tuple[int, ...]]]) -> Bools:
    return hidden_cells(
        [one.grouped for one in scene.fine],
        cells,
        scene.rows.family,
        counted(scene.rows),
        smallest=scene.policy.smallest_published_count,
    )
